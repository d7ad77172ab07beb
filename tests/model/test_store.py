from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from huzhu_guard import Guard, HuzhuGuardError, ModelDamagedError, ModelNotFoundError
from huzhu_guard.model import load_pipeline, open_trained
from huzhu_guard.model.artifact import sealed, verify
from huzhu_guard.model.linear import UNIT
from huzhu_guard.model.store import ModelStore, current_version, open_store

if TYPE_CHECKING:
    from huzhu_guard.model.train import TrainedModel


@pytest.fixture
def store(small_model: TrainedModel, small_folder: Path, tmp_path: Path) -> ModelStore:
    """Two versions, the second in use after the first."""
    store = ModelStore(tmp_path / "models")
    assert [store.add(small_model, use=True), store.add(small_folder, use=True)] == ["v0001", "v0002"]
    return store


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_versions(store: ModelStore, small_model: TrainedModel) -> None:
    first, second = store.versions()

    assert (first.name, first.current, second.name, second.current) == ("v0001", False, "v0002", True)
    assert first.counts == small_model.manifest["counts"]
    assert (first.updates, first.fault, first.created_by) == (0, "", small_model.manifest["created_by"])
    assert store.current() == "v0002"
    assert store.show()["counts"] == small_model.manifest["counts"]


def test_only_whole_versions_are_seen(store: ModelStore) -> None:
    (store.root / ".new-rest").mkdir()
    (store.root / "notes").mkdir()

    assert [version.name for version in store.versions()] == ["v0001", "v0002"]
    assert sorted(path.name for path in store.root.iterdir()) == [".new-rest", "current", "notes", "v0001", "v0002"]


def test_rollback_restores_the_old_bytes(store: ModelStore, small_folder: Path) -> None:
    before = _contents(store.path("v0001"))

    assert store.rollback() == store.current() == "v0001"
    assert _contents(store.path()) == before
    for name in ("weights.npz", "ngrams.txt", "manifest.json"):
        assert before[name] == (small_folder / name).read_bytes()
    with pytest.raises(ModelNotFoundError, match="no version was in use before"):
        store.rollback()


def test_history_is_a_stack(store: ModelStore) -> None:
    store.use("v0001")
    store.use("v0001")

    assert [store.rollback(), store.rollback()] == ["v0002", "v0001"]


def test_nothing_is_in_use_at_first(small_folder: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    store.add(small_folder)

    assert not store.versions()[0].current
    with pytest.raises(ModelNotFoundError, match="no version is in use; choose one"):
        store.current()


@pytest.mark.parametrize("name", ["v0009", "../v0001", "v1", "", "current"])
def test_versions_that_are_not_there(store: ModelStore, name: str) -> None:
    for action in (store.use, store.path, store.show, store.verify):
        with pytest.raises(ModelNotFoundError, match="there are: v0001, v0002"):
            action(name)
    assert store.current() == "v0002"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"current": 3, "history": []}', '{"current": "../x", "history": []}']
)
def test_a_damaged_pointer(store: ModelStore, content: str) -> None:
    (store.root / "current").write_text(content)

    with pytest.raises(ModelDamagedError, match="current: cannot be read"):
        Guard.load(model=store.root)


@pytest.mark.parametrize("name", ["weights.npz", "ngrams.txt", "manifest.json", "pipeline.joblib", "MODEL_CARD.md"])
def test_a_tampered_file_is_found_and_not_used(store: ModelStore, name: str) -> None:
    path = store.path("v0001") / name
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)

    for action in (store.verify, store.use):
        with pytest.raises(ModelDamagedError, match=name):
            action("v0001")
    with pytest.raises(ModelDamagedError, match=name):
        store.rollback()
    assert store.current() == "v0002"


def test_changed_thresholds_are_refused_by_a_guard(store: ModelStore) -> None:
    path = store.path() / "manifest.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["thresholds"]["standard"]["scam"]["review"] = 0.0
    path.write_text(json.dumps(facts), encoding="utf-8")

    with pytest.raises(ModelDamagedError, match=r"manifest\.json is not the file that sums\.txt describes"):
        Guard.load(model=store.root)


