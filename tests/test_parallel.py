from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any

import pytest
from joblib import Parallel, delayed, parallel_config, register_parallel_backend
from joblib.parallel import BACKENDS, ThreadingBackend

from huzhu_guard import Guard, HuzhuGuardError, Message, ModelDamagedError, Policy, Verdict, parallel
from huzhu_guard.answer import Answer, answer, in_words
from huzhu_guard.parts import Built, Sources, build, scorers_of

if TYPE_CHECKING:
    from huzhu_guard.model.train import TrainedModel

SCAM = "兼职日结 一部手机就能做 加V:abc88123"
# Python 3.12 and later warn of every fork beside threads; forking is what this backend is asked for
may_fork = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred messages make many chunks."""
    monkeypatch.setattr(parallel, "_LEAST", 8)
    monkeypatch.setattr(parallel, "_MOST", 32)


@pytest.fixture(scope="module")
def grouped() -> Guard:
    """A guard with policies of two groups' own."""
    return Guard.load(
        policy=Policy.parse(
            "[groups.lax.labels.scam]\nenabled = false\n[groups.lax.redaction]\ndefault = 'replace'\n"
            '[groups.hard]\nstrictness = "strict"\n[groups.hard.deny]\nphrases = ["天"]'
        )
    )


@pytest.fixture(scope="module")
def mixed(messages: Any) -> list[str | Message]:
    """Texts of all kinds, some of them with a sender, some in groups with policies of their own."""
    groups = (None, "lax", "hard", "elsewhere")
    texts = [
        *messages["text"][::40],
        "",
        "\ud800",
        "长" * 5_000,
        SCAM,
        "看 http://pinduoduo.com.vip-hd.top/a 打我13800138000",
    ]
    return [
        text if place % 3 else Message(text, sender_id="s", group_id=groups[place % 4], message_id=str(place))
        for place, text in enumerate(texts)
    ]


class Counted(ThreadingBackend):  # type: ignore[misc]
    """A backend such as a user may register: it counts what it is given."""

    tasks = 0

    def submit(self, func: Any, callback: Any = None) -> Any:
        Counted.tasks += 1
        return super().submit(func, callback)


class AllAtOnce(Counted):
    """A backend that gives back nothing before everything is done, as many do."""

    supports_return_generator = False


class Shrinking(Counted):
    """A backend that has lost all workers but one by the time it is used, as a cluster of dask may."""

    def configure(self, *_: Any, **__: Any) -> int:
        return 1


OWN = {"counted": Counted, "all_at_once": AllAtOnce, "shrinking": Shrinking}


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    for name, backend in OWN.items():
        register_parallel_backend(name, backend)
    Counted.tasks = 0
    yield
    for name in OWN:
        del BACKENDS[name]


def _same(expected: list[Verdict], found: list[Verdict]) -> None:
    assert expected == found
    assert [v.message for v in expected] == [v.message for v in found]
    assert [v.redacted for v in expected[-20:]] == [v.redacted for v in found[-20:]]
    assert [v.evidence for v in expected[-20:]] == [v.evidence for v in found[-20:]]


@may_fork
@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading", "sequential", *OWN])
def test_every_backend_gives_the_verdicts_of_one_process(
    grouped: Guard, mixed: list[str | Message], small_chunks: None, backend: str
) -> None:
    _same([grouped.score(text) for text in mixed], list(grouped.score_many(iter(mixed), 2, backend)))


@pytest.mark.parametrize("backend", ["loky", "counted", "all_at_once"])
def test_reasons_come_from_the_workers(
    grouped: Guard, mixed: list[str | Message], small_chunks: None, backend: str
) -> None:
    expected = [(verdict, in_words(verdict)) for verdict in map(grouped.score, mixed)]

    assert expected == list(grouped.score_reasoned(mixed, 2, backend))
    assert expected == list(grouped.score_reasoned(mixed))


def test_a_frame_is_the_same_with_every_backend(guard: Guard, messages: Any, small_chunks: None) -> None:
    frame = messages[["text"]][::60]

    assert guard.score_frame(frame).equals(guard.score_frame(frame, n_jobs=2, backend="counted"))
    assert Counted.tasks > 0


