from __future__ import annotations

import io
import pickle
import warnings
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV, cross_val_predict, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_array

from huzhu_guard.model import MessageClassifier, MessageReader, ReadingFeatures, label_matrix
from huzhu_guard.model.classifier import classifier_of, linear_of
from huzhu_guard.model.linear import TEXT_LABELS, UNIT
from huzhu_guard.model.reading import Reading
from huzhu_guard.rules import load_pack, shipped_packs
from huzhu_guard.stages import Stages

if TYPE_CHECKING:
    from pathlib import Path

    from huzhu_guard.model.train import TrainedModel

TEXTS = ["刷单日结 加微信abc88", "刷单返利 秒结", "今晚吃饭", "明天见", "高仿包包"] * 4
LABELS = [("scam",), ("scam", "fake_deal"), (), (), ("fake_deal",)] * 4
Y = pd.DataFrame(label_matrix(LABELS), columns=["scam", "fake_deal"])


@pytest.fixture(scope="module")
def fitted() -> MessageClassifier:
    return MessageClassifier(min_df=1).fit(TEXTS, LABELS)


def test_shapes_and_ranges(fitted: MessageClassifier) -> None:
    probabilities = fitted.predict_proba(TEXTS[:4])

    assert probabilities.shape == (4, 2)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert np.array_equal(fitted.predict(TEXTS[:4]), (probabilities > 0.5).astype(int))
    assert list(fitted.classes_) == ["scam", "fake_deal"]


def test_it_learns_its_examples(fitted: MessageClassifier) -> None:
    assert np.array_equal(fitted.predict(TEXTS[:5]), label_matrix(LABELS[:5]))
    assert fitted.score(TEXTS, LABELS) == fitted.score(TEXTS, Y) == 1.0
    assert fitted.score(TEXTS[:2], [(), ("scam", "fake_deal")], sample_weight=[3, 1]) == 0.25


def test_it_is_a_scikit_learn_estimator() -> None:
    classifier = MessageClassifier(C=3.0, most_words=7)

    assert clone(classifier).get_params() == {
        "C": 3.0, "min_df": 2, "most_words": 7, "most_chars": None, "sibling_weight": 0.2, "stages": None,
        "random_state": 0,
    }  # fmt: skip
    with pytest.raises(NotFittedError):
        classifier.decision_function(["刷单"])


@pytest.mark.parametrize(
    "given",
    [
        np.array(TEXTS, dtype=object), np.array(TEXTS), np.array(TEXTS)[:, None],
        pd.Series(TEXTS, index=range(90, 110)),
        pd.DataFrame({"text": TEXTS}), tuple(TEXTS), (text for text in TEXTS),
    ],
    ids=["objects", "strings", "column", "series", "frame", "tuple", "generator"],
)  # fmt: skip
def test_every_container_of_texts_gives_the_same(fitted: MessageClassifier, given: Any) -> None:
    assert np.array_equal(fitted.decision_function(given), fitted.decision_function(TEXTS))


@pytest.mark.parametrize(
    ("given", "error", "fault"),
    [
        ("刷单", TypeError, "wrap it in a list"),
        ([b"x"], TypeError, "message 0 is bytes"),
        (["好", None], TypeError, "message 1 is NoneType"),
        (pd.Series(["好", np.nan]), TypeError, "message 1 is float"),
        ([["好"]], TypeError, "message 0 is list"),
        (np.zeros((3, 2)), ValueError, "Expected one column of texts"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), ValueError, r"shape \(1, 2\)"),
    ],
)
def test_what_is_no_text_is_refused(fitted: MessageClassifier, given: Any, error: type[Exception], fault: str) -> None:
    with pytest.raises(error, match=fault):
        fitted.decision_function(given)


@pytest.mark.parametrize("y", [LABELS, pd.Series(LABELS), Y, Y.assign(privacy_leak=1), Y[["fake_deal", "scam"]],
                               Y.to_numpy(), Y.to_numpy().tolist(), [set(names) for names in LABELS]])  # fmt: skip
