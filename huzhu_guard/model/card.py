"""The full card of the shipped model: how guards that have not read a voice judge its messages.

Everything is computed here; nothing is typed in. ``huzhu-guard evaluate CORPUS --card FILE --background FILE``
writes it, in place of the card that training wrote (:mod:`huzhu_guard.model.sections`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from huzhu_guard.errors import CorpusError
from huzhu_guard.guard import Guard
from huzhu_guard.model import sections
from huzhu_guard.model.artifact import read_manifest
from huzhu_guard.model.classifier import MessageClassifier, label_matrix
from huzhu_guard.model.evaluate import figures_of
from huzhu_guard.model.heldout import brier, reliability
from huzhu_guard.model.lessons import lessons
from huzhu_guard.model.linear import TEXT_LABELS
from huzhu_guard.model.operators import OPERATORS, disguise
from huzhu_guard.model.papers import read_papers
from huzhu_guard.model.plots import PLOTS
from huzhu_guard.model.search import Search
from huzhu_guard.model.trained import TrainedModel
from huzhu_guard.stages import Stages
from huzhu_guard.verdict import Action, Verdict

_RISKY = frozenset(TEXT_LABELS)
_DISGUISED_ROWS = 120  # of each truth, fold and operator


def held_out_guards(
    frame: pd.DataFrame, background: pd.DataFrame | None, manifest: dict[str, Any], seed: int = 0
) -> Iterator[tuple[Guard, np.ndarray[Any, Any]]]:
    """For each fold, a guard that read none of its voices, and the fold's positions in ``frame``.

    Settings, calibration and thresholds are those of ``manifest``.
    """
    if background is not None:  # as much of it as the model learned
        background = background[background["source"].isin([found["source"] for found in manifest["sources"]])]
    settings = manifest["settings"]
    classifier = MessageClassifier(settings["C"], settings["min_df"], sibling_weight=settings["sibling_weight"])
    taught = lessons(
        frame, background, Stages(), None, settings["background_weight"], settings.get("disguised", 0.0), seed
    )
    for learn, judge in taught.folds(seed):
        readings = [taught.readings[i] for i in learn]
        fitted = clone(classifier).fit(readings, taught.targets[learn], taught.weights[learn])
        fitted.rescale(manifest["calibration"]["slopes"], manifest["calibration"]["shifts"])
        yield TrainedModel(fitted, manifest).guard(), judge[judge < taught.own]


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
    settings: Search | None = None,
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
    settings : Search, optional
        How other settings than the shipped ones do.
    """
    manifest = read_manifest(folder)
    verdicts, disguises = held_out(frame, background, manifest)
    found = figures_of(frame, verdicts)
    parts: list[sections.Section] = [
        ("What it is for", sections.PURPOSE),
        ("What it was taught", sections.taught(manifest, "Corpus (data/messages, CC BY 4.0)", _BACKGROUND)),
        ("Updates folded in since", sections.updates(manifest)),
        ("How its settings compare", "" if settings is None else _settings(settings)),
        ("Thresholds", sections.thresholds(manifest)),
        ("Figures on voices that it has not read", f"{_HELD_OUT} {sections.kept_ngrams(manifest)}".rstrip()),
        ("Labels", sections.table(found.labels)),
        ("Risky messages held back", sections.table(found.risky)),
        ("Clean messages held back", sections.table(found.clean)),
        ("Threshold sweep", sections.table(found.sweep)),
        ("Disguise", sections.table(disguises)),
        ("Reliability", _reliability(frame, verdicts)),
        ("Plots", f"{_PLOTS}\n\n{sections.shown_plots(set(PLOTS) & read_papers(folder).files.keys())}"),
        ("By voice", sections.table(_by_voice(frame, verdicts))),
    ]
    if development_set is not None:
        shares = development(Guard.load(folder), development_set)
        parts.append(("Other people's messages (development sets, shipped model)", sections.table(shares)))
    parts += [
        ("What was odd in the corpus", sections.findings(manifest)),
        ("Rules that the corpus contradicts", sections.contradictions(manifest)),
        ("Limits", f"{_LIMITS}\n{sections.LIMITS}"),
    ]
    return sections.card("Model card of huzhu_guard's shipped model", parts)


def _settings(found: Search) -> str:
    return (
        f"Nested cross-validation on {found.rows['own']:,} messages and {found.rows['background']:,} background ones, "
        "split by voice and near-duplicate cluster (`huzhu-guard search`): the share of risky messages found where 1 % "
        "of the clean ones are held back, rules, links and entities counted as the classifier weighs them.\n\n"
        f"{sections.table(found.candidates)}\n\nThe choice itself, judged on voices that had no part in it:\n\n"
        f"{sections.table(found.outer)}\n\n{_WHY}\n\n{_TRIED}"
    )


def _reliability(frame: pd.DataFrame, verdicts: Sequence[Verdict]) -> str:
    scores = np.array([[verdict.scores[label] for label in TEXT_LABELS] for verdict in verdicts])
    targets = label_matrix(list(frame["labels"]))
    return sections.reliability(reliability(scores, targets), brier(scores, targets))


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


_HELD_OUT = (
    "Five folds; each is judged by a model that was trained without the voices in it, with the shipped thresholds "
    "(strictness `standard`). Counts, not only rates: a small share of many clean messages is many people."
)
_WHY = (
    "Background is learned all the same: false alarms are counted here on the corpus's own clean messages, so that it "
    "can only cost; what it spares is other people's ordinary talk, which the development sets below are. Disguised "
    "copies are learned for the clean ones among them: see the table of disguises."
)
_TRIED = (
    "Tried before without gain, on earlier states of the corpus: naive-Bayes weights for the n-grams, words and "
    "characters scaled to one norm each, factors of a singular value decomposition beside the n-grams, characters in "
    "threes and fours beside pairs (larger, no better), punctuation as words."
)
_PLOTS = "Of the scores in training, background included, before a guard caps groups of rules and adds what links say."
_BACKGROUND = (
    "The rows of the background are not in this repository; data/README.md says how anyone gets them. The model is "
    "trained by `huzhu-guard train data/messages -o huzhu_guard/model/default --disguised 0.5 --background FILE "
    "--without 'ui_*'`: texts of user interfaces are in that file, too, but learned as clean they hide scams that look "
    "official."
)
_LIMITS = (
    "- The corpus is invented, however carefully: real groups differ, and new schemes appear every month.\n"
    "- Dialects other than Cantonese and Sichuanese are thin; other languages are not screened for wording."
)
