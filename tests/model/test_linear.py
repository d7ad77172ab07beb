from __future__ import annotations

import random
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from text_strategies import texts

from huzhu_guard.model.artifact import read_model
from huzhu_guard.model.linear import TEXT_LABELS, UNIT, Block, LinearModel, Share
from huzhu_guard.model.reading import Reading, char_ngrams, damping, read, word_ngrams
from huzhu_guard.stages import Stages
from huzhu_guard.text.normalize import normalize
from huzhu_guard.text.tokenize import tokenizer
from huzhu_guard.verdict import LABELS

if TYPE_CHECKING:
    import pandas as pd

    from huzhu_guard.model.train import TrainedModel

ONE = round(1 / UNIT)
"""A weight of one unit of log-odds."""


def _block(weights: dict[str, tuple[int, int]]) -> Block:
    """Of each n-gram its weights for both labels; idf is nothing to scoring, so it is strange."""
    columns = [array("i", column) for column in zip(*weights.values(), strict=True)]
    return Block(list(weights), array("f", [7.0] * len(weights)), columns)


MODEL = LinearModel(
    (-1.0, -2.0, 0.0),
    {},
    _block({"刷单": (2 * ONE, 0), "刷单日结": (ONE, -ONE), "⊢日结": (0, 3 * ONE), "日结⊣": (ONE, 0), "⊢⊣": (ONE, ONE)}),
    _block({"刷单": (4 * ONE, 1), "单⊣": (-ONE, 0), "⊢刷": (ONE // 2, ONE // 4), "⊢⊣": (0, ONE)}),
)


@pytest.mark.parametrize(
    ("masked", "words", "expected"),
    [
        ("好", ["刷单"], [1.0, -2.0, 0.0]),
        ("好", ["刷单", "日结"], [3.0, -3.0, 0.0]),
        ("好", ["日结", "刷单"], [1.0, 1.0, 0.0]),
        ("好", ["刷单", "好", "日结"], [2.0, -2.0, 0.0]),
        ("好", ["日结"], [0.0, 1.0, 0.0]),
        ("刷单", ["好"], [2.5, -2.0 + UNIT + 0.25, 0.0]),
        ("刷 单", ["好"], [2.5, -2.0 + UNIT + 0.25, 0.0]),
        ("好刷单好", ["好"], [3.0, -2.0 + UNIT, 0.0]),
        ("刷单", ["刷单"], [4.5, -2.0 + UNIT + 0.25, 0.0]),
        ("", [], [0.0, 0.0, 0.0]),
    ],
    ids=["word", "pair", "other order", "no neighbours", "both ends", "ends", "spaces", "no ends", "both", "empty"],
)
def test_a_score_is_the_bias_and_the_weight_of_every_ngram(
    masked: str, words: list[str], expected: list[float]
) -> None:
    assert expected == MODEL.log_odds(Reading(masked, words, ()))


@pytest.mark.parametrize("times", [1, 2, 50])
def test_presence_counts_and_not_how_often(times: int) -> None:
    words = Reading("好", ["刷单", "好"] * times, ())
    chars = Reading("刷单好" * times, ["好"], ())

    by = damping(chars.masked)
    assert MODEL.log_odds(words) == [1.0, -2.0, 0.0]
    assert pytest.approx([-1.0 + 4.5 / by, -2.0 + (UNIT + 0.25) / by, 0.0]) == MODEL.log_odds(chars)
    assert MODEL.shares(words) == [Share("word", "刷单", (2.0, 0.0))]


def test_shares_come_in_alphabetical_order() -> None:
    reading = Reading("刷单", ["刷单", "日结"], ())

    assert MODEL.shares(reading) == [
        Share("word", "刷单", (2.0, 0.0)), Share("word", "刷单日结", (1.0, -1.0)), Share("word", "日结⊣", (1.0, 0.0)),
        Share("chars", "⊢刷", (0.5, 0.25)), Share("chars", "刷单", (4.0, UNIT)), Share("chars", "单⊣", (-1.0, 0.0)),
    ]  # fmt: skip


def test_nothing_known_leaves_the_bias() -> None:
    reading = Reading("好", ["好"], ())

    assert MODEL.log_odds(reading) == [-1.0, -2.0, 0.0]
    assert MODEL.shares(reading) == []
    assert MODEL.unknown_rate(reading) == 1.0
    assert MODEL.unknown_rate(Reading("", [], ())) == 0.0
    assert MODEL.unknown_rate(Reading("", ["刷单", "好"], ())) == 0.5


def test_what_one_ngram_adds() -> None:
    assert MODEL.chars.log_odds("刷单") == (4.0, UNIT)
    assert MODEL.chars.log_odds("单⊣") == (-1.0, 0.0)
    assert MODEL.chars.log_odds("好") is None


@given(texts.map(lambda text: "刷单日结" + text))
@example("")
@example("单")
@example("刷单 " * 200)
def test_shares_add_up_to_the_log_odds(raw: str) -> None:
    reading = read(normalize(raw).canonical, tokenizer())
    sums = [sum(share.log_odds[i] for share in MODEL.shares(reading)) for i in range(len(TEXT_LABELS))]

    expected = [b + s for b, s in zip(MODEL.biases, [*sums, 0.0], strict=True)]
    assert pytest.approx(expected, abs=1e-12) == MODEL.log_odds(reading)


@pytest.mark.parametrize(("length", "by"), [(2, 1.0), (60, 1.0), (135, 1.5), (240, 2.0), (6_000, 10.0)])
def test_a_long_message_weighs_its_ngrams_less_and_its_bias_in_full(length: int, by: float) -> None:
    reading = Reading("好" * length, ["刷单"], ())

    assert damping(reading.masked) == by
    assert MODEL.log_odds(reading)[0] == pytest.approx(-1.0 + 2.0 / by, abs=1e-12)
    assert [share.log_odds[0] for share in MODEL.shares(reading)] == [2.0 / by]


def test_the_order_of_ngrams_changes_no_score(small_model: TrainedModel, slice_of_messages: pd.DataFrame) -> None:
    model = small_model.linear()
    shuffler = random.Random(0)
    for reading in small_model.classifier.read(slice_of_messages["text"][::10]):
        grams = [(model.words, gram) for gram in sorted(word_ngrams(reading.words))]
        grams += [(model.chars, gram) for gram in sorted(char_ngrams(reading.masked))]
        known = [odds for block, gram in grams if (odds := block.log_odds(gram))]
        totals = []
        for _ in range(5):
            shuffler.shuffle(known)
            totals.append([sum(odds[i] for odds in known) for i in range(len(TEXT_LABELS))])

        assert totals == [totals[0]] * 5
        unit = UNIT / damping(reading.masked)
        expected = [b + t / UNIT * unit for b, t in zip(model.biases, totals[0], strict=False)]
        assert model.log_odds(reading)[:2] == expected


def test_it_agrees_with_scikit_learn_on_every_message(
    small_model: TrainedModel, small_folder: Path, messages: pd.DataFrame
) -> None:
    linear, _ = read_model(small_folder)
    stages = Stages()
    readings = [stages.read(stages.screen(text)) for text in messages["text"]]
    pipeline = small_model.classifier.decision_function(readings)
    own = []
    for reading in readings:
        totals = linear.log_odds(reading)
        for name in set(reading.signals):
            totals = [t + w for t, w in zip(totals, linear.signals.get(name, (0.0,) * 3), strict=True)]
        own.append([totals[LABELS.index(label)] for label in TEXT_LABELS])

    assert len(messages) == len(own)
    assert np.std(own, axis=0).min() > 0.5  # they are scores, and not all biases
    assert np.abs(np.array(own) - pipeline).max() < 1e-9


def test_a_model_in_memory_scores_as_the_one_that_was_saved(small_model: TrainedModel, small_folder: Path) -> None:
    stages = Stages()
    reading = stages.read(stages.screen("刷单日结 加微信abc88"))

    assert small_model.linear().log_odds(reading) == read_model(small_folder)[0].log_odds(reading)
