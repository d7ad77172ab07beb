"""What a rule is, and how a pack of them is read and checked.

A pack is a TOML file::

    [pack]
    name = "task_rebate"
    description = "…"

    [[group]]
    id = "task_rebate"
    cap = 4.0                       # the most that the group's rules add together, in log-odds

    [[rule]]
    id = "task_rebate.daily_pay"    # <pack>.<name>
    label = "scam"
    kind = "task_rebate"
    weight = 1.5                    # log-odds; negative for a guard; 0 runs in shadow
    group = "task_rebate"
    literals = ["日结", "秒结"]       # any of them …
    # near = { first = ["兼职"], second = ["加微信"], within = 20 }   … or two words near each other, in any order
    # regex = "日赚[0-9]{2,4}"        … or a regex, run only where one of its anchors stands
    # anchors = ["日赚"]
    unless = ["@warning", "骗子"]    # not when one of these stands anywhere; @warning is a list that rules share
    reason = { zh = "…", en = "…" }
    hits = ["…", "…"]               # examples: at least two that hit
    misses = ["…", "…"]             # … and two near ones that must not

Texts are matched in their canonical form, so a rule is written in plain simplified Chinese and lower case.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from huzhu_guard.errors import RuleError
from huzhu_guard.rules.growth import growth_fault
from huzhu_guard.rules.lists import unknown_lists
from huzhu_guard.rules.required import required_words
from huzhu_guard.verdict import KINDS, Label, Reason

_REQUIRED = ("id", "label", "kind", "weight", "group", "reason", "hits", "misses")
_FIELDS = frozenset((*_REQUIRED, "literals", "near", "regex", "anchors", "unless"))
_LISTS = ("literals", "anchors", "unless", "hits", "misses")
_TABLES = ("pack", "group", "rule", "off", "weights")
_HEADER = re.compile(r"\s*\[\[\s*([a-z]+)\s*\]\]")
_MIN_EXAMPLES = 2
_MOST_WITHIN = 200  # characters; what stands further apart does not belong together

GUARD_KIND = "guard"
"""Kind of a rule that speaks against a label: quoted warnings, questions, group rules."""


@dataclass(frozen=True, slots=True)
class Near:
    """Two words near each other, in any order."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    within: int
    """Most characters between the two."""


