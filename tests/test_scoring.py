from __future__ import annotations

import math
from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from text_strategies import texts

from huzhu_guard import LABELS, Guard, Policy, Strictness
from huzhu_guard.model.artifact import read_manifest
from huzhu_guard.model.linear import UNIT, Block, LinearModel
from huzhu_guard.parts import Loaded
from huzhu_guard.scoring import limits, sigmoid
from huzhu_guard.stages import DISPUTED, QUOTED

GUARD = Guard.load()
SCAM = "兼职日结 一部手机就能做 加V:abc88123"
PRESETS = {
    name: {str(label): {"review": r, "block": b} for label in LABELS}
    for name, r, b in (("relaxed", 0.8, 0.99), ("standard", 0.6, 0.9), ("strict", 0.4, 0.8))
}


def _check_sum(guard: Guard, text: str) -> None:
    verdict = guard.score(text)
    for label in LABELS:
        total = math.fsum(e.weight for e in verdict.evidence if e.label == label)
        value = verdict.scores[label]
        assert sigmoid(total) == pytest.approx(value, abs=1e-9)
        if 1e-6 < value < 1 - 1e-6:
            assert math.log(value / (1 - value)) == pytest.approx(total, abs=1e-6)


@given(texts)
@example("")
@example("单")
def test_weights_sum_to_the_log_odds(raw: str) -> None:
    _check_sum(GUARD, raw)


def test_weights_sum_to_the_log_odds_of_every_kind_of_message(messages: Any) -> None:
    for text in messages["text"][::15]:
        _check_sum(GUARD, text)


def test_weights_sum_under_a_policy(messages: Any) -> None:
    own = Guard.load(
        policy=Policy.parse('[allow]\nphrases = ["加"]\n[deny]\nphrases = ["的"]\ndomains = ["a.example"]')
    )
    for text in [SCAM, "a.example/x 的", *messages["text"][::200]]:
        _check_sum(own, text)


def test_weights_sum_with_a_small_model(small_folder: Path, messages: Any) -> None:
    own = Guard.load(model=small_folder)
    for text in messages["text"][::100]:
        _check_sum(own, text)


@given(texts)
def test_evidence_lies_inside_the_text(raw: str) -> None:
    for item in GUARD.score(raw).evidence:
        assert 0 <= item.start <= item.end <= len(raw)
        assert math.isfinite(item.weight)
        assert item.reason.zh
        assert item.reason.en
        assert ":" in item.source


def test_evidence_points_at_its_words() -> None:
    spans = {e.source: SCAM[e.start : e.end] for e in GUARD.score(SCAM).evidence if e.label == "scam"}

    assert (
        "一部手机就能" in spans["rule:task_rebate.phone_only_work"]
        or "一部手机" in spans["rule:task_rebate.phone_only_work"]
    )
    words = {source: span for source, span in spans.items() if source.startswith("word:") and span}
    assert words
    assert words.get("word:日结", "日结") == "日结"


def test_evidence_of_disguised_words_points_at_the_raw_text() -> None:
    text = "好消息：兼.职 日.结 一部手机就能做 加V:abc88123"
    spans = {e.source: text[e.start : e.end] for e in GUARD.score(text).evidence}

    assert spans.get("word:日结", "日.结") == "日.结"
    assert "日.结" in spans["rule:task_rebate.daily_pay_contact"]


