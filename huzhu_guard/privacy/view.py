"""What recognizers look at: the folded text, the numbers in it, and the words around a place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.text.traits import EVERYTHING, FIVE_DIGITS, LATIN
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HAN: Final = r"[^\W0-9a-z_]"
"""Pattern for a Chinese character; a range of them would take the regex compiler a thousand times longer."""
_NUMBER: Final = re.compile(r"[0-9]+(?:[-\s._·•—–~*、/,]{1,2}[0-9]+){0,24}")
LEAST: Final = 5
"""Digits that a number needs at least to be looked at."""
_ATOM: Final = re.compile(r"[0-9]+")
_LONG: Final = re.compile(r"[0-9](?:[0-9]{4}|(?:[-\s._·•—–~*、/,]{0,2}[0-9]){6})")
_LETTER: Final = re.compile(r"[a-z]")
_RUN: Final = re.compile(r"[0-9a-z]+")
_EDGES: Final = re.compile(
    r"([〇零幺一二三四五六七八九]{1,2})(?=[0-9]{6})|(?<=[0-9]{4})[-. ]?([〇零幺一二三四五六七八九]{1,2})$"
)
_CLAUSE_END: Final = re.compile(r"[\n。!?;〕]")


class Candidate(NamedTuple):
    """A place that a recognizer thinks is personal information, in folded coordinates."""

    kind: EntityKind
    """What it would be."""
    start: int
    """Start in the folded text."""
    end: int
    """End, exclusive."""
    logit: float
    """How sure, in log-odds; at or under 0 it is dropped."""
    why: str
    """Key of the reason in ``data/reasons.toml``."""
    rank: int = 5
    """How specific the pattern is; where candidates overlap, the higher rank stays."""


class Slice(NamedTuple):
    """Neighbouring groups of a number, read as one."""

    start: int
    end: int
    digits: str
    sizes: tuple[int, ...]
    """How many digits each group has."""


class Number(NamedTuple):
    """Groups of ASCII digits with at most two separators between them."""

    start: int
    end: int
    atoms: tuple[tuple[int, int], ...]
    """Where each group stands."""
    total: int
    """How many digits there are."""

    def slices(self, text: str, least: int, most: int, first: str = "0123456789") -> Iterable[Slice]:
        """Every run of whole groups with ``least`` to ``most`` digits that begins with one of ``first``.

        Longest first at each start.

        Examples
        --------
        >>> view = View("2 138 0000 8000")
        >>> [s.digits for s in view.numbers[0].slices(view.text, 11, 11)]
        ['13800008000']
        """
        if len(self.atoms) > 1:
            return self._slices(text, least, most, first)
        if least <= self.total <= most and text[self.start] in first:
            return (Slice(self.start, self.end, text[self.start : self.end], (self.total,)),)
        return ()

    def _slices(self, text: str, least: int, most: int, first: str) -> Iterator[Slice]:
        atoms = self.atoms
        sizes = tuple([end - start for start, end in atoms])
        digits = "".join([text[start:end] for start, end in atoms])
        at = 0
        for i, (start, _) in enumerate(atoms):
            if digits[at] in first:
                end = at
                found = []
                for j in range(i, len(atoms)):
                    end += sizes[j]
                    if end - at > most:
                        break
                    if end - at >= least:
                        found.append((j, end))
                for j, end in reversed(found):
                    yield Slice(start, atoms[j][1], digits[at:end], sizes[i : j + 1])
            at += sizes[i]


class View:
    """One folded text, with what several recognizers need worked out once.

    Parameters
    ----------
    text
        The folded text, as ``NormalizedText.folded``.
    raw_of
        Gives the raw characters of a span of ``text``; needed to tell ``周六13800001111`` from twelve digits.
    traits
        What ``text`` has in it, as :mod:`huzhu_guard.text.traits` says.
    """

    __slots__ = ("_anywhere", "_numbers", "_runs", "latin", "long", "text", "traits")

    def __init__(self, text: str, raw_of: Callable[[int, int], str] | None = None, traits: int = EVERYTHING) -> None:
        self.traits = traits
        """Its traits."""
        self.long = traits & FIVE_DIGITS != 0 and _LONG.search(text) is not None
        """Whether a number has five digits in a row, or seven with separators."""
        self.latin = traits & LATIN != 0 and _LETTER.search(text) is not None
        """Whether a Latin letter stands in it."""
        self.text = text
        self._anywhere: dict[str, float] = {}
        self._numbers: list[Number] = []
        self._runs: list[int] | None = None
        if not self.long:
            return
        spans = _spans(text)
        if raw_of is not None and (kept := _with_words_kept(text, spans, raw_of)) != text:
            self.text = text = kept
            self.traits = EVERYTHING
            spans = _spans(text)
        self._numbers = [number for start, end in spans if (number := _number(text, start, end)).total >= LEAST]

    def anywhere(self, kind: str) -> float:
        """What words anywhere in the message say for or against a kind; weighed once."""
        weight = self._anywhere.get(kind)
        if weight is None:
            weight = self._anywhere[kind] = cues_of(kind).anywhere.weigh(self.text)
        return weight

    @property
    def numbers(self) -> list[Number]:
        """The numbers of five digits or more, in order; none where :attr:`long` is false."""
        return self._numbers

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """What ``pattern.finditer`` gives, for a pattern that begins with a run of ASCII letters and digits.

        Most characters of a message begin no such run, so this is several times faster.
        """
        text = self.text
        if self._runs is None:
            self._runs = [match.start() for match in _RUN.finditer(text)]
        done = 0
        for start in self._runs:
            if start >= done and (match := pattern.match(text, start)) is not None:
                done = match.end()
                yield match

    def before(self, start: int, width: int = 14) -> str:
        """The words of the same clause that stand before ``start``."""
        part = self.text[max(0, start - width) : start]
        if _CLAUSE_END.search(part, 0, max(0, len(part) - 2)) is None:
            return part
        return part[[m.end() for m in _CLAUSE_END.finditer(part, 0, max(0, len(part) - 2))][-1] :]

    def after(self, end: int, width: int = 10) -> str:
        """The words of the same clause that stand after ``end``."""
        part = self.text[end : end + width]
        stop = _CLAUSE_END.search(part)
        return part[: stop.start()] if stop else part

    def glued(self, start: int, end: int) -> bool:
        """Whether a letter or digit touches the span on either side."""
        text = self.text
        left = text[start - 1 : start] if start else ""
        return _is_alnum(left) or _is_alnum(text[end : end + 1])


def _is_alnum(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _spans(text: str) -> list[tuple[int, int]]:
    return [span for match in _NUMBER.finditer(text) if (span := match.span())[1] - span[0] >= LEAST]


def _number(text: str, start: int, end: int) -> Number:
    if text[start:end].isdigit():
        return Number(start, end, ((start, end),), end - start)
    atoms = tuple([atom.span() for atom in _ATOM.finditer(text, start, end)])
    return Number(start, end, atoms, sum([b - a for a, b in atoms]))


def _with_words_kept(text: str, spans: list[tuple[int, int]], raw_of: Callable[[int, int], str]) -> str:
    """The folded text with Han digits put back that only touch a number: ``周六139…``, ``…4418一直``."""
    for start, end in spans:
        if end - start < 7:
            continue
        raw = raw_of(start, end)
        if raw.isascii() or len(raw) != end - start or sum([c.isascii() and c.isdigit() for c in raw]) < 6:
            continue
        for edge in _EDGES.finditer(raw):
            a, b = edge.span(1 if edge[1] else 2)
            text = text[: start + a] + raw[a:b] + text[start + b :]
    return text
