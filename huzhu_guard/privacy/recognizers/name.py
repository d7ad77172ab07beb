"""Full names of people, only where something beside the name says that one stands there."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from huzhu_guard.privacy.places import is_place
from huzhu_guard.privacy.spans import Spans
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from huzhu_guard.privacy.view import View

_H = "\u4e00-\u9fff"
_PACKAGE = files("huzhu_guard.privacy")


def _any(words: str) -> str:
    return "|".join(map(re.escape, sorted(words.split(), key=len, reverse=True)))


class _Tables:
    """Surnames and given names from ``data/names.tsv``, words beside names from ``data/name_cues.toml``."""

    def __init__(self) -> None:
        rows = _PACKAGE.joinpath("data/names.tsv").read_text(encoding="utf-8").splitlines()
        table = dict([row.split("\t") for row in rows if not row.startswith("#")])
        self.surnames = {char: rank for rank, char in enumerate(table["surname"])}
        self.compound = frozenset(table["compound"].split())
        self.given = frozenset(table["given"])
        self.words = frozenset(table["words"].split())
        cues = tomllib.loads(_PACKAGE.joinpath("data/name_cues.toml").read_text(encoding="utf-8"))
        self.forms = frozenset(cues["forms"].split())
        others = cues["other"].split()
        self.first = frozenset(self.surnames) | {name[0] for name in (*self.compound, *others)}
        self.joined = frozenset(cues["joined"].split())
        self.never = re.compile(_any(cues["never"]))
        self.after = re.compile(_any(cues["after"]))
        self.strong = re.compile(rf"(?:{_any(cues['strong'])})(?:[:是为叫写\s(@]{{0,3}})(?=[{_H}])")
        self.weak = re.compile(rf"(?:{_any(cues['weak'])})[:\s@]{{0,2}}(?=[{_H}])")
        self.title = re.compile(_any(cues["title"]))
        self.other = re.compile(rf"(?:{_any(cues['other'])}){{2,3}}")


@cache
def _tables() -> _Tables:
    return _Tables()


class _Site(NamedTuple):
    """A stretch of Han characters where a name may stand."""

    start: int
    end: int
    weight: float
    from_left: bool
    """Whether the name begins at ``start``; otherwise it ends at ``end``."""
    why: str
    exact: bool = False
    """Whether the name fills the stretch."""


class NameRecognizer:
    """Surname and one or two characters of given names, beside a cue, a phone number, an address, or in a 接龙 line.

    What stands in the table of ordinary words, forms of address (王姐, 李老师) and place names are not names.
    """

    kind: ClassVar = EntityKind.NAME
    GATE: ClassVar = re.compile(
        r"收件|收货|联系人|姓名|名字|[户真本全实]名|户主|患者|[车业]主|[我他她名]叫|先生|女士|警官|署名|抬头"
    )
    LIST_LINE: ClassVar = re.compile(rf"^ ?[0-9]{{1,3}}[ .、,):]{{0,3}}([{_H}]{{2,4}})(?![{_H}])", re.MULTILINE)
    BEFORE: ClassVar = re.compile(
        rf"([{_H}]{{2,8}}?)[\s:,、(]{{0,2}}(?:的?(?:手机号?码?|联?系?电话号?码?|微信号?|身份证号?码?|[银行]*卡号|护照号?|生日|座机|专线)是?)?[\s:,、(-]{{0,3}}$"
    )
    AFTER: ClassVar = re.compile(rf"[\s:,;、)#]{{0,3}}(?:名|户名|叫|是)?[: ]?([{_H}]{{2,8}})")
    ALONE: ClassVar = re.compile(rf"(?<![{_H}0-9a-z])([{_H}]{{2,4}})(?![{_H}0-9a-z])")
    OWNER: ClassVar = re.compile(
        rf"(?:^|[\s,。:!?是“\"]|请问|给|帮|找)([{_H}]{{3}})(?=[你您]|的|家(?=没|的|电|在|不)|下周|今年|明年|大姐|大爷|阿姨|老师|[一二三四五六七八九]+岁)"
    )
    WEEKDAY: ClassVar = re.compile(r"周[一二三四五六日末几]|时[候间]")
    SEX: ClassVar = re.compile(r"[ ,]{0,2}[男女](?![\u4e00-\u9fff])")
    APART: ClassVar = re.compile(r"[。!?\n]|于|至|在|截止|发货|到")
    SPELLED: ClassVar = re.compile(r"(?:姓名|拼音|英文名|name)[^a-z\n]{0,8}([a-z]{2,6}[ /][a-z]{2,12})(?![a-z])")
    DOTTED: ClassVar = re.compile(rf"(?<![{_H}])[{_H}]{{2,6}}·[{_H}]{{2,6}}(?![{_H}])")
    COMPANY: ClassVar = frozenset(
        EntityKind(kind)
        for kind in "phone id_card bank_card address passport birth_date landline email plate".split()  # noqa: SIM905
    )
    STRONG: ClassVar = 2.6
    WEAK: ClassVar = 0.9
    BESIDE: ClassVar = 2.6
    BESIDE_LOW: ClassVar = 0.6
    TITLED: ClassVar = 1.2
    LISTED: ClassVar = 1.9
    STANDING: ClassVar = 0.7
    OWNING: ClassVar = 0.8
    BASE: ClassVar = -4.0

    def find(self, view: View, settled: Sequence[Candidate], dates: Sequence[Candidate] = ()) -> list[Candidate]:
        """Names in one text, and of the ``dates`` those that stand beside one and so are dates of birth."""
        text = view.text
        if not settled and not dates and not self.GATE.search(text) and "接龙" not in text:
            return []
        best: dict[int, Candidate] = {}
        scores: dict[str, float | None] = {}
        taken = Spans([(one.start, one.end) for one in settled])
        for site in self._sites(text, settled, dates):
            for start, end, logit in self._readings(text, site, scores):
                if logit > 0 and not taken.touches(start, end):
                    known = best.get(start)
                    if known is None or known.logit < logit:
                        best[start] = Candidate(self.kind, start, end, min(logit, 4.5), site.why, 5)
        names = [*best.values(), *self._spelled(text, taken)]
        if not names or not dates:
            return names
        ends = Spans([(one.start, one.end) for one in names])
        return names + [one._replace(logit=1.0) for one in dates if self._beside(text, one.start, ends)]

    def _sites(self, text: str, settled: Sequence[Candidate], dates: Sequence[Candidate]) -> Iterator[_Site]:
        tables = _tables()
        company = 0.9 if any(one.kind in self.COMPANY for one in settled) else 0.5 if settled else 0.0
        for match in tables.strong.finditer(text):
            yield _Site(match.end(), _run_end(text, match.end()), self.STRONG, True, "name_cue")
        if settled or dates:
            for match in tables.weak.finditer(text):
                yield _Site(match.end(), _run_end(text, match.end()), self.WEAK + company, True, "name_cue")
            for match in self.ALONE.finditer(text):
                yield _Site(*match.span(1), self.STANDING + company, True, "name", exact=True)
            for match in self.OWNER.finditer(text):
                yield _Site(*match.span(1), self.OWNING + company, True, "name", exact=True)
        for match in tables.title.finditer(text):
            yield _Site(_run_start(text, match.start()), match.start(), self.TITLED, False, "name_cue")
        lines = list(self.LIST_LINE.finditer(text)) if settled or "接龙" in text else []
        for match in lines:
            yield _Site(*match.span(1), self.LISTED + company, True, "name", exact=True)
        for one in (*settled, *dates):
            weight = self.BESIDE if one.kind in self.COMPANY else self.BESIDE_LOW + company
            before = self.BEFORE.search(text, max(0, one.start - 14), one.start)
            if before is not None:
                yield _Site(*before.span(1), weight, False, "name")
            after = self.AFTER.match(text, one.end, one.end + 12)
            if after is not None:
                yield _Site(*after.span(1), weight - 0.3, True, "name")

    def _readings(self, text: str, site: _Site, scores: dict[str, float | None]) -> Iterator[tuple[int, int, float]]:
        """The ways to cut a name out of a site, with their log-odds."""
        tables = _tables()
        room = site.end - site.start
        if site.from_left and text[site.start] not in tables.first:
            return
        if other := tables.other.match(text, site.start, site.end):
            yield other.start(), other.end(), site.weight + 1.0
        for length in (4, 3, 2):
            if room < length or (site.exact and room != length):
                continue
            start = site.start if site.from_left else site.end - length
            name = text[start : start + length]
            if name in scores:
                score = scores[name]
            else:
                score = scores[name] = self._score(name)
            if (
                score is None
                or text[start + 1 : start + 3] in tables.forms
                or text[max(0, start - 1) : start + 1] in tables.joined
            ):
                continue
            logit = self.BASE + site.weight + score
            if site.from_left and room > length:
                logit += 0.6 if tables.after.match(text, start + length) else -1.2
            elif site.exact and length == 2 and site.weight < self.LISTED:
                logit -= -0.6 if self.SEX.match(text, site.end) else 0.6
            elif not site.from_left and room > length:
                logit -= 0.5 if length > 2 else 0.9
            elif site.start == 0 or not "\u4e00" <= text[site.start - 1] <= "\u9fff":
                logit += 0.4
            yield start, start + length, logit

    def _score(self, name: str) -> float | None:
        """How much a few characters look like a full name; None if they cannot be one."""
        tables = _tables()
        if name[:2] in tables.compound and len(name) > 2:
            given, score = name[2:], 3.0
        else:
            rank = tables.surnames.get(name[0])
            if rank is None or len(name) == 4:
                return None
            given, score = name[1:], 2.4 if rank < 110 else 1.6 if rank < 260 else 0.8
        if (
            given in tables.forms
            or given[-1] in "姐哥叔姨婶总"
            or given[0] in "总姐哥"
            or tables.never.search(given)
            or is_place(name)
            or self.WEEKDAY.match(name)
        ):
            return None
        for char in given:
            score += 0.7 if char in tables.given else -2.0
        if name in tables.words or name[0] == name[1]:
            score -= 3.0
        elif len(name) == 3 and name[1:] in tables.words:
            score -= 2.0
        elif len(name) == 3 and name[:2] in tables.words:
            score -= 1.4
        return score + (0.5 if len(given) == 2 else -0.4)

    def _spelled(self, text: str, taken: Spans) -> Iterator[Candidate]:
        for match in self.SPELLED.finditer(text):
            yield Candidate(self.kind, *match.span(1), 1.5, "name_cue", 5)
        for match in self.DOTTED.finditer(text) if "·" in text else ():
            if taken.touches(match.start() - 4, match.end() + 4):
                yield Candidate(self.kind, *match.span(), 1.0, "name", 5)

    def _beside(self, text: str, date: int, names: Spans) -> bool:
        """Whether a date follows a name in the same line closely enough to be its date of birth."""
        end = names.end_before(date)
        gap = text[end:date]
        return end > 0 and len(gap) <= 10 and not self.APART.search(gap)


def _run_start(text: str, end: int) -> int:
    """Start of the Han characters up to ``end``, at most four."""
    start = end
    while start > 0 and end - start < 4 and "\u4e00" <= text[start - 1] <= "\u9fff":
        start -= 1
    return start


def _run_end(text: str, start: int) -> int:
    """End of the Han characters from ``start`` on, at most eight."""
    end = start
    while end < len(text) and end - start < 8 and "\u4e00" <= text[end] <= "\u9fff":
        end += 1
    return end
