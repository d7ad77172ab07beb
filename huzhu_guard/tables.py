"""Files of messages, read and written in bounded memory, row by row.

A row that cannot be read keeps its place, with an error instead of a text; no row is lost.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from huzhu_guard.errors import FileFormatError

_SAMPLE = 1 << 20
_PARQUET_ROWS = 4_000
_ESCAPED = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile("[^\0-\x7f]")
_LONGEST_FIELD = 1 << 24  # characters; more is a quote that was never closed
TEXT_COLUMN = "text"
ENDINGS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".txt": "txt"}
"""Formats by file ending."""


class Row(NamedTuple):
    """One row of a file."""

    values: dict[str, Any]
    """Columns as read."""
    text: str
    """The message; ``""`` where there is none or it cannot be read."""
    error: str
    """What is wrong with the row; ``""`` if nothing."""
    line: int
    """Line, or row of a Parquet file, from 1."""


class Writer(Protocol):
    """Writes rows of one format."""

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append rows."""

    def close(self) -> None:
        """Finish the file."""


def format_of(path: Path) -> str:
    """Format of a file by its ending.

    Raises
    ------
    FileFormatError
        When the ending is unknown.
    """
    try:
        return ENDINGS[path.suffix.lower()]
    except KeyError:
        allowed = ", ".join(ENDINGS)
        raise FileFormatError(f"{path}: unknown file ending {path.suffix!r}; use one of {allowed}.") from None


def read_rows(path: Path, column: str) -> Iterator[Row]:
    """Rows of a file, in order.

    Raises
    ------
    FileFormatError
        When the file cannot be opened, is empty, or has no such column.
    """
    kind = format_of(path)
    if path.is_dir():
        raise FileFormatError(f"{path}: is a folder; name a file.")
    try:
        if path.stat().st_size == 0:
            raise FileFormatError(f"{path}: the file is empty; there is nothing to scan.")
        if kind == "parquet":
            yield from _parquet_rows(path, column)
            return
        with path.open(encoding=encoding_of(path), errors="surrogateescape", newline="") as file:
            yield from _text_rows(file, path, kind, column)
    except OSError as error:
        raise FileFormatError(f"{path}: cannot be read ({error.strerror or error}).") from error


def encoding_of(path: Path) -> str:
    """``utf-8-sig`` or ``gb18030``: UTF-8 unless more of the file is broken in it than is not.

    Nearly every byte sequence is some text in GB 18030, so a UTF-8 file with a few broken bytes must not be taken for
    it; and in Chinese text of the one, hardly a character is valid in the other.

    Raises
    ------
    FileFormatError
        When the file is UTF-16.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    broken = sound = 0
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise FileFormatError(f"{path}: is UTF-16; save it as UTF-8 and scan that.")
        file.seek(0)
        while block := file.read(_SAMPLE):
            text = decoder.decode(block)
            escaped = 0 if text.isascii() else len(_ESCAPED.findall(text))
            broken += escaped
            sound += len(_NOT_ASCII.findall(text)) - escaped
        broken += len(decoder.decode(b"", final=True))
    return "gb18030" if broken > sound else "utf-8-sig"


def _text_rows(file: IO[str], path: Path, kind: str, column: str) -> Iterator[Row]:
    if kind == "txt":
        for number, line in enumerate(file, 1):
            yield _row({TEXT_COLUMN: line.rstrip("\r\n")}, TEXT_COLUMN, number)
    elif kind == "jsonl":
        yield from _jsonl_rows(file, path, column)
    else:
        yield from _csv_rows(file, path, "\t" if kind == "tsv" else ",", column)


def _row(values: dict[str, Any], column: str, line: int, error: str = "") -> Row:
    value = values.get(column)
    text = "" if value is None else value if isinstance(value, str) else str(value)
    if not error and not _is_clean(text):
        error = "the text is not valid in the file's encoding"
    if error:
        values = {k: _clean(v) for k, v in values.items()}
        text = ""
    return Row(values, text, error, line)


def _is_clean(text: str) -> bool:
    return text.isascii() or not _ESCAPED.search(text)


def _clean(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _csv_rows(file: IO[str], path: Path, delimiter: str, column: str) -> Iterator[Row]:
    reader = csv.reader(file, delimiter=delimiter)
    try:
        header = _next_fields(reader)
    except (StopIteration, csv.Error) as error:
        raise FileFormatError(f"{path}:1: the first line must name the columns ({error}).") from error
    _require(path, header, column)
    header = _distinct(header)
    while True:
        line = reader.line_num + 1
        try:
            fields = _next_fields(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _row({}, column, line, f"line {line} is not valid CSV: {error}")
            continue
        if not fields:
            continue
        values: dict[str, Any] = dict(zip(header, fields, strict=False))
        if len(fields) > len(header):
            values[header[-1]] = delimiter.join(fields[len(header) - 1 :])
        if len(fields) != len(header):
            yield _row(values, column, line, f"line {line} has {len(fields)} fields, the header has {len(header)}")
        else:
            yield _row(values, column, line)


def _next_fields(reader: Any) -> list[str]:
    """The next record; the csv module's limit of 131,072 characters a field would refuse long messages."""
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        fields: list[str] = next(reader)
    finally:
        csv.field_size_limit(before)
    return fields


