"""The model folder: ``weights.npz`` (numbers), ``ngrams.txt`` (text) and ``manifest.json``; nothing that runs code.

``sums.txt`` is the seal: the SHA-256 of every file beside it, in the format of ``sha256sum -c``. A folder without one
is read, too: earlier versions wrote none. The folder is read with the standard library alone. ``weights.npz`` is an
ordinary NumPy archive of one-dimensional little-endian arrays, read back without NumPy and so without pickle: float32,
and int32 for the weights of n-grams, which count :data:`~huzhu_guard.model.linear.UNIT`.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import struct
import sys
import zipfile
import zlib
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from huzhu_guard.errors import ModelDamagedError, ModelNotFoundError, ModelSchemaError
from huzhu_guard.model.linear import TEXT_LABELS, Block, LinearModel, Model
from huzhu_guard.model.schema1 import UnitBlock, UnitLengthModel
from huzhu_guard.verdict import LABELS

SCHEMA = 2
"""Version of the folder's format that this library writes; older ones are read."""

STRICTNESSES = ("relaxed", "standard", "strict")
"""Names under which a model holds thresholds."""

SEAL = "sums.txt"
"""File with the hash of every other file of a model folder."""

WEIGHTS, NGRAMS, MANIFEST = "weights.npz", "ngrams.txt", "manifest.json"
_MAGIC = b"\x93NUMPY\x01\x00"
_MOST_BYTES = 200_000_000  # a hostile archive must not unpack without end
_UNREADABLE = (
    ValueError, KeyError, IndexError, EOFError, OSError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What the standard library raises on damaged archives; an unknown compression is a NotImplementedError."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_model(folder: Path, model: LinearModel, manifest: Mapping[str, Any]) -> None:
    """Write a model folder; the same model and manifest always give the same bytes.

    Parameters
    ----------
    folder : Path
        Created if missing.
    model : LinearModel
    manifest : mapping
        JSON-ready facts about the training; schema and hashes are added here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, array[Any]] = {"biases": array("f", model.biases)}
    names = list(model.signals)
    for i, label in enumerate(LABELS):
        arrays[f"signals.{label}"] = array("f", (model.signals[n][i] for n in names))
    sections = ["\n".join(names)]
    for name, block in (("words", model.words), ("chars", model.chars)):
        arrays[f"{name}.idf"] = block.idf
        for label, weights in zip(TEXT_LABELS, block.weights, strict=True):
            arrays[f"{name}.{label}"] = weights
        sections.append("\n".join(block.grams))
    weights_bytes = _npz(arrays)
    ngrams_bytes = "\0".join(sections).encode()
    facts = {
        **manifest,
        "schema": SCHEMA,
        "files": {
            WEIGHTS: hashlib.sha256(weights_bytes).hexdigest(),
            NGRAMS: hashlib.sha256(ngrams_bytes).hexdigest(),
        },
    }
    text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / SEAL).unlink(missing_ok=True)  # what it said of other files went with the old model
    add_files(folder, {WEIGHTS: weights_bytes, NGRAMS: ngrams_bytes, MANIFEST: text.encode()})


def add_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a model folder, and their hashes into its seal; what the seal says of others stays."""
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    sums = {**sealed(folder), **{name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}}
    (folder / SEAL).write_bytes("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode())


def sealed(folder: Any) -> dict[str, str]:
    """Hash of each file by name, as the seal says; empty where there is no seal.

    Raises
    ------
    ModelDamagedError
        When the seal is not in the format.
    """
    try:
        content = folder.joinpath(SEAL).read_bytes()
    except OSError:
        return {}
    try:
        pairs = [line.split("  ", 1) for line in content.decode().splitlines()]
        return {name: digest for digest, name in pairs}
    except ValueError as error:
        raise ModelDamagedError(f"{folder}: {SEAL} cannot be read ({error}); copy the model folder again.") from error


def verify(folder: Any) -> dict[str, Any]:
    """Check every file of a model folder against its seal, and that the model can be read.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    ModelNotFoundError, ModelSchemaError, ModelDamagedError
        The first fault.
    """
    _, manifest = read_model(folder)
    for name in sealed(folder):
        read_sealed(folder, name)
    return manifest


def read_sealed(folder: Any, name: str) -> bytes:
    """A file of a model folder.

    Raises
    ------
    ModelNotFoundError, ModelDamagedError
        When it is missing, or not the file that the seal describes.
    """
    content = _bytes(folder, name)
    if hashlib.sha256(content).hexdigest() != sealed(folder).get(name):
        raise _not_sealed(folder, name)
    return content


def _not_sealed(folder: Any, name: str) -> ModelDamagedError:
    return ModelDamagedError(
        f"{folder}: {name} is not the file that {SEAL} describes; copy the model folder again, or retrain."
    )


def read_model(folder: Any) -> tuple[Model, dict[str, Any]]:
    """Read a model folder.

    Parameters
    ----------
    folder : Path or importlib.resources.abc.Traversable

    Raises
    ------
    ModelNotFoundError
        The folder or one of its files is missing.
    ModelSchemaError
        A newer version of the library wrote it.
    ModelDamagedError
        A file is truncated, edited or not in the format.
    """
    manifest = read_manifest(folder)
    contents = {name: _bytes(folder, name) for name in (WEIGHTS, NGRAMS)}
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != manifest["files"].get(name):
            raise ModelDamagedError(
                f"{folder}: {name} is not the file that the manifest describes; copy the model folder again or retrain."
            )
    try:
        arrays = dict(_arrays(contents[WEIGHTS]))
        sections = contents[NGRAMS].decode().split("\0")
        model = _model(arrays, [s.split("\n") if s else [] for s in sections], manifest["schema"])
    except _UNREADABLE as error:
        raise ModelDamagedError(f"{folder}: the model's weights cannot be read ({error}); retrain.") from error
    # last, so that a fault that can be named is named
    digest = sealed(folder).get(MANIFEST)
    if digest is not None and hashlib.sha256(_bytes(folder, MANIFEST)).hexdigest() != digest:
        raise _not_sealed(folder, MANIFEST)
    return model, manifest


def read_taught(folder: Any) -> tuple[LinearModel, dict[str, Any]]:
    """Read a model folder whose weights can be compared and taught further.

    Raises
    ------
    ModelError
        As :func:`read_model`; a ModelSchemaError for a model of an older schema, which a guard reads all the same.
    """
    model, manifest = read_model(folder)
    if isinstance(model, LinearModel):
        return model, manifest
    raise ModelSchemaError(
        f"{folder}: a model of schema {manifest['schema']} can be used by a guard, but not compared or taught further; "
        "train it anew."
    )


def is_model(path: Path) -> bool:
    """Whether a path is a model folder, as far as its file names tell."""
    return (path / MANIFEST).is_file()


def read_manifest(folder: Any) -> dict[str, Any]:
    """Read and check ``manifest.json`` alone; raises as :func:`read_model` does."""
    try:
        manifest = json.loads(_bytes(folder, MANIFEST))
    except (ValueError, RecursionError) as error:
        raise ModelDamagedError(f"{folder}: {MANIFEST} is not valid JSON ({error}); copy the folder again.") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("schema"), int):
        raise ModelDamagedError(f"{folder}: {MANIFEST} names no schema; this is not a model folder.")
    if manifest["schema"] > SCHEMA:
        raise ModelSchemaError(
            f"{folder}: the model has schema {manifest['schema']}, this version reads up to {SCHEMA}; "
            "update huzhu_guard or retrain the model."
        )
    if not isinstance(manifest.get("files"), dict) or not _are_thresholds(manifest.get("thresholds")):
        raise ModelDamagedError(
            f"{folder}: {MANIFEST} lacks files or sound thresholds; copy the folder again or retrain."
        )
    return manifest


def _are_thresholds(table: Any) -> bool:
    """Whether every strictness has for every label two numbers, review and block."""
    try:
        values = [table[s][label][at] for s in STRICTNESSES for label in LABELS for at in ("review", "block")]
    except (KeyError, TypeError, IndexError):
        return False
    return all(isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 1 for v in values)


def _bytes(folder: Any, name: str) -> bytes:
    try:
        content: bytes = folder.joinpath(name).read_bytes()
    except FileNotFoundError as error:
        raise ModelNotFoundError(
            f"{folder}: {name} is missing; give a folder made by 'huzhu-guard train', or no model for the shipped one."
        ) from error
    except OSError as error:
        raise ModelNotFoundError(f"{folder}: {name} cannot be read ({error.strerror}).") from error
    return content


_TYPES = {"f": "<f4", "i": "<i4"}
"""Type codes of the standard library's arrays, and NumPy's names of them."""


def _npz(arrays: Mapping[str, array[Any]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, values in arrays.items():
            code = values.typecode
            header = f"{{'descr': '{_TYPES[code]}', 'fortran_order': False, 'shape': ({len(values)},), }}"
            header += " " * (-(len(_MAGIC) + 2 + len(header) + 1) % 64) + "\n"
            content = (
                _MAGIC
                + struct.pack("<H", len(header))
                + header.encode("latin-1")
                + struct.pack(f"<{len(values)}{code}", *values)
            )
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _arrays(content: bytes) -> Iterable[tuple[str, array[Any]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(info.file_size for info in archive.infolist()) > _MOST_BYTES:
            raise ValueError("the archive unpacks to more than 200 MB")
        for name in archive.namelist():
            data = archive.read(name)
            code = next((code for code, descr in _TYPES.items() if f"'{descr}'".encode() in data[:128]), None)
            if not data.startswith(_MAGIC) or code is None:
                raise ValueError(f"{name} is not an array of float32 or int32")
            (length,) = struct.unpack_from("<H", data, len(_MAGIC))
            body = data[len(_MAGIC) + 2 + length :]
            if f"({len(body) // 4},)".encode() not in data[:128]:
                raise ValueError(f"{name} is not an array of one dimension, or is cut off")
            values: array[Any] = array(code)
            values.frombytes(body)
            if sys.byteorder == "big":
                values.byteswap()
            if not math.isfinite(sum(values)):
                raise ValueError(f"{name} holds a number that is not finite")
            yield name.removesuffix(".npy"), values


def _model(arrays: Mapping[str, array[Any]], sections: list[list[str]], schema: int) -> Model:
    names, words, chars = sections
    if len(arrays["biases"]) != len(LABELS):
        raise ValueError(f"{len(LABELS)} labels, but {len(arrays['biases'])} biases")
    columns = [arrays[f"signals.{label}"] for label in LABELS]
    signals = dict(zip(names, zip(*columns, strict=True), strict=True))
    biases = tuple(arrays["biases"])
    if schema == 1:
        units = [UnitBlock(*_columns(arrays, *part, "f")) for part in (("words", words), ("chars", chars))]
        return UnitLengthModel(biases, signals, *units)
    blocks = [Block(*_columns(arrays, *part, "i")) for part in (("words", words), ("chars", chars))]
    if any(len(pair) != 2 for pair in chars):
        raise ValueError("an n-gram of characters is no pair")
    return LinearModel(biases, signals, *blocks)


def _columns(
    arrays: Mapping[str, array[Any]], name: str, grams: list[str], code: str
) -> tuple[list[str], array[float], tuple[array[Any], ...]]:
    """N-grams of one kind, their idf and their weights, one array a label."""
    idf = arrays[f"{name}.idf"]
    weights = tuple([arrays[f"{name}.{label}"] for label in TEXT_LABELS])
    if {len(idf), *map(len, weights)} != {len(grams)}:
        raise ValueError(f"{name}: {len(grams)} n-grams, but {len(idf)} numbers")
    if (idf.typecode, *{values.typecode for values in weights}) != ("f", code):
        raise ValueError(f"{name}: the numbers are of another type than the schema says")
    return grams, idf, weights
