"""What a guard is made of, read once from where it comes from: here and the same in every worker process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from weakref import WeakValueDictionary

from huzhu_guard.errors import ModelDamagedError
from huzhu_guard.model.artifact import MANIFEST, SEAL, read_model
from huzhu_guard.model.linear import Model
from huzhu_guard.model.store import POINTER, current_version
from huzhu_guard.policy import Policy
from huzhu_guard.rules import Pack, load_pack, shipped_packs
from huzhu_guard.scoring import Decision, Scorer, build_stages
from huzhu_guard.verdict import Message, Verdict
from huzhu_guard.watch import Fingerprint, fingerprint

Text = str | Message
T = TypeVar("T")
R = TypeVar("R")

Scorers = dict[str | None, Scorer]
"""The scorer of every group that has a policy of its own, and of all others under None. Never changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model in memory, such as one that was trained a moment ago."""

    model: Model
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


@dataclass(frozen=True, eq=False)
class Built:
    """One state of a guard. Never changed: a reload makes another."""

    parts: Parts
    scorers: Scorers
    seen: Fingerprint
    """The files as they were just before they were read."""

    def __post_init__(self) -> None:
        _alive[self.parts.stamp] = self


_alive: WeakValueDictionary[str, Built] = WeakValueDictionary()
"""Every state in use by its stamp: a forked worker, or a thread, finds the parent's own here."""


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


def _scorers(parts: Parts, model: Model, manifest: dict[str, Any]) -> Scorers:
    """The scorer of every group that has a policy of its own, and of all others under None."""
    packs = [*shipped_packs(), *parts.packs]
    policy = parts.policy
    scorers: Scorers = {None: Scorer(build_stages(packs, policy), model, manifest, policy)}
    for group, own in policy.groups:
        scorers[group] = Scorer(build_stages(packs, own), model, manifest, own)
    return scorers


def _read(source: Path | Loaded | None) -> tuple[Model, dict[str, Any]]:
    if isinstance(source, Loaded):
        return source.model, source.manifest
    return read_model(source or files("huzhu_guard.model").joinpath("default"))


def _digest(manifest: dict[str, Any]) -> str:
    return str(manifest.get("files", {}).get("weights.npz", ""))


_workers_scorers: dict[str, Scorers] = {}


def scorers_of(parts: Parts) -> Scorers:
    """The scorers that parts make: those that this process shares with its parent, or built once and kept."""
    if built := _alive.get(parts.stamp):
        return built.scorers
    scorers = _workers_scorers.get(parts.stamp)
    if scorers is None:
        model, manifest = _read(parts.model)
        if _digest(manifest) != parts.digest:
            place = parts.model or "the shipped model"
            raise ModelDamagedError(f"{place}: the model was replaced while it was in use; reload the guard.")
        _workers_scorers.clear()  # one state at a time: a bot that reloads daily must not collect models
        scorers = _workers_scorers[parts.stamp] = _scorers(parts, model, manifest)
    return scorers


def judge(scorers: Scorers, text: Text) -> Verdict:
    """Judge one message by the scorer of its group; raises TypeError when it is neither str nor Message."""
    message = as_message(text)
    return scorers.get(message.group_id, scorers[None]).score(message)


def judge_many(scorers: Scorers, texts: Iterable[Text]) -> list[Verdict]:
    """Judge messages together, each by the scorer of its group, in order; raises as :func:`judge`."""
    messages = list(map(as_message, texts))
    return _each(scorers, messages, [message.group_id for message in messages], Scorer.score_many)


def decide_many(scorers: Scorers, texts: list[str], groups: list[str | None] | None = None) -> list[Decision]:
    """What :func:`judge_many` says of texts of some groups, in order, without verdicts being made of it."""
    return scorers[None].decide_many(texts) if groups is None else _each(scorers, texts, groups, Scorer.decide_many)


def _each(
    scorers: Scorers, texts: list[T], groups: list[str | None], run: Callable[[Scorer, list[T]], list[R]]
) -> list[R]:
    """Run something on the texts of each scorer together, and give back what comes of it in the order of the texts."""
    chosen = [scorers.get(group, scorers[None]) for group in groups]
    distinct = dict.fromkeys(chosen)
    if len(distinct) == 1:
        return run(chosen[0], texts)
    found = {
        scorer: iter(run(scorer, [text for text, by in zip(texts, chosen, strict=True) if by is scorer]))
        for scorer in distinct
    }
    return [next(found[scorer]) for scorer in chosen]


def as_message(text: Text) -> Message:
    """A text as a message; raises TypeError when it is neither."""
    if isinstance(text, Message):
        checked(text.text)
        return text
    return Message(checked(text))


def checked(text: Any) -> str:
    """The same text; raises TypeError when it is none."""
    if isinstance(text, str):
        return text
    hint = "decode it first, e.g. with .decode('utf-8')" if isinstance(text, bytes) else "pass a str or a Message"
    raise TypeError(f"a message must be text, not {type(text).__name__}; {hint}.")


def checked_many(texts: Iterable[Text]) -> Iterable[Text]:
    """The same texts; raises TypeError when they are one text, whose characters nobody wants judged."""
    if isinstance(texts, str | bytes):
        raise TypeError("score_many takes an iterable of messages, not one text; use score, or wrap it in a list.")
    return texts
