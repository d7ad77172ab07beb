"""When personal information amounts to a leak, and how much each piece adds to the score."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from huzhu_guard.verdict import EntityKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from huzhu_guard.verdict import Entity

BIAS: Final = -4.0
"""Log-odds of a leak in a message that exposes nobody."""

SEVERITIES: dict[EntityKind, Severity] = {
    EntityKind.PHONE: Severity.HIGH,
    EntityKind.ID_CARD: Severity.HIGH,
    EntityKind.BANK_CARD: Severity.HIGH,
    EntityKind.PASSPORT: Severity.HIGH,
    EntityKind.VERIFICATION_CODE: Severity.HIGH,
    EntityKind.PASSWORD: Severity.HIGH,
    EntityKind.ADDRESS: Severity.HIGH,
    EntityKind.NAME: Severity.MEDIUM,
    EntityKind.EMAIL: Severity.MEDIUM,
    EntityKind.PLATE: Severity.MEDIUM,
    EntityKind.BIRTH_DATE: Severity.MEDIUM,
    EntityKind.WECHAT_ID: Severity.LOW,
    EntityKind.QQ: Severity.LOW,
    EntityKind.ALIPAY: Severity.LOW,
    EntityKind.ORDER_NO: Severity.LOW,
    EntityKind.TRACKING_NO: Severity.LOW,
    EntityKind.PICKUP_CODE: Severity.LOW,
    EntityKind.LANDLINE: Severity.LOW,
}
"""How much each kind can hurt; an Alipay account that is a phone number or an e-mail address counts as that."""

_IN_COMPANY: Final = frozenset({EntityKind.NAME, EntityKind.BIRTH_DATE})
_CEILING: Final = {Severity.HIGH: 4.5, Severity.MEDIUM: 2.4, Severity.LOW: 1.5}
_FLOOR: Final = 0.3  # what is found counts as found, so the score passes 0.5 even where the recognizer is in doubt
_EACH_FURTHER: Final = 0.2
_MOST_FURTHER: Final = 1.0
_ALONE: Final = 0.5
_MOST_ALONE: Final = 2.0


def exposes(entities: Iterable[Entity]) -> bool:
    """Whether a message with these entities leaks personal information.

    It does when one of high severity, an e-mail address or a plate stands in it, or a full name beside anything else
    that is not a name. Handles, order numbers and the like leak nothing by themselves.

    Parameters
    ----------
    entities
        What was found in one message, in any order.

    Examples
    --------
    >>> exposes([])
    False
    """
    named = company = False
    for entity in entities:
        if entity.severity is Severity.HIGH:
            return True
        if entity.kind is EntityKind.NAME:
            named = True
        else:
            company = True
            if entity.severity is Severity.MEDIUM and entity.kind not in _IN_COMPANY:
                return True
    return named and company


def shares(entities: Sequence[Entity]) -> list[tuple[int, float]]:
    """What each entity adds to the log-odds of a leak, beside :data:`BIAS`.

    Parameters
    ----------
    entities
        What was found in one message.

    Returns
    -------
    list of (int, float)
        Index of the entity and its share. The sum passes 0 with the bias exactly when :func:`exposes` holds. A certain
        entity of high severity brings the score over 0.97, a doubtful one less; more of them add little.
    """
    if not entities:
        return []
    if not exposes(entities):
        each = min(_ALONE, _MOST_ALONE / len(entities))
        return [(i, each) for i in range(len(entities))]
    strengths = [_strength(entity) for entity in entities]
    main = max(range(len(entities)), key=strengths.__getitem__)
    further = min(_EACH_FURTHER, _MOST_FURTHER / len(entities))
    sure = [s >= 3.5 for s in strengths]
    return [
        (i, strengths[i] - BIAS if i == main else further if sure[i] or sure[main] else further / 4)
        for i in range(len(entities))
    ]


def _strength(entity: Entity) -> float:
    confidence = min(max(entity.confidence, 0.01), 0.995)
    return min(max(math.log(confidence / (1 - confidence)), _FLOOR), _CEILING[entity.severity])