def test_the_active_configuration_of_joblib_holds(guard: Guard, small_chunks: None) -> None:
    texts = [f"今晚吃什么 {i}" for i in range(200)]
    expected = [guard.score(text) for text in texts]
    used = []
    with parallel_config(backend="counted", n_jobs=2):
        for options in ({}, {"n_jobs": 2}, {"n_jobs": 1}, {"n_jobs": 2, "backend": "threading"}):
            before = Counted.tasks
            assert expected == list(guard.score_many(texts, **options))  # type: ignore[arg-type]
            used.append(Counted.tasks > before)
        later = guard.score_many(texts)
    before = Counted.tasks

    assert used == [True, True, False, False]
    assert expected == list(later)
    assert Counted.tasks > before
    assert expected == list(guard.score_many(texts))


@pytest.mark.parametrize(
    ("n_jobs", "backend", "size"),
    [
        (1, None, None),
        (1, "counted", None),
        (None, None, None),
        (2, None, 2),
        (3, "counted", 3),
        (2, "sequential", None),
    ],
)
def test_who_works(n_jobs: int | None, backend: str | None, size: int | None) -> None:
    crew = parallel.hire(n_jobs, backend)

    assert size == (crew and crew.size)


def test_a_backend_that_is_named_works_with_all_it_has() -> None:
    with parallel_config(n_jobs=3):
        crew = parallel.hire(None, "counted")
    everything, all_but_none = parallel.hire(None, "counted"), parallel.hire(-1, "counted")

    assert crew
    assert crew.size == 3
    assert (everything and everything.size) == (all_but_none and all_but_none.size)


@pytest.mark.parametrize(
    ("n_jobs", "backend", "fault"),
    [
        (0, None, "n_jobs is 0; give the number of processes, or -1 for all cores."),
        (2, "spork", r"joblib cannot use the backend 'spork' \(Invalid backend: spork.*register_parallel_backend"),
    ],
)
def test_what_cannot_be_asked_for(guard: Guard, n_jobs: int, backend: str | None, fault: str) -> None:
    for call in (guard.score_many, guard.score_reasoned):
        with pytest.raises(ValueError, match=fault):
            call(["今晚吃什么"], n_jobs, backend)


def test_one_text_is_refused_with_several_processes_too(guard: Guard) -> None:
    for call in (guard.score_many, guard.score_reasoned):
        with pytest.raises(TypeError, match="an iterable of messages, not one text"):
            call("one text", 2)


def test_a_few_messages_start_no_workers(guard: Guard) -> None:
    texts = [f"今晚吃什么 {i}" for i in range(parallel._LEAST)]

    assert [guard.score(text) for text in texts] == list(guard.score_many(texts, 2, "counted"))
    assert list(guard.score_many([], 2, "counted")) == list(guard.score_many(iter(()), 2, "counted")) == []
    assert Counted.tasks == 0
    assert len(list(guard.score_many([*texts, SCAM], 2, "counted"))) == len(texts) + 1
    assert Counted.tasks == 1


class Source:
    """An endless iterator that remembers how far and by whom it was drawn from."""

    def __init__(self) -> None:
        self.drawn = 0
        self.threads: set[int] = set()

    def __iter__(self) -> Iterator[str]:
        for self.drawn in count(1):
            self.threads.add(get_ident())
            yield f"今晚吃什么 {self.drawn}"


@pytest.mark.parametrize("backend", ["loky", "counted", "all_at_once"])
def test_no_more_is_read_ahead_than_is_allowed(guard: Guard, small_chunks: None, backend: str) -> None:
    source = Source()
    verdicts = guard.score_many(iter(source), 2, backend)
    assert source.drawn == 0
    most = (parallel._AHEAD + 2 * parallel._AHEAD_EACH) * parallel._MOST
    for told in range(1, 3_000):
        text = next(verdicts).text
        if told % 500 == 0:
            time.sleep(0.1)  # workers get ahead of whoever takes the verdicts

        assert text == f"今晚吃什么 {told}"
        assert source.drawn - told <= most
    assert {get_ident()} == source.threads


def test_the_first_verdicts_do_not_wait_for_workers(guard: Guard) -> None:
    source = Source()

    assert next(guard.score_many(iter(source), 2, "counted")).text == "今晚吃什么 1"
    assert (source.drawn, Counted.tasks) == (parallel._LEAST, 0)


@pytest.mark.parametrize(
    ("total", "first", "last"),
    [(None, [256, 512, 1024, 2048, 2048], 2048), (100_000, [256, 512, 1024, 2048, 2048], 256), (1_000, [256] * 5, 256)],
)
def test_chunks_grow_and_shrink(total: int | None, first: list[int], last: int) -> None:
    sizes = list(islice(parallel._sizes(total, 2), 200))

    assert first == sizes[:5]
    assert last == sizes[-1]
    assert {size for size in sizes if 256 <= size <= 2048} == set(sizes)


