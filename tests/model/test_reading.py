from __future__ import annotations

import pytest
from hypothesis import given
from text_strategies import texts

from huzhu_guard.model.reading import char_ngrams, mask, read, word_ngrams
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


def test_words_and_their_pairs() -> None:
    assert word_ngrams(["刷单", "日结", "元"]) == ["刷单", "日结", "元", "刷单 日结", "日结 元"]
    assert word_ngrams([]) == []


def test_characters() -> None:
    assert (char_ngrams("甲乙 丙丁戊")) == [
        "甲",
        "乙",
        "丙",
        "丁",
        "戊",
        "甲乙",
        "乙丙",
        "丙丁",
        "丁戊",
        "甲乙丙",
        "乙丙丁",
        "丙丁戊",
        "甲乙丙丁",
        "乙丙丁戊",
    ]


def test_punctuation_is_no_word() -> None:
    reading = read("刷单,日结!", tokenizer(), ["rule:a"])

    assert (reading.words, reading.signals, reading.masked) == (["刷单", "日结"], ("rule:a",), "刷单,日结!")


@given(texts)
def test_any_text_can_be_read(raw: str) -> None:
    reading = read(normalize(raw).canonical, tokenizer())

    assert all(word.isalnum() for word in reading.words)
    assert "\n" not in reading.masked
    assert "  " not in reading.masked
