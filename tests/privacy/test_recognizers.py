"""Each recognizer on hand-written lines: what it finds, where exactly, and what it leaves alone."""

from __future__ import annotations

from collections import Counter

import pytest
from marked_lines import MarkedLine, marked_lines

from huzhu_guard.privacy import PrivacyScreen
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import EntityKind

LEAST_LINES = 40
LEAST_RECALL = 0.97
LEAST_PRECISION = 0.98
SCREEN = PrivacyScreen()
LINES = marked_lines()


def found_in(line: MarkedLine) -> set[tuple[str, int, int]]:
    return {(str(e.kind), e.start, e.end) for e in SCREEN.find(normalize(line.text))}


FOUND = [found_in(line) for line in LINES]


@pytest.mark.parametrize("kind", [str(kind) for kind in EntityKind])
def test_tables_are_large_enough(kind: str) -> None:
    with_kind = sum(any(k == kind for k, _, _ in line.spans) for line in LINES)

    assert sum(k == kind for line in LINES for k, _, _ in line.spans) >= LEAST_LINES
    assert len(LINES) - with_kind >= LEAST_LINES


@pytest.mark.parametrize("kind", [str(kind) for kind in EntityKind])
def test_recall_and_precision_at_exact_positions(kind: str) -> None:
    true = {(i, *span) for i, line in enumerate(LINES) for span in line.spans if span[0] == kind}
    found = {(i, *span) for i, spans in enumerate(FOUND) for span in spans if span[0] == kind}
    missed = [(LINES[i].text, LINES[i].text[a:b]) for i, _, a, b in sorted(true - found)]
    wrong = [(LINES[i].text, LINES[i].text[a:b]) for i, _, a, b in sorted(found - true)]

    assert len(true & found) >= LEAST_RECALL * len(true), missed
    assert len(true & found) >= LEAST_PRECISION * len(found), wrong


def test_lines_without_entities_are_left_alone() -> None:
    wrong = Counter(kind for line, spans in zip(LINES, FOUND, strict=True) if not line.spans for kind, _, _ in spans)

    assert wrong == Counter()