class LazyRegex:
    """A regular expression that is compiled when it is first needed: most are not, in most processes.

    Examples
    --------
    >>> LazyRegex("日赚[0-9]{2,4}").search("日赚300").span()
    (0, 5)
    """

    __slots__ = ("_compiled", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled: re.Pattern[str] | None = None

    def search(self, text: str) -> re.Match[str] | None:
        """As :meth:`re.Pattern.search`."""
        if self._compiled is None:
            self._compiled = re.compile(self.pattern)
        return self._compiled.search(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LazyRegex) and self.pattern == other.pattern

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __repr__(self) -> str:
        return f"LazyRegex({self.pattern!r})"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, checked."""

    id: str
    label: Label
    kind: str
    weight: float
    group: str
    literals: tuple[str, ...]
    near: Near | None
    regex: LazyRegex | None
    anchors: tuple[str, ...]
    unless: tuple[str, ...]
    """Words, and names of lists as :mod:`huzhu_guard.rules.lists` has them."""
    reason: Reason
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    line: int = 0
    """Where it stands in its file."""
    required: tuple[tuple[str, ...], ...] = ()
    """Sets of words of each of which one stands in everything that the regex matches, read off it."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A rule file as read."""

    name: str
    rules: tuple[Rule, ...]
    caps: tuple[tuple[str, float], ...]
    off: tuple[str, ...]
    """Ids of rules of other packs that this one switches off."""
    weights: tuple[tuple[str, float], ...]
    """Ids of rules of other packs, and the weight that this one gives them."""


def read_pack(path: Path | Any) -> tuple[Pack, list[str]]:
    """Read one pack.

    Parameters
    ----------
    path : Path or importlib.resources.abc.Traversable
        The TOML file.

    Returns
    -------
    pack : Pack
        The rules that are sound.
    faults : list of str
        One sentence for each fault, ``file:line: what``.

    Raises
    ------
    RuleError
        When the file cannot be read or is not TOML.
    """
    try:
        source = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(source)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(
            f"{path}: the rule pack cannot be read ({error}); give the path of a UTF-8 TOML file."
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleError(f"{path}: not valid TOML: {error}.") from error
    return _Reader(str(path), source, data).read()


class _Reader:
    """Turns the tables of one file into rules and faults."""

    def __init__(self, path: str, source: str, data: dict[str, Any]) -> None:
        self._path = path
        self._data = data
        self._source = source.splitlines()
        self.faults: list[str] = []

    def read(self) -> tuple[Pack, list[str]]:
        for key in self._data.keys() - set(_TABLES):
            self._fault(self._line_of(key), f"unknown table {key!r}; allowed are {', '.join(_TABLES)}")
        pack = self._data.get("pack", {})
        if not isinstance(pack, dict):
            self._fault(self._line_of("pack"), "pack must be a table [pack] with name and description")
            pack = {}
        caps = self._caps()
        rules: dict[str, Rule] = {}
        for line, table in self._tables("rule"):
            rule = self._rule(line, table)
            if rule is None:
                continue
            if rule.id in rules:
                self._fault(line, f"rule id {rule.id!r} stands twice; rename one of them")
                continue
            rules[rule.id] = rule
            if rule.group not in caps:
                self._fault(line, f"rule {rule.id}: group {rule.group!r} is not declared in a [[group]] of this pack")
        name = str(pack.get("name", Path(self._path).stem))
        return Pack(name, tuple(rules.values()), tuple(caps.items()), self._off(), self._weights()), self.faults

    def _fault(self, line: int, what: str) -> None:
        self.faults.append(f"{self._path}:{line}: {what}.")

    def _line_of(self, key: str) -> int:
        starts = re.compile(rf"\s*\[{{0,2}}\s*[\"']?{re.escape(key)}[\"']?\s*(?:\]|=|\.)")
        return next((i for i, text in enumerate(self._source, 1) if starts.match(text)), 1)

    def _tables(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """Tables ``[[name]]`` with the line on which each begins."""
        tables = self._data.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._fault(self._line_of(name), f"{name} must be tables [[{name}]]")
            return []
        headers = ((i, _HEADER.match(text)) for i, text in enumerate(self._source, 1))
        lines = [i for i, header in headers if header and header[1] == name]
        return list(zip(lines if len(lines) == len(tables) else [1] * len(tables), tables, strict=True))

    def _caps(self) -> dict[str, float]:
        caps: dict[str, float] = {}
        for line, table in self._tables("group"):
            for key in sorted(table.keys() - {"id", "cap"}):
                self._fault(line, f"unknown field {key!r} of a group; allowed are id and cap")
            name, cap = table.get("id"), table.get("cap")
            if not isinstance(name, str) or not name:
                self._fault(line, "a group needs an id, a string")
            elif not _is_number(cap) or not 0 < cap < math.inf:
                self._fault(line, f"group {name!r} needs a cap: the most that its rules add together, above 0")
                caps[name] = math.inf
            elif name in caps:
                self._fault(line, f"group {name!r} stands twice; leave one of them")
            else:
                caps[name] = float(cap)
        return caps

    def _off(self) -> tuple[str, ...]:
        off = self._data.get("off", [])
        if _is_words(off):
            return tuple(off)
        self._fault(self._line_of("off"), "off must be a list of rule ids")
        return ()

    def _weights(self) -> tuple[tuple[str, float], ...]:
        weights = self._data.get("weights", {})
        if isinstance(weights, dict) and all(map(_is_number, weights.values())):
            return tuple((name, float(weight)) for name, weight in weights.items())
        self._fault(self._line_of("weights"), "weights must be a table [weights] of quoted rule ids and numbers")
        return ()

    def _rule(self, line: int, table: dict[str, Any]) -> Rule | None:
        before = len(self.faults)
        name = str(table.get("id", "?"))

        def fault(what: str) -> None:
            self._fault(line, f"rule {name}: {what}")

        _check_fields(table, fault)
        if len(self.faults) > before:
            return None
        label, kind = self._label(table, fault)
        near = _near(table.get("near"), fault)
        regex = _regex(table, fault)
        if not (table.get("literals") or near or regex):
            fault("has no pattern; give literals, near or regex with anchors")
        for key in ("hits", "misses"):
            if len(table[key]) < _MIN_EXAMPLES:
                fault(f"needs at least {_MIN_EXAMPLES} {key}")
        if len(self.faults) > before or label is None:
            return None
        reason = table["reason"]
        return Rule(
            id=name, label=label, kind=kind, weight=float(table["weight"]), group=table["group"],
            literals=tuple(table.get("literals", ())), near=near, regex=regex, anchors=tuple(table.get("anchors", ())),
            unless=tuple(table.get("unless", ())), reason=Reason(reason["zh"], reason["en"]),
            hits=tuple(table["hits"]), misses=tuple(table["misses"]), line=line,
            required=required_words(regex.pattern) if regex else (),
        )  # fmt: skip

    @staticmethod
    def _label(table: dict[str, Any], fault: Callable[[str], None]) -> tuple[Label | None, str]:
        try:
            label = Label(table["label"])
        except ValueError:
            fault(f"label {table['label']!r} is unknown; allowed are {', '.join(Label)}")
            return None, ""
        kind = str(table["kind"])
        if kind not in (*KINDS[label], GUARD_KIND):
            fault(f"kind {kind!r} is not one of {label}: {', '.join((*KINDS[label], GUARD_KIND))}")
        return label, kind


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_words(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(word, str) and word for word in value)


def _check_fields(table: dict[str, Any], fault: Callable[[str], None]) -> None:
    """Names and types of a rule's fields."""
    for key in sorted(table.keys() - _FIELDS):
        fault(f"unknown field {key!r}; allowed are {', '.join(sorted(_FIELDS))}")
    for key in _REQUIRED:
        if key not in table:
            fault(f"field {key!r} is missing")
    for key in ("id", "group", "regex"):
        if not isinstance(table.get(key, "?"), str) or not table.get(key, "?"):
            fault(f"{key} must be a string")
    for key in _LISTS:
        if not _is_words(table.get(key, [])):
            fault(f"{key} must be a list of strings, none of them empty")
    if _is_words(table.get("unless", [])) and (unknown := unknown_lists(table.get("unless", []))):
        fault(f"unless names the list {unknown[0]!r}, which there is not")
    reason = table.get("reason", {"zh": "?", "en": "?"})
    if not isinstance(reason, dict) or not all(isinstance(reason.get(k), str) and reason[k] for k in ("zh", "en")):
        fault("reason needs zh and en")
    if not _is_number(table.get("weight", 0)):
        fault("weight must be a number, in log-odds")


def _near(table: Any, fault: Callable[[str], None]) -> Near | None:
    if table is None:
        return None
    sound = isinstance(table, dict) and table.keys() == {"first", "second", "within"}
    if sound:
        words = (table["first"], table["second"])
        within = table["within"]
        sound = all(_is_words(w) and w for w in words) and type(within) is int and 0 <= within <= _MOST_WITHIN
    if not sound:
        fault(f"near needs first, second (lists of words) and within (characters, 0 to {_MOST_WITHIN}), nothing else")
        return None
    return Near(tuple(table["first"]), tuple(table["second"]), table["within"])


def _regex(table: dict[str, Any], fault: Callable[[str], None]) -> LazyRegex | None:
    pattern = table.get("regex")
    if pattern is None:
        return None
    if not table.get("anchors"):
        fault("a regex needs anchors: words one of which stands in everything that it matches")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        fault(f"regex does not compile: {error}")
        return None
    if growth := growth_fault(pattern):
        fault(f"regex can grow faster than the text: {growth}")
    return LazyRegex(pattern)
