"""Provinces, cities and counties of China, read from ``data/places.tsv``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Place(NamedTuple):
    """A name of the gazetteer found in a text."""

    start: int
    end: int
    level: str
    """``P`` province, ``C`` city, ``K`` county."""
    full: bool
    """Whether it stands with its suffix, as 南京市 and not 南京."""


@cache
def _names() -> dict[str, tuple[tuple[str, str, bool], ...]]:
    """Names by their first two characters, longest first, each with its level and whether it is the full form."""
    table: dict[str, list[tuple[str, str, bool]]] = {}
    for line in files("huzhu_guard.privacy").joinpath("data/places.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        level, full, short = line.split("\t")
        table.setdefault(full[:2], []).append((full, level, True))
        if short != "-":
            table.setdefault(short[:2], []).append((short, level, False))
    rank = "PCK".index
    return {k: tuple(sorted(set(v), key=lambda n: (-len(n[0]), rank(n[1])))) for k, v in table.items()}


def places(text: str, start: int, end: int) -> list[Place]:
    """Names of the gazetteer in ``text[start:end]``, leftmost and longest first, without overlap.

    Examples
    --------
    >>> [(p.level, p.start, p.end) for p in places("我在江苏南京市鼓楼区", 0, 10)]
    [('P', 2, 4), ('C', 4, 7), ('K', 7, 10)]
    """
    table = _names()
    found = []
    at = start
    while at < end - 1:
        for name, level, full in table.get(text[at : at + 2], ()):
            if text.startswith(name, at) and at + len(name) <= end:
                found.append(Place(at, at + len(name), level, full))
                at += len(name)
                break
        else:
            at += 1
    return found


def is_place(name: str) -> bool:
    """Whether a province, city or county is called so, with or without its suffix.

    Examples
    --------
    >>> is_place("武汉"), is_place("武汉民")
    (True, False)
    """
    return any(name == known for known, _, _ in _names().get(name[:2], ()))
