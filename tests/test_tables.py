from __future__ import annotations

import codecs
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from huzhu_guard import FileFormatError
from huzhu_guard.tables import ENDINGS, encoding_of, format_of, open_writer, read_rows

TEXTS = ["你好，世界", '带"引号"', "两\n行", "逗号,制表\t符", ""]


def _read(path: Path, column: str = "text") -> list[tuple[str, str]]:
    return [(row.text, row.error) for row in read_rows(path, column)]


def _csv(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([["n", "text"], *([str(i), t] for i, t in enumerate(TEXTS))])
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "txt"])
def test_every_format_in_every_encoding(tmp_path: Path, kind: str, encoding: str) -> None:
    path = tmp_path / f"a.{kind}"
    texts = TEXTS
    if kind == "txt":
        texts = ["你好，世界", "第二行 ", "", "末行"]
        path.write_text("\n".join(texts), encoding=encoding)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps({"text": t}, ensure_ascii=False) + "\n" for t in texts), encoding=encoding)
    else:
        _csv(path, "\t" if kind == "tsv" else ",", encoding)

    assert [(text, "") for text in texts] == _read(path)
    assert ("gb18030" if encoding == "gb18030" else "utf-8-sig") == encoding_of(path)


def test_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(arrow.table({"text": [*TEXTS, None], "n": range(6)}), path)

    assert [(text, "") for text in [*TEXTS, ""]] == _read(path)
    assert [{"text": TEXTS[0], "n": 0}] == [row.values for row in list(read_rows(path, "text"))[:1]]


def test_parquet_in_batches_keeps_its_order(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(arrow.table({"text": [str(i) for i in range(9_001)]}), path)

    assert [str(i) for i in range(9_001)] == [row.text for row in read_rows(path, "text")]


def test_without_pyarrow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(FileFormatError, match=r"pip install 'huzhu_guard\[parquet\]'"):
        _read(tmp_path / "a.parquet")


@pytest.mark.parametrize("content", [b"PAR1 but no more", b"no parquet at all"])
def test_a_damaged_parquet_file(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "a.parquet").write_bytes(content)

    with pytest.raises(FileFormatError, match="not a readable Parquet file"):
        _read(tmp_path / "a.parquet")


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.csv.gz"])
def test_an_unknown_ending(name: str) -> None:
    with pytest.raises(FileFormatError, match=r"unknown file ending.*use one of .csv, .tsv, .jsonl"):
        format_of(Path(name))


def test_endings_in_capitals() -> None:
    assert format_of(Path("A.CSV")) == "csv"
    assert {"csv", "tsv", "jsonl", "parquet", "txt"} == set(ENDINGS.values())


def test_ragged_rows_are_kept_with_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('n,text\n1,好\n2\n3,好,多,余\n"4\n",末\n', encoding="utf-8")
    rows = list(read_rows(path, "text"))

    assert [row.error for row in rows] == [
        "",
        "line 3 has 1 fields, the header has 2",
        "line 4 has 4 fields, the header has 2",
        "",
    ]
    assert [row.values for row in rows] == [
        {"n": "1", "text": "好"},
        {"n": "2"},
        {"n": "3", "text": "好,多,余"},
        {"n": "4\n", "text": "末"},
    ]
    assert [row.text for row in rows] == ["好", "", "", "末"]
    assert [row.line for row in rows] == [2, 3, 4, 5]


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,,,text\na,b,c,d\n", encoding="utf-8")

    assert [row.values for row in read_rows(path, "text")] == [{"text": "a", "": "b", ".2": "c", "text.2": "d"}]


def test_a_long_field_is_read_whole_and_the_hosts_limit_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\n" + "长" * 1_000_000 + "\n", encoding="utf-8")
    before = csv.field_size_limit()

    assert [len(row.text) for row in read_rows(path, "text")] == [1_000_000]
    assert before == csv.field_size_limit()


def test_a_field_without_end_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huzhu_guard.tables._LONGEST_FIELD", 50)
    path = tmp_path / "a.csv"
    path.write_text('text\n好\n"' + "x" * 60 + "\n好\n", encoding="utf-8")

    assert _read(path)[1][1] == "line 3 is not valid CSV: field larger than field limit (50)"


def test_lines_of_json_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"text": "甲"}\n{"text":\n[1]\n\n{"text": 5}\n{"n": 1}\n{"text": null}\n{"text": "乙"}', encoding="utf-8"
    )
    errors = [row.error for row in read_rows(path, "text")]

    assert [
        "", "line 2 is not valid JSON", "line 3 is not a JSON object",
        *[f"line {n}: text is missing or not a string" for n in (5, 6, 7)], "",
    ] == [error.partition(": Exp")[0] for error in errors]  # fmt: skip
    assert list(read_rows(path, "text"))[1].values["text"] == '{"text":'
    assert [row.text for row in read_rows(path, "text") if not row.error] == ["甲", "乙"]


