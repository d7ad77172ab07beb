"""What the corpus taught: features, training, the artifact and its scoring."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from huzhu_guard.model.classifier import MessageClassifier, label_matrix
    from huzhu_guard.model.features import MessageReader, ReadingFeatures
    from huzhu_guard.model.store import ModelStore
    from huzhu_guard.model.trained import TrainedModel, load_pipeline, open_trained

__all__ = [
    "MessageClassifier",
    "MessageReader",
    "ModelStore",
    "ReadingFeatures",
    "TrainedModel",
    "label_matrix",
    "load_pipeline",
    "open_trained",
]

_HOMES = {
    "MessageClassifier": "classifier",
    "MessageReader": "features",
    "ModelStore": "store",
    "ReadingFeatures": "features",
    "TrainedModel": "trained",
    "label_matrix": "classifier",
    "load_pipeline": "trained",
    "open_trained": "trained",
}


def __getattr__(name: str) -> Any:
    # a guard imports this package at start, and must not import scikit-learn with it
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
