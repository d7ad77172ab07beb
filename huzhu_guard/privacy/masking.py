"""How custom shows each kind in part: ``138****8000``, ``张**``."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from huzhu_guard.privacy.view import HAN
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Callable

_ALNUM: Final = re.compile(r"[^\W_]")


def _ends(first: int, last: int, stars: int = 4) -> Callable[[str], str]:
    """Keep ``first`` and ``last`` letters or digits; values too short for that lose everything."""

    def mask(value: str) -> str:
        kept = value if value.isascii() and value.isalnum() else "".join(_ALNUM.findall(value))
        if len(kept) < first + last + 3:
            return "*" * stars
        return kept[:first] + "*" * stars + (kept[-last:] if last else "")

    return mask


def _nothing(_: str) -> str:
    return "******"


def _name(value: str) -> str:
    return value[:1] + "**"


def _email(value: str) -> str:
    local, _, host = value.partition("@")
    return f"{local[:1]}***@{host}" if host else "***"


@cache
def _upper_levels() -> re.Pattern[str]:
    return re.compile(
        rf"^(?:{HAN}{{2,8}}?(?:省|自治区))?\s?(?:{HAN}{{2,8}}?(?:市|自治州|地区|盟))?\s?"
        rf"(?:{HAN}{{1,7}}?(?:区|县|市|旗)(?={HAN}))?"
    )


def _address(value: str) -> str:
    match = _upper_levels().match(value)
    return (match[0].rstrip() if match else "") + "******"


def _year(value: str) -> str:
    match = re.match(r"[0-9]{4}(?![0-9])", value)
    return f"{match[0]}年**月**日" if match else "****年**月**日"


MASKS: dict[EntityKind, Callable[[str], str]] = {
    EntityKind.PHONE: _ends(3, 4),
    EntityKind.ID_CARD: _ends(3, 2, 13),
    EntityKind.BANK_CARD: _ends(4, 4, 8),
    EntityKind.PASSPORT: _ends(1, 2, 5),
    EntityKind.VERIFICATION_CODE: _nothing,
    EntityKind.PASSWORD: _nothing,
    EntityKind.ADDRESS: _address,
    EntityKind.NAME: _name,
    EntityKind.EMAIL: _email,
    EntityKind.PLATE: _ends(2, 1),
    EntityKind.BIRTH_DATE: _year,
    EntityKind.WECHAT_ID: _ends(1, 1),
    EntityKind.QQ: _ends(2, 2),
    EntityKind.ALIPAY: _ends(1, 1),
    EntityKind.ORDER_NO: _ends(4, 4),
    EntityKind.TRACKING_NO: _ends(2, 4),
    EntityKind.PICKUP_CODE: _nothing,
    EntityKind.LANDLINE: _ends(3, 2),
}
"""For each kind, value to masked value."""


def mask(kind: EntityKind, value: str) -> str:
    """A value as custom shows it.

    Parameters
    ----------
    kind
        What it is.
    value
        The value in plain characters, as people write it or without separators.

    Examples
    --------
    >>> mask(EntityKind.PHONE, "138 0013 8000"), mask(EntityKind.NAME, "张小凡")
    ('138****8000', '张**')
    >>> mask(EntityKind.ADDRESS, "江苏省南京市鼓楼区云南路5号3栋201")
    '江苏省南京市鼓楼区******'
    """
    return MASKS[kind](value)