def test_a_bad_first_line_of_json_does_not_hide_the_column(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('nonsense\n{"msg": "甲"}\n', encoding="utf-8")

    assert [row.text for row in read_rows(path, "msg")] == ["", "甲"]
    with pytest.raises(FileFormatError, match=r"a\.jsonl:2: there is no column 'text'; it has msg\. Use --column\."):
        _read(path)


def test_broken_bytes_spoil_their_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("n,text\n1,今天天气真好\n2,坏".encode() + b"\xe5\xa5" + "掉\n3,明天见\n".encode())
    rows = list(read_rows(path, "text"))

    assert [row.text for row in rows] == ["今天天气真好", "", "明天见"]
    assert rows[1].error == "the text is not valid in the file's encoding"
    assert rows[1].values["n"] == "2"
    assert "\udce5" not in rows[1].values["text"]


def test_broken_bytes_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("今天天气真好\n".encode("gb18030") + b"\xff\xff\n" + "明天见\n".encode("gb18030"))

    assert [row.text for row in read_rows(path, "text")] == ["今天天气真好", "", "明天见"]


def test_an_encoding_is_known_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huzhu_guard.tables._SAMPLE", 7)
    for encoding, name in (("utf-8", "utf-8-sig"), ("gb18030", "gb18030")):
        path = tmp_path / f"{encoding}.txt"
        path.write_text("今天天气真好，我们去公园😀走走" * 9, encoding=encoding)
        assert name == encoding_of(path)


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_utf_16_is_named(tmp_path: Path, mark: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(mark + "text\n好".encode("utf-16-le"))

    with pytest.raises(FileFormatError, match="is UTF-16; save it as UTF-8"):
        _read(tmp_path / "a.csv")


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "txt", "parquet"])
def test_nothing_to_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    with pytest.raises(FileFormatError, match=r"cannot be read \(No such file"):
        _read(path)
    path.touch()
    with pytest.raises(FileFormatError, match="the file is empty"):
        _read(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(FileFormatError, match="is a folder; name a file"):
        _read(path)


def test_a_missing_column(tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv")

    with pytest.raises(FileFormatError, match=r"a\.csv:1: there is no column '消息'; it has n, text\. Use --column\."):
        _read(path, "消息")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _csv(tmp_path / "a.csv")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileFormatError, match=r"a\.csv: cannot be read \(Permission denied\)"):
        _read(path)


ROWS: list[dict[str, Any]] = [{"text": '两\n行,"引"', "risk": 0.5}, {"text": "孤\ud800", "risk": None}]


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_write_delimited(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    writer = open_writer(path, kind, ["text", "risk"])
    writer.write(ROWS[:1])
    writer.close()
    writer = open_writer(path, kind, ["text", "risk"], append=True)
    writer.write(ROWS[1:])
    writer.close()

    assert path.read_bytes().startswith(codecs.BOM_UTF8 + b"text")
    assert [row.text for row in read_rows(path, "text")] == ['两\n行,"引"', "孤?"]


def test_write_jsonl(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "a.jsonl", "jsonl", ["text"])
    writer.write(ROWS)
    writer.close()
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()

    assert list(map(json.loads, lines)) == [{"text": '两\n行,"引"', "risk": 0.5}, {"text": "孤?", "risk": None}]


def test_write_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    writer = open_writer(path, "parquet", ["text", "risk", "mixed"], numbers=["risk"])
    writer.write([{"text": "甲", "risk": None, "mixed": 1}, {"text": "孤\ud800", "mixed": "b"}])
    writer.write([{"text": "乙", "risk": 0.5, "mixed": 2}, {"text": "丙", "risk": 1, "mixed": None}])
    writer.close()

    assert [row.values for row in read_rows(path, "text")] == [
        {"text": "甲", "risk": None, "mixed": "1"},
        {"text": "孤?", "risk": None, "mixed": "b"},
        {"text": "乙", "risk": 0.5, "mixed": "2"},
        {"text": "丙", "risk": 1.0, "mixed": None},
    ]


def test_parquet_refuses_what_does_not_fit_its_first_rows(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    writer = open_writer(tmp_path / "a.parquet", "parquet", ["n"])
    writer.write([{"n": 1}])
    with pytest.raises(FileFormatError, match=r"column 'n' holds values of several types.*write CSV or JSONL"):
        writer.write([{"n": "eins"}])
    writer.close()
