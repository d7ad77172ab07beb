"""Whether memory grows while one process screens a million different short messages.

    python tests/benchmarks/soak.py [MESSAGES]

Half of them go one by one, half in batches. The exit code is 1 when memory has grown by more than two megabytes,
which an allocator may move about: with a million messages, a leak of two bytes a message is seen.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import time
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from huzhu_guard import Guard

_MOST = 2_000_000  # bytes
_WARM = 60_000  # messages before memory is looked at: caches are filled, arenas are claimed
_BATCH = 1_000
_CHARACTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定"
)
_PATTERNS = (
    "{han}，{han}",
    "{han} {number}元 {han}",
    "兼职日结 {han} 加V:{name}{number}",
    "帮我砍一刀 https://p.pinduoduo.com/{name}",
    "{han} http://{name}.{name}.top/{number}",
    "收件人{han} 电话138{phone}",
    "[捂脸]{han}\u200b{han} {name}@example.com",
)


def texts(seed: int = 7) -> Iterator[str]:
    """Short messages of several kinds, no two alike."""
    rng = random.Random(seed)
    while True:
        yield rng.choice(_PATTERNS).format(
            han="".join(rng.choices(_CHARACTERS, k=rng.randint(4, 12))),
            name="".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=8)),
            number=rng.randint(1, 99_999),
            phone=rng.randint(10_000_000, 99_999_999),
        )


def resident() -> int:
    """Bytes of memory that this process has."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def screen(guard: Guard, source: Iterator[str], count: int) -> None:
    """Screen so many messages, and keep nothing."""
    for _ in range(count // (2 * _BATCH)):
        deque(guard.score_many(islice(source, _BATCH)), maxlen=0)
        deque(guard.score_many(list(islice(source, _BATCH))), maxlen=0)


def main(count: int = 1_000_000) -> int:
    """Screen, and compare memory before and after."""
    guard, source = Guard.load(), texts()
    screen(guard, source, _WARM)
    before, start = resident(), time.perf_counter()
    screen(guard, source, count)
    seconds, grown = time.perf_counter() - start, resident() - before
    print(f"{count:,} messages in {seconds:.0f} s; {before / 1e6:.1f} MB before, {grown / 1e6:+.2f} MB after")
    return int(grown > _MOST)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
