"""Addresses of people, from the province down to the door."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from huzhu_guard.privacy.places import Place, places
from huzhu_guard.privacy.spans import Spans
from huzhu_guard.privacy.view import HAN, Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from huzhu_guard.privacy.view import View

_LATIN: Final = r"[0-9a-z]{1,5}(?:[-—~/][0-9a-z]{1,5}){0,3}"
_HAN: Final = r"[一二三四五六七八九十百零〇两]{1,5}"
_BREAK: Final = re.compile(r"[,。;!?\n:|【】\[\]…的了我你他她到给吗]")
_FIVE_DIGITS: Final = re.compile(r"[0-9]{5}")
_NO_ADDRESS_CHAR: Final = re.compile(r"[^\w ()#·?/—-]|_")


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


class _Grammar:
    """The patterns, made from ``data/address.toml``."""

    def __init__(self) -> None:
        text = files("huzhu_guard.privacy").joinpath("data/address.toml").read_text(encoding="utf-8")
        table = tomllib.loads(text)
        doors, heads, homes, cues = table["doors"], table["heads"], table["homes"], table["cues"]
        self.door = re.compile(
            rf"(?:(?P<value>附?{_LATIN}|第?{_HAN}|[甲乙丙丁东西南北])\s?(?:(?P<building>{_any(doors['building'])})|"
            rf"(?P<room>{_any(doors['room'])})|(?P<lane>{_any(doors['lane'])})|(?P<number>{_any(doors['number'])})|"
            rf"(?P<floor>{_any(doors['floor'])}))|"
            rf"(?P<dashed>(?:(?<={HAN})|(?<= ))[a-z]?[0-9]{{1,4}}[a-z]?(?:[-—#][0-9a-z]{{1,5}}){{1,3}})(?![0-9a-z.])|"
            rf"(?<=[{AddressRecognizer.BARE_HEADS}])(?P<bare>[1-9][0-9]{{0,3}})(?![0-9a-z.%-]))"
        )
        self.units: dict[str, list[tuple[str, str]]] = {}
        for group in ("building", "room", "lane", "number", "floor"):
            for unit in sorted(doors[group].split(), key=len, reverse=True):
                self.units.setdefault(unit[0], []).append((unit, group))
        self.road = tuple(heads["road"].split())
        self.village = tuple(heads["village"].split())
        self.roads = re.compile(rf"{HAN}(?:路|街|大道|胡同|巷|弄)")
        self.towns = re.compile(rf"{HAN}(?:街道|镇|乡|村|开发区|工业区|办事处)")
        self.homes = re.compile(_any(homes["names"]))
        self.home_endings = tuple(homes["endings"].split())
        self.works = re.compile(_any(homes["works"]))
        self.after_door = re.compile(rf"[^\W_]{{1,12}}?(?:{_any(homes['after_door'])})")
        self.tail = re.compile(rf"(?:\s?(?:{_any(homes['tail'])})){{1,2}}")
        self.boundary = re.compile(table["boundary"]["words"])
        self.cue = re.compile(_any(cues["before"]))
        self.against = re.compile(_any(cues["against"]))
        self.venue = re.compile(rf"(?:{_any(cues['venue'])})(?![东西南北中]?[路街]|[巷弄里道门口旁])")
        self.after_against = re.compile(_any(cues["after_against"]))


def _ends(text: str, endings: tuple[str, ...]) -> bool:
    """Whether a text ends so, a space after it aside."""
    return (text[:-1] if text[-1:].isspace() else text).endswith(endings)


@cache
def _grammar() -> _Grammar:
    return _Grammar()


class _Door(NamedTuple):
    start: int
    end: int
    group: str
    """What it numbers: ``building``, ``room``, ``lane``, ``number`` or ``floor``; ``dashed`` 3-2-501; ``bare``."""
    value: str


class AddressRecognizer:
    """House numbers, buildings, flats and groups of a village, with the names before them.

    A run of such doors is read to the left as far as place names and no words of a sentence go. Evidence is added up
    in log-odds; what reaches nothing (``3栋`` alone, a mall, a city) is dropped, and so are shops and offices.
    """

    kind: ClassVar = EntityKind.ADDRESS
    JOINTS: ClassVar = frozenset("-—~/#")
    BARE_HEADS: ClassVar = "路街道村园苑厦城场心区里庄弄巷"
    NUMBERISH: ClassVar = re.compile(r"[0-9a-z附第一二三四五六七八九十百零〇两甲乙丙丁东西南北]{1,24}")
    ROOM: ClassVar = re.compile(
        r"\s?[-—#]?\s?[0-9]{3,4}[a-z]?(?:号|室|房)?(?![0-9a-z.]|\s?(?:元|块|点|人|箱|斤|个|件|份|分|年|月|米|盒|天|折|包|毫|克|g|ml|w|万|次))|[0-9]{1,2}(?![0-9.]|[^\W0-9a-z_])|之[一二三四五六七八九]"
    )
    CODED: ClassVar = re.compile(r"[a-z]?[0-9]{1,5}(?:[-—][0-9a-z]{1,5}){0,3}(?![0-9a-z])")
    NOT_DOOR: ClassVar = re.compile(
        r"口|线|店(?!铺)|电[池瓶机]|汽油|机位?|色|字|选|楼?群|服务|码|员|[之以]?前|发|到|早|晚|上午|下午|主|梯队|盘|市|房东|结果|车|球|洞|柜台|窗口|站台|检票|登机|包|套餐|"
        r"至|铺|面|摊|要|先|人(?!民)"
    )
    NOT_DOOR_FIRST: ClassVar = frozenset(
        "口线店电汽机色字选楼群服码员之以前发到早晚上下主梯盘市房结车球洞柜窗站检登包套至铺面摊要先人"
    )
    QUANTITY: ClassVar = re.compile(r"\s?(?:元|块|点|天|个|斤|月|日|岁|人|折|件|小时|分|号[前发]|年)")
    BARE_END: ClassVar = re.compile(
        rf"(?!元|块|点|折|个|月|日|天|斤|多|人|件|次|年|分|万|级|周)(?:$|[\s,。;!]|{HAN}{{2,}})"
    )
    TOWN: ClassVar = re.compile(
        rf"({HAN}{{2,3}}(?:镇|乡|街道))({HAN}{{1,6}}?(?:村|庄|屯|寨|小学|中学))?"
        rf"({HAN}{{0,5}}?(?:隔壁|对面|后头|旁边|[东西南北]头|第[0-9一二三四五六七八九]家))?"
    )
    VILLAGE_BASE: ClassVar = -2.6
    WEIGHTS: ClassVar = {
        "building": 0.9,
        "room": 1.0,
        "lane": 0.8,
        "number": 0.3,
        "floor": 0.1,
        "dashed": 0.9,
        "bare": 0.1,
    }
    ROAD_NUMBER: ClassVar = 2.4
    VILLAGE_NUMBER: ClassVar = 1.6
    BARE_NUMBER: ClassVar = 0.8
    LISTED: ClassVar = 0.6
    LOCKER: ClassVar = -2.5
    LEVELS: ClassVar = {"P": 1.0, "C": 1.0, "K": 1.0}
    BASE: ClassVar = -2.2
    BEFORE_ROOM: ClassVar = frozenset({"building", "floor", "lane", "number"})
    NOBODYS: ClassVar = re.compile("[某〔]")
    REACH: ClassVar = 46
    AGAINST_REACH: ClassVar = 25
    VENUE: ClassVar = 7
    GAP: ClassVar = 16

    def find(self, view: View, settled: Sequence[Candidate]) -> list[Candidate]:
        """Addresses in one text, in none of the spans that are settled."""
        text = view.text
        grammar = _grammar()
        taken = Spans([(one.start, one.end) for one in settled])
        doors = [door for door in self._doors(text, grammar) if self._counts(text, door, taken)]
        found: list[Candidate] = []
        if not doors:
            return self._villages(text, taken)
        i = 0
        while i < len(doors):
            j = i + 1
            while j < len(doors) and self._joined(text, doors[j - 1].end, doors[j].start, taken):
                j += 1
            if candidate := self._judge(text, doors[i:j], taken, found[-1].end if found else 0):
                found.append(candidate)
            i = j
        return found or self._villages(text, taken)

    def _doors(self, text: str, grammar: _Grammar) -> Iterator[_Door]:
        """What ``finditer`` would give, tried only where a number can begin; that is several times faster."""
        done = 0
        units = grammar.units
        length = len(text)
        for run in self.NUMBERISH.finditer(text):
            start, end = run.span()
            after = text[end] if end < length else ""
            if after in units:
                if start >= done and end - start < 6 and (door := self._simple(text, start, end, units[after])):
                    done = door.end
                    yield door
                    continue
            elif not (
                after in self.JOINTS
                or (after.isspace() and text[end + 1 : end + 2] in units)
                or (start and text[start - 1] in self.BARE_HEADS)
            ):
                continue
            if end - start > 10 and text[start:end].isdigit():
                continue
            for at in range(max(done, start), end):
                match = grammar.door.match(text, at)
                if match is not None:
                    done = match.end()
                    yield _Door(at, done, match.lastgroup or "", match["value"] or match[0])
                    break

    def _simple(self, text: str, start: int, end: int, units: list[tuple[str, str]]) -> _Door | None:
        """A few digits and the unit they stand before, as the pattern for doors would read them."""
        value = text[start:end]
        if value.isascii():
            for unit, group in units:
                if text.startswith(unit, end):
                    return _Door(start, end + len(unit), group, value)
        return None

    def _villages(self, text: str, taken: Spans) -> list[Candidate]:
        """Addresses without a number: county, town and village after a word for where somebody lives."""
        found: list[Candidate] = []
        if "镇" not in text and "乡" not in text and "街道" not in text:
            return found
        for match in self.TOWN.finditer(text):
            known = places(text, max(0, match.start() - 16), match.end(1))
            known = [
                p for p in known if (p.full and text[p.end : match.start(1)].strip() == "") or p.end <= match.end(1)
            ]
            if not known or known[-1].end < match.start(1) - 1:
                continue
            start, end = known[0].start, match.end()
            logit = self.VILLAGE_BASE + 0.8 * len({p.level for p in known})
            logit += (1.0 if match[2] else 0.0) + (0.8 if match[3] else 0.0)
            if _grammar().cue.search(text[max(0, start - 8) : start]):
                logit += 1.2
            if logit > 0 and not taken.touches(start, end):
                found.append(Candidate(self.kind, start, end, logit, "address_cue", 4))
        return found

    def _counts(self, text: str, door: _Door, taken: Spans) -> bool:
        """Whether what looks like a door can be one, by the characters that touch it."""
        start, end, group, value = door
        if taken.touches(start, end):
            return False
        before = text[start - 1] if start else ""
        if text[end : end + 1] in self.NOT_DOOR_FIRST and self.NOT_DOOR.match(text, end):
            return False
        if group == "bare":
            return self.BARE_END.match(text, end) is not None
        if group == "dashed":
            if (before == " " and value.count("-") < 2) or value.startswith(("400-", "800-")):
                return False
            if text[start - 2 : start] in ("店铺", "平台"):  # 店铺99-20: a coupon
                return False
            return not self.QUANTITY.match(text, end)
        if group == "number" and before and (before in "月第尾晚" or value[0] == "第"):
            return False
        if before == "至" or (before.isascii() and before.isalnum()):
            return False
        return not (value in ("一", "两") and text[end - 1] == "座")

    def _joined(self, text: str, end: int, start: int, taken: Spans) -> bool:
        if start == end:
            return True
        if start - end > self.GAP or taken.touches(end, start):
            return False
        return not (_BREAK.search(text, end, start) or _FIVE_DIGITS.search(text, end, start))

    def _judge(self, text: str, doors: list[_Door], taken: Spans, floor: int) -> Candidate | None:
        grammar = _grammar()
        first = doors[0]
        start, found = self._left(text, first.start, taken, floor)
        end = self._right(text, doors[-1], taken)
        kinds = {door.group for door in doors}
        logit = self.BASE + sum([self.WEIGHTS[kind] for kind in kinds]) + self._heads(text, doors, start, bool(found))
        if end > doors[-1].end and text[end - 1].isdigit() and not kinds.isdisjoint(self.BEFORE_ROOM):
            logit += 1.0
            kinds.add("room")
        if "building" in kinds:
            if sum([door.group == "building" for door in doors]) > 1:
                logit += 0.8
            if "room" in kinds and (taken or "接龙" in text):
                logit += self.LISTED
        if "柜" in text[end - 2 : end + 4] and "room" not in kinds:
            logit += self.LOCKER
        named = self._names(text[start : first.start], found)
        logit += named
        if end - start < 5 or (not named and kinds <= {"lane", "floor"}) or self.NOBODYS.search(text, start, end):
            return None
        cued = grammar.cue.search(text, max(0, start - 12), start) is not None
        if cued:
            logit += 1.2
        against = grammar.against.search(text, max(0, start - self.AGAINST_REACH), start)
        if against or grammar.venue.search(text, start, min(start + self.VENUE, first.start)) or (
            grammar.after_against.match(text, end, end + 4)
        ):  # fmt: skip
            logit -= 4.5
        if logit <= 0:
            return None
        why = "address_cue" if cued else "address"
        return Candidate(self.kind, start, end, min(logit, 5.0), why, 6 if logit > 2 else 4)

    def _heads(self, text: str, doors: list[_Door], start: int, known: bool) -> float:
        """What the characters right before the numbers say: a road, a village, a place of the gazetteer."""
        grammar = _grammar()
        logit = 0.0
        for door in doors:
            if door.group in ("number", "lane", "dashed"):
                head = text[max(start, door.start - 4) : door.start]
                named = len(text[max(start, door.start - self.REACH) : door.start].strip()) > 2
                if named and _ends(head, grammar.road):
                    logit += self.ROAD_NUMBER
                elif door.start - start > 2 and _ends(head, grammar.village):
                    logit += self.VILLAGE_NUMBER
            elif known and door.group == "bare":
                logit += self.BARE_NUMBER
        return logit

    def _names(self, name: str, found: list[Place]) -> float:
        grammar = _grammar()
        logit = 0.0
        for level in {place.level for place in found}:
            logit += self.LEVELS[level]
        if grammar.roads.search(name):
            logit += 0.6
        if grammar.towns.search(name):
            logit += 0.8
        if len(name.strip()) >= 3:
            if self._is_home(name):
                logit += 1.2
            elif grammar.works.search(name):
                logit += 0.7
        return logit

    def _is_home(self, name: str) -> bool:
        grammar = _grammar()
        return grammar.homes.search(name) is not None or _ends(name, grammar.home_endings)

    def _left(self, text: str, door: int, taken: Spans, floor: int) -> tuple[int, list[Place]]:
        """Where the address begins, and the names of the gazetteer in it."""
        least = max(floor, door - self.REACH, taken.end_before(door))
        stop = _NO_ADDRESS_CHAR.search(text[least:door][::-1])
        start = least if stop is None else door - stop.start()
        start = self._across_commas(text, start, least)
        known = places(text, start, door)
        cut = start
        for match in _grammar().boundary.finditer(text, start, door):
            if not any(place.start < match.end() and match.start() < place.end and place.full for place in known):
                cut = match.end()
        known = [place for place in known if place.start >= cut]
        anchors = [
            place
            for place in known
            if place.full or place.level != "K" or (place.start <= cut + 2 and " " not in text[place.end : door])
        ]
        if anchors:
            return anchors[0].start, [place for place in known if place.start >= anchors[0].start]
        return self._trim(text, cut, door), known

    def _across_commas(self, text: str, start: int, least: int) -> int:
        """Over a comma or colon whose left side is a place name of its own: ``江苏省,南京市,…``."""
        while start - 1 > least and text[start - 1] in ",-":
            begin = start - 1
            while begin > least and "\u4e00" <= text[begin - 1] <= "\u9fff":
                begin -= 1
            known = places(text, begin, start - 1)
            if not known or known[-1].end != start - 1:
                break
            start = known[0].start
        return start

    def _trim(self, text: str, start: int, door: int) -> int:
        """Without names of people and words before a space that say nothing of a place."""
        grammar = _grammar()
        at = start
        while True:
            space = text.find(" ", at, door)
            if space < 0:
                break
            token = text[at:space]
            if token and (grammar.roads.search(token) or grammar.towns.search(token) or self._is_home(token)
                          or grammar.works.search(token)):  # fmt: skip
                break
            at = space + 1
        while at < door and text[at] in " 家来送收去()#?·/—-":
            at += 1
        return at

    def _right(self, text: str, door: _Door, taken: Spans) -> int:
        """Where the address ends: a bare room number, the name of a building, words like 对面."""
        grammar = _grammar()
        following = taken.start_after(door.end)
        most = len(text) if following is None else following
        end = door.end
        for _ in range(2):
            before = end
            if door.group != "dashed" and (room := self.ROOM.match(text, end, most)) is not None:
                end = room.end()
            name = grammar.after_door.match(text, end, min(most, end + 16))
            if name is not None and not grammar.boundary.search(name[0]):
                end = name.end()
                coded = self.CODED.match(text, end, most)
                if coded is not None:
                    end = coded.end()
            if end == before:
                break
        tail = grammar.tail.match(text, end, most)
        return tail.end() if tail is not None else end
