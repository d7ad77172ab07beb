from __future__ import annotations

import pytest
from hypothesis import given
from text_strategies import texts

from huzhu_guard.model.reading import END, START, char_ngrams, mask, read, word_ngrams
from huzhu_guard.text.normalize import normalize
from huzhu_guard.text.tokenize import tokenizer


@pytest.mark.parametrize(
    ("canonical", "masked"),
    [
        ("日结300元", "日结000元"),
        ("尾号12345", "尾号 digit "),
        ("加微信abc88123", "加微信 handle "),
        ("看 http://t.cn/a6x 吧", "看 url 吧"),
        ("看a.example.com/1吧", "看 url 吧"),
        ("3.5折", "0.0折"),
        ("ok的", "ok的"),
        ("a1b", "a0b"),
        ("两  个\n人", "两 个 人"),
        ("", ""),
    ],
)
def test_mask(canonical: str, masked: str) -> None:
    assert masked == mask(canonical)


@pytest.mark.parametrize(
    ("words", "grams"),
    [
        (["刷单", "日结", "元"], {"⊢刷单", "刷单", "刷单日结", "日结", "日结元", "元", "元⊣"}),
        (["刷单", "刷单", "刷单"], {"⊢刷单", "刷单", "刷单刷单", "刷单⊣"}),
        (["刷单"], {"⊢刷单", "刷单", "刷单⊣"}),
        ([], {"⊢⊣"}),
    ],
)
def test_words_and_their_pairs(words: list[str], grams: set[str]) -> None:
    assert grams == word_ngrams(words)


@pytest.mark.parametrize(
    ("masked", "grams"),
    [
        ("甲乙 丙丁", {"⊢甲", "甲乙", "乙丙", "丙丁", "丁⊣"}),
        (" 甲 ", {"⊢甲", "甲⊣"}),
        ("甲甲甲", {"⊢甲", "甲甲", "甲⊣"}),
        ("", {"⊢⊣"}),
        ("  ", {"⊢⊣"}),
    ],
)
def test_pairs_of_characters(masked: str, grams: set[str]) -> None:
    assert grams == char_ngrams(masked)


def test_beginning_and_end_are_told_apart() -> None:
    assert char_ngrams("甲乙") & char_ngrams("乙甲") == set()
    assert word_ngrams(["刷单", "好"]) & word_ngrams(["好", "刷单"]) == {"刷单", "好"}


def test_punctuation_is_no_word() -> None:
    reading = read("刷单,日结!", tokenizer(), ["rule:a"])

    assert (reading.words, reading.signals, reading.masked) == (["刷单", "日结"], ("rule:a",), "刷单,日结!")


@given(texts)
def test_any_text_can_be_read(raw: str) -> None:
    reading = read(normalize(raw).canonical, tokenizer())

    assert all(word.isalnum() for word in reading.words)
    assert {START, END}.isdisjoint(reading.words)
    assert "\n" not in reading.masked
    assert "  " not in reading.masked
