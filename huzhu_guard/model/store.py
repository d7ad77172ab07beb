"""A folder of models, one a version, of which one is current.

::

    models/
      v0001/            a model folder, never changed once it is there
      v0002/
      current           which version is in use, and which were before: one line of JSON

Versions appear by one rename, and so does ``current``: a guard that reads the folder sees the old state or the new one.
Standard library alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huzhu_guard.errors import HuzhuGuardError, ModelDamagedError, ModelError, ModelNotFoundError
from huzhu_guard.model.artifact import is_model, read_manifest, read_taught, sealed, verify
from huzhu_guard.model.linear import TEXT_LABELS, Block

if TYPE_CHECKING:
    from huzhu_guard.model.trained import TrainedModel

POINTER = "current"
"""Name of the file that says which version is in use."""

_VERSION = re.compile(r"v[0-9]{4,9}")
_MOST_REMEMBERED = 50
_MOST_WORDS = 20
_PARTIAL = ".new-"


def current_version(folder: Path) -> Path:
    """The model folder that a path stands for: itself, or the current version of a folder of models.

    Raises
    ------
    ModelNotFoundError, ModelDamagedError
        When a folder of models names no current version, or one that is not there.
    """
    if not (folder / POINTER).is_file():
        return folder
    return ModelStore(folder).path()


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One line of the list of versions."""

    name: str
    current: bool
    created_by: str
    """Library version, e.g. ``huzhu_guard 0.1.0``."""
    counts: Mapping[str, int]
    """Messages of each label that it was trained on."""
    updates: int
    """How often corrected verdicts were folded in since."""
    fault: str
    """Why it cannot be used; ``""`` if nothing was noticed (:meth:`ModelStore.verify` looks closer)."""


