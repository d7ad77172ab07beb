from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from huzhu_guard import FileFormatError, Guard
from huzhu_guard import scan as scan_module
from huzhu_guard.scan import scan_file, summary_table
from huzhu_guard.tables import read_rows

SCAM = "兼职日结 一部手机就能做 加V:abc88123"
TEXTS = [SCAM, "今晚吃什么", "", "两\n行", '带"引号",逗号', "打我 13800138000"]
OURS = ["action", "risk", "scam", "fake_deal", "privacy_leak", "labels", "reasons", "error"]


def _jsonl(path: Path, texts: list[str]) -> Path:
    rows = (json.dumps({"id": i, "text": t}, ensure_ascii=False) for i, t in enumerate(texts))
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return [row.values for row in read_rows(path, "text")]
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="," if path.suffix == ".csv" else "\t"))


def _leftovers(folder: Path, *known: str) -> list[str]:
    return sorted({p.name for p in folder.iterdir()} - set(known))


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "_CHUNK", 2)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "txt"])
def test_rows_in_equal_rows_out_in_order(tmp_path: Path, guard: Guard, ending: str, small_chunks: None) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    source, output = _jsonl(tmp_path / "in.jsonl", TEXTS), tmp_path / f"out.{ending}"
    counts = scan_file(guard, source, output)
    rows = _rows(output)

    assert [row["text"] for row in rows] == TEXTS
    assert ["id", "text", *OURS] == list(rows[0])
    assert [str(guard.score(t).action) for t in TEXTS] == [row["action"] for row in rows]
    assert pytest.approx([round(guard.score(t).risk, 6) for t in TEXTS]) == [float(row["risk"]) for row in rows]
    assert (rows[0]["labels"], rows[1]["labels"]) == ("scam", "")
    assert rows[0]["reasons"]
    assert {""} == {row["error"] for row in rows}
    assert len(TEXTS) == counts["rows"] == counts["allow"] + counts.get("review", 0) + counts["block"]
    assert _leftovers(tmp_path, "in.jsonl", output.name) == []


def test_several_processes_write_the_same(tmp_path: Path, guard: Guard) -> None:
    source = _jsonl(tmp_path / "in.jsonl", TEXTS * 3)
    scan_file(guard, source, tmp_path / "one.csv")
    scan_file(guard, source, tmp_path / "two.csv", n_jobs=2)

    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_another_column_and_names_that_are_taken(tmp_path: Path, guard: Guard) -> None:
    source = tmp_path / "in.csv"
    source.write_text(f"消息,action,error\n{SCAM},keep,me\n", encoding="gb18030")
    scan_file(guard, source, tmp_path / "out.csv", column="消息")
    (row,) = _rows(tmp_path / "out.csv")

    assert (
        row["消息"], row["action"], row["error"], row["huzhu_action"], row["huzhu_error"],
    ) == (SCAM, "keep", "me", "block", "")  # fmt: skip


def test_a_plain_text_file(tmp_path: Path, guard: Guard) -> None:
    (tmp_path / "in.txt").write_text(f"{SCAM}\r\n\r\n今晚吃什么\n", encoding="utf-8-sig")
    scan_file(guard, tmp_path / "in.txt", tmp_path / "out.txt")

    assert [(row["text"], row["action"]) for row in _rows(tmp_path / "out.txt")] == [
        (SCAM, "block"),
        ("", "allow"),
        ("今晚吃什么", "allow"),
    ]


def test_rows_that_cannot_be_read_keep_their_place(tmp_path: Path, guard: Guard, small_chunks: None) -> None:
    source = tmp_path / "in.csv"
    source.write_text(f"n,text\n1,{SCAM}\n2\n3,a,b\n4,好\n", encoding="utf-8")
    counts = scan_file(guard, source, tmp_path / "out.csv")
    rows = _rows(tmp_path / "out.csv")

    assert [row["n"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["text"] for row in rows] == [SCAM, "", "a,b", "好"]
    assert [row["action"] for row in rows] == ["block", "", "", "allow"]
    assert [rows[0]["error"], rows[1]["risk"], rows[1]["error"]] == ["", "", "line 3 has 1 fields, the header has 2"]
    assert (counts["rows"], counts["errors"]) == (4, 2)
    assert counts["first_error"] == "line 3: line 3 has 1 fields, the header has 2"


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_first_rows_that_cannot_be_read(tmp_path: Path, guard: Guard, ending: str, small_chunks: None) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    source = tmp_path / "in.jsonl"
    source.write_text('nonsense\n{"id": "1", "text": "好"}\n[]\n{"id": "2", "text": "天"}\n', encoding="utf-8")
    scan_file(guard, source, tmp_path / f"out.{ending}")
    rows = _rows(tmp_path / f"out.{ending}")

    assert [row["text"] for row in rows] == ["nonsense", "好", "[]", "天"]
    assert [row["id"] for row in rows if row.get("id")] == ["1", "2"]


def test_columns_that_only_later_rows_have(tmp_path: Path, guard: Guard) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "好"}\n{"text": "天", "who": "甲"}\n', encoding="utf-8")
    scan_file(guard, source, tmp_path / "out.csv")

    assert [row["who"] for row in _rows(tmp_path / "out.csv")] == ["", "甲"]


