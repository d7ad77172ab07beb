"""An analyst's own labelled messages, as little or as much of a corpus as she has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from huzhu_guard.errors import CorpusError
from huzhu_guard.tables import read_rows
from huzhu_guard.verdict import Label

_MARKS = re.compile(r"[+,;，；\s]+")
_CLEAN = frozenset(("clean", "ok", "none", "正常"))
_NAMES = {str(label): str(label) for label in Label}
_MOST_FAULTS = 20


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """The same messages with labels as tuples, checked.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``text``, and either ``labels`` or a 0/1 column for each label. Labels of a message are a collection
        (``["scam"]``, ``()``) or one string (``"scam+fake_deal"``, ``"clean"``, ``""``), as ``huzhu-guard scan``
        writes them. Other columns are kept.

    Raises
    ------
    CorpusError
        When a column is missing, or one sentence for each of the first 20 rows with a fault.

    Examples
    --------
    >>> frame = pd.DataFrame({"text": ["刷单日结", "好"], "labels": ["scam", "clean"]})
    >>> labelled(frame)["labels"].tolist()
    [('scam',), ()]
    """
    if "text" not in frame.columns:
        raise CorpusError(f"the frame has no column 'text'; its columns are {', '.join(map(str, frame.columns))}.")
    faults: list[str] = []
    labels = []
    for row, text, given in zip(frame.index, frame["text"], _given(frame), strict=True):
        try:
            if not isinstance(text, str) or not text.strip():
                raise ValueError("there is no text; drop the row")
            labels.append(_names(given))
        except ValueError as error:
            faults.append(f"row {row}: {error}.")
    if faults:
        raise CorpusError("\n".join(faults[:_MOST_FAULTS]))
    result = frame.copy()
    result["labels"] = pd.Series(labels, index=frame.index, dtype=object)
    return result


def _given(frame: pd.DataFrame) -> list[Any]:
    if "labels" in frame.columns:
        return frame["labels"].tolist()
    columns = [name for name in _NAMES if name in frame.columns]
    if not columns:
        raise CorpusError(f"the frame has neither 'labels' nor a 0/1 column of a label: {', '.join(_NAMES)}.")
    wrong = [name for name in columns if not frame[name].isin((0, 1)).all()]
    if wrong:
        raise CorpusError(f"column {wrong[0]!r} must be 0 or 1 in every row.")
    return [tuple(n for n, held in zip(columns, row, strict=True) if held) for row in frame[columns].to_numpy()]


def _names(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        given = [name for name in _MARKS.split(given.strip()) if name and name not in _CLEAN]
    if not isinstance(given, tuple | list | set | frozenset):
        raise ValueError(f"labels are {type(given).__name__}; give a list of labels, or 'clean' where it is fine")
    for name in given:
        if name not in _NAMES:
            raise ValueError(f"unknown label {name!r}; allowed are {', '.join(_NAMES)}, or 'clean' for none")
    return tuple(name for name in _NAMES if name in given)


def read_labelled(path: str | Path) -> pd.DataFrame:
    """Read labelled messages from CSV, TSV, JSONL or Parquet: columns as for :func:`labelled`.

    Raises
    ------
    CorpusError, FileFormatError
        When the file or a row has a fault.
    """
    rows = list(read_rows(Path(path), "text"))
    faults = [f"{path}: {row.error}." for row in rows if row.error]
    if faults:
        raise CorpusError("\n".join(faults[:_MOST_FAULTS]))
    if not rows:
        raise CorpusError(f"{path}: there is no message in it.")
    frame = pd.DataFrame([row.values for row in rows])
    for name in _NAMES:
        if "labels" not in frame and name in frame:
            frame[name] = pd.to_numeric(frame[name], errors="coerce")
    return labelled(frame)


def described(frame: pd.DataFrame) -> pd.DataFrame:
    """Labelled messages with the columns that an evaluation groups by, filled in where they are missing."""
    frame = labelled(frame)
    if "kind" not in frame:
        frame["kind"] = frame["labels"].map(lambda names: names[0] if names else "clean")
    for name in ("subtle", "evasive"):
        if name not in frame:
            frame[name] = False
    return frame
