"""Registrable domains by the Public Suffix List.

The list is the one bundled with the PyPI package publicsuffixlist (Mozilla's list, MPL 2.0). Its rules are read
straight into one set, which takes a tenth of the time that the package's own parser needs, and only when the
first host comes that the registry does not know.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

_MOST_LABELS = 12  # no rule is longer than six labels


@cache
def _rules() -> frozenset[str]:
    text = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^[^/\s]\S*", text, re.MULTILINE))


@cache
def top_level() -> frozenset[str]:
    """Every top-level name of the list, in Unicode form.

    Examples
    --------
    >>> "cn" in top_level(), "js" in top_level()
    (True, False)
    """
    tops = {rule.rpartition(".")[2] for rule in _rules()}
    return frozenset(tops | {top.encode("idna").decode() for top in tops if not top.isascii()})


@lru_cache(maxsize=4096)
def public_suffix(host: str) -> str:
    """The public suffix of a host in lower-case Unicode form.

    Examples
    --------
    >>> public_suffix("mobile.yangkeduo.com"), public_suffix("a.b.com.cn"), public_suffix("x.github.io")
    ('com', 'com.cn', 'github.io')
    """
    rules = _rules()
    labels = host.split(".")
    first = max(0, len(labels) - _MOST_LABELS)
    for i in range(first, len(labels)):
        name = ".".join(labels[i:])
        parent = name.partition(".")[2]
        if "!" + name in rules:
            return parent
        if name in rules or (parent and "*." + parent in rules):
            return name
    return labels[-1]


def registered_domain(host: str) -> str:
    """The name somebody registered; ``""`` where the host is a public suffix itself.

    Examples
    --------
    >>> registered_domain("pinduoduo.com.vip-hd.top"), registered_domain("com.cn")
    ('vip-hd.top', '')
    """
    suffix = public_suffix(host)
    if len(host) <= len(suffix):
        return ""
    label = host[: -len(suffix) - 1].rpartition(".")[2]
    return f"{label}.{suffix}" if label else ""
