"""Dots in disguise: what ``点com``, ``。cn``, ``[.]`` and spelled digits stand for, and which endings make a host."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from huzhu_guard.links.owners import read_lines, shipped_hosts, shorteners
from huzhu_guard.links.parts import canonical_host
from huzhu_guard.links.suffix import top_level

HAN: Final = "\u4e00-\u9fff"
DIGIT_WORDS: Final = "〇零幺一二三四五六七八九壹贰叁肆伍陆柒捌玖"
_TO_DIGITS: Final = str.maketrans(DIGIT_WORDS, "001123456789123456789")
DOT: Final = r"(?:\s?[\[({【<][.。点][\])}】>]\s?|\s?[\[(]dot[\])]\s?| dot |\s?[。·点丶‧•・∙⋅]\s?|\s?\.\s?)"
_UNKNOWN_TOP: Final = re.compile(r"\.(?:example|test|invalid|localhost|onion|local|lan|internal)$")
_PLAIN_HOST: Final = re.compile(r"[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,30}\Z")


class Endings(NamedTuple):
    """What ``endings.tsv`` says."""

    plain: frozenset[str]
    doubtful: frozenset[str]
    hidden: frozenset[str]
    not_links: frozenset[str]
    spelled: dict[str, str]


@cache
def endings() -> Endings:
    """The shipped endings."""
    words: dict[str, list[str]] = {}
    for line in read_lines("endings.tsv"):
        key, _, cell = line.partition("\t")
        words.setdefault(key, []).extend(cell.split(" "))
    spelled = words["spelled"]
    return Endings(
        frozenset(words["plain"]),
        frozenset(words["doubtful"]),
        frozenset(words["hidden"]),
        frozenset(words["not_links"]),
        dict(zip(spelled[::2], spelled[1::2], strict=True)),
    )


def undotted(host: str) -> str:
    """A host with hidden dots, spelled digits and endings undone.

    Examples
    --------
    >>> undotted("pdd点c0m"), undotted("pdd[.]com"), undotted("幺二三零六 点 cn")
    ('pdd.com', 'pdd.com', '12306.cn')
    """
    userinfo, at, host = host.rpartition("@")
    labels = [label for label in re.split(DOT, host) if label]
    if not labels:
        return userinfo + at + host
    labels[-1] = endings().spelled.get(labels[-1], labels[-1])
    name = ".".join(labels)
    if re.search(f"[{DIGIT_WORDS}]", name) and not re.search("[\u4e00-\u9fff]", name.translate(_TO_DIGITS)):
        name = name.translate(_TO_DIGITS)
    return userinfo + at + "".join(name.split())


def host_end(authority: str) -> int | None:
    """Length of the part of an authority that ends in a top-level name; ``None`` if no part does."""
    at = authority.rfind("@") + 1
    host = authority[at:]
    if host.rpartition(".")[2] in top_level() and ".." not in host and _PLAIN_HOST.match(host):
        return len(authority)
    if host.startswith("["):
        return len(authority)
    if _PLAIN_HOST.match(host) and _UNKNOWN_TOP.search(host):
        return len(authority)  # where a browser would go: a.com.b.example is not a.com
    if "." not in host and canonical_host(host)[1]:
        return len(authority)
    ends = [*[m.start() for m in re.finditer(DOT, host)][1:], len(host)]
    for end in reversed(ends):
        labels = [x for x in re.split(DOT, host[:end]) if x]
        last = labels[-1] if len(labels) > 1 else ""
        if last and (last in top_level() or last in endings().spelled or canonical_host(host[:end])[1]):
            return at + end
    return None


def hidden_end(run: str) -> int:
    """How much of a run of labels and hidden dots is a host, 0 if nothing."""
    known = endings()
    dots = list(re.finditer(DOT, run))
    for i in range(len(dots) - 1, -1, -1):
        end = dots[i + 1].start() if i + 1 < len(dots) else len(run)
        top = run[dots[i].end() : end]
        real = known.spelled.get(top, top.replace(" ", ""))
        if real not in known.hidden:
            name = undotted(run[:end])
            if name in shipped_hosts() or name in shorteners():
                return end
            continue
        if all(d[0] == "." for d in dots[: i + 1]) and real == top:
            return 0  # nothing hidden: the plain search has it
        label = re.sub(DOT, "", run[: dots[i].start()])
        if label + "." + real in shipped_hosts():
            return end
        return end if _hidden_enough(label, dots[: i + 1], top) else 0
    return 0


def _hidden_enough(label: str, dots: list[re.Match[str]], top: str) -> bool:
    """Whether dots in disguise are meant as dots, and not as the end of a sentence."""
    last = dots[-1][0]
    bare = last.strip()
    if len(label) < 2 or (label.isdigit() and len(label) < 3):
        return False
    if not label.isascii() and label.translate(_TO_DIGITS).strip("0123456789abcdefghijklmnopqrstuvwxyz-_"):
        return False
    if not re.search("[a-z]", label) and len(label) < 3:
        return False
    if bare != ".":
        return True
    return last[0].isspace() or "\n" in last or top in ("com", "cn", "xyz", "icu")
