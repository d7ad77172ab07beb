from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest

from huzhu_guard.rules import check_packs, shipped_packs
from huzhu_guard.rules.engine import shipped_paths
from huzhu_guard.rules.lists import expanded, list_of
from huzhu_guard.rules.rule import GUARD_KIND
from huzhu_guard.text.fold import Folder
from huzhu_guard.verdict import KINDS

RULES = [rule for pack in shipped_packs() for rule in pack.rules]


@pytest.mark.parametrize("path", shipped_paths(), ids=lambda p: p.name)
def test_a_shipped_pack_has_no_fault(path: object) -> None:
    assert check_packs([path])[1] == []


def test_together_they_have_no_fault_either() -> None:
    count, faults = check_packs(shipped_paths())

    assert faults == []
    assert len(RULES) == count


def test_there_are_rules_for_every_kind() -> None:
    counts = Counter(rule.kind for rule in RULES)

    assert sum(counts.values()) >= 80
    assert {kind for kinds in KINDS.values() for kind in kinds} | {GUARD_KIND} == set(counts)
    assert min(counts.values()) >= 2


def test_guards_speak_against_and_the_others_for_their_label() -> None:
    wrong = [r.id for r in RULES if (r.weight < 0) != (r.kind == GUARD_KIND) and r.weight]

    assert wrong == []


@pytest.mark.parametrize("about", ["guards.warning", "guards.question", "guards.group_rules"])
def test_hard_negatives_have_guards(about: str) -> None:
    assert about in [rule.id for rule in RULES]


def test_ids_begin_with_the_name_of_their_pack() -> None:
    assert [r.id for pack in shipped_packs() for r in pack.rules if r.id.partition(".")[0] != pack.name] == []


def test_packs_are_named_after_their_files() -> None:
    assert [path.name for path in shipped_paths()] == [f"{pack.name}.toml" for pack in shipped_packs()]
    assert {p.name for p in files("huzhu_guard.rules.packs").iterdir() if p.name.endswith(".toml")} == {
        path.name for path in shipped_paths()
    }


def test_a_list_is_sorted_and_what_rules_leave_to_it_is_not_repeated() -> None:
    words = list_of("warning") or ()

    assert list(words) == sorted(set(words))
    assert len(words) > 50
    assert [rule.id for rule in RULES if "@warning" in rule.unless and set(rule.unless) & set(words)] == []


def test_words_are_written_as_texts_are_folded() -> None:
    folder = Folder()
    words = [
        (rule.id, word)
        for rule in RULES
        for word in (
            *rule.literals, *expanded(rule.unless), *rule.anchors,
            *(rule.near.first + rule.near.second if rule.near else ()),
        )
    ]  # fmt: skip

    assert [(name, word) for name, word in words if folder.fold(word).text != word] == []


def test_reasons_are_sentences_in_both_languages() -> None:
    assert [
        r.id for r in RULES if not r.reason.en.isascii() and r.reason.en.encode("ascii", "ignore").strip() == b""
    ] == []
    assert [r.id for r in RULES if not any("\u4e00" <= c <= "\u9fff" for c in r.reason.zh)] == []
