"""Scores to action: what a group owner can change.

A policy is a TOML file; every field may be left out::

    strictness = "standard"          # relaxed, standard or strict: which thresholds of the model are used

    [labels.scam]
    enabled = true
    review = 0.60                    # from this score on, a person should look
    block = 0.97                     # from this score on, act at once

    [allow]                          # allow beats deny, and says so in the evidence
    domains = ["our-shop.example"]
    phrases = ["王姐团购接龙"]

    [deny]
    domains = ["bad.example"]
    phrases = ["某某平台"]

    [[brands]]                       # names that swindlers pose as in this group
    id = "ourshop"
    names = ["王姐团购"]
    domains = ["our-shop.example"]

    [redaction]                      # mask, replace, hash or surrogate, for all kinds or for one
    default = "mask"
    phone = "hash"
    key_env = "GROUP_SECRET"         # hash and surrogate need a secret: the environment variable that holds it

    [groups."2871@chatroom"]         # the same fields again, for one group
    strictness = "strict"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeGuard

from huzhu_guard.errors import PolicyError
from huzhu_guard.links.brand import Brand
from huzhu_guard.privacy.redact import OPERATORS, Operator
from huzhu_guard.verdict import LABELS, EntityKind, Label

_NAME = r"(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')"
_PATH = rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*"
_TABLE = re.compile(rf"\s*\[{{1,2}}{_PATH}\]")
_KEY = re.compile(rf"{_PATH}=")


class Strictness(StrEnum):
    """How readily messages are held back."""

    RELAXED = "relaxed"
    STANDARD = "standard"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Threshold:
    """When a label's score leads to an action; None leaves the model's own."""

    review: float | None = None
    block: float | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """What a group owner decides. Immutable.

    Examples
    --------
    >>> Policy.parse('strictness = "strict"').strictness
    <Strictness.STRICT: 'strict'>
    """

    strictness: Strictness = Strictness.STANDARD
    """Which of the model's thresholds are used."""
    thresholds: tuple[Threshold, ...] = (Threshold(),) * len(LABELS)
    """One a label, in the order of :data:`~huzhu_guard.verdict.LABELS`."""
    allowed_domains: tuple[str, ...] = ()
    denied_domains: tuple[str, ...] = ()
    allowed_phrases: tuple[str, ...] = ()
    denied_phrases: tuple[str, ...] = ()
    brands: tuple[Brand, ...] = ()
    redaction: tuple[tuple[EntityKind, Operator], ...] = ()
    """Operator for each entity kind; kinds that are left out are masked."""
    key_env: str | None = None
    """Environment variable with the secret for ``hash`` and ``surrogate``."""
    groups: tuple[tuple[str, Policy], ...] = ()
    """Policies of single groups."""

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """Read a policy file.

        Raises
        ------
        PolicyError
            One sentence for each fault: file, line, field, and what is allowed.
        """
        try:
            source = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyError(f"{path}: the policy cannot be read ({error}); give a UTF-8 TOML file.") from error
        return cls.parse(source, str(path))

    @classmethod
    def parse(cls, source: str, name: str = "policy") -> Policy:
        """Read a policy from TOML text; raises as :meth:`load` does."""
        try:
            data = tomllib.loads(source)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise PolicyError(f"{name}: not valid TOML: {error}.") from error
        reader = _Reader(name, source)
        policy = reader.policy(data, cls(), ())
        groups = data.get("groups", {})
        if isinstance(groups, dict):
            own = tuple((g, reader.policy(t, policy, ("groups", g))) for g, t in groups.items())
            policy = replace(policy, groups=own)
        else:
            reader.fault(("groups",), 'must be tables [groups."id"]')
        if reader.faults:
            raise PolicyError("\n".join(reader.faults))
        return policy


