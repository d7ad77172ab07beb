"""Each recognizer on hand-written lines: what it finds, where exactly, and what it leaves alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from marked_lines import MarkedLine, disguised, marked_lines, near_misses

from huzhu_guard.privacy import PrivacyScreen
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import EntityKind

LEAST_LINES = 40
LEAST_DISGUISED = 5
LEAST_RECALL = 0.97
LEAST_PRECISION = 0.98
KINDS = [str(kind) for kind in EntityKind]
SCREEN = PrivacyScreen()
LINES = marked_lines()


def found_in(line: MarkedLine) -> set[tuple[str, int, int]]:
    return {(str(e.kind), e.start, e.end) for e in SCREEN.find(normalize(line.text))}


FOUND = [found_in(line) for line in LINES]


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_large_enough(kind: str) -> None:
    near = {line.text for line in near_misses(kind)}

    assert sum(k == kind for line in LINES for k, _, _ in line.spans) >= LEAST_LINES
    assert len(near) >= LEAST_LINES
    assert all(k != kind for line in near_misses(kind) for k, _, _ in line.spans)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_found_in_disguise(kind: str) -> None:
    lines = [line for line in disguised() if any(k == kind for k, _, _ in line.spans)]

    assert len(lines) >= LEAST_DISGUISED
    assert [found_in(line) for line in lines] == [set(line.spans) for line in lines]


@pytest.mark.parametrize("kind", KINDS)
def test_recall_and_precision_at_exact_positions(kind: str, record_property: Callable[[str, object], None]) -> None:
    true = {(i, *span) for i, line in enumerate(LINES) for span in line.spans if span[0] == kind}
    found = {(i, *span) for i, spans in enumerate(FOUND) for span in spans if span[0] == kind}
    missed = [(LINES[i].text, LINES[i].text[a:b]) for i, _, a, b in sorted(true - found)]
    wrong = [(LINES[i].text, LINES[i].text[a:b]) for i, _, a, b in sorted(found - true)]
    recall, precision = len(true & found) / len(true), len(true & found) / len(found)
    record_property("recall", round(recall, 4))
    record_property("precision", round(precision, 4))
    print(f"{kind}: recall {recall:.1%}, precision {precision:.1%}, {len(near_misses(kind))} near misses")

    assert recall >= LEAST_RECALL, missed
    assert precision >= LEAST_PRECISION, wrong


@pytest.mark.parametrize("kind", KINDS)
def test_near_misses_are_left_alone(kind: str) -> None:
    wrong = [line.text for line in near_misses(kind) if any(k == kind for k, _, _ in found_in(line))]

    assert wrong == []


def test_lines_without_entities_are_left_alone() -> None:
    wrong = Counter(kind for line, spans in zip(LINES, FOUND, strict=True) if not line.spans for kind, _, _ in spans)

    assert wrong == Counter()
