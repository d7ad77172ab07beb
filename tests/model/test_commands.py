from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from new_scheme import chat, export, scheme

from huzhu_guard.cli import main
from huzhu_guard.model import load_pipeline
from huzhu_guard.model.artifact import read_manifest


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def corrections(tmp_path: Path) -> Path:
    path = tmp_path / "corrections.csv"
    frame = export(120, 60)
    frame.assign(labels=frame["labels"].map("+".join)).to_csv(path, index=False)
    return path


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    path = tmp_path / "reference.csv"
    pd.DataFrame({"text": chat(160)[60:], "labels": "clean"}).to_csv(path, index=False)
    return path


def test_versions(small_folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "models"

    assert run("model", "add", store, small_folder, "--use").stdout == "v0001\n"
    assert run("model", "add", store, small_folder).stdout == "v0002\n"
    assert run("model", "use", store, "v0002").stdout == "v0002 is in use\n"
    first, second = run("model", "list", store).stdout.splitlines()
    assert first.startswith("  v0001")
    assert second.startswith("* v0002")
    records = [json.loads(line) for line in run("model", "list", store, "--json").stdout.splitlines()]
    assert [(r["name"], r["current"]) for r in records] == [("v0001", False), ("v0002", True)]
    assert run("model", "verify", store).stdout == "v0001: sound\nv0002: sound\n"
    assert run("model", "verify", small_folder).stdout == f"{small_folder}: sound\n"
    assert json.loads(run("model", "show", store).stdout) == read_manifest(small_folder)
    assert json.loads(run("model", "show", small_folder).stdout) == read_manifest(small_folder)
    assert run("model", "diff", store, "v0001").stdout.startswith("words: 0 added, 0 gone, 0 moved")
    assert json.loads(run("model", "diff", store, "v0001", "v0002", "--json").stdout)["facts"] == {}
    assert run("model", "rollback", store).stdout == "v0001 is in use\n"
    assert run("score", "今晚吃什么", "--model", store).stdout.startswith("[allow]")


def test_faults_are_one_sentence(small_folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "models"
    run("model", "add", store, small_folder, "--use")
    (store / "v0001" / "ngrams.txt").write_bytes(b"")
    for arguments, fault in (
        (("list", tmp_path / "none"), "there is no such folder"),
        (("verify", tmp_path), "there is no version"),
        (("verify", store), "ngrams.txt is not the file that the manifest describes"),
        (("show", store, "v0009"), "there is no version 'v0009'"),
        (("rollback", store), "no version was in use before"),
    ):
        result = run("model", *arguments)
        assert result.exit_code == 2
        assert fault in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_an_update_is_shown_and_asked_for(
    corrections: Path, reference: Path, small_folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "new"
    command = ("train", corrections, "--update", "--base", small_folder, "--reference", reference, "-o", output)
    refused = run(*command, stdin="n\n")

    assert refused.exit_code == 1
    assert "held_out" in refused.stdout
    assert "of 100 decisions change" in refused.stdout
    assert not output.exists()
    assert run(*command, "--pipeline", stdin="y\n").exit_code == 0
    assert load_pipeline(output).predict(scheme()[150:160])[:, 0].all()
    taken = run(*command, "--yes", "--json")
    assert len(json.loads(taken.stdout)["updates"]) == 1


def test_an_update_of_too_few_rows_is_refused(small_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("text,labels\n刷单,scam\n", encoding="utf-8")
    result = run("train", path, "--update", "--base", small_folder, "-o", tmp_path / "new", "--yes")

    assert result.exit_code == 2
    assert "only 1 different messages" in result.stderr


def test_train_adds_a_version_to_a_folder_of_models(corrections: Path, small_folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "models"
    for name in ("v0001", "v0002"):
        result = run("train", corrections, "--base", small_folder, "--weight", "2", "-o", store, "--store")
        assert f"model written to {store / name}" in result.stdout
        assert "## Updates folded in since\n" in (store / name / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert read_manifest(store / "v0002")["updates"][0]["weight"] == 2.0


def test_train_with_a_corpus_as_base(corrections: Path, slice_of_messages: pd.DataFrame, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    rows: Any = slice_of_messages.assign(
        labels=slice_of_messages["labels"].map(list),
        spans=[[{"type": t, "start": s, "end": e} for t, s, e in spans] for spans in slice_of_messages["spans"]],
    )
    rows.drop(columns="second", errors="ignore").to_json(corpus, orient="records", lines=True, force_ascii=False)
    result = run("train", corrections, "--base", corpus, "-o", tmp_path / "model", "--seed", "3")

    assert read_manifest(tmp_path / "model")["training"] == {
        "base": "corpus", "own_rows": 180, "own_weight": 1.0, "seed": 3
    }  # fmt: skip
    assert "pairs of messages are nearly the same" in result.stdout
    card = (tmp_path / "model" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "180 of them were added to a corpus, each counted 1 times.\n" in card
    assert "pairs of messages are nearly the same" in card
    assert run("model", "verify", tmp_path / "model").exit_code == 0


def test_replay(small_folder: Path, tmp_path: Path) -> None:
    messages = tmp_path / "messages.csv"
    messages.write_text("text,labels\n明天见,clean\n到了打我 13800138000,privacy_leak\n", encoding="utf-8")
    policy = tmp_path / "policy.toml"
    policy.write_text('[deny]\nphrases = ["明天见"]', encoding="utf-8")
    result = run("replay", messages, "--new", policy, "-o", tmp_path / "rows.csv")

    assert "1 of 2 decisions change" in result.stdout
    assert "0: allow -> block  明天见" in result.stdout
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert (rows["row"].tolist(), rows["new_action"].tolist()) == ([0], ["block"])
    record = json.loads(run("replay", messages, "--old", small_folder, "--new", small_folder, "--json").stdout)
    assert (record["messages"], record["changed"], record["keeps_budgets"]) == (2, 0, True)


def test_drift(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join(chat(40)), encoding="utf-8")
    (tmp_path / "b.txt").write_text("兼职刷单日结 加微信abc88123\n" * 40, encoding="utf-8")
    result = run("drift", tmp_path / "a.txt", tmp_path / "b.txt", "--plot", tmp_path / "plot.png")

    assert "40 messages before, 40 after" in result.stdout
    assert "moved" in result.stdout
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads(run("drift", tmp_path / "a.txt", tmp_path / "a.txt", "--json").stdout)["messages"] == [40, 40]


def test_search_keeps_and_shows_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huzhu_guard.model import search

    given: list[Any] = []

    def found(frame: pd.DataFrame, background: pd.DataFrame | None, **options: Any) -> search.Search:
        given.extend((len(frame), background, options["n_jobs"]))
        return search.Search({"own": len(frame), "background": 0}, [{"candidate": "C = 3", "found": 0.25}], [])

    monkeypatch.setattr(search, "search", found)
    corpus = Path(__file__).parents[2] / "data" / "messages" / "v01.jsonl"
    rows = len(corpus.read_text(encoding="utf-8").split("\n")) - 1
    result = run("search", corpus, "-o", tmp_path / "search.json", "--n-jobs", "2")

    assert result.exit_code == 0
    assert "C = 3 0.2500" in result.stdout
    assert given == [rows, None, 2]
    assert search.Search.load(tmp_path / "search.json").candidates == [{"candidate": "C = 3", "found": 0.25}]
