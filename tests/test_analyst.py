"""The analyst's whole way: a scheme that the model misses, labelled, learned, compared, shipped and rolled back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import huzhu_guard as hg
from huzhu_guard.model import ModelStore

sys.path.insert(0, str(Path(__file__).parent / "model"))

from new_scheme import chat, scheme

if TYPE_CHECKING:
    from huzhu_guard.model.incremental import Update

LABELLED, SCHEME = 200, 600
MOST_WORSE = 0.001


@pytest.fixture(scope="module")
def clean(messages: pd.DataFrame) -> pd.DataFrame:
    """Clean rows of the corpus, by voice a development set each."""
    return messages[messages["labels"].map(len) == 0]


@pytest.fixture(scope="module")
def export() -> pd.DataFrame:
    """600 messages of the scheme among ordinary ones, as a bot exports them."""
    texts = [*scheme(SCHEME), *chat(300)]
    return pd.DataFrame({"text": texts, "true": [("scam",)] * SCHEME + [()] * 300})


@pytest.fixture(scope="module")
def labelled(export: pd.DataFrame) -> pd.DataFrame:
    """What she labels: 200 of the scheme, and 100 harmless ones."""
    rows = [*range(LABELLED), *range(SCHEME, SCHEME + 100)]
    return export.iloc[rows].rename(columns={"true": "labels"})


@pytest.fixture(scope="module")
def update(labelled: pd.DataFrame, clean: pd.DataFrame) -> Update:
    return hg.update(labelled, reference=clean[["text", "labels"]])


def _held_back(guard: hg.Guard, texts: pd.Series[str]) -> pd.Series[bool]:
    return pd.Series([v.action != "allow" for v in guard.score_many(texts)], index=texts.index)


@pytest.mark.slow
def test_the_update_finds_the_scheme_and_harms_no_clean_message(
    guard: hg.Guard, update: Update, export: pd.DataFrame, clean: pd.DataFrame
) -> None:
    rest = export["text"][LABELLED:SCHEME]
    assert _held_back(guard, export["text"][:SCHEME]).mean() < 0.3
    assert _held_back(update.model.guard(), rest).mean() >= 0.8

    assert update.reference is not None
    acted = update.reference.rows.assign(voice=clean["voice"].reindex(update.reference.rows.index))
    worse = acted[(acted["old_action"] == "allow") & (acted["new_action"] != "allow")].groupby("voice").size()
    better = acted[(acted["old_action"] != "allow") & (acted["new_action"] == "allow")].groupby("voice").size()
    change = worse.sub(better, fill_value=0)
    assert change.sum() / len(clean) <= MOST_WORSE
    for voice, more in change.items():
        assert more / (clean["voice"] == voice).sum() <= MOST_WORSE or more <= 1  # one row of a small set is more
    assert update.reference.messages == len(clean)


@pytest.mark.slow
def test_replay_lists_exactly_the_changed_rows(guard: hg.Guard, update: Update, export: pd.DataFrame) -> None:
    new = update.model.guard()
    before, after = (g.score_many(export["text"]) for g in (guard, new))
    triples = zip(export.index, before, after, strict=True)
    changed = [i for i, a, b in triples if (a.action, a.labels) != (b.action, b.labels)]
    found = hg.replay(export.rename(columns={"true": "labels"}), guard, update.model)

    assert list(found.rows.index) == changed
    assert len(changed) > 0.5 * SCHEME
    assert found.labels.set_index("label").loc["scam", "new_right"] > 0.95 * len(export)
    assert found.rows["added"].map(len).add(found.rows["moved"].map(len)).gt(0).all()
    assert found.keeps_budgets is True


@pytest.mark.slow
def test_shipping_and_rolling_back(update: Update, export: pd.DataFrame, tmp_path: Path) -> None:
    shipped = Path(hg.__file__).parent / "model" / "default"
    store = ModelStore(tmp_path / "models")
    store.add(shipped, use=True)
    bot = hg.Guard.load(model=store.root)
    before = {path.name: path.read_bytes() for path in store.path().iterdir()}
    store.add(update.model, use=True)
    bot.reload()
    assert _held_back(bot, export["text"][LABELLED:SCHEME]).mean() >= 0.8

    store.rollback()
    bot.reload()
    assert {path.name: path.read_bytes() for path in store.path().iterdir()} == before
    for name in ("weights.npz", "ngrams.txt", "manifest.json"):
        assert before[name] == (shipped / name).read_bytes()
    assert _held_back(bot, export["text"][LABELLED:SCHEME]).mean() < 0.3


@pytest.mark.slow
def test_training_with_the_corpus_finds_the_scheme(
    labelled: pd.DataFrame, messages: pd.DataFrame, export: pd.DataFrame
) -> None:
    trained = hg.train(labelled, base=messages, weight=5.0, n_jobs=2)

    assert _held_back(trained.guard(), export["text"][LABELLED:SCHEME]).mean() >= 0.8
    assert _held_back(trained.guard(), export["text"][SCHEME + 100 :]).mean() <= 0.02


def test_evaluate_takes_any_judge(labelled: pd.DataFrame) -> None:
    figures = hg.evaluate(None, labelled)

    assert figures.labels.set_index("label").loc["scam", "true"] == LABELLED
    assert hg.evaluate(hg.Policy(), labelled).to_dict() == figures.to_dict()


def test_check_finds_what_is_odd_in_her_rows(labelled: pd.DataFrame) -> None:
    odd = labelled.copy()
    odd.loc[odd.index[0], "text"] += " 收件人13800138000"
    found = hg.check(odd)

    assert found.counts.set_index("label")["rows"].to_dict() == {
        "scam": LABELLED, "fake_deal": 0, "privacy_leak": 0, "clean": 100
    }  # fmt: skip
    assert odd.index[0] in found.personal["row"].tolist()
    assert len(found.duplicates) > 0
