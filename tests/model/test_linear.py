from __future__ import annotations

import math
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from text_strategies import texts

from huzhu_guard.model.artifact import read_model
from huzhu_guard.model.classifier import TEXT_LABELS
from huzhu_guard.model.linear import Block, LinearModel
from huzhu_guard.model.reading import Reading, read
from huzhu_guard.stages import Stages
from huzhu_guard.text.normalize import normalize
from huzhu_guard.text.tokenize import tokenizer
from huzhu_guard.verdict import LABELS

if TYPE_CHECKING:
    import pandas as pd

    from huzhu_guard.model.train import TrainedModel


def _block(weights: dict[str, tuple[float, float]]) -> Block:
    """Of each n-gram its idf and its weight for the first label."""
    idf = array("f", [i for i, _ in weights.values()])
    first = array("f", [w for _, w in weights.values()])
    rest = array("f", [0.0] * len(weights))
    return Block(list(weights), idf, (first, rest, rest))


MODEL = LinearModel((-1.0, -2.0, 0.0), {}, _block({"刷单": (2.0, 1.0), "日结": (1.0, 0.5)}), _block({"单": (1.0, 4.0)}))


def test_one_word_has_length_one() -> None:
    assert MODEL.log_odds(Reading("", ["刷单"], ())) == [0.0, -2.0, 0.0]


def test_several_words_share_the_length() -> None:
    expected = -1.0 + (2.0 * 1.0 + 1.0 * 0.5) / math.sqrt(5.0)

    assert pytest.approx(expected) == MODEL.log_odds(Reading("", ["刷单", "日结"], ()))[0]


def test_repeats_are_damped() -> None:
    twice = (1.0 + math.log(2.0)) * 2.0
    expected = -1.0 + (twice * 1.0 + 1.0 * 0.5) / math.hypot(twice, 1.0)

    assert pytest.approx(expected) == MODEL.log_odds(Reading("", ["刷单", "日结", "刷单"], ()))[0]


def test_words_and_characters_are_measured_apart() -> None:
    assert pytest.approx(-1.0 + 1.0 + 4.0) == MODEL.log_odds(Reading("刷单", ["刷单"], ()))[0]


def test_nothing_known_leaves_the_bias() -> None:
    reading = Reading("好", ["好"], ())

    assert MODEL.log_odds(reading) == [-1.0, -2.0, 0.0]
    assert MODEL.shares(reading) == []
    assert MODEL.unknown_rate(reading) == 1.0
    assert MODEL.unknown_rate(Reading("", [], ())) == 0.0
    assert MODEL.unknown_rate(Reading("", ["刷单", "好"], ())) == 0.5


@given(texts.map(lambda text: "刷单日结" + text))
@example("")
@example("单")
@example("刷单 " * 200)
def test_shares_add_up_to_the_log_odds(raw: str) -> None:
    reading = read(normalize(raw).canonical, tokenizer())
    sums = [math.fsum(share.log_odds[i] for share in MODEL.shares(reading)) for i in range(3)]

    assert pytest.approx(MODEL.log_odds(reading), abs=1e-9) == [b + s for b, s in zip(MODEL.biases, sums, strict=True)]


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
    assert np.abs(np.array(own) - pipeline).max() < 1e-6


def test_a_model_in_memory_scores_as_the_one_that_was_saved(small_model: TrainedModel, small_folder: Path) -> None:
    stages = Stages()
    reading = stages.read(stages.screen("刷单日结 加微信abc88"))

    assert small_model.linear().log_odds(reading) == read_model(small_folder)[0].log_odds(reading)
