from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huzhu_guard.rules import shipped_packs
from huzhu_guard.rules.required import required_words
from huzhu_guard.text.normalize import normalize

if TYPE_CHECKING:
    import pandas as pd

RULES = [rule for pack in shipped_packs() for rule in pack.rules if rule.regex]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", []),
        ("刷单", [{"刷单"}]),
        ("刷?单日", [{"单日"}]),
        ("刷单[^\n]{0,9}日结", [{"刷单"}, {"日结"}]),
        ("刷单.日结.做任务", [{"做任务"}, {"刷单"}]),
        ("(?:日|天)赚", [{"日赚", "天赚"}]),
        ("[日天]赚[0-9]{2,4}", [{"日赚", "天赚"}]),
        ("日赚(?=[0-9])|天收", [{"日赚", "天收"}]),
        ("日赚|[0-9]", []),
        ("(?:日赚[0-9]*|月入.+元)很多", [{"很多"}, {"日赚", "月入"}]),
        ("(?:日赚[0-9]+){1,3}", [{"日赚"}]),
        ("(?:日赚[0-9]+){0,3}", []),
        ("(?<!不)保底(?!.*骗)", [{"保底"}]),
        ("([1-9])0{2,4}元", [{f"{n}{noughts}元" for n in range(1, 10) for noughts in ("00", "000", "0000")}]),
        ("[^日]赚钱", [{"赚钱"}]),
        (r"(元)日结\1", [{"元日结"}]),
        (r"(?i)ab刷单", []),
        ("[0-9]{3}", []),
        ("[.]", []),
        ("元", [{"元"}]),
        ("[元块角分]", []),
        ("(?>刷单)x*", [{"刷单"}]),
        ("(?i:ab)刷单", [{"刷单"}]),
        ("一" * 20, [{"一" * 8}, {"一" * 4}]),
    ],
)
def test_required_words(pattern: str, expected: list[set[str]]) -> None:
    assert re.compile(pattern)
    assert [set(words) for words in required_words(pattern)] == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:[日天]赚|月入)[^\n]{0,4}(?:[1-9]0{2,3}|一百)(?:元|块)?[返退]",
        "(?:刷单|做单){1,2}(?:日结|.{0,3}秒结)?结账",
        "(?:a|bc)(?:d|ef|)(?:gh)+[ij]{0,2}kl",
    ],
)
@settings(suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_matches_holds_a_word_of_each_set(pattern: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(pattern))

    assert required_words(pattern)
    assert all(any(word in text for word in words) for words in required_words(pattern))


def test_every_hit_of_a_shipped_regex_holds_a_word_of_each_set(messages: pd.DataFrame) -> None:
    texts = [normalize(text).canonical for text in messages["text"][::10]]
    texts += [normalize(text).canonical for rule in RULES for text in rule.hits]
    found = 0
    for rule in RULES:
        assert rule.regex
        assert rule.required == required_words(rule.regex.pattern), rule.id
        for text in texts:
            if rule.regex.search(text):
                found += 1
                assert all(any(word in text for word in words) for words in rule.required), rule.id
    assert found > 300
