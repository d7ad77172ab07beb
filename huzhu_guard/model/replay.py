"""The same messages through two models or policies: which decisions change, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from huzhu_guard.guard import Guard
from huzhu_guard.model.labelled import labelled
from huzhu_guard.model.linear import TEXT_LABELS
from huzhu_guard.model.trained import TrainedModel
from huzhu_guard.policy import Policy
from huzhu_guard.verdict import LABELS, Action, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    Judge = Guard | TrainedModel | Policy | str | Path | None

BUDGETS = {"relaxed": (0.002, 0.0002), "standard": (0.005, 0.0005), "strict": (0.015, 0.001)}
"""Share of clean messages that a policy of each strictness may hold back (reviewed or blocked), and block."""

_MOST_REASONS = 5
_LEAST_SHIFT = 0.05  # log-odds; a smaller change of weight explains nothing
_ACTIONS = tuple(map(str, Action))


@dataclass(frozen=True, slots=True)
class Replay:
    """What changes between two guards on the same messages."""

    messages: int
    """How many were screened."""
    rows: pd.DataFrame
    """The messages whose action or labels change, on the index of the frame: ``redacted``, ``old_action``,
    ``new_action``, ``old_labels``, ``new_labels``, ``old_risk``, ``new_risk``, and the evidence that is ``added``,
    ``gone`` and ``moved``, strongest first; and ``labels``, as people gave them, where they did."""
    actions: pd.DataFrame
    """Counts: old actions down, new actions across."""
    labels: pd.DataFrame
    """A row a label: ``old`` and ``new`` counts, ``gained`` and ``lost``, and where people labelled the messages
    ``old_right`` and ``new_right``."""
    changes: pd.DataFrame
    """Counts of the changed messages by label, old action and new action."""
    budgets: pd.DataFrame | None
    """A row for holding back and for blocking clean messages: ``limit``, ``clean`` messages, counts and shares ``old``
    and ``new``, and whether the new one is ``kept`` within the limit; None where nobody labelled the messages."""

    @property
    def keeps_budgets(self) -> bool | None:
        """Whether the new guard keeps every budget; None where nobody labelled the messages."""
        return None if self.budgets is None else bool(self.budgets["kept"].all())

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready tables, without raw personal data."""
        return {
            "messages": self.messages,
            "changed": len(self.rows),
            "actions": self.actions.to_dict(orient="index"),
            "labels": self.labels.to_dict(orient="records"),
            "changes": self.changes.to_dict(orient="records"),
            "budgets": None if self.budgets is None else self.budgets.to_dict(orient="records"),
            "keeps_budgets": self.keeps_budgets,
            "rows": self.rows.reset_index(names="row").to_dict(orient="records"),
        }

    def to_text(self, most: int = 20) -> str:
        """The tables, and the first rows, for a terminal."""
        parts = [f"{len(self.rows)} of {self.messages} decisions change", self.actions.to_string()]
        parts.append(self.labels.to_string(index=False))
        if self.budgets is not None:
            parts.append(self.budgets.to_string(index=False))
        if len(self.changes):
            parts.append(self.changes.to_string(index=False))
        for index, row in self.rows.head(most).iterrows():
            head = f"{index}: {row['old_action']} -> {row['new_action']}  {row['redacted']}"
            why = [f"  {name}: {'; '.join(row[name])}" for name in ("added", "gone", "moved") if row[name]]
            parts.append("\n".join([head, *why]))
        return "\n\n".join(parts)


def replay(
    frame: pd.DataFrame,
    old: Judge,
    new: Judge,
    column: str = "text",
    n_jobs: int = 1,
    budget: tuple[float, float] | None = None,
) -> Replay:
    """Screen messages with two guards and list what changes.

    Parameters
    ----------
    frame : pandas.DataFrame
        Messages; with ``labels`` (or a 0/1 column a label), budgets and right labels are counted, too.
    old, new : Guard, TrainedModel, Policy, path or None
        A path names a model folder, a folder of versions or a policy file (``.toml``); None is the shipped model.
    column : str
        The column with the texts.
    n_jobs : int
        Processes; -1 for all cores.
    budget : pair of float, optional
        Shares of clean messages that may be held back and blocked; by default those of the new policy's strictness.

    Examples
    --------
    >>> frame = pd.DataFrame({"text": ["大家早上好"], "labels": ["clean"]})
    >>> found = replay(frame, None, Policy.parse('strictness = "strict"'))
    >>> len(found.rows), found.keeps_budgets
    (0, True)
    """
    first, second = as_guard(old), as_guard(new)
    texts = [text if isinstance(text, str) else "" for text in frame[column]]
    truth = _truth(frame, column)
    pairs = list(zip(first.score_many(texts, n_jobs), second.score_many(texts, n_jobs), strict=True))
    changed = [i for i, (a, b) in enumerate(pairs) if (a.action, a.labels) != (b.action, b.labels)]
    found = [_row(*pairs[i], first, second) for i in changed]
    rows = pd.DataFrame(found, columns=_COLUMNS, index=frame.index[changed])
    if truth is not None:
        rows["labels"] = pd.Series([truth[i] for i in changed], index=rows.index, dtype=object)
    limits = budget or BUDGETS[str(second.policy.strictness)]
    return Replay(
        len(pairs),
        rows,
        _actions(pairs),
        _labels(pairs, truth),
        _changes([pairs[i] for i in changed]),
        None if truth is None else _budgets([p for p, t in zip(pairs, truth, strict=True) if not t], limits),
    )


