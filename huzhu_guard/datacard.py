"""Tables of the corpus's data card: what is in it, how far two readers agree, and what gives it away."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from huzhu_guard.model.duplicates import clusters, pairs
from huzhu_guard.verdict import LABELS, Label

_RISKY = frozenset((Label.SCAM, Label.FAKE_DEAL))
_LENGTHS = (0, 9, 15, 31, 71, 151, 100_000)
_NEAR = 0.6
_TRAITS: dict[str, re.Pattern[str]] = {
    "digits": re.compile("[0-9]"),
    "latin": re.compile("[A-Za-z]"),
    "spaces": re.compile(r"\s"),
    "punctuation": re.compile("[，。！？、；：,.!?;:]"),
    "link": re.compile(r"https?://|[a-z0-9-]+\.(?:com|cn|net|top|xyz|cc|vip)", re.IGNORECASE),
    "rare suffix": re.compile(r"\.(?:top|xyz|cc|vip|icu|club)(?![a-z])", re.IGNORECASE),
    "emoji": re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]"),
    "traditional": re.compile("[這個們為說錢還話號過]"),
    "line breaks": re.compile("\n"),
    "brackets": re.compile("[【】\\[\\]]"),
}


def tables(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table of the data card.

    Parameters
    ----------
    frame : pandas.DataFrame
        As :func:`huzhu_guard.corpus.load` gives it.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``labels``, ``kinds``, ``manner``, ``length``, ``voices``, ``agreement`` (where a second label is there),
        ``near copies`` and ``surface``.
    """
    found = {
        "labels": _labels(frame),
        "kinds": _kinds(frame),
        "manner": _manner(frame),
        "length": _lengths(frame),
        "voices": _voices(frame),
        "near copies": near_copies(frame),
        "surface": surface(frame),
    }
    if "second" in frame:
        found["agreement"] = agreement(frame)
    return found


def to_markdown(found: dict[str, pd.DataFrame]) -> str:
    """Tables as Markdown."""
    return "\n\n".join(f"### {name}\n\n{markdown_table(table)}" for name, table in found.items()) + "\n"


def markdown_table(table: pd.DataFrame, digits: int = 3) -> str:
    """One table as Markdown; floats rounded to ``digits`` places, missing ones left empty."""
    head = "| " + " | ".join(map(str, table.columns)) + " |"
    rule = "|" + "---|" * len(table.columns)
    rows = ["| " + " | ".join(_cell(v, digits) for v in row) + " |" for row in table.itertuples(index=False)]
    return "\n".join((head, rule, *rows))


def _cell(value: Any, digits: int) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return str(value)


def _truth(frame: pd.DataFrame) -> pd.Series[Any]:
    return frame["labels"].map(lambda names: "+".join(sorted(names)) or "clean")


def _is_risky(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    return np.array([bool(_RISKY & set(names)) for names in frame["labels"]])


def _labels(frame: pd.DataFrame) -> pd.DataFrame:
    counts = _truth(frame).value_counts().sort_index()
    return pd.DataFrame({"labels": counts.index, "rows": counts.to_numpy()})


def _kinds(frame: pd.DataFrame) -> pd.DataFrame:
    group = np.where(_is_risky(frame), "risky", np.where(frame["labels"].map(len) > 0, "leak", "clean"))
    counts = frame.assign(group=group).groupby(["group", "kind"]).size()
    return counts.rename("rows").reset_index()


def _manner(frame: pd.DataFrame) -> pd.DataFrame:
    risky = frame[_is_risky(frame)]
    rows = {
        "risky": len(risky),
        "under 15 characters": float((risky["text"].str.len() < 15).mean()),
        "over 150 characters": float((risky["text"].str.len() > 150).mean()),
        "subtle": float(risky["subtle"].mean()),
        "disguised": float(risky["evasive"].mean()),
    }
    return pd.DataFrame({"": list(rows), "share": list(rows.values())})


def _lengths(frame: pd.DataFrame) -> pd.DataFrame:
    bins = pd.cut(frame["text"].str.len(), _LENGTHS, right=False).astype(str)
    risky = _is_risky(frame)
    table = pd.DataFrame({"characters": bins, "risky": risky, "other": ~risky})
    return table.groupby("characters", sort=False).sum().reset_index()


def _voices(frame: pd.DataFrame) -> pd.DataFrame:
    risky = pd.Series(_is_risky(frame), index=frame.index)
    grouped = frame.assign(risky=risky, length=frame["text"].str.len()).groupby("voice")
    table = grouped.agg(rows=("text", "size"), risky=("risky", "sum"), median_length=("length", "median"))
    return table.reset_index()


def agreement(frame: pd.DataFrame) -> pd.DataFrame:
    """Cohen's kappa between first and second label, for each label, on rows that have a second one."""
    from sklearn.metrics import cohen_kappa_score

    both = frame[frame["second"].map(lambda names: isinstance(names, tuple))]
    firsts = both["first"] if "first" in both else both["labels"]
    first = [
        names if isinstance(names, list | tuple) else labels
        for names, labels in zip(firsts, both["labels"], strict=True)
    ]
    rows = []
    for label in LABELS:
        one = [label in names for names in first]
        other = [label in names for names in both["second"]]
        same = float(np.mean(np.equal(one, other))) if one else 1.0
        kappa = float(cohen_kappa_score(one, other)) if one else 1.0
        rows.append({"label": str(label), "rows": len(both), "agreement": same, "kappa": kappa})
    return pd.DataFrame(rows)


def near_copies(frame: pd.DataFrame) -> pd.DataFrame:
    """How many messages nearly repeat an earlier one (Jaccard overlap of character triples, 0.6 or more)."""
    later = {pair.second for pair in pairs(frame["text"], _NEAR)}
    return pd.DataFrame([{"rows": len(frame), "near copies": len(later), "share": len(later) / max(1, len(frame))}])


def surface(frame: pd.DataFrame) -> pd.DataFrame:
    """How well looks alone tell risky from clean: area under the ROC curve, on voices held out; 0.5 is a coin.

    A high figure would mean that a model can learn how invented messages look, and not what they say.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import cross_val_predict

    from huzhu_guard.model.folds import folds

    chosen = frame[[not names or bool(_RISKY & set(names)) for names in frame["labels"]]]
    truth = _is_risky(chosen)
    traits = {name: [len(p.findall(t)) / len(t) for t in chosen["text"]] for name, p in _TRAITS.items()}
    matrix = np.column_stack([np.log1p(chosen["text"].str.len()), *traits.values()])
    parts = folds(list(chosen["voice"]), clusters(chosen["text"]))
    rows = []
    for name, columns in [
        ("length", [0]),
        *((n, [i]) for i, n in enumerate(traits, 1)),
        ("all", list(range(len(traits) + 1))),
    ]:
        model = HistGradientBoostingClassifier(random_state=0, max_iter=60)
        scores = cross_val_predict(model, matrix[:, columns], truth, cv=parts, method="predict_proba")[:, 1]
        rows.append({"trait": name, "AUC": round(float(roc_auc_score(truth, scores)), 3)})
    return pd.DataFrame(rows)
