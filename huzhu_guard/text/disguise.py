"""Word by word: what swindlers take apart, misspell or paraphrase, put back together.

Works on folded text (:mod:`huzhu_guard.text.fold`). A mechanism never enumerates spellings: it knows how a word is
taken apart (separators, syllables, sides of a character) and which words are worth taking apart (``lexicon/``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Final, NamedTuple

from huzhu_guard.text.literals import literals_of
from huzhu_guard.text.traits import BRACKET, CONTACT, EVERYTHING, GAPS, REPEAT, SPLIT, TraitScanner

_LEXICON: Final = files("huzhu_guard.text.lexicon")
_HAN: Final = "\u4e00-\u9fff"
_GAP: Final = f"[{re.escape(GAPS)}]"
_WEAK_GAP: Final = frozenset(" \n,，。、:;!?")  # stands between ordinary clauses too
_LEAST_SPACED: Final = 3  # equal gaps one after another in a sentence that is spaced out
_MOST_FILLERS: Final = 2  # characters between a cue and the contact word, as in 加我个v
_DIGITS: Final = frozenset("0123456789")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_GAP_RUN: Final = re.compile(rf"{_GAP}(?<=[{_HAN}].){_GAP}?(?=[{_HAN}])", re.DOTALL)
_IN_A_NAME: Final = _LETTERS | _DIGITS | frozenset("./:_@-")  # beside these, letters belong to a link or name
_REPEAT: Final = re.compile(r"([^\s\d])\1\1\1+")
_WECHAT_HANDLE: Final = r"(?!ip|ersion)[a-z]{1,15}[_\-]?[0-9]{1,15}"
_FORMS: Final = ("forms", "handle_forms")
_QQ_NUMBER: Final = r"[1-9](?: ?[0-9]){4,11}(?![0-9])"
_EMOTE: Final = re.compile(r"\[em\][a-z]?\d{1,9}\[/em\]")


class Edit(NamedTuple):
    """A stretch of folded text and what is read instead."""

    start: int
    end: int
    text: str
    kind: str


def _rows(name: str) -> Iterator[tuple[str, str]]:
    for line in _LEXICON.joinpath(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            left, _, right = line.partition("\t")
            yield left, right


def _spelled(word: str, syllables: list[str]) -> Iterator[str]:
    """A word written in syllables, wholly or in part.

    Examples
    --------
    >>> list(_spelled("刷单", ["shua", "dan"]))
    ['shuadan', 'shua dan', 'shua单', '刷dan']
    """
    yield "".join(syllables)
    yield " ".join(syllables)
    for i, syllable in enumerate(syllables):
        if len(syllable) > 1:
            yield word[:i] + syllable + word[i + 1 :]


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


class Undisguiser:
    """Finds disguises in folded text. Immutable after construction."""

    def __init__(self) -> None:
        sensitive = [(word, pinyin.split()) for word, pinyin in _rows("sensitive.tsv")]
        settings = tomllib.loads(_LEXICON.joinpath("disguise.toml").read_text(encoding="utf-8"))
        forms: dict[str, tuple[str, str]] = {}
        for word, syllables in sensitive:
            for spelled in _spelled(word, syllables):
                forms.setdefault(spelled, (word, "pinyin"))
        forms |= {variant: (word, "variant") for variant, word in _rows("variants.tsv")}
        forms |= {parts: (char, "split_char") for parts, char in _rows("split.tsv")}
        names = settings["stickers"]["names"]
        forms |= {f"[{name}]": (" ", "sticker") for name in names}
        forms |= {f"/{name}": (" ", "sticker") for name in names if not name.isascii()}
        self._forms = list(forms)
        self._meaning = list(forms.values())
        self._literals = literals_of(self._forms)
        self._words = frozenset(word for word, _ in sensitive)
        self._longest = max(map(len, self._words))
        self._pairs = frozenset(word[i : i + 2] for word in self._words for i in range(len(word) - 1))
        self._contacts = [
            contact
            for word, handle in (("微信", _WECHAT_HANDLE), ("qq", _QQ_NUMBER))
            for contact in _contacts(word, settings[word], handle)
        ]
        contacts = [form for word in ("微信", "qq") for kind in _FORMS for form in settings[word][kind]]
        self._contact_forms = literals_of(sorted(set(contacts)))
        self.scanner = TraitScanner({form[0] for form in contacts}, self._pairs)

    def edits(self, text: str, traits: int = EVERYTHING) -> list[Edit]:
        """What to read differently in ``text``, in order, not overlapping; empty for most texts.

        Parameters
        ----------
        text : str
            A folded text.
        traits : int
            Its traits; those that are missing are not looked for.
        """
        found = self._spellings(text)
        if traits & BRACKET and "[em]" in text:
            found += [Edit(m.start(), m.end(), " ", "sticker") for m in _EMOTE.finditer(text)]
        if traits & CONTACT and len(self._contact_forms.find(text)):
            for contact in self._contacts:
                if match := contact.forms.search(text):
                    found += contact.find(text, match)
        if traits & SPLIT and (gaps := [m.span() for m in _GAP_RUN.finditer(text)]):
            found += self._separators(text, gaps)
        if traits & REPEAT:
            found += [Edit(m.start() + 3, m.end(), "", "repeat") for m in _REPEAT.finditer(text)]
        return _disjoint(found) if found else found

    def _spellings(self, text: str) -> list[Edit]:
        found: list[Edit] = []
        flat = self._literals.find(text)
        if len(flat) == 0:
            return found
        at = 0
        # of those that overlap the leftmost, and of these the longest
        for start, end, index in sorted(
            [(int(flat[i + 1]), -len(self._forms[flat[i]]), int(flat[i])) for i in range(0, len(flat), 2)]
        ):
            if start < at:
                continue
            at = end = start - end
            form = self._forms[index]
            if form[0] in _LETTERS and start and text[start - 1] in _IN_A_NAME:
                continue
            if form[-1] in _LETTERS and end < len(text) and text[end] in _IN_A_NAME:
                continue
            word, kind = self._meaning[index]
            found.append(Edit(start, end, word, kind))
        return found

    def _separators(self, text: str, gaps: list[tuple[int, int]]) -> list[Edit]:
        """Separators inside words: 加.微.信, 刷 单, and sentences spaced out: 话 费 五 折."""
        found = _spaced_out(text, gaps) if len(gaps) >= _LEAST_SPACED else []
        pairs = self._pairs
        if any(text[start - 1] + text[end] in pairs for start, end in gaps):
            found += self._joined(text, gaps)
        return found

    def _joined(self, text: str, gaps: list[tuple[int, int]]) -> Iterator[Edit]:
        at = 0
        kept: list[int] = []  # index in text of each character that is not in a gap
        for start, end in gaps:
            kept.extend(range(at, start))
            at = end
        kept.extend(range(at, len(text)))
        tight = "".join([text[i] for i in kept])
        i = 0
        while i < len(tight):
            length = self._word_at(tight, i)
            inside = [(kept[k] + 1, kept[k + 1]) for k in range(i, i + length - 1) if kept[k + 1] > kept[k] + 1]
            if inside and (length > 2 or _stands_alone(text, kept[i], kept[i + 1])):
                yield from (Edit(start, end, "", "separator") for start, end in inside)
            i += max(1, length)

    def _word_at(self, tight: str, start: int) -> int:
        for length in range(min(self._longest, len(tight) - start), 1, -1):
            if tight[start : start + length] in self._words:
                return length
        return 0


def _spaced_out(text: str, gaps: list[tuple[int, int]]) -> list[Edit]:
    """Gaps of runs of at least four single characters, all with the same separator, and no Han on either side."""
    found: list[Edit] = []
    first = 0
    for i in range(1, len(gaps) + 1):
        start, end = gaps[i - 1]
        if i < len(gaps) and gaps[i][0] == end + 1 and text[slice(*gaps[i])] == text[start:end]:
            continue
        alone = not _is_han(text, gaps[first][0] - 2) and not _is_han(text, end + 1)
        if i - first >= _LEAST_SPACED and alone:
            found += [Edit(s, e, "", "separator") for s, e in gaps[first:i]]
        first = i
    return found


def _stands_alone(text: str, first: int, last: int) -> bool:
    """Whether a two-character word with a gap can be that word: a weak gap needs the word to stand by itself."""
    if not _WEAK_GAP.issuperset(text[first + 1 : last]):
        return True
    return not (_is_han(text, first - 1) and _is_han(text, last + 1))


def _is_han(text: str, index: int) -> bool:
    return 0 <= index < len(text) and "\u4e00" <= text[index] <= "\u9fff"


class _Contact(NamedTuple):
    """One way of naming a messenger: a form, which is an ordinary word elsewhere, and what must stand before it."""

    word: str
    forms: re.Pattern[str]
    """The form with what must follow it; begins with plain characters, which the engine skips to."""
    before: re.Pattern[str]
    """What must end where the form begins."""
    reach: int
    """How many characters that can be at most."""

    def find(self, text: str, match: re.Match[str] | None) -> Iterator[Edit]:
        """Every place where the contact is named so, from the first ``match`` of :attr:`forms` on."""
        while match:
            start, end = match.span()
            if self.before.search(text, max(0, start - self.reach), start):
                yield Edit(start, end, self.word, "contact")
            else:
                end = start + 1
            match = self.forms.search(text, end)


def _contacts(word: str, setting: dict[str, list[str]], handle: str) -> list[_Contact]:
    """A contact word beside a cue before it, or before a handle of its own shape."""
    after_cue = re.compile(rf"(?:{_alternatives(setting['forms'])})(?:(?![a-z信博商软店件生])|(?={handle}))")
    before_handle = re.compile(
        rf"(?:{_alternatives(setting['handle_forms'])})(?:(?<=[a-z])(?=[: ])|(?<![a-z]))"
        rf"(?=[: 号是]{{0,3}}{handle})"
    )
    cue = re.compile(rf"(?:{_alternatives(setting['cues'])})[我个下 :]{{0,{_MOST_FILLERS}}}\Z")
    reach = max(map(len, setting["cues"])) + _MOST_FILLERS
    return [_Contact(word, after_cue, cue, reach), _Contact(word, before_handle, re.compile(r"(?<![a-z0-9])\Z"), 1)]


def _disjoint(edits: list[Edit]) -> list[Edit]:
    edits.sort(key=lambda e: (e.start, -e.end))
    kept: list[Edit] = []
    end = 0
    for edit in edits:
        if edit.start >= end and (edit.end > edit.start):
            kept.append(edit)
            end = edit.end
    return kept