def test_every_container_of_labels_gives_the_same(fitted: MessageClassifier, y: Any) -> None:
    assert np.array_equal(MessageClassifier(min_df=1).fit(TEXTS, y).coef_, fitted.coef_)


@pytest.mark.parametrize(
    ("y", "error", "fault"),
    [
        (None, ValueError, "requires y to be passed"),
        (LABELS[:-1], ValueError, "inconsistent numbers of samples"),
        ([()] * 20, ValueError, "no message is scam, so there is one class"),
        ([("scam", "fake_deal")] * 20, ValueError, "every message is scam"),
        ([("fake_deal",), ()] * 10, ValueError, "no message is scam"),
        ([("scm",), ()] * 10, ValueError, "unknown label 'scm'; allowed are scam, fake_deal, privacy_leak"),
        (Y[["scam"]], ValueError, "y has no column fake_deal"),
        (Y + 1, ValueError, "y must be 0 or 1"),
        (np.zeros((20, 3)), ValueError, r"y has shape \(20, 3\)"),
        (list(range(20)), ValueError, "Only binary classification"),
        (["scam"] * 20, TypeError, "not one string"),
    ],
)
def test_what_are_no_labels_is_refused(y: Any, error: type[Exception], fault: str) -> None:
    with pytest.raises(error, match=fault):
        MessageClassifier(min_df=1).fit(TEXTS, y)


@pytest.mark.parametrize(
    ("given", "matrix"),
    [
        ([("scam",), (), ("scam", "fake_deal")], [[1, 0], [0, 0], [1, 1]]),
        ([{"fake_deal"}, set()], [[0, 1], [0, 0]]),
        ([(), ("privacy_leak",)], [[0, 0], [0, 0]]),
        (np.array([[1, 0], [0, 1]]), [[1, 0], [0, 1]]),
        ([[1, 0], [0, 1]], [[1, 0], [0, 1]]),
        (pd.DataFrame({"fake_deal": [1, 0], "scam": [0, 1]}), [[0, 1], [1, 0]]),
        ([], []),
    ],
)
def test_label_matrix(given: object, matrix: list[list[int]]) -> None:
    assert label_matrix(given).tolist() == matrix


def test_sample_weights_count() -> None:
    twice = MessageClassifier(min_df=1).fit(TEXTS, LABELS, sample_weight=np.full(len(TEXTS), 2.0))

    assert not np.allclose(twice.coef_, MessageClassifier(min_df=1).fit(TEXTS, LABELS).coef_)
    assert np.allclose(twice.coef_, MessageClassifier(C=20.0, min_df=1).fit(TEXTS, LABELS).coef_, atol=1e-3)


def test_sample_weights_are_routed() -> None:
    with config_context(enable_metadata_routing=True):
        asking = MessageClassifier(min_df=1).set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        weights = np.where(Y["scam"] == 1, 1.0, 0.5)
        found = cross_validate(asking, TEXTS, Y, cv=2, params={"sample_weight": weights}, return_estimator=True)
        plain = cross_validate(MessageClassifier(min_df=1), TEXTS, Y, cv=2, return_estimator=True)

    assert not np.allclose(found["estimator"][0].coef_, plain["estimator"][0].coef_)


def test_texts_and_readings_score_the_same(fitted: MessageClassifier) -> None:
    assert np.array_equal(fitted.decision_function(TEXTS), fitted.decision_function(fitted.read(TEXTS)))


def test_the_strongest_ngrams_are_kept(fitted: MessageClassifier) -> None:
    small = MessageClassifier(min_df=1, most_words=3, most_chars=5).fit(TEXTS, LABELS)

    for part, most, kept in (("words_", 3, small.features_.words_), ("chars_", 5, small.features_.chars_)):
        names = list(kept.get_feature_names_out())
        assert len(names) == most
        assert set(names) < set(getattr(fitted.features_, part).get_feature_names_out())
        assert list(kept.idf_) == sorted(kept.idf_)  # the commonest first


