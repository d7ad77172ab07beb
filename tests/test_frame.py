from __future__ import annotations

import pandas as pd
import pytest

import huzhu_guard as hg

SCAM = "兼职日结 一部手机就能做 加V:abc88123"


def test_score_frame_on_the_same_index(guard: hg.Guard) -> None:
    frame = pd.DataFrame({"text": [SCAM, "今晚吃什么"], "n": [1, 2]}, index=["b", "a"])
    table = hg.score_frame(frame)

    assert list(table.columns) == ["action", "risk", "scam", "fake_deal", "privacy_leak", "reasons"]
    assert list(table.index) == ["b", "a"]
    assert list(table["action"]) == ["block", "allow"]
    verdict = guard.score(SCAM)
    assert verdict.risk == table.loc["b", "risk"]
    assert [verdict.scores[label] for label in hg.LABELS] == list(table.loc["b", list(map(str, hg.LABELS))])
    assert table.loc["b", "reasons"]
    assert table.loc["a", "reasons"] == ""
    assert list(frame.columns) == ["text", "n"]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_missing_values_are_empty_texts(guard: hg.Guard, missing: object) -> None:
    frame = pd.DataFrame({"text": pd.Series([missing, "好"], dtype=object)})

    assert guard.score("").risk == guard.score_frame(frame).loc[0, "risk"]
    redacted = guard.redact_frame(frame)
    assert pd.isna(redacted[0])
    assert redacted[1] == "好"


def test_another_column_and_several_processes(guard: hg.Guard) -> None:
    frame = pd.DataFrame({"消息": [SCAM, "好", SCAM]})

    assert guard.score_frame(frame, "消息").equals(guard.score_frame(frame, column="消息", n_jobs=2))


def test_an_empty_frame(guard: hg.Guard) -> None:
    table = guard.score_frame(pd.DataFrame({"text": []}))

    assert table.shape == (0, 6)


def test_a_repeated_index(guard: hg.Guard) -> None:
    assert list(guard.score_frame(pd.DataFrame({"text": ["甲", "乙"]}, index=[0, 0])).index) == [0, 0]


def test_numbers_are_read_as_text(guard: hg.Guard) -> None:
    assert guard.score("13800138000").risk == guard.score_frame(pd.DataFrame({"text": [13800138000]})).loc[0, "risk"]


def test_bytes_are_refused(guard: hg.Guard) -> None:
    with pytest.raises(TypeError, match="not bytes; decode the column first"):
        guard.score_frame(pd.DataFrame({"text": [b"abc"]}))


@pytest.mark.parametrize("call", ["score_frame", "redact_frame"])
def test_a_missing_or_repeated_column(guard: hg.Guard, call: str) -> None:
    with pytest.raises(KeyError, match="the frame has no column 'text'; its columns are a, 1"):
        getattr(guard, call)(pd.DataFrame({"a": ["x"], 1: ["y"]}))
    with pytest.raises(KeyError, match="more than one column 'text'"):
        getattr(guard, call)(pd.DataFrame([["x", "y"]], columns=["text", "text"]))


def test_redact_frame(guard: hg.Guard) -> None:
    frame = pd.DataFrame({"text": ["打我 13800138000", "好"]}, index=[7, 8])
    masked = hg.redact_frame(frame)

    assert masked.to_dict() == {7: "打我 138****8000", 8: "好"}
    assert masked.name == "text"
    key = b"sixteen bytes or more"
    hashed = guard.redact_frame(frame, operator="hash", key=key)
    assert guard.redact("打我 13800138000", "hash", key).text == hashed[7]
