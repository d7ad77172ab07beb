"""Names near a brand's."""

import pytest

from huzhu_guard.links.lookalike import NameIndex, letters, shape, split_baits, within_one_edit
from huzhu_guard.links.owners import Registry, read_lines

INDEX = NameIndex(Registry())


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("taobao", "taobao", True), ("taobao", "taobaoo", True), ("taobao", "taoba", True),
        ("taobao", "toabao", True), ("taobao", "taobeo", True), ("taobao", "tabaoo", False), ("taobao", "taob", False),
        ("", "", True), ("", "a", True), ("ab", "ba", True), ("abc", "cba", False),
    ],
)  # fmt: skip
def test_within_one_edit(a, b, near):
    assert within_one_edit(a, b) is near
    assert within_one_edit(b, a) is near


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("pinduodou", "pinduoduo"), ("pinduouo", "pinduoduo"), ("pinduodduo", "pinduoduo"), ("p1nduoduo", "pinduoduo"),
        ("plnbuobuo", "pinduoduo"), ("wechaat", "wechat"), ("taoba0", "taobao"), ("rnicrosoft", "microsoft"),
        ("small", None), ("douban", None), ("xinxi", None), ("zhifu", None), ("jd", None), ("qxyzw", None),
    ],
)  # fmt: skip
def test_near(label, name):
    match = INDEX.near(label)

    assert (match and match.name) == name


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("taobao888", "taobao"), ("my-taobao", "taobao"), ("jdvip", "jd"), ("jd-kefu", "jd"),
        ("pdd888vip", "pdd"), ("tuikuanjd", "jd"), ("12306-vip", "12306"), ("jdxyz", None), ("pddle", None),
        ("weixing", None), ("mountain", None),
    ],
)  # fmt: skip
def test_inside(label, name):
    match = INDEX.inside(label)

    assert (match and match.name) == name


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("iicbc", "icbc"), ("icbbc", "icbc"), ("12036", "12306"), ("100086", "10086"), ("cibc", None), ("12360", None),
        ("10010", "10010"),
    ],
)  # fmt: skip
def test_short_names_bear_few_slips(label, name):
    match = INDEX.exact(label)

    assert (match and match.name) == name


def test_innocent_names_are_no_lookalikes():
    words = " ".join(read_lines("innocent.txt")).split()

    assert [w for w in words if INDEX.near(w)] == []


def test_small_steps():
    assert letters("5ina") == "sina"
    assert shape("rnodern") == shape("modern")
    assert split_baits("walletconnect") == ["wallet", "connect"]
