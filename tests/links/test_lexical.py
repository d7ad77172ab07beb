"""Made-up names against chosen ones, and no country's names against another's."""

import random

import pytest

from huzhu_guard.links import lexical
from huzhu_guard.links.lexical_training import made_up_names
from huzhu_guard.links.owners import shipped_brands
from huzhu_guard.links.screen import LinkScreen

CHOSEN = """
pinduoduo yangkeduo bjnews chinadaily huanqiu xinhuanet jianshu douban gongyi shanghai beijingcity wangluo
stackoverflow wikipedia weather football bookstore yoursite gardening mountain library
""".split()  # noqa: SIM905


def test_most_made_up_names_score_high_and_chosen_ones_low():
    rng = random.Random(7)
    made_up = [lexical.score(n) for n in made_up_names(2_000, rng)]

    assert sum(s > 0.5 for s in made_up) > 1_500
    assert sum(lexical.score(n) > 0.5 for n in CHOSEN) == 0


def test_brand_names_do_not_look_made_up():
    names = [n for b in shipped_brands() for n in b.names if n.isalpha() and len(n) > 6]

    assert sum(lexical.score(n) > 1 for n in names) <= len(names) // 50


@pytest.mark.parametrize("name", [*CHOSEN[2:], "wpcdazf", "hfjmh", "sdxlkj"])
def test_cn_weighs_no_more_than_com(name):
    screen = LinkScreen()

    assert screen.judge(name + ".cn").risk == pytest.approx(screen.judge(name + ".com").risk)


@pytest.mark.parametrize("name", ["", "a", "abc", "a" * 64, "拼多多", "\ud800abcd"])
def test_names_out_of_range_say_nothing(name):
    assert lexical.score(name) == 0.0


@pytest.mark.slow
def test_training_gives_the_shipped_weights():
    pytest.importorskip("hstspreload")
    from huzhu_guard.links.lexical_training import train

    fresh, shipped = train(), lexical._weights()

    # other versions of the solver and the word lists move a weight a little
    assert len(fresh.keys() ^ shipped.keys()) < len(shipped) // 20
    assert sum(abs(w - shipped.get(gram, w)) > 10 for gram, w in fresh.items()) < len(shipped) // 20
