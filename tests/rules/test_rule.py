from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from packs_for_tests import RULE, pack_text, write_pack

from huzhu_guard import RuleError
from huzhu_guard.rules import check_packs, load_pack
from huzhu_guard.rules.rule import read_pack
from huzhu_guard.verdict import KINDS

RULE_LINE = 9
"""Where the first rule of a written pack begins."""


def test_a_sound_pack_is_read(tmp_path: Path) -> None:
    path = write_pack(
        tmp_path / "own.toml", {**RULE, "unless": ["骗子"]}, head='off = ["a.b"]\n[weights]\n"c.d" = -1\n'
    )
    pack, faults = read_pack(path)

    assert faults == []
    assert (pack.name, pack.caps, pack.off, pack.weights) == ("own", (("own", 2.0),), ("a.b",), (("c.d", -1.0),))
    (rule,) = pack.rules
    assert (
        rule.id, rule.label, rule.kind, rule.weight, rule.group,
    ) == ("own.word", "scam", "task_rebate", 1.5, "own")  # fmt: skip
    assert (rule.literals, rule.unless, rule.near, rule.regex) == (("红苹果",), ("骗子",), None, None)
    assert rule.reason.en == "It speaks of red apples."


def test_a_pack_is_named_after_its_file_where_it_names_itself_not(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(pack_text(RULE).replace('name = "own"', ""), encoding="utf-8")

    assert load_pack(path).name == "mine"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(pack_text(RULE), encoding="utf-8-sig")

    assert len(load_pack(path).rules) == 1


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "unknown field 'colour'; allowed are anchors, group, hits"),
    ({"weight": None}, "field 'weight' is missing"),
    ({"reason": None}, "field 'reason' is missing"),
    ({"hits": None}, "field 'hits' is missing"),
    ({"misses": None}, "field 'misses' is missing"),
    ({"group": None}, "field 'group' is missing"),
    ({"label": "spam"}, "label 'spam' is unknown; allowed are scam, fake_deal, privacy_leak"),
    ({"label": 3}, "label 3 is unknown"),
    ({"kind": "shill"}, "kind 'shill' is not one of scam: task_rebate"),
    ({"label": "fake_deal"}, "kind 'task_rebate' is not one of fake_deal: fake_event"),
    ({"hits": ["卖红苹果"]}, "needs at least 2 hits"),
    ({"misses": []}, "needs at least 2 misses"),
    ({"hits": "卖红苹果"}, "hits must be a list of strings"),
    ({"literals": "红苹果"}, "literals must be a list of strings"),
    ({"literals": [""]}, "literals must be a list of strings, none of them empty"),
    ({"unless": [7]}, "unless must be a list of strings"),
    ({"unless": ["骗子", "@warnings"]}, "unless names the list '@warnings', which there is not"),
    ({"literals": None}, "has no pattern; give literals, near or regex with anchors"),
    ({"literals": []}, "has no pattern"),
    ({"weight": "strong"}, "weight must be a number, in log-odds"),
    ({"weight": True}, "weight must be a number, in log-odds"),
    ({"reason": {"zh": "只有中文"}}, "reason needs zh and en"),
    ({"reason": "说"}, "reason needs zh and en"),
    ({"id": 7}, "id must be a string"),
    ({"regex": 7, "anchors": ["红"]}, "regex must be a string"),
    ({"near": {"first": ["红"], "second": ["果"]}}, "near needs first, second (lists of words) and within"),
    ({"near": {"first": "红", "second": ["果"], "within": 3}}, "near needs first"),
    ({"near": {"first": ["红"], "second": ["果"], "within": -1}}, "near needs first"),
    ({"near": {"first": ["红"], "second": ["果"], "within": "3"}}, "near needs first"),
    ({"near": {"first": ["红"], "second": ["果"], "within": 3, "order": 1}}, "near needs first"),
    ({"near": ["红"]}, "near needs first"),
    ({"regex": "红.{0,3}果"}, "a regex needs anchors"),
    ({"regex": "红(", "anchors": ["红"]}, "regex does not compile"),
    ({"regex": "红{99999999999}", "anchors": ["红"]}, "regex does not compile"),
    ({"regex": "(红+)+果", "anchors": ["红"]}, "regex can grow faster than the text: a repeat without an upper bound"),
    ({"regex": "红.*果", "anchors": ["红"]}, "regex can grow faster than the text"),
    ({"regex": "(?:红?果?){0,40}了", "anchors": ["红"]}, "regex can grow faster than the text: its repeats"),
    ({"group": "other"}, "group 'other' is not declared in a [[group]] of this pack"),
]


