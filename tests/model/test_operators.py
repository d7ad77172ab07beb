from __future__ import annotations

import random
import unicodedata

import pytest

from huzhu_guard.model.operators import OPERATORS, disguise, disguised_copies
from huzhu_guard.text.normalize import normalize

TEXT = "加我微信 abc123，刷单日结300元，手机就能赚钱，扫码进群"
UNDONE = ["zero_width", "full_width", "circled_digits", "keycaps", "traditional"]
"""What the normaliser undoes to the character, whatever the words."""


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_text_is_written_otherwise_the_same_way_each_time(operator: str) -> None:
    written = disguise(TEXT, operator, seed=3)

    assert written != TEXT
    assert written == disguise(TEXT, operator, seed=3)
    assert disguise("", operator) == ""


@pytest.mark.parametrize(
    ("operator", "text", "written"),
    [
        ("circled_digits", "300", "③⓪⓪"),
        ("keycaps", "30", "3\ufe0f\u20e30\ufe0f\u20e3"),
        ("full_width", "ab 1", "ａｂ １"),
        ("look_alikes", "abc", "аbс"),
        ("traditional", "红包", "紅包"),
        ("split_characters", "好码", "女子石马"),
        ("emoji", "红包有钱", "🧧🈶💰"),
        ("dots", "今天", {"今.天", "今·天", "今。天"}),
        ("line_breaks", "今天", "今\n天"),
        ("shuffle", "今天", "天今"),
        ("repeats", "好", "好好好"),
        ("full_pinyin", "好", "hao"),
        ("initials", "好", "h"),
        ("homophones", "好", {"号", "浩", "毫", "耗", "豪", "郝", "昊", "壕", "嚎"}),
        ("contact_slang", "微信", {"薇", "V❤", "威芯", "绿泡泡", "vx", "微❤", "卫星"}),
        ("chinese_digits", "1", {"一", "壹"}),
    ],
)
def test_what_each_does(operator: str, text: str, written: str | set[str]) -> None:
    found = disguise(text, operator)

    assert found in written if isinstance(written, set) else found == written


@pytest.mark.parametrize("operator", UNDONE)
def test_what_is_undone_to_the_character(operator: str) -> None:
    assert normalize(disguise(TEXT, operator)).canonical == normalize(TEXT).canonical


def test_one_in_three_places_is_rewritten() -> None:
    dotted = disguise("今天天气不错我们出去走走吧朋友们" * 5, "zero_width")
    marks = sum(unicodedata.category(char) == "Cf" for char in dotted)

    assert 12 <= marks <= 16


def test_copies_say_whose_they_are() -> None:
    texts = [f"{TEXT}{i}" for i in range(40)]
    copies = disguised_copies(texts, 0.5, seed=1)

    assert 15 <= len(copies) <= 20
    assert [place for place, _ in copies] == sorted({place for place, _ in copies})
    assert all(copy != texts[place] for place, copy in copies)
    assert copies == disguised_copies(texts, 0.5, seed=1)
    assert copies != disguised_copies(texts, 0.5, seed=2)
    assert len({copy[:4] for _, copy in copies}) > 3  # by several operators


def test_nothing_to_rewrite_is_no_copy() -> None:
    assert disguised_copies(["", " ", "\n"], 1.0) == []


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_out_of_range(share: float) -> None:
    with pytest.raises(ValueError, match="must be from 0 to 1"):
        disguised_copies(["好"], share)


def test_there_are_enough() -> None:
    rng = random.Random(0)
    assert len(OPERATORS) >= 14
    assert all(isinstance(operator(TEXT, rng), str) for operator in OPERATORS.values())
