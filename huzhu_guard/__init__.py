"""Screens Chinese group-chat messages for scams, fake deals and leaked personal information, offline.

Examples
--------
>>> import huzhu_guard as hg
>>> hg.score("群主说今晚八点抽奖 大家记得来").action
<Action.ALLOW: 'allow'>
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from huzhu_guard._version import __version__
from huzhu_guard.errors import (
    CorpusError,
    FileFormatError,
    HuzhuGuardError,
    LexiconError,
    ModelDamagedError,
    ModelError,
    ModelNotFoundError,
    ModelSchemaError,
    PolicyError,
    RuleError,
)
from huzhu_guard.guard import Guard, Text, default_guard
from huzhu_guard.policy import Policy, Strictness
from huzhu_guard.privacy import Redaction
from huzhu_guard.privacy.redact import Operator
from huzhu_guard.verdict import (
    LABELS,
    Action,
    Entity,
    EntityKind,
    Evidence,
    Label,
    Link,
    LinkKind,
    Message,
    Reason,
    Severity,
    Signal,
    Verdict,
)

if TYPE_CHECKING:
    import pandas as pd

    from huzhu_guard.model.checks import Findings
    from huzhu_guard.model.drift import Drift
    from huzhu_guard.model.evaluate import Figures
    from huzhu_guard.model.incremental import Update
    from huzhu_guard.model.replay import Judge, Replay
    from huzhu_guard.model.train import Base
    from huzhu_guard.model.trained import TrainedModel

__all__ = [
    "LABELS",
    "Action",
    "CorpusError",
    "Entity",
    "EntityKind",
    "Evidence",
    "FileFormatError",
    "Guard",
    "HuzhuGuardError",
    "Label",
    "LexiconError",
    "Link",
    "LinkKind",
    "Message",
    "ModelDamagedError",
    "ModelError",
    "ModelNotFoundError",
    "ModelSchemaError",
    "Policy",
    "PolicyError",
    "Reason",
    "Redaction",
    "RuleError",
    "Severity",
    "Signal",
    "Strictness",
    "Verdict",
    "__version__",
    "check",
    "drift",
    "evaluate",
    "redact",
    "redact_frame",
    "replay",
    "score",
    "score_frame",
    "score_link",
    "score_many",
    "train",
    "update",
]


def score(text: Text) -> Verdict:
    """Screen one message with the default guard; see :meth:`Guard.score`."""
    return default_guard().score(text)


def score_many(texts: Iterable[Text], n_jobs: int | None = None, backend: str | None = None) -> Iterator[Verdict]:
    """Screen messages lazily, in order; see :meth:`Guard.score_many`."""
    return default_guard().score_many(texts, n_jobs, backend)


def score_frame(
    frame: pd.DataFrame, column: str = "text", n_jobs: int | None = None, backend: str | None = None
) -> pd.DataFrame:
    """Screen a column of a DataFrame; see :meth:`Guard.score_frame`."""
    return default_guard().score_frame(frame, column, n_jobs, backend)


def score_link(url: str) -> Link:
    """Judge one link without opening it; see :meth:`Guard.score_link`."""
    return default_guard().score_link(url)


def redact(
    text: str, operator: Operator | Mapping[EntityKind | str, Operator] | None = None, key: bytes | None = None
) -> Redaction:
    """Mask personal information in a text; see :meth:`Guard.redact`."""
    return default_guard().redact(text, operator, key)


def redact_frame(
    frame: pd.DataFrame, column: str = "text", operator: Operator | None = None, key: bytes | None = None
) -> pd.Series[Any]:
    """Mask personal information in a column of a DataFrame; see :meth:`Guard.redact_frame`."""
    return default_guard().redact_frame(frame, column, operator, key)


# what an analyst calls; each imports pandas and scikit-learn when it is called, and not before


def train(
    frame: pd.DataFrame, background: pd.DataFrame | None = None, *, base: Base = None, **options: Any
) -> TrainedModel:
    """Train a model on labelled messages; see :func:`huzhu_guard.model.train.train`."""
    from huzhu_guard.model.train import train as run

    return run(frame, background, base=base, **options)


def update(
    frame: pd.DataFrame,
    base: Any = None,
    reference: pd.DataFrame | None = None,
    weight: float = 1.0,
) -> Update:
    """Fold corrected verdicts into a model, in seconds; see :func:`huzhu_guard.model.incremental.update`."""
    from huzhu_guard.model.incremental import update as run

    return run(frame, base, reference, weight)


def check(frame: pd.DataFrame, split: str | None = None, **options: Any) -> Findings:
    """Look for what is missing or odd in labelled messages; see :func:`huzhu_guard.model.checks.check`."""
    from huzhu_guard.model.checks import check as run

    return run(frame, split, **options)


def evaluate(judge: Judge, frame: pd.DataFrame) -> Figures:
    """Compare verdicts with labels; see :func:`huzhu_guard.model.evaluate.evaluate`.

    Parameters
    ----------
    judge : Guard, TrainedModel, Policy, path or None
        As for :func:`replay`.
    frame : pandas.DataFrame
        ``text`` and ``labels``; ``kind``, ``subtle`` and ``evasive`` where known.
    """
    from huzhu_guard.model.evaluate import evaluate as run
    from huzhu_guard.model.labelled import described
    from huzhu_guard.model.replay import as_guard

    return run(as_guard(judge), described(frame))


def replay(frame: pd.DataFrame, old: Judge, new: Judge, **options: Any) -> Replay:
    """List what changes between two models or policies; see :func:`huzhu_guard.model.replay.replay`."""
    from huzhu_guard.model.replay import replay as run

    return run(frame, old, new, **options)


def drift(before: Any, after: Any, judge: Judge = None, column: str = "text") -> Drift:
    """Say how far messages have moved between two periods; see :func:`huzhu_guard.model.drift.drift`."""
    from huzhu_guard.model.drift import drift as run

    return run(before, after, judge, column)
