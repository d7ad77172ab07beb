"""Names that resemble a brand's, or contain it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from huzhu_guard.links.brand import Brand
from huzhu_guard.links.owners import read_lines

_SHORTEST_FUZZY = 5
_SHORTEST_INSIDE = 6  # shorter names turn up inside other words
_SHORTEST_COARSE = 6
_SHORTEST_NEAR_SHAPE = 9
_LETTERS_FOR_DIGITS = str.maketrans("oilzsbgq", "01125899")
_SHORTEST_AT_END = 5  # at either end of a label
_SHORTEST_APART = 8  # a near miss with a hyphen in it besides
_SHORTEST_WORD_APART = 3
_TECHNICAL_SCALE = 0.6
_COMMON_SCALE = 0.65
_AT_END_SCALE = 0.8
POSED_AS = frozenset(("bank", "payment", "government", "telecom", "courier"))
"""Categories whose short names, too, are hardly met by chance."""
_COUNTRIES = frozenset(
    ("cn", "us", "uk", "hk", "tw", "jp", "kr", "sg", "my", "eu", "de", "fr", "ru", "in", "au", "ca", "th", "vn", "id")
)
_LONGEST_BAIT = 14
_LONGEST = 63  # of a DNS label
_DIGITS_FOR_LETTERS = str.maketrans("013457@", "oleasta")
_SHAPES = str.maketrans("01i36deqmrvwj524", "oll89bcgnnuulsza")
_PAIRS = re.compile("lb|dl|cl|lh|lc")
_PAIR_FOR = {"lb": "b", "dl": "d", "cl": "d", "lh": "h", "lc": "k"}
_REPEATED = re.compile(r"(.)\1+")
_ANY = "?"
_UNLIKELY_SLIP = 0.7
_KEYS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl",
    "p": "ol", "a": "qsz", "s": "awdx", "d": "sefc", "f": "drgv", "g": "fthb", "h": "gyjn", "j": "hukm",
    "k": "jil", "l": "kop", "z": "asx", "x": "zsdc", "c": "xdfv", "v": "cfgb", "b": "vghn", "n": "bhjm", "m": "njk",
}  # fmt: skip
_MACHINE = re.compile("(?:cdn|cloud|clb)|.*(?:cdn|clb|dns|cloud|static)$")
_TOKEN = re.compile(r"[a-z]+|[0-9]+")


class Match(NamedTuple):
    """How a label resembles a brand."""

    signal: str
    """``brand_suffix``, ``lookalike`` or ``brand_combo``."""
    brand: str
    """Id of the brand."""
    name: str
    """The brand's name that is meant."""
    scale: float
    """Share of the signal's full weight."""


@cache
def baits() -> frozenset[str]:
    """Words that swindlers put beside a stolen name."""
    return frozenset(" ".join(read_lines("baits.txt")).split())


@cache
def _innocent() -> frozenset[str]:
    return frozenset(" ".join(read_lines("innocent.txt")).split())


@cache
def _technical() -> frozenset[str]:
    return frozenset(" ".join(read_lines("technical.txt")).split())


def letters(text: str) -> str:
    """Digits that stand for letters undone.

    Examples
    --------
    >>> letters("ta0ba0"), letters("a1ipay")
    ('taobao', 'alipay')
    """
    return text.translate(_DIGITS_FOR_LETTERS)


def shape(text: str) -> str:
    """A coarse picture of a name: glyphs that resemble each other are one, repeats are dropped.

    Examples
    --------
    >>> shape("pinduoduo") == shape("plnbuobuo"), shape("weixin") == shape("vveixin")
    (True, True)
    """
    text = _PAIRS.sub(lambda m: _PAIR_FOR[m[0]], text)
    return _REPEATED.sub(r"\1", text.translate(_SHAPES))


def within_one_edit(a: str, b: str) -> bool:
    """Whether one insertion, omission, replacement or swap of neighbours turns ``a`` into ``b``.

    Examples
    --------
    >>> within_one_edit("taobao", "toabao"), within_one_edit("taobao", "tabao"), within_one_edit("taobao", "tabaoo")
    (True, True, False)
    """
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    i = 0
    while i < len(a) and a[i] == b[i]:
        i += 1
    if len(a) == len(b):
        return a[i + 1 :] == b[i + 1 :] or (a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :])
    return a[i:] == b[i + 1 :]


def _slip(label: str, name: str) -> bool:
    """Whether a near miss is one that fingers or eyes make, rather than any other letter."""
    if len(label) != len(name):
        return True
    differing = [(a, b) for a, b in zip(label, name, strict=True) if a != b]
    if len(differing) != 1:
        return True  # neighbours swapped
    a, b = differing[0]
    return shape(a) == shape(b) or a in _KEYS.get(b, "") or (a in "aeiou" and b in "aeiou")


