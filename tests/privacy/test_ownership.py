"""Whose something is, by the words around it."""

from __future__ import annotations

import pytest

from huzhu_guard.privacy.ownership import Owners

NUMBER = "13871234560"


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        (f"我的手机{NUMBER}", "own"),
        (f"有事打我{NUMBER}", "own"),
        (f"曝光这个骗子{NUMBER}", "third_party"),
        (f"曝光 我的手机{NUMBER}", "third_party"),
        (f"旗舰店客服{NUMBER}", "organisation"),
        (f"{NUMBER}是公司的", "organisation"),
        (f"我的孩子今天上学去了不在家，打{NUMBER}", ""),
        (f"打{NUMBER}", ""),
    ],
)
def test_of(text: str, owner: str) -> None:
    start = text.index(NUMBER)

    assert Owners(text).of(start, start + len(NUMBER)) == owner


@pytest.mark.parametrize(("text", "known"), [("打我", True), ("打他", False), ("", False)])
def test_nothing_to_ask_where_no_word_says_so(text: str, known: bool) -> None:
    assert bool(Owners(text)) is known
