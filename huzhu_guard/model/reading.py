"""A message as the classifier reads it: words, characters, and what the other stages noticed.

Training and scoring both read through this module, so that they cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import add
from typing import NamedTuple

from huzhu_guard.text.tokenize import Cut

LONGEST_GRAM = 4
"""Character n-grams have 1 to this many characters; word n-grams are single words and pairs."""

_LATIN_RUN = re.compile(r"[!-~]*[0-9a-z][!-~]*")
_NUMBER = re.compile(r"[0-9]+")
_SPACES = re.compile(r"\s+")
_HOST = re.compile(r"(?:^|[^a-z0-9@])(?:[a-z0-9\-]{1,63}\.){1,5}[a-z]{2,12}(?![a-z0-9.])")
_LONG_NUMBER = 5
_SHORTEST_HANDLE = 5


class Reading(NamedTuple):
    """What the classifier gets to see of one message."""

    masked: str
    """Canonical text in which links, handles and numbers stand as their class."""
    words: list[str]
    """Words of ``masked``, white space and punctuation left out."""
    signals: tuple[str, ...]
    """Names of what the other stages noticed, such as ``rule:task_rebate.daily_pay`` or ``link:lookalike``."""


def _mask_run(match: re.Match[str]) -> str:
    run = match[0]
    if "://" in run or ("." in run and _HOST.search(run)):
        return " url "
    if run.isdigit():
        return "0" * len(run) if len(run) < _LONG_NUMBER else " digit "
    if run.isalpha():
        return run
    if len(run) >= _SHORTEST_HANDLE and run.replace("_", "").replace("-", "").isalnum():
        return " handle "
    return _NUMBER.sub(_mask_number, run)


def _mask_number(match: re.Match[str]) -> str:
    run = match[0]
    return "0" * len(run) if len(run) < _LONG_NUMBER else " digit "


def mask(canonical: str) -> str:
    """Put the class of each link, handle and number in its place.

    The classes are plain words, so that a corpus whose numbers and links were replaced by ``DIGIT`` and ``URL``
    before it was shared reads the same as a raw one.

    Examples
    --------
    >>> mask("加微信abc88123 日结300元 http://t.cn/a6x")
    '加微信 handle 日结000元 url '
    """
    masked = _LATIN_RUN.sub(_mask_run, canonical)
    return _SPACES.sub(" ", masked)


def read(canonical: str, cut: Cut, signals: Iterable[str] = ()) -> Reading:
    """Read one canonical text.

    Examples
    --------
    >>> from huzhu_guard.text.tokenize import tokenizer
    >>> read("日结300元", tokenizer()).words
    ['日结', '000', '元']
    """
    masked = mask(canonical)
    return Reading(masked, [w for w in cut(masked) if w.isalnum()], tuple(signals))


def word_ngrams(words: Sequence[str]) -> list[str]:
    """Single words, then pairs joined by a space.

    Examples
    --------
    >>> word_ngrams(["刷单", "日结"])
    ['刷单', '日结', '刷单 日结']
    """
    return [*words, *map(" ".join, pairwise(words))]


def char_ngrams(masked: str) -> list[str]:
    """Every run of 1 to 4 characters, spaces left out: how people space their words tells who types, not what.

    Examples
    --------
    >>> char_ngrams("刷 单")
    ['刷', '单', '刷单']
    """
    text = masked.replace(" ", "")
    grams = list(text)
    longer = grams
    for more in range(1, LONGEST_GRAM):
        longer = list(map(add, longer, text[more:]))
        grams = grams + longer
    return grams
