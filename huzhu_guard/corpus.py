"""Labelled messages: read, check, split and describe.

A corpus is a folder of JSONL files (or one file), one message a line::

    {"id": "v01-0001", "text": "…", "labels": ["scam"], "kind": "task_rebate", "voice": "v01", "subtle": false,
     "evasive": false, "spans": [{"start": 3, "end": 14, "type": "phone"}], "second": ["scam"]}

``labels`` is empty for a clean message; ``second`` is what another reader said without seeing the first label.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from huzhu_guard.errors import CorpusError
from huzhu_guard.verdict import KINDS, EntityKind, Label

if TYPE_CHECKING:
    from huzhu_guard.model.folds import Fold

_FIELDS: dict[str, type] = {
    "id": str, "text": str, "labels": list, "kind": str, "voice": str, "subtle": bool, "evasive": bool, "spans": list,
}  # fmt: skip
_OWN = Path(__file__).resolve().parent.parent / "data" / "messages"
_MOST_FAULTS = 20
_LABELS = frozenset(Label)
_RISKY_KINDS = frozenset(kind for kinds in KINDS.values() for kind in kinds)


def load(path: str | Path | None = None) -> pd.DataFrame:
    """Read and check a corpus.

    Parameters
    ----------
    path : path, optional
        A JSONL file, or a folder of them; the corpus of this repository, which is not installed with the library, where
        none is named.

    Returns
    -------
    pandas.DataFrame
        One row a message, columns as in the files, ``labels``, ``second`` and ``spans`` as tuples.

    Raises
    ------
    CorpusError
        One sentence for each of the first 20 faults, with file and line.
    """
    rows: list[dict[str, Any]] = []
    faults: list[str] = []
    seen: dict[str, str] = {}
    for where, row, fault in _records(_OWN if path is None else Path(path)):
        fault = fault or check_row(row)
        if not fault and row["id"] in seen:
            fault = f"id {row['id']!r} stands at {seen[row['id']]} too; ids must be unique"
        if fault:
            faults.append(f"{where}: {fault}.")
            if len(faults) >= _MOST_FAULTS:
                break
            continue
        seen[row["id"]] = where
        rows.append(row)
    if faults:
        raise CorpusError("\n".join(faults))
    if not rows:
        raise CorpusError(f"{path}: there is no message in it; give a JSONL file or a folder of them.")
    if any("second" in row for row in rows):
        rows = [{**row, "second": row.get("second")} for row in rows]
    return pd.DataFrame([_as_tuples(row) for row in rows])


def _as_tuples(row: dict[str, Any]) -> dict[str, Any]:
    spans = tuple((s["type"], s["start"], s["end"]) for s in row["spans"])
    lists = {name: tuple(row[name]) for name in ("labels", "second") if isinstance(row.get(name), list)}
    return {**row, **lists, "spans": spans}


def check_row(row: Any) -> str | None:
    """What is wrong with one row, or None."""
    if not isinstance(row, dict):
        return "is not a JSON object"
    for name, kind in _FIELDS.items():
        if name not in row:
            return f"field {name!r} is missing"
        if not isinstance(row[name], kind):
            return f"field {name!r} is {type(row[name]).__name__}, it must be {kind.__name__}"
    for name in row["labels"]:
        if not isinstance(name, str) or name not in _LABELS:
            return f"unknown label {name!r}; allowed are {', '.join(Label)}"
    if {Label.SCAM, Label.FAKE_DEAL} & set(row["labels"]) and row["kind"] not in _RISKY_KINDS:
        return f"kind {row['kind']!r} is no kind of scam or fake_deal"
    if not row["text"].strip():
        return "the text is empty"
    return next(filter(None, (_span_fault(span, len(row["text"])) for span in row["spans"])), None)


def _span_fault(span: Any, length: int) -> str | None:
    if not isinstance(span, dict) or not all(type(span.get(key)) is int for key in ("start", "end")):
        return "a span needs type, start and end, the last two whole numbers"
    if span.get("type") not in tuple(EntityKind):
        return f"span type {span.get('type')!r} is no entity kind; allowed are {', '.join(EntityKind)}"
    if not 0 <= span["start"] < span["end"] <= length:
        return f"span {span['start']}–{span['end']} lies outside the text"
    return None


def _records(path: Path) -> Iterator[tuple[str, Any, str | None]]:
    if not path.exists():
        raise CorpusError(f"{path}: there is no such file or folder; give a JSONL file or a folder of them.")
    for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        try:
            lines = file.read_text(encoding="utf-8-sig").split("\n")  # not splitlines: U+2028 is text
        except (OSError, UnicodeDecodeError) as error:
            raise CorpusError(f"{file}: cannot be read as UTF-8 text ({error}).") from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield f"{file}:{number}", json.loads(line), None
            except (ValueError, RecursionError) as error:
                yield f"{file}:{number}", None, f"is not valid JSON ({error})"


def fingerprint(texts: pd.Series, labels: pd.Series) -> str:
    """SHA-256 of texts and labels, in order."""
    digest = hashlib.sha256()
    for text, names in zip(texts, labels, strict=True):
        digest.update(json.dumps([text, sorted(names)], ensure_ascii=True).encode())
    return digest.hexdigest()


def split(frame: pd.DataFrame, seed: int | None = None) -> list[Fold]:
    """Split by voice and near-duplicate cluster: parts that are judged in turn, and what can be learned for each.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``text`` and ``voice``.
    seed : int, optional
        Deals the voices out at random; by size where it is None.

    Returns
    -------
    list of Fold
        Five, or as many as there are voices: positions to ``learn`` from and to ``judge``, which share neither a voice
        nor nearly the same message.

    Raises
    ------
    CorpusError
        When all messages have one voice.
    """
    from huzhu_guard.model.duplicates import clusters
    from huzhu_guard.model.folds import folds

    if frame["voice"].nunique() < 2:
        raise CorpusError("all messages have one voice; name who wrote each, so that they can be split by that.")
    return folds(list(frame["voice"]), clusters(frame["text"]), seed)


def describe(frame: pd.DataFrame) -> pd.DataFrame:
    """Counts of messages by kind, with the share that is subtle and evasive and the median length."""
    labels = frame["labels"].map(lambda names: "+".join(names) or "clean")
    grouped = frame.assign(label=labels, length=frame["text"].str.len()).groupby(["label", "kind"])
    return grouped.agg(
        rows=("text", "size"), subtle=("subtle", "mean"), evasive=("evasive", "mean"), length=("length", "median")
    )


def label_counts(frame: pd.DataFrame) -> Counter[str]:
    """Messages of each label; ``clean`` for those without."""
    return Counter(name for names in frame["labels"] for name in (names or ("clean",)))
