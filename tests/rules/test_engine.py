from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packs_for_tests import RULE, a_pack, write_pack

from huzhu_guard import Guard, Label, Reason, RuleError
from huzhu_guard.rules import Pack, Rule, RuleEngine, load_pack, shipped_packs
from huzhu_guard.rules.rule import Near


def rule(name: str, **pattern: object) -> Rule:
    fields = {"literals": (), "near": None, "regex": None, "anchors": (), "unless": (), **pattern}
    return Rule(
        id=name,
        label=Label.SCAM,
        kind="guard",
        weight=1.0,
        group="g",
        reason=Reason("", ""),
        hits=(),
        misses=(),
        **fields,
    )  # type: ignore[arg-type]


def engine(*rules: Rule) -> RuleEngine:
    return RuleEngine([Pack("p", rules, (("g", 9.0),), (), ())])


def _places(words: tuple[str, ...], text: str) -> list[tuple[int, int]]:
    return sorted((i, i + len(w)) for w in words for i in range(len(text)) if text.startswith(w, i))


def reference_span(rule: Rule, text: str) -> tuple[int, int] | None:
    """What a rule means, without any cleverness."""
    if any(word in text for word in rule.unless):
        return None
    if literal := _places(rule.literals, text):
        return literal[0]
    if rule.near:
        for a, b in _places(rule.near.first, text):
            for c, d in _places(rule.near.second, text):
                if 0 <= c - b <= rule.near.within or 0 <= a - d <= rule.near.within:
                    return min(a, c), max(b, d)
    if rule.regex and any(word in text for word in rule.anchors) and (match := rule.regex.search(text)):
        return match.span()
    return None


words = st.text("甲乙丙", min_size=1, max_size=3)
lists = st.lists(words, max_size=3).map(tuple)
some = st.lists(words, min_size=1, max_size=3).map(tuple)
nears = st.none() | st.builds(Near, some, some, st.integers(0, 4))
regexes = st.sampled_from([None, re.compile("甲.{0,2}乙"), re.compile("丙(?:甲|乙){1,2}$"), re.compile("(?<!甲)乙")])
rules = st.tuples(lists, nears, regexes, some, st.lists(words.map(lambda w: w * 2), max_size=1).map(tuple))


@given(st.lists(rules, max_size=5), st.text("甲乙丙丁", max_size=24))
def test_the_engine_finds_what_a_naive_matcher_finds(parts: list[tuple], text: str) -> None:  # type: ignore[type-arg]
    made = [
        rule(f"r{i}", literals=lit, near=near, regex=rx, anchors=anchors if rx else (), unless=unless)
        for i, (lit, near, rx, anchors, unless) in enumerate(parts)
    ]
    expected = [(r.id, *span) for r in made if (span := reference_span(r, text)) is not None]

    assert expected == [(hit.rule.id, hit.start, hit.end) for hit in engine(*made).match(text)]


@given(st.lists(st.sampled_from("加微信兼职日结刷单红包领取验证码，。 1a"), max_size=60).map("".join))
def test_the_shipped_rules_are_matched_as_by_a_naive_matcher(text: str) -> None:
    shipped = RuleEngine(shipped_packs())
    expected = {r.id: span for r in shipped.rules if (span := reference_span(r, text)) is not None}

    assert expected == {hit.rule.id: (hit.start, hit.end) for hit in shipped.match(text)}


@pytest.mark.parametrize(
    ("within", "text", "span"),
    [
        (0, "甲乙", (0, 2)), (0, "甲丁乙", None), (2, "甲丁丁乙", (0, 4)), (2, "甲丁丁丁乙", None),
        (2, "乙丁丁甲", (0, 4)),
        (2, "乙丁丁丁甲", None), (1, "甲丁丁甲丁乙", (3, 6)), (1, "甲", None), (1, "", None), (9, "丁丁甲乙丁", (2, 4)),
    ],
)  # fmt: skip
def test_near_at_its_borders(within: int, text: str, span: tuple[int, int] | None) -> None:
    hits = engine(rule("r", near=Near(("甲",), ("乙",), within))).match(text)

    assert ([] if span is None else [span]) == [(hit.start, hit.end) for hit in hits]


def test_near_looks_past_a_word_that_overlaps() -> None:
    hits = engine(rule("r", near=Near(("兼职",), ("职加", "微信"), 3))).match("兼职加微信")

    assert [(hit.start, hit.end) for hit in hits] == [(0, 5)]


def test_near_needs_two_words_and_not_one_twice() -> None:
    assert engine(rule("r", near=Near(("微信",), ("微信",), 3))).match("加微信") == []


def test_unless_counts_anywhere() -> None:
    one = engine(rule("r", literals=("甲",), unless=("骗子",)))

    assert [hit.rule.id for hit in one.match("甲")] == ["r"]
    assert one.match("甲……小心骗子") == []
    assert one.match("骗子甲") == []