def as_guard(judge: Judge) -> Guard:
    """A guard of whatever names one; see :func:`replay`."""
    if isinstance(judge, Guard):
        return judge
    if isinstance(judge, TrainedModel):
        return judge.guard()
    if isinstance(judge, Policy) or (judge is not None and Path(judge).suffix == ".toml"):
        return Guard.load(policy=judge)
    return Guard.load(model=judge)


def _truth(frame: pd.DataFrame, column: str) -> list[tuple[str, ...]] | None:
    if not {"labels", *map(str, LABELS)} & set(frame.columns):
        return None
    known = labelled(frame.assign(text=[t if isinstance(t, str) and t.strip() else "-" for t in frame[column]]))
    return known["labels"].tolist()


_COLUMNS = ["redacted", "old_action", "new_action", "old_labels", "new_labels", "old_risk", "new_risk", "added", "gone",
            "moved"]  # fmt: skip


def _row(old: Verdict, new: Verdict, first: Guard, second: Guard) -> dict[str, Any]:
    return {
        "redacted": new.redacted,
        "old_action": str(old.action),
        "new_action": str(new.action),
        "old_labels": tuple(map(str, old.labels)),
        "new_labels": tuple(map(str, new.labels)),
        "old_risk": old.risk,
        "new_risk": new.risk,
        **_why(_weights(old, first), _weights(new, second)),
    }


Weights = dict[tuple[str, str], float]


def _why(before: Weights, after: Weights) -> dict[str, tuple[str, ...]]:
    """Evidence that only one verdict has, and evidence whose weight moved, as ``scam rule:x +1.20``."""
    found: dict[str, list[tuple[float, str]]] = {"added": [], "gone": [], "moved": []}
    for key in before.keys() | after.keys():
        old, new = before.get(key, 0.0), after.get(key, 0.0)
        if abs(new - old) < _LEAST_SHIFT:
            continue
        name = "added" if not old else "gone" if not new else "moved"
        shown = old if name == "gone" else new if name == "added" else new - old
        found[name].append((-abs(new - old), f"{key[0]} {key[1]} {shown:+.2f}"))
    return {name: tuple(text for _, text in sorted(items)[:_MOST_REASONS]) for name, items in found.items()}


def _weights(verdict: Verdict, guard: Guard) -> Weights:
    """Weight of each piece of evidence by label and source; every n-gram by itself, not only the strongest."""
    weights: Weights = defaultdict(float)
    for item in verdict.evidence:
        if not item.source.startswith(("word:", "chars:", "model:rest")):
            weights[str(item.label), item.source] += item.weight
    scorer = guard.scorer(verdict.message.group_id)
    for share in scorer.model.shares(scorer.stages.read(scorer.stages.screen(verdict.text))):
        for label, odds in zip(TEXT_LABELS, share.log_odds, strict=True):
            if odds:
                weights[str(label), f"{share.source}:{share.gram}"] += odds
    return weights


def _actions(pairs: Iterable[tuple[Verdict, Verdict]]) -> pd.DataFrame:
    counts = Counter((str(old.action), str(new.action)) for old, new in pairs)
    table = [[counts[old, new] for new in _ACTIONS] for old in _ACTIONS]
    return pd.DataFrame(table, index=pd.Index(_ACTIONS, name="old"), columns=pd.Index(_ACTIONS, name="new"))


def _labels(pairs: list[tuple[Verdict, Verdict]], truth: list[tuple[str, ...]] | None) -> pd.DataFrame:
    rows = []
    for label in LABELS:
        held = [(label in old.labels, label in new.labels) for old, new in pairs]
        row: dict[str, Any] = {
            "label": str(label),
            "old": sum(old for old, _ in held),
            "new": sum(new for _, new in held),
            "gained": sum(new and not old for old, new in held),
            "lost": sum(old and not new for old, new in held),
        }
        if truth is not None:
            row["old_right"] = sum(old == (label in t) for (old, _), t in zip(held, truth, strict=True))
            row["new_right"] = sum(new == (label in t) for (_, new), t in zip(held, truth, strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def _changes(pairs: Iterable[tuple[Verdict, Verdict]]) -> pd.DataFrame:
    counts: Counter[tuple[str, str, str]] = Counter()
    for old, new in pairs:
        for label in dict.fromkeys((*old.labels, *new.labels)):
            counts[str(label), str(old.action), str(new.action)] += 1
    rows = [(*key, count) for key, count in sorted(counts.items())]
    return pd.DataFrame(rows, columns=["label", "old_action", "new_action", "rows"])


def _budgets(clean: list[tuple[Verdict, Verdict]], limits: tuple[float, float]) -> pd.DataFrame:
    rows = []
    for name, mildest, limit in (("held back", Action.REVIEW, limits[0]), ("blocked", Action.BLOCK, limits[1])):
        least = _ACTIONS.index(str(mildest))
        old, new = (sum(_ACTIONS.index(str(v.action)) >= least for v in side) for side in zip(*clean, strict=True)) if (
            clean) else (0, 0)  # fmt: skip
        total = max(1, len(clean))
        rows.append({"budget": name, "limit": limit, "clean": len(clean), "old": old, "new": new,
                     "old_share": old / total, "new_share": new / total, "kept": new / total <= limit})  # fmt: skip
    return pd.DataFrame(rows)
