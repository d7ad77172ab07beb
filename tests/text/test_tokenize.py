from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from text_strategies import texts

from huzhu_guard.text import tokenize
from huzhu_guard.text.normalize import normalize

if TYPE_CHECKING:
    import pandas as pd

Cut = Callable[[str], list[str]]


@cache
def _cuts() -> tuple[Cut, Cut]:
    pytest.importorskip("rjieba")
    return tokenize.rust_cut(), tokenize.python_cut()


@given(texts)
def test_rjieba_and_jieba_give_the_same_tokens(raw: str) -> None:
    rust, python = _cuts()
    canonical = normalize(raw).canonical

    assert python(canonical) == rust(canonical)


def test_rjieba_and_jieba_give_the_same_tokens_for_every_message(messages: pd.DataFrame) -> None:
    rust, python = _cuts()
    canonical = [normalize(text).canonical for text in messages["text"][::4]]

    assert [text for text in canonical if python(text) != rust(text)] == []


@given(texts)
def test_tokens_make_up_the_text(raw: str) -> None:
    canonical = normalize(raw).canonical

    assert canonical == "".join(tokenize.tokenizer()(canonical))


@pytest.mark.parametrize("word", ["砍一刀", "助力", "百亿补贴", "刷单", "跑分", "拼团"])
def test_words_of_this_world_stay_whole(word: str) -> None:
    for cut in _cuts():
        assert word in cut(f"我要{word}了")


@pytest.mark.parametrize("text", ["", " ", "\ud800", "a\udfffb刷单", "\x00", "\ue000\uf8ff", "\uffff", "😀" * 1_000])
def test_any_string_gives_tokens(text: str) -> None:
    for cut in (*_cuts(), tokenize.tokenizer()):
        cut(text)


def test_without_rjieba_jieba_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    tokenize.tokenizer.cache_clear()
    try:
        assert tokenize.tokenizer()("帮我砍一刀吧") == ["帮", "我", "砍一刀", "吧"]
    finally:
        tokenize.tokenizer.cache_clear()


def test_the_hosts_jieba_is_not_touched(tmp_path: Path) -> None:
    code = """
import logging, sys
root = (logging.getLogger().level, list(logging.getLogger().handlers))
logger = logging.getLogger("jieba")
logger.setLevel(logging.ERROR)
before = (logger.level, list(logger.handlers), logger.propagate)
from huzhu_guard.text import tokenize
tokenize.python_cut()("刷单日结")
tokenize.rust_cut()("刷单日结")
assert before == (logger.level, list(logger.handlers), logger.propagate)
assert root == (logging.getLogger().level, list(logging.getLogger().handlers))
import jieba
assert not jieba.dt.initialized
assert not jieba.dt.FREQ
assert not jieba.user_word_tag_tab
"""
    environment = {"TMPDIR": str(tmp_path), "PATH": "", "PYTHONIOENCODING": "utf-8"}
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, env=environment, cwd=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_cache_file_of_jieba_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "jieba.cache").write_bytes(b"no dictionary")
    logger = logging.getLogger("jieba")
    before = (logger.level, logger.handlers[:])

    assert tokenize.python_cut()("刷单") == ["刷单"]
    assert (tmp_path / "jieba.cache").read_bytes() == b"no dictionary"
    assert (logger.level, logger.handlers) == before


def test_every_frequency_is_a_positive_number() -> None:
    words = dict(tokenize.dictionary())

    assert len(words) > 100_000
    assert min(words.values()) > 0
    assert not [word for word in words if not word or word != word.strip()]
