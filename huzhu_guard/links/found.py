"""What the searchers hand on."""

from __future__ import annotations

from typing import NamedTuple

from huzhu_guard.verdict import LinkKind


class Found(NamedTuple):
    """A link in a text, not judged yet."""

    start: int
    """Start in the folded text."""
    end: int
    """End in the folded text, exclusive."""
    url: str
    """The link, disguise undone."""
    kind: LinkKind
    """Its shape."""
    disguised: bool = False
    """Whether it was written so as to escape notice."""
    brand: str = ""
    """Brand of a 口令."""
    shown: str = ""
    """Text of a Markdown or HTML link."""