def _interrupt_after(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    score_many = Guard.score_many
    seen = 0

    def interrupted(self: Guard, texts: Any, n_jobs: int = 1) -> Any:
        nonlocal seen
        seen += len(texts)
        if seen > rows:
            raise KeyboardInterrupt
        return score_many(self, texts, n_jobs)

    monkeypatch.setattr(Guard, "score_many", interrupted)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_an_interrupted_scan_goes_on(
    tmp_path: Path, guard: Guard, ending: str, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, output = _jsonl(tmp_path / "in.jsonl", TEXTS), tmp_path / f"out.{ending}"
    expected = scan_file(guard, source, tmp_path / f"whole.{ending}")
    with monkeypatch.context() as patch:
        _interrupt_after(patch, 4)
        with pytest.raises(KeyboardInterrupt):
            scan_file(guard, source, output)
    assert not output.exists()
    part = tmp_path / f".out.{ending}.part"
    part.write_bytes(part.read_bytes() + b"half a li")
    scored: list[str] = []
    with monkeypatch.context() as patch:
        score_many = Guard.score_many
        patch.setattr(Guard, "score_many", lambda g, t, n=1: (scored.extend(t), score_many(g, t, n))[1])
        counts = scan_file(guard, source, output)

    assert TEXTS[4:] == scored
    assert expected == counts
    assert (tmp_path / f"whole.{ending}").read_bytes() == output.read_bytes()
    assert _leftovers(tmp_path, "in.jsonl", output.name, f"whole.{ending}") == []


@pytest.mark.parametrize("change", ["source", "column", "guard", "note", "part"])
def test_a_scan_of_something_else_begins_anew(
    tmp_path: Path, guard: Guard, small_folder: Path, change: str, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [json.dumps({"text": t, "other": t}) for t in TEXTS]
    source, output = tmp_path / "in.jsonl", tmp_path / "out.csv"
    source.write_text("\n".join(rows), encoding="utf-8")
    with monkeypatch.context() as patch:
        _interrupt_after(patch, 4)
        with pytest.raises(KeyboardInterrupt):
            scan_file(guard, source, output)
    column = "text"
    if change == "source":
        source.write_text("\n".join(rows[::-1]), encoding="utf-8")
        os.utime(source, (1, 1))
    elif change == "column":
        column = "other"
    elif change == "guard":
        guard = Guard.load(model=small_folder)
    elif change == "note":
        (tmp_path / ".out.csv.part.json").write_text("{}", encoding="utf-8")
    else:
        (tmp_path / ".out.csv.part").write_bytes(b"x")
    scored: list[str] = []
    score_many = Guard.score_many
    monkeypatch.setattr(Guard, "score_many", lambda g, t, n=1: (scored.extend(t), score_many(g, t, n))[1])
    scan_file(guard, source, output, column)

    assert len(TEXTS) == len(scored)
    assert len(TEXTS) == len(_rows(output))


def test_an_interrupted_parquet_file_is_not_left_behind(
    tmp_path: Path, guard: Guard, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    source = _jsonl(tmp_path / "in.jsonl", TEXTS)
    _interrupt_after(monkeypatch, 4)
    with pytest.raises(KeyboardInterrupt):
        scan_file(guard, source, tmp_path / "out.parquet")

    assert _leftovers(tmp_path, "in.jsonl") == []


def test_a_killed_scan_goes_on(tmp_path: Path, guard: Guard) -> None:
    source, output = _jsonl(tmp_path / "in.jsonl", [f"今晚吃什么 {i}" for i in range(40_000)]), tmp_path / "out.csv"
    command = [sys.executable, "-m", "huzhu_guard.cli", "scan", str(source), "-o", str(output), "--json"]
    if "__main__" not in Path(sys.modules["huzhu_guard"].__path__[0], "cli.py").read_text(encoding="utf-8"):
        command[1:3] = ["-c", "from huzhu_guard.cli import main; main()"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    note = tmp_path / ".out.csv.part.json"
    deadline = time.monotonic() + 60
    while not note.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = json.loads(note.read_text(encoding="utf-8"))["rows"]
    assert not output.exists()
    assert 0 < done < 40_000

    finished = subprocess.run(command, stdout=subprocess.PIPE, check=True)

    assert json.loads(finished.stdout)["rows"] == 40_000
    assert [str(i) for i in range(40_000)] == [row["id"] for row in _rows(output)]
    assert _leftovers(tmp_path, "in.jsonl", "out.csv") == []


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, guard: Guard, ending: str, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    source = _jsonl(tmp_path / "in.jsonl", TEXTS)
    open_writer = scan_module.open_writer

    def on_a_full_disk(*args: Any, **kwargs: Any) -> Any:
        writer = open_writer(*args, **kwargs)
        write = writer.write
        count = 0

        def fill(rows: Any) -> None:
            nonlocal count
            count += 1
            if count > 1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            write(rows)

        writer.write = fill  # type: ignore[method-assign]
        return writer

    monkeypatch.setattr(scan_module, "open_writer", on_a_full_disk)
    with pytest.raises(FileFormatError, match=rf"out\.{ending}: cannot be written \(No space left on device\)"):
        scan_file(guard, source, tmp_path / f"out.{ending}")

    assert _leftovers(tmp_path, "in.jsonl") == []


def test_a_full_disk_at_the_end(tmp_path: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    source, output = _jsonl(tmp_path / "in.jsonl", TEXTS), tmp_path / "out.csv"
    output.write_text("an earlier result", encoding="utf-8")

    def refuse(path: Path, target: Path) -> None:
        if target == output:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        path.rename(target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileFormatError, match="No space left"):
        scan_file(guard, source, output)

    assert output.read_text(encoding="utf-8") == "an earlier result"
    assert _leftovers(tmp_path, "in.jsonl", "out.csv") == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_is_really_full(tmp_path: Path, guard: Guard) -> None:
    source = _jsonl(tmp_path / "in.jsonl", TEXTS * 500)
    (tmp_path / ".out.csv.part").symlink_to("/dev/full")

    with pytest.raises(FileFormatError, match="No space left on device"):
        scan_file(guard, source, tmp_path / "out.csv")

    assert _leftovers(tmp_path, "in.jsonl") == []


def test_bad_places(tmp_path: Path, guard: Guard) -> None:
    source = _jsonl(tmp_path / "in.jsonl", TEXTS)
    (tmp_path / "folder.csv").mkdir()
    for output, fault in (
        (tmp_path / "folder.csv", "name a file in an existing folder"),
        (tmp_path / "none" / "out.csv", "name a file in an existing folder"),
        (tmp_path / "out.xlsx", "unknown file ending"),
    ):
        with pytest.raises(FileFormatError, match=fault):
            scan_file(guard, source, output)
    for name, fault in (
        ("none.csv", "cannot be read"),
        ("folder.csv", "is a folder"),
        ("a.doc", "unknown file ending"),
    ):
        with pytest.raises(FileFormatError, match=fault):
            scan_file(guard, tmp_path / name, tmp_path / "out.csv")
    with pytest.raises(FileFormatError, match=r"in\.jsonl:1: there is no column 'message'"):
        scan_file(guard, source, tmp_path / "out.csv", column="message")
    (tmp_path / "head.csv").write_text("text\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match="has no rows"):
        scan_file(guard, tmp_path / "head.csv", tmp_path / "out.csv")
    with pytest.raises(FileFormatError, match="cannot be scanned"):
        scan_file(guard, source, tmp_path / "out.csv", n_jobs=0)

    assert _leftovers(tmp_path, "in.jsonl", "folder.csv", "head.csv") == []


def test_no_permission_to_write(tmp_path: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    source = _jsonl(tmp_path / "in.jsonl", TEXTS)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(scan_module, "open_writer", refuse)
    with pytest.raises(FileFormatError, match=r"out\.csv: cannot be written \(Permission denied\)"):
        scan_file(guard, source, tmp_path / "out.csv")


def test_the_file_itself_can_be_the_output(tmp_path: Path, guard: Guard) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text\n好\n", encoding="utf-8")
    scan_file(guard, source, source)

    assert [(row["text"], row["action"]) for row in _rows(source)] == [("好", "allow")]


def test_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    summary_table({"rows": 1_200, "allow": 1_080, "block": 120, "scam": 120, "errors": 3, "first_error": "x"})
    shown = capsys.readouterr().out

    assert "1,200" in shown
    assert "10.00%" in shown
    assert "0.25%" in shown


def test_a_bar_is_shown_where_it_is_asked_for(
    tmp_path: Path, guard: Guard, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _jsonl(tmp_path / "in.jsonl", TEXTS)
    scan_file(guard, source, tmp_path / "out.csv", progress=True)
    assert "in.jsonl" in capsys.readouterr().err
    scan_file(guard, source, tmp_path / "out.csv")
    assert capsys.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_is_bounded(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    with source.open("w", encoding="utf-8") as file:
        file.write("text\n")
        file.writelines(f"第{i}条消息 今晚吃什么\n" for i in range(400_000))
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from huzhu_guard import Guard\nfrom huzhu_guard.scan import scan_file\n"
        "scan_file(Guard.load(), Path(sys.argv[1]), Path(sys.argv[2]))\n"
        # not getrusage: there a process starts with the peak of the one that started it
        "print(*(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    command = [sys.executable, "-c", code, str(source), str(tmp_path / "out.csv")]
    kilobytes = int(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)

    assert kilobytes < 600_000