class ModelStore:
    """Versions of a model in one folder.

    Parameters
    ----------
    root : path
        The folder; made with the first version.

    Examples
    --------
    >>> ModelStore("no such folder").versions()
    []
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def add(self, model: TrainedModel | str | Path, use: bool = False, pipeline: bool = True) -> str:
        """Add a version; nobody uses it before :meth:`use`.

        Parameters
        ----------
        model : TrainedModel or path
            A trained model, or a model folder to copy, which is verified first.
        use : bool
            Whether to switch to it.
        pipeline : bool
            Whether a trained model's scikit-learn estimator is kept beside its weights.

        Returns
        -------
        str
            Name of the version, such as ``v0003``.
        """
        import shutil  # a guard reads this module at start, and has no use for them
        import tempfile

        self.root.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self.root))
        try:
            if isinstance(model, str | Path):
                verify(Path(model))
                shutil.copytree(model, fresh, dirs_exist_ok=True)
            else:
                model.save(fresh, pipeline=pipeline)
            verify(fresh)
            fresh.chmod(0o755)  # a temporary folder is its owner's alone
            name = self._take_name(fresh)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        if use:
            self.use(name)
        return name

    def _take_name(self, fresh: Path) -> str:
        number = max((int(name[1:]) for name in self._names()), default=0)
        while True:
            number += 1
            name = f"v{number:04}"
            try:
                fresh.rename(self.root / name)
            except OSError:
                if not (self.root / name).exists():
                    raise
                continue  # somebody else took the name meanwhile
            return name

    def versions(self) -> list[ModelVersion]:
        """Every version, oldest first."""
        current = self._pointer()["current"] if (self.root / POINTER).exists() else ""
        return [self._version(name, name == current) for name in self._names()]

    def _version(self, name: str, current: bool) -> ModelVersion:
        try:
            facts = read_manifest(self.root / name)
        except ModelError as error:
            return ModelVersion(name, current, "", {}, 0, str(error))
        counts = facts.get("counts", {})
        return ModelVersion(name, current, str(facts.get("created_by", "")), counts, len(facts.get("updates", ())), "")

    def current(self) -> str:
        """Name of the version in use.

        Raises
        ------
        ModelNotFoundError
            When none is.
        """
        return str(self._pointer()["current"])

    def path(self, name: str | None = None) -> Path:
        """Folder of a version, the current one by default; raises ModelNotFoundError when it is not there."""
        name = self.current() if name is None else name
        folder = self.root / name
        if not _VERSION.fullmatch(name) or not is_model(folder):
            known = ", ".join(self._names()) or "none"
            raise ModelNotFoundError(f"{self.root}: there is no version {name!r}; there are: {known}.")
        return folder

    def show(self, name: str | None = None) -> dict[str, Any]:
        """The manifest of a version; raises as :func:`~huzhu_guard.model.artifact.read_manifest` does."""
        return read_manifest(self.path(name))

    def verify(self, name: str | None = None) -> dict[str, Any]:
        """Check every file of a version, and give its manifest.

        Raises
        ------
        ModelNotFoundError, ModelSchemaError, ModelDamagedError
            The first fault; a version without a seal is one.
        """
        folder = self.path(name)
        if not sealed(folder):
            raise ModelDamagedError(f"{folder}: sums.txt is missing, so nothing can be checked; add the model again.")
        return verify(folder)

    def use(self, name: str) -> None:
        """Switch to a version, which is verified first."""
        self.verify(name)
        history: list[str] = []
        if (self.root / POINTER).exists():
            before = self._pointer()
            if before["current"] == name:
                return
            history = [*before["history"], before["current"]][-_MOST_REMEMBERED:]
        self._write(name, history)

    def rollback(self) -> str:
        """Switch back to the version that was in use before, and give its name.

        Raises
        ------
        ModelNotFoundError
            When none was.
        """
        history = self._pointer()["history"]
        if not history:
            raise ModelNotFoundError(
                f"{self.root}: no version was in use before {self.current()}; nothing to go back to."
            )
        self.verify(history[-1])
        self._write(history[-1], history[:-1])
        return str(history[-1])

    def diff(self, old: str, new: str | None = None) -> dict[str, Any]:
        """What differs between two versions, the second the current one by default.

        Returns
        -------
        dict
            ``facts``: pairs of old and new for every fact of the manifests that differs, by dotted name;
            ``signals``: the same for weights of rules, links and other signals, one weight a label;
            ``words`` and ``chars``: how many n-grams are ``added``, ``gone`` and ``moved``, and the ones that moved
            furthest, as (n-gram, label, old weight, new weight).

        Raises
        ------
        ModelError
            When a version cannot be read, or is of schema 1, whose weights mean another thing.
        """
        one, other = self.path(old), self.path(new)
        (before, old_facts), (after, new_facts) = read_taught(one), read_taught(other)
        flat_old, flat_new = _flat(old_facts), _flat(new_facts)
        return {
            "facts": _changed(flat_old, flat_new),
            "signals": _changed(before.signals, after.signals),
            "words": _diff_block(before.words, after.words),
            "chars": _diff_block(before.chars, after.chars),
        }

    def _names(self) -> list[str]:
        if not self.root.is_dir():
            return []
        found = [path.name for path in self.root.iterdir() if path.is_dir() and _VERSION.fullmatch(path.name)]
        return sorted(found, key=lambda name: int(name[1:]))

    def _pointer(self) -> dict[str, Any]:
        path = self.root / POINTER
        try:
            pointer = json.loads(path.read_bytes())
            sound = [pointer["current"], *pointer["history"]]
            if not all(isinstance(name, str) and _VERSION.fullmatch(name) for name in sound):
                raise ValueError("it must name versions")
        except FileNotFoundError:
            raise ModelNotFoundError(
                f"{self.root}: no version is in use; choose one with 'huzhu-guard model use'."
            ) from None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelDamagedError(f"{path}: cannot be read ({error}); choose a version again.") from error
        return {"current": pointer["current"], "history": list(pointer["history"])}

    def _write(self, current: str, history: list[str]) -> None:
        fresh = self.root / f"{_PARTIAL}{POINTER}-{os.getpid()}"
        with fresh.open("w", encoding="utf-8") as file:
            file.write(json.dumps({"current": current, "history": history}) + "\n")
            file.flush()
            os.fsync(file.fileno())  # after a power cut the name must not stand for an empty file
        fresh.replace(self.root / POINTER)


def _flat(facts: Mapping[str, Any], at: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in facts.items():
        name = f"{at}.{key}" if at else key
        flat |= _flat(value, name) if isinstance(value, dict) else {name: value}
    return flat


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = sorted({*old, *new})
    return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def _diff_block(old: Block, new: Block) -> dict[str, Any]:
    moved = []
    changed = 0
    nothing = (0.0,) * len(TEXT_LABELS)
    grams, grams_now = set(old.grams), set(new.grams)
    for gram in grams | grams_now:
        known, known_now = old.log_odds(gram), new.log_odds(gram)
        before, after = known or nothing, known_now or nothing
        shifts = [b - a for a, b in zip(before, after, strict=True)]
        changed += bool(known and known_now and any(shifts))
        i = max(range(len(shifts)), key=lambda n: abs(shifts[n]))
        if shifts[i]:
            moved.append((abs(shifts[i]), gram, str(TEXT_LABELS[i]), before[i], after[i]))
    moved.sort(reverse=True)
    return {
        "added": len(grams_now - grams),
        "gone": len(grams - grams_now),
        "moved": changed,
        "furthest": [(gram, label, round(a, 3), round(b, 3)) for _, gram, label, a, b in moved[:_MOST_WORDS]],
    }


def open_store(root: str | Path) -> ModelStore:
    """A folder of models that exists; raises HuzhuGuardError otherwise."""
    store = ModelStore(root)
    if not store.root.is_dir():
        raise HuzhuGuardError(f"{root}: there is no such folder; 'huzhu-guard model add' makes it.")
    return store
