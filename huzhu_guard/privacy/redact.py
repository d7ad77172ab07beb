"""Take personal information out of a text."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from huzhu_guard.privacy.surrogate import surrogate
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huzhu_guard.verdict import Entity

Operator = Literal["mask", "replace", "hash", "surrogate"]
OPERATORS: tuple[Operator, ...] = ("mask", "replace", "hash", "surrogate")
"""``mask`` as custom shows it (``138****8000``), ``replace`` by the kind (``〔手机号〕``), ``hash`` to a token that is
the same for the same value and key, ``surrogate`` to a stand-in that belongs to nobody."""

NAMES: dict[EntityKind, str] = {
    EntityKind.PHONE: "手机号",
    EntityKind.ID_CARD: "身份证号",
    EntityKind.BANK_CARD: "银行卡号",
    EntityKind.PASSPORT: "护照号",
    EntityKind.VERIFICATION_CODE: "验证码",
    EntityKind.PASSWORD: "密码",
    EntityKind.ADDRESS: "地址",
    EntityKind.NAME: "姓名",
    EntityKind.EMAIL: "邮箱",
    EntityKind.PLATE: "车牌号",
    EntityKind.BIRTH_DATE: "出生日期",
    EntityKind.WECHAT_ID: "微信号",
    EntityKind.QQ: "QQ号",
    EntityKind.ALIPAY: "支付宝账号",
    EntityKind.ORDER_NO: "订单号",
    EntityKind.TRACKING_NO: "快递单号",
    EntityKind.PICKUP_CODE: "取件码",
    EntityKind.LANDLINE: "座机号",
}
"""What each kind is called in Chinese."""

_KEYED = ("hash", "surrogate")
_SEPARATORS = re.compile(r"[\s.·•*_~—–/()#-]+")
_SHORTEST_KEY = 16


class Change(NamedTuple):
    """One place that was redacted. It holds no value."""

    kind: EntityKind
    """What stood there."""
    start: int
    """Start in the text given."""
    end: int
    """End in the text given, exclusive."""
    new_start: int
    """Start in the redacted text."""
    new_end: int
    """End in the redacted text, exclusive."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """A redacted text and what was changed in it."""

    text: str
    """The redacted text."""
    changes: tuple[Change, ...] = field(default=())
    """What was changed, in order; everything else is as it was, to the character."""

    def __str__(self) -> str:
        return self.text


def redact(
    text: str,
    entities: Iterable[Entity],
    operator: str | Mapping[str, str] = "mask",
    key: bytes | None = None,
    cleaned: Iterable[tuple[int, int, str]] = (),
) -> Redaction:
    """Replace the entities of a text.

    Parameters
    ----------
    text
        The text in which they were found.
    entities
        As :meth:`PrivacyScreen.find` gave them: in the text's own coordinates, without overlap.
    operator
        One of :data:`OPERATORS` for all kinds, or a mapping from kind to operator; kinds that it leaves out are masked.
    key
        Secret of at least 16 bytes for ``hash`` and ``surrogate``. The same key gives the same token for the same
        value, however it was written; without it nobody can try values out.
    cleaned
        Links that give away who shared or ordered: start, end, and the link without that. Entities in them go too.

    Returns
    -------
    Redaction
        The text and what changed.

    Raises
    ------
    ValueError
        An operator is unknown, or one needs a key and there is none or a short one.

    Examples
    --------
    >>> from huzhu_guard.privacy import PrivacyScreen
    >>> text = "找 138 0013 8000 拿货"
    >>> found = PrivacyScreen().find(normalize(text))
    >>> redact(text, found).text
    '找 138****8000 拿货'
    >>> redact(text, found, "replace").changes
    (Change(kind=<EntityKind.PHONE: 'phone'>, start=2, end=15, new_start=2, new_end=7),)
    """
    choice = _choice(operator, key)
    links = [(start, end, EntityKind.ORDER_NO, link) for start, end, link in cleaned]
    inside = [
        (e.start, e.end, e.kind, _new(text[e.start : e.end], e, choice.get(e.kind, "mask"), key)) for e in entities
    ]
    parts: list[str] = []
    changes: list[Change] = []
    at = length = 0
    for start, end, kind, new in sorted((*links, *inside), key=lambda edit: (edit[0], -edit[1])):
        if start < at:
            continue
        length += start - at
        parts += (text[at:start], new)
        changes.append(Change(kind, start, end, length, length + len(new)))
        length += len(new)
        at = end
    parts.append(text[at:])
    return Redaction("".join(parts), tuple(changes))


def _choice(operator: str | Mapping[str, str], key: bytes | None) -> dict[EntityKind, str]:
    if isinstance(operator, Mapping):
        chosen = {_kind(kind): how for kind, how in operator.items()}
    else:
        chosen = dict.fromkeys(EntityKind, operator)
    for how in chosen.values():
        if how not in OPERATORS:
            raise ValueError(f"operator {how!r} is unknown; use one of {', '.join(OPERATORS)}")
        if how in _KEYED and (key is None or len(key) < _SHORTEST_KEY):
            raise ValueError(f"operator {how!r} needs a secret; pass key= with at least {_SHORTEST_KEY} bytes")
    return chosen


def _kind(kind: str) -> EntityKind:
    try:
        return EntityKind(kind)
    except ValueError:
        raise ValueError(f"{kind!r} is no kind of entity; use one of {', '.join(EntityKind)}") from None


def _new(value: str, entity: Entity, how: str, key: bytes | None) -> str:
    if how == "mask" or (key is None and how in _KEYED):
        return entity.value_masked
    if how == "replace":
        return f"〔{NAMES[entity.kind]}〕"
    # however it was written, the same value gives the same token
    plain = _SEPARATORS.sub("", normalize(value).folded)
    seed = hmac.new(key or b"", f"{entity.kind}:{plain}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    if how == "hash":
        token = base64.b32encode(seed[:5]).decode("ascii").lower()
        return f"〔{NAMES[entity.kind]}#{token}〕"
    return surrogate(entity.kind, seed)
