from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, precision_score, recall_score

from huzhu_guard.model.heldout import SWEEP, HeldOut, brier, held_out_figures, reliability, sweep
from huzhu_guard.verdict import LABELS

LIMITS = {
    name: {str(label): {"review": review, "block": block} for label in LABELS}
    for name, review, block in (("relaxed", 0.9, 0.95), ("standard", 0.5, 0.85), ("strict", 0.25, 0.5))
}
SCORES = np.array([[0.9, 0.1], [0.3, 0.5], [0.6, 0.2], [0.05, 0.1], [0.5, 0.0], [0.0, 1.0], [0.02, 0.26]])
TARGETS = np.array([[1, 0], [1, 1], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]])
"""Two risky messages, three clean ones, and two of the background."""


@pytest.fixture(scope="module")
def found() -> HeldOut:
    return held_out_figures(SCORES, TARGETS, LIMITS, ["a", "a", "b", "b", "c"], background=2, folds=3)


def test_rows(found: HeldOut) -> None:
    assert found.rows == {"clean": 3, "background": 2, "risky": 2, "voices": 3, "folds": 3}


def test_labels(found: HeldOut) -> None:
    scam, fake_deal = found.labels

    assert list(scam.values())[:5] == ["scam", 0.5, 2, 3, 1]
    assert (scam["precision"], scam["recall"]) == (pytest.approx(1 / 3, abs=1e-6), 0.5)
    assert list(fake_deal.values())[:5] == ["fake_deal", 0.5, 1, 2, 1]
    assert (fake_deal["precision"], fake_deal["recall"], fake_deal["average_precision"]) == (0.5, 1.0, 0.5)


def test_strictness(found: HeldOut) -> None:
    counts = {
        (row["strictness"], row["action"]): (row["false_alarms"], row["background_alarms"], row["found"])
        for row in found.strictness
    }

    assert counts == {
        ("relaxed", "review"): (0, 1, 1), ("relaxed", "block"): (0, 1, 0),
        ("standard", "review"): (2, 1, 2), ("standard", "block"): (0, 1, 1),
        ("strict", "review"): (2, 2, 2), ("strict", "block"): (2, 1, 2),
    }  # fmt: skip
    assert found.strictness[2]["false_alarm_rate"] == pytest.approx(2 / 3, abs=1e-6)
    assert (found.strictness[2]["background_rate"], found.strictness[2]["recall"]) == (0.5, 1.0)


def test_sweep(found: HeldOut) -> None:
    rows = {row["threshold"]: row for row in found.sweep}

    assert tuple(rows) == SWEEP
    assert rows[0.5] == {
        "threshold": 0.5, "false_alarms": 2, "false_alarm_rate": 0.666667, "background_alarms": 1,
        "background_rate": 0.5, "found": 2, "recall": 1.0,
    }  # fmt: skip
    assert (rows[0.6]["false_alarms"], rows[0.6]["found"]) == (1, 1)
    assert (rows[0.99]["false_alarms"], rows[0.99]["background_alarms"], rows[0.99]["found"]) == (0, 1, 0)


def test_a_sweep_without_background_or_messages() -> None:
    rows = sweep({"clean": np.array([]), "risky": np.array([0.5, 0.97])})

    assert list(rows[0]) == ["threshold", "false_alarms", "false_alarm_rate", "found", "recall"]
    assert [row["found"] for row in rows] == [2] * 6 + [1] * 5 + [0]
    assert {(row["false_alarms"], row["false_alarm_rate"]) for row in rows} == {(0, 0.0)}


def test_reliability(found: HeldOut) -> None:
    scam = [row for row in found.reliability if row["label"] == "scam"]

    assert [(row["score"], row["rows"], row["predicted"], row["observed"]) for row in scam] == [
        ("0.0–0.1", 3, pytest.approx(0.07 / 3, abs=1e-6), 0.0), ("0.3–0.4", 1, 0.3, 1.0),
        ("0.5–0.6", 1, 0.5, 0.0), ("0.6–0.7", 1, 0.6, 0.0), ("0.9–1.0", 1, 0.9, 1.0),
    ]  # fmt: skip
    assert sum(row["rows"] for row in found.reliability) == 2 * len(SCORES)


def test_the_histogram_counts_every_message_once(found: HeldOut) -> None:
    assert {name: sum(counts) for name, counts in found.histogram.items()} == {"clean": 3, "background": 2, "risky": 2}
    assert {name: np.flatnonzero(counts).tolist() for name, counts in found.histogram.items()} == {
        "clean": [2, 10, 12], "background": [5, 19], "risky": [10, 18]
    }  # fmt: skip


def test_figures_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    targets = (random.random((900, 2)) < [0.3, 0.1]).astype(int)
    scores = np.clip(0.4 * targets + 0.6 * random.random((900, 2)), 0, 1)
    found = held_out_figures(scores, targets, LIMITS, range(9), background=0, folds=5)

    for i, row in enumerate(found.labels):
        held = scores[:, i] >= 0.5
        assert row["precision"] == pytest.approx(precision_score(targets[:, i], held), abs=1e-6)
        assert row["recall"] == pytest.approx(recall_score(targets[:, i], held), abs=1e-6)
        assert row["average_precision"] == pytest.approx(average_precision_score(targets[:, i], scores[:, i]), abs=1e-6)
        assert found.brier[row["label"]] == pytest.approx(brier_score_loss(targets[:, i], scores[:, i]), abs=1e-6)
        for level in (0.2, 0.5, 0.9, 1.0):
            # the highest threshold that finds this share of the true ones
            true = np.sort(scores[targets[:, i] == 1, i])[::-1]
            threshold = true[int(np.ceil(level * len(true) - 1e-9)) - 1]
            precision = precision_score(targets[:, i], scores[:, i] >= threshold)
            assert found.curves[row["label"]][round(100 * level)] == pytest.approx(precision, abs=1e-6)
    assert found.brier == brier(scores, targets)
    assert found.reliability == reliability(scores, targets)
    assert "background" not in found.histogram


def test_written_and_read_again(found: HeldOut) -> None:
    content = found.to_json()

    assert HeldOut.parse(content) == found
    assert json.loads(content) == asdict(found)
    assert len(content.splitlines()) == len(asdict(found)) + 2
    newer = json.dumps({**asdict(found), "more": 1}).encode()
    assert HeldOut.parse(newer) == found


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"{}", b'{"rows": {}}', b"\xff"])
def test_what_are_no_figures(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"held-out|Expecting|decode"):
        HeldOut.parse(content)
