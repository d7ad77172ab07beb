from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huzhu_guard.text.keys import NOTHING, key_of, longer, power_of_two


def test_keys_stay_what_they_are() -> None:
    """Compiled and interpreted arithmetic, on every machine."""
    assert key_of("") == NOTHING
    assert [key_of(text) for text in ("刷单", "\U0001f600", "a" * 50)] == [
        314459485856825430,
        2803835283526244542,
        760999049388978907,
    ]


@given(st.text(), st.text())
def test_a_key_goes_on_from_another(first: str, second: str) -> None:
    key = key_of(first)
    for char in second:
        key = longer(key, ord(char))

    assert key == key_of(first + second)
    assert 0 < key < 2**62


def test_texts_that_are_alike_have_different_keys() -> None:
    texts = [chr(0x4E00 + i) + chr(0x4E00 + j) for i in range(300) for j in range(300)]

    assert len({key_of(text) for text in texts}) == len(texts)
    assert len({key_of(text) & 0xFFFF for text in texts}) > 45_000  # of 65,536: their ends are spread too


@pytest.mark.parametrize(("least", "expected"), [(0, 8), (8, 8), (9, 16), (1000, 1024), (1024, 1024)])
def test_powers_of_two(least: int, expected: int) -> None:
    assert power_of_two(least) == expected
