"""DataFrames in, DataFrames out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from huzhu_guard.verdict import LABELS

if TYPE_CHECKING:
    from huzhu_guard.guard import Guard
    from huzhu_guard.privacy.redact import Operator


def _require(frame: pd.DataFrame, column: str) -> None:
    if column not in frame.columns:
        raise KeyError(f"the frame has no column {column!r}; its columns are {', '.join(map(str, frame.columns))}.")
    if list(frame.columns).count(column) > 1:
        raise KeyError(f"the frame has more than one column {column!r}; rename the others.")


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        raise TypeError("a message must be text, not bytes; decode the column first, e.g. with .str.decode('utf-8').")
    return str(value)


def redact_frame(
    guard: Guard, frame: pd.DataFrame, column: str, operator: Operator | None, key: bytes | None
) -> pd.Series[Any]:
    """Mask a column; see :meth:`huzhu_guard.Guard.redact_frame`."""
    _require(frame, column)
    values = [v if _is_missing(v) else guard.redact(_text(v), operator, key).text for v in frame[column]]
    return pd.Series(values, index=frame.index, name=column, dtype=object)


def score_frame(
    guard: Guard, frame: pd.DataFrame, column: str, n_jobs: int | None, backend: str | None
) -> pd.DataFrame:
    """Screen a column; see :meth:`huzhu_guard.Guard.score_frame`."""
    _require(frame, column)
    texts = ["" if _is_missing(value) else _text(value) for value in frame[column]]
    rows = [
        {"action": str(v.action), "risk": v.risk, **{str(k): s for k, s in v.scores.items()}, "reasons": reasons}
        for v, reasons in guard.score_reasoned(texts, n_jobs, backend)
    ]
    return pd.DataFrame(rows, index=frame.index, columns=["action", "risk", *map(str, LABELS), "reasons"])