def test_a_regex_runs_only_beside_its_anchor() -> None:
    one = engine(rule("r", regex=re.compile("日赚[0-9]{2,4}"), anchors=("兼职",)))

    assert one.match("日赚300") == []
    assert [(hit.start, hit.end) for hit in one.match("兼职日赚300")] == [(2, 7)]


def test_each_rule_hits_once_at_its_first_place_in_the_order_of_the_packs() -> None:
    one = engine(rule("b", literals=("乙",)), rule("a", literals=("丙", "甲")))

    assert [(h.rule.id, h.start, h.end) for h in one.match("甲乙甲丙乙")] == [("b", 1, 2), ("a", 0, 1)]


def test_no_rules_no_hits() -> None:
    assert engine().match("什么都没有") == []


def test_a_pack_can_switch_off_and_reweigh(tmp_path: Path) -> None:
    head = 'off = ["task_rebate.daily_pay_contact"]\n[weights]\n"task_rebate.phone_only_work" = 0.5\n'
    one = RuleEngine([*shipped_packs(), a_pack(tmp_path, RULE, head=head)])

    assert "task_rebate.daily_pay_contact" not in [r.id for r in one.rules]
    assert one.weights["task_rebate.phone_only_work"] == 0.5
    assert [hit.rule.id for hit in one.match("红苹果")] == ["own.word"]


@pytest.mark.parametrize("head", ['off = ["no.such"]\n', '[weights]\n"no.such" = 1\n'])
def test_a_pack_that_names_a_rule_that_is_not_there(tmp_path: Path, head: str) -> None:
    with pytest.raises(RuleError, match=r"'own' names the rule 'no\.such', which there is not"):
        RuleEngine([a_pack(tmp_path, RULE, head=head)])


def test_an_id_in_two_packs_is_refused(tmp_path: Path) -> None:
    pack = a_pack(tmp_path, RULE)
    with pytest.raises(RuleError, match=r"'own\.word' stands in two packs"):
        RuleEngine([pack, pack])


def test_a_guard_reads_a_users_pack(tmp_path: Path) -> None:
    head = 'off = ["task_rebate.daily_pay_contact"]\n[weights]\n"task_rebate.phone_only_work" = 0.25\n'
    path = write_pack(
        tmp_path / "own.toml", {**RULE, "weight": 20.0}, head=head, group='[[group]]\nid = "own"\ncap = 30.0\n'
    )
    own = Guard.load(rules=[path])
    text = "兼职日结 一部手机就能做 加V:abc88123"

    sources = {e.source: e.weight for e in own.score(text).evidence if e.label == "scam"}
    assert "rule:task_rebate.daily_pay_contact" not in sources
    assert sources["rule:task_rebate.phone_only_work"] == 0.25
    verdict = own.score("今天的红苹果真甜")
    assert verdict.action == "block"
    item = next(e for e in verdict.evidence if e.source == "rule:own.word")
    assert (item.weight, item.start, item.end) == (20.0, 3, 6)
    assert "own.word" in [r.id for r, _ in own.rules()]


def test_a_rule_of_weight_zero_runs_in_shadow(tmp_path: Path, guard: Guard) -> None:
    path = write_pack(tmp_path / "own.toml", {**RULE, "weight": 0})

    assert guard.score("今天的红苹果真甜").values == Guard.load(rules=[path]).score("今天的红苹果真甜").values


def test_a_group_adds_no_more_than_its_cap(tmp_path: Path) -> None:
    names = ["甲甲瓜", "乙乙瓜", "丙丙瓜"]
    many = [
        {**RULE, "id": f"own.r{i}", "literals": [w], "hits": [w, w + "了"], "misses": ["瓜", "好"]}
        for i, w in enumerate(names)
    ]
    own = Guard.load(rules=[write_pack(tmp_path / "own.toml", *many)])

    evidence = own.score(" ".join(names)).evidence
    shares = [e.weight for e in evidence if e.source.startswith(("rule:own", "cap:own"))]
    assert pytest.approx([1.5, 1.5, 1.5, -1.5, -1.0]) == sorted(shares, key=lambda w: (w < 0, w))
    assert pytest.approx(2.0) == sum(shares)


def test_packs_load_alone(tmp_path: Path) -> None:
    assert tuple(r.id for r in load_pack(write_pack(tmp_path / "x.toml", RULE)).rules) == ("own.word",)


@pytest.mark.parametrize(
    "text", ["加微信" * 30_000, "兼职日结" * 20_000, "a" * 100_000, "\x00" * 1_000, "骗子" * 1_000]
)
def test_long_texts(text: str) -> None:
    shipped = RuleEngine(shipped_packs())
    found = shipped.match(text)

    assert len(found) == len({hit.rule.id for hit in found})
