"""Lists of words that many rules share, such as those of warnings: ``packs/<name>.txt``, named ``@name`` in a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"@[a-z_]+")


@cache
def list_of(name: str) -> tuple[str, ...] | None:
    """The words of a list, by its name without the ``@``; None where there is none of that name."""
    path = files("huzhu_guard.rules.packs").joinpath(f"{name}.txt")
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def unknown_lists(words: Iterable[str]) -> list[str]:
    """Names of lists that there are not.

    Examples
    --------
    >>> unknown_lists(["骗子", "@warning", "@所有人", "@nothing"])
    ['@nothing']
    """
    return [word for word in words if _NAME.fullmatch(word) and list_of(word[1:]) is None]


def expanded(words: Iterable[str]) -> list[str]:
    """The words with those of each list in the place of its name.

    Examples
    --------
    >>> "骗局" in expanded(["@warning", "骗子"]), "@warning" in expanded(["@warning"])
    (True, False)
    """
    found: list[str] = []
    for word in words:
        if _NAME.fullmatch(word):
            found += list_of(word[1:]) or (word,)
        else:
            found.append(word)
    return found
