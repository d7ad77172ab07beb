"""How much quicker two processes are than one, on 100,000 messages, in alternation.

    python tests/benchmarks/parallel_speed.py [MESSAGES.jsonl] [--backends loky multiprocessing] [--rounds 3]

MESSAGES has ``text`` in each row; the repository's corpus is taken where none is named. Verdicts are compared first.
The first pass of a backend is its cold one: joblib is imported and workers are started in it. Its cost over the best
later pass is the start cost. Another program that takes a core spoils every figure for two processes, so the processor
time that others used meanwhile is told beside each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import deque
from itertools import chain, islice, repeat
from pathlib import Path
from typing import NamedTuple

from huzhu_guard import Guard

CORPUS = Path(__file__).parents[2] / "data" / "messages"
_HERTZ = os.sysconf("SC_CLK_TCK")


class Pass(NamedTuple):
    """One pass over all messages."""

    seconds: float
    busy: float
    """Processor seconds of the whole machine meanwhile, ours and others'."""


def read(path: Path, count: int) -> list[str]:
    """So many messages: the file's, again and again, shuffled."""
    files = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    lines = chain.from_iterable(file.read_text(encoding="utf-8").split("\n") for file in files)
    texts = [json.loads(line)["text"] for line in lines if line.strip()]
    found = list(islice(chain.from_iterable(repeat(texts)), count))
    random.Random(7).shuffle(found)
    return found


def busy() -> float:
    """Processor seconds that the machine has spent since it started."""
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + irq + softirq) / _HERTZ


def measure(guard: Guard, texts: list[str], n_jobs: int, backend: str | None) -> Pass:
    """Score everything once."""
    before, start = busy(), time.perf_counter()
    deque(guard.score_many(texts, n_jobs, backend), maxlen=0)
    return Pass(time.perf_counter() - start, busy() - before)


def show(name: str, found: Pass, count: int) -> None:
    """One line."""
    print(f"{name:26} {count / found.seconds:8,.0f} a second  {found.seconds:6.2f} s  machine busy {found.busy:5.1f} s")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("messages", type=Path, nargs="?", default=CORPUS)
    parser.add_argument("--backends", nargs="+", default=["loky", "multiprocessing"])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    texts, guard = read(options.messages, options.count), Guard.load()
    expected = [verdict.values for verdict in guard.score_many(texts[:5_000])]

    passes: dict[str, list[Pass]] = {}
    for turn in range(options.rounds + 1):  # the first one is cold
        for name in ("one process", *options.backends):
            backend = None if name == "one process" else name
            found = measure(guard, texts, 1 if backend is None else options.n_jobs, backend)
            passes.setdefault(name, []).append(found)
            show(f"{name}{' (cold)' if turn == 0 and backend else ''}", found, len(texts))
            if turn == 0 and backend:
                verdicts = guard.score_many(texts[:5_000], options.n_jobs, backend)
                assert expected == [verdict.values for verdict in verdicts], f"{name} gives other verdicts"
    one = min(found.seconds for found in passes.pop("one process"))
    print(f"\nbest of each, {len(texts):,} messages, n_jobs={options.n_jobs}, {os.cpu_count()} cores")
    print(f"{'one process':26} {len(texts) / one:8,.0f} a second")
    for name, (cold, *warm) in passes.items():
        best = min(found.seconds for found in warm)
        print(
            f"{name:26} {len(texts) / best:8,.0f} a second  ratio {one / best:.2f}, cold {one / cold.seconds:.2f}; "
            f"start cost {cold.seconds - best:.2f} s"
        )


if __name__ == "__main__":
    main()
