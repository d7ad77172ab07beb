"""Character by character: one way of writing each letter, digit and Han character.

Folding undoes width, case, digit styles, look-alike letters and traditional forms, and drops marks that
nobody sees. Words are not looked at; that is :mod:`huzhu_guard.text.disguise`.
"""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files
from typing import Final, Literal, NamedTuple

from librt.strings import StringWriter
from librt.vecs import vec
from mypy_extensions import i32, i64

from huzhu_guard.text.compiled import COMPILED

_MOST_REMEMBERED: Final = 20_000  # a hostile text must not fill the memory with characters seen once
_TABLED: Final = 0x20000  # codes that a table is made for: all that is usual, emoji too

_LATIN_NAME: Final = re.compile(r"LATIN (?:LETTER |SMALL |CAPITAL )+([A-Z])(?: WITH .*)?$")
# folded one to one, and no disguise of another character; most texts hold nothing else
_UNUSUAL: Final = re.compile("[^\\n -~\u3000-\u3020\u4e00-\u9fff\uff01-\uff5e…—·“”‘’]")
_ANY_DIGIT: Final = "[0-9〇零幺一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_CHINESE_RUN: Final = re.compile(f"{_ANY_DIGIT}(?:[-. ]?{_ANY_DIGIT}){{6,63}}")
_CHINESE_DIGIT: Final = re.compile("[〇零幺一二三四五六七八九壹贰叁肆伍陆柒捌玖]")
_LEAST_SPELLED: Final = 3  # Han digits in a run that is read as one number
_CHINESE_DIGITS: Final = str.maketrans("〇零幺一二三四五六七八九壹贰叁肆伍陆柒捌玖", "001123456789123456789")


def read_pairs(name: str) -> dict[str, str]:
    """A table of character pairs of the lexicon, first to second, in the order of the file."""
    table = files("huzhu_guard.text.lexicon").joinpath(name).read_text(encoding="utf-8")
    pairs = " ".join(line for line in table.splitlines() if not line.startswith("#")).split()
    return {pair[0]: pair[1] for pair in pairs}


class _FoldTable(dict[int, str | None]):
    """A table for :meth:`str.translate` that works out a character when it is first seen."""

    def __init__(self) -> None:
        super().__init__()
        self.traditional = read_pairs("traditional.txt")
        self.look_alikes = read_pairs("look_alikes.txt")
        self.irregular: set[str] = set()  # folds to no character or to several
        self.styled: dict[str, str] = {}  # character -> disguise it may belong to
        self.special: set[str] = set()  # both together
        # by code, of those that are not special: what they fold to; 0 where that is not known
        self.plain = vec[i32]([0] * _TABLED)
        self.full = False  # from then on, characters not remembered are looked at one by one

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        folded = self._fold(char)
        while folded is not None and (again := "".join(self._fold(c) or "" for c in folded)) != folded:
            folded = again
        if len(self) >= _MOST_REMEMBERED:
            self.full = True
        else:
            self[code] = folded
            if folded is None or len(folded) != 1:
                self.irregular.add(char)
                self.special.add(char)
            elif (style := _style(char, folded)) is not None:
                self.styled[char] = style
                self.special.add(char)
            elif code < _TABLED:
                self.plain[code] = ord(folded)
        return folded

    def _fold(self, char: str) -> str | None:
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Cf") or char in "\u115f\u1160\u3164\uffa0\u034f":
            return None
        if category == "Cs":
            return "\ufffd"  # UTF-8 has no lone surrogates, and the Rust parts want UTF-8
        if category in ("Cc", "Zl", "Zp"):
            return "\n" if char in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029" else " "
        if char == "…":
            return char
        return self._letter(char, category)

    def _letter(self, char: str, category: str) -> str:
        digit = unicodedata.digit(char, None)
        if digit is not None and not char.isascii():
            return str(digit)
        # accents off Latin, Greek and Cyrillic letters; Hangul and kana would fall apart
        form: Literal["NFKC", "NFKD"] = "NFKD" if ord(char) < 0x2000 and category[0] in "LS" else "NFKC"
        folded = unicodedata.normalize(form, unicodedata.normalize("NFKC", char).lower())
        if not folded.isascii():
            folded = "".join(c for c in folded if unicodedata.category(c) != "Mn")
        if len(folded) == 1 and not folded.isascii():
            folded = self.traditional.get(folded) or self.look_alikes.get(folded) or _latin(folded) or folded
        elif len(folded) > 1:
            folded = "".join(self.traditional.get(c, c) for c in folded)
        return folded or " "


def _latin(char: str) -> str | None:
    """The letter that a character is a style of, by its Unicode name."""
    if "\u2e80" <= char <= "\u9fff":
        return None
    match = _LATIN_NAME.search(unicodedata.name(char, ""))
    return match[1].lower() if match else None


