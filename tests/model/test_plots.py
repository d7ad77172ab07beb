from __future__ import annotations

import sys

import numpy as np
import pytest

from huzhu_guard import HuzhuGuardError
from huzhu_guard.model.plots import chinese_font, precision_recall_figure, reliability_figure


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


def test_a_chinese_font_is_named_or_there_is_none() -> None:
    assert chinese_font() is None or isinstance(chinese_font(), str)


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(HuzhuGuardError, match=r"pip install 'huzhu_guard\[train\]'"):
        reliability_figure([0, 1], [0.1, 0.9])
