from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from new_scheme import chat, scheme

from huzhu_guard import Guard
from huzhu_guard.model.drift import drift, psi

SCAM = "兼职刷单日结 一单一结 加微信abc88123"


def test_psi_of_two_known_histograms() -> None:
    before = np.repeat([0.25, 0.75], 1_000)
    after = np.repeat([0.25, 0.75], [500, 1_500])
    shares = [(1000.5 / 2001, 500.5 / 2001), (1000.5 / 2001, 1500.5 / 2001)]

    assert psi(before, after, bins=2) == pytest.approx(sum((q - p) * math.log(q / p) for p, q in shares))
    assert psi(before, before) == 0.0
    assert psi(np.zeros(50), np.zeros(80)) == 0.0
    assert psi(np.arange(1000.0), np.arange(1000.0) + 10) < 0.1


def test_the_same_messages_are_steady(guard: Guard) -> None:
    found = drift(chat(100), chat(100), guard)

    assert found.scores["psi"].tolist() == [0.0, 0.0, 0.0]
    assert not found.rules["changed"].any()
    assert found.unknown.iloc[0]["errors"] == 0.0
    assert found.messages == (100, 100)


def test_a_new_scheme_shows(guard: Guard) -> None:
    before = pd.DataFrame({"消息": chat(200)})
    after = pd.DataFrame({"消息": [*chat(100), *[SCAM] * 50, *scheme(50)]})
    found = drift(before, after, guard, column="消息")
    scam = found.scores.set_index("label").loc["scam"]

    assert scam["psi"] > 0.25
    assert scam["reading"] == "moved"
    assert scam["after"] > scam["before"]
    rule = found.rules.set_index("rule").loc["task_rebate.brush_orders"]
    assert (rule["before"], rule["after"], bool(rule["changed"])) == (0.0, 0.25, True)
    assert rule["errors"] == pytest.approx(0.25 / math.sqrt(0.125 * 0.875 / 100))
    assert found.rules["errors"].abs().is_monotonic_decreasing


def test_unknown_words_show(guard: Guard) -> None:
    unknown = drift(chat(100), ["魑魅 魍魉 饕餮 貔貅"] * 30, guard).unknown.iloc[0]

    assert unknown["after"] > unknown["before"]
    assert unknown["errors"] > 3


def test_report_and_plot(guard: Guard) -> None:
    found = drift(chat(50), [SCAM] * 50, guard)

    assert "50 messages before, 50 after" in found.to_text()
    assert "task_rebate.brush_orders" in found.to_text()
    assert json.loads(json.dumps(found.to_dict()))["messages"] == [50, 50]
    figure = found.plot()
    assert [axes.get_title() for axes in figure.axes] == ["scores", "rules"]
    bars = [patch.get_height() for patch in figure.axes[0].patches]
    assert bars == pytest.approx(found.scores["psi"].tolist())


def test_an_empty_period_is_refused(guard: Guard) -> None:
    with pytest.raises(ValueError, match="at least one message"):
        drift([], ["好"], guard)
