"""Identifiers in share links, and the links without them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huzhu_guard.links import LinkScreen
from huzhu_guard.links.leaks import cleaned, find_identifiers
from huzhu_guard.text.normalize import normalize

PDD = "https://mobile.yangkeduo.com"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"砍 {PDD}/goods.html?goods_id=1234567&refer_share_uin=ABCDE123 谢",
            [("refer_share_uin", "ABCDE123", "sharer")],
        ),
        (f"{PDD}/pincard_ask.html?group_order_id=1900123456", [("group_order_id", "1900123456", "group")]),
        (
            f"{PDD}/order.html?order_sn=241111-123456789012345&pid=9_1234567#x",
            [("order_sn", "241111-123456789012345", "order"), ("pid", "9_1234567", "promoter")],
        ),
        (
            f"{PDD}/app.html?launch_url=goods.html%3Fgoods_id%3D1%26share_uin%3DQWERTY%26b%3D2",
            [("share_uin", "QWERTY", "sharer")],
        ),
        ("https://shop.example.com/o?order_no=20241111001&x=1", [("order_no", "20241111001", "order")]),
        ("https://shop.example.com/o?refer_share_uin=ABCDE123", []),
        (f"{PDD}/goods.html?goods_id=1234567890&_oak_rcto=abc", []),
        (f"{PDD}/goods.html?share_uin=", []),
        (f"{PDD}/goods.html", []),
        ("order_sn=241111-123456789012345 没有链接", []),
    ],
)
def test_identifiers(screen, text, expected):
    found = find_identifiers(text, screen.find(normalize(text)))

    assert [(i.name, text[i.start : i.end], i.what) for i in found] == expected


@pytest.mark.parametrize(
    ("url", "brand", "clean"),
    [
        (f"{PDD}/g.html?goods_id=1&refer_share_uin=ABCDE&ps=x", "pinduoduo", f"{PDD}/g.html?goods_id=1&ps=x"),
        (f"{PDD}/g.html?refer_share_uin=ABCDE&ps=x", "pinduoduo", f"{PDD}/g.html?ps=x"),
        (f"{PDD}/g.html?ps=x&refer_share_uin=ABCDE", "pinduoduo", f"{PDD}/g.html?ps=x"),
        (f"{PDD}/g.html?refer_share_uin=ABCDE", "pinduoduo", f"{PDD}/g.html"),
        (f"{PDD}/g.html?refer_share_uin=ABCDE&share_uin=FGHIJ&order_sn=123456", "pinduoduo", f"{PDD}/g.html"),
        (f"{PDD}/g.html?refer_share_uin=ABCDE#top", "pinduoduo", f"{PDD}/g.html#top"),
        (f"{PDD}/a?u=g%3Fshare_uin%3DQWERTY%26b%3D2&c=3", "pinduoduo", f"{PDD}/a?u=g%3Fb%3D2&c=3"),
        ("https://a.com/g.html?refer_share_uin=ABCDE&b=1", "", "https://a.com/g.html?refer_share_uin=ABCDE&b=1"),
        ("https://a.com/?token=abcdef1234&b=1", "", "https://a.com/?b=1"),
        ("no link", "", "no link"),
    ],
)
def test_cleaned(url, brand, clean):
    assert cleaned(url, brand) == clean


@given(st.text(alphabet="a?&=%326fD_uin_share#;1", max_size=80))
def test_cleaning_twice_changes_nothing_more(tail):
    once = cleaned("https://mobile.yangkeduo.com/" + tail, "pinduoduo")

    assert len(once) <= len(tail) + 29
    found = find_identifiers(once, [SCREEN.judge(once)])
    assert found == ()


SCREEN = LinkScreen()