def test_a_version_without_a_seal_cannot_be_verified(store: ModelStore) -> None:
    (store.path() / "sums.txt").unlink()

    with pytest.raises(ModelDamagedError, match=r"sums\.txt is missing"):
        store.verify()


@pytest.mark.parametrize("content", [b"no sums", b"\xff\xff  x"])
def test_a_damaged_seal(store: ModelStore, content: bytes) -> None:
    (store.path() / "sums.txt").write_bytes(content)

    with pytest.raises(ModelDamagedError, match=r"sums\.txt cannot be read"):
        store.verify()


def test_a_damaged_model_is_not_added(small_folder: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(small_folder, tmp_path / "broken"))
    (broken / "weights.npz").write_bytes(b"")
    store = ModelStore(tmp_path / "models")

    with pytest.raises(ModelDamagedError):
        store.add(broken)
    assert list(store.root.iterdir()) == []


def test_a_guard_reads_the_version_in_use(store: ModelStore) -> None:
    assert current_version(store.root) == store.path("v0002")
    assert current_version(store.path("v0001")) == store.path("v0001")
    assert Guard.load(model=store.root).score("今晚吃什么好呢").action == "allow"


def test_diff(small_model: TrainedModel, store: ModelStore) -> None:
    assert store.diff("v0001") == {
        "facts": {}, "signals": {},
        "words": {"added": 0, "gone": 0, "moved": 0, "furthest": []},
        "chars": {"added": 0, "gone": 0, "moved": 0, "furthest": []},
    }  # fmt: skip
    other = open_trained(store.path("v0001"))
    words = other.classifier.features_.words_.get_feature_names_out()
    other.classifier.coef_[0, 5] += 2.0 / other.classifier.features_.values()[5]
    other.manifest["thresholds"]["strict"]["scam"]["review"] = 0.0
    store.add(other)
    found = store.diff("v0001", "v0003")

    assert found["facts"].keys() == {"files.weights.npz", "thresholds.strict.scam.review"}
    assert found["facts"]["thresholds.strict.scam.review"][1] == 0.0
    assert found["words"]["moved"] == 1
    gram, label, before, after = found["words"]["furthest"][0]
    assert (gram, label) == (words[5], "scam")
    # weights are whole units, and shown with three digits
    assert after - before == pytest.approx(2.0, abs=1e-3 + UNIT)
    assert found["chars"]["moved"] == 0


def test_the_pipeline_is_read_back_by_an_explicit_call(store: ModelStore, small_model: TrainedModel) -> None:
    classifier = load_pipeline(store.path("v0001"))

    assert (classifier.decision_function(["刷单"]) == small_model.classifier.decision_function(["刷单"])).all()
    with pytest.raises(ModelNotFoundError, match=r"pipeline\.joblib is missing"):
        load_pipeline(store.path("v0002"))


def test_a_swapped_pipeline_is_not_unpickled(store: ModelStore) -> None:
    path = store.path("v0001") / "pipeline.joblib"
    path.write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")

    with pytest.raises(ModelDamagedError, match="it was not unpickled"):
        load_pipeline(path.parent)


def test_a_guard_never_touches_the_pipeline(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    import joblib

    monkeypatch.setattr(joblib, "load", lambda *_, **__: pytest.fail("a pipeline was read"))
    read_bytes = Path.read_bytes

    def watch(path: Path) -> bytes:
        assert path.name != "pipeline.joblib"
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", watch)
    Guard.load(model=store.path("v0001")).score("刷单日结")


def test_an_old_pipeline_does_not_outlive_its_model(small_model: TrainedModel, tmp_path: Path) -> None:
    small_model.save(tmp_path, pipeline=True)
    small_model.save(tmp_path)

    with pytest.raises(ModelDamagedError, match="is not the file"):
        load_pipeline(tmp_path)


def test_opening_a_model_gives_the_same_model(small_folder: Path, tmp_path: Path) -> None:
    open_trained(small_folder).save(tmp_path / "again")

    assert _contents(small_folder) == _contents(tmp_path / "again")
    assert verify(tmp_path / "again").keys() == verify(small_folder).keys()
    assert sealed(small_folder).keys() == {path.name for path in small_folder.iterdir()} - {"sums.txt"}


def test_a_folder_of_models_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(HuzhuGuardError, match="there is no such folder"):
        open_store(tmp_path / "none")