def test_long_messages_make_short_chunks(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_CHARACTERS", 1_000)
    chunks = parallel._chunks(iter(["长" * 400] * 8), parallel._sizes(8, 2))

    assert [len(chunk) for chunk in chunks] == [3, 3, 2]


class Torn(Exception):
    """What goes wrong in a user's iterator."""


def _torn(good: int) -> Iterator[Any]:
    yield from (f"今晚吃什么 {i}" for i in range(good))
    raise Torn


@pytest.mark.parametrize("good", [0, 3, 8, 50, 501])
@pytest.mark.parametrize("backend", ["counted", "all_at_once"])
def test_a_fault_comes_after_the_verdicts_before_it(guard: Guard, small_chunks: None, good: int, backend: str) -> None:
    no_text = (text if i < good else None for i, text in enumerate([*(f"今晚吃什么 {i}" for i in range(good)), None]))
    for texts, fault in ((_torn(good), Torn), (no_text, TypeError)):
        found = []
        with pytest.raises(fault):
            for verdict in guard.score_many(texts, 2, backend):  # type: ignore[arg-type]
                found.append(verdict.text)

        assert [f"今晚吃什么 {i}" for i in range(good)] == found


def _pid() -> int:
    time.sleep(0.1)
    return os.getpid()


def _workers() -> set[int]:
    return set(Parallel(n_jobs=2, batch_size=1)(delayed(_pid)() for _ in range(4)))


def test_leaving_early_leaves_the_workers_alone(guard: Guard, small_chunks: None) -> None:
    before = _workers()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        verdicts = guard.score_many(Source(), 2)
        for _ in range(300):
            next(verdicts)
        del verdicts

    assert said == []
    assert before & _workers()


def test_two_passes_at_a_time(guard: Guard, small_chunks: None) -> None:
    texts = [f"今晚吃什么 {i}" for i in range(400)]
    pairs = zip(guard.score_many(texts, 2), guard.score_many(texts[::-1], 2), strict=True)

    assert [(a, b) for a, b in zip(texts, texts[::-1], strict=True)] == [(a.text, b.text) for a, b in pairs]


KILL = "停工 "


def _dies_once(number: int, parts: Any, texts: list[str], *rest: Any) -> Answer:
    """Answer, but the first worker to read a message that names a file that is not there is killed."""
    for text in texts:
        if text.startswith(KILL) and not Path(text.removeprefix(KILL)).exists():
            Path(text.removeprefix(KILL)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return answer(number, parts, texts, *rest)


def _dies(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fails(*_: Any) -> None:
    raise MemoryError


def test_what_a_killed_worker_had_is_given_to_others(
    guard: Guard, small_chunks: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "answer", _dies_once)
    texts = [f"今晚吃什么 {i}" for i in range(1_500)]
    texts[20] = f"{KILL}{tmp_path / 'dead'}"  # the first chunk is scored here, and the second by a worker
    found = list(guard.score_many(texts, 2))

    assert (tmp_path / "dead").exists()
    _same([guard.score(text) for text in texts], found)


def test_a_worker_that_is_killed_from_outside(guard: Guard, small_chunks: None) -> None:
    victim = _workers().pop()
    texts = [f"今晚吃什么 {i}" for i in range(3_000)]
    verdicts = guard.score_many(texts, 2)
    half = list(islice(verdicts, 1_500))
    os.kill(victim, signal.SIGKILL)

    _same([guard.score(text) for text in texts], [*half, *verdicts])
    assert victim not in _workers()


@pytest.mark.parametrize(
    ("worker", "backend", "fault"),
    [
        (_dies, "loky", "killed again and again, as happens where memory runs out; use a smaller n_jobs, or n_jobs=1."),
        (_fails, "loky", r"scoring in several processes failed \(MemoryError\); look at what .* or use n_jobs=1."),
        (_fails, "all_at_once", r"scoring in several processes failed \(MemoryError\)"),
    ],
)
def test_workers_that_never_answer(
    guard: Guard, small_chunks: None, monkeypatch: pytest.MonkeyPatch, worker: Any, backend: str, fault: str
) -> None:
    monkeypatch.setattr(parallel, "answer", worker)
    texts = [f"今晚吃什么 {i}" for i in range(500)]
    with pytest.raises(HuzhuGuardError, match=fault) as caught:
        list(guard.score_many(texts, 2, backend))
    monkeypatch.undo()

    assert len(str(caught.value).splitlines()) == 1
    assert "今晚" not in str(caught.value)
    assert [guard.score(text) for text in texts] == list(guard.score_many(texts, 2, backend))


@may_fork
def test_a_backend_that_loses_a_worker_silently_is_not_waited_for_without_end(
    guard: Guard, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "answer", _dies)
    monkeypatch.setattr(parallel, "_PATIENCE", 1.0)
    with pytest.raises(HuzhuGuardError, match=r"failed \(TimeoutError\)"):
        list(guard.score_many([f"今晚吃什么 {i}" for i in range(500)], 2, "multiprocessing"))


def test_a_program_can_end_in_the_middle() -> None:
    code = """
import huzhu_guard as hg
def main():
    for place, verdict in enumerate(hg.score_many(("今晚吃什么 %d" % i for i in range(100_000)), n_jobs=2)):
        if place == 3_000:
            raise SystemExit(7)
main()
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)

    assert (result.returncode, result.stdout, result.stderr) == (7, b"", b"")


def test_what_comes_back_is_small_and_holds_no_text(guard: Guard, messages: Any) -> None:
    built = build(Sources())
    texts = list(messages["text"][messages["labels"].map(len) == 0][:500])
    found = answer(3, built.parts, texts, None, False)
    plain = [i for i, text in enumerate(texts) if i not in found.found]
    small = answer(3, built.parts, [texts[i] for i in plain], None, False)

    assert (small.number, small.found, small.reasons) == (3, {}, {})
    assert len(pickle.dumps(small)) < 30 * len(plain) + 500
    assert [guard.score(text).values for text in texts] == list(zip(*[iter(found.values)] * 3, strict=True))
    assert [text for text in texts if len(text) > 3 and text.encode() in pickle.dumps(small)] == []


def test_screening_makes_no_garbage_that_only_the_collector_finds(guard: Guard, messages: Any) -> None:
    """So workers can do without it."""
    texts = list(messages["text"][::20])
    list(guard.score_many(texts))
    gc.collect()
    gc.disable()
    try:
        for verdict in guard.score_many(texts):
            assert verdict.values
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(enabled: bool) -> None:
    parts = build(Sources()).parts
    try:
        if not enabled:
            gc.disable()
        answer(0, parts, [SCAM], None, False)
        assert gc.isenabled() is enabled
        with pytest.raises((AttributeError, TypeError)):
            answer(0, parts, [3], None, False)  # type: ignore[list-item]
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


def test_what_a_worker_reads_is_read_once(small_folder: Path) -> None:
    parts = build(Sources(small_folder)).parts
    elsewhere = parts._replace(stamp="elsewhere")  # as in another process, where the guard is not

    assert scorers_of(elsewhere) is scorers_of(elsewhere)
    first = scorers_of(elsewhere)
    scorers_of(parts._replace(stamp="another"))
    assert scorers_of(elsewhere) is not first
    with pytest.raises(ModelDamagedError, match="was replaced while it was in use"):
        scorers_of(parts._replace(stamp="damaged", digest="0"))


def test_a_worker_in_the_same_memory_reads_nothing(small_folder: Path) -> None:
    built = build(Sources(small_folder))

    assert built.scorers is scorers_of(built.parts._replace(model=small_folder / "gone"))


def test_a_model_in_memory_goes_with_the_parts(small_model: TrainedModel) -> None:
    built: Built = small_model.guard()._built
    elsewhere = scorers_of(pickle.loads(pickle.dumps(built.parts))._replace(stamp="elsewhere"))

    assert built.scorers[None].score(Message(SCAM)) == elsewhere[None].score(Message(SCAM))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_cluster_of_dask(
    grouped: Guard, mixed: list[str | Message], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    texts = [*mixed * 8, SCAM]
    expected = [grouped.score(text) for text in texts]
    assert len(texts) > 3_000
    local = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with distributed.LocalCluster(processes=True, **local) as cluster, distributed.Client(cluster) as client:
        _same(expected, list(grouped.score_many(iter(texts), backend="dask")))
        with parallel_config(backend="dask"):
            _same(expected, list(grouped.score_many(texts, 2)))

        monkeypatch.setattr(parallel, "answer", _dies_once)
        before = client.run(os.getpid)
        texts[1_500] = f"{KILL}{tmp_path / 'dead'}"
        expected[1_500] = grouped.score(texts[1_500])
        found = grouped.score_many(texts, backend="dask")
        half = list(islice(found, 300))
        _same(expected, [*half, *found])

        assert (tmp_path / "dead").exists()
        client.wait_for_workers(2)
        assert len(set(client.run(os.getpid).values()) - set(before.values())) == 1