def test_rescale(fitted: MessageClassifier) -> None:
    other = MessageClassifier(min_df=1).fit(TEXTS, LABELS)
    other.rescale([2.0, 0.5], [1.0, -1.0])

    expected = fitted.decision_function(TEXTS) * [2.0, 0.5] + [1.0, -1.0]
    # a weight is rounded to a whole unit, and no message here has more than 30 n-grams
    assert np.allclose(other.decision_function(TEXTS), expected, rtol=0, atol=30 * UNIT)
    assert _units(other) == pytest.approx(np.rint(_units(other)), abs=1e-6)


def _units(classifier: MessageClassifier) -> np.ndarray[Any, Any]:
    """What each n-gram adds where it is present, in units of the artifact."""
    features = classifier.features_
    grams = len(features.words_.idf_) + len(features.chars_.idf_)
    return (classifier.coef_ * features.values() / UNIT)[:, :grams]


def test_weights_are_in_the_precision_of_the_artifact(fitted: MessageClassifier) -> None:
    features = fitted.features_
    grams = _units(fitted).shape[1]

    assert _units(fitted) == pytest.approx(np.rint(_units(fitted)), abs=1e-6)
    assert (np.abs(_units(fitted)) > 1).mean() > 0.9
    for values in (fitted.coef_[:, grams:], fitted.intercept_, features.words_.idf_, features.chars_.idf_):
        assert np.array_equal(values, values.astype(np.float32))


def test_weights_for_scoring_are_those_of_the_estimator(fitted: MessageClassifier) -> None:
    model = linear_of(fitted)
    names = list(fitted.features_.get_feature_names_out())
    assert [f"word:{gram}" for gram in model.words.grams] == names[: len(model.words.grams)]
    for i in range(2):
        given = [*model.words.weights[i], *model.chars.weights[i]]
        assert given == np.rint(_units(fitted))[i].astype(int).tolist()
        assert [weights[i] for weights in model.signals.values()] == fitted.coef_[i, len(given) :].tolist()
    assert model.biases == (*fitted.intercept_.tolist(), 0.0)
    assert len(model.words.weights) == len(TEXT_LABELS)


@pytest.fixture
def own_stages(tmp_path: Path) -> Stages:
    """Stages with a rule beside the shipped ones."""
    pack = tmp_path / "own.toml"
    pack.write_text(
        '[pack]\nname = "own"\n[[group]]\nid = "own"\ncap = 2.0\n'
        '[[rule]]\nid = "own.supper"\nlabel = "scam"\nkind = "task_rebate"\nweight = 1.5\ngroup = "own"\n'
        'literals = ["今晚吃饭"]\nreason = { zh = "说到吃饭。", en = "It speaks of supper." }\n'
        'hits = ["今晚吃饭", "今晚吃饭吗"]\nmisses = ["早上吃饭", "今晚不吃"]\n',
        encoding="utf-8",
    )
    return Stages([*shipped_packs(), load_pack(pack)])


def test_it_can_be_pickled_with_its_stages(own_stages: Stages) -> None:
    model = MessageClassifier(min_df=1, stages=own_stages).fit(TEXTS, LABELS)
    again = pickle.loads(pickle.dumps(model))

    assert "rule:own.supper" in model.read(["今晚吃饭"])[0].signals
    assert again.read(["今晚吃饭"]) == model.read(["今晚吃饭"])
    assert np.array_equal(again.decision_function(TEXTS), model.decision_function(TEXTS))
    assert clone(model).stages is own_stages


def test_it_can_be_stored_by_joblib(fitted: MessageClassifier) -> None:
    buffer = io.BytesIO()
    joblib.dump(fitted, buffer)
    buffer.seek(0)

    assert np.array_equal(joblib.load(buffer).decision_function(TEXTS), fitted.decision_function(TEXTS))


