from __future__ import annotations

import re

import pytest

from huzhu_guard.rules import shipped_packs
from huzhu_guard.rules.growth import growth_fault


@pytest.mark.parametrize(
    "pattern",
    [
        "a*", "a+", "a+?", "(a+)+$", "a{3,}", ".*b", "(?:ab)*", "(?=a*)b", "(?!a+)b", "(?<=a)b*", "(a|b)*", "(?>a+)b",
        "a++b",
        "(a)?(?(1)b*|c)", "(a)?(?(1)b|c*)", "((a{0,80}){0,80}){0,80}", "(?:a{0,80}b{0,80}){0,80}", "(?:a?){0,60}b",
        "a{0,90}b{0,90}c{0,90}", "(?:a|a){0,30}b", "[ab]{0,50}[bc]{0,50}[cd]{0,50}", "(?P<x>a{0,80}){0,80}b",
        "a{99999999999}",
        "(",
    ],
)  # fmt: skip
def test_growing_patterns_are_refused(pattern: str) -> None:
    assert growth_fault(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "", "日赚[0-9]{2,4}元", "加.{0,10}微信", "a?b?c?", "(?:日|周|月)结", "(?<![0-9])[0-9]{11}(?![0-9])", "a{0,80}",
        "a{50}",
        "(?:元|块){1,2}", "(?i:vx)[a-z]{0,20}[0-9]{0,20}", "(a)?(?(1)b|c)", "(?>ab)c", "^a$", r"(a)\1",
    ],
)  # fmt: skip
def test_bounded_patterns_are_accepted(pattern: str) -> None:
    assert growth_fault(pattern) is None


def test_shipped_expressions_are_bounded() -> None:
    patterns = [r.regex for pack in shipped_packs() for r in pack.rules if r.regex]

    assert patterns
    assert [p.pattern for p in patterns if growth_fault(p.pattern)] == []


def test_no_word_boundary_stands_in_a_shipped_expression() -> None:
    patterns = [r.regex.pattern for pack in shipped_packs() for r in pack.rules if r.regex]

    assert [p for p in patterns if re.search(r"(?<!\\)(?:\\\\)*\\b", p)] == []
