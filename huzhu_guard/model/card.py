"""The model card: what the model is for, what it was taught, and its figures on voices it has not read.

Everything is computed here; nothing is typed in. ``huzhu-guard evaluate CORPUS --card FILE --background FILE``
writes it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import GroupKFold

from huzhu_guard.datacard import markdown_table
from huzhu_guard.errors import CorpusError
from huzhu_guard.guard import Guard
from huzhu_guard.model.classifier import MessageClassifier, label_matrix
from huzhu_guard.model.evaluate import figures_of
from huzhu_guard.model.operators import OPERATORS, disguise
from huzhu_guard.model.trained import TrainedModel
from huzhu_guard.stages import Stages
from huzhu_guard.verdict import Action, Label, Verdict

_FOLDS = 5
_RISKY = frozenset((Label.SCAM, Label.FAKE_DEAL))
_DISGUISED_ROWS = 120  # of each truth, fold and operator
_BINS = 10
_DIGITS = 4


def held_out_guards(
    frame: pd.DataFrame, background: pd.DataFrame | None, manifest: dict[str, Any], seed: int = 0
) -> Iterator[tuple[Guard, np.ndarray[Any, Any]]]:
    """For each fold, a guard that read none of its voices, and the fold's positions in ``frame``.

    Settings, calibration and thresholds are those of ``manifest``.
    """
    stages = Stages()
    settings = manifest["settings"]
    classifier = MessageClassifier(settings["C"], settings["min_df"], sibling_weight=settings["sibling_weight"])
    extra = [] if background is None else list(background["text"])
    readings = [stages.read(stages.screen(text)) for text in [*frame["text"], *extra]]
    targets = np.vstack([label_matrix(list(frame["labels"])), np.zeros((len(extra), 2), dtype=int)])
    weights = np.array([1.0] * len(frame) + [settings["background_weight"]] * len(extra))
    folds = GroupKFold(_FOLDS, shuffle=True, random_state=seed).split(frame, groups=frame["voice"])
    rest = np.arange(len(frame), len(readings))
    for learn, judge in folds:
        chosen = np.concatenate([learn, rest])
        fitted = clone(classifier).fit([readings[i] for i in chosen], targets[chosen], weights[chosen])
        fitted.rescale(manifest["calibration"]["slopes"], manifest["calibration"]["shifts"])
        yield TrainedModel(fitted, manifest).guard(), judge


def held_out(
    frame: pd.DataFrame, background: pd.DataFrame | None, manifest: dict[str, Any]
) -> tuple[list[Verdict], pd.DataFrame]:
    """Verdicts on every message by a guard that did not read its voice, and the table of disguises."""
    verdicts: list[Verdict | None] = [None] * len(frame)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for guard, judge in held_out_guards(frame, background, manifest):
        part = frame.iloc[judge]
        for i, verdict in zip(judge, guard.score_many(part["text"]), strict=True):
            verdicts[i] = verdict
        _count_disguised(guard, part, counts)
    table = pd.DataFrame(
        [
            {
                "operator": name,
                "risky": n[0],
                "found": n[1] / max(1, n[0]),
                "clean": n[2],
                "flagged": n[3] / max(1, n[2]),
            }
            for name, n in counts.items()
        ]
    )
    return [v for v in verdicts if v is not None], table


def _count_disguised(guard: Guard, part: pd.DataFrame, counts: dict[str, list[int]]) -> None:
    """Add to counts: risky rows and those found, clean rows and those flagged, for each operator and undisguised."""
    plain = part[~part["evasive"]]
    risky = plain[[bool(_RISKY & set(names)) for names in plain["labels"]]].head(_DISGUISED_ROWS)
    clean = plain[[not names for names in plain["labels"]]].head(_DISGUISED_ROWS)
    for name in ("none", *OPERATORS):
        for at, rows in ((0, risky), (2, clean)):
            texts = [text if name == "none" else disguise(text, name) for text in rows["text"]]
            acted = sum(_acted(v) for v in guard.score_many(texts))
            counts[name][at] += len(texts)
            counts[name][at + 1] += acted


def _acted(verdict: Verdict) -> bool:
    return verdict.action != Action.ALLOW and bool(_RISKY & set(verdict.labels))


def reliability(frame: pd.DataFrame, verdicts: list[Verdict]) -> pd.DataFrame:
    """Predicted against observed share by tenths of the score, and the Brier score, for the two text labels."""
    rows = []
    for label in (Label.SCAM, Label.FAKE_DEAL):
        scores = np.array([v.scores[label] for v in verdicts])
        truth = np.array([label in names for names in frame["labels"]])
        bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
        for b in range(_BINS):
            chosen = bins == b
            if chosen.any():
                rows.append({"label": str(label), "score": f"{b / _BINS:.1f}–{(b + 1) / _BINS:.1f}",
                             "rows": int(chosen.sum()), "predicted": float(scores[chosen].mean()),
                             "observed": float(truth[chosen].mean())})  # fmt: skip
        rows.append({"label": str(label), "score": "Brier", "rows": len(scores),
                     "predicted": float(np.mean((scores - truth) ** 2)), "observed": float("nan")})  # fmt: skip
    return pd.DataFrame(rows)


def development(guard: Guard, path: str | Path) -> pd.DataFrame:
    """Shares held back in sets of other people's messages: JSONL with ``set``, ``truth`` and ``text``."""
    try:
        data = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
        texts = [row["text"] for row in data]
        names = [(str(row["truth"]), str(row["set"])) for row in data]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"{path}: needs JSONL with set, truth and text ({error}).") from error
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, verdict in zip(names, guard.score_many(texts), strict=True):
        for i, hit in enumerate((True, _acted(verdict), _acted(verdict) and verdict.action == Action.BLOCK)):
            counts[name][i] += hit
    return pd.DataFrame(
        [
            {"truth": truth, "set": name, "rows": n, "held back": acted, "blocked": blocked, "share": acted / n}
            for (truth, name), (n, acted, blocked) in sorted(counts.items())
        ]
    )


