"""What a guard is made of, read once from where it comes from: here and the same in every worker process."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from huzhu_guard.errors import ModelDamagedError
from huzhu_guard.model.artifact import MANIFEST, SEAL, read_model
from huzhu_guard.model.linear import LinearModel
from huzhu_guard.model.store import POINTER, current_version
from huzhu_guard.policy import Policy
from huzhu_guard.rules import Pack, load_pack, shipped_packs
from huzhu_guard.scoring import Scorer, build_stages
from huzhu_guard.verdict import Message, Verdict
from huzhu_guard.watch import Fingerprint, fingerprint

Text = str | Message

Scorers = dict[str | None, Scorer]
"""The scorer of every group that has a policy of its own, and of all others under None. Never changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model in memory, such as one that was trained a moment ago."""

    model: LinearModel
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a guard's parts come from, so that it can be built again."""

    model: Path | Loaded | None = None
    policy: Path | Policy | None = None
    rules: tuple[Path, ...] = ()

    def paths(self) -> tuple[Path, ...]:
        """The files whose change may make another guard."""
        names = (POINTER, MANIFEST, SEAL)
        model = [self.model / name for name in names] if isinstance(self.model, Path) else []
        policy = [self.policy] if isinstance(self.policy, Path) else []
        return (*model, *policy, *self.rules)


class Parts(NamedTuple):
    """What scorers are built from, read once: the same here and in every worker process."""

    stamp: str
    """Different for each state of each guard."""
    model: Path | Loaded | None
    digest: str
    """Hash of the model's weights."""
    policy: Policy
    packs: tuple[Pack, ...]


class Built(NamedTuple):
    """One state of a guard. Never changed: a reload makes another."""

    parts: Parts
    scorers: Scorers
    seen: Fingerprint
    """The files as they were just before they were read."""


def build(sources: Sources) -> Built:
    """Read everything that sources name, once."""
    seen = fingerprint(sources.paths())
    folder = sources.model
    if isinstance(folder, Path):
        folder = current_version(folder)
    policy = sources.policy if isinstance(sources.policy, Policy) else Policy()
    if isinstance(sources.policy, Path):
        policy = Policy.load(sources.policy)
    model, manifest = _read(folder)
    parts = Parts(os.urandom(8).hex(), folder, _digest(manifest), policy, tuple(map(load_pack, sources.rules)))
    return Built(parts, _scorers(parts, model, manifest), seen)


def _scorers(parts: Parts, model: LinearModel, manifest: dict[str, Any]) -> Scorers:
    """The scorer of every group that has a policy of its own, and of all others under None."""
    packs = [*shipped_packs(), *parts.packs]
    policy = parts.policy
    scorers: Scorers = {None: Scorer(build_stages(packs, policy), model, manifest, policy)}
    for group, own in policy.groups:
        scorers[group] = Scorer(build_stages(packs, own), model, manifest, own)
    return scorers


def _read(folder: Path | Loaded | None) -> tuple[LinearModel, dict[str, Any]]:
    if isinstance(folder, Loaded):
        return folder.model, folder.manifest
    return read_model(folder or files("huzhu_guard.model").joinpath("default"))


def _digest(manifest: dict[str, Any]) -> str:
    return str(manifest.get("files", {}).get("weights.npz", ""))


_workers_scorers: dict[str, Scorers] = {}


def score_chunk(parts: Parts, chunk: list[Text]) -> list[Verdict]:
    """Score in a worker, which keeps its scorers; details stay behind, the parent works them out when asked."""
    scorers = _workers_scorers.get(parts.stamp)
    if scorers is None:
        model, manifest = _read(parts.model)
        if _digest(manifest) != parts.digest:
            raise ModelDamagedError(f"{parts.model}: the model was replaced while it was in use; reload the guard.")
        _workers_scorers.clear()  # one state at a time: a bot that reloads daily must not collect models
        scorers = _workers_scorers[parts.stamp] = _scorers(parts, model, manifest)
    return [replace(judge(scorers, text), background=None) for text in chunk]


def judge(scorers: Scorers, text: Text) -> Verdict:
    """Judge one message by the scorer of its group; raises TypeError when it is neither str nor Message."""
    if isinstance(text, Message):
        message = text
        checked(message.text)
    else:
        message = Message(checked(text))
    return scorers.get(message.group_id, scorers[None]).score(message)


def checked(text: Any) -> str:
    """The same text; raises TypeError when it is none."""
    if isinstance(text, str):
        return text
    hint = "decode it first, e.g. with .decode('utf-8')" if isinstance(text, bytes) else "pass a str or a Message"
    raise TypeError(f"a message must be text, not {type(text).__name__}; {hint}.")
