"""Reads ``lines/*.txt``: a message a line, ``\\n`` for a line break, each entity marked ``⟦kind:value⟧``."""

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


def marked_lines() -> list[MarkedLine]:
    """Every line of every file."""
    found = []
    for path in sorted(_FOLDER.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                found.append(read_line(line))
    return found
