"""Checks packs with their own examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from huzhu_guard.rules.engine import RuleEngine
from huzhu_guard.rules.rule import read_pack
from huzhu_guard.text.normalize import normalize


def check_packs(paths: Iterable[Any]) -> tuple[int, list[str]]:
    """Every fault of every pack.

    Returns
    -------
    count : int
        How many sound rules were read.
    faults : list of str
        ``file:line: what``.
    """
    count = 0
    faults: list[str] = []
    owner: dict[str, str] = {}
    for path in paths:
        pack, found = read_pack(path)
        faults += found
        count += len(pack.rules)
        for rule in pack.rules:
            where = f"{path}:{rule.line}"
            if rule.id in owner:
                faults.append(f"{where}: rule id {rule.id!r} stands at {owner[rule.id]} too; rename one of them.")
                continue
            owner[rule.id] = where
            engine = RuleEngine([type(pack)(pack.name, (rule,), pack.caps, (), ())])
            for wanted, examples in ((True, rule.hits), (False, rule.misses)):
                for example in examples:
                    if bool(engine.match(normalize(example).canonical)) != wanted:
                        what = "does not hit" if wanted else "hits"
                        faults.append(f"{where}: rule {rule.id}: {what} its example {example!r}.")
    return count, faults
