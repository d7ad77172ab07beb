"""Raw text to canonical views, with a map back.

Two views, because the stages look for different things: links and numbers want the characters as they stand
(:attr:`NormalizedText.folded`), rules and the model want the words as they are meant
(:attr:`NormalizedText.canonical`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final, NamedTuple

from huzhu_guard.text.disguise import Edit, Undisguiser
from huzhu_guard.text.fold import Folder, spelled_digits
from huzhu_guard.text.traits import SPELLED

_MOST_ROUNDS: Final = 4  # undoing one disguise can uncover another; texts that need more are noise
_INVISIBLE_IN_WORD: Final = re.compile(
    "(?<=[a-zA-Z\u4e00-\u9fff])[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u202a-\u202e]+(?=[a-zA-Z0-9\u4e00-\u9fff])"
)


class Disguise(NamedTuple):
    """A trick found while normalising."""

    kind: str
    """``invisible``, ``look_alike``, ``digit_style``, ``pinyin``, ``variant``, ``split_char``, ``contact``,
    ``separator``, ``repeat`` or ``sticker``."""
    start: int
    """Start in the raw text."""
    end: int
    """End in the raw text, exclusive."""


class NormalizedText:
    """A text in its views.

    Attributes
    ----------
    raw : str
        As the caller sent it.
    folded : str
        Each character in its plain form: width, case, digit style, script look-alikes, traditional to simplified.
    canonical : str
        ``folded`` with word-level disguise undone. Normalising it again changes nothing.
    traits : int
        What ``folded`` has in it, as :mod:`huzhu_guard.text.traits` says.
    """

    __slots__ = ("_canonical_ends", "_canonical_starts", "_edits", "_ends", "_folder", "_marked", "_starts",
                 "canonical", "folded", "raw", "traits")  # fmt: skip

    def __init__(self, raw: str, folder: Folder, undisguiser: Undisguiser) -> None:
        self.raw = raw
        text, self._starts, self._ends, self._marked = folder.characters(raw)
        traits = undisguiser.scanner.traits(text)
        if traits & SPELLED:
            text = spelled_digits(text)
            traits = undisguiser.scanner.traits(text)
        self.folded = text
        self.traits = traits
        self._folder = folder
        self._canonical_starts, self._canonical_ends = self._starts, self._ends
        self._edits: list[tuple[int, int, str]] = []
        for _ in range(_MOST_ROUNDS):
            edits = undisguiser.edits(text, traits)
            if not edits:
                break
            text = spelled_digits(self._apply(text, edits))
            traits = undisguiser.scanner.traits(text)
        self.canonical = text

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw span of ``folded[start:end]``."""
        return _span(self._starts, self._ends, start, end, len(self.raw))

    def raw_span_of_canonical(self, start: int, end: int) -> tuple[int, int]:
        """The raw span of ``canonical[start:end]``."""
        return _span(self._canonical_starts, self._canonical_ends, start, end, len(self.raw))

    def canonical_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of ``canonical`` that stands for ``raw[start:end]``."""
        starts = self._canonical_starts
        if starts is None:
            return start, end
        return bisect_left(starts, start), bisect_left(starts, end)

    @property
    def disguises(self) -> list[Disguise]:
        """Tricks found, in order of their place."""
        found = [Disguise(kind, start, end) for start, end, kind in self._edits]
        if self._marked:
            found += [Disguise("invisible", m.start(), m.end()) for m in _INVISIBLE_IN_WORD.finditer(self.raw)]
            found += [Disguise(style, i, i + 1) for i, style in self._folder.styles(self.raw)]
        return sorted(found, key=lambda d: (d.start, d.end)) if found else found

    def _apply(self, text: str, edits: list[Edit]) -> str:
        starts = self._canonical_starts
        ends = self._canonical_ends
        if starts is None or ends is None:
            starts, ends = list(range(len(text))), list(range(1, len(text) + 1))
        parts: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        at = 0
        for start, end, replacement, kind in edits:
            parts += (text[at:start], replacement)
            new_starts += starts[at:start]
            new_ends += ends[at:start]
            raw_start, raw_end = starts[start], ends[end - 1]
            new_starts += [raw_start] * len(replacement)
            new_ends += [raw_end] * len(replacement)
            self._edits.append((raw_start, raw_end, kind))
            at = end
        parts.append(text[at:])
        new_starts += starts[at:]
        new_ends += ends[at:]
        self._canonical_starts, self._canonical_ends = new_starts, new_ends
        return "".join(parts)


def _span(starts: list[int] | None, ends: list[int] | None, start: int, end: int, length: int) -> tuple[int, int]:
    if starts is None or ends is None:
        return start, end
    if start >= len(starts):
        return length, length
    first = starts[start]
    return first, max(first, ends[end - 1]) if end > start else first


class Normalizer:
    """Makes :class:`NormalizedText`. Built once, safe to share between threads."""

    def __init__(self) -> None:
        self._folder = Folder()
        self._undisguiser = Undisguiser()

    def __call__(self, text: str) -> NormalizedText:
        """Normalise one text.

        Examples
        --------
        >>> text = Normalizer()("兼zhi 刷.单 加Ⅴ：abc88")
        >>> text.canonical
        '兼职 刷单 加微信:abc88'
        >>> text.raw_span_of_canonical(3, 5)
        (5, 8)
        """
        return NormalizedText(text, self._folder, self._undisguiser)


_shared: list[Normalizer] = []


def normalize(text: str) -> NormalizedText:
    """Normalise one text with a shared :class:`Normalizer`."""
    if not _shared:
        _shared.append(Normalizer())
    return _shared[0](text)
