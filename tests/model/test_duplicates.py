from __future__ import annotations

from itertools import combinations

import pytest

from huzhu_guard.model.duplicates import Pair, clusters, pairs, shingles

TEXTS = [
    "刷单日结三百元 加我微信了解",
    "今晚吃什么好呢",
    "刷單日结 三百元加我微信了解",
    "刷单日结三百元 加我微信了解一下",
    "群主说今晚八点抽奖大家记得来",
    "好",
    "好",
]


def test_pairs() -> None:
    found = pairs(TEXTS, least=0.7)

    assert [(a, b) for a, b, _ in found] == [(0, 2), (0, 3), (2, 3), (5, 6)]
    assert found[0] == Pair(0, 2, 1.0)
    assert found[1].similarity == pytest.approx(11 / 13)


def test_the_least_similarity_counts() -> None:
    assert [(a, b) for a, b, _ in pairs(TEXTS, least=0.95)] == [(0, 2), (5, 6)]
    for least in (0.4, 1.1):
        with pytest.raises(ValueError, match=r"from 0\.5 to 1"):
            pairs(TEXTS, least)


def test_clusters_join_what_is_near() -> None:
    assert clusters(TEXTS) == [0, 1, 0, 0, 4, 5, 5]
    assert clusters([]) == []


def test_nothing_that_is_near_is_missed() -> None:
    texts = [
        f"今天群里第{'一二三四五六七八九'[i % 9]}位朋友中了{'奖品红包水杯'[i % 3 :]}恭喜{i % 7}次" for i in range(60)
    ]
    sets = [shingles(text) for text in texts]
    near = {(a, b) for a, b in combinations(range(60), 2) if len(sets[a] & sets[b]) / len(sets[a] | sets[b]) >= 0.7}

    assert {(a, b) for a, b, _ in pairs(texts, 0.7)} == near
    assert near


def test_numbers_and_links_count_as_equal() -> None:
    assert pairs(["加微信 abc88123 日结300", "加微信 xyz77665 日结500"], 1.0) == [Pair(0, 1, 1.0)]


def test_a_template_posted_often_does_not_take_for_ever() -> None:
    found = pairs(["同一句话发了很多很多次"] * 500)

    assert len(found) < 2_000
    assert set(clusters(["同一句话发了很多很多次"] * 500)) == {0}
