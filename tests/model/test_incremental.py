from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from new_scheme import chat, export, scheme

from huzhu_guard import CorpusError, Guard
from huzhu_guard.model import open_trained
from huzhu_guard.model.incremental import LEAST_ROWS, check_teachable, corrected, extended, update
from huzhu_guard.model.reading import word_ngrams
from huzhu_guard.model.train import train

if TYPE_CHECKING:
    from huzhu_guard.model.incremental import Update
    from huzhu_guard.model.train import TrainedModel


@pytest.fixture(scope="module")
def updated(small_folder: Path, slice_of_messages: pd.DataFrame) -> Update:
    return update(export(), small_folder, reference=slice_of_messages)


def _found(model: TrainedModel, texts: list[str]) -> float:
    return float(np.mean(["scam" in v.labels for v in model.guard().score_many(texts)]))


def test_it_learns_the_scheme_and_not_the_subject(updated: Update, small_folder: Path) -> None:
    assert _found(open_trained(small_folder), scheme()[200:]) < 0.5
    assert _found(updated.model, scheme()[200:]) >= 0.95
    assert _found(updated.model, chat(200)[100:]) <= 0.02


def test_it_says_what_it_learned(updated: Update) -> None:
    scam = updated.learned.set_index("label").loc["scam"]

    assert (scam["rows"], scam["of"]) == (200, 300)
    assert scam["before"] < 200 < scam["held_out"] <= scam["after"]
    assert list(updated.rows.columns) == ["text", "labels", "before", "after", "held_out"]
    assert scam["after"] >= 295
    right = [a == b for a, b in zip(updated.rows["after"], updated.rows["labels"], strict=True)]
    assert sum(right) >= 295
    before = [names == ("scam",) for names in updated.rows["before"]]
    assert sum(a == bool(b) for a, b in zip(before, updated.rows["labels"], strict=True)) == scam["before"]


def test_it_says_what_changes_elsewhere(updated: Update, slice_of_messages: pd.DataFrame) -> None:
    assert updated.reference is not None
    assert updated.reference.messages == len(slice_of_messages)
    assert updated.reference.budgets is not None
    text = updated.to_text()
    assert f"of {len(slice_of_messages)} decisions change" in text
    assert "held_out" in text


def test_everything_but_ngrams_stays(updated: Update, small_folder: Path) -> None:
    old, new = open_trained(small_folder).linear(), updated.model.linear()

    assert new.biases == old.biases
    assert new.signals == old.signals
    assert set(old.words.grams) < set(new.words.grams)
    assert "椰子树" in set(new.words.grams) - set(old.words.grams)
    for one, other in ((old.words, new.words), (old.chars, new.chars)):
        idf = dict(zip(other.grams, other.idf, strict=True))
        assert [idf[gram] for gram in one.grams] == list(one.idf)
    # what no corrected message holds keeps its weight
    held = {gram for text in export()["text"] for gram in word_ngrams(updated.model.classifier.read([text])[0].words)}
    kept = [gram for gram in old.words.grams if gram not in held]
    assert len(kept) > 1_000
    assert [new.words.log_odds(gram) for gram in kept] == [old.words.log_odds(gram) for gram in kept]


def test_the_manifest_remembers(updated: Update, small_folder: Path, tmp_path: Path) -> None:
    base = open_trained(small_folder)
    facts = updated.model.manifest
    (done,) = facts["updates"]

    assert facts["thresholds"] == base.manifest["thresholds"]
    assert facts["base_metrics"] == base.manifest["metrics"]
    assert "metrics" not in facts
    assert done["base"] == base.manifest["files"]["weights.npz"]
    assert done["counts"] == {"clean": 100, "scam": 200}
    updated.model.save(tmp_path / "one")
    twice = update(export(100, 50), tmp_path / "one")
    assert [item["counts"] for item in twice.model.manifest["updates"]] == [done["counts"], {"clean": 50, "scam": 100}]
    assert twice.model.manifest["base_metrics"] == base.manifest["metrics"]


def test_the_card_says_what_the_update_changed(updated: Update, small_folder: Path, tmp_path: Path) -> None:
    updated.model.save(tmp_path / "one")
    card = (tmp_path / "one" / "MODEL_CARD.md").read_text(encoding="utf-8")
    scam = updated.learned.set_index("label").loc["scam"]

    assert f"| scam | 200 | 300 | {scam['before']} | {scam['after']} | {scam['held_out']} |" in card
    assert "(100 clean, 200 scam), each counted 1 times" in card
    assert "## Figures on voices that it had not read before the updates\n\nNone of these figures was counted" in card
    assert updated.model.held_out == open_trained(small_folder).held_out == open_trained(tmp_path / "one").held_out
    assert updated.reference is not None
    (done,) = updated.model.manifest["updates"]
    assert done["reference"]["messages"] == updated.reference.messages
    assert done["reference"]["changed"] == len(updated.reference.rows) > 0
    changed = f"On {updated.reference.messages} reference messages {len(updated.reference.rows)} decisions change."
    assert f"{changed} Clean ones among them:\n\n| budget |" in card
    twice = update(export(100, 50), tmp_path / "one")
    twice.model.save(tmp_path / "two")
    assert "\n2. Corrected verdicts" in (card := (tmp_path / "two" / "MODEL_CARD.md").read_text(encoding="utf-8"))
    assert changed in card
    assert "It was compared with the model before on no reference messages." in card


