"""Text to words: jieba's algorithm on our own dictionary, in Rust where rjieba is installed.

The host's jieba is never touched: the dictionary is a private one, and jieba's shared cache file is neither written
nor read. Both implementations give the same tokens (hidden Markov model off).
"""

from __future__ import annotations

import importlib.util
import io
import logging
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.resources import files
from pathlib import Path
from typing import Any

_DOMAIN_FREQUENCY = 5_000  # high enough to win against the split of any of our words
_LEXICON = files("huzhu_guard.text.lexicon")

_SURROGATE = re.compile("[\ud800-\udfff]")  # bots do send them; Rust's strings cannot hold them

Cut = Callable[[str], list[str]]


def dictionary() -> Iterator[tuple[str, int]]:
    """Words and their frequencies, general and domain, each once."""
    lines = _LEXICON.joinpath("domain.txt").read_text(encoding="utf-8").splitlines()
    domain = dict.fromkeys([line for line in lines if not line.startswith("#")], _DOMAIN_FREQUENCY)
    general = iter(_LEXICON.joinpath("words.txt").read_text(encoding="utf-8").split())
    for word, frequency in zip(general, map(int, general), strict=True):
        yield word, max(frequency, domain.pop(word)) if word in domain else frequency
    yield from domain.items()


def rust_cut() -> Cut:
    """A tokenizer by rjieba.

    Raises
    ------
    ImportError
        When rjieba is not installed.
    """
    tokenizer = _rust_class().empty()
    add = tokenizer.add_word
    for word, frequency in dictionary():
        add(word, frequency, "")
    cut = tokenizer.cut

    def cut_words(text: str) -> list[str]:
        try:
            words: list[str] = cut(text, False)
        except UnicodeEncodeError:
            words = cut(_SURROGATE.sub("\ufffd", text), False)
        return words

    return cut_words


def python_cut() -> Cut:
    """A tokenizer by jieba itself."""
    logger = logging.getLogger("jieba")
    before = (logger.level, logger.handlers[:], logger.propagate)
    import jieba

    logger.level, logger.handlers[:], logger.propagate = before
    tokenizer = jieba.Tokenizer()
    lines = "".join(f"{word} {frequency}\n" for word, frequency in dictionary())
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(io.BytesIO(lines.encode()))
    tokenizer.initialized = True
    cut = tokenizer.lcut

    def cut_words(text: str) -> list[str]:
        words: list[str] = cut(_SURROGATE.sub("\ufffd", text), HMM=False)
        return words

    return cut_words


def _rust_class() -> Any:
    """The class of rjieba, without the 350,000-word dictionary that importing the package builds for its own use."""
    if "rjieba" in sys.modules:
        from rjieba import Jieba

        return Jieba
    spec = importlib.util.find_spec("rjieba")
    for folder in (spec and spec.submodule_search_locations) or ():
        for suffix in EXTENSION_SUFFIXES:
            path = Path(folder) / f"rjieba{suffix}"
            if path.is_file():
                loader = ExtensionFileLoader("rjieba.rjieba", str(path))
                extension = importlib.util.module_from_spec(
                    importlib.util.spec_from_loader(loader.name, loader, origin=str(path))  # type: ignore[arg-type]
                )
                loader.exec_module(extension)
                return extension.Jieba
    from rjieba import Jieba

    return Jieba


@cache
def tokenizer() -> Cut:
    """The tokenizer of this process: rjieba where installed, else jieba.

    Examples
    --------
    >>> tokenizer()("帮我砍一刀吧")
    ['帮', '我', '砍一刀', '吧']
    """
    try:
        return rust_cut()
    except ImportError:
        return python_cut()