def _lines(source: str) -> dict[tuple[str, ...], int]:
    """Where each table and each key of a TOML text begins."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, text in enumerate(source.splitlines(), 1):
        if header := _TABLE.match(text):
            table = _names(header[1])
            lines.setdefault(table, number)
        elif key := _KEY.match(text):
            lines.setdefault((*table, *_names(key[1])), number)
    return lines


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip("\"'") for name in re.findall(_NAME, dotted))


def _is_words(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value)


class _Reader:
    """Turns TOML tables into a policy and faults."""

    def __init__(self, name: str, source: str) -> None:
        self._name = name
        self._lines = _lines(source)
        self._at: tuple[str, ...] = ()  # the group whose table is read
        self.faults: list[str] = []

    def fault(self, path: tuple[str, ...], what: str) -> None:
        """Note what is wrong with the field at ``path``."""
        full = (*self._at, *path)
        known = (self._lines.get(full[:n]) for n in range(len(full), 0, -1))
        line = next((number for number in known if number), 1)
        self.faults.append(f"{self._name}:{line}: {'.'.join(path) or 'it'} {what}.")

    def policy(self, data: Any, base: Policy, at: tuple[str, ...]) -> Policy:
        """The policy that ``data``, the table at ``at``, makes of ``base``."""
        self._at = at
        if not isinstance(data, dict):
            self.fault((), 'must be a table, such as [groups."id"]')
            return base
        known = ("strictness", "labels", "allow", "deny", "brands", "redaction") + (() if at else ("groups",))
        for key in data:
            if key not in known:
                self.fault((key,), f"is not a field of a policy; allowed are {', '.join(known)}")
        allow, deny = self._table(data, "allow"), self._table(data, "deny")
        redaction = self._table(data, "redaction")
        key_env = self._key_env(redaction, base)
        return replace(
            base,
            strictness=self._strictness(data, base),
            thresholds=self._thresholds(self._table(data, "labels"), base.thresholds),
            allowed_domains=base.allowed_domains + self._words(allow, "allow", "domains"),
            allowed_phrases=base.allowed_phrases + self._words(allow, "allow", "phrases"),
            denied_domains=base.denied_domains + self._words(deny, "deny", "domains"),
            denied_phrases=base.denied_phrases + self._words(deny, "deny", "phrases"),
            brands=base.brands + self._brands(data.get("brands", [])),
            redaction=self._redaction(redaction, base.redaction, key_env),
            key_env=key_env,
            groups=(),
        )

    def _table(self, data: Mapping[str, Any], key: str) -> dict[str, Any]:
        table = data.get(key, {})
        if isinstance(table, dict):
            return table
        self.fault((key,), "must be a table")
        return {}

    def _strictness(self, data: Mapping[str, Any], base: Policy) -> Strictness:
        value = data.get("strictness", base.strictness)
        try:
            return Strictness(value)
        except ValueError:
            self.fault(("strictness",), f"is {value!r}; allowed are {', '.join(Strictness)}")
            return base.strictness

    def _thresholds(self, table: Mapping[str, Any], base: tuple[Threshold, ...]) -> tuple[Threshold, ...]:
        for key in table:
            if key not in tuple(Label):
                self.fault(("labels", key), f"is not a label; allowed are {', '.join(Label)}")
        return tuple(self._threshold(label, table.get(label, {}), b) for label, b in zip(LABELS, base, strict=True))

    def _threshold(self, label: str, table: Any, base: Threshold) -> Threshold:
        at = ("labels", str(label))
        if not isinstance(table, dict):
            self.fault(at, "must be a table with enabled, review and block")
            return base
        for key in table.keys() - {"enabled", "review", "block"}:
            self.fault((*at, key), "is not a field of a label; allowed are enabled, review, block")
        values = {}
        for key in ("review", "block"):
            value = table.get(key, getattr(base, key))
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (number and 0 <= value <= 1):
                self.fault((*at, key), f"is {value!r}; it must be a number from 0 to 1")
                value = None
            values[key] = value
        enabled = table.get("enabled", base.enabled)
        if not isinstance(enabled, bool):
            self.fault((*at, "enabled"), f"is {enabled!r}; it must be true or false")
            enabled = True
        if values["review"] is not None and values["block"] is not None and values["review"] > values["block"]:
            self.fault((*at, "review"), "is above block; a message is blocked only where it is reviewed")
        return Threshold(values["review"], values["block"], enabled)

    def _words(self, table: Mapping[str, Any], name: str, key: str) -> tuple[str, ...]:
        if key == "domains":  # once a table
            for other in table.keys() - {"domains", "phrases"}:
                self.fault((name, other), f"is not a field of {name}; allowed are domains, phrases")
        value = table.get(key, [])
        if _is_words(value):
            return tuple(value)
        self.fault((name, key), "must be a list of strings, none of them empty")
        return ()

    def _brands(self, tables: Any) -> tuple[Brand, ...]:
        if not isinstance(tables, list) or not all(map(_is_brand, tables)):
            what = "must be tables [[brands]] with id (a string), names and domains (lists of strings), nothing else"
            self.fault(("brands",), what)
            return ()
        return tuple(
            Brand(
                t["id"],
                names=tuple(name.lower() for name in t.get("names", ()) if name.isascii()),
                aliases=tuple(name for name in t.get("names", ()) if not name.isascii()),
                domains=tuple(t.get("domains", ())),
            )
            for t in tables
        )

    def _key_env(self, table: Mapping[str, Any], base: Policy) -> str | None:
        value = table.get("key_env", base.key_env)
        if value is None or (isinstance(value, str) and value):
            return value
        self.fault(("redaction", "key_env"), "must name an environment variable, in quotes")
        return base.key_env

    def _redaction(
        self, table: Mapping[str, Any], base: tuple[tuple[EntityKind, Operator], ...], key_env: str | None
    ) -> tuple[tuple[EntityKind, Operator], ...]:
        chosen = dict(base)
        for key, value in table.items():
            if key == "key_env":
                continue
            if key != "default" and key not in tuple(EntityKind):
                allowed = f"default, key_env, {', '.join(EntityKind)}"
                self.fault(("redaction", key), f"is not a kind; allowed are {allowed}")
            elif value not in OPERATORS:
                self.fault(("redaction", key), f"is {value!r}; allowed are {', '.join(OPERATORS)}")
            elif key == "default":
                chosen = dict.fromkeys(EntityKind, value) | {k: v for k, v in chosen.items() if k in table}
            else:
                chosen[EntityKind(key)] = value
        if {"hash", "surrogate"} & set(chosen.values()) and key_env is None:
            what = "uses hash or surrogate, which need key_env: the environment variable with a secret"
            self.fault(("redaction",), what)
        return tuple(chosen.items())


def _is_brand(table: Any) -> bool:
    return (
        isinstance(table, dict)
        and table.keys() <= {"id", "names", "domains"}
        and isinstance(table.get("id"), str)
        and bool(table["id"])
        and all(_is_words(table.get(key, [])) for key in ("names", "domains"))
    )
