"""Matches all rules in one pass over the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

import ahocorasick_rs

from huzhu_guard.errors import RuleError
from huzhu_guard.rules.compact import read_compact
from huzhu_guard.rules.lists import expanded
from huzhu_guard.rules.rule import Pack, Rule, read_pack


class RuleHit(NamedTuple):
    """A rule that hit, and where."""

    rule: Rule
    start: int
    """Start in the canonical text."""
    end: int


Places = dict[int, list[tuple[int, int]]]


class RuleEngine:
    """Rules of several packs, compiled. Immutable after construction, safe to share between threads.

    Parameters
    ----------
    packs : iterable of Pack
        Later packs can switch off or reweigh rules of earlier ones.

    Raises
    ------
    RuleError
        When a rule id stands in two packs, or a pack switches off or reweighs a rule that there is not.
    """

    def __init__(self, packs: Iterable[Pack]) -> None:
        packs = tuple(packs)
        off = {name for pack in packs for name in pack.off}
        by_id: dict[str, Rule] = {}
        for pack in packs:
            for rule in pack.rules:
                if rule.id in by_id:
                    raise RuleError(f"rule id {rule.id!r} stands in two packs; rename it in {pack.name!r}.")
                by_id[rule.id] = rule
        for pack in packs:
            for name in (*pack.off, *(name for name, _ in pack.weights)):
                if name not in by_id:
                    raise RuleError(
                        f"pack {pack.name!r} names the rule {name!r}, which there is not; "
                        "'huzhu-guard rules list' names them all."
                    )
        self.rules = tuple(rule for rule in by_id.values() if rule.id not in off)
        self.weights: Mapping[str, float] = {name: weight for pack in packs for name, weight in pack.weights}
        self.caps: Mapping[str, float] = {group: cap for pack in packs for group, cap in pack.caps}
        self._compile()

    def _compile(self) -> None:
        numbers: dict[str, int] = {}

        def number(words: Iterable[str]) -> frozenset[int]:
            return frozenset([numbers.setdefault(word, len(numbers)) for word in words])

        self._parts = []
        for rule in self.rules:
            near = (number(rule.near.first), number(rule.near.second), rule.near.within) if rule.near else None
            self._parts.append((number(rule.literals), near, number(rule.anchors), number(expanded(rule.unless))))
        triggers: list[list[int]] = [[] for _ in numbers]
        for index, (literals, near, anchors, _) in enumerate(self._parts):
            for word in literals | anchors | (near[0] if near else frozenset()):
                triggers[word].append(index)
        self._triggers = [tuple(t) for t in triggers]
        self._automaton = ahocorasick_rs.AhoCorasick(list(numbers)) if numbers else None

    def match(self, canonical: str) -> list[RuleHit]:
        """The rules that hit ``canonical``, in the order of the packs, each once, at its first place."""
        if self._automaton is None:
            return []
        found = self._automaton.find_matches_as_indexes(canonical, overlapping=True)
        if not found:
            return []
        places: Places = {}
        candidates: set[int] = set()
        triggers = self._triggers
        for word, start, end in found:
            if word in places:
                places[word].append((start, end))
            else:
                places[word] = [(start, end)]
                if triggers[word]:
                    candidates.update(triggers[word])
        if not candidates:
            return []
        hits = []
        for index in sorted(candidates):
            span = self._span(index, places, canonical)
            if span is not None:
                hits.append(RuleHit(self.rules[index], *span))
        return hits

    def _span(self, index: int, places: Places, canonical: str) -> tuple[int, int] | None:
        literals, near, anchors, unless = self._parts[index]
        if unless and not unless.isdisjoint(places):
            return None
        if literals and not literals.isdisjoint(places):
            return min([places[word][0] for word in literals.intersection(places)])
        if near is not None and not near[1].isdisjoint(places) and (span := _near_span(places, *near)) is not None:
            return span
        regex = self.rules[index].regex
        if regex is not None and not anchors.isdisjoint(places) and (match := regex.search(canonical)):
            return match.span()
        return None


def _near_span(places: Places, first: frozenset[int], second: frozenset[int], within: int) -> tuple[int, int] | None:
    """The leftmost first word that has a second word at most ``within`` characters away, and the leftmost of those."""
    lefts = sorted([place for word in first.intersection(places) for place in places[word]])
    rights = sorted([place for word in second.intersection(places) for place in places[word]])
    longest = max((end - start for start, end in rights), default=0)
    at = 0
    for start, end in lefts:
        while at < len(rights) and rights[at][0] + longest + within < start:
            at += 1
        for i in range(at, len(rights)):
            other_start, other_end = rights[i]
            if other_start > end + within:
                break
            if 0 <= other_start - end <= within or 0 <= start - other_end <= within:
                return min(start, other_start), max(end, other_end)
    return None


def shipped_packs() -> list[Pack]:
    """The packs that come with the library, without their examples checked (a test does that)."""
    paths = shipped_paths()
    compact = read_compact(paths)
    return [_sound(path) for path in paths] if compact is None else compact


def load_pack(path: Any) -> Pack:
    """Read a pack, and refuse it when it has a fault.

    Raises
    ------
    RuleError
        With every fault, one a line.
    """
    return _sound(path)


def shipped_paths() -> list[Any]:
    """The shipped pack files, in order."""
    folder = files("huzhu_guard.rules.packs")
    return sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name)


def _sound(path: Any) -> Pack:
    pack, faults = read_pack(path)
    if faults:
        raise RuleError("\n".join(faults))
    return pack
