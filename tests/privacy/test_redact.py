"""Redaction: what each operator leaves, what it keeps, and that doing it twice changes nothing."""

from __future__ import annotations

import re

import pytest
from marked_lines import marked_lines

from huzhu_guard.privacy import PrivacyScreen, exposes, redact
from huzhu_guard.privacy.redact import OPERATORS
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import Entity, EntityKind, Severity

KEY = b"0123456789abcdef"
OTHER_KEY = b"fedcba9876543210"
SCREEN = PrivacyScreen()
LINES = marked_lines()
SLIP = "周晓兰 138 7120 0456 湖北省武汉市洪山区珞狮路12号3栋2单元501，放门口"


def find(text: str) -> tuple[Entity, ...]:
    return SCREEN.find(normalize(text))


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("mask", "周** 138****0456 湖北省武汉市洪山区******，放门口"),
        ("replace", "〔姓名〕 〔手机号〕 〔地址〕，放门口"),
    ],
)
def test_operators_on_a_slip(operator: str, expected: str) -> None:
    assert redact(SLIP, find(SLIP), operator).text == expected


def test_changes_map_old_places_to_new_ones() -> None:
    result = redact(SLIP, find(SLIP), "replace")

    assert [(c.kind, c.start, c.end) for c in result.changes] == [
        (EntityKind.NAME, 0, 3),
        (EntityKind.PHONE, 4, 17),
        (EntityKind.ADDRESS, 18, 41),
    ]
    assert [result.text[c.new_start : c.new_end] for c in result.changes] == ["〔姓名〕", "〔手机号〕", "〔地址〕"]


@pytest.mark.parametrize("operator", OPERATORS)
def test_what_is_outside_stays_to_the_character(operator: str) -> None:
    for line in LINES:
        result = redact(line.text, find(line.text), operator, KEY)
        old, new = 0, 0
        for change in result.changes:
            assert result.text[new : change.new_start] == line.text[old : change.start]
            old, new = change.end, change.new_end
        assert result.text[new:] == line.text[old:]


@pytest.mark.parametrize("operator", OPERATORS)
def test_redacting_twice_changes_nothing(operator: str) -> None:
    for line in LINES:
        once = redact(line.text, find(line.text), operator, KEY).text
        found = find(once)

        assert redact(once, found, operator, KEY).text == once
        assert not exposes(found)


@pytest.mark.parametrize("operator", OPERATORS)
def test_nothing_high_or_medium_remains(operator: str) -> None:
    for line in LINES:
        found = find(line.text)
        redacted = redact(line.text, found, operator, KEY).text
        for entity in found:
            value = line.text[entity.start : entity.end]
            if entity.severity is not Severity.LOW:
                assert value not in redacted


def test_the_same_value_gets_the_same_token_however_it_is_written() -> None:
    texts = ["打13871200456", "打138 7120 0456", "打１３８－７１２０－０４５６", "打幺三八七幺二零零四五六"]
    tokens = {redact(text, find(text), "hash", KEY).text for text in texts}

    (token,) = tokens
    assert re.fullmatch(r"打〔手机号#[a-z2-7]{8}〕", token)
    assert redact(texts[0], find(texts[0]), "hash", OTHER_KEY).text != token


def test_stand_ins_are_stable_and_belong_to_nobody() -> None:
    text = "打13871200456"
    first = redact(text, find(text), "surrogate", KEY).text

    assert re.fullmatch(r"打154\d{8}", first)
    assert redact(text, find(text), "surrogate", KEY).text == first
    assert redact(text, find(text), "surrogate", OTHER_KEY).text != first
    assert find(first) == ()


def test_a_choice_by_kind_masks_the_rest() -> None:
    result = redact(SLIP, find(SLIP), {"phone": "replace", EntityKind.NAME: "replace"})

    assert result.text == "〔姓名〕 〔手机号〕 湖北省武汉市洪山区******，放门口"


@pytest.mark.parametrize(
    ("operator", "key", "message"),
    [
        ("erase", None, "operator 'erase' is unknown; use one of mask, replace, hash, surrogate"),
        ("hash", None, "operator 'hash' needs a secret; pass key= with at least 16 bytes"),
        ("surrogate", b"short", "operator 'surrogate' needs a secret; pass key= with at least 16 bytes"),
        ({"fax": "mask"}, None, "'fax' is no kind of entity; use one of phone, "),
    ],
)
def test_errors_say_what_to_do(operator: str, key: bytes | None, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        redact(SLIP, (), operator, key)


def test_secrets_reach_no_repr_or_error() -> None:
    found = find(SLIP)
    shown = repr(found) + repr(redact(SLIP, found, "replace").changes)

    for secret in ("7120", "周晓兰", "珞狮路"):
        assert secret not in shown
