"""Whether a regular expression can take more than linear time.

Every repeat must be bounded, and the number of ways in which the repeats of one pattern can share a stretch of text
must be small. Then the work at each start is bounded by a constant, and the whole search is linear.
"""

from __future__ import annotations

import re
import re._constants as constants  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable
from typing import Any

_MOST_REPEATS = 80
_MOST_WAYS = 20_000


def growth_fault(pattern: str) -> str | None:
    """What is wrong with ``pattern``, or None.

    Examples
    --------
    >>> growth_fault("(a+)+$")
    'a repeat without an upper bound; write {0,40} or the like'
    >>> growth_fault("日赚[0-9]{2,4}元")
    """
    try:
        return _fault(parser.parse(pattern))
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)


def _fault(tree: Iterable[Any]) -> str | None:
    ways = _ways(tree)
    if ways == float("inf"):
        return "a repeat without an upper bound; write {0,40} or the like"
    if ways > _MOST_WAYS:
        return f"its repeats can be matched in about {ways:.0f} ways; bound them more tightly"
    return None


def _ways(tree: Iterable[Any]) -> float:
    """An upper bound of the number of ways to match at one place."""
    product = 1.0
    for op, value in tree:
        if op in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
            low, high, body = value
            if high == constants.MAXREPEAT:
                return float("inf")
            inner = _ways(body)
            if inner > _MOST_WAYS:
                return inner
            if high > _MOST_REPEATS or (inner > 1 and high > 1):
                inner = inner ** min(high, 20)
            product *= (high - low + 1) * inner
        elif op is constants.BRANCH:
            product *= sum(_ways(branch) for branch in value[1])
        elif op is constants.SUBPATTERN:
            product *= _ways(value[3])
        elif op in (constants.ASSERT, constants.ASSERT_NOT):
            product *= _ways(value[1])
        elif op is constants.ATOMIC_GROUP:
            product *= _ways(value)
        elif op is constants.GROUPREF_EXISTS:
            product *= sum(_ways(branch) for branch in value[1:] if branch is not None)
    return product
