"""What share links give away: parameters that name the sharer, an order or a group.

Which ones do stands in ``registry/identifiers.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from huzhu_guard.links.owners import read_lines
from huzhu_guard.verdict import Link

_PARAMETER = re.compile(
    r"(?P<before>[?&;#]|%(?:25)?3f|%(?:25)?26)(?P<name>[a-z_][a-z0-9_]{1,30})(?P<is>=|%(?:25)?3d)"
    r"(?P<value>(?:(?!%(?:25)?(?:26|23))[^&#;\s]){1,512})(?P<after>&|;|%(?:25)?26)?", re.IGNORECASE)  # fmt: skip
# separators with nothing left after them
_DANGLING = re.compile(r"[?&;]+(?=#|$)|%(?:25)?(?:3f|26)(?=&|#|$)", re.IGNORECASE)
_SHORTEST_VALUE = 4  # an empty or one-digit value names nobody
_CUE = re.compile("[?#]|%3f", re.IGNORECASE)


class Identifier(NamedTuple):
    """A parameter of a link that names somebody or something of somebody's."""

    name: str
    """The parameter, lower case, e.g. ``order_sn``."""
    start: int
    """Start of its value in the text as the caller sent it."""
    end: int
    """End of the value, exclusive."""
    what: str
    """What it names: ``sharer``, ``order``, ``group``, ``device``, ``promoter``, ``contact`` or ``access``."""


@cache
def _parameters() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = {}
    for line in read_lines("identifiers.tsv"):
        owner, name, what = line.split("\t")
        table.setdefault(owner, {})[name] = what
    return table


def _what(name: str, brand: str) -> str:
    table = _parameters()
    return table.get(brand, {}).get(name) or table["*"].get(name, "")


def find_identifiers(text: str, links: Iterable[Link]) -> tuple[Identifier, ...]:
    """Identifiers in the links of a message.

    Parameters
    ----------
    text : str
        The message as sent.
    links : iterable of Link
        What :meth:`LinkScreen.find` found in it. Parameters that only one platform uses count on links that
        this platform owns, common ones on any link.

    Returns
    -------
    tuple of Identifier
        In order of their place; spans are those of the values, percent-encoded links inside links included.

    Examples
    --------
    >>> from huzhu_guard.links import LinkScreen
    >>> url = "https://mobile.yangkeduo.com/pincard_ask.html?group_order_id=190012345678&a=1"
    >>> [(i.name, url[i.start : i.end]) for i in find_identifiers(url, [LinkScreen().judge(url)])]
    [('group_order_id', '190012345678')]
    """
    found = []
    for link in links:
        if not _CUE.search(text, link.start, link.end):
            continue
        at = link.start
        while m := _PARAMETER.search(text, at, link.end):
            # the separator after one parameter is the one before the next
            at = m.end() if m["after"] is None else m.start("after")
            name = m["name"].lower()
            what = _what(name, link.brand if link.official else "")
            if what and len(m["value"]) >= _SHORTEST_VALUE:
                found.append(Identifier(name, m.start("value"), m.end("value"), what))
            elif "%" in m["value"]:
                at = m.start("value")  # a link inside the link
    return tuple(found)


def cleaned(link_text: str, brand: str = "") -> str:
    """A link without its identifiers; everything else stays as it is.

    Parameters
    ----------
    link_text : str
        The link as written.
    brand : str
        Id of the brand that owns it, ``""`` if none: only common parameters are dropped then.

    Examples
    --------
    >>> cleaned("https://mobile.yangkeduo.com/goods.html?goods_id=1&refer_share_uin=ABCDE&ps=x", "pinduoduo")
    'https://mobile.yangkeduo.com/goods.html?goods_id=1&ps=x'
    """
    parts = []
    kept = at = 0
    while m := _PARAMETER.search(link_text, at):
        if _what(m["name"].lower(), brand) and len(m["value"]) >= _SHORTEST_VALUE:
            if m["after"] is None:
                parts.append(link_text[kept : m.start()])
                kept = at = m.end()
            else:
                parts.append(link_text[kept : m.end("before")])
                kept = m.end()
                at = m.start("after")
        elif "%" in m["value"]:
            at = m.start("value")
        else:
            at = m.end() if m["after"] is None else m.start("after")
    parts.append(link_text[kept:])
    return _DANGLING.sub("", "".join(parts)) if kept else link_text
