from __future__ import annotations

import json
import logging
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from huzhu_guard import Guard, Message, ModelDamagedError, PolicyError, Verdict
from huzhu_guard.model import ModelStore, open_trained

if TYPE_CHECKING:
    from huzhu_guard.model.train import TrainedModel

TEXTS = ["兼职刷单日结 加微信abc88123", "明天见", "高仿包包 专柜验货 加V", "今晚吃什么好呢", "到了打我 13800138000"]


@pytest.fixture(scope="module")
def louder(small_folder: Path) -> TrainedModel:
    """The small model with higher scores for everything."""
    trained = open_trained(small_folder)
    trained.classifier.rescale([1.0, 1.0], [4.0, 4.0])
    return trained


@pytest.fixture
def store(small_folder: Path, louder: TrainedModel, tmp_path: Path) -> ModelStore:
    store = ModelStore(tmp_path / "models")
    store.add(small_folder, use=True)
    store.add(louder, pipeline=False)
    return store


@pytest.fixture
def closing() -> Iterator[Callable[[Guard], Guard]]:
    """Guards given to it are closed after the test."""
    guards: list[Guard] = []

    def keep(guard: Guard) -> Guard:
        guards.append(guard)
        return guard

    yield keep
    for guard in guards:
        guard.close()


def _values(guard: Guard) -> list[tuple[float, ...]]:
    return [verdict.values for verdict in guard.score_many(TEXTS)]


