"""Words without which a regular expression matches nothing, read off the pattern.

Where none of such a set of words stands in a text, the search need not be made. The sets say nothing about where the
words stand, nor in which order.
"""

from __future__ import annotations

import re
import re._constants as constants  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable, Iterator
from typing import Any

_MOST_WORDS = 48  # of a set; more are found in too many texts, and cost more to look for
_LONGEST = 8
_MOST_SETS = 2
_MOST_SINGLE = 3  # words of one character in a set, none of them ASCII: digits and dots stand everywhere
_WIDEST_CLASS = 12

Words = frozenset[str]
_NOTHING: Words = frozenset([""])


def required_words(pattern: str) -> tuple[tuple[str, ...], ...]:
    """The two sets that promise to be rarest, of sets of which one word stands in everything that ``pattern`` matches.

    Examples
    --------
    >>> required_words("日赚[0-9]{2,4}(?:元|块)一?单")
    (('日赚',), ('元一单', '元单', '块一单', '块单'))
    >>> required_words("[0-9]+元")
    (('元',),)
    """
    tree = parser.parse(pattern)
    if tree.state.flags & re.IGNORECASE:
        return ()
    sets = {words for found in _required(tree) if _is_rare(words := _shortest(found))}
    ranked = sorted(sets, key=lambda words: (-min(map(len, words)), len(words), sorted(words)))
    return tuple(tuple(sorted(words)) for words in ranked[:_MOST_SETS])


def _shortest(words: Words) -> Words:
    """Without words that hold another of the set."""
    return frozenset(word for word in words if not any(other in word for other in words - {word}))


def _is_rare(words: Words) -> bool:
    single = [word for word in words if len(word) == 1]
    return len(single) <= _MOST_SINGLE and not any(map(str.isascii, single))


def _required(items: Iterable[Any]) -> Iterator[Words]:
    """Sets of words of a part of a pattern."""
    run = _NOTHING  # what the items since the last open one can be, written together
    for item in items:
        words = _expanded(item)
        joined = None if words is None else _product(run, words)
        if joined is not None:
            run = joined
            continue
        if "" not in run:
            yield run
        run = words if words is not None else _NOTHING
        if words is None:
            yield from _inside(item)
    if "" not in run:
        yield run


def _inside(item: Any) -> Iterator[Words]:
    """Sets of words of an item that can be too many texts to list them."""
    op, value = item
    if op is constants.SUBPATTERN and not _changes_case(item):
        yield from _required(value[3])
    elif op is constants.ATOMIC_GROUP:
        yield from _required(value)
    elif op in _REPEATS and value[0] > 0:
        yield from _required(value[2])
    elif op is constants.BRANCH:
        best = [_best(_required(branch)) for branch in value[1]]
        whole = frozenset().union(*[words for words in best if words])
        if None not in best and len(whole) <= _MOST_WORDS:
            yield whole


def _changes_case(item: Any) -> bool:
    """Whether a group has flags of its own; one of them lets letters match others."""
    return bool(item[1][1] or item[1][2])


def _best(sets: Iterable[Words]) -> Words | None:
    return max(sets, key=lambda words: (min(map(len, words)), -len(words), sorted(words)), default=None)


_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)
_WIDTHLESS = (constants.AT, constants.ASSERT, constants.ASSERT_NOT)


def _expanded(item: Any) -> Words | None:
    """All texts that an item can be; None where they are too many, or not to be told."""
    op, value = item
    if op is constants.LITERAL:
        return frozenset([chr(value)])
    if op in _WIDTHLESS:
        return _NOTHING
    if op is constants.IN:
        return _class(value)
    if op is constants.SUBPATTERN:
        return None if _changes_case(item) else _sequence(value[3])
    if op is constants.BRANCH:
        return _union(_sequence(branch) for branch in value[1])
    if op in _REPEATS:
        least, most, body = value
        once = _sequence(body)
        if once is None or most > _LONGEST:
            return None
        return _union(_power(once, times) for times in range(least, most + 1))
    return None


def _class(members: Iterable[Any]) -> Words | None:
    found: set[str] = set()
    for op, value in members:
        if op is constants.LITERAL:
            found.add(chr(value))
        elif op is constants.RANGE and value[1] - value[0] < _WIDEST_CLASS:
            found.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return frozenset(found) if len(found) <= _WIDEST_CLASS else None


def _sequence(items: Iterable[Any]) -> Words | None:
    run: Words | None = _NOTHING
    for item in items:
        words = _expanded(item)
        run = None if words is None or run is None else _product(run, words)
        if run is None:
            return None
    return run


def _power(words: Words, times: int) -> Words | None:
    run: Words | None = _NOTHING
    for _ in range(times):
        run = None if run is None else _product(run, words)
    return run


def _union(parts: Iterable[Words | None]) -> Words | None:
    whole: set[str] = set()
    for words in parts:
        if words is None or len(whole) > _MOST_WORDS:
            return None
        whole |= words
    return frozenset(whole) if len(whole) <= _MOST_WORDS else None


def _product(first: Words, second: Words) -> Words | None:
    """Every text of the first followed by every one of the second; None where they are too many or too long."""
    if len(first) * len(second) > _MOST_WORDS or max(map(len, first)) + max(map(len, second)) > _LONGEST:
        return None
    return frozenset(a + b for a in first for b in second)
