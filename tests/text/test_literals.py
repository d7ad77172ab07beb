from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from text_strategies import texts

from huzhu_guard.text import literals
from huzhu_guard.text.literals import Automaton, Literals, Trie, literals_of

WORDS = ["刷单", "刷单日结", "单日", "日", "结", "ab", "abc", "\U0001f600", "\U0001f600日", "日日日"]
BOTH = pytest.mark.parametrize("make", [Automaton, Trie])
Make = Callable[[list[str]], Literals]


def _found(literals: Literals, text: str) -> list[tuple[int, int]]:
    flat = list(literals.find(text))
    return sorted(zip(flat[::2], flat[1::2], strict=True))


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("好的", []),
        ("刷", []),
        ("刷单日", [(0, 0), (2, 1), (3, 2)]),
        ("刷单日结", [(0, 0), (1, 0), (2, 1), (3, 2), (4, 3)]),
        ("日日日日", [(3, 0), (3, 1), (3, 2), (3, 3), (9, 0), (9, 1)]),
        ("xabcab", [(5, 1), (5, 4), (6, 1)]),
        ("好\U0001f600日\U0001f600", [(3, 2), (7, 1), (7, 3), (8, 1)]),
    ],
)
def test_every_place_of_every_word(make: Make, text: str, expected: list[tuple[int, int]]) -> None:
    assert _found(make(WORDS), text) == expected


@BOTH
def test_no_words(make: Make) -> None:
    assert _found(make([]), "刷单") == []


@given(
    st.lists(st.text("刷单日结ab\U0001f600", min_size=1, max_size=6), min_size=1, max_size=12, unique=True),
    texts.filter(lambda text: text.isprintable()) | st.text("刷单日结ab\U0001f600", max_size=40),
)
@example(["a", "aa", "aaa"], "a" * 40)
def test_both_find_what_is_there(words: list[str], text: str) -> None:
    expected = sorted((n, at) for n, word in enumerate(words) for at in range(len(text)) if text.startswith(word, at))

    assert _found(Trie(words), text) == expected
    assert _found(Automaton(words), text) == expected


def test_what_is_quicker_is_taken() -> None:
    quicker = Automaton if str(literals.__file__).endswith(".py") else Trie

    assert type(literals_of(WORDS)) is quicker
