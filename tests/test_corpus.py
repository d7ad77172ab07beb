from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from training import ROOT

from huzhu_guard import CorpusError, corpus

ROW: dict[str, Any] = {
    "id": "v01-0001", "text": "刷单 13800138000", "labels": ["scam"], "kind": "task_rebate", "voice": "v01",
    "subtle": False,
    "evasive": True, "spans": [{"start": 3, "end": 14, "type": "phone"}],
}  # fmt: skip


def _write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_load(tmp_path: Path) -> None:
    frame = corpus.load(
        _write(tmp_path / "a.jsonl", ROW, {**ROW, "id": "b", "labels": [], "kind": "chat", "second": ["scam"]})
    )

    assert list(frame["labels"]) == [("scam",), ()]
    assert list(frame["spans"]) == [(("phone", 3, 14),)] * 2
    assert list(frame["second"]) == [None, ("scam",)]
    assert list(frame["id"]) == ["v01-0001", "b"]


def test_a_folder_is_read_in_order_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    _write(tmp_path / "b.jsonl", {**ROW, "id": "2"})
    _write(tmp_path / "a.jsonl", {**ROW, "id": "1"})
    with (tmp_path / "a.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n  \n")
    (tmp_path / "notes.txt").write_text("no message", encoding="utf-8")

    assert list(corpus.load(tmp_path)["id"]) == ["1", "2"]
    assert "second" not in corpus.load(tmp_path)


@pytest.mark.parametrize("char", ["\u2028", "\x85", "\x1c", "\u2029"])
def test_line_ends_inside_a_text_are_text(tmp_path: Path, char: str) -> None:
    row = {**ROW, "text": f"刷单{char}13800138000", "spans": []}

    assert [row["text"]] == list(corpus.load(_write(tmp_path / "a.jsonl", row))["text"])


FAULTS: list[tuple[Any, str]] = [
    ([1], "is not a JSON object"),
    (None, "is not a JSON object"),
    *(({k: v for k, v in ROW.items() if k != name}, f"field '{name}' is missing") for name in ROW),
    ({**ROW, "text": 7}, "field 'text' is int, it must be str"),
    ({**ROW, "subtle": "no"}, "field 'subtle' is str, it must be bool"),
    ({**ROW, "labels": "scam"}, "field 'labels' is str, it must be list"),
    ({**ROW, "labels": ["spam"]}, "unknown label 'spam'; allowed are scam, fake_deal, privacy_leak"),
    ({**ROW, "labels": [["scam"]]}, "unknown label ['scam']"),
    ({**ROW, "labels": [None, 1]}, "unknown label None"),
    ({**ROW, "kind": "chat"}, "kind 'chat' is no kind of scam or fake_deal"),
    ({**ROW, "text": " \n"}, "the text is empty"),
    ({**ROW, "spans": [3]}, "a span needs type, start and end"),
    ({**ROW, "spans": [{"type": "phone", "start": "3", "end": 9}]}, "a span needs type, start and end"),
    ({**ROW, "spans": [{"type": "fax", "start": 3, "end": 9}]}, "span type 'fax' is no entity kind"),
    ({**ROW, "spans": [{"type": "phone", "start": 3, "end": 99}]}, "span 3–99 lies outside the text"),
    ({**ROW, "spans": [{"type": "phone", "start": 3, "end": 3}]}, "span 3–3 lies outside the text"),
    ({**ROW, "spans": [{"type": "phone", "start": -1, "end": 3}]}, "span -1–3 lies outside the text"),
    ({**ROW, "id": "0"}, "id '0' stands at"),
]


@pytest.mark.parametrize(("row", "fault"), FAULTS)
def test_each_fault_is_told_with_file_and_line(tmp_path: Path, row: Any, fault: str) -> None:
    path = _write(tmp_path / "a.jsonl", {**ROW, "id": "0"}, row)

    with pytest.raises(CorpusError) as caught:
        corpus.load(path)

    assert str(caught.value).startswith(f"{path}:2: {fault}")


