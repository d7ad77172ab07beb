"""Scores messages in several processes, through any backend of joblib.

The calling thread alone reads, keeps the messages and tells the verdicts, in order; workers get texts and give back
numbers. joblib is handed chunks as long as some wait: where whoever takes the verdicts is slow, it runs dry, and is
called again later. So an iterator is drawn from in one thread only, and no more is in memory than some ten thousand
messages.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sized
from concurrent.futures import BrokenExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from itertools import chain
from threading import Lock, get_ident
from typing import Any, NamedTuple

from huzhu_guard.answer import Answer, Told, answer, in_words
from huzhu_guard.errors import HuzhuGuardError
from huzhu_guard.parts import Built, Text, as_message, judge_many
from huzhu_guard.verdict import Message

_LEAST, _MOST = 256, 2_048  # messages in a chunk: at most a tenth of a second's work
_CHARACTERS = 400_000  # … or fewer messages, where they are long
_AHEAD, _AHEAD_EACH = 8, 4  # chunks read ahead, and for each worker: enough to do here while workers start
_PATIENCE = 600.0  # seconds; a chunk takes less than one, so whoever is silent that long will not answer any more
_TRIES = 2  # how often workers may die in a row without a single answer


class Crew(NamedTuple):
    """Workers of a joblib backend, not yet started."""

    parallel: Any
    """A joblib.Parallel."""
    size: int

    def kept(self) -> AbstractContextManager[Any]:
        """Keep workers between calls where joblib would start them for each call anew."""
        return nullcontext() if self.parallel.return_as == "generator" else self.parallel


def hire(n_jobs: int | None, backend: str | None) -> Crew | None:
    """Settle who works: a number of workers and their backend, or None for this process alone.

    Parameters
    ----------
    n_jobs : int, optional
        -1 for all; None for what the active joblib.parallel_config says, or for all of a backend that is named.
    backend : str, optional
        A name that joblib knows; that of the active joblib.parallel_config by default, else loky.

    Raises
    ------
    ValueError
        When there is no such backend, or ``n_jobs`` is 0.
    """
    if n_jobs == 0:
        raise ValueError("n_jobs is 0; give the number of processes, or -1 for all cores.")
    if n_jobs == 1 or (n_jobs is None and backend is None and "joblib" not in sys.modules):
        return None  # nobody who has not imported joblib can have configured it
    from joblib import Parallel, effective_n_jobs, parallel_config
    from joblib.parallel import get_active_backend

    try:
        config = nullcontext() if backend is None else parallel_config(backend=backend)
    except (ValueError, ImportError) as error:
        raise ValueError(
            f"joblib cannot use the backend {backend!r} ({str(error).splitlines()[0]}); "
            "install or register it, see joblib.register_parallel_backend."
        ) from error
    with config:
        active, configured = get_active_backend()
        if n_jobs is None:
            n_jobs = configured if backend is None else configured or -1
        size = effective_n_jobs(n_jobs)
        if size == 1:
            return None
        # not every backend hands on results as they come
        return_as = "generator" if active.supports_return_generator else "list"
        timeout = _PATIENCE if active.supports_timeout else None
        return Crew(Parallel(n_jobs=n_jobs, return_as=return_as, timeout=timeout, batch_size=1), size)


def score_parallel(built: Built, texts: Iterable[Text], crew: Crew, reasoned: bool = False) -> Iterator[Told]:
    """Score messages in order, all by the same state of a guard.

    The first chunk is scored here: a few messages are not worth a process, and a forked worker inherits what it needs.

    Parameters
    ----------
    built : Built
    texts : iterable of str or Message
    crew : Crew
    reasoned : bool
        Whether to give reasons, too.

    Raises
    ------
    HuzhuGuardError
        When workers fail, or die again and again; what a dead worker had not answered is given to others.
    """
    sizes = _sizes(len(texts) if isinstance(texts, Sized) else None, crew.size)
    return chain.from_iterable(_told(built, _chunks(iter(texts), sizes), crew, reasoned))


def _told(built: Built, chunks: Iterator[list[Text]], crew: Crew, reasoned: bool) -> Iterator[Iterator[Told]]:
    first = next(chunks, None)
    if first is not None:
        yield _scored_here(built, first, reasoned)
        yield from _Run(built, chunks, crew, reasoned).told()


def _sizes(total: int | None, workers: int) -> Iterator[int]:
    """How many messages to put into each chunk: few at first, then many, and few again so that all end together."""
    size = _LEAST
    while True:
        yield size
        size = min(_MOST, 2 * size)
        if total is not None:
            total -= size
            size = max(_LEAST, min(size, total // (4 * workers)))


def _chunks(texts: Iterator[Text], sizes: Iterator[int]) -> Iterator[list[Text]]:
    """The texts in chunks; a bare one becomes a message when its verdict is told, so that few of them are in memory."""
    chunk: list[Text] = []
    most, room = next(sizes), _CHARACTERS
    try:
        for text in texts:
            chunk.append(text if type(text) is str else as_message(text))
            room -= len(_text_of(chunk[-1]))
            if len(chunk) == most or room <= 0:
                yield chunk
                chunk, most, room = [], next(sizes), _CHARACTERS
    except Exception:
        if chunk:
            yield chunk  # what came before the fault is told first
        raise
    if chunk:
        yield chunk


def _text_of(text: Text) -> str:
    return text.text if isinstance(text, Message) else text


def _scored_here(built: Built, texts: list[Text], reasoned: bool) -> Iterator[Told]:
    return iter([(v, in_words(v) if reasoned else "") for v in judge_many(built.scorers, texts)])


@dataclass(slots=True, eq=False)
class _Chunk:
    number: int
    texts: list[Text]
    told: Iterator[Told] | None = None
    """Its verdicts, as soon as there are any."""


class _Tasks:
    """What joblib draws from, in threads of its own: the chunks that wait. It ends where none does."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._lock = Lock()
        self._thread = get_ident()
        self._closed = False
        self.answered = False
        """Whether a worker has answered: then joblib asks for more, in another thread."""

    def __iter__(self) -> _Tasks:
        return self

    def __next__(self) -> Any:
        with self._lock:
            self.answered = self.answered or get_ident() != self._thread
            task = None if self._closed else self._run.give()
        if task is None:
            raise StopIteration
        return task

    def close(self) -> None:
        """Give out nothing more."""
        with self._lock:
            self._closed = True


