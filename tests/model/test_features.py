from __future__ import annotations

import math
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from huzhu_guard.model.features import LENGTH, MessageReader, ReadingFeatures, texts_of
from huzhu_guard.model.reading import Reading, damping
from huzhu_guard.stages import Stages

TEXTS = pd.Series(["刷单日结 http://t.cn/a6x", "刷单 单", "今晚吃饭"], index=["a", "b", "c"])


def test_names_fit_the_columns() -> None:
    features = ReadingFeatures(1).fit(TEXTS)
    names = list(features.get_feature_names_out())

    assert features.transform(TEXTS).shape == (3, len(names))
    assert {"word:刷单", "word:刷单日结", "word:⊢刷单", "word:单⊣"} <= set(names)
    assert {"chars:单日", "chars:⊢刷", "chars:单⊣"} <= set(names)
    assert "chars:单" not in names
    assert len(names) == len(set(names))
    column = features.transform(TEXTS)[:, names.index("word:刷单")].toarray()[:, 0]
    assert (column > 0).tolist() == [True, True, False]


def test_a_feature_has_the_same_value_in_every_message() -> None:
    features = ReadingFeatures(1).fit(TEXTS)
    texts = [*TEXTS, "刷单 " * 30, "刷单日结" * 9 + "今晚吃饭", "好", ""]
    matrix = features.transform(texts).toarray()

    by = np.array([damping(reading.masked) for reading in MessageReader().transform(texts)])
    grams = [name.startswith(("word:", "chars:")) for name in features.get_feature_names_out()]
    usual = matrix * np.where(grams, by[:, None], 1.0)
    assert sorted(set(by))[0] == 1.0 and max(by) > 1.0
    assert (np.isclose(usual, 0) | np.isclose(usual, features.values())).all()
    assert (matrix[:3] > 0).any(axis=0).all()


def test_the_value_of_an_ngram_is_its_idf_by_the_usual_length() -> None:
    features = ReadingFeatures(1).fit(TEXTS)
    names = list(features.get_feature_names_out())
    values = dict(zip(names, features.values(), strict=True))

    in_two_of_three, in_one = math.log(4 / 3) + 1, math.log(4 / 2) + 1
    assert values["word:刷单"] == values["chars:刷单"] == pytest.approx(in_two_of_three / LENGTH, rel=1e-6)
    assert values["word:日结"] == values["chars:日结"] == pytest.approx(in_one / LENGTH, rel=1e-6)
    assert {values[name] for name in names if not name.startswith(("word:", "chars:"))} == {1.0}
    assert any(name.startswith("link:") for name in names)


def test_presence_counts_and_not_how_often() -> None:
    features = ReadingFeatures(1).fit(TEXTS)
    once, often = (Reading("刷单" * n, ["刷单"] * n, ()) for n in (2, 30))

    assert (features.transform([once]) != features.transform([often])).nnz == 0


def test_signals_are_indicators() -> None:
    readings = [Reading("刷单", ["刷单"], ("rule:a", "link:b")), Reading("好", ["好"], ())]
    features = ReadingFeatures(1).fit(readings)
    matrix = pd.DataFrame(features.transform(readings).toarray(), columns=features.get_feature_names_out())

    assert matrix["rule:a"].tolist() == matrix["link:b"].tolist() == [1.0, 0.0]


def test_the_reader_needs_no_fit_and_passes_readings_through() -> None:
    reading = Reading("好", ["好"], ())
    reader = MessageReader().fit([])

    assert reader.transform([reading])[0] is reading
    assert "刷单" in reader.transform(["刷.单日结"])[0].words
    assert reader.transform([reading, "好"])[1].words == ["好"]


def test_fixed_vocabularies() -> None:
    readings = [Reading("刷单", ["刷单"], ("rule:a",)), Reading("好", ["好"], ())]
    features = ReadingFeatures(1, ["刷单"], ["刷单", "⊢好"]).fit(readings)

    assert list(features.get_feature_names_out()) == ["word:刷单", "chars:刷单", "chars:⊢好", "rule:a"]
    assert (features.transform(readings).toarray() > 0).astype(int).tolist() == [[1, 1, 0, 1], [0, 0, 1, 0]]


def test_pandas_output() -> None:
    pipeline = make_pipeline(MessageReader(), ReadingFeatures(1, sparse_output=False)).set_output(transform="pandas")
    frame = pipeline.fit_transform(TEXTS)
    alone = ReadingFeatures(1, sparse_output=False).set_output(transform="pandas").fit_transform(TEXTS)

    assert list(frame.columns) == list(pipeline[-1].get_feature_names_out())
    assert list(alone.index) == ["a", "b", "c"]
    assert np.array_equal(frame.to_numpy(), ReadingFeatures(1).fit_transform(TEXTS).toarray())


def test_sparse_pandas_output_is_refused_by_scikit_learn() -> None:
    with pytest.raises(ValueError, match="sparse"):
        ReadingFeatures(1).set_output(transform="pandas").fit_transform(TEXTS)


def test_unfitted() -> None:
    with pytest.raises(NotFittedError):
        ReadingFeatures().transform(TEXTS)
    with pytest.raises(NotFittedError):
        ReadingFeatures().get_feature_names_out()


def test_pickling_and_cloning() -> None:
    stages = Stages()
    features = ReadingFeatures(1, stages=stages).fit(TEXTS)
    again = pickle.loads(pickle.dumps(features))

    assert (again.transform(TEXTS) != features.transform(TEXTS)).nnz == 0
    assert clone(features).get_params() == features.get_params()
    reader = MessageReader(stages)
    assert pickle.loads(pickle.dumps(reader)).transform(TEXTS) == reader.transform(TEXTS)


def test_features_of_a_file_are_the_fitted_ones() -> None:
    fitted = ReadingFeatures(1).fit(TEXTS)
    again = ReadingFeatures.of(
        (fitted.words_.get_feature_names_out(), fitted.words_.idf_),
        (fitted.chars_.get_feature_names_out(), fitted.chars_.idf_),
        list(fitted.signals_.get_feature_names_out()),
    )

    assert list(again.get_feature_names_out()) == list(fitted.get_feature_names_out())
    assert (again.transform(TEXTS) != fitted.transform(TEXTS)).nnz == 0


def test_texts_of_keeps_what_it_is_given() -> None:
    reading = Reading("好", ["好"], ())

    assert texts_of(TEXTS) == TEXTS.tolist()
    assert texts_of([reading, "好"]) == [reading, "好"]
    assert texts_of(pd.DataFrame({"x": ["一", "二"]})) == ["一", "二"]
    assert texts_of([]) == []