def _wait(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("it did not come")


def test_reload_follows_the_version_in_use(store: ModelStore) -> None:
    guard = Guard.load(model=store.root)
    before = _values(guard)
    store.use("v0002")

    assert _values(guard) == before
    guard.reload()
    after = _values(guard)
    assert all(a[0] < b[0] for a, b in zip(before, after, strict=True))
    store.rollback()
    guard.reload()
    assert _values(guard) == before


def test_reload_reads_policy_and_rules(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("", encoding="utf-8")
    guard = Guard.load(policy=policy)
    assert guard.score("明天见").action == "allow"
    policy.write_text('[deny]\nphrases = ["明天见"]\n[groups.g]\nstrictness = "strict"', encoding="utf-8")
    guard.reload()

    assert guard.score("明天见").action == "block"
    assert guard.score(Message("明天见", group_id="g")).action == "block"
    assert guard.scorer("g").policy.strictness == "strict"


def test_a_guard_goes_on_when_it_cannot_reload(store: ModelStore, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("", encoding="utf-8")
    guard = Guard.load(model=store.root, policy=policy)
    before = _values(guard)
    policy.write_text("strictness = 3", encoding="utf-8")

    with pytest.raises(PolicyError):
        guard.reload()
    assert _values(guard) == before
    policy.write_text("", encoding="utf-8")
    (store.root / "current").write_text("{")
    with pytest.raises(ModelDamagedError):
        guard.reload()
    assert _values(guard) == before


def _hammer(guard: Guard, stop: threading.Event, found: list[Verdict], faults: list[BaseException]) -> None:
    try:
        while not stop.is_set():
            found.extend(map(guard.score, TEXTS))
    except BaseException as error:
        faults.append(error)


@pytest.mark.slow
def test_four_threads_and_a_hundred_reloads(store: ModelStore) -> None:
    guard = Guard.load(model=store.root)
    allowed = [set(_values(Guard.load(model=store.path(name)))) for name in ("v0001", "v0002")]
    assert allowed[0].isdisjoint(set(allowed[1]) - {v for v in allowed[1] if v in allowed[0]})
    found: list[list[Verdict]] = [[] for _ in range(4)]
    faults: list[BaseException] = []
    stop = threading.Event()
    threads = [threading.Thread(target=_hammer, args=(guard, stop, part, faults)) for part in found]
    for thread in threads:
        thread.start()
    for turn in range(100):
        store.use("v0002" if turn % 2 == 0 else "v0001")
        guard.reload()
    stop.set()
    for thread in threads:
        thread.join()

    assert faults == []
    seen = {verdict.values for part in found for verdict in part}
    assert seen == allowed[0] | allowed[1]
    for part in found:
        assert len(part) > 100
        for verdict in part[:: max(1, len(part) // 50)]:
            _is_whole(verdict)


def _is_whole(verdict: Verdict) -> None:
    """Evidence, taken later, comes from the model that gave the score."""
    for label, value in verdict.scores.items():
        total = sum(item.weight for item in verdict.evidence if item.label == label)
        assert 1 / (1 + 2.718281828459045**-total) == pytest.approx(value, abs=1e-6)


def test_verdicts_keep_their_model(store: ModelStore) -> None:
    guard = Guard.load(model=store.root)
    verdict = guard.score(TEXTS[0])
    store.use("v0002")
    guard.reload()

    _is_whole(verdict)
    _is_whole(guard.score(TEXTS[0]))


def test_processes_follow_a_reload(store: ModelStore) -> None:
    guard = Guard.load(model=store.root)
    expected = []
    for name in ("v0001", "v0002", "v0001"):
        store.use(name)
        guard.reload()
        expected.append(_values(guard))
        assert [v.values for v in guard.score_many(TEXTS, n_jobs=2)] == expected[-1]
    assert expected[0] == expected[2] != expected[1]


def test_a_batch_is_judged_by_one_model(store: ModelStore) -> None:
    guard = Guard.load(model=store.root)
    before = _values(guard)
    batch = guard.score_many(TEXTS * 900, n_jobs=2)
    first = next(batch)
    store.use("v0002")
    guard.reload()

    assert [v.values for v in (first, *batch)] == before * 900


def test_processes_use_a_model_from_memory(louder: TrainedModel) -> None:
    guard = louder.guard()

    assert [v.values for v in guard.score_many(TEXTS, n_jobs=2)] == _values(guard)
    assert _values(pickle.loads(pickle.dumps(guard))) == _values(guard)


def test_a_watching_guard_reloads_by_itself(store: ModelStore, closing: Callable[[Guard], Guard]) -> None:
    guard = closing(Guard.load(model=store.root, watch=0.02))
    before = _values(guard)
    assert not guard.is_stale()
    store.use("v0002")

    _wait(lambda: _values(guard) != before)
    assert not guard.is_stale()


def test_a_watching_guard_sees_a_model_folder_written_anew(
    small_folder: Path, louder: TrainedModel, tmp_path: Path, closing: Callable[[Guard], Guard]
) -> None:
    open_trained(small_folder).save(tmp_path / "m")
    guard = closing(Guard.load(model=tmp_path / "m", watch=0.02))
    before = _values(guard)
    louder.save(tmp_path / "m")

    _wait(lambda: _values(guard) != before)
    assert _values(guard) == _values(louder.guard())


def test_a_change_that_cannot_be_loaded_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, closing: Callable[[Guard], Guard]
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("", encoding="utf-8")
    guard = closing(Guard.load(policy=policy, watch=0.02))
    with caplog.at_level(logging.WARNING, "huzhu_guard"):
        policy.write_text("strictness = 3", encoding="utf-8")
        _wait(lambda: bool(caplog.records))
        time.sleep(0.2)
    assert len(caplog.records) == 1
    assert "the guard goes on with what it has" in caplog.text
    assert "policy.toml:1: strictness is 3" in caplog.text
    policy.write_text('strictness = "strict"', encoding="utf-8")

    _wait(lambda: guard.policy.strictness == "strict")


def test_watching_ends(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("", encoding="utf-8")
    guard = Guard.load(policy=policy, watch=0.02)
    assert _watchers() == 1
    guard.watch(0.01)
    assert _watchers() == 1
    guard.close()
    guard.close()
    assert _watchers() == 0
    guard.watch(0.01)
    del guard
    _wait(lambda: _watchers() == 0)


def _watchers() -> int:
    return sum(thread.name == "huzhu-guard-watch" for thread in threading.enumerate())


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_how_often_to_look(seconds: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Guard.load(watch=seconds)


def test_a_pickled_guard_does_not_watch(tmp_path: Path, closing: Callable[[Guard], Guard]) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(json.dumps("relaxed").join(("strictness = ", "")), encoding="utf-8")
    guard = closing(Guard.load(policy=policy, watch=10))
    again = pickle.loads(pickle.dumps(guard))

    assert again.policy.strictness == "relaxed"
    assert _watchers() == 1
