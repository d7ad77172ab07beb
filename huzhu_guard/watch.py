"""Notices that files have changed, and reloads a guard."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from huzhu_guard.errors import HuzhuGuardError

if TYPE_CHECKING:
    from huzhu_guard.guard import Guard

_log = logging.getLogger("huzhu_guard")

Fingerprint = tuple[tuple[int, int, int] | None, ...]
"""Inode, size and time of each file; None where there is none."""


def fingerprint(paths: Iterable[Path]) -> Fingerprint:
    """What tells a changed file from the same file, without reading it."""
    return tuple(map(_of, paths))


def _of(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


class Watcher:
    """A thread that reloads a guard when its files change; it ends with the guard.

    Parameters
    ----------
    guard : Guard
    seconds : float
        How often to look; above 0.

    Raises
    ------
    ValueError
        When ``seconds`` is not above 0.
    """

    def __init__(self, guard: Guard, seconds: float) -> None:
        if not seconds > 0:
            raise ValueError(f"seconds is {seconds!r}; it must be above 0.")
        self._guard = weakref.ref(guard)
        self._seconds = seconds
        self._stop = threading.Event()
        self._refused: Fingerprint | None = None
        self._thread = threading.Thread(target=self._run, name="huzhu-guard-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            guard = self._guard()
            if guard is None:
                return
            self._look(guard)
            del guard  # or the thread would keep it alive

    def _look(self, guard: Guard) -> None:
        now = guard.seen()
        if now == self._refused or not guard.is_stale():
            return
        try:
            guard.reload()
        except HuzhuGuardError as error:
            self._refused = now
            _log.warning("the guard goes on with what it has: %s", error)
        except Exception as error:  # a thread that dies silently would leave a bot with an old model for ever
            self._refused = now
            _log.warning("the guard goes on with what it has: %s", type(error).__name__)
