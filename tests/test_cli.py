from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import huzhu_guard as hg
from huzhu_guard.cli import main

SCAM = "兼职日结 一部手机就能做 加V:abc88123"
CLEAN = "今晚吃什么"
LEAK = "到了打我 13800138000"


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_version_and_help() -> None:
    assert f"huzhu-guard, version {hg.__version__}\n" == run("--version").stdout
    shown = run("--help").stdout
    for command in ("score", "scan", "link", "redact", "train", "evaluate", "rules"):
        assert f"  {command} " in shown
    assert run("score", "-h").exit_code == 0


def test_score() -> None:
    result = run("score", SCAM, CLEAN)

    assert result.exit_code == 0
    assert result.stdout.startswith("[block] 兼职日结 一部手机就能做 加V:a****3\n建议拦截：疑似诈骗")
    assert "[allow] 今晚吃什么\n放行" in result.stdout
    assert "\x1b" not in result.stdout


def test_score_in_english() -> None:
    assert "block: possible scam" in run("score", SCAM, "--lang", "en").stdout
    assert run("score", SCAM, "--lang", "fr").exit_code == 2


def test_score_json_is_the_record_of_the_verdict(guard: hg.Guard) -> None:
    assert [guard.score(SCAM).to_dict(), guard.score(CLEAN).to_dict()] == records(run("score", SCAM, CLEAN, "--json"))


def test_score_reads_lines_from_standard_input() -> None:
    result = run("score", "-", "--json", stdin=f"{SCAM}\r\n\n{CLEAN}".encode())

    assert [record["action"] for record in records(result)] == ["block", "allow", "allow"]


def test_score_reads_broken_lines() -> None:
    result = run("score", "-", stdin=b"\xff\xfe\n\xe5\xa5\n")

    assert result.exit_code == 0
    assert result.stdout.count("[allow]") == 2
    assert [r["action"] for r in records(run("score", "-", "--json", stdin=b"\xff"))] == ["allow"]


@pytest.mark.parametrize(
    ("texts", "flag", "code"),
    [([CLEAN], True, 0), ([SCAM, CLEAN], True, 3), ([SCAM], False, 0), ([CLEAN, CLEAN], True, 0)],
)
def test_exit_code_of_score(texts: list[str], flag: bool, code: int) -> None:
    assert code == run("score", *texts, *(["--exit-code"] if flag else [])).exit_code


def test_exit_code_for_review(tmp_path: Path) -> None:
    policy = tmp_path / "p.toml"
    policy.write_text("[labels.scam]\nreview = 0.0\nblock = 1.0", encoding="utf-8")

    assert run("score", CLEAN, "--exit-code", "--policy", policy).exit_code == 1


def test_score_needs_a_text() -> None:
    assert run("score").exit_code == 2


def test_link() -> None:
    official, bad = (
        "https://mobile.yangkeduo.com/goods.html?goods_id=123456789",
        "http://pinduoduo.com.vip-hd.example/a",
    )
    result = run("link", official, bad)

    assert "[allow] " + official in result.stdout
    assert "[block] " + bad in result.stdout or "[review] " + bad in result.stdout
    first, second = records(run("link", official, bad, "--json"))
    assert (first["official"], first["registered_domain"]) == (True, "yangkeduo.com")
    assert (second["official"], second["host"]) == (False, "pinduoduo.com.vip-hd.example")
    assert second["risk"] > first["risk"]
    assert second["reasons"][0].keys() == {"id", "zh", "en"}
    assert [second] == records(run("link", "-", "--json", stdin=bad + "\n"))
    assert run("link", bad, "--lang", "en").stdout != run("link", bad).stdout


def test_redact() -> None:
    assert run("redact", LEAK).stdout == "到了打我 138****8000\n"
    (record,) = records(run("redact", LEAK, "--json"))
    assert record == {
        "redacted": "到了打我 138****8000",
        "changes": [{"kind": "phone", "start": 5, "end": 16, "new_start": 5, "new_end": 16}],
    }
    assert run("redact", "-", stdin=f"{LEAK}\n好\n").stdout == "到了打我 138****8000\n好\n"


