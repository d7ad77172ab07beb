"""Words that speak for or against a kind of personal information, read from ``data/cues.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from huzhu_guard.errors import LexiconError

_OVERRULED: Final = 0.3  # left of a word against, where a word for the kind stands closer
_FADING: Final = 0.035  # per character between a cue and the value


def _whole(word: str) -> str:
    """A pattern for the word; Latin letters only where no other letter touches them."""
    first, rest = re.escape(word[0]), re.escape(word[1:])
    # behind the first letter, so that every word begins with a plain character, which the engine skips to
    left = f"(?<![a-z]{first})" if word[0].isascii() and word[0].isalpha() else ""
    right = r"(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else ""
    return first + left + rest + right


class Words:
    """Words with weights in log-odds.

    Parameters
    ----------
    weights
        Word in folded spelling to weight. A positive weight speaks for the kind, a negative one against it.

    Examples
    --------
    >>> Words({"电话": 2.0, "单号": -4.0}).weigh("我的电话是")
    2.0
    >>> Words({"电话": 2.0, "单号": -4.0}).weigh("单号,电话")
    -2.0
    """

    def __init__(self, weights: dict[str, float]) -> None:
        self._weights = weights
        longest_first = sorted(weights, key=len, reverse=True)
        self._find = re.compile("|".join(map(_whole, longest_first)) if weights else r"(?!)")
        self._heads = frozenset(word[0] for word in weights)
        self.most: float = max(weights.values(), default=0.0)
        """More than this no text is given."""

    def weigh(self, text: str) -> float:
        """The strongest word for plus the strongest word against, wherever they stand."""
        best = worst = 0.0
        for word in self._find.findall(text):
            weight = self._weights[word]
            if weight > best:
                best = weight
            elif weight < worst:
                worst = weight
        return best + worst

    def before(self, text: str) -> float:
        """As :meth:`weigh`, but a word counts the less the farther it stands from the end of ``text``."""
        return self._near(text, len(text))

    def after(self, text: str) -> float:
        """As :meth:`weigh`, but a word counts the less the farther it stands from the start of ``text``."""
        return self._near(text, 0)

    def _near(self, text: str, place: int) -> float:
        if self._heads.isdisjoint(text):
            return 0.0
        best = worst = 0.0
        best_gap = worst_gap = len(text)
        for match in self._find.finditer(text):
            gap = place - match.end() if place else match.start()
            weight = self._weights[match[0]] * (1 - _FADING * gap)
            if weight > best:
                best, best_gap = weight, gap
            elif weight < worst:
                worst, worst_gap = weight, gap
        return best + (worst * _OVERRULED if best_gap < worst_gap else worst)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The first word in ``text`` from ``start`` on."""
        return self._find.search(text, start)


class Cues:
    """The cue words of one kind: ``before``, ``after`` and ``anywhere`` in the message."""

    def __init__(self, table: dict[str, dict[str, float]]) -> None:
        self.before = Words(table.get("before", {}))
        self.after = Words(table.get("after", {}))
        self.anywhere = Words(table.get("anywhere", {}))


@cache
def _table() -> dict[str, Any]:
    path = files("huzhu_guard.privacy").joinpath("data/cues.toml")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"data/cues.toml of huzhu_guard.privacy is not TOML ({error}); install it again") from error


@cache
def cues_of(kind: str) -> Cues:
    """The cue words of one kind, by the kind's name."""
    weights: dict[str, dict[str, float]] = {}
    for place, groups in _table().get(kind, {}).items():
        weights[place] = {word: group["weight"] for group in groups for word in group["words"].split()}
    return Cues(weights)
