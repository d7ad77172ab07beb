from __future__ import annotations

import pandas as pd
import pytest

from huzhu_guard.model.lessons import Lessons, lessons
from huzhu_guard.stages import Stages

ROWS = pd.DataFrame(
    {
        "text": [
            "兼职刷单日结三百元加我微信",
            "今晚八点开会记得带本子",
            "兼职刷单日结三百元加我微信啊",
            "高仿鞋子两双包邮找我拿",
        ],
        "labels": [("scam",), (), ("scam",), ("fake_deal",)],
        "voice": ["a", "b", "c", "a"],
    }
)
BACKGROUND = pd.DataFrame({"text": ["好的", "明天见"], "source": "chat"})


@pytest.fixture(scope="module")
def taught() -> Lessons:
    return lessons(ROWS, BACKGROUND, Stages(), [1.0, 1.0, 2.0, 1.0], background_weight=0.25, disguised=1.0)


def test_labelled_messages_come_first_then_the_background_then_copies(taught: Lessons) -> None:
    assert (taught.own, taught.background, taught.originals) == (4, 2, 6)
    assert taught.targets[:6].tolist() == [[1, 0], [0, 0], [1, 0], [0, 1], [0, 0], [0, 0]]
    assert taught.weights[:6].tolist() == [1.0, 1.0, 2.0, 1.0, 0.25, 0.25]
    assert taught.groups[:6] == ["a", "b", "c", "a", "background 0", "background 1"]
    assert taught.readings[4].words == ["好", "的"]


def test_near_duplicates_have_one_number_and_the_background_stands_alone(taught: Lessons) -> None:
    assert taught.clusters[0] == taught.clusters[2]
    assert len(set(taught.clusters[:6])) == 5


def test_a_copy_is_its_original_disguised_at_half_the_weight(taught: Lessons) -> None:
    copies = range(taught.originals, len(taught.readings))

    assert 1 <= len(copies) <= 4
    for copy in copies:
        twins = [
            i for i in range(taught.own)
            if (taught.groups[i], taught.clusters[i], taught.weights[i] / 2) ==
            (taught.groups[copy], taught.clusters[copy], taught.weights[copy])
            and taught.targets[i].tolist() == taught.targets[copy].tolist()
        ]  # fmt: skip
        assert twins
    assert {taught.readings[i].masked for i in copies} != {taught.readings[i].masked for i in range(taught.own)}


def test_no_copies_and_no_background() -> None:
    taught = lessons(ROWS, None, Stages())

    assert len(taught.readings) == taught.own == taught.originals == 4
    assert taught.weights.tolist() == [1.0] * 4


def test_a_fold_learns_no_copy_of_what_it_judges(taught: Lessons) -> None:
    for learn, judge in taught.folds(0):
        assert not {taught.groups[i] for i in learn} & {taught.groups[i] for i in judge}
        assert not {taught.clusters[i] for i in learn} & {taught.clusters[i] for i in judge}
