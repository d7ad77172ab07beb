from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from text_strategies import texts

from huzhu_guard.model import table
from huzhu_guard.model.reading import END, START, char_ngrams, word_ngrams
from huzhu_guard.model.table import Dictionary, Table, Weights, weights_of

GRAMS = ["刷单", "刷单日结", "⊢日结", "日结⊣", "⊢⊣", "单⊣", "⊢刷", "a", "\U0001f600日"]
COLUMNS = [[2, 1, 0, -1, 5, 2**31 - 1, 7, -3, 11], [0, -1, 3, 0, -5, -(2**31), 1, 4, 13]]
BOTH = pytest.mark.parametrize("make", [Dictionary, Table])
Make = Callable[[list[str], list[list[int]]], Weights]


@BOTH
def test_weights_of_each_ngram(make: Make) -> None:
    weights = make(GRAMS, COLUMNS)

    assert [weights.get(gram) for gram in GRAMS] == list(zip(*COLUMNS, strict=True))
    for unknown in ("", "刷", "单刷", "日结", "刷单⊣", "刷单日", "\ud800", "\U0001f601日"):
        assert weights.get(unknown) is None


@BOTH
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [5, -5]),
        (["刷单"], [2, 0]),
        (["日结"], [-1, 3]),
        (["刷单", "日结"], [2, -1]),
        (["刷单日", "结"], [1, -1]),
        (["刷单", "日结", "刷单", "日结"], [2, -1]),
        (["刷单", "刷单日结", "好"], [3, -1]),
        (["a", "\U0001f600", "日"], [8, 17]),
    ],
)
def test_words_and_pairs_count_once_each(make: Make, words: list[str], expected: list[int]) -> None:
    assert make(GRAMS, COLUMNS).word_sums(words) == expected


@BOTH
@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        ("", [5, -5]),
        ("  ", [5, -5]),
        ("刷单", [2**31 + 8, 1 - 2**31]),
        (" 刷 单 ", [2**31 + 8, 1 - 2**31]),
        ("好刷单刷单好", [2, 0]),
        ("\U0001f600日", [11, 13]),
    ],
)
def test_pairs_of_characters_count_once_each_and_spaces_do_not(make: Make, masked: str, expected: list[int]) -> None:
    assert make(GRAMS, COLUMNS).char_sums(masked) == expected


@BOTH
@pytest.mark.parametrize("labels", [1, 2, 5])
def test_any_number_of_labels_and_no_ngrams(make: Make, labels: int) -> None:
    weights = make(["刷单"], [[label] for label in range(labels)])

    assert weights.word_sums(["刷单"]) == list(range(labels))
    assert weights.get("刷单") == tuple(range(labels))
    assert make([], [[]] * labels).char_sums("刷单") == [0] * labels


@given(st.lists(texts | st.sampled_from(["刷", "单", "日结", "⊢", "⊣", "0" * 300]), max_size=12))
@example(["刷单", "⊢刷单⊣", "刷单 " * 200, "单日结\ud800"])
def test_both_give_the_same_sums(words: list[str]) -> None:
    masked = "".join(words)
    grams = sorted(word_ngrams(words) | char_ngrams(masked))[::2]
    columns = [list(range(len(grams))), [-7 * row for row in range(len(grams))]]
    own, other = Table(grams, columns), Dictionary(grams, columns)

    assert own.word_sums(words) == other.word_sums(words)
    assert own.char_sums(masked) == other.char_sums(masked)
    assert [own.get(gram) for gram in grams] == [other.get(gram) for gram in grams]


def test_no_two_ngrams_of_many_share_a_key() -> None:
    grams = [START + chr(0x4E00 + i) + chr(0x4E00 + j) + END for i in range(200) for j in range(200)]
    weights = Table(grams, [list(range(len(grams)))])

    assert [weights.get(gram) for gram in grams] == [(row,) for row in range(len(grams))]
    assert not [gram for gram in grams if weights.get(gram[::-1]) is not None]


def test_what_is_quicker_is_taken() -> None:
    quicker = Dictionary if str(table.__file__).endswith(".py") else Table

    assert type(weights_of(GRAMS, COLUMNS)) is quicker
