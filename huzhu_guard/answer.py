"""What a worker process gives back: numbers, and words only where there is something to say.

The parent keeps the messages, and puts verdicts together that are equal to the last bit.
"""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, combinations
from typing import NamedTuple

from huzhu_guard.parts import Parts, Scorers, Text, decide_many, judge_many, scorers_of
from huzhu_guard.report import reasons
from huzhu_guard.verdict import LABELS, Action, Entity, Label, Link, Message, Verdict

Told = tuple[Verdict, str]
"""A verdict, and its reasons in Chinese where they were asked for."""

_DECISIONS: list[tuple[Action, tuple[Label, ...]]] = [
    (action, labels) for action in Action for most in range(len(LABELS) + 1) for labels in combinations(LABELS, most)
]
_NUMBERS = {decision: number for number, decision in enumerate(_DECISIONS)}
_NOTHING: tuple[tuple[Link, ...], tuple[Entity, ...]] = ((), ())


class Answer(NamedTuple):
    """The verdicts on some messages, without the messages."""

    number: int
    """Which messages: the number that came with them."""
    decisions: bytes
    """Action and labels, one byte a message."""
    values: array[float]
    """The scores, all of a message together."""
    found: dict[int, tuple[tuple[Link, ...], tuple[Entity, ...]]]
    """Links and personal information of the messages that have any, by place."""
    reasons: dict[int, str]
    """Reasons of the messages that have any, by place."""

    def verdicts(self, texts: Sequence[Text], scorers: Scorers) -> Iterator[Told]:
        """Put the verdicts together with their messages, and with the scorers that know details."""
        other = scorers[None]
        rows = zip(texts, self.decisions, zip(*[iter(self.values)] * len(LABELS), strict=True), strict=True)
        for place, (text, decision, values) in enumerate(rows):
            message = text if isinstance(text, Message) else Message(text)
            action, labels = _DECISIONS[decision]
            links, entities = self.found.get(place, _NOTHING)
            by = scorers.get(message.group_id, other)
            yield Verdict(message, action, values, labels, links, entities, by), self.reasons.get(place, "")


def answer(number: int, parts: Parts, texts: list[str], groups: list[str | None] | None, reasoned: bool) -> Answer:
    """Judge texts in a worker.

    Parameters
    ----------
    number : int
        What these texts are called.
    parts : Parts
        What to judge by.
    texts : list of str
    groups : list of str or None, optional
        The group of each text that has a policy of its own; left out where none has.
    reasoned : bool
        Whether to give reasons, too.
    """
    scorers = scorers_of(parts)
    words: dict[int, str] = {}
    with _uncollected():
        if reasoned:
            named = zip(texts, groups or [None] * len(texts), strict=True)
            verdicts = judge_many(scorers, [Message(text, group_id=group) for text, group in named])
            decisions = [(v.action, v.values, v.labels, v.links, v.entities) for v in verdicts]
            words = {place: in_words(verdict) for place, verdict in enumerate(verdicts) if verdict.labels}
        else:
            decisions = decide_many(scorers, texts, groups)
        return Answer(
            number,
            bytes([_NUMBERS[action, labels] for action, _, labels, _, _ in decisions]),
            array("d", chain.from_iterable([values for _, values, _, _, _ in decisions])),
            {place: (links, found) for place, (*_, links, found) in enumerate(decisions) if links or found},
            words,
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking at thousands of messages again and again: screening makes no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def in_words(verdict: Verdict) -> str:
    """The reasons for a verdict's labels in Chinese, in one line; empty where no label holds."""
    return "；".join(reasons(verdict)) if verdict.labels else ""
