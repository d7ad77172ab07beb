from __future__ import annotations

import json

import pandas as pd
import pytest

from huzhu_guard import Guard
from huzhu_guard.model.evaluate import Figures, evaluate

SCAM = "兼职日结 一部手机就能做 加V:abc88123"


@pytest.fixture(scope="module")
def figures(guard: Guard) -> Figures:
    rows = [
        (SCAM, ("scam",), "task_rebate", False, False),
        (SCAM, ("scam",), "task_rebate", True, False),
        ("今晚吃什么", ("scam",), "loan_credit", False, True),
        ("今晚吃什么", (), "chat", False, False),
        (SCAM, (), "chat", False, False),
        ("明天见", (), "rules", False, False),
    ]
    return evaluate(guard, pd.DataFrame(rows, columns=["text", "labels", "kind", "subtle", "evasive"]))


def test_labels(figures: Figures) -> None:
    scam = figures.labels.set_index("label").loc["scam"]

    assert (scam["true"], scam["found"], scam["right"]) == (3, 3, 2)
    assert pytest.approx((2 / 3, 2 / 3)) == (scam["precision"], scam["recall"])


def test_risky_by_manner_and_kind(figures: Figures) -> None:
    table = figures.risky.set_index(["by", "value"])["flagged"]

    assert pytest.approx(2 / 3) == table["all", ""]
    assert (table["manner", "plain"], table["manner", "subtle"], table["manner", "evasive"]) == (1.0, 1.0, 0.0)
    assert (table["kind", "task_rebate"], table["kind", "loan_credit"]) == (1.0, 0.0)


def test_clean(figures: Figures) -> None:
    table = figures.clean.set_index("kind")

    assert (3, pytest.approx(1 / 3)) == (table.loc["all", "rows"], table.loc["all", "flagged"])
    assert table.loc["chat", "flagged"] == 0.5


def test_sweep(figures: Figures) -> None:
    row = figures.sweep.set_index("threshold").loc[0.5]

    assert (row["false_alarms"], row["found"]) == (1, 2)
    assert figures.sweep["found"].is_monotonic_decreasing


def test_figures_can_be_printed_and_stored(figures: Figures) -> None:
    assert {"labels", "risky", "clean", "sweep"} == set(json.loads(json.dumps(figures.to_dict())))
    assert "task_rebate" in figures.to_text()
