"""Reads ``lines/``: a message a line, ``\\n`` for a line break, each entity marked ``⟦kind:value⟧``.

``lines/near/<kind>.txt`` has lines with something that looks like the kind and is not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_MARK = re.compile(r"⟦([a-z_]+):([^⟧]*)⟧")
_FOLDER = Path(__file__).parent / "lines"


class MarkedLine(NamedTuple):
    """A message and what is in it."""

    text: str
    spans: tuple[tuple[str, int, int], ...]
    """Kind, start and end of every entity, in order."""


def read_line(line: str) -> MarkedLine:
    """A line without its marks, and where they stood."""
    line = line.replace("\\n", "\n").replace("\\u200b", "\u200b")
    text, at, spans = "", 0, []
    for match in _MARK.finditer(line):
        text += line[at : match.start()]
        spans.append((match[1], len(text), len(text) + len(match[2])))
        text += match[2]
        at = match.end()
    return MarkedLine(text + line[at:], tuple(spans))


def _read(path: Path) -> list[MarkedLine]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [read_line(line) for line in lines if line and not line.startswith("#")]


def marked_lines() -> list[MarkedLine]:
    """Every line of every file."""
    return [line for path in sorted(_FOLDER.rglob("*.txt")) for line in _read(path)]


def disguised() -> list[MarkedLine]:
    """Lines whose entities are hidden."""
    return _read(_FOLDER / "disguised.txt")


def near_misses(kind: str) -> list[MarkedLine]:
    """Lines in which something looks like the kind and is not."""
    return _read(_FOLDER / "near" / f"{kind}.txt")
