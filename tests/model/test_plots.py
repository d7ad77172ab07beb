from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pytest

from huzhu_guard import HuzhuGuardError
from huzhu_guard.model import plots
from huzhu_guard.model.heldout import HeldOut
from huzhu_guard.model.plots import PLOTS, card_plots, chinese_font, precision_recall_figure, reliability_figure

if TYPE_CHECKING:
    from huzhu_guard.model.train import TrainedModel


def test_precision_and_recall() -> None:
    figure = precision_recall_figure([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], "scam")
    (line,) = figure.axes[0].lines

    assert figure.axes[0].get_title() == "scam"
    assert list(zip(*line.get_data(), strict=True))[-2:] == [(0.5, 1.0), (0.0, 1.0)]
    assert figure.axes[0].texts[0].get_text() == "average precision 0.833"


def test_reliability() -> None:
    figure = reliability_figure([0, 1, 1, 1], [0.1, 0.1, 0.95, 1.0])
    _, line = figure.axes[0].lines

    assert np.allclose(line.get_data(), [[0.1, 0.975], [0.5, 1.0]])
    assert [text.get_text() for text in figure.axes[0].texts] == ["2", "2"]


def test_plots_of_a_card(small_model: TrainedModel) -> None:
    found = small_model.held_out
    assert found is not None
    drawn = {name: content.decode() for name, content in card_plots(found).items()}

    assert tuple(drawn) == PLOTS
    for text in drawn.values():
        assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        assert "date" not in text
        assert len(text) < 60_000
    scam, fake_deal = found.labels
    for row in (scam, fake_deal):
        assert f">{row['label']}, average precision {row['average_precision']:.3f}<" in drawn["precision_recall.svg"]
        assert f">{row['label']}, Brier score {found.brier[row['label']]:.3f}<" in drawn["reliability.svg"]
    assert f">clean, {found.rows['clean']}<" in drawn["scores.svg"]
    assert f">risky, {found.rows['risky']}<" in drawn["scores.svg"]
    assert "background" not in drawn["scores.svg"]


def test_what_is_drawn_for_a_card() -> None:
    labels = [{"label": "scam", "recall": 0.4, "precision": 0.9, "average_precision": 0.8}]
    rows = [{"label": "scam", "predicted": 0.1, "observed": 0.2}, {"label": "scam", "predicted": 0.9, "observed": 0.7}]
    found = HeldOut(
        {}, labels, [], [], rows, {"scam": 0.1}, {"scam": [1.0, 0.9, 0.5]}, {"clean": [7, 1], "risky": [0, 9]}
    )
    curve, dot = plots._recall_of(found).axes[0].lines
    _, line = plots._reliability_of(found).axes[0].lines
    clean, risky = plots._scores_of(found).axes[0].patches

    assert np.array_equal(curve.get_data(), [[0.0, 0.5, 1.0], [1.0, 0.9, 0.5]])
    assert [values.tolist() for values in map(np.asarray, dot.get_data())] == [[0.4], [0.9]]
    assert np.array_equal(line.get_data(), [[0.1, 0.9], [0.2, 0.7]])
    assert [part.get_data().values.tolist() for part in (clean, risky)] == [[7, 1], [0, 9]]
    assert clean.get_data().edges.tolist() == [0.0, 0.5, 1.0]


def test_the_same_figures_give_the_same_bytes_whatever_the_style(small_model: TrainedModel) -> None:
    from matplotlib import rc_context

    assert small_model.held_out is not None
    first = card_plots(small_model.held_out)
    with rc_context({"lines.linewidth": 5, "svg.hashsalt": None, "svg.fonttype": "path", "figure.dpi": 30}):
        assert card_plots(small_model.held_out) == first


def test_a_chinese_font_is_named_or_there_is_none() -> None:
    assert chinese_font() is None or isinstance(chinese_font(), str)


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(HuzhuGuardError, match=r"pip install 'huzhu_guard\[train\]'"):
        reliability_figure([0, 1], [0.1, 0.9])
    monkeypatch.setitem(sys.modules, "matplotlib.style", None)
    with pytest.raises(HuzhuGuardError, match=r"pip install 'huzhu_guard\[train\]'"):
        card_plots(HeldOut({}, [], [], [], [], {}, {}, {}))