def write_card(
    frame: pd.DataFrame,
    background: pd.DataFrame | None,
    folder: Any,
    development_set: str | Path | None = None,
) -> str:
    """The card of the model in ``folder`` as Markdown.

    Parameters
    ----------
    frame, background : pandas.DataFrame
        What the model was trained on; folds of it are trained anew without the voices that they judge.
    folder : path
        The model folder.
    development_set : path, optional
        Other people's messages: JSONL with ``set``, ``truth``, ``text``.
    """
    from huzhu_guard.model.artifact import read_manifest

    manifest = read_manifest(folder)
    verdicts, disguises = held_out(frame, background, manifest)
    figures = figures_of(frame, verdicts)
    sections: list[tuple[str, str | pd.DataFrame]] = [
        ("What it is for", _PURPOSE),
        ("What it was taught", _taught(manifest)),
        ("Figures on voices that it has not read", _HELD_OUT),
        ("Labels", figures.labels),
        ("Risky messages held back", figures.risky),
        ("Clean messages held back", figures.clean),
        ("Thresholds", figures.sweep),
        ("Disguise", disguises),
        ("Reliability", reliability(frame, verdicts)),
        ("By voice", _by_voice(frame, verdicts)),
    ]
    if development_set is not None:
        guard = Guard.load(folder)
        sections.append(
            ("Other people's messages (development sets, shipped model)", development(guard, development_set))
        )
    sections.append(("Rules that the corpus contradicts", _contradictions(manifest)))
    sections.append(("Limits", _LIMITS))
    body = "\n\n".join(
        f"## {title}\n\n{content if isinstance(content, str) else markdown_table(content, _DIGITS)}"
        for title, content in sections
    )
    return f"# Model card of huzhu_guard's shipped model\n\n{body}\n"


def _by_voice(frame: pd.DataFrame, verdicts: list[Verdict]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "voice": frame["voice"].to_numpy(),
            "risky": [bool(_RISKY & set(names)) for names in frame["labels"]],
            "clean": [not names for names in frame["labels"]],
            "acted": [_acted(v) for v in verdicts],
        }
    )
    rows = []
    for voice, part in table.groupby("voice"):
        risky, clean = part[part["risky"]], part[part["clean"]]
        rows.append({"voice": voice, "risky": len(risky), "found": risky["acted"].mean(), "clean": len(clean),
                     "flagged": clean["acted"].mean()})  # fmt: skip
    return pd.DataFrame(rows)


def _taught(manifest: dict[str, Any]) -> str:
    counts = ", ".join(f"{n:,} {name}" for name, n in manifest["counts"].items())
    sources = [f"- {s['source']}: {s['rows']:,} rows, {s['licence']}, SHA-256 `{s['sha256'][:16]}…`"
               for s in manifest["sources"]]  # fmt: skip
    settings = ", ".join(f"{k} = {v}" for k, v in manifest["settings"].items())
    return "\n".join(
        (
            f"Corpus `{manifest['hashes']['corpus'][:16]}…` (data/messages, CC BY 4.0): {counts}.",
            f"Settings: {settings}.",
            "",
            "Background, ordinary text under open licences, taken as clean; the rows are not in this repository:"
            if sources else "No background.",
            *sources,
            "",
            "How anyone gets the background: the public repositories are named in data/README.md.",
        )
    )  # fmt: skip


def _contradictions(manifest: dict[str, Any]) -> str:
    found = manifest["contradictions"]
    if not found:
        return "None."
    return "\n".join(f"- `{i['rule']}`: declared {i['declared']:+.2f}, learned {i['learned']:+.2f}" for i in found)


_PURPOSE = (
    "Screening messages of Chinese deal-sharing and mutual-help groups for scams and fake deals, as one part of a sum "
    "that rules, links and personal information add to. `review` means that a person should look.\n\n"
    "It must not be used to punish people automatically, to judge a person rather than a message, to watch private "
    "conversations, or as evidence that somebody is a swindler."
)
_HELD_OUT = (
    "Five folds; each is judged by a model that was trained without the voices in it, with the shipped thresholds "
    "(strictness `standard`). Counts, not only rates: a small share of many clean messages is many people."
)
_LIMITS = (
    "- The corpus is invented, however carefully: real groups differ, and new schemes appear every month.\n"
    "- Very short messages (under 8 characters) often carry no sign at all.\n"
    "- Pictures, voice and what stands behind a QR code or a short link are not seen.\n"
    "- Dialects other than Cantonese and Sichuanese are thin; other languages are not screened for wording.\n"
    "- Warnings that quote a scam at length are the likeliest false alarms."
)