class _Run:
    """One pass over messages. Chunks stand in line until they are told; meanwhile each waits, is at work or is done."""

    def __init__(self, built: Built, chunks: Iterator[list[Text]], crew: Crew, reasoned: bool) -> None:
        self._built = built
        self._chunks = enumerate(chunks)
        self._crew = crew
        self._reasoned = reasoned
        self._own = built.scorers.keys() - {None}
        self._line: deque[_Chunk] = deque()
        self._waiting: deque[_Chunk] = deque()
        self._at_work: dict[int, _Chunk] = {}
        self._answers = 0
        self._fault: Exception | None = None

    def told(self) -> Iterator[Iterator[Told]]:
        """The verdicts on all messages, in order, chunk by chunk."""
        self._read(_AHEAD + _AHEAD_EACH * self._crew.size)
        deaths = 0
        while self._line:
            before = self._answers
            try:
                with self._crew.kept():
                    while self._line:
                        yield from self._round()
            except BrokenExecutor as error:
                deaths = 1 if self._answers > before else deaths + 1
                if deaths == _TRIES:
                    raise HuzhuGuardError(
                        "worker processes were killed again and again, as happens where memory runs out; "
                        "use a smaller n_jobs, or n_jobs=1."
                    ) from error
            except HuzhuGuardError:
                raise
            except Exception as error:
                raise HuzhuGuardError(
                    f"scoring in several processes failed ({type(error).__name__}); look at what the workers of the "
                    "joblib backend say, or use n_jobs=1."
                ) from error
        if self._fault is not None:
            raise self._fault

    def _round(self) -> Iterator[Iterator[Told]]:
        """One call of joblib: it takes chunks as long as some wait."""
        tasks = _Tasks(self)
        answers: Iterator[Answer] = iter(())
        try:
            answers = iter(self._crew.parallel(tasks))
            while not tasks.answered and (chunk := self._next()):  # workers are being started
                chunk.told = _scored_here(self._built, chunk.texts, self._reasoned)
            yield from self._tell()  # all, perhaps: with a single worker left joblib starts only when it is asked
            for found in answers:
                self._take(found)
                yield from self._tell()
        finally:
            tasks.close()
            if not sys.is_finalizing():  # then nobody is left to answer
                with suppress(Exception):
                    deque(answers, maxlen=0)  # let workers end in peace: to stop joblib means to kill them
            self._waiting.extendleft(reversed(self._at_work.values()))
            self._at_work.clear()

    def _take(self, found: Answer) -> None:
        # after a death joblib may run chunks again that it had drawn before; the first answer counts
        if chunk := self._at_work.pop(found.number, None):
            chunk.told = found.verdicts(chunk.texts, self._built.scorers)
            self._answers += 1

    def _tell(self) -> Iterator[Iterator[Told]]:
        while self._line and (told := self._line[0].told) is not None:
            self._line.popleft()
            yield told
            self._read(1)

    def _read(self, count: int) -> None:
        for _ in range(count):
            try:
                following = next(self._chunks, None)
            except Exception as error:  # of the iterator: raised after the verdicts on what came before
                self._fault = error
                return
            if following is None:
                return
            chunk = _Chunk(*following)
            self._line.append(chunk)
            self._waiting.append(chunk)

    def _next(self) -> _Chunk | None:
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def give(self) -> Any | None:
        """What a worker has to do next, for joblib; None where no chunk waits."""
        chunk = self._next()
        if chunk is None:
            return None
        from joblib import delayed

        self._at_work[chunk.number] = chunk
        groups: list[str | None] | None = None
        if self._own:
            named = [text.group_id if isinstance(text, Message) else None for text in chunk.texts]
            groups = [name if name in self._own else None for name in named]
        texts = list(map(_text_of, chunk.texts))
        return delayed(answer)(chunk.number, self._built.parts, texts, groups, self._reasoned)