def _alike(form: str, name: str) -> bool:
    if len(form) != len(name):
        return False
    allowed = 1 if len(name) > _SHORTEST_FUZZY else 0
    return sum(a != b and a != _ANY for a, b in zip(form, name, strict=True)) <= allowed


def _slips(word: str) -> set[str]:
    """A letter twice, or, in five or more, neighbours swapped: all that a short name can bear."""
    twice = {word[:i] + word[i - 1 :] for i in range(1, len(word) + 1)}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    if len(word) < _SHORTEST_FUZZY:
        return twice - {word}
    return (twice | swapped) - {word}


def _with_omissions(name: str) -> set[str]:
    return {name[:i] + name[i + 1 :] for i in range(len(name))}


class NameIndex:
    """Finds the brand that a label means.

    Parameters
    ----------
    brands : iterable of Brand
        Whose names to look for.
    """

    def __init__(self, brands: Iterable[Brand]) -> None:
        self.names: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self._shapes: dict[str, str] = {}
        self._near: dict[str, list[str]] = {}
        self._near_shapes: dict[str, list[str]] = {}
        self._han: dict[str, str] = {}
        self._common: set[str] = set()
        self._word_slips: dict[str, str] = {}
        for brand in brands:
            self._common |= brand.common
            self.names.update(dict.fromkeys(brand.names, brand.id))
            self.words.update(dict.fromkeys(brand.words, brand.id))
            if brand.category in POSED_AS:
                for word in brand.words:
                    if len(word) > _SHORTEST_WORD_APART:
                        self._word_slips.update(dict.fromkeys(_slips(word), word))
            for alias in (brand.zh, *brand.aliases):
                if len(alias) > 1 and not alias.isascii():
                    self._han[alias] = brand.id
        # official second-level labels are names too, but only in full
        for name in self.names:
            form = shape(name)
            if len(form) >= _SHORTEST_COARSE - 1:
                self._shapes.setdefault(form, name)
            if len(form) >= _SHORTEST_NEAR_SHAPE:
                for variant in (form, *_with_omissions(form)):
                    self._near_shapes.setdefault(variant, []).append(name)
            if len(name) >= _SHORTEST_FUZZY and not name.isdigit():
                for variant in (name, *_with_omissions(name)):
                    self._near.setdefault(variant, []).append(name)
        inside = sorted((n for n in self.names if len(n) >= _SHORTEST_INSIDE), key=len, reverse=True)
        self._inside = re.compile("|".join(map(re.escape, inside)))
        at_end = "|".join(re.escape(n) for n in self.names if len(n) == _SHORTEST_AT_END and not n.isdigit())
        self._at_end = re.compile(f"(?:({at_end})[a-z0-9-]|[a-z0-9-]*({at_end})$)")
        self._han_inside = re.compile("|".join(map(re.escape, sorted(self._han, key=len, reverse=True))))

    def exact(self, label: str) -> Match | None:
        """A label that is a brand's name, hyphens aside."""
        plain = label.replace("-", "")
        brand = self.names.get(plain)
        if brand:
            return Match("brand_suffix" if plain == label else "lookalike", brand, plain, 1.0)
        brand = self.words.get(plain)
        if brand and plain == label:
            return Match("brand_suffix", brand, label, 0.45)
        if brand and len(plain) > _SHORTEST_WORD_APART:
            return Match("lookalike", brand, plain, 1.0)
        number = plain.translate(_LETTERS_FOR_DIGITS)
        if number.isdigit() and len(number) > 4 and number in self.words:
            return Match("lookalike", self.words[number], number, 1.0)
        slip = self._word_slips.get(label)
        return Match("lookalike", self.words[slip], slip, 1.0) if slip and label not in _innocent() else None

    def near(self, label: str) -> Match | None:
        """A label one step from a brand's name: typing slip, digit for letter, resembling glyphs."""
        if not _SHORTEST_FUZZY - 1 <= len(label) <= _LONGEST or label in _innocent():
            return None
        if "-" in label:
            label = label.replace("-", "")
            if len(label) < _SHORTEST_APART:
                return None
        read = letters(label)
        if read != label and read in self.names:
            return Match("lookalike", self.names[read], read, 1.0)
        found = self._near_by_edit(label) or self._near_by_shape(label, read != label)
        if not found:
            return None
        if found in self._common and label.startswith(found):
            return Match("lookalike", self.names[found], found, _COMMON_SCALE)
        doubtful = (len(found) <= _SHORTEST_FUZZY or found in self._common) and not _slip(label, found)
        return Match("lookalike", self.names[found], found, _UNLIKELY_SLIP if doubtful else 1.0)

    def _near_by_shape(self, label: str, digits: bool) -> str | None:
        form = shape(label)
        if len(form) >= _SHORTEST_COARSE or (digits and len(form) == _SHORTEST_COARSE - 1):
            found = self._shapes.get(form)
            if found:
                return found
        if len(form) >= _SHORTEST_NEAR_SHAPE - 1:
            for variant in (form, *_with_omissions(form)):
                for name in self._near_shapes.get(variant, ()):
                    if form[0] == shape(name)[0] and within_one_edit(form, shape(name)):
                        return name
        return None

    def disguised(self, folded: str) -> Match | None:
        """A label of other scripts, look-alike letters undone as far as known: what is left stands for any letter."""
        match = self.exact(folded) or self.near(folded) if folded.isascii() else None
        if match:
            return match
        form = shape("".join(c if c.isascii() else _ANY for c in folded))
        if len(form) < _SHORTEST_FUZZY - 2 or form.count(_ANY) * 2 > len(form):
            return None
        for names in (self.names, self.words):
            for name, brand in names.items():
                if _alike(form, shape(name)):
                    return Match("lookalike", brand, name, 1.0)
        return self.inside(folded) if folded.isascii() else None

    def _near_by_edit(self, label: str) -> str | None:
        near = self._near
        for variant in (label, *_with_omissions(label)):
            for name in near.get(variant, ()):
                if within_one_edit(label, name):
                    return name
        return None

    def inside(self, label: str) -> Match | None:
        """A brand's name together with other words in one label."""
        if len(label) > _LONGEST or label in _innocent():
            return None
        name, scale = self._name_inside(label)
        if name:
            scale = min(scale, self._scale_beside(name, _pieces(label.replace(name, "-"))))
            return Match("brand_combo", self.names[name], name, scale)
        return self._word_with_bait(label) or self._near_piece(label)

    def _name_inside(self, label: str) -> tuple[str, float]:
        for token in _pieces(label):
            if token in self.names:
                return token, 1.0
        found = self._inside.search(label.replace("-", ""))
        if found:
            return found[0], 1.0
        ends = self._at_end.match(label)
        return ((ends[1] or ends[2]) if ends else ""), _AT_END_SCALE

    def _scale_beside(self, name: str, rest: list[str]) -> float:
        """How much a name says, by what stands beside it."""
        if any(r in _technical() or _MACHINE.match(r) for r in rest):
            return _TECHNICAL_SCALE
        if rest and all(r in _COUNTRIES for r in rest):
            return _COMMON_SCALE
        posing = bool(rest) and all(split_baits(r) for r in rest)
        return 1.0 if posing or name not in self._common else _COMMON_SCALE

    def _word_with_bait(self, label: str) -> Match | None:
        """Short names count when everything beside them is bait, digits or another short name."""
        for word, rest in _splits(label):
            brand = self.words.get(word) or self.names.get(word)
            if brand and rest and all(r.isdigit() or r in baits() or (len(r) == 1 and word.isdigit()) for r in rest):
                telling = any(not r.isdigit() and r not in _COUNTRIES for r in rest)
                return Match("brand_combo", brand, word, 1.0 if telling else 0.6)
        return None

    def _near_piece(self, label: str) -> Match | None:
        for token in label.split("-") if "-" in label else ():
            if len(token) > _SHORTEST_FUZZY:
                match = self.near(token)
                if match:
                    return match
        return None

    def han(self, label: str) -> Match | None:
        """A Chinese brand name in a label."""
        found = self._han_inside.search(label[:_LONGEST])
        if not found:
            return None
        return Match("brand_suffix" if found[0] == label else "brand_combo", self._han[found[0]], found[0], 1.0)


def _pieces(label: str) -> list[str]:
    return _TOKEN.findall(label) if len(label) <= _LONGEST else []


def _splits(label: str) -> Iterable[tuple[str, list[str]]]:
    """A word of the label and what stands beside it: at hyphens and digits, and with bait cut off either end."""
    pieces = _pieces(label)
    for i, piece in enumerate(pieces):
        rest = pieces[:i] + pieces[i + 1 :]
        if rest:
            yield piece, rest
        for cut in range(2, len(piece) - 1):
            head, tail = piece[:cut], piece[cut:]
            if tail in baits():
                yield head, [*rest, tail]
            if head in baits():
                yield tail, [*rest, head]


def split_baits(token: str) -> list[str]:
    """Bait words that a run of letters is put together from, longest first from the left.

    Examples
    --------
    >>> split_baits("walletconnect"), split_baits("loginvip8"), split_baits("mountain")
    (['wallet', 'connect'], ['login'], [])
    """
    known = baits()
    if token in known:
        return [token]
    found = []
    at = 0
    while at < len(token):
        for size in range(min(_LONGEST_BAIT, len(token) - at), 3, -1):
            if token[at : at + size] in known:
                found.append(token[at : at + size])
                at += size
                break
        else:
            at += 1
    return found
