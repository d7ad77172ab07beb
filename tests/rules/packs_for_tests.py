"""Rule packs written out by tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from huzhu_guard.rules import Pack, load_pack

RULE: dict[str, Any] = {
    "id": "own.word",
    "label": "scam",
    "kind": "task_rebate",
    "weight": 1.5,
    "group": "own",
    "literals": ["红苹果"],
    "reason": {"zh": "说到红苹果。", "en": "It speaks of red apples."},
    "hits": ["卖红苹果", "红苹果来了"],
    "misses": ["卖青苹果", "红的苹果"],
}
"""A sound rule; tests change a field of it."""


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def pack_text(*rules: dict[str, Any], head: str = "", group: str = '[[group]]\nid = "own"\ncap = 2.0\n') -> str:
    """A pack as TOML; a field that is None is left out."""
    tables = [
        "[[rule]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in rule.items() if value is not None)
        for rule in rules
    ]
    return "\n".join([head, '[pack]\nname = "own"\n', group, *tables])


def write_pack(path: Path, *rules: dict[str, Any], **parts: str) -> Path:
    """Write a pack and say where."""
    path.write_text(pack_text(*rules, **parts), encoding="utf-8")
    return path


def a_pack(folder: Path, *rules: dict[str, Any], **parts: str) -> Pack:
    """A sound pack of these rules."""
    return load_pack(write_pack(folder / "own.toml", *rules, **parts))
