"""What several tests share: one guard, one small model trained on the spot, and strategies for texts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from training import ROOT, train_small

from huzhu_guard import Guard

if TYPE_CHECKING:
    import pandas as pd

    from huzhu_guard.model.train import TrainedModel

settings.register_profile(
    "quick",
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.register_profile("thorough", parent=settings.get_profile("quick"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def guard() -> Guard:
    """The shipped model under the default policy."""
    return Guard.load()


@pytest.fixture(scope="session")
def messages() -> pd.DataFrame:
    """The labelled corpus."""
    from huzhu_guard import corpus

    return corpus.load(ROOT / "data" / "messages")


@pytest.fixture(scope="session")
def slice_of_messages(messages: pd.DataFrame) -> pd.DataFrame:
    """Some messages of four voices: enough to train in a second."""
    voices = sorted(messages["voice"].unique())[:4]
    return messages[messages["voice"].isin(voices)].groupby("voice").head(150).reset_index(drop=True)


@pytest.fixture(scope="session")
def small_model(slice_of_messages: pd.DataFrame) -> TrainedModel:
    """A model trained here and now."""
    return train_small(slice_of_messages)


@pytest.fixture(scope="session")
def small_folder(small_model: TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that model. Tests that change it work on a copy."""
    folder = tmp_path_factory.mktemp("model") / "small"
    small_model.save(folder)
    return folder
