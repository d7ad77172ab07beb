from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huzhu_guard.model.folds import fold_count, folds


@pytest.mark.parametrize(("groups", "count"), [("aab", 2), ("abcdefg", 5), ("aaaa", 1)])
def test_there_are_five_folds_or_as_many_as_groups(groups: str, count: int) -> None:
    assert fold_count(groups) == count


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 5)), min_size=2, max_size=60).filter(
        lambda rows: len({group for group, _ in rows}) > 1
    ),
    st.one_of(st.none(), st.integers(0, 3)),
)
def test_each_message_is_judged_once_by_what_shares_neither_voice_nor_wording(
    rows: list[tuple[str, int]], seed: int | None
) -> None:
    groups, clusters = [g for g, _ in rows], [c for _, c in rows]
    found = folds(groups, clusters, seed)

    assert sorted(np.concatenate([fold.judge for fold in found]).tolist()) == list(range(len(rows)))
    for learn, judge in found:
        assert not {groups[i] for i in learn} & {groups[i] for i in judge}
        assert not {clusters[i] for i in learn} & {clusters[i] for i in judge}
        left_out = set(range(len(rows))) - set(learn.tolist()) - set(judge.tolist())
        assert all(clusters[i] in {clusters[j] for j in judge} for i in left_out)


def test_the_seed_deals_groups_out_and_the_most_can_be_named() -> None:
    groups, alone = list("abcdefghij"), list(range(10))

    assert len(folds(groups, alone, most=3)) == 3
    dealt = {seed: [fold.judge.tolist() for fold in folds(groups, alone, seed)] for seed in (0, 1)}
    assert dealt[0] != dealt[1]
    assert dealt[0] == [fold.judge.tolist() for fold in folds(groups, alone, 0)]


def test_one_group_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="splits"):
        folds("aaa", [0, 1, 2])
