"""Ways in which a swindler rewrites a message so that a filter misses it, for measuring how much that helps him.

Each operator takes a text and a random generator and returns another writing of the same message. They are made
apart from the normaliser's tables: homophones and pinyin come from pypinyin, an optional dependency.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from huzhu_guard.errors import HuzhuGuardError
from huzhu_guard.text.fold import read_pairs

Operator = Callable[[str, random.Random], str]

_HAN = re.compile("[\u4e00-\u9fff]")
_HAN_PAIR = re.compile("[\u4e00-\u9fff]{2}")
_DIGIT = re.compile("[0-9]")
_SHARE = 0.35  # of a message's places that are rewritten
_LATIN_TWINS = dict(zip("aceopxyijsv", "асеорхуіјѕν", strict=True))
_SPLITS = {
    "信": "亻言", "保": "亻呆", "付": "亻寸", "代": "亻弋", "任": "亻壬", "做": "亻故", "法": "氵去", "注": "氵主",
    "招": "扌召", "打": "扌丁", "提": "扌是", "找": "扌我", "接": "扌妾", "证": "讠正", "话": "讠舌", "请": "讠青",
    "认": "讠人", "记": "讠己", "银": "钅艮", "钱": "钅戋", "给": "纟合", "红": "纟工", "结": "纟吉", "级": "纟及",
    "返": "辶反", "进": "辶井", "送": "辶关", "码": "石马", "机": "木几", "扫": "扌彐", "加": "力口", "转": "车专",
    "赚": "贝兼", "购": "贝勾", "秒": "禾少", "账": "贝长", "好": "女子", "林": "木木", "明": "日月",
}  # fmt: skip
_EMOJI = {
    "手机": "📱", "钱": "💰", "赚": "💰", "红包": "🧧", "加": "➕", "微信": "💚", "电话": "☎️", "有": "🈶", "得": "🉐",
    "牛": "🐮", "水": "💦", "群": "🐧", "看": "👀", "车": "🚗", "家": "🏠", "火": "🔥", "礼物": "🎁", "卡": "💳",
    "码": "🔢",
}  # fmt: skip
_CONTACT = {
    "微信": ("薇", "V❤", "威芯", "绿泡泡", "vx", "微❤", "卫星"), "qq": ("扣扣", "企鹅", "秋秋", "Q"),
    "加我": ("嘉窝", "➕我", "伽我"), "联系": ("莲系", "蓮系"), "私聊": ("丝聊", "si聊"), "私我": ("丝我", "滴滴我"),
}  # fmt: skip


def _each(pattern: re.Pattern[str], change: Callable[[str, random.Random], str], share: float = _SHARE) -> Operator:
    """Change a share of the matches, at least one where there is any."""

    def operator(text: str, rng: random.Random) -> str:
        places = list(pattern.finditer(text))
        if not places:
            return text
        chosen = set(rng.sample(range(len(places)), max(1, round(len(places) * share))))
        parts: list[str] = []
        at = 0
        for number, match in enumerate(places):
            if number in chosen:
                parts += (text[at : match.start()], change(match[0], rng))
                at = match.end()
        return "".join((*parts, text[at:]))

    return operator


def _between(*marks: str) -> Callable[[str, random.Random], str]:
    return lambda pair, rng: pair[0] + rng.choice(marks) + pair[1]


def _words(table: dict[str, str] | dict[str, tuple[str, ...]]) -> Operator:
    pattern = re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True))), re.IGNORECASE)

    def change(word: str, rng: random.Random) -> str:
        forms = table[word.lower()]
        return forms if isinstance(forms, str) else rng.choice(forms)

    return _each(pattern, change, 1.0)


@cache
def _traditional() -> dict[str, str]:
    """A traditional form of each simplified character; the first of the table where it has several."""
    return {simplified: traditional for traditional, simplified in reversed(read_pairs("traditional.txt").items())}


def _pinyin(char: str) -> str:
    try:
        from pypinyin import lazy_pinyin
    except ImportError as error:
        raise HuzhuGuardError("disguise needs pypinyin; install it with: pip install 'huzhu_guard[train]'.") from error
    syllable: str = lazy_pinyin(char)[0]
    return syllable


@cache
def _same_sound() -> dict[str, list[str]]:
    """Common characters by their syllable."""
    words = files("huzhu_guard.text.lexicon").joinpath("words.txt").read_text(encoding="utf-8").split()
    common = [w for w, n in zip(words[::2], words[1::2], strict=True) if len(w) == 1 and int(n) > 800 and _HAN.match(w)]
    table: dict[str, list[str]] = {}
    for char in common:
        table.setdefault(_pinyin(char), []).append(char)
    return table


def _homophone(char: str, rng: random.Random) -> str:
    others = [c for c in _same_sound().get(_pinyin(char), ()) if c != char]
    return rng.choice(others) if others else char


def _han_digit(digit: str, rng: random.Random) -> str:
    return rng.choice(("零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"))[int(digit)]


def _swap(pair: str, rng: random.Random) -> str:
    return pair[1] + pair[0]


OPERATORS: dict[str, Operator] = {
    "zero_width": _each(_HAN_PAIR, _between("\u200b", "\u200d", "\u2060")),
    "dots": _each(_HAN_PAIR, _between(".", "·", "。")),
    "spaces": _each(_HAN_PAIR, _between(" ", "  ")),
    "symbols": _each(_HAN_PAIR, _between("*", "~", "-", "/", "+", "_")),
    "line_breaks": _each(_HAN_PAIR, _between("\n"), 0.2),
    "full_width": _each(re.compile("[!-~]"), lambda c, rng: chr(ord(c) + 0xFEE0), 1.0),
    "circled_digits": _each(_DIGIT, lambda c, rng: "⓪①②③④⑤⑥⑦⑧⑨"[int(c)], 1.0),
    "chinese_digits": _each(_DIGIT, _han_digit, 1.0),
    "keycaps": _each(_DIGIT, lambda c, rng: f"{c}\ufe0f\u20e3", 1.0),
    "traditional": _each(_HAN, lambda c, rng: _traditional().get(c, c), 1.0),
    "homophones": _each(_HAN, _homophone, 0.15),
    "look_alikes": _each(re.compile("[a-z]"), lambda c, rng: _LATIN_TWINS.get(c, c), 1.0),
    "split_characters": _words(_SPLITS),
    "full_pinyin": _each(_HAN, lambda c, rng: _pinyin(c), 0.15),
    "initials": _each(_HAN, lambda c, rng: _pinyin(c)[:1], 0.15),
    "emoji": _words(_EMOJI),
    "contact_slang": _words(_CONTACT),
    "shuffle": _each(_HAN_PAIR, _swap, 0.15),
    "repeats": _each(_HAN, lambda c, rng: c * 3, 0.2),
}  # fmt: skip
"""Operators by name."""


def disguise(text: str, operator: str, seed: int = 0) -> str:
    """Rewrite a text.

    Parameters
    ----------
    text : str
    operator : str
        A name in :data:`OPERATORS`.
    seed : int
        The same seed gives the same result.

    Examples
    --------
    >>> disguise("加12", "full_width")
    '加１２'
    """
    # not a secret, only a repeatable choice
    return OPERATORS[operator](text, random.Random(f"{seed}:{operator}:{text}".encode("utf-8", "replace").hex()))  # noqa: S311


def disguised_copies(texts: Sequence[str], share: float, seed: int = 0) -> list[tuple[int, str]]:
    """A disguised copy of some texts, with the place of its original, each by an operator chosen at random.

    Parameters
    ----------
    texts : sequence of str
    share : float
        How many of them, 0 to 1; a text on which the operator finds nothing to change has no copy.
    seed : int
        The same seed gives the same copies.

    Raises
    ------
    ValueError
        When ``share`` is out of range.

    Examples
    --------
    >>> disguised_copies(["好"], 0.0)
    []
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share of disguised copies is {share!r}; it must be from 0 to 1.")
    rng = random.Random(seed)  # noqa: S311 - not a secret
    copies = []
    for place in sorted(rng.sample(range(len(texts)), round(share * len(texts)))):
        copy = disguise(texts[place], rng.choice(list(OPERATORS)), seed)
        if copy != texts[place]:
            copies.append((place, copy))
    return copies
