"""Screen a whole file: rows in equal rows out, in order, in bounded memory.

The output grows under a temporary name beside its place (``.NAME.part``) and is renamed when complete. An
interrupted scan of an unchanged file leaves that part behind, and the same command goes on from there.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huzhu_guard.errors import FileFormatError, HuzhuGuardError
from huzhu_guard.tables import Row, Writer, format_of, open_writer, read_rows
from huzhu_guard.verdict import LABELS, Verdict

if TYPE_CHECKING:
    from huzhu_guard.guard import Guard

_CHUNK = 4_000  # rows screened, written and noted down together
_LONGER = 8  # … times as many with several processes, which wait for one another at the end of each chunk
_NUMBERS = ("risk", *map(str, LABELS))
_COLUMNS = ("action", *_NUMBERS, "labels", "reasons", "error")
_PREFIX = "huzhu_"  # put before our column where the file has one of that name


def scan_file(
    guard: Guard, source: Path, output: Path, column: str = "text", n_jobs: int = 1, progress: bool = False
) -> dict[str, Any]:
    """Screen a file.

    Parameters
    ----------
    guard : Guard
    source, output : Path
        Formats by ending: csv, tsv, jsonl, parquet, txt (one message a line; written as tsv).
    column : str
        The column with the texts.
    n_jobs : int
    progress : bool
        Whether to show a bar.

    Returns
    -------
    dict
        ``rows``, one count an action, one a label, ``errors``, and ``first_error`` where there is one.

    Raises
    ------
    FileFormatError
        When a file cannot be read or written; nothing half-written is left then.
    """
    kind = format_of(output)
    if output.is_dir() or not output.parent.is_dir():
        raise FileFormatError(f"{output}: cannot be written there; name a file in an existing folder.")
    rows = read_rows(source, column)
    first = list(islice(rows, _CHUNK))
    if not first:
        raise FileFormatError(f"{source}: has no rows; there is nothing to scan.")
    part = _Part(guard, source, output, column, resumable=kind != "parquet")
    columns = list(dict.fromkeys(name for row in first for name in row.values))
    names = {name: _PREFIX + name if name in columns else name for name in _COLUMNS}
    writer: Writer | None = None
    try:
        done = part.resume()
        kind = "tsv" if kind == "txt" else kind
        writer = open_writer(part.path, kind, [*columns, *names.values()], done > 0, [names[n] for n in _NUMBERS])
        with _bar(source, progress) as advance:
            size = _CHUNK if n_jobs == 1 else _LONGER * _CHUNK
            for chunk in _chunks(chain(first, rows), size, done, advance):
                writer.write(list(_scanned(guard, chunk, names, n_jobs, part.counts)))
                part.note(len(chunk), writer)
                advance(len(chunk))
        writer.close()
        part.path.replace(output)
        part.forget()
    except KeyboardInterrupt:
        part.interrupt(writer)
        raise
    except (HuzhuGuardError, ValueError, TypeError) as error:
        part.remove(writer)
        if isinstance(error, HuzhuGuardError):
            raise
        raise FileFormatError(f"{source}: cannot be scanned ({error}).") from error
    except OSError as error:
        part.remove(writer)
        raise FileFormatError(f"{output}: cannot be written ({error.strerror or error}).") from error
    return {"rows": part.rows, **part.counts}


def _chunks(rows: Iterable[Row], size: int, done: int, advance: Any) -> Iterator[list[Row]]:
    iterator = iter(rows)
    if done:
        for _ in islice(iterator, done):
            pass
        advance(done)
    yield from iter(lambda: list(islice(iterator, size)), [])


def _scanned(
    guard: Guard, chunk: list[Row], names: dict[str, str], n_jobs: int, counts: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    told = guard.score_reasoned([row.text for row in chunk], n_jobs)
    for row, (verdict, reasons) in zip(chunk, told, strict=True):
        result: dict[str, Any] = dict.fromkeys(_COLUMNS, "")
        if row.error:
            counts["errors"] = counts.get("errors", 0) + 1
            counts.setdefault("first_error", f"line {row.line}: {row.error.removeprefix(f'line {row.line}: ')}")
            result |= {**dict.fromkeys(_NUMBERS), "error": row.error}
        else:
            result |= _record(verdict, reasons)
            for key in (str(verdict.action), *map(str, verdict.labels)):
                counts[key] = counts.get(key, 0) + 1
        yield {**row.values, **{names[key]: value for key, value in result.items()}}


def _record(verdict: Verdict, reasons: str) -> dict[str, Any]:
    return {
        "action": str(verdict.action),
        "risk": round(verdict.risk, 6),
        **{str(label): round(value, 6) for label, value in verdict.scores.items()},
        "labels": "+".join(verdict.labels),
        "reasons": reasons,
    }


class _Part:
    """The unfinished output and the note of how far it goes."""

    def __init__(self, guard: Guard, source: Path, output: Path, column: str, resumable: bool) -> None:
        self.path = output.with_name(f".{output.name}.part")
        self._note = output.with_name(f".{output.name}.part.json")
        self._resumable = resumable
        stat = source.stat()
        self._task = [str(source.resolve()), stat.st_size, stat.st_mtime_ns, column, guard.facts]
        self.rows = 0
        self.counts: dict[str, Any] = {}

    def resume(self) -> int:
        """Rows already done by an earlier, interrupted scan of the same file with the same model."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            if note["task"] == self._task and self.path.stat().st_size >= note["bytes"]:
                os.truncate(self.path, note["bytes"])
                self.rows, self.counts = note["rows"], note["counts"]
        except (OSError, ValueError, KeyError, TypeError):
            self.rows, self.counts = 0, {}
        return self.rows

    def note(self, rows: int, writer: Writer) -> None:
        """Remember that ``rows`` more rows are written."""
        self.rows += rows
        if not self._resumable:
            return
        file = writer._file  # type: ignore[attr-defined]
        file.flush()
        note = {"task": self._task, "bytes": self.path.stat().st_size, "rows": self.rows, "counts": self.counts}
        fresh = self._note.with_suffix(".new")
        fresh.write_text(json.dumps(note), encoding="utf-8")
        fresh.replace(self._note)

    def forget(self) -> None:
        """Drop the note of a finished scan."""
        with suppress(OSError):
            self._note.unlink()

    def interrupt(self, writer: Writer | None) -> None:
        """Keep what can be gone on with."""
        if not self._resumable:
            self.remove(writer)
        elif writer is not None:
            writer.close()

    def remove(self, writer: Writer | None) -> None:
        """Leave nothing half-written."""
        if writer is not None:
            with suppress(Exception):  # it may hold rows that the disk has no room for
                writer.close()
        for path in (self.path, self._note):
            with suppress(OSError):
                path.unlink()


class _bar:
    """A progress bar on a terminal, or nothing."""

    def __init__(self, source: Path, shown: bool) -> None:
        self._shown = shown
        self._source = source

    def __enter__(self) -> Any:
        if not self._shown:
            return lambda rows: None
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console,
        )  # fmt: skip
        self._progress.start()
        task = self._progress.add_task(self._source.name, total=None)
        return lambda rows: self._progress.advance(task, rows)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._progress.stop()


def summary_table(counts: dict[str, Any]) -> None:
    """Print what a scan found."""
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=True)
    table.add_column("")
    table.add_column("rows", justify="right")
    table.add_column("share", justify="right")
    total = counts["rows"] or 1
    order = Counter({k: v for k, v in counts.items() if isinstance(v, int)})
    for name in ("rows", "allow", "review", "block", *map(str, LABELS), "errors"):
        table.add_row(name, f"{order[name]:,}", f"{order[name] / total:.2%}")
    Console().print(table)
