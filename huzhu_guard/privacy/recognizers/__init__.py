"""One recognizer a file, each a pattern, what checks it, and the words that speak for or against it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


@cache
def recognizer(kind: str) -> Any:
    """The recognizer of a kind, read when first asked for: most messages need none, and patterns take time to compile.

    Parameters
    ----------
    kind
        Name of the module, which is that of the kind; ``phone`` has two more for numbers hidden and abroad.

    Examples
    --------
    >>> recognizer("phone") is recognizer("phone")
    True
    """
    name = "".join([part.title() for part in kind.split("_")])
    return getattr(import_module(f"{__name__}.{kind}"), f"{name}Recognizer")()