def test_grid_search(own_stages: Stages) -> None:
    for stages, n_jobs in ((None, 1), (own_stages, 2)):
        search = GridSearchCV(MessageClassifier(min_df=1, stages=stages), {"C": [30.0, 100.0]}, cv=2, n_jobs=n_jobs)
        search.fit(pd.Series(TEXTS), Y)
        assert search.cv_results_["mean_test_score"].tolist() == [1.0, 1.0]
        assert search.best_estimator_.predict(["刷单返利 秒结", "明天见"]).tolist() == [[1, 1], [0, 0]]


def test_cross_val_predict(fitted: MessageClassifier) -> None:
    found = cross_val_predict(MessageClassifier(min_df=1), pd.Series(TEXTS), Y, cv=2, method="predict_proba")

    assert found.shape == (20, 2)
    assert np.array_equal(found > 0.5, Y.to_numpy() == 1)


def test_one_label_makes_a_binary_classifier() -> None:
    model = MessageClassifier(min_df=1).fit(TEXTS, Y["scam"])

    assert list(model.classes_) == [0, 1]
    assert model.decision_function(TEXTS).shape == (20,)
    assert np.allclose(model.predict_proba(TEXTS).sum(axis=1), 1)
    assert np.array_equal(model.predict(TEXTS), Y["scam"])
    assert np.array_equal(MessageClassifier(min_df=1).fit(TEXTS, Y["scam"] == 1).predict(TEXTS), Y["scam"] == 1)
    with pytest.raises(ValueError, match="needs a classifier of all labels"):
        linear_of(model)


def test_calibration_of_one_label() -> None:
    model = CalibratedClassifierCV(MessageClassifier(min_df=1), cv=2).fit(pd.Series(TEXTS), Y["scam"])

    assert np.array_equal(model.predict(TEXTS), Y["scam"])


def test_a_tuned_threshold_of_one_label() -> None:
    tuned = TunedThresholdClassifierCV(MessageClassifier(min_df=1), scoring="f1", cv=2).fit(TEXTS, Y["scam"].to_numpy())

    assert 0 < tuned.best_threshold_ < 1
    assert np.array_equal(tuned.predict(TEXTS), Y["scam"])


def test_pipelines() -> None:
    pipeline = make_pipeline(MessageReader(), ReadingFeatures(1), LogisticRegression()).fit(TEXTS, Y["scam"])

    assert pipeline.score(TEXTS, Y["scam"]) == 1.0


def test_weights_of_a_leak_are_nought(small_model: TrainedModel) -> None:
    model = linear_of(small_model.classifier)

    assert model.biases[2] == 0.0
    assert {w[2] for w in model.signals.values()} == {0.0}


def test_a_classifier_can_be_made_of_the_artifact(small_model: TrainedModel, slice_of_messages: pd.DataFrame) -> None:
    again = classifier_of(linear_of(small_model.classifier))
    texts = slice_of_messages["text"][:100]

    assert list(again.classes_) == list(map(str, TEXT_LABELS))
    expected = small_model.classifier.decision_function(texts)
    assert np.allclose(again.decision_function(texts), expected, rtol=0, atol=1e-9)
    one, other = linear_of(again), linear_of(small_model.classifier)
    assert (one.biases, one.signals) == (other.biases, other.signals)
    for a, b in ((one.words, other.words), (one.chars, other.chars)):
        assert (a.grams, a.idf, a.weights) == (b.grams, b.idf, b.weights)


# scikit-learn's own checks hand over numbers. Here they are spelled as words, so that all else is really checked.