def test_redact_with_a_key() -> None:
    key = "sixteen bytes or more"
    hashed = run("redact", LEAK, "--operator", "hash", "--key", key).stdout

    assert "138" not in hashed
    assert hashed == CliRunner(env={"HUZHU_GUARD_KEY": key}).invoke(main, ["redact", LEAK, "--operator", "hash"]).stdout
    result = run("redact", LEAK, "--operator", "hash")
    assert result.exit_code == 2
    assert "needs a secret" in result.stderr
    assert run("redact", LEAK, "--operator", "hide").exit_code == 2


def test_scan(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"消息\n{SCAM}\n{CLEAN}\n", encoding="utf-8")
    result = run("scan", tmp_path / "in.csv", "-o", tmp_path / "out.jsonl", "--column", "消息")

    assert result.exit_code == 0
    assert "50.00%" in result.stdout
    assert result.stderr == ""
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["消息"] for row in rows] == [SCAM, CLEAN]
    (counts,) = records(run("scan", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--column", "消息", "--json"))
    assert counts == {"rows": 2, "allow": 1, "block": 1, "scam": 1}


def test_scan_names_the_first_row_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"n,text\n1,{CLEAN}\n2\n", encoding="utf-8")
    result = run("scan", tmp_path / "in.csv", "-o", tmp_path / "out.csv")

    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "in.csv: 1 of 2 rows cannot be read, the first at line 3: line 3 has 1 fields" in result.stderr
    assert (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("none.csv", None, "cannot be read"), ("empty.csv", b"", "the file is empty"),
        ("a.csv", b"n,m\n1,2\n", "a.csv:1: there is no column 'text'"), ("a.doc", b"x", "unknown file ending"),
        (".", None, "unknown file ending"),
    ],
)  # fmt: skip
def test_scan_of_a_file_that_cannot_be_read(tmp_path: Path, name: str, content: bytes | None, fault: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = sorted(tmp_path.iterdir())
    result = run("scan", tmp_path / name, "-o", tmp_path / "out.csv")

    assert result.exit_code == 2
    assert result.stderr.startswith("huzhu-guard: ")
    assert fault in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert before == sorted(tmp_path.iterdir())


def test_bad_sources_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("strictness = 1", encoding="utf-8")
    (tmp_path / "r.toml").write_text("[[rule]]", encoding="utf-8")
    for option, path, fault in (
        ("--model", tmp_path / "none", "is missing; give a folder made by 'huzhu-guard train'"),
        ("--policy", tmp_path / "p.toml", "p.toml:1: strictness is 1; allowed are"),
        ("--rules", tmp_path / "none.toml", "cannot be read"),
        ("--rules", tmp_path / "r.toml", "r.toml:1: rule ?: field 'id' is missing"),
    ):
        for command in (
            ["score", CLEAN],
            ["link", "a.example"],
            ["redact", LEAK],
            ["rules", "list"],
            ["links", "registry"],
        ):
            result = run(*command, option, path)
            assert result.exit_code == 2
            assert fault in result.stderr
            assert "Traceback" not in result.stderr


def test_train_and_evaluate(tmp_path: Path, slice_of_messages: Any) -> None:
    rows = slice_of_messages.assign(
        labels=slice_of_messages["labels"].map(list),
        spans=[[{"type": t, "start": s, "end": e} for t, s, e in spans] for spans in slice_of_messages["spans"]],
    )
    corpus = tmp_path / "corpus.jsonl"
    rows.drop(columns="second", errors="ignore").to_json(corpus, orient="records", lines=True, force_ascii=False)
    background = tmp_path / "background.jsonl"
    background.write_text('{"source": "own", "licence": "MIT", "text": "今天天气好"}\n' * 20, encoding="utf-8")

    result = run("train", corpus, "-o", tmp_path / "model", "--background", background)
    assert result.exit_code == 0
    assert "reading messages …" in result.stderr
    assert f"model written to {tmp_path / 'model'}" in result.stdout
    again = run("train", corpus, "-o", tmp_path / "again", "--background", background, "--json")
    assert json.loads(again.stdout)["counts"]["background"] == 20
    assert (tmp_path / "model" / "weights.npz").read_bytes() == (tmp_path / "again" / "weights.npz").read_bytes()

    (figures,) = records(run("evaluate", corpus, "--model", tmp_path / "model", "--json"))
    assert {"labels", "risky", "clean", "sweep"} == set(figures)
    assert figures["labels"][0]["recall"] > 0.5
    assert "threshold" in run("evaluate", corpus, "--model", tmp_path / "model").stdout


def test_train_on_bad_data(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}", encoding="utf-8")
    result = run("train", tmp_path, "-o", tmp_path / "model")

    assert result.exit_code == 2
    assert "a.jsonl:1: field 'id' is missing" in result.stderr
    assert not (tmp_path / "model").exists()


def test_train_into_a_place_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "model")

    monkeypatch.setattr("huzhu_guard.corpus.load", refuse)
    result = run("train", tmp_path, "-o", tmp_path / "model")

    assert (result.exit_code, result.stderr) == (2, "huzhu-guard: model: Permission denied.\n")


