from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from huzhu_guard import CorpusError, Guard
from huzhu_guard.model import card
from huzhu_guard.model.artifact import read_manifest
from huzhu_guard.model.card import development, held_out_guards, write_card
from huzhu_guard.model.search import Search

if TYPE_CHECKING:
    from huzhu_guard.model.train import TrainedModel


@pytest.fixture
def development_set(tmp_path: Path) -> Path:
    path = tmp_path / "development.jsonl"
    rows = [
        ("risky", "sms", "兼职日结 一部手机就能做 加V:abc88123"),
        ("clean", "chat", "今晚吃什么"),
        ("clean", "chat", "好"),
    ]
    lines = [json.dumps({"truth": truth, "set": name, "text": text}) for truth, name, text in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_full_card(
    slice_of_messages: pd.DataFrame, small_folder: Path, development_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "_DISGUISED_ROWS", 3)
    monkeypatch.setattr(card, "OPERATORS", ("dots", "emoji"))
    shares = {"found": 0.5, "plain": 0.6, "evasive": 0.5, "subtle": 0.25}
    settings = Search(
        {"own": 43_000, "background": 1_000},
        [{"candidate": "shipped", **shares, "chosen": 1}],
        [{"chosen": "shipped", **shares}],
    )
    text = write_card(slice_of_messages, None, small_folder, development_set, settings)
    parts = dict(part.split("\n\n", 1) for part in re.split(r"^## ", text, flags=re.M)[1:])

    assert text.startswith("# Model card of huzhu_guard's shipped model\n\n## What it is for\n")
    assert list(parts) == [
        "What it is for", "What it was taught", "How its settings compare", "Thresholds",
        "Figures on voices that it has not read", "Labels",
        "Risky messages held back", "Clean messages held back", "Threshold sweep", "Disguise", "Reliability", "Plots",
        "By voice", "Other people's messages (development sets, shipped model)", "What was odd in the corpus",
        "Rules that the corpus contradicts", "Limits",
    ]  # fmt: skip
    heads = re.findall(r"^(\|.*\|)\n\|(?:---\|)+$", text, re.M)
    assert len(heads) == len(set(heads)) == 11
    assert "on 43,000 messages and 1,000 background ones" in parts["How its settings compare"]
    assert "| shipped | 0.5 | 0.6 | 0.5 | 0.25 | 1 |" in parts["How its settings compare"]
    scam = int(slice_of_messages["labels"].map(lambda names: "scam" in names).sum())
    assert f"| scam | {scam} |" in parts["Labels"]
    assert re.findall(r"^\| (\w+) \| (\d+) \|", parts["Disguise"], re.M) == [
        ("none", "12"), ("dots", "12"), ("emoji", "12")
    ]  # fmt: skip
    assert "![precision recall](precision_recall.svg)" in parts["Plots"]
    assert "Brier score: scam 0." in parts["Reliability"]
    assert "| clean | chat | 2 | 0 | 0 | 0 |" in parts["Other people's messages (development sets, shipped model)"]
    assert "only 45 messages are privacy_leak" in parts["What was odd in the corpus"]
    assert "`huzhu-guard train data/messages -o huzhu_guard/model/default --disguised 0.5 --background FILE" not in text


def test_every_voice_is_judged_once_by_a_guard_that_did_not_read_it(
    slice_of_messages: pd.DataFrame, small_folder: Path
) -> None:
    judged: list[int] = []
    for guard, judge in held_out_guards(slice_of_messages, None, read_manifest(small_folder)):
        judged += judge.tolist()
        assert isinstance(guard, Guard)
        assert slice_of_messages["voice"].iloc[judge].nunique() == 1
    assert sorted(judged) == list(range(len(slice_of_messages)))


def test_development_sets(guard: Guard, development_set: Path) -> None:
    found = development(guard, development_set)

    assert found.to_dict(orient="records") == [
        {"truth": "clean", "set": "chat", "rows": 2, "held back": 0, "blocked": 0, "share": 0.0},
        {"truth": "risky", "set": "sms", "rows": 1, "held back": 1, "blocked": 1, "share": 1.0},
    ]


@pytest.mark.parametrize("line", ["{", "[]", '{"truth": "risky", "set": "x"}'])
def test_a_development_set_with_a_fault(guard: Guard, tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(line, encoding="utf-8")

    with pytest.raises(CorpusError, match=r"set\.jsonl: needs JSONL with set, truth and text"):
        development(guard, path)


def test_the_full_card_says_how_the_shipped_model_is_trained(small_model: TrainedModel) -> None:
    from huzhu_guard.model import sections

    sources = [{"source": "chat", "rows": 4_000, "licence": "MIT", "sha256": "cd" * 32}]
    text = sections.taught({**small_model.manifest, "sources": sources}, "Corpus", card._BACKGROUND)

    assert "`huzhu-guard train data/messages -o huzhu_guard/model/default --disguised 0.5 --background FILE " in text
