"""What recognizers look at: numbers, slices of them, and quick matching."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huzhu_guard.privacy.recognizers import recognizer
from huzhu_guard.privacy.view import View

PATTERNS = [
    recognizer("verification_code").VALUE,
    recognizer("pickup_code").VALUE,
    recognizer("order_no").PINDUODUO,
    recognizer("order_no").BARE,
    recognizer("order_no").GROUPED,
    recognizer("tracking_no").LETTERED,
    recognizer("tracking_no").BARE,
    recognizer("passport").LETTERED,
    recognizer("passport").DIGITS,
    recognizer("landline").LOCAL,
    recognizer("qq").GROUPED,
    recognizer("birth_date").DATE,
    recognizer("wechat_id").TOKEN,
    recognizer("wechat_id").AFTER_SIGN,
    recognizer("phone_hidden").LETTERED,
    recognizer("id_card").TAIWAN,
    recognizer("id_card").HONG_KONG,
]
TEXTS = st.text("0123456789aevx -./:@_()年月日号", max_size=60)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.pattern[:24])
@given(TEXTS)
def test_matches_are_those_of_finditer(pattern: re.Pattern[str], text: str) -> None:
    assert [m.span() for m in View(text).matches(pattern)] == [m.span() for m in pattern.finditer(text)]


@pytest.mark.parametrize(
    ("text", "totals", "long"),
    [
        ("满199减30 到手69.9", [], False),
        ("12345", [5], True),
        ("138 0000 8000", [11], True),
        ("12.3 456", [], False),
        ("12.3 4567", [7], True),
        ("138中0000", [], False),
    ],
)
def test_numbers_of_five_digits_or_more(text: str, totals: list[int], long: bool) -> None:
    view = View(text)

    assert ([number.total for number in view.numbers], view.long) == (totals, long)


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("2 138 0000 8000", "0123456789", [(2, 15, "13800008000", (3, 4, 4))]),
        ("2 138 0000 8000", "2", []),
        ("13800008000", "1", [(0, 11, "13800008000", (11,))]),
        ("13800008000", "2", []),
    ],
)
def test_slices(text: str, first: str, expected: list[tuple[int, int, str, tuple[int, ...]]]) -> None:
    view = View(text)

    assert [tuple(piece) for piece in view.numbers[0].slices(text, 11, 11, first)] == expected


def test_chinese_digits_that_only_touch_a_number_are_words() -> None:
    raw = "周六13871234560"

    assert View("周613871234560", lambda start, end: raw[start:end]).text == raw
