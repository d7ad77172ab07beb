"""Stand-ins: values of the same form that belong to nobody, the same for the same value and key.

The ranges are those the recognizers refuse, so that a text with stand-ins is not redacted again: mobile segments and
area codes that were never assigned, card numbers that begin with 0, host names under ``.invalid``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from huzhu_guard.privacy.checksums import id_check_char, luhn
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Callable

_STAND_INS = re.compile(
    r"〔[^〔〕\n]{1,24}〕|(?<![0-9])(?:154[0-9]{8}(?![0-9])|99[0-9]{15}[0-9x]|0{6}(?:-?[0-9]{12,15})?(?![0-9])|"
    r"00[0-9]{8}(?![0-9])|011-1[0-9]{7}|0-0-0000)|(?<![a-z0-9])xx[0-9]{7,13}(?![0-9])|fake_[a-z0-9]{6}|"
    r"[a-z0-9]{8}@mail\.invalid|京i[0-9]{5}"
)
_MASKED = re.compile(r"[0-9a-z@*._-]{0,24}\*{2,40}[0-9a-z@*._-]{0,40}")
_HINT = re.compile(r"〔|\*\*|154|99|000|xx[0-9]|fake_|invalid|011-|0-0|京i")


def nobodys(text: str) -> list[tuple[int, int]]:
    """Where redaction has been: tokens, masked values and stand-ins. Recognizers keep off these spans.

    Examples
    --------
    >>> nobodys("找138****8000,密码〔密码〕")
    [(15, 19), (1, 12)]
    """
    if not _HINT.search(text):
        return []
    spans = [match.span() for match in _STAND_INS.finditer(text)]
    return spans + [match.span() for match in _MASKED.finditer(text)] if "**" in text else spans


_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_STEMS = "甲乙丙丁戊己庚辛壬癸"


class _Stream:
    """Choices drawn from the bytes of a keyed hash."""

    def __init__(self, seed: bytes) -> None:
        self._value = int.from_bytes(seed, "big")

    def below(self, limit: int) -> int:
        self._value, rest = divmod(self._value, limit)
        return rest

    def digits(self, count: int) -> str:
        return "".join([str(self.below(10)) for _ in range(count)])

    def letters(self, count: int) -> str:
        return "".join([_LETTERS[self.below(len(_LETTERS))] for _ in range(count)])


def _phone(s: _Stream) -> str:
    return "154" + s.digits(8)


def _id_card(s: _Stream) -> str:
    first = f"99{s.digits(4)}{1950 + s.below(60)}{1 + s.below(12):02}{1 + s.below(28):02}{s.digits(3)}"
    return first + id_check_char(first)


def _bank_card(s: _Stream) -> str:
    first = "000000" + s.digits(12)
    return next(first + d for d in "0123456789" if luhn(first + d))


def _address(s: _Stream) -> str:
    road, number = _STEMS[s.below(10)], 1 + s.below(200)
    return f"某某市某某区{road}某路{number}号{1 + s.below(30)}栋{1 + s.below(30)}0{1 + s.below(4)}"


def _name(s: _Stream) -> str:
    return _SURNAMES[s.below(len(_SURNAMES))] + "某" + _STEMS[s.below(10)]


_MAKERS: dict[EntityKind, Callable[[_Stream], str]] = {
    EntityKind.PHONE: _phone,
    EntityKind.ID_CARD: _id_card,
    EntityKind.BANK_CARD: _bank_card,
    EntityKind.PASSPORT: lambda s: "XX" + s.digits(7),
    EntityKind.VERIFICATION_CODE: lambda s: "000000",
    EntityKind.PASSWORD: lambda s: "fake_" + s.letters(6),
    EntityKind.ADDRESS: _address,
    EntityKind.NAME: _name,
    EntityKind.EMAIL: lambda s: f"{s.letters(8)}@mail.invalid",
    EntityKind.PLATE: lambda s: "京I" + s.digits(5),
    EntityKind.BIRTH_DATE: lambda s: f"1800年{1 + s.below(12)}月{1 + s.below(28)}日",
    EntityKind.WECHAT_ID: lambda s: "fake_" + s.letters(6),
    EntityKind.QQ: lambda s: "00" + s.digits(8),
    EntityKind.ALIPAY: lambda s: "fake_" + s.letters(6),
    EntityKind.ORDER_NO: lambda s: "000000-" + s.digits(15),
    EntityKind.TRACKING_NO: lambda s: "XX" + s.digits(13),
    EntityKind.PICKUP_CODE: lambda s: "0-0-0000",
    EntityKind.LANDLINE: lambda s: "011-" + "1" + s.digits(7),
}


def surrogate(kind: EntityKind, seed: bytes) -> str:
    """A value of the form of ``kind`` that belongs to nobody.

    Parameters
    ----------
    kind
        What it stands in for.
    seed
        Keyed hash of the real value; the same seed gives the same stand-in.

    Examples
    --------
    >>> surrogate(EntityKind.PHONE, bytes(31) + bytes([7]))
    '15470000000'
    """
    return _MAKERS[kind](_Stream(seed))