@pytest.mark.parametrize("line", ["{", "{'id': 1}", "[" * 100_000])
def test_a_line_that_is_no_json(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n" + line, encoding="utf-8")

    with pytest.raises(CorpusError, match=r"a\.jsonl:2: is not valid JSON"):
        corpus.load(path)


def test_the_first_twenty_faults_are_told(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", *[1] * 30)

    with pytest.raises(CorpusError) as caught:
        corpus.load(path)

    assert len(str(caught.value).splitlines()) == 20


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="there is no such file or folder"):
        corpus.load(tmp_path / "none")
    with pytest.raises(CorpusError, match="there is no message in it"):
        corpus.load(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(b"\xff")
    with pytest.raises(CorpusError, match="cannot be read as UTF-8 text"):
        corpus.load(tmp_path)


def test_fingerprint_sees_texts_labels_and_order() -> None:
    def of(*rows: tuple[str, tuple[str, ...]]) -> str:
        return corpus.fingerprint(pd.Series([r[0] for r in rows]), pd.Series([r[1] for r in rows]))

    one, two = ("甲", ("scam",)), ("乙", ())
    assert of(one, two) == of(one, two)
    assert of(("甲", ("scam", "fake_deal"))) == of(("甲", ("fake_deal", "scam")))
    assert len({of(one, two), of(two, one), of(("甲", ()), two), of(("丙", ("scam",)), two)}) == 4


def test_describe_and_count(tmp_path: Path) -> None:
    frame = corpus.load(
        _write(
            tmp_path / "a.jsonl",
            ROW,
            {**ROW, "id": "2", "subtle": True},
            {**ROW, "id": "3", "labels": [], "kind": "chat"},
        )
    )
    table = corpus.describe(frame)

    assert corpus.label_counts(frame) == {"scam": 2, "clean": 1}
    assert tuple(table.loc[("scam", "task_rebate")]) == (2, 0.5, 1.0, 14.0)
    assert table.loc[("clean", "chat"), "rows"] == 1


def test_the_corpus_of_the_repository(messages: pd.DataFrame) -> None:
    from huzhu_guard.verdict import KINDS

    counts = corpus.label_counts(messages)
    least = {"scam": 4_000, "fake_deal": 2_200, "privacy_leak": 1_000, "clean": 6_500}
    assert all(counts[label] >= rows for label, rows in least.items())
    risky = messages[[bool({"scam", "fake_deal"} & set(names)) for names in messages["labels"]]]
    kinds = risky["kind"].value_counts()
    assert all(kinds[kind] >= 250 for group in KINDS.values() for kind in group)
    assert messages["voice"].nunique() >= 24
    assert messages["text"].duplicated().mean() < 0.01
    assert risky["subtle"].mean() >= 0.2
    assert (risky["text"].str.len() < 15).mean() >= 0.15


def test_every_message_was_read_twice_and_every_disagreement_is_settled_in_writing(messages: pd.DataFrame) -> None:
    lines = (ROOT / "data" / "messages" / "settled.tsv").read_text(encoding="utf-8").splitlines()[1:]
    settled = {line.split("\t")[0]: line.split("\t")[1:] for line in lines}
    first = messages["first"].where(messages["first"].map(lambda names: isinstance(names, list)), messages["labels"])
    rows = list(zip(messages["id"], map(tuple, first), messages["second"], messages["labels"], strict=True))

    assert all(isinstance(second, tuple) for _, _, second, _ in rows)
    differ = {id_: set(labels) for id_, one, other, labels in rows if set(one) != set(other)}
    assert differ.keys() == settled.keys()
    assert all(reason.strip() for _, _, _, reason in settled.values())
    assert {id_: set(labels.split("+")) - {"clean"} for id_, (_, _, labels, _) in settled.items()} == differ


def test_split_keeps_voices_and_near_duplicates_together() -> None:
    frame = pd.DataFrame(
        {
            "text": [
                "兼职刷单日结三百元加我微信",
                "今晚八点开会记得带本子",
                "兼职刷单日结三百元加我微信啊",
                "高仿鞋子两双包邮",
            ],
            "voice": ["a", "a", "b", "c"],
        }
    )
    found = {tuple(judge.tolist()): learn.tolist() for learn, judge in corpus.split(frame)}

    assert found == {(0, 1): [3], (2,): [1, 3], (3,): [0, 1, 2]}
    with pytest.raises(CorpusError, match="all messages have one voice"):
        corpus.split(frame[:2])
