"""The lexicon files: well-formed, without a row that can never work or that undoes another."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from text_strategies import rows

from huzhu_guard.text.fold import Folder
from huzhu_guard.text.normalize import normalize

LEXICON = files("huzhu_guard.text.lexicon")
PAIRED = ["variants.tsv", "split.tsv", "sensitive.tsv"]


def _lines(name: str) -> list[str]:
    lines = LEXICON.joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("name", PAIRED)
def test_rows_have_two_cells(name: str) -> None:
    faults = [line for line in _lines(name) if len(line.split("\t")) != 2 or not all(line.split("\t"))]

    assert faults == []


@pytest.mark.parametrize("name", PAIRED)
def test_no_left_side_stands_twice(name: str) -> None:
    left = [row[0] for row in rows(name)]

    assert sorted({word for word in left if left.count(word) > 1}) == []


@pytest.mark.parametrize("name", PAIRED)
def test_left_sides_are_written_as_texts_are_folded(name: str) -> None:
    folder = Folder()

    assert [left for left, _ in rows(name) if folder.fold(left).text != left] == []


@pytest.mark.parametrize("name", ["variants.tsv", "split.tsv"])
def test_no_variant_stands_for_itself(name: str) -> None:
    assert [left for left, right in rows(name) if left == right] == []


@pytest.mark.parametrize("name", ["variants.tsv", "split.tsv"])
def test_a_variant_is_undone_in_one_step(name: str) -> None:
    assert [(left, right) for left, right in rows(name) if normalize(right).canonical != right] == []


@pytest.mark.parametrize("name", ["variants.tsv", "split.tsv"])
def test_a_variant_by_itself_becomes_its_word(name: str) -> None:
    shadowed = [(left, right, got) for left, right in rows(name) if (got := normalize(left).canonical) != right]

    assert shadowed == []


def test_sensitive_words_have_a_syllable_a_character() -> None:
    faults = [word for word, pinyin in rows("sensitive.tsv") if len(pinyin.split()) != len(word)]

    assert faults == []
    assert [word for word, pinyin in rows("sensitive.tsv") if not pinyin.replace(" ", "").isascii()] == []


def test_split_characters_are_no_shorter_than_whole_ones() -> None:
    assert [(parts, whole) for parts, whole in rows("split.tsv") if not 0 < len(whole) <= len(parts)] == []


@pytest.mark.parametrize("name", ["traditional.txt", "look_alikes.txt"])
def test_pairs_of_characters(name: str) -> None:
    pairs = " ".join(_lines(name)).split()

    assert [pair for pair in pairs if len(pair) != 2 or pair[0] == pair[1]] == []
    sources = [pair[0] for pair in pairs]
    assert len(sources) == len(set(sources))


@pytest.mark.parametrize("name", ["traditional.txt", "look_alikes.txt"])
def test_no_pair_leads_to_another(name: str) -> None:
    pairs = dict(" ".join(_lines(name)).split())  # type: ignore[arg-type]

    assert [(left, right) for left, right in pairs.items() if right in pairs] == []


def test_general_words_have_a_frequency() -> None:
    faults = [line for line in _lines("words.txt") if len(line.split()) != 2 or not line.split()[1].isdigit()]

    assert faults == []


def test_domain_words_stand_once_and_are_written_as_texts_are_folded() -> None:
    words = _lines("domain.txt")
    folder = Folder()

    assert len(words) == len(set(words))
    assert [word for word in words if folder.fold(word).text != word or word.split() != [word]] == []


def test_contact_settings() -> None:
    settings = tomllib.loads(LEXICON.joinpath("disguise.toml").read_text(encoding="utf-8"))

    assert {"微信", "qq", "stickers"} == set(settings)
    for word in ("微信", "qq"):
        assert {"cues", "forms", "handle_forms"} == set(settings[word])
        assert all(isinstance(form, str) and form for forms in settings[word].values() for form in forms)
    assert len(settings["stickers"]["names"]) > 100
