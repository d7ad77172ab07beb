"""What training gives: the fitted classifier with its facts, written as a model folder."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huzhu_guard.errors import ModelDamagedError, ModelNotFoundError
from huzhu_guard.model.artifact import SCHEMA, SEAL, add_files, read_manifest, read_taught, sealed, write_model
from huzhu_guard.model.classifier import MessageClassifier, classifier_of, linear_of
from huzhu_guard.model.linear import LinearModel
from huzhu_guard.model.papers import read_papers, write_papers

if TYPE_CHECKING:
    from huzhu_guard.guard import Guard
    from huzhu_guard.model.checks import Findings
    from huzhu_guard.model.heldout import HeldOut
    from huzhu_guard.model.papers import Papers
    from huzhu_guard.policy import Policy

PIPELINE = "pipeline.joblib"
"""File with the fitted scikit-learn estimator, for the analyst only."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What training gives."""

    classifier: MessageClassifier
    """The fitted scikit-learn estimator, calibrated."""
    manifest: dict[str, Any]
    """Facts about the training: data, settings, thresholds, metrics, contradicting rules."""
    findings: Findings | None = None
    """What was missing or odd in the messages; None for a model that was read from a folder."""
    held_out: HeldOut | None = None
    """Figures of the training's held-out scores; those of the base for a model that was updated."""
    papers: Papers | None = field(default=None, repr=False)
    """Card and plots of the folder that the model was read from."""

    def linear(self) -> LinearModel:
        """The same weights for scoring without scikit-learn."""
        return linear_of(self.classifier)

    def guard(self, policy: str | Path | Policy | None = None, rules: Iterable[str | Path] = ()) -> Guard:
        """A guard with this model, before it is written anywhere."""
        from huzhu_guard.guard import Guard, Loaded

        return Guard.load(Loaded(self.linear(), self._facts()), policy, rules)

    def save(self, folder: str | Path, pipeline: bool = False) -> None:
        """Write the model folder, with a card and, where matplotlib is installed, its plots.

        The card of a folder that the model was read from is kept as it is, unless the model or its facts changed.

        Parameters
        ----------
        folder : path
        pipeline : bool
            Whether to add ``pipeline.joblib``, the fitted estimator, which only :func:`load_pipeline` reads.
        """
        folder = Path(folder)
        write_model(folder, self.linear(), self.manifest)
        write_papers(folder, self.manifest, self.held_out, self.papers)
        if pipeline:
            save_pipeline(folder, self.classifier)

    def _facts(self) -> dict[str, Any]:
        return {**self.manifest, "schema": SCHEMA}


def open_trained(folder: Any) -> TrainedModel:
    """A model folder as a fitted estimator with its facts; raises as :func:`huzhu_guard.model.artifact.read_taught`."""
    model, manifest = read_taught(folder)
    papers = read_papers(folder)
    return TrainedModel(classifier_of(model), manifest, held_out=papers.held_out(), papers=papers)


def save_pipeline(folder: Path, classifier: MessageClassifier) -> None:
    """Write ``pipeline.joblib`` into a model folder and its hash into the seal."""
    import joblib

    content = io.BytesIO()
    joblib.dump(classifier, content, compress=3)
    add_files(folder, {PIPELINE: content.getvalue()})


def load_pipeline(folder: str | Path) -> MessageClassifier:
    """Read the fitted estimator of a model folder. **It is a pickle**: reading one runs what its writer put in.

    The hash is checked before anything is unpickled, so a file that was damaged or swapped is refused; but whoever can
    write the whole folder can write the hash as well. Read only folders that you or your colleagues trained. A guard
    never reads this file.

    Raises
    ------
    ModelNotFoundError
        The folder has no pipeline.
    ModelDamagedError
        The pipeline is not the file that was written with the model.
    """
    import joblib

    folder = Path(folder)
    read_manifest(folder)
    try:
        content = (folder / PIPELINE).read_bytes()
    except OSError as error:
        raise ModelNotFoundError(
            f"{folder}: {PIPELINE} is missing; save the model with pipeline=True, or use open_trained for its weights."
        ) from error
    if hashlib.sha256(content).hexdigest() != sealed(folder).get(PIPELINE):
        raise ModelDamagedError(
            f"{folder}: {PIPELINE} is not the file that {SEAL} describes; it was not unpickled. Train again."
        )
    classifier: MessageClassifier = joblib.load(io.BytesIO(content))
    return classifier
