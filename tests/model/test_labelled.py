from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from huzhu_guard import CorpusError, FileFormatError
from huzhu_guard.model.labelled import described, labelled, read_labelled


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (("fake_deal", "scam"), ("scam", "fake_deal")), (["scam"], ("scam",)), ({"privacy_leak"}, ("privacy_leak",)),
        ((), ()), ("", ()), ("clean", ()), ("正常", ()), ("scam", ("scam",)), ("scam+fake_deal", ("scam", "fake_deal")),
        ("fake_deal, scam", ("scam", "fake_deal")), (frozenset(), ()),
    ],
)  # fmt: skip
def test_labels_of_every_kind(given: Any, names: tuple[str, ...]) -> None:
    frame = pd.DataFrame({"text": ["好"], "labels": [given], "more": [1]}, index=["x"])
    found = labelled(frame)

    assert found.loc["x", "labels"] == names
    assert found.loc["x", "more"] == 1
    assert frame.loc["x", "labels"] == given


def test_a_column_for_each_label() -> None:
    frame = pd.DataFrame({"text": ["a", "b", "c"], "scam": [1, 0, 1], "fake_deal": [True, False, False]})

    assert labelled(frame)["labels"].tolist() == [("scam", "fake_deal"), (), ("scam",)]


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        ({"message": ["好"]}, "no column 'text'; its columns are message"),
        ({"text": ["好"]}, "neither 'labels' nor a 0/1 column"),
        ({"text": ["好"], "scam": [2]}, "column 'scam' must be 0 or 1"),
        ({"text": ["好"], "scam": [None]}, "column 'scam' must be 0 or 1"),
        ({"text": ["好", "坏"], "labels": [(), ("scm",)]}, "row 1: unknown label 'scm'; allowed are scam"),
        ({"text": ["好", " "], "labels": [(), ()]}, "row 1: there is no text"),
        ({"text": [None], "labels": [()]}, "row 0: there is no text"),
        ({"text": ["好"], "labels": [None]}, "row 0: labels are NoneType"),
        ({"text": ["好"], "labels": [1]}, "row 0: labels are int"),
    ],
)
def test_faults_name_the_row(frame: dict[str, Any], fault: str) -> None:
    with pytest.raises(CorpusError, match=fault):
        labelled(pd.DataFrame(frame))


def test_at_most_twenty_faults_are_told() -> None:
    with pytest.raises(CorpusError) as caught:
        labelled(pd.DataFrame({"text": ["好"] * 50, "labels": ["scm"] * 50}))

    assert len(str(caught.value).splitlines()) == 20


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text,labels\n刷单,scam+fake_deal\n好,\n"), ("a.csv", "text,scam,fake_deal\n刷单,1,1\n好,0,0\n"),
        ("a.tsv", "text\tlabels\n刷单\tscam fake_deal\n好\tclean\n"),
        ("a.jsonl", '{"text": "刷单", "labels": ["scam", "fake_deal"]}\n{"text": "好", "labels": []}\n'),
    ],
)  # fmt: skip
def test_files(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    frame = read_labelled(tmp_path / name)

    assert frame["text"].tolist() == ["刷单", "好"]
    assert frame["labels"].tolist() == [("scam", "fake_deal"), ()]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.csv", "text,labels\n刷单\n", "a.csv: line 2 has 1 fields"),
        ("a.csv", "text,labels\n", "there is no message"),
        ("a.csv", "text,scam\n刷单,ja\n", "column 'scam' must be 0 or 1"),
    ],
)
def test_files_with_faults(tmp_path: Path, name: str, content: str, fault: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(CorpusError, match=fault):
        read_labelled(tmp_path / name)
    with pytest.raises(FileFormatError):
        read_labelled(tmp_path / "none.csv")


def test_what_an_evaluation_groups_by_is_filled_in() -> None:
    frame = described(pd.DataFrame({"text": ["a", "b"], "labels": ["scam", "clean"], "subtle": [True, False]}))

    assert frame["kind"].tolist() == ["scam", "clean"]
    assert frame["subtle"].tolist() == [True, False]
    assert frame["evasive"].tolist() == [False, False]
