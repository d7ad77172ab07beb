from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from huzhu_guard import CorpusError
from huzhu_guard.model.checks import check, held_out_scores

ROWS = pd.DataFrame(
    [
        ("刷单日结300元 加我微信了解", ("scam",), "train"),
        ("今晚吃什么好呢", (), "train"),
        ("刷单日结500元 加我微信了解", ("scam",), "test"),
        ("刷单日结20元 加我微信了解", (), "test"),
        ("到了打我 13800138000 我叫张伟民", ("privacy_leak",), "test"),
        ("请加我 微信号 abc88123", (), "train"),
    ],
    columns=["text", "labels", "split"],
    index=list("abcdef"),
)


def test_counts() -> None:
    counts = check(ROWS).counts.set_index("label")["rows"]

    assert counts.to_dict() == {"scam": 2, "fake_deal": 0, "privacy_leak": 1, "clean": 3}


def test_duplicates_and_contradicting_labels() -> None:
    found = check(ROWS).duplicates

    assert found[["first", "second", "same_labels"]].to_numpy().tolist() == [
        ["a", "c", True], ["a", "d", False], ["c", "d", False]
    ]  # fmt: skip
    assert (found["similarity"] >= 0.6).all()


def test_leaks_between_the_sides_of_a_split() -> None:
    found = check(ROWS, split="split").leaks

    assert found is not None
    assert found[["first", "second", "first_side", "second_side"]].to_numpy().tolist() == [
        ["a", "c", "train", "test"], ["a", "d", "train", "test"]
    ]  # fmt: skip
    assert check(ROWS).leaks is None
    with pytest.raises(KeyError, match="no column 'fold'"):
        check(ROWS, split="fold")


def test_personal_information_is_found_and_not_repeated() -> None:
    found = check(ROWS).personal

    assert found["row"].tolist() == ["e"]
    assert "phone" in found["kinds"][0]
    assert "13800138000" not in found["redacted"][0]
    assert "13800138000" not in check(ROWS).to_text()


def test_label_issues_by_given_scores() -> None:
    scores = np.array([[0.99, 0.0], [0.01, 0.0], [0.05, 0.0], [0.97, 0.0], [0.0, 0.91], [0.5, 0.5]])
    found = check(ROWS, scores=scores).label_issues

    assert found is not None
    assert found.to_numpy().tolist() == [
        ["d", "scam", False, 0.97], ["c", "scam", True, 0.05], ["e", "fake_deal", False, 0.91]
    ]  # fmt: skip


def test_too_few_messages_for_label_issues() -> None:
    assert held_out_scores(ROWS) is None
    assert check(ROWS).label_issues is None


def test_turned_labels_are_found(slice_of_messages: pd.DataFrame) -> None:
    frame = slice_of_messages[["text", "labels"]].copy()
    scores = held_out_scores(frame)
    assert scores is not None
    truly = frame["labels"].map(lambda names: "scam" in names).to_numpy()
    surest = [i for i in np.argsort(-scores[:, 0]) if truly[i]][:8]
    frame["labels"] = [() if i in surest else names for i, names in enumerate(frame["labels"])]

    found = check(frame).label_issues
    assert found is not None
    assert len(set(surest) & set(found[~found["given"].astype(bool)]["row"])) >= 6


def test_held_out_scores_do_not_know_the_message() -> None:
    random = np.random.default_rng(0)
    words = ["苹果", "香蕉", "葡萄", "橘子", "桌子", "椅子", "窗户", "河流", "高山", "云朵", "公园", "雨伞"]
    texts = [" ".join(random.choice(words, 8)) for _ in range(400)]
    labels = [("scam",), ("fake_deal",), (), ()] * 100
    scores = held_out_scores(pd.DataFrame({"text": texts, "labels": labels}))

    assert scores is not None
    assert scores.shape == (400, 2)
    assert np.abs(scores.mean(axis=0) - 0.25).max() < 0.05
    assert scores[0::4, 0].mean() - scores[2::4, 0].mean() < 0.05


def test_messages_that_all_say_the_same_teach_nothing() -> None:
    frame = pd.DataFrame({"text": ["同一句话发了很多很多次"] * 100, "labels": [("scam",), ("fake_deal",), (), ()] * 25})

    assert held_out_scores(frame) is None


def test_notes_say_what_to_do() -> None:
    notes = "\n".join(check(ROWS, split="split").notes)

    for part in ("only 2 messages are scam", "3 pairs of messages are nearly the same; 2 have other labels",
                 "2 pairs leak between sides", "1 messages may hold personal information"):  # fmt: skip
        assert part in notes
    assert "leaks:" in check(ROWS, split="split").to_text()


def test_faults_are_refused() -> None:
    with pytest.raises(CorpusError, match="unknown label"):
        check(pd.DataFrame({"text": ["好"], "labels": ["scm"]}))