def _guard(words: dict[str, float], chars: dict[str, float]) -> Guard:
    """A guard of a model with these weights for scams and half of them for fake deals; biases are nought."""
    blocks = []
    for weights in (words, chars):
        scam = array("i", [round(weight / UNIT) for weight in weights.values()])
        fake_deal = array("i", [value // 2 for value in scam])
        blocks.append(Block(list(weights), array("f", [1.0] * len(weights)), (scam, fake_deal)))
    return Guard.load(Loaded(LinearModel((0.0, 0.0, 0.0), {}, *blocks), {"schema": 2, "thresholds": PRESETS}))


@pytest.mark.parametrize(
    ("gram", "shown", "zh", "en", "span"),
    [
        ("word:苹果", 1.0, "用词“苹果”", "the wording “苹果”", (0, 2)),
        ("word:⊢苹果", 1.0, "开头的用词“苹果”", "the wording “苹果” at the beginning", (0, 2)),
        ("word:香蕉⊣", 2.0, "结尾的用词“香蕉”", "the wording “香蕉” at the end", (2, 4)),
        ("word:苹果香蕉", -2.0, "“苹果香蕉”多见于正常消息", "“苹果香蕉” is common in ordinary messages", (0, 4)),
        ("chars:⊢苹", -1.0, "开头的“苹”多见于正常消息", "“苹” at the beginning is common in ordinary messages", (0, 1)),
        ("chars:果香", 0.5, "用词“果香”", "the wording “果香”", (1, 3)),
        ("chars:蕉⊣", 0.5, "结尾的用词“蕉”", "the wording “蕉” at the end", (3, 4)),
    ],
)
def test_evidence_says_where_its_words_stand(gram: str, shown: float, zh: str, en: str, span: tuple[int, int]) -> None:
    source, _, words = gram.partition(":")
    own = _guard({words: shown}, {}) if source == "word" else _guard({}, {words: shown})
    found = [item for item in own.score("苹果香蕉").evidence if item.source == gram]

    assert [(item.label, item.weight) for item in found] == [("scam", shown), ("fake_deal", shown / 2)]
    assert {(item.reason.zh, item.reason.en) for item in found} == {(zh, en)}
    assert {(item.start, item.end) for item in found} == {span}


def test_a_word_counts_once_however_often_it_stands() -> None:
    own = _guard({"苹果": 1.0}, {"苹果": 0.5})
    once, often = own.score("一个苹果好"), own.score("一个苹果好" + "，苹果好" * 13)

    assert once.scores["scam"] == often.scores["scam"] == sigmoid(1.5)
    assert sum(item.source == "word:苹果" for item in often.evidence) == 2  # for each label one


def test_the_shipped_model_shows_no_boundary_mark_to_people(messages: Any) -> None:
    shown = [item.reason for text in messages["text"][::200] for item in GUARD.score(text).evidence]

    assert not [reason for reason in shown if {"⊢", "⊣"} & {*reason.zh, *reason.en}]
    assert [reason for reason in shown if reason.zh.startswith("开头的")]


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("强开花呗 秒到账 加V abc88123", set()),
        ("“好的” 强开花呗 秒到账", set()),
        ("群规再说一遍：发强开花呗的直接移出", {DISPUTED}),
        ("“强开花呗 秒到账”", {QUOTED}),
        ("群规再说一遍：发“强开花呗”的直接移出", {DISPUTED, QUOTED}),
        ("群规：请文明聊天", set()),
    ],
)
def test_how_a_schemes_words_stand(text: str, signals: set[str]) -> None:
    scorer = GUARD.scorer()
    screening = scorer.stages.screen(text)

    assert signals == {DISPUTED, QUOTED} & set(screening.signals())
    sources = {item.source: item.reason for item in GUARD.score(text).evidence}
    assert signals <= sources.keys()
    assert all("套路" in sources[name].zh for name in signals)


def test_a_leak_is_decided_by_what_was_found() -> None:
    evidence = GUARD.score("到了打我 13800138000").evidence
    leak = [e for e in evidence if e.label == "privacy_leak"]

    assert {"model:bias", "entity:phone"} == {e.source for e in leak}
    assert [(e.start, e.end) for e in leak if e.source == "entity:phone"] == [(5, 16)]


@pytest.mark.parametrize(("log_odds", "value"), [(0.0, 0.5), (-1e6, 0.0), (1e6, 1.0), (2.0, 0.8807970779778823)])
def test_sigmoid(log_odds: float, value: float) -> None:
    assert pytest.approx(value) == sigmoid(log_odds)
    assert 0.0 <= sigmoid(log_odds) <= 1.0


def test_limits_come_from_the_model_unless_the_policy_says_otherwise() -> None:
    manifest = {"thresholds": PRESETS}

    assert limits(manifest, Policy()) == ((0.6,) * 3, (0.9,) * 3)
    assert limits(manifest, Policy(strictness=Strictness.STRICT)) == ((0.4,) * 3, (0.8,) * 3)
    own = Policy.parse(
        "[labels.scam]\nreview = 0.95\n[labels.fake_deal]\nblock = 0.7\n[labels.privacy_leak]\nenabled = false"
    )
    review, block = limits(manifest, own)
    assert review[:2] == (0.95, 0.6)
    assert block[:2] == (0.95, 0.7)
    assert review[2] > 1
    assert block[2] > 1


def test_the_shipped_presets_are_in_order() -> None:
    from huzhu_guard.model import artifact

    presets = read_manifest(Path(artifact.__file__).parent / "default")["thresholds"]
    for label in map(str, LABELS):
        for kind in ("review", "block"):
            values = [presets[name][label][kind] for name in ("strict", "standard", "relaxed")]
            assert sorted(values) == values
        assert all(presets[name][label]["review"] <= presets[name][label]["block"] for name in presets)


def test_most_clean_messages_of_the_corpus_pass(messages: Any) -> None:
    clean = messages[messages["labels"] == ()]["text"][::5]
    verdicts = list(GUARD.score_many(clean))

    assert sum(v.action != "allow" for v in verdicts) / len(verdicts) <= 0.05
    assert sum(v.action == "block" for v in verdicts) / len(verdicts) <= 0.01


HELP = "帮我砍一刀 还差0.01 "


@pytest.mark.parametrize(
    ("link", "acts"),
    [
        ("https://p.pinduoduo.com/aB3dE5fG", False),
        ("https://mobile.yangkeduo.com/goods.html?goods_id=123456789", False),
        ("https://p.pinduodou.com/aB3dE5fG", True),
        ("https://pinduoduo-help.com/aB3dE5fG", True),
        ("http://pinduoduo.com.vip-hd.top/a", True),
    ],
)
def test_a_link_counts_together_with_the_words_beside_it(guard: Guard, link: str, acts: bool) -> None:
    plain, verdict = guard.score(HELP), guard.score(HELP + link)

    assert plain.action == "allow"
    assert (verdict.action != "allow") is acts
    assert (verdict.scores["fake_deal"] > plain.scores["fake_deal"]) is acts
    assert ("link:risk" in {e.source for e in verdict.evidence}) is acts
