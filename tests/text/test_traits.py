from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from text_strategies import texts

from huzhu_guard.links.cue import CUE
from huzhu_guard.privacy import gates
from huzhu_guard.privacy.gates import Gate
from huzhu_guard.text import fold, traits
from huzhu_guard.text.disguise import Undisguiser
from huzhu_guard.text.traits import (
    CONTACT,
    EVERYTHING,
    FIVE_DIGITS,
    HAN_NUMBER,
    HANDLE,
    LATIN,
    LINK,
    REPEAT,
    SPELLED,
    SPLIT,
    THREE_DIGITS,
    YEAR,
    TraitScanner,
)

if TYPE_CHECKING:
    import pandas as pd

UNDISGUISER = Undisguiser()
SCANNER = UNDISGUISER.scanner
FOLDER = fold.Folder()
GATES = {name: gate for name, gate in vars(gates).items() if isinstance(gate, Gate)}
# characters that traits are made of, so that a text drawn from them has many
CHARACTERS = sorted({char for chars in traits.CHARACTERS.values() for char in chars} | set("好的微信刷单个\ud800"))
BUSY = st.text(st.sampled_from(CHARACTERS), max_size=40)


@pytest.mark.parametrize(
    ("text", "among", "expected"),
    [
        ("", EVERYTHING, 0),
        ("好的", EVERYTHING, 0),
        ("哈哈哈", REPEAT, 0),
        ("哈哈哈哈", REPEAT, REPEAT),
        ("啊哈哈哈啊哈", REPEAT, 0),
        ("微 信", SPLIT, SPLIT),
        ("微.-信", SPLIT, SPLIT),
        ("微.-.信", SPLIT, 0),
        ("微信", SPLIT, 0),
        ("好 的", SPLIT, 0),
        ("天 地 人", SPLIT, 0),
        ("天 地 人 和", SPLIT, SPLIT),
        ("天 地 人和 好 的", SPLIT, 0),
        ("v", CONTACT, CONTACT),
        ("一三八零零一三", SPELLED, SPELLED),
        ("一三八零零一", SPELLED, 0),
        ("13800一三", SPELLED, 0),
        ("1-3-8 0 0一三零", SPELLED, SPELLED),
        ("12a3", THREE_DIGITS | FIVE_DIGITS | YEAR, THREE_DIGITS),
        ("1a2345", THREE_DIGITS | FIVE_DIGITS | YEAR, THREE_DIGITS | FIVE_DIGITS | YEAR),
        ("一好的的2", HAN_NUMBER, 0),
        ("一、、2", HAN_NUMBER, HAN_NUMBER),
        ("2 一", HAN_NUMBER, 0),
        ("ab_c", HANDLE | LATIN, LATIN),
        ("ab_c1", HANDLE | LATIN, HANDLE | LATIN),
        ("\U0001f606", LINK, LINK),
        ("\ud800", EVERYTHING, 0),
    ],
)
def test_traits(text: str, among: int, expected: int) -> None:
    assert SCANNER.scan(text) & among == expected


def test_every_character_of_a_trait_is_seen() -> None:
    assert [
        (char, trait)
        for trait, characters in traits.CHARACTERS.items()
        for char in characters
        if trait & EVERYTHING and not SCANNER.scan(f"好{char}的") & trait
    ] == []
    assert TraitScanner("微", []).scan("微") == CONTACT


@pytest.mark.parametrize("name", sorted(GATES))
@given(texts | BUSY)
@example("a" * 11)
@example("一二三四")
def test_a_gate_opens_as_without_traits(name: str, text: str) -> None:
    gate = GATES[name]

    assert gate.opens(text, SCANNER.scan(text)) is gate.opens(text)


@given(texts | BUSY)
@example("微.信 刷 单哈哈哈哈[em]e113[/em]加v:abc88")
def test_disguises_are_found_as_without_traits(text: str) -> None:
    folded = FOLDER.fold(text).text

    assert UNDISGUISER.edits(folded, SCANNER.scan(folded)) == UNDISGUISER.edits(folded)


@given(texts | BUSY)
@example("a.cn")
def test_links_and_spelled_numbers_are_found_as_without_traits(text: str) -> None:
    seen = SCANNER.scan(text)

    assert seen & LINK or not CUE.search(text)
    assert seen & SPELLED or fold.spelled_digits(text) == text


def test_real_messages_are_read_as_without_traits(messages: pd.DataFrame) -> None:
    opened = 0
    for text in messages["text"][::15]:
        folded = FOLDER.fold(text).text
        seen = SCANNER.scan(folded)
        for name, gate in GATES.items():
            opens = gate.opens(folded, seen)
            assert opens is gate.opens(folded), name
            opened += opens
        assert UNDISGUISER.edits(folded, seen) == UNDISGUISER.edits(folded)
    assert opened > 3_000


def test_interpreted_nothing_is_ruled_out() -> None:
    expected = EVERYTHING if str(traits.__file__).endswith(".py") else 0

    assert SCANNER.traits("好的") == expected


@pytest.mark.parametrize("name", sorted(GATES))
def test_every_character_of_a_pattern_opens_as_without_traits(name: str) -> None:
    gate = GATES[name]
    for char in sorted(set(gate.pattern.pattern)):
        for text in (char, f"好{char}的", f"1{char}2", f"a{char}1"):
            assert gate.opens(text, SCANNER.scan(text)) is gate.opens(text), text