def _style(char: str, folded: str) -> str | None:
    if folded.isdigit() and not char.isdecimal():
        return "digit_style"
    if folded.isascii() and folded.isalpha() and not char.isascii() and not "Ａ" <= char <= "ｚ":
        # é is how words are spelled, not a disguise of e
        return None if unicodedata.normalize("NFD", char)[0].isascii() else "look_alike"
    return None


class Folded(NamedTuple):
    """A folded text and the way back."""

    text: str
    """The folded text."""
    starts: list[int] | None
    """For each folded character, where its raw character starts; None where the two run in parallel."""
    ends: list[int] | None
    """For each folded character, where its raw character, with the marks on it, ends."""
    marked: bool
    """Whether a styled letter or digit or an invisible mark was seen."""


class Folder:
    """Folds texts. Safe to share between threads."""

    def __init__(self) -> None:
        self._table = _FoldTable()

    def fold(self, raw: str) -> Folded:
        """Fold one text, in time linear in its length.

        Examples
        --------
        >>> Folder().fold("加薇：Ａｂ①②").text
        '加薇:ab12'
        """
        text, starts, ends, marked = self.characters(raw)
        return Folded(spelled_digits(text), starts, ends, marked)

    def characters(self, raw: str) -> tuple[str, list[int] | None, list[int] | None, bool]:
        """As :meth:`fold`, field by field, but numbers in Han digits stay as they are."""
        if raw.isascii() and raw.isprintable():
            return raw.lower(), None, None, False
        if COMPILED and (plain := self._plain(raw)) is not None:
            return plain, None, None, False
        text = raw.translate(self._table)
        starts = ends = None
        marked = _UNUSUAL.search(raw) is not None and self._marked(raw, text)
        if marked and (len(text) != len(raw) or self._table.full or not self._table.irregular.isdisjoint(raw)):
            starts, ends = self._offsets(raw)
        return text, starts, ends, marked

    def _plain(self, raw: str) -> str | None:
        """A text of which each character is known to fold to one and to be no disguise; compiled, a quick way."""
        plain = self._table.plain
        changed = False
        for i in range(i64(len(raw))):
            code: i64 = ord(raw[i])
            folded: i32 = plain[code] if code < _TABLED else i32(0)
            if folded == 0:
                return None
            if i64(folded) != code:
                changed = True
        if not changed:
            return raw
        writer = StringWriter()
        for i in range(i64(len(raw))):
            writer.append(plain[ord(raw[i])])
        return writer.getvalue()

    def _marked(self, raw: str, text: str) -> bool:
        """Whether ``raw``, folded to ``text``, may hold a styled character or one that folds to none or several."""
        return len(text) != len(raw) or self._table.full or not self._table.special.isdisjoint(raw)

    def styles(self, raw: str) -> list[tuple[int, str]]:
        """Where characters of a raw text stand that may belong to a disguise, and to which."""
        styled = self._table.styled
        if not self._table.full:
            return [] if styled.keys().isdisjoint(raw) else [(i, styled[c]) for i, c in enumerate(raw) if c in styled]
        styles = [styled.get(char) or _style(char, self._table[ord(char)] or "") for char in raw]
        return [(i, style) for i, style in enumerate(styles) if style is not None]

    def _offsets(self, raw: str) -> tuple[list[int], list[int]]:
        starts: list[int] = []
        ends: list[int] = []
        plain = self._table.plain
        get = self._table.__getitem__
        for i, char in enumerate(raw):
            code: i64 = ord(char)
            if code < _TABLED and plain[code] != 0:
                starts.append(i)
                ends.append(i + 1)
                continue
            folded = get(ord(char))
            if folded is None:
                # a mark belongs to the character before it, an invisible format character to nobody
                if ends and ends[-1] == i and unicodedata.combining(char) + (unicodedata.category(char) != "Cf"):
                    ends[-1] = i + 1
                continue
            for _ in folded:
                starts.append(i)
                ends.append(i + 1)
        return starts, ends


def spelled_digits(text: str) -> str:
    """Numbers spelled out in Han digits, as digits; the length stays.

    Examples
    --------
    >>> spelled_digits("幺三八零零一三八零零零")
    '13800138000'
    """
    return _CHINESE_RUN.sub(_to_digits, text)


def _to_digits(match: re.Match[str]) -> str:
    """Digits for a number spelled out; a Han digit that only touches a number stays (139… 一直)."""
    run = match[0]
    return run.translate(_CHINESE_DIGITS) if len(_CHINESE_DIGIT.findall(run)) >= _LEAST_SPELLED else run