def test_the_saved_model_scores_as_the_estimator(updated: Update, tmp_path: Path) -> None:
    updated.model.save(tmp_path)
    texts = [*scheme()[200:250], *chat(20)]

    for text, verdict in zip(texts, Guard.load(model=tmp_path).score_many(texts), strict=True):
        assert verdict.values == updated.model.guard().score(text).values
    odds = updated.model.classifier.decision_function(texts)
    for reading, row in zip(updated.model.classifier.read(texts), odds, strict=True):
        model = updated.model.linear()
        signals = np.sum([model.signals.get(s, (0.0,) * 3) for s in reading.signals], axis=0) if reading.signals else 0
        assert np.allclose((np.array(model.log_odds(reading)) + signals)[:2], row, atol=1e-6)


def test_the_same_rows_give_the_same_bytes(small_folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        update(export(60, 30), small_folder).model.save(tmp_path / name)

    for file in ("weights.npz", "ngrams.txt", "manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_room_for_new_ngrams_changes_nothing_known(small_folder: Path, slice_of_messages: pd.DataFrame) -> None:
    classifier = open_trained(small_folder).classifier
    readings = classifier.read(scheme(80))
    wide = extended(classifier, readings, 1_000)

    known = classifier.read(["你好"])
    assert np.allclose(wide.decision_function(known), classifier.decision_function(known), atol=1e-9)
    assert wide.coef_.shape[1] > classifier.coef_.shape[1]
    assert np.count_nonzero(wide.coef_) == np.count_nonzero(classifier.coef_)


def test_what_many_messages_taught_is_held_firmly(small_folder: Path) -> None:
    classifier = open_trained(small_folder).classifier
    texts = export(60, 30)
    readings = classifier.read(texts["text"])
    targets = np.array([[1, 0]] * 60 + [[0, 0]] * 30)
    known = len(classifier.features_.words_.vocabulary_)
    old = classifier.coef_[:, :known]
    moved = [
        np.abs(corrected(classifier, readings, targets, 1.0, seen, np.zeros(2)).coef_[:, :known] - old).sum()
        for seen in (600, 600_000)
    ]

    assert moved[1] < moved[0] / 5


def test_weight_follows_the_corrections_more_closely(small_folder: Path) -> None:
    text = scheme()[0]
    risks = [update(export(30, 20), small_folder, weight=w).model.guard().score(text).risk for w in (0.1, 10.0)]

    assert risks[0] < risks[1]


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (export(20, 10), "only 30 different messages; an update needs at least 40"),
        (pd.concat([export(20, 10)] * 5), "only 30 different messages"),
        (export(200, 0), "only 0 of 200 messages are clean; add clean messages until there are 20"),
        (export(200, 10), "only 10 of 210 messages are clean; add clean messages until there are 21"),
        (export(2, 100), "only 2 of 102 messages are risky; add risky messages until there are 11"),
        (pd.DataFrame({"text": ["a"], "labels": ["scm"]}), "unknown label"),
    ],
)
def test_a_set_that_cannot_teach_is_refused(frame: pd.DataFrame, fault: str, small_folder: Path) -> None:
    with pytest.raises(CorpusError, match=fault):
        update(frame, small_folder)


def test_the_least_set_that_can() -> None:
    check_teachable(export(LEAST_ROWS - 4, 4))


def test_train_starts_from_a_model(small_folder: Path, updated: Update) -> None:
    trained = train(export(), base=str(small_folder))

    assert np.array_equal(trained.classifier.coef_, updated.model.classifier.coef_)
    with pytest.raises(CorpusError, match="background and classifier are for training anew"):
        train(export(), background=pd.DataFrame(), base=str(small_folder))


def test_train_starts_from_the_shipped_model(guard: Guard) -> None:
    trained = train(export(60, 30), base="shipped")

    assert trained.manifest["hashes"]["corpus"] == guard.facts["corpus"]
    assert trained.guard().score(scheme()[5]).risk > guard.score(scheme()[5]).risk


def test_train_learns_a_corpus_and_own_rows_together(slice_of_messages: pd.DataFrame) -> None:
    own = export(60, 30)
    trained = train(own, base=slice_of_messages, weight=2.0)

    assert trained.manifest["training"] == {"base": "corpus", "own_rows": 90, "own_weight": 2.0, "seed": 0}
    clean = int((slice_of_messages["labels"].map(len) == 0).sum())
    assert trained.manifest["counts"]["clean"] == clean + 30
    assert _found(trained, scheme()[200:]) > 0.8
    assert trained.findings is not None
    assert trained.findings.counts.set_index("label").loc["clean", "rows"] == clean + 30


def test_the_number_of_processes_changes_nothing(slice_of_messages: pd.DataFrame) -> None:
    one, two = (train(slice_of_messages, n_jobs=n) for n in (1, 2))

    assert np.array_equal(one.classifier.coef_, two.classifier.coef_)
    assert one.manifest == two.manifest
