from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from text_strategies import texts

from huzhu_guard import LABELS, Guard, Policy, Strictness
from huzhu_guard.model.artifact import read_manifest
from huzhu_guard.scoring import limits, sigmoid

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
