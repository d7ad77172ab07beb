"""A message as the classifier reads it: words, characters, and what the other stages noticed.

Training and scoring both read through this module, so that they cannot drift apart.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from operator import add
from typing import Final, NamedTuple

from huzhu_guard.text.tokenize import Cut

START, END = "⊢", "⊣"
"""What stands before the first and after the last word or character: short messages are told by how they begin."""

_ALNUM: Final = re.compile("[0-9a-z]")
# a run of printable ASCII with a letter or digit in it; begins with one set of characters, which the engine skips to
_LATIN_RUN: Final = re.compile(r"[!-~](?:(?<=[0-9a-z])|[!-/:-`{-~]*[0-9a-z])[!-~]*")
_NUMBER: Final = re.compile(r"[0-9]+")
_SPACES: Final = re.compile(r"\s(?:\s+|(?<! ))")  # all white space but single spaces, which stay as they are
_HOST: Final = re.compile(r"(?:^|[^a-z0-9@])(?:[a-z0-9\-]{1,63}\.){1,5}[a-z]{2,12}(?![a-z0-9.])")
# a numbered page of a blog or forum, where deals are discussed; false events live at short or made-up addresses
_ARTICLE: Final = re.compile(
    r"/(?:archives?|posts?|articles?|threads?|topics?|news|[apt])[/-][0-9]{3,12}|/[0-9]{3,12}(?:-[0-9]{1,6}){0,3}\.html?(?![a-z0-9])"
)
_LONG_NUMBER: Final = 5
_USUAL_LENGTH: Final = 60  # characters
_SHORTEST_HANDLE: Final = 5


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
        return " article " if _ARTICLE.search(run) else " url "
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
    >>> mask("视频会员周卡 http://deals.example/archives/1234/")
    '视频会员周卡 article '
    """
    masked = _LATIN_RUN.sub(_mask_run, canonical) if _ALNUM.search(canonical) else canonical
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


def damping(masked: str) -> float:
    """What the weights of a message's n-grams are divided by: 1, or more where it is long.

    A long message holds ever more ordinary words, which would outvote the few that tell what it is about.

    Examples
    --------
    >>> damping("刷单日结"), damping("长" * 240)
    (1.0, 2.0)
    """
    return math.sqrt(max(1.0, len(masked) / _USUAL_LENGTH))


def word_ngrams(words: list[str]) -> set[str]:
    """Single words, and pairs of neighbours written together, each once; beginning and end count as neighbours.

    Examples
    --------
    >>> sorted(word_ngrams(["刷单", "日结"]))
    ['⊢刷单', '刷单', '刷单日结', '日结', '日结⊣']
    """
    bounded = [START, *words, END]
    return {*words, *map(add, bounded, bounded[1:])}


def char_ngrams(masked: str) -> set[str]:
    """Every pair of neighbouring characters, each once; beginning and end count as neighbours.

    Spaces are left out: how people space their words tells who types, not what.

    Examples
    --------
    >>> sorted(char_ngrams("刷 单"))
    ['⊢刷', '刷单', '单⊣']
    """
    text = START + masked.replace(" ", "") + END
    return set(map(add, text, text[1:]))