@pytest.mark.parametrize(("change", "fault"), FAULTS, ids=[f"{next(iter(c))}-{i}" for i, (c, _) in enumerate(FAULTS)])
def test_each_fault_of_a_rule_is_told_with_file_and_line(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    path = write_pack(tmp_path / "own.toml", {**RULE, **change})

    found = check_packs([path])[1]

    assert len(found) == 1
    assert found[0].startswith(f"{path}:{RULE_LINE}: rule {change.get('id', 'own.word')}: ")
    assert fault in found[0]
    with pytest.raises(RuleError) as caught:
        load_pack(path)
    assert "\n".join(found) == str(caught.value)


def test_the_line_is_that_of_the_rule(tmp_path: Path) -> None:
    path = write_pack(tmp_path / "own.toml", RULE, {**RULE, "id": "own.second", "weight": "much"})
    text = path.read_text(encoding="utf-8").replace("[[rule]]", "[[ rule ]]  # a comment")
    path.write_text(text, encoding="utf-8")
    line = 1 + text[: text.rindex("[[ rule ]]")].count("\n")

    assert [f"{path}:{line}: rule own.second: weight must be a number, in log-odds."] == check_packs([path])[1]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    path = write_pack(tmp_path / "own.toml", {**RULE, "label": "spam"}, {**RULE, "id": "own.b", "hits": ["一", "二"]})

    assert len(check_packs([path])[1]) == 3


def test_a_repeated_id(tmp_path: Path) -> None:
    path = write_pack(tmp_path / "own.toml", RULE, RULE)
    line = 1 + pack_text(RULE, RULE).rpartition("[[rule]]")[0].count("\n")

    assert (1, [f"{path}:{line}: rule id 'own.word' stands twice; rename one of them."]) == check_packs([path])


def test_an_id_in_two_packs(tmp_path: Path) -> None:
    one, two = (write_pack(tmp_path / name, RULE) for name in ("a.toml", "b.toml"))

    assert [
        f"{two}:{RULE_LINE}: rule id 'own.word' stands at {one}:{RULE_LINE} too; rename one of them."
    ] == check_packs([one, two])[1]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"hits": ["卖红苹果", "卖青苹果"]}, "does not hit its example '卖青苹果'"),
        ({"misses": ["红苹果", "青苹果"]}, "hits its example '红苹果'"),
        ({"unless": ["来了"]}, "does not hit its example '红苹果来了'"),
        ({"literals": ["紅蘋果"]}, "does not hit its example '卖红苹果'"),
    ],
)
def test_an_example_that_does_not_do_what_it_should(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    path = write_pack(tmp_path / "own.toml", {**RULE, **change})

    assert f"{path}:{RULE_LINE}: rule own.word: {fault}." == check_packs([path])[1][0]


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ('[packs]\nname = "x"', 1, "unknown table 'packs'; allowed are pack, group, rule, off, weights"),
        ('\npack = "x"', 2, "pack must be a table [pack]"),
        ('[[group]]\nid = "g"', 1, "group 'g' needs a cap"),
        ('[[group]]\nid = "g"\ncap = "4"', 1, "group 'g' needs a cap"),
        ('[[group]]\nid = "g"\ncap = 0', 1, "group 'g' needs a cap"),
        ('[[group]]\nid = "g"\ncap = nan', 1, "group 'g' needs a cap"),
        ("[[group]]\ncap = 1", 1, "a group needs an id, a string"),
        ('[[group]]\nid = "g"\ncap = 1\nmax = 2', 1, "unknown field 'max' of a group; allowed are id and cap"),
        ('[[group]]\nid = "g"\ncap = 1\n[[group]]\nid = "g"\ncap = 2', 4, "group 'g' stands twice"),
        ('group = "g"', 1, "group must be tables [[group]]"),
        ("\n\nrule = 3", 3, "rule must be tables [[rule]]"),
        ('off = "a.b"', 1, "off must be a list of rule ids"),
        ('\n[weights]\n"a.b" = "x"', 2, "weights must be a table [weights]"),
        ("[weights]\na.b = 1", 1, "weights must be a table [weights] of quoted rule ids and numbers"),
    ],
)
def test_faults_outside_of_rules(tmp_path: Path, text: str, line: int, fault: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")

    (found,) = check_packs([path])[1]

    assert found.startswith(f"{path}:{line}: {fault}")


@pytest.mark.parametrize(
    "content", [b"[pack", b"\xff\xfe", b'a = "\\ud800"', b"[[rule]]\n[[rule", b"rule = " + b"[" * 9_000]
)
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content)

    with pytest.raises(RuleError, match=r"own\.toml"):
        load_pack(path)


def test_a_pack_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="cannot be read"):
        load_pack(tmp_path / "none.toml")
    with pytest.raises(RuleError, match="cannot be read"):
        load_pack(tmp_path)


def test_kinds_are_those_of_the_labels_definition() -> None:
    assert [len(kinds) for kinds in KINDS.values()] == [12, 7, 0]
