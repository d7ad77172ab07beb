from __future__ import annotations

import math
import shutil
from array import array
from pathlib import Path

import pytest
from hypothesis import example, given
from new_scheme import export
from text_strategies import texts

from huzhu_guard import CorpusError, Guard, ModelDamagedError, ModelSchemaError
from huzhu_guard.model import open_trained
from huzhu_guard.model.artifact import SCHEMA, read_manifest, read_model, read_taught, verify
from huzhu_guard.model.incremental import update
from huzhu_guard.model.linear import LinearModel, Share
from huzhu_guard.model.reading import Reading, read
from huzhu_guard.model.schema1 import UnitBlock, UnitLengthModel
from huzhu_guard.model.store import ModelStore
from huzhu_guard.text.normalize import normalize
from huzhu_guard.text.tokenize import tokenizer

OLDEST = Path(__file__).parent / "schema1"
"""A folder written by version 0.1.0, before there were seals; it must be read for ever."""

REFUSAL = "a model of schema 1 can be used by a guard, but not compared or taught further; train it anew"


def _block(weights: dict[str, tuple[float, float]]) -> UnitBlock:
    """Of each n-gram its idf and its weight for the first label."""
    idf, first = (array("f", column) for column in zip(*weights.values(), strict=True))
    return UnitBlock(list(weights), idf, (first, array("f", [0.0] * len(weights))))


MODEL = UnitLengthModel(
    (-1.0, -2.0, 0.0), {}, _block({"刷单": (2.0, 1.0), "日结": (1.0, 0.5), "刷单 好": (1.0, 3.0)}),
    _block({"单": (1.0, 4.0), "一二三四": (1.0, 1.0), "一二三四五": (1.0, 9.0)}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("masked", "words", "expected"),
    [
        ("", ["刷单"], 1.0),
        ("", ["刷单", "日结"], (2.0 * 1.0 + 1.0 * 0.5) / math.sqrt(5.0)),
        ("", ["日结", "刷单"], (2.0 * 1.0 + 1.0 * 0.5) / math.sqrt(5.0)),
        ("", ["刷单", "好"], (2.0 * 1.0 + 1.0 * 3.0) / math.sqrt(5.0)),
        ("", ["好", "刷单"], 1.0),
        ("", ["刷单", "日结", "刷单"],
         (2.0 * (1.0 + math.log(2.0)) + 0.5) / math.hypot(2.0 * (1.0 + math.log(2.0)), 1.0)),
        ("单", [], 4.0),
        ("单单单", [], 4.0),
        ("刷单", ["刷单"], 5.0),
        ("一二三四五", [], 1.0),
        ("一二 三四", [], 1.0),
        ("", [], 0.0),
        ("好", ["好"], 0.0),
    ],
)  # fmt: skip
def test_vectors_of_words_and_of_characters_have_length_one(masked: str, words: list[str], expected: float) -> None:
    odds = MODEL.log_odds(Reading(masked, words, ()))

    assert pytest.approx(-1.0 + expected, abs=1e-12) == odds[0]
    assert odds[1:] == [-2.0, 0.0]


def test_what_each_ngram_adds() -> None:
    shares = MODEL.shares(Reading("单", ["刷单", "日结"], ()))

    assert [(share.source, share.gram) for share in shares] == [("word", "刷单"), ("word", "日结"), ("chars", "单")]
    assert [share.log_odds[0] for share in shares] == pytest.approx([2 / math.sqrt(5), 0.5 / math.sqrt(5), 4.0])
    assert MODEL.shares(Reading("好", ["好"], ())) == []
    assert MODEL.shares(Reading("单", [], ())) == [Share("chars", "单", (4.0, 0.0))]


@pytest.mark.parametrize(("words", "rate"), [([], 0.0), (["好"], 1.0), (["刷单", "好"], 0.5), (["刷单", "日结"], 0.0)])
def test_unknown_words(words: list[str], rate: float) -> None:
    assert MODEL.unknown_rate(Reading("", words, ())) == rate


@given(texts.map(lambda text: "刷单日结" + text))
@example("刷单 " * 200)
def test_shares_add_up_to_the_log_odds(raw: str) -> None:
    reading = read(normalize(raw).canonical, tokenizer())
    sums = [math.fsum(share.log_odds[i] for share in MODEL.shares(reading)) for i in range(2)]

    assert MODEL.log_odds(reading) == [b + s for b, s in zip(MODEL.biases, [*sums, 0.0], strict=True)]


def test_the_oldest_folder_is_read_and_scored() -> None:
    model, manifest = read_model(OLDEST)

    assert (manifest["schema"], SCHEMA) == (1, 2)
    assert not (OLDEST / "sums.txt").exists()
    assert isinstance(model, UnitLengthModel)
    assert list(model.words.grams) == ["苹果", "香蕉", "晚饭"]
    verdict = Guard.load(model=OLDEST).score("苹果 香蕉 晚饭")
    assert verdict.values[:2] == pytest.approx(manifest["expected"], abs=1e-12)


def test_evidence_of_the_oldest_folder_adds_up() -> None:
    verdict = Guard.load(model=OLDEST).score("苹果 香蕉 晚饭")
    for label, value in verdict.scores.items():
        total = math.fsum(item.weight for item in verdict.evidence if item.label == label)

        assert math.log(value / (1 - value)) == pytest.approx(total, abs=1e-9)
    assert {"word:苹果", "word:香蕉", "word:晚饭"} <= {item.source for item in verdict.evidence}


def test_the_oldest_folder_can_be_kept_and_verified(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")

    assert store.add(OLDEST) == "v0001"
    assert verify(store.path("v0001"))["schema"] == 1
    assert store.show("v0001") == read_manifest(OLDEST)


def test_it_cannot_be_taught(small_folder: Path) -> None:
    for action in (read_taught, open_trained):
        with pytest.raises(ModelSchemaError, match=f"^{OLDEST}: {REFUSAL}"):
            action(OLDEST)
    assert isinstance(read_taught(small_folder)[0], LinearModel)


def test_it_cannot_be_updated() -> None:
    with pytest.raises(ModelSchemaError, match=REFUSAL):
        update(export(40, 20), OLDEST)
    with pytest.raises(CorpusError):  # the rows are looked at first
        update(export(4, 2), OLDEST)


def test_it_cannot_be_compared(small_folder: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    old, new = store.add(OLDEST), store.add(small_folder)
    for pair in ((old, new), (new, old), (old, old)):
        with pytest.raises(ModelSchemaError, match=REFUSAL):
            store.diff(*pair)
    assert store.diff(new, new)["facts"] == {}


def test_a_file_of_schema_1_that_says_schema_2_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(OLDEST, tmp_path / "model"))
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    (folder / "manifest.json").write_text(text.replace('"schema": 1', '"schema": 2'), encoding="utf-8")

    with pytest.raises(ModelDamagedError, match="words: the numbers are of another type than the schema says"):
        Guard.load(model=folder)
