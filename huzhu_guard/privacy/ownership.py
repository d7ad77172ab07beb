"""Whose a piece of personal information is, where the words of the message say so."""

from __future__ import annotations

import re
from typing import Final

_THIRD_PARTY: Final = re.compile(
    "曝光|人肉|挂出来|挂他|挂她|避雷|骗子|骗我|骗了|大家打死|老赖|无赖|就是这个人|堵他|堵她|别放过|小三|渣男|渣女"
)
_OWN: Final = re.compile("我的|我家|我电话|我手机|我叫|我号|我微信|我住|我是|发我|寄给我|打我|本人")
_ORGANISATION: Final = re.compile("公司|店铺|门店|本店|商行|专卖|旗舰店|营业部|分行|支行|客服")
_OWN_REACH: Final = 12
_ORGANISATION_REACH: Final = (30, 12)


class Owners:
    """Who may own what stands in a message.

    Parameters
    ----------
    text
        The folded text.

    Examples
    --------
    >>> owners = Owners("我的手机13871234560")
    >>> bool(owners), owners.of(4, 15)
    (True, 'own')
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._exposed = _THIRD_PARTY.search(text) is not None
        self._own = _OWN.search(text) is not None
        self._organisation = _ORGANISATION.search(text) is not None

    def __bool__(self) -> bool:
        return self._exposed or self._own or self._organisation

    def of(self, start: int, end: int) -> str:
        """``third_party`` in an exposure, ``own`` of the sender, ``organisation``, or ``""`` where nothing says so."""
        if self._exposed:
            return "third_party"
        if self._own and _OWN.search(self._text, max(0, start - _OWN_REACH), start):
            return "own"
        before, after = _ORGANISATION_REACH
        if self._organisation and _ORGANISATION.search(self._text, max(0, start - before), end + after):
            return "organisation"
        return ""
