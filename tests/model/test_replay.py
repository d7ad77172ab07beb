from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from huzhu_guard import Guard, Policy
from huzhu_guard.model import open_trained
from huzhu_guard.model.replay import as_guard, replay

if TYPE_CHECKING:
    from huzhu_guard.model.train import TrainedModel

TEXTS = ["兼职日结 一部手机就能做 加V:abc88123", "今晚吃什么", "明天八点 老地方", "到了打我 13800138000", None]
STRANGE = ["chars:明天", "word:明天"]
FRAME = pd.DataFrame(
    {"text": TEXTS, "labels": ["scam", "clean", "clean", "privacy_leak", "clean"]}, index=list("abcde")
)


@pytest.fixture(scope="module")
def other(small_folder: Path) -> TrainedModel:
    """The small model, to which a harmless phrase now looks like a scam."""
    trained = open_trained(small_folder)
    names = list(trained.classifier.features_.get_feature_names_out())
    for name in STRANGE:
        trained.classifier.coef_[0, names.index(name)] += 60.0
    return trained


def test_nothing_changes_between_a_guard_and_itself(guard: Guard) -> None:
    found = replay(FRAME, guard, guard)

    assert (found.messages, len(found.rows), len(found.changes), found.keeps_budgets) == (5, 0, 0, True)
    assert found.actions.to_numpy().trace() == 5
    assert "0 of 5 decisions change" in found.to_text()


def test_exactly_the_changed_rows(small_folder: Path, other: TrainedModel, slice_of_messages: pd.DataFrame) -> None:
    old, new = Guard.load(model=small_folder), other.guard()
    frame = slice_of_messages[["text"]].sample(200, random_state=0)
    frame.loc["x", "text"] = "明天八点 老地方"
    before, after = (list(g.score_many(frame["text"])) for g in (old, new))
    triples = list(zip(frame.index, before, after, strict=True))
    changed = [i for i, a, b in triples if (a.action, a.labels) != (b.action, b.labels)]
    found = replay(frame, old, new)

    assert "x" in changed
    assert list(found.rows.index) == changed
    assert found.budgets is None
    assert found.keeps_budgets is None
    assert found.actions.to_numpy().sum() == 201
    for i, a, b in triples:
        if i in changed:
            row = found.rows.loc[i]
            assert (row["old_action"], row["new_action"]) == (a.action, b.action)
            assert (row["old_labels"], row["new_labels"]) == (a.labels, b.labels)
            assert (row["old_risk"], row["new_risk"]) == (a.risk, b.risk)


def test_why_a_decision_changes(small_folder: Path, other: TrainedModel) -> None:
    row = replay(FRAME, small_folder, other).rows.loc["c"]

    assert row["labels"] == ()
    assert row["added"] == row["gone"] == ()
    assert sorted(text.split()[1] for text in row["moved"]) == STRANGE
    assert {text.split()[0] for text in row["moved"]} == {"scam"}
    assert all(float(text.split()[2]) > 1 for text in row["moved"])


def test_evidence_added_and_gone(guard: Guard) -> None:
    policy = Policy.parse('[deny]\nphrases = ["老地方"]')

    (added,) = replay(FRAME, guard, policy).rows["added"]
    (gone,) = replay(FRAME, policy, guard).rows["gone"]
    assert added == gone == ("scam policy:denied_phrase +8.00",)


def test_counts_by_label_and_action(guard: Guard) -> None:
    found = replay(FRAME, guard, Policy.parse("[labels.privacy_leak]\nenabled = false"))
    labels = found.labels.set_index("label")

    assert list(found.rows.index) == ["d"]
    assert labels.loc["privacy_leak"].to_dict() == {
        "old": 1, "new": 0, "gained": 0, "lost": 1, "old_right": 5, "new_right": 4
    }  # fmt: skip
    (change,) = found.changes.to_dict(orient="records")
    assert (change["label"], change["new_action"], change["rows"]) == ("privacy_leak", "allow", 1)
    assert found.actions.loc[change["old_action"], "allow"] == 1


def test_budgets(small_folder: Path, other: TrainedModel) -> None:
    found = replay(FRAME, small_folder, other)
    assert found.budgets is not None
    held_back = found.budgets.set_index("budget").loc["held back"]

    assert (held_back["clean"], held_back["old"], held_back["new"]) == (3, 0, 1)
    assert held_back["new_share"] == pytest.approx(1 / 3)
    assert (held_back["limit"], bool(held_back["kept"])) == (0.005, False)
    assert found.keeps_budgets is False
    assert replay(FRAME, small_folder, other, budget=(0.5, 0.5)).keeps_budgets is True
    relaxed = replay(FRAME, None, Policy.parse('strictness = "relaxed"')).budgets
    assert relaxed is not None
    assert relaxed["limit"].tolist() == [0.002, 0.0002]


def test_no_clean_messages_break_no_budget(guard: Guard) -> None:
    assert replay(FRAME.loc[["a"]], guard, guard).keeps_budgets is True


def test_the_report_holds_no_personal_information(guard: Guard) -> None:
    found = replay(FRAME, guard, Policy.parse("[labels.privacy_leak]\nenabled = false"))

    record = json.dumps(found.to_dict(), ensure_ascii=False)
    assert "13800138000" not in record + found.to_text()
    assert "138****8000" in record


def test_another_column_and_processes(guard: Guard) -> None:
    frame = FRAME.rename(columns={"text": "消息"})
    strict = Policy.parse("[labels.privacy_leak]\nenabled = false")

    assert replay(frame, guard, strict, column="消息", n_jobs=2).to_dict() == replay(FRAME, guard, strict).to_dict()


def test_what_stands_for_a_guard(guard: Guard, small_folder: Path, other: TrainedModel, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('strictness = "strict"', encoding="utf-8")

    assert as_guard(guard) is guard
    assert as_guard(None).facts == guard.facts
    assert as_guard(str(small_folder)).facts == as_guard(other).facts
    assert as_guard(tmp_path / "p.toml").policy.strictness == "strict"
    assert as_guard(Policy.parse('strictness = "relaxed"')).policy.strictness == "relaxed"
