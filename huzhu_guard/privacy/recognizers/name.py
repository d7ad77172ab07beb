"""Full names of people, only where something beside the name says that one stands there."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar, Final

from huzhu_guard.privacy.places import is_place
from huzhu_guard.privacy.spans import Spans
from huzhu_guard.privacy.view import HAN, Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from huzhu_guard.privacy.view import View

_HAN_RUN: Final = re.compile(rf"{HAN}{{1,8}}")
_PACKAGE: Final = files("huzhu_guard.privacy")


def _any(words: str) -> str:
    return "|".join(map(re.escape, sorted(words.split(), key=len, reverse=True)))


class _Tables:
    """Surnames and given names from ``data/names.tsv``, words beside names from ``data/name_cues.toml``."""

    def __init__(self) -> None:
        rows = _PACKAGE.joinpath("data/names.tsv").read_text(encoding="utf-8").splitlines()
        table = dict([row.split("\t") for row in rows if not row.startswith("#")])
        self.surnames = {
            char: 2.4 if rank < 110 else 1.6 if rank < 260 else 0.8 for rank, char in enumerate(table["surname"])
        }
        self.compound = frozenset(table["compound"].split())
        self.given = frozenset(table["given"])
        self.words = frozenset(table["words"].split())
        cues = tomllib.loads(_PACKAGE.joinpath("data/name_cues.toml").read_text(encoding="utf-8"))
        self.forms = frozenset(cues["forms"].split())
        others = cues["other"].split()
        self.first = frozenset(self.surnames) | {name[0] for name in (*self.compound, *others)}
        self.joined = frozenset(cues["joined"].split())
        never = cues["never"].split()
        self.never_in = frozenset([word for word in never if len(word) == 1])
        self.never = frozenset([word for word in never if len(word) == 2])
        self.after = re.compile(_any(cues["after"]))
        self.strong = re.compile(rf"(?:{_any(cues['strong'])})(?:[:是为叫写\s(@]{{0,3}})(?={HAN})")
        self.weak = re.compile(rf"(?:{_any(cues['weak'])})[:\s@]{{0,2}}(?={HAN})")
        self.title = re.compile(_any(cues["title"]))
        self.other_first = frozenset([name[0] for name in others])
        self.other = re.compile(rf"(?:{_any(cues['other'])}){{2,3}}")


@cache
def _tables() -> _Tables:
    return _Tables()


_Site = tuple[int, int, float, bool, str, bool]
"""A stretch of Han characters where a name may stand: start, end, weight, whether the name begins at the start (else it
ends at the end), why, and whether it fills the stretch."""
_LENGTHS: Final = ((), (), (2,), (3, 2), (4, 3, 2))
"""Lengths of names to try, by the room there is."""


class NameRecognizer:
    """Surname and one or two characters of given names, beside a cue, a phone number, an address, or in a 接龙 line.

    What stands in the table of ordinary words, forms of address (王姐, 李老师) and place names are not names.
    """

    kind: ClassVar = EntityKind.NAME
    LIST_LINE: ClassVar = re.compile(rf"^ ?[0-9]{{1,3}}[ .、,):]{{0,3}}({HAN}{{2,4}})(?!{HAN})", re.MULTILINE)
    BEFORE: ClassVar = re.compile(
        rf"({HAN}{{2,8}}?)[\s:,、(]{{0,2}}(?:的?(?:手机号?码?|联?系?电话号?码?|微信号?|身份证号?码?|[银行]*卡号|护照号?|生日|座机|专线)是?)?[\s:,、(-]{{0,3}}$"
    )
    AFTER: ClassVar = re.compile(rf"[\s:,;、)#]{{0,3}}(?:名|户名|叫|是)?[: ]?({HAN}{{2,8}})")
    ALONE: ClassVar = re.compile(rf"(?<![^\W_])({HAN}{{2,4}})(?![^\W_])")
    OWNER: ClassVar = re.compile(
        rf"(?:^|[\s,。:!?是“\"]|请问|给|帮|找)({HAN}{{3}})(?=[你您]|的|家(?=没|的|电|在|不)|下周|今年|明年|大姐|大爷|阿姨|老师|[一二三四五六七八九]+岁)"
    )
    OWNED: ClassVar = re.compile("[你您的家下今明大阿老岁]")
    WEEKDAY: ClassVar = re.compile(r"周[一二三四五六日末几]|时[候间]")
    SEX: ClassVar = re.compile(rf"[ ,]{{0,2}}[男女](?!{HAN})")
    APART: ClassVar = re.compile(r"[。!?\n]|于|至|在|截止|发货|到")
    SPELLED: ClassVar = re.compile(r"(?:姓名|拼音|英文名|name)[^a-z\n]{0,8}([a-z]{2,6}[ /][a-z]{2,12})(?![a-z])")
    DOTTED: ClassVar = re.compile(rf"(?<!{HAN}){HAN}{{2,6}}·{HAN}{{2,6}}(?!{HAN})")
    COMPANY: ClassVar = tuple(  # members of an enumeration are quicker to find in a tuple than to hash
        [EntityKind(kind) for kind in ("phone", "address", "id_card", "bank_card", "passport", "birth_date", "landline",
                                       "email", "plate")]
    )  # fmt: skip
    STRONG: ClassVar = 2.6
    WEAK: ClassVar = 0.9
    BESIDE: ClassVar = 2.6
    BESIDE_LOW: ClassVar = 0.6
    TITLED: ClassVar = 1.2
    LISTED: ClassVar = 1.9
    STANDING: ClassVar = 0.7
    OWNING: ClassVar = 0.8
    BASE: ClassVar = -4.0
    HIGHEST: ClassVar = {2: 2.7, 3: 4.3, 4: 4.9}
    """The highest score of a name of so many characters."""
    MOST_MORE: ClassVar = 0.6
    """The most that the characters around a name add."""

    def find(self, view: View, settled: Sequence[Candidate], dates: Sequence[Candidate] = ()) -> list[Candidate]:
        """Names in one text, and of the ``dates`` those that stand beside one and so are dates of birth."""
        text = view.text
        taken = Spans([(one.start, one.end) for one in settled])
        best = self._readings(text, self._sites(text, settled, dates), taken)
        found = [Candidate(self.kind, start, end, logit, why, 5) for start, (logit, end, why) in best.items()]
        names = [*found, *self._spelled(text, taken)] if view.latin or "·" in text else found
        if not names or not dates:
            return names
        ends = Spans([(one.start, one.end) for one in names])
        return names + [one._replace(logit=1.0) for one in dates if self._dates(text, one.start, ends)]

    def _sites(self, text: str, settled: Sequence[Candidate], dates: Sequence[Candidate]) -> list[_Site]:
        """Where names may stand; a stretch that must begin with one begins with a character that names begin with."""
        tables = _tables()
        first = tables.first
        company = 0.9 if any(one.kind in self.COMPANY for one in settled) else 0.5 if settled else 0.0
        sites: list[_Site] = []
        for match in tables.strong.finditer(text):
            start = match.end()
            if text[start] in first:
                sites.append((start, _run_end(text, start), self.STRONG, True, "name_cue", False))
        if settled or dates:
            for match in tables.weak.finditer(text):
                start = match.end()
                if text[start] in first:
                    sites.append((start, _run_end(text, start), self.WEAK + company, True, "name_cue", False))
            for match in self.ALONE.finditer(text):
                start, end = match.span()
                if text[start] in first:
                    sites.append((start, end, self.STANDING + company, True, "name", True))
            for match in self.OWNER.finditer(text) if self.OWNED.search(text) else ():
                start, end = match.span(1)
                if text[start] in first:
                    sites.append((start, end, self.OWNING + company, True, "name", True))
        for match in tables.title.finditer(text):
            end = match.start()
            sites.append((_run_start(text, end), end, self.TITLED, False, "name_cue", False))
        if settled or "接龙" in text:
            for match in self._list_lines(text):
                start, end = match.span(1)
                if text[start] in first:
                    sites.append((start, end, self.LISTED + company, True, "name", True))
        for kind, start, end, _, _, _ in (*settled, *dates):
            weight = self.BESIDE if kind in self.COMPANY else self.BESIDE_LOW + company
            before = self.BEFORE.search(text, start - 14 if start > 14 else 0, start)
            if before is not None:
                sites.append((*before.span(1), weight, False, "name", False))
            after = self.AFTER.match(text, end, end + 12)
            if after is not None and text[after.start(1)] in first:
                sites.append((*after.span(1), weight - 0.3, True, "name", False))
        return sites

    def _list_lines(self, text: str) -> Iterable[re.Match[str]]:
        if "\n" in text:
            return self.LIST_LINE.finditer(text)
        match = self.LIST_LINE.match(text)
        return () if match is None else (match,)

    def _readings(self, text: str, sites: list[_Site], taken: Spans) -> dict[int, tuple[float, int, str]]:
        """The best way to cut a name out at each start: log-odds, end and why."""
        tables = _tables()
        scores: dict[str, float | None] = {}
        best: dict[int, tuple[float, int, str]] = {}
        for begin, stop, weight, from_left, why, exact in sites:
            if text[begin] in tables.other_first and (other := tables.other.match(text, begin, stop)):
                _keep(best, begin, other.end(), weight + 1.0, why, taken)
            room = stop - begin
            for length in (room,) if exact else _LENGTHS[room if room < 4 else 4]:
                start = begin if from_left else stop - length
                if text[start] not in tables.first or (
                    start in best and best[start][0] >= self.BASE + weight + self.HIGHEST[length] + self.MOST_MORE
                ):
                    continue
                name = text[start : start + length]
                if length == 4 and name[:2] not in tables.compound:
                    continue
                if name not in scores:
                    scores[name] = self._score(name)
                score = scores[name]
                if score is None:
                    continue
                logit = self.BASE + weight + score
                if from_left and room > length:
                    logit += 0.6 if tables.after.match(text, start + length) else -1.2
                elif exact and length == 2 and weight < self.LISTED:
                    logit -= -0.6 if self.SEX.match(text, stop) else 0.6
                elif not from_left and room > length:
                    logit -= 0.5 if length > 2 else 0.9
                elif begin == 0 or not "\u4e00" <= text[begin - 1] <= "\u9fff":
                    logit += 0.4
                if logit <= 0 or text[start + 1 : start + 3] in tables.forms:
                    continue
                if text[start - 1 if start else 0 : start + 1] not in tables.joined:
                    _keep(best, start, start + length, logit, why, taken)
        return best

    def _score(self, name: str) -> float | None:
        """How much a few characters look like a full name; None if they cannot be one."""
        tables = _tables()
        length = len(name)
        if length > 2 and name[:2] in tables.compound:
            given, score = name[2:], 3.0
        elif length == 4 or name[0] not in tables.surnames:
            return None
        else:
            given, score = name[1:], tables.surnames[name[0]]
        if (
            given in tables.forms
            or given in tables.never
            or given[0] in tables.never_in
            or given[-1] in tables.never_in
            or given[-1] in "姐哥叔姨婶总"
            or given[0] in "总姐哥"
            or is_place(name)
            or (name[0] in "周时" and self.WEEKDAY.match(name))
        ):
            return None
        for char in given:
            score += 0.7 if char in tables.given else -2.0
        if name in tables.words or name[0] == name[1]:
            score -= 3.0 if length == 2 else 4.5
        elif length == 3:
            score -= 2.0 if name[1:] in tables.words else 1.4 if name[:2] in tables.words else 0.0
        return score + (0.5 if len(given) == 2 else -0.4)

    def _spelled(self, text: str, taken: Spans) -> Iterator[Candidate]:
        for match in self.SPELLED.finditer(text):
            yield Candidate(self.kind, *match.span(1), 1.5, "name_cue", 5)
        for match in self.DOTTED.finditer(text) if "·" in text else ():
            if taken.touches(match.start() - 4, match.end() + 4):
                yield Candidate(self.kind, *match.span(), 1.0, "name", 5)

    def _dates(self, text: str, date: int, names: Spans) -> bool:
        """Whether a date follows a name in the same line closely enough to be its date of birth."""
        end = names.end_before(date)
        gap = text[end:date]
        return end > 0 and len(gap) <= 10 and not self.APART.search(gap)


def _keep(best: dict[int, tuple[float, int, str]], start: int, end: int, logit: float, why: str, taken: Spans) -> None:
    if (start not in best or best[start][0] < min(logit, 4.5)) and not taken.touches(start, end):
        best[start] = (min(logit, 4.5), end, why)


def _run_start(text: str, end: int) -> int:
    """Start of the Han characters up to ``end``, at most four."""
    start = end
    while start > 0 and end - start < 4 and "\u4e00" <= text[start - 1] <= "\u9fff":
        start -= 1
    return start


def _run_end(text: str, start: int) -> int:
    """End of the Han characters from ``start`` on, at most eight."""
    match = _HAN_RUN.match(text, start)
    return match.end() if match is not None else start