def test_rules_check(tmp_path: Path) -> None:
    assert (run("rules", "check").exit_code, run("rules", "check").stdout.strip()[-15:]) == (0, "rules, 0 faults")
    (tmp_path / "r.toml").write_text('\n[[rule]]\nid = "a.b"', encoding="utf-8")
    result = run("rules", "check", tmp_path / "r.toml")
    assert result.exit_code == 2
    assert f"{tmp_path / 'r.toml'}:2: rule a.b: field 'label' is missing." in result.stdout
    (record,) = records(run("rules", "check", tmp_path / "r.toml", "--json"))
    assert (record["rules"], len(record["faults"])) == (0, 7)
    assert run("rules", "check", tmp_path / "none.toml").exit_code == 2


def test_rules_list_and_show() -> None:
    found = records(run("rules", "list", "--json"))
    assert len(found) >= 80
    assert len(found) == len(run("rules", "list").stdout.splitlines())
    one = found[0]
    assert {"id", "label", "kind", "weight", "learned", "group", "reason_zh", "reason_en", "hits", "misses"} == set(one)
    assert [one] == records(run("rules", "show", one["id"], "--json"))
    assert f"id: {one['id']}" in run("rules", "show", one["id"]).stdout
    result = run("rules", "show", "no.such")
    assert (
        result.exit_code, result.stderr,
    ) == (2, "huzhu-guard: there is no rule 'no.such'; 'huzhu-guard rules list' names them.\n")  # fmt: skip


def test_links_registry(tmp_path: Path) -> None:
    policy = tmp_path / "p.toml"
    policy.write_text('[[brands]]\nid = "ourshop"\ndomains = ["our-shop.example"]', encoding="utf-8")
    found = {record["id"]: record for record in records(run("links", "registry", "--json", "--policy", policy))}

    assert found["ourshop"]["domains"] == ["our-shop.example"]
    assert any("pinduoduo.com" in record["domains"] for record in found.values())
    assert "pinduoduo.com" in run("links", "registry").stdout


def test_a_closed_pipe_is_no_error() -> None:
    code = "from huzhu_guard.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "rules", "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()

    assert process.wait() in (0, 1)
    assert b"Traceback" not in errors


def test_colour_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    plain, terminal = io.StringIO(), Terminal()
    for stream in (plain, terminal):
        monkeypatch.setattr(sys, "stdout", stream)
        main(["score", CLEAN], standalone_mode=False)

    assert "\x1b[" not in plain.getvalue()
    assert "\x1b[32m" in terminal.getvalue()
