"""A model small enough to be trained while tests run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from huzhu_guard.model.train import TrainedModel

ROOT = Path(__file__).parent.parent
"""The repository."""


def train_small(frame: pd.DataFrame) -> TrainedModel:
    """A model of a few thousand n-grams."""
    from huzhu_guard.model.classifier import MessageClassifier
    from huzhu_guard.model.train import train

    return train(frame, classifier=MessageClassifier(C=10.0, min_df=2, most_words=3_000, most_chars=6_000))
