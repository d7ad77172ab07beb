"""Matches all rules in one pass over the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, Final, NamedTuple

from librt.vecs import vec
from mypy_extensions import i64, u8

from huzhu_guard.errors import RuleError
from huzhu_guard.rules.compact import read_compact
from huzhu_guard.rules.lists import expanded
from huzhu_guard.rules.rule import Pack, Rule, read_pack
from huzhu_guard.text.literals import literals_of


class RuleHit(NamedTuple):
    """A rule that hit, and where."""

    rule: Rule
    start: int
    """Start in the canonical text."""
    end: int


# what a word is to a rule
_LITERAL: Final = 1
_FIRST: Final = 2
_SECOND: Final = 4
_SEARCHED: Final = (8, 16, 32)  # anchor, and of each required set
_NEVER: Final = 64  # of a rule without a regex: no word has that role
_NEAR: Final = 6  # both
_ROLE_BITS: Final = 6
_ROLE_MASK: Final = 63

_NO_WORDS: frozenset[int] = frozenset()


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
        self._searched = vec[u8]([0] * len(self.rules))  # roles all of which must be there for the regex to match
        roles: list[tuple[int, int, frozenset[int]]] = []
        for index, rule in enumerate(self.rules):
            first, second, within = _NO_WORDS, _NO_WORDS, 0
            if rule.near:
                first, second, within = number(rule.near.first), number(rule.near.second), rule.near.within
            literals, anchors, unless = number(rule.literals), number(rule.anchors), number(expanded(rule.unless))
            self._parts.append((literals, first, second, within, unless))
            roles += [(index, _LITERAL, literals), (index, _FIRST, first), (index, _SECOND, second)]
            searched = list(zip(_SEARCHED, (anchors, *map(number, rule.required)), strict=False))
            roles += [(index, role, words) for role, words in searched]
            self._searched[index] = sum([role for role, _ in searched]) if rule.regex else _NEVER
        uses: list[list[int]] = [[] for _ in numbers]
        for index, role, words in roles:
            for word in words:
                uses[word].append(index << _ROLE_BITS | role)
        self._uses = [tuple(u) for u in uses]
        self._lengths = [len(word) for word in numbers]
        self._literals = literals_of(list(numbers))

    def match(self, canonical: str) -> list[RuleHit]:
        """The rules that hit ``canonical``, in the order of the packs, each once, at its first place."""
        found = self._literals.find(canonical)
        if len(found) == 0:
            return []
        roles = vec[u8]([0] * len(self.rules))
        candidates: list[int] = []
        all_uses = self._uses
        for i in range(0, len(found), 2):
            for use in all_uses[found[i]]:
                index = use >> _ROLE_BITS
                before = roles[index]
                after = before | u8(use & _ROLE_MASK)
                if after != before:
                    roles[index] = after
                    searched = self._searched[index]
                    if _hopeful(after, searched) and not _hopeful(before, searched):
                        candidates.append(index)
        candidates.sort()
        hits = []
        for index in candidates:
            span = self._span(index, roles[index], found, canonical)
            if span is not None:
                hits.append(RuleHit(self.rules[index], *span))
        return hits

    def _span(self, index: int, roles: u8, found: vec[i64], canonical: str) -> tuple[int, int] | None:
        """Where a rule hits, of which words stand in the text in these roles."""
        literals, first, second, within, unless = self._parts[index]
        span = None
        if roles & _LITERAL:
            span = min(self._spans(found, literals))
        elif roles & _NEAR == _NEAR:
            span = _near_span(self._spans(found, first), self._spans(found, second), within)
        searched = self._searched[index]
        if span is None and roles & searched == searched:
            regex = self.rules[index].regex
            if regex is not None and (match := regex.search(canonical)):
                span = match.span()
        return None if span is None or (unless and self._spans(found, unless)) else span

    def _spans(self, found: vec[i64], words: frozenset[int]) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        for i in range(0, len(found), 2):
            word = int(found[i])
            if word in words:
                start = int(found[i + 1])
                spans.append((start, start + self._lengths[word]))
        return spans


def _hopeful(roles: u8, searched: u8) -> bool:
    """Whether a rule can hit, of which words stand in a text in these roles."""
    return roles & _LITERAL != 0 or roles & _NEAR == _NEAR or roles & searched == searched


def _near_span(lefts: list[tuple[int, int]], rights: list[tuple[int, int]], within: int) -> tuple[int, int] | None:
    """The leftmost first word that has a second word at most ``within`` characters away, and the leftmost of those."""
    lefts.sort()
    rights.sort()
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
