"""The checks' weights and sentences, read from ``registry/signals.tsv``."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

from huzhu_guard.links.owners import read_lines
from huzhu_guard.verdict import Action, Reason, Signal


class Catalogue(NamedTuple):
    """What ``signals.tsv`` says."""

    bias: float
    """Log-odds of a link about which nothing was noticed."""
    review: float
    """Risk from which a link deserves ``review``."""
    block: float
    """Risk from which a link deserves ``block``."""
    entries: dict[str, tuple[float, str, str]]
    """Signal id -> weight, Chinese and English template."""


@cache
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    settings: dict[str, float] = {}
    entries: dict[str, tuple[float, str, str]] = {}
    for line in read_lines("signals.tsv"):
        id_, weight, *reasons = line.split("\t")
        if id_[0] == "@":
            settings[id_] = float(weight)
        else:
            zh, en = reasons
            entries[id_] = (float(weight), zh, en)
    return Catalogue(settings["@bias"], settings["@review"], settings["@block"], entries)


class _Fields(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def make(id_: str, *, scale: float = 1.0, weight: float | None = None, **fields: str) -> Signal:
    """A signal with its sentences filled in; ``brand`` takes the two names as ``"中文/English"``.

    Examples
    --------
    >>> make("odd_port", name="8443").reason.zh
    '用了少见的端口 8443'
    """
    declared, zh, en = catalogue().entries[id_]
    names = _Fields((key, _shown(value)) for key, value in fields.items())
    brand_zh, _, brand_en = fields.get("brand", "").partition("\t")
    names["brand"] = brand_zh
    reason_zh = zh.format_map(names)
    names["brand"] = brand_en or brand_zh
    weight = round((declared if weight is None else weight) * scale, 2)
    return Signal(id_, weight, Reason(reason_zh, en.format_map(names)))


def _shown(value: str) -> str:
    return value if len(value) <= 80 else value[:77] + "…"


def judge(signals: list[Signal]) -> tuple[float, Action]:
    """Risk and action for what was noticed."""
    table = catalogue()
    total = table.bias + sum(s.weight for s in signals)
    risk = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
    action = Action.BLOCK if risk >= table.block else Action.REVIEW if risk >= table.review else Action.ALLOW
    return risk, action


def strongest_first(signals: list[Signal]) -> tuple[Signal, ...]:
    """The same signals, the ones that count most first."""
    if len(signals) < 2:
        return tuple(signals)
    return tuple(sorted(signals, key=lambda s: -abs(s.weight)))
