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
def _names() -> dict[str, str]:
    """Names by their first two characters, as the file has them: each after the letter of its level."""
    lines = files("huzhu_guard.privacy").joinpath("data/places.tsv").read_text(encoding="utf-8").splitlines()
    return dict([line.split("\t") for line in lines if not line.startswith("#")])


def places(text: str, start: int, end: int) -> list[Place]:
    """Names of the gazetteer in ``text[start:end]``, leftmost and longest first, without overlap.

    Examples
    --------
    >>> [(p.level, p.start, p.end) for p in places("我在江苏南京市鼓楼区", 0, 10)]
    [('P', 2, 4), ('C', 4, 7), ('K', 7, 10)]
    """
    names_with = _names().get
    found: list[Place] = []
    at = start
    for i in range(start, end - 1):
        if i < at or (names := names_with(text[i : i + 2])) is None:
            continue
        for name in names.split():
            if text.startswith(name[1:], i, end):
                at = i + len(name) - 1
                level = name[0]
                found.append(Place(i, at, level.upper(), level.isupper()))
                break
    return found


def is_place(name: str) -> bool:
    """Whether a province, city or county is called so, with or without its suffix.

    Examples
    --------
    >>> is_place("武汉"), is_place("武汉民")
    (True, False)
    """
    names = _names().get(name[:2])
    return names is not None and name in [known[1:] for known in names.split()]