class SpelledClassifier(MessageClassifier):
    """Reads rows of numbers as messages."""

    def __init__(
        self,
        C: float = 10.0,
        min_df: int = 1,
        most_words: int | None = None,
        most_chars: int | None = None,
        sibling_weight: float = 0.2,
        stages: Stages | None = None,
        random_state: int = 0,
    ) -> None:
        super().__init__(C, min_df, most_words, most_chars, sibling_weight, stages, random_state)

    def read(self, X: Any) -> list[Reading]:
        rows = np.floor(2 * check_array(X)).astype(int)
        return [Reading("数", [f"c{at}v{value}" for at, value in enumerate(row)], ()) for row in rows]


_TWO_LABELS = "y has one column for each of our two labels, not for any other number"
_SPELLED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": "document frequencies count messages, whatever they weigh",
    "check_classifiers_classes": "y of strings is refused: it is a frequent mistake for collections of labels",
    "check_classifier_multioutput": _TWO_LABELS,
    "check_classifiers_multilabel_representation_invariance": _TWO_LABELS,
    "check_classifiers_multilabel_output_format_predict": _TWO_LABELS,
    "check_classifiers_multilabel_output_format_predict_proba": _TWO_LABELS,
    "check_classifiers_multilabel_output_format_decision_function": _TWO_LABELS,
}
_NUMBERS = "text input: the check hands over numbers, which are refused"
_TEXT_FAILURES = dict.fromkeys(
    (
        "check_fit_score_takes_y", "check_estimators_overwrite_params", "check_dont_overwrite_parameters",
        "check_estimators_fit_returns_self", "check_readonly_memmap_input", "check_positive_only_tag_during_fit",
        "check_estimators_dtypes", "check_sample_weights_pandas_series", "check_sample_weights_not_an_array",
        "check_sample_weights_list", "check_all_zero_sample_weights_error", "check_sample_weights_shape",
        "check_sample_weights_not_overwritten", "check_sample_weight_equivalence_on_dense_data",
        "check_pipeline_consistency", "check_estimator_sparse_tag", "check_estimators_pickle",
        "check_f_contiguous_array_estimator", "check_classifier_data_not_an_array", "check_classifiers_one_label",
        "check_classifiers_one_label_sample_weights", "check_classifiers_classes", "check_classifier_multioutput",
        "check_classifiers_train", "check_classifiers_multilabel_representation_invariance",
        "check_classifiers_multilabel_output_format_predict",
        "check_classifiers_multilabel_output_format_predict_proba",
        "check_classifiers_multilabel_output_format_decision_function", "check_decision_proba_consistency",
        "check_classifier_not_supporting_multiclass", "check_methods_sample_order_invariance",
        "check_methods_subset_invariance", "check_fit2d_1sample", "check_fit2d_1feature", "check_dict_unchanged",
        "check_fit_idempotent", "check_fit_check_is_fitted", "check_transformer_general",
        "check_transformer_preserve_dtypes", "check_transformer_data_not_an_array",
        "check_transformers_unfitted_stateless", "check_set_output_transform", "check_set_output_transform_pandas",
    ),
    _NUMBERS,
)  # fmt: skip


_READER_PASSES = {
    "check_estimators_overwrite_params", "check_dont_overwrite_parameters", "check_estimators_fit_returns_self",
    "check_readonly_memmap_input", "check_positive_only_tag_during_fit", "check_fit2d_1sample",
    "check_fit2d_1feature", "check_fit_check_is_fitted",
}  # fmt: skip
"""It learns nothing, so it does not look at what it is fitted on."""


def _expected_failures(estimator: Any) -> dict[str, str]:
    if isinstance(estimator, SpelledClassifier):
        return _SPELLED_FAILURES
    passes = _READER_PASSES if isinstance(estimator, MessageReader) else {"check_estimator_sparse_tag"}
    return {name: reason for name, reason in _TEXT_FAILURES.items() if name not in passes}


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    _checked = parametrize_with_checks(
        [SpelledClassifier(), MessageClassifier(), MessageReader(), ReadingFeatures()],
        expected_failed_checks=_expected_failures, xfail_strict=False,
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@_checked
def test_scikit_learn_checks(estimator: Any, check: Any) -> None:
    check(estimator)
