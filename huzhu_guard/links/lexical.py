"""A small character n-gram model of made-up names.

The weights in ``registry/lexical.tsv`` are whole numbers, hundredths of a log-odds unit; how they were fitted stands in
:mod:`huzhu_guard.links.lexical_training`. Only the name itself is looked at, never the suffix.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_SHORTEST = 4
_LONGEST = 40


def ngrams(name: str) -> list[str]:
    """Two and three neighbouring characters, ends marked, digits alike.

    Examples
    --------
    >>> ngrams("ab1")
    ['^a', 'ab', 'b0', '0$', '^ab', 'ab0', 'b0$']
    """
    marked = "^" + name.translate(_DIGITS) + "$"
    return [marked[i : i + 2] for i in range(len(marked) - 1)] + [marked[i : i + 3] for i in range(len(marked) - 2)]


_DIGITS = str.maketrans("123456789", "000000000")


@cache
def _weights() -> dict[str, int]:
    text = files("huzhu_guard.links").joinpath("registry", "lexical.tsv").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in text.splitlines())
    return {gram: int(weight) for gram, weight in pairs}


def score(name: str) -> float:
    """Log-odds that a name was made up at random rather than chosen, at even odds before.

    Examples
    --------
    >>> score("wpcdazf") > 2 > -2 > score("mobile")
    True
    """
    if not _SHORTEST <= len(name) <= _LONGEST or not name.isascii():
        return 0.0
    weights = _weights()
    return sum([weights.get(gram, 0) for gram in ngrams(name)], weights[""]) / 100
