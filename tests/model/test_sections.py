from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from huzhu_guard.model import artifact, sections
from huzhu_guard.model.plots import PLOTS
from huzhu_guard.model.sections import training_card

if TYPE_CHECKING:
    import pandas as pd

    from huzhu_guard.model.train import TrainedModel


def _parts(text: str) -> dict[str, str]:
    """The sections of a card by title."""
    _, *parts = re.split(r"^## ", text, flags=re.M)
    return dict(part.split("\n\n", 1) for part in parts)


@pytest.fixture(scope="module")
def parts(small_model: TrainedModel) -> dict[str, str]:
    return _parts(training_card(small_model.manifest, small_model.held_out, PLOTS))


def test_its_sections_in_order(parts: dict[str, str]) -> None:
    assert list(parts) == [
        "What it is for", "What it was taught", "Thresholds", "Figures on voices that it had not read",
        "Labels at the review threshold of `standard`", "What each strictness holds back", "Threshold sweep",
        "Reliability", "Plots", "What was odd in the messages", "Rules that the messages contradict", "Limits",
    ]  # fmt: skip
    assert all(text.strip() for text in parts.values())


def test_no_table_stands_twice(small_model: TrainedModel) -> None:
    rows = re.findall(r"^\|.*\|$", training_card(small_model.manifest, small_model.held_out, PLOTS), re.M)
    heads = [row for row, rule in pairwise(rows) if set(rule) == set("|-")]

    assert len(heads) == len(set(heads)) == 5


def test_what_it_was_taught(parts: dict[str, str], small_model: TrainedModel, slice_of_messages: pd.DataFrame) -> None:
    text = parts["What it was taught"]
    clean = int((slice_of_messages["labels"].map(len) == 0).sum())

    assert f"`{small_model.manifest['hashes']['corpus'][:16]}…`: {clean:,} clean, " in text
    assert "Settings: C = 10.0, min_df = 2, background_weight = 0.5, disguised = 0.0, most_words = 3000," in text
    assert f"scikit-learn = {small_model.manifest['libraries']['scikit-learn']}" in text
    assert text.rstrip().endswith("No background.")


def test_sources_and_a_corpus_of_others() -> None:
    text = sections.taught(
        {
            "counts": {"clean": 1_200}, "hashes": {"corpus": "ab" * 32},
            "training": {"base": "corpus", "own_rows": 1_100, "own_weight": 2.5, "seed": 7},
            "sources": [{"source": "chat", "rows": 4_000, "licence": "MIT", "sha256": "cd" * 32}],
        },
        "Corpus", "Ask us.",
    )  # fmt: skip

    assert text.splitlines() == [
        "Corpus `abababababababab…`: 1,200 clean; one message may have several labels.",
        "1,100 of them were added to a corpus, each counted 2.5 times.",
        "Made by an unknown version, seed 7.",
        "",
        "Background, ordinary text of others, taken as clean:",
        "- chat: 4,000 rows, MIT, SHA-256 `cdcdcdcdcdcdcdcd…`",
        "",
        "Ask us.",
    ]


def test_thresholds(parts: dict[str, str], small_model: TrainedModel) -> None:
    limits = small_model.manifest["thresholds"]["relaxed"]["scam"]

    assert f"| relaxed | scam | {limits['review']:.4f}".rstrip("0") in parts["Thresholds"]
    assert "| strict | privacy_leak | 0.5 | 0.9 |" in parts["Thresholds"]
    assert len(parts["Thresholds"].strip().splitlines()) == 2 + 9


def test_figures_are_those_that_were_held_out(parts: dict[str, str], small_model: TrainedModel) -> None:
    found = small_model.held_out
    assert found is not None
    scam = found.labels[0]
    metrics = small_model.manifest["metrics"]

    assert f"{found.rows['risky']} risky and {found.rows['clean']} other messages of 4 voices" in parts[
        "Figures on voices that it had not read"
    ]  # fmt: skip
    assert "background" not in parts["Figures on voices that it had not read"]
    assert "lie at their budgets because of that" in parts["Figures on voices that it had not read"]
    assert "Their models kept every n-gram, this one" in parts["Figures on voices that it had not read"]
    assert sections.kept_ngrams({"settings": {"most_words": None, "most_chars": None}}) == ""
    row = f"| scam | {scam['threshold']} | {scam['true']} | {scam['found']} | {scam['right']} |"
    assert row in parts["Labels at the review threshold of `standard`"]
    assert (scam["average_precision"], scam["recall"]) == pytest.approx(
        (metrics["scam"]["average_precision"], metrics["scam"]["recall"]), abs=1e-4
    )
    standard = next(r for r in found.strictness if (r["strictness"], r["action"]) == ("standard", "review"))
    assert (standard["false_alarm_rate"], standard["recall"]) == pytest.approx(
        (metrics["review"]["clean"], metrics["review"]["risky"]), abs=1e-4
    )
    assert f"Brier score: scam {found.brier['scam']:.4f}, fake_deal {found.brier['fake_deal']:.4f}." in parts[
        "Reliability"
    ]  # fmt: skip


def test_background_is_counted_apart(small_model: TrainedModel) -> None:
    found = small_model.held_out
    assert found is not None
    shown = sections.figures({}, replace(found, rows={**found.rows, "background": 12_345}), ())

    assert ", and 12,345 background messages, in 4 folds" in shown[0][1]


def test_plots_that_are_there_are_shown(parts: dict[str, str]) -> None:
    assert re.findall(r"!\[([^]]+)\]\(([^)]+)\)", parts["Plots"]) == [
        ("precision recall", "precision_recall.svg"), ("reliability", "reliability.svg"), ("scores", "scores.svg"),
    ]  # fmt: skip
    assert sections.shown_plots([PLOTS[1]]).startswith("![reliability](reliability.svg)\n\nShare of messages")
    assert sections.shown_plots([]).endswith("matplotlib is installed, `pip install 'huzhu_guard[train]'`.")


def test_what_was_odd(parts: dict[str, str], small_model: TrainedModel) -> None:
    assert small_model.findings is not None
    notes = small_model.findings.notes

    assert small_model.manifest["findings"] == notes
    assert parts["What was odd in the messages"].strip().splitlines() == [f"- {note}" for note in notes]
    assert "only 45 messages are privacy_leak" in parts["What was odd in the messages"]
    assert sections.findings({"findings": []}) == "Nothing."
    assert sections.findings({}).startswith("Nobody checked")


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        ({"contradictions": [{"rule": "a.b", "declared": 1.0, "learned": -0.256}]},
         "- `a.b`: declared +1.00, learned -0.26"),
        ({"contradictions": []}, "None."),
        ({}, "Unknown."),
    ],
)  # fmt: skip
def test_contradictions(manifest: dict[str, Any], text: str) -> None:
    assert sections.contradictions(manifest) == text


def test_a_model_whose_figures_were_not_kept() -> None:
    (name, text), *others = sections.figures({"base_metrics": {"scam": {"recall": 0.5}}, "updates": [{}]}, None, ())

    assert name == "Figures on voices that it had not read before the updates"
    assert text.endswith("| of | figure | value |\n|---|---|---|\n| scam | recall | 0.5 |")
    assert others == []
    assert sections.figures({}, None, ())[0][1] == "None were kept with this model."


def test_the_shipped_model_has_a_card_too() -> None:
    """Whatever its manifest holds or lacks."""
    manifest = artifact.read_manifest(Path(artifact.__file__).parent / "default")
    parts = _parts(training_card(manifest, None))

    assert "background" in parts["What it was taught"]
    assert "| scam | average_precision | 0." in parts["Figures on voices that it had not read"]