def _distinct(header: Sequence[str]) -> list[str]:
    """Names of columns, a number behind those that stand twice."""
    names: dict[str, None] = {}
    for name in header:
        fresh, number = name, 2
        while fresh in names:
            fresh, number = f"{name}.{number}", number + 1
        names[fresh] = None
    return list(names)


def _require(path: Path, columns: Sequence[str], column: str, line: int = 1) -> None:
    if column not in columns:
        names = ", ".join(columns)
        raise FileFormatError(f"{path}:{line}: there is no column {column!r}; it has {names}. Use --column.")


def _jsonl_rows(file: IO[str], path: Path, column: str) -> Iterator[Row]:
    first = True
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield _row({column: line.rstrip("\r\n")}, column, number, f"line {number} is not valid JSON: {error}")
            continue
        if not isinstance(values, dict):
            yield _row({column: line.rstrip("\r\n")}, column, number, f"line {number} is not a JSON object")
            continue
        if first:
            _require(path, list(values), column, number)
            first = False
        known = isinstance(values.get(column), str)
        yield _row(values, column, number, "" if known else f"line {number}: {column} is missing or not a string")


def _parquet() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise FileFormatError("Parquet needs pyarrow; install it with: pip install 'huzhu_guard[parquet]'.") from error
    return pyarrow


def _parquet_rows(path: Path, column: str) -> Iterator[Row]:
    arrow = _parquet()
    try:
        file = arrow.parquet.ParquetFile(path)
        _require(path, file.schema_arrow.names, column)
        number = 0
        for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
            for values in batch.to_pylist():
                number += 1
                yield _row(values, column, number)
    except arrow.ArrowException as error:
        raise FileFormatError(f"{path}: is not a readable Parquet file ({error}).") from error


class _DelimitedWriter:
    def __init__(self, file: IO[str], columns: Sequence[str], delimiter: str, header: bool) -> None:
        self._file = file
        self._writer = csv.DictWriter(file, columns, delimiter=delimiter, extrasaction="ignore", lineterminator="\n")
        if header:
            self._writer.writeheader()

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        self._writer.writerows(rows)

    def close(self) -> None:
        self._file.close()


class _JsonlWriter:
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        self._file.writelines(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)

    def close(self) -> None:
        self._file.close()


class _ParquetWriter:
    """Types of the columns are those of the first rows written; what does not fit them later becomes text."""

    def __init__(self, path: Path, columns: Sequence[str], numbers: Collection[str]) -> None:
        self._path = path
        self._arrow = _parquet()
        self._columns = columns
        self._types: dict[str, Any] = dict.fromkeys(numbers, self._arrow.float64())
        self._writer: Any = None

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        arrays = [self._array(name, [_clean(row.get(name)) for row in rows]) for name in self._columns]
        table = self._arrow.table(arrays, names=list(self._columns))
        if self._writer is None:
            self._types = {field.name: field.type for field in table.schema}
            self._writer = self._arrow.parquet.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)

    def _array(self, name: str, values: list[Any]) -> Any:
        arrow = self._arrow
        try:
            array = arrow.array(values, type=self._types.get(name))
        except (arrow.ArrowException, TypeError, ValueError, OverflowError):
            if self._types.get(name, arrow.string()) != arrow.string():
                raise FileFormatError(
                    f"{self._path}: column {name!r} holds values of several types, which Parquet cannot; "
                    "write CSV or JSONL."
                ) from None
            array = arrow.array([v if v is None or isinstance(v, str) else str(v) for v in values], arrow.string())
        return array.cast(arrow.string()) if arrow.types.is_null(array.type) else array

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def open_writer(
    path: Path, kind: str, columns: Sequence[str], append: bool = False, numbers: Collection[str] = ()
) -> Writer:
    """A writer of one format; CSV gets a byte order mark so that spreadsheets read it as UTF-8.

    Parameters
    ----------
    path : Path
    kind : str
    columns : sequence of str
    append : bool
        Whether to go on with a file that has a beginning; not for Parquet.
    numbers : collection of str
        Columns of numbers, for formats that have types.
    """
    if kind == "parquet":
        return _ParquetWriter(path, columns, numbers)
    encoding = "utf-8" if append or kind in ("jsonl", "txt") else "utf-8-sig"
    file = path.open("a" if append else "w", encoding=encoding, errors="replace", newline="")
    if kind == "jsonl":
        return _JsonlWriter(file)
    return _DelimitedWriter(file, columns, "," if kind == "csv" else "\t", header=not append)
