"""How well verdicts agree with labels: counts and rates, by label, kind, manner and length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from huzhu_guard.model.heldout import sweep
from huzhu_guard.model.linear import TEXT_LABELS
from huzhu_guard.verdict import LABELS, Action, Verdict

if TYPE_CHECKING:
    from huzhu_guard.guard import Guard

_LENGTHS = (0, 8, 15, 40, 80, 150, 1_000_000)
_RISKY = frozenset(TEXT_LABELS)


@dataclass(frozen=True, slots=True)
class Figures:
    """Tables of an evaluation."""

    labels: pd.DataFrame
    """A row a label: ``true``, ``found``, ``right``, ``precision``, ``recall``."""
    risky: pd.DataFrame
    """A row for each way of grouping risky messages: ``rows`` and ``flagged``, the share held back."""
    clean: pd.DataFrame
    """A row a kind of clean message: ``rows``, and shares ``flagged`` and ``blocked``."""
    sweep: pd.DataFrame
    """For thresholds on the higher of the two text scores: ``threshold``, ``false_alarms``, ``found`` as counts, and
    their rates."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready tables."""
        return {name: getattr(self, name).to_dict(orient="records") for name in self.__slots__}

    def to_text(self) -> str:
        """The tables for a terminal."""
        return "\n\n".join(
            getattr(self, name).to_string(index=False, float_format="{:.4f}".format) for name in self.__slots__
        )


def evaluate(guard: Guard, frame: pd.DataFrame) -> Figures:
    """Screen every message of a labelled frame and compare.

    Parameters
    ----------
    guard : Guard
    frame : pandas.DataFrame
        As :func:`huzhu_guard.corpus.load` gives it.
    """
    return figures_of(frame, list(guard.score_many(frame["text"])))


def figures_of(frame: pd.DataFrame, verdicts: Sequence[Verdict]) -> Figures:
    """Compare verdicts, one a message, with the labels of a frame."""
    table = pd.DataFrame(
        {
            "truth": [frozenset(names) for names in frame["labels"]],
            "found": [frozenset(map(str, v.labels)) for v in verdicts],
            "kind": frame["kind"].to_numpy(),
            "manner": ["subtle" if s else "evasive" if e else "plain"
                       for s, e in zip(frame["subtle"], frame["evasive"], strict=True)],
            "length": pd.cut(frame["text"].str.len().to_numpy(), _LENGTHS, right=False).astype(str),
            "acted": [v.action != Action.ALLOW for v in verdicts],
            "blocked": [v.action == Action.BLOCK for v in verdicts],
            "score": [max(v.scores[label] for label in _RISKY) for v in verdicts],
        }
    )  # fmt: skip
    table["flagged"] = [a and bool(f & _RISKY) for a, f in zip(table["acted"], table["found"], strict=True)]
    risky = table[[bool(t & _RISKY) for t in table["truth"]]]
    clean = table[[not t for t in table["truth"]]]
    highest = {"clean": clean["score"].to_numpy(), "risky": risky["score"].to_numpy()}
    return Figures(_label_table(table), _risky_table(risky), _clean_table(clean), pd.DataFrame(sweep(highest)))


def _label_table(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for label in LABELS:
        true = pd.Series([label in t for t in table["truth"]])
        found = pd.Series([label in f for f in table["found"]])
        right = int((true & found).sum())
        rows.append(
            {"label": str(label), "true": int(true.sum()), "found": int(found.sum()), "right": right,
             "precision": right / max(1, int(found.sum())), "recall": right / max(1, int(true.sum()))}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _risky_table(risky: pd.DataFrame) -> pd.DataFrame:
    parts = [pd.DataFrame([{"by": "all", "value": "", "rows": len(risky), "flagged": risky["flagged"].mean()}])]
    for by in ("manner", "kind", "length"):
        grouped = risky.groupby(by)["flagged"].agg(rows="size", flagged="mean").reset_index()
        parts.append(grouped.rename(columns={by: "value"}).assign(by=by))
    return pd.concat(parts, ignore_index=True)[["by", "value", "rows", "flagged"]]


def _clean_table(clean: pd.DataFrame) -> pd.DataFrame:
    total = {"kind": "all", "rows": len(clean), "flagged": clean["acted"].mean(), "blocked": clean["blocked"].mean()}
    grouped = clean.groupby("kind").agg(rows=("acted", "size"), flagged=("acted", "mean"), blocked=("blocked", "mean"))
    return pd.concat([pd.DataFrame([total]), grouped.reset_index()], ignore_index=True)
