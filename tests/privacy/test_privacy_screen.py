"""The screen as a whole: shape of the answer, overlaps, confidence, and the score that follows from it."""

from __future__ import annotations

import math
import sys
import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_lines import marked_lines

from huzhu_guard.privacy import PrivacyScreen, exposes
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import Action, Entity, EntityKind, Link, LinkKind, Severity

SCREEN = PrivacyScreen()
LINES = marked_lines()
PIECES = st.sampled_from(
    [
        "13871234560",
        "姓名:周晓兰",
        "身份证",
        "验证码482913",
        "密码",
        "密码abc123",
        "鄂A8K36T",
        "支付宝",
        "@",
        "example.com",
        "一三八",
        "中间四个零",
        "路88号",
        "3栋2单元",
        "〔手机号〕",
        "138****8000",
        "，\n",
        "\u200b",
        "�",
        "\x00",
        "🐧",
        "①②",
        "⟦",
        "0",
        "1-2-3",
        "加v",
        "QQ",
        "收",
        "的",
    ]
)


def find(text: str) -> tuple[Entity, ...]:
    return SCREEN.find(normalize(text))


def score(entities: tuple[Entity, ...]) -> float:
    shares = SCREEN.weight(entities)
    assert [i for i, _ in shares] == list(range(len(entities)))
    return 1 / (1 + math.exp(-SCREEN.bias - sum(weight for _, weight in shares)))


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=80))
def test_any_text_gives_ordered_entities_inside_it(text: str) -> None:
    found = find(text)

    assert all(0 <= e.start < e.end <= len(text) for e in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(0.5 < e.confidence <= 1 for e in found)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_the_score_passes_a_half_exactly_when_it_exposes(text: str) -> None:
    found = find(text)

    assert (score(found) > 0.5) == exposes(found)


@pytest.mark.parametrize(
    ("text", "kind", "severity", "masked"),
    [
        ("打我 138 7123 4560", EntityKind.PHONE, Severity.HIGH, "138****4560"),
        ("身份证42010619870314253X", EntityKind.ID_CARD, Severity.HIGH, "420*************3x"),
        ("邮箱lan.yu@example.com", EntityKind.EMAIL, Severity.MEDIUM, "l***@example.com"),
        ("挪车 鄂A8K36T", EntityKind.PLATE, Severity.MEDIUM, "鄂a****t"),
        ("门锁密码258369#", EntityKind.PASSWORD, Severity.HIGH, "******"),
        ("加我微信lulu_8863", EntityKind.WECHAT_ID, Severity.LOW, "l****3"),
        ("订单号250612-183920475610293", EntityKind.ORDER_NO, Severity.LOW, "2506****0293"),
    ],
)
def test_masked_values_and_severities(text: str, kind: EntityKind, severity: Severity, masked: str) -> None:
    (entity,) = find(text)

    assert (entity.kind, entity.severity, entity.value_masked) == (kind, severity, masked)


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("手机13871234560", True),
        ("邮箱lan@example.com", True),
        ("挪车 鄂A8K36T", True),
        ("取件码8-3-2207", False),
        ("加我微信lulu_8863 QQ283746591", False),
        ("户名陶春红", False),
        ("接龙\n1. 张秀兰\n2. 王志刚", False),
        ("方志明 取件码7-2-4405", True),
        ("生日1990年5月3日", False),
        ("何婉清，女，1999-11-23", True),
        ("我支付宝 wangfei@example.com", False),
        ("客服95533，手机138****5678", False),
    ],
)
def test_when_it_exposes(text: str, leaks: bool) -> None:
    assert exposes(find(text)) is leaks


def test_a_wrong_check_digit_asks_for_review_and_says_so() -> None:
    (right,) = right_found = find("身份证420106198703142530")
    (wrong,) = wrong_found = find("身份证420106198703142532")

    assert score(right_found) >= 0.97
    assert 0.6 < score(wrong_found) < 0.95
    assert wrong.confidence < right.confidence
    assert "校验位不对" in wrong.reason.zh and "check digit is wrong" in wrong.reason.en


def test_an_organisations_number_is_not_an_id_or_card() -> None:
    assert find("统一社会信用代码 91350100M000100Y43") == ()


def test_whose_it_is_stands_in_the_reason() -> None:
    assert find("我的手机13871234560")[0].reason.zh.endswith("（发言人自己的）")
    assert "别人的" in find("曝光这个人 13871234560")[0].reason.zh


def test_what_stands_in_a_link_is_nobodys() -> None:
    text = "https://a.cn/p/13871234560 打15927318846"
    link = Link("https://a.cn/p/13871234560", 0, 26, "a.cn", "a.cn", "", False, LinkKind.URL, 0.1, Action.ALLOW)

    assert [(e.start, e.end) for e in SCREEN.find(normalize(text), [link])] == [(28, 39)]


def test_an_entity_holds_no_value() -> None:
    for line in LINES:
        for entity, (kind, start, end) in zip(find(line.text), line.spans, strict=False):
            value = line.text[start:end]
            if len(value) > 6 and kind != "address":
                assert value not in repr(entity)


@pytest.mark.parametrize(
    "unit", ["1", "1 ", "138 0000 ", "密码", "一", "a_", "3栋", "王", "@a.", "支付宝a", "**", "(028", "路1"]
)
def test_long_texts_are_no_harder_than_their_length(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    before = sys.getrecursionlimit()

    assert isinstance(find(text), tuple)
    assert sys.getrecursionlimit() == before


def test_threads_share_a_screen() -> None:
    expected = [find(line.text) for line in LINES[:200]]
    results: list[list[tuple[Entity, ...]]] = []
    threads = [
        threading.Thread(target=lambda: results.append([find(line.text) for line in LINES[:200]])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == [expected] * 4
