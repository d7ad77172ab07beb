from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from huzhu_guard import Guard, ModelDamagedError, ModelError, ModelNotFoundError, ModelSchemaError
from huzhu_guard.model import artifact
from huzhu_guard.model.artifact import SCHEMA, read_manifest, read_model, write_model
from huzhu_guard.model.linear import TEXT_LABELS, UNIT
from huzhu_guard.verdict import LABELS


@pytest.fixture
def folder(small_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(small_folder, tmp_path / "model"))


def _sign(folder: Path) -> None:
    """Make the manifest vouch for the files as they are: what somebody would do who means harm."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("weights.npz", "ngrams.txt")
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _edit(folder: Path, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_round_trip(folder: Path, tmp_path: Path) -> None:
    model, manifest = read_model(folder)
    facts = {k: v for k, v in manifest.items() if k not in ("schema", "files")}
    write_model(tmp_path / "again", model, facts)

    assert manifest["schema"] == SCHEMA
    for name in ("weights.npz", "ngrams.txt", "manifest.json"):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    again, _ = read_model(tmp_path / "again")
    assert (model.biases, model.signals) == (again.biases, again.signals)
    for one, other in ((model.words, again.words), (model.chars, again.chars)):
        assert (one.grams, one.idf, one.weights) == (other.grams, other.idf, other.weights)


def test_numpy_reads_the_weights_without_pickle(folder: Path) -> None:
    model, _ = read_model(folder)
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        weights = {f"{part}.{label}" for part in ("words", "chars") for label in TEXT_LABELS}
        signals = {f"signals.{label}" for label in LABELS}
        assert set(arrays) == {"biases", "words.idf", "chars.idf"} | weights | signals
        assert {name for name in arrays if arrays[name].dtype == np.int32} == weights
        assert all(arrays[name].dtype == np.float32 for name in set(arrays) - weights)
        assert all(values.ndim == 1 for values in arrays.values())
        assert list(model.words.idf) == arrays["words.idf"].tolist()
        for i, label in enumerate(TEXT_LABELS):
            assert list(model.chars.weights[i]) == arrays[f"chars.{label}"].tolist()
            odds = (arrays[f"words.{label}"] * UNIT).tolist()
            assert [model.words.log_odds(gram)[i] for gram in model.words.grams] == odds


def test_the_shipped_model_loads(guard: Guard) -> None:
    folder = Path(artifact.__file__).parent / "default"
    model, manifest = read_model(folder)

    assert manifest["thresholds"].keys() == {"relaxed", "standard", "strict"}
    assert len(model.words.grams) > 1_000
    assert manifest["hashes"]["corpus"] == guard.facts["corpus"]


@pytest.mark.parametrize("name", ["weights.npz", "ngrams.txt", "manifest.json"])
def test_a_missing_file(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(ModelNotFoundError, match=rf"{name} is missing; give a folder made by 'huzhu-guard train'"):
        Guard.load(model=folder)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"manifest\.json is missing"):
        Guard.load(model=tmp_path / "none")


def test_a_file_in_place_of_the_folder(folder: Path) -> None:
    with pytest.raises(ModelNotFoundError):
        Guard.load(model=folder / "ngrams.txt")


@pytest.mark.parametrize("name", ["weights.npz", "ngrams.txt"])
def test_a_truncated_file(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])

    with pytest.raises(ModelDamagedError, match=rf"{name} is not the file that the manifest describes; copy"):
        Guard.load(model=folder)


@pytest.mark.parametrize("name", ["weights.npz", "ngrams.txt"])
def test_an_edited_file(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(ModelDamagedError, match="is not the file that the manifest describes"):
        Guard.load(model=folder)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"{}", b'{"schema": "1"}', b'{"schema": 1}', b'{"schema": 1, "files": {}}', b"\xff",
     b'{"schema": 1, "files": [], "thresholds": {}}', b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_manifest(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)

    with pytest.raises(ModelDamagedError, match=r"manifest\.json"):
        Guard.load(model=folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(thresholds={}),
        lambda m: m["thresholds"].pop("standard"),
        lambda m: m["thresholds"]["standard"].pop("scam"),
        lambda m: m["thresholds"]["standard"].update(scam={"review": "high", "block": 1}),
        lambda m: m["thresholds"].update(standard=3),
    ],
)
def test_a_manifest_with_wrong_thresholds(folder: Path, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    _edit(folder, change)

    with pytest.raises(ModelDamagedError, match="threshold"):
        Guard.load(model=folder)


def test_a_newer_schema(folder: Path) -> None:
    _edit(folder, lambda m: m.update(schema=SCHEMA + 1))

    with pytest.raises(ModelSchemaError, match=f"has schema {SCHEMA + 1}.*update huzhu_guard or retrain"):
        Guard.load(model=folder)


class _Harm:
    def __reduce__(self) -> tuple[object, ...]:
        return pytest.fail, ("a pickle was loaded",)


def _replace_array(folder: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(folder / "weights.npz") as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    members[f"{name}.npy"] = content
    with zipfile.ZipFile(folder / "weights.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    _sign(folder)


def _npy(array: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)  # type: ignore[arg-type]
    return buffer.getvalue()


def test_an_object_array_is_refused_and_never_unpickled(folder: Path) -> None:
    array = np.empty(3, dtype=object)
    array[:] = [_Harm()] * 3
    _replace_array(folder, "biases", _npy(array))

    with pytest.raises(ModelDamagedError, match="not an array of float32 or int32"):
        Guard.load(model=folder)


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps([0.0, 0.0, 0.0]),
        b"",
        _npy(np.zeros(3)),
        _npy(np.zeros(2, dtype="<f4")),
        _npy(np.zeros((3, 3), dtype="<f4")),
        _npy(np.zeros(3, dtype=">f4")),
        _npy(np.zeros(3, dtype="<f4"))[:-1],
        _npy(np.array([np.nan, 0, 0], dtype="<f4")),
        _npy(np.array([np.inf, 0, 0], dtype="<f4")),
    ],
    ids=["pickle", "empty", "float64", "short", "two-dimensional", "big-endian", "cut", "nan", "infinite"],
)
def test_another_array_than_expected(folder: Path, content: bytes) -> None:
    _replace_array(folder, "biases", content)

    with pytest.raises(ModelDamagedError):
        Guard.load(model=folder)


def _stored(folder: Path, name: str) -> np.ndarray:  # type: ignore[type-arg]
    with np.load(folder / "weights.npz") as arrays:
        return np.asarray(arrays[name])


@pytest.mark.parametrize("name", ["words.scam", "words.fake_deal", "chars.scam", "chars.fake_deal"])
def test_weights_of_another_type_than_the_schema_says(folder: Path, name: str) -> None:
    _replace_array(folder, name, _npy((_stored(folder, name) * UNIT).astype("<f4")))

    with pytest.raises(ModelDamagedError, match=rf"{name.partition('.')[0]}: the numbers are of another type than the"):
        Guard.load(model=folder)


@pytest.mark.parametrize("name", ["words.idf", "chars.idf"])
def test_document_frequencies_of_another_type(folder: Path, name: str) -> None:
    _replace_array(folder, name, _npy(_stored(folder, name).astype("<i4")))

    with pytest.raises(ModelDamagedError, match="the numbers are of another type than the schema says"):
        Guard.load(model=folder)


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("name", ["words.idf", "words.scam", "chars.fake_deal", "signals.scam", "signals.privacy_leak"])
def test_arrays_of_another_length(folder: Path, name: str, by: int) -> None:
    values = _stored(folder, name)
    _replace_array(folder, name, _npy(np.resize(values, len(values) + by)))

    with pytest.raises(ModelDamagedError, match=r"n-grams, but|zip\(\) argument"):
        Guard.load(model=folder)


def test_a_missing_array(folder: Path) -> None:
    with zipfile.ZipFile(folder / "weights.npz", "w") as archive:
        archive.writestr("biases.npy", _npy(np.zeros(3, dtype="<f4")))
    _sign(folder)

    with pytest.raises(ModelDamagedError):
        Guard.load(model=folder)


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", pickle.dumps({"biases": 1})])
def test_weights_that_are_no_archive(folder: Path, content: bytes) -> None:
    (folder / "weights.npz").write_bytes(content)
    _sign(folder)

    with pytest.raises(ModelDamagedError):
        Guard.load(model=folder)


def test_weights_whose_compressed_bytes_are_damaged(folder: Path) -> None:
    content = bytearray((folder / "weights.npz").read_bytes())
    for i in range(100, 400):
        content[i] ^= 0x5A
    (folder / "weights.npz").write_bytes(content)
    _sign(folder)

    with pytest.raises(ModelDamagedError):
        Guard.load(model=folder)


def test_an_unknown_compression(folder: Path) -> None:
    content = (folder / "weights.npz").read_bytes()
    (folder / "weights.npz").write_bytes(
        content.replace(
            b"\x50\x4b\x01\x02\x14\x03\x14\x00\x00\x00\x08\x00", b"\x50\x4b\x01\x02\x14\x03\x14\x00\x00\x00\x63\x00"
        )
    )
    _sign(folder)

    with pytest.raises(ModelDamagedError):
        Guard.load(model=folder)


def test_an_archive_that_unpacks_without_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifact, "_MOST_BYTES", 1_000_000)
    _replace_array(folder, "bomb", b"\0" * 1_000_001)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))

    with pytest.raises(ModelDamagedError, match="unpacks to more than"):
        Guard.load(model=folder)


def test_text_that_does_not_fit_the_weights(folder: Path) -> None:
    text = (folder / "ngrams.txt").read_text(encoding="utf-8")
    (folder / "ngrams.txt").write_text(text + "\n多出来的", encoding="utf-8")
    _sign(folder)

    with pytest.raises(ModelDamagedError, match="n-grams, but"):
        Guard.load(model=folder)


@pytest.mark.parametrize("gram", ["甲", "甲乙丙", ""])
def test_characters_that_are_no_pair(folder: Path, gram: str) -> None:
    names, words, chars = (folder / "ngrams.txt").read_text(encoding="utf-8").split("\0")
    chars = "\n".join([gram, *chars.split("\n")[1:]])
    (folder / "ngrams.txt").write_text("\0".join([names, words, chars]), encoding="utf-8")
    _sign(folder)

    with pytest.raises(ModelDamagedError, match="an n-gram of characters is no pair"):
        Guard.load(model=folder)


@pytest.mark.parametrize("content", [b"", b"\xff\xff", b"a\0b", b"a\0b\0c\0d"])
def test_text_of_another_shape(folder: Path, content: bytes) -> None:
    (folder / "ngrams.txt").write_bytes(content)
    _sign(folder)

    with pytest.raises(ModelDamagedError):
        Guard.load(model=folder)


def test_every_error_is_a_model_error() -> None:
    assert all(issubclass(e, ModelError) for e in (ModelNotFoundError, ModelDamagedError, ModelSchemaError))


def test_the_manifest_can_be_read_alone(folder: Path) -> None:
    (folder / "weights.npz").unlink()

    assert {"weights.npz", "ngrams.txt"} == set(read_manifest(folder)["files"])


def test_an_unreadable_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ModelNotFoundError, match="cannot be read \\(Permission denied\\)"):
        read_manifest(folder)
