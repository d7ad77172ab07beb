"""A golden file of verdicts: made before a change that must not alter any, compared after it.

    python tests/benchmarks/golden.py write golden.txt [DATA…]
    python tests/benchmarks/golden.py compare golden.txt [DATA…]

DATA are JSONL files, or folders of them, with ``text`` or ``url`` in each row; the repository's corpus is always read.
A line of the golden file is a digest of everything that is said of one message: what the stages found and where, and
the scores to the last bit. No text is stored.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from huzhu_guard import Guard

CORPUS = Path(__file__).parents[2] / "data" / "messages"


def texts(paths: list[Path]) -> Iterator[str]:
    """The messages of all files, in order."""
    for path in paths:
        for file in sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]:
            for line in file.read_text(encoding="utf-8").split("\n"):
                if line.strip():
                    row = json.loads(line)
                    yield row.get("text") or row.get("url") or ""


def digest(guard: Guard, text: str) -> str:
    """What is said of one message, in 16 hexadecimal digits."""
    verdict = guard.score(text)
    stages = guard.scorer().stages
    screening = stages.screen(text)
    said = (
        verdict.action, [value.hex() for value in verdict.values], verdict.labels, verdict.links, verdict.entities,
        [link.url for link in verdict.links], screening.text.folded, screening.text.canonical,
        screening.text.disguises, [(hit.rule.id, hit.start, hit.end) for hit in screening.hits],
        tuple(stages.read(screening)), verdict.redacted,
    )  # fmt: skip
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def main(mode: str, golden: str, *data: str) -> int:
    """Write or compare; the exit code is 1 where a verdict differs."""
    guard = Guard.load()
    found = [digest(guard, text) for text in texts([CORPUS, *map(Path, data)])]
    if mode == "write":
        Path(golden).write_text("\n".join(found) + "\n", encoding="utf-8")
        print(f"{len(found)} verdicts written")
        return 0
    before = Path(golden).read_text(encoding="utf-8").split()
    different = [number for number, (a, b) in enumerate(zip(before, found, strict=False)) if a != b]
    print(f"{len(found)} verdicts, {len(before)} before, {len(different)} differ: {different[:20]}")
    return int(bool(different) or len(before) != len(found))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
