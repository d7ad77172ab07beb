"""What stands in a model folder for people: the card, its figures and its plots. A guard reads none of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huzhu_guard.errors import HuzhuGuardError, ModelDamagedError
from huzhu_guard.model.artifact import MANIFEST, add_files, read_sealed, sealed
from huzhu_guard.model.heldout import HeldOut
from huzhu_guard.model.plots import PLOTS, card_plots
from huzhu_guard.model.sections import training_card

CARD, FIGURES = "MODEL_CARD.md", "held_out.json"
_NAMES = (CARD, FIGURES, *PLOTS)


@dataclass(frozen=True, slots=True)
class Papers:
    """The files for people that came with a model. Immutable."""

    manifest: str
    """SHA-256 of the manifest that they were written for; the hashes of the weights stand in it."""
    files: dict[str, bytes]

    def held_out(self) -> HeldOut | None:
        """The figures among them; raises ValueError where they cannot be read."""
        return HeldOut.parse(self.files[FIGURES]) if FIGURES in self.files else None


def read_papers(folder: Any) -> Papers:
    """The papers of a model folder, as far as they are there and sealed.

    Raises
    ------
    ModelDamagedError
        When one is not the file that was sealed, or its figures cannot be read.
    """
    sums = sealed(folder)
    there = [name for name in _NAMES if name in sums and folder.joinpath(name).is_file()]
    papers = Papers(sums.get(MANIFEST, ""), {name: read_sealed(folder, name) for name in there})
    try:
        papers.held_out()
    except ValueError as error:
        raise ModelDamagedError(f"{folder}: {FIGURES} cannot be read ({error}); copy the folder again.") from error
    return papers


def write_papers(folder: Path, manifest: dict[str, Any], held_out: HeldOut | None, kept: Papers | None) -> None:
    """Write the papers of the model in a folder: those that came with it, or new ones where it is another model."""
    if kept is not None and CARD in kept.files and kept.manifest == sealed(folder)[MANIFEST]:
        files = kept.files
    else:
        files = _papers(manifest, held_out)
    for name in set(_NAMES) - files.keys():
        (folder / name).unlink(missing_ok=True)  # of the model that was here before
    add_files(folder, files)


def _papers(manifest: dict[str, Any], held_out: HeldOut | None) -> dict[str, bytes]:
    files = {}
    if held_out is not None:
        files[FIGURES] = held_out.to_json()
        with suppress(HuzhuGuardError):  # without matplotlib the card says how to have plots
            files |= card_plots(held_out)
    return {**files, CARD: training_card(manifest, held_out, files.keys() & set(PLOTS)).encode()}


def put_card(path: Path, text: str) -> None:
    """Write a card into a file; one that takes the place of a model folder's own is sealed like that."""
    content = text.encode()
    if path.name == CARD and sealed(path.parent):
        add_files(path.parent, {CARD: content})
    else:
        path.write_bytes(content)
