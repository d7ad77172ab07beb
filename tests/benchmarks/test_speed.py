"""How long one message takes: each stage, the whole, and what a user would reach for instead.

Run it with ``pytest tests/benchmarks``; the ordinary test command leaves this folder out. What each has to say of each
message is checked before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kinds import KINDS
from peers import Peer, argus, naive

from huzhu_guard import Guard
from huzhu_guard.text.normalize import Normalizer

STAGES = ["normalise", "links", "personal", "rules", "read", "model", "whole"]


def _stages(guard: Guard, text: str) -> dict[str, Callable[[], Any]]:
    """Each stage alone, on what those before it found."""
    scorer = guard.scorer()
    stages, normalize = scorer.stages, Normalizer()
    screening = stages.screen(text)
    reading = stages.read(screening)
    return {
        "normalise": lambda: normalize(text),
        "links": lambda: stages.links.find(screening.text),
        "personal": lambda: stages.privacy.find(screening.text, screening.links),
        "rules": lambda: stages.engine.match(screening.text.canonical),
        "read": lambda: stages.read(screening),
        "model": lambda: scorer.model.log_odds(reading),
        "whole": lambda: guard.score(text),
    }


@pytest.fixture(scope="session", autouse=True)
def checked(guard: Guard) -> None:
    """The verdicts are the expected ones."""
    assert {name: kind.labels for name, kind in KINDS.items()} == {
        name: guard.score(kind.text).labels for name, kind in KINDS.items()
    }


@pytest.fixture(scope="session")
def naive_peer(messages: Any) -> Peer:
    peer = naive(messages)
    assert [peer(KINDS[name].text) for name in ("plain chat", "hook with contact")] == [False, True]
    return peer


@pytest.fixture(scope="session")
def argus_redact() -> Peer:
    pytest.importorskip("argus_redact")
    peer = argus()
    assert [peer(KINDS[name].text) for name in ("plain chat", "delivery slip")] == [False, True]
    return peer


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_stage(benchmark: Any, guard: Guard, kind: str, stage: str) -> None:
    benchmark.group = f"{kind}, {len(KINDS[kind].text)} characters"
    benchmark(_stages(guard, KINDS[kind].text)[stage])


@pytest.mark.parametrize("peer", ["naive_peer", "argus_redact"])
@pytest.mark.parametrize("kind", KINDS)
def test_peer(benchmark: Any, request: pytest.FixtureRequest, kind: str, peer: str) -> None:
    benchmark.group = f"{kind}, {len(KINDS[kind].text)} characters"
    benchmark(request.getfixturevalue(peer), KINDS[kind].text)
