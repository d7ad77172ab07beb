"""Stretches of a text that do not overlap, found in logarithmic time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Spans:
    """Stretches of a text; those that overlap are joined.

    Parameters
    ----------
    spans
        Starts and ends, in any order.

    Examples
    --------
    >>> spans = Spans([(10, 14), (2, 5)])
    >>> spans.touches(5, 10), spans.touches(4, 6), spans.end_before(9), spans.start_after(5)
    (False, True, 5, 10)
    """

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __bool__(self) -> bool:
        return bool(self._starts)

    def touches(self, start: int, end: int) -> bool:
        """Whether a stretch shares a character with ``start`` to ``end``."""
        i = bisect_left(self._starts, end)
        return i > 0 and self._ends[i - 1] > start

    def add(self, start: int, end: int) -> None:
        """Take in a stretch that touches no other."""
        i = bisect_left(self._starts, start)
        self._starts.insert(i, start)
        self._ends.insert(i, end)

    def end_before(self, place: int) -> int:
        """The last end at or before ``place``, 0 if there is none."""
        i = bisect_right(self._ends, place)
        return self._ends[i - 1] if i else 0

    def start_after(self, place: int) -> int | None:
        """The first start at or after ``place``, None if there is none."""
        i = bisect_left(self._starts, place)
        return self._starts[i] if i < len(self._starts) else None
