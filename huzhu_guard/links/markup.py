"""Markdown and HTML links: the text shown and the target behind it."""

from __future__ import annotations

import re

from huzhu_guard.links.found import Found

_MARKDOWN = re.compile(r"\[([^\[\]\n]{0,200})\]\(\s?<?$")
_HREF = re.compile(r"href\s?=\s?[\"']?$")
_ANCHOR = re.compile(r"[\"']?[^<>]{0,200}>([^<>]{0,200})<")
_LOOK_BACK = 210


def shown(text: str, start: int, end: int) -> str:
    """The text of a Markdown or HTML link around a target."""
    before = text[max(0, start - 1) : start]
    if before in ("(", "<") or (before == " " and text[start - 2 : start - 1] == "("):
        m = _MARKDOWN.search(text[max(0, start - _LOOK_BACK) : start])
        return m[1] if m else ""
    if before in ("'", '"', "=") and _HREF.search(text[max(0, start - 10) : start]):
        m = _ANCHOR.match(text, end)
        return m[1] if m else ""
    return ""


def without_shown(found: list[Found]) -> list[Found]:
    """Leave out what is only the text of the Markdown or HTML link beside it."""
    kept: list[Found] = []
    for i, f in enumerate(found):
        after = found[i + 1] if i + 1 < len(found) else None
        before = kept[-1] if kept else None
        if not f.shown:
            # "](" or, in HTML, up to a whole tag stands between text and target
            if after and after.shown and after.start <= f.end + len(after.shown) + 6 and _stands_in(f, after.shown):
                continue
            near = before and f.start <= before.end + len(before.shown) + 4
            if before and near and before.shown and _stands_in(f, before.shown):
                continue
        kept.append(f)
    return kept


def _stands_in(f: Found, shown_text: str) -> bool:
    return f.url.lower().removeprefix("https://").removeprefix("http://")[:12] in shown_text
