"""口令: codes that an app reads from the clipboard, in the shapes of ``registry/tokens.tsv``."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from huzhu_guard.links.found import Found
from huzhu_guard.links.owners import read_lines
from huzhu_guard.verdict import LinkKind

_CUE = re.compile("[¥₤€£$₳₴⇥₰]|口令|手淘|淘宝|复制|:/(?!/)|😆")
_PRODUCT = re.compile("iphone|ipad|mate|redmi|ultra|plus|promax|xiaomi|huawei|macbook|airpods")
_MOST_RUNS = 200  # candidates looked at in one text; codes stand alone, hundreds are noise


class _Shape(NamedTuple):
    brand: str
    pattern: re.Pattern[str]
    cue: re.Pattern[str] | None


@cache
def _shapes() -> tuple[_Shape, ...]:
    shapes = []
    for line in read_lines("tokens.tsv"):
        brand, pattern, cue, *_ = line.split("\t")
        shapes.append(_Shape(brand, re.compile(pattern), re.compile(cue) if cue else None))
    return tuple(shapes)


def tokens(raw: str, text: str, links: list[Found]) -> list[Found]:
    """口令 in a folded text, outside the links already found.

    ``raw`` is looked at for letter case only.
    """
    if not _CUE.search(text):
        return []
    mixed_case = raw != raw.lower()
    taken = [(f.start, f.end) for f in links]
    found: list[Found] = []
    for shape in _shapes():
        if shape.cue and not shape.cue.search(text):
            continue
        for count, m in enumerate(shape.pattern.finditer(text)):
            if count >= _MOST_RUNS:
                break
            start, end = m.span()
            if any(a < end and start < b for a, b in taken) or not _is_code(m[1], mixed_case):
                continue
            taken.append((start, end))
            found.append(Found(start, end, m[0].strip(), LinkKind.TOKEN, brand=shape.brand))
    return found


def _is_code(code: str, mixed_case: bool) -> bool:
    """Letters and digits mixed, or at least letters in a text that has capitals; no product name."""
    if _PRODUCT.search(code) or code.isdigit():
        return False
    return len(code) < 6 or not code.isalpha() or (mixed_case and len(code) > 7)
