"""The shipped packs in a form that loads in a few milliseconds.

``compact.json`` is written from the packs by ``huzhu-guard rules compact`` and names their hash. Where that
is not the packs' own, because somebody is editing them, the packs themselves are read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from huzhu_guard.rules.rule import LazyRegex, Near, Pack, Rule
from huzhu_guard.verdict import Label, Reason

NAME = "compact.json"


def packs_hash(paths: Iterable[Any]) -> str:
    """SHA-256 of pack files, in order."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def compact_form(packs: Iterable[Pack], source_hash: str) -> str:
    """Packs as JSON text; the same packs always give the same text."""
    plain = [asdict(pack) for pack in packs]
    for pack in plain:
        for rule in pack["rules"]:
            rule["regex"] = rule["regex"].pattern if rule["regex"] else None
    return json.dumps({"packs_sha256": source_hash, "packs": plain}, ensure_ascii=False, separators=(",", ":")) + "\n"


def read_compact(paths: Iterable[Any]) -> list[Pack] | None:
    """The packs from their compact form, or None where that is missing or made from others."""
    try:
        data = json.loads(files("huzhu_guard.rules").joinpath(NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if data.get("packs_sha256") != packs_hash(paths):
        return None
    return [_pack(table) for table in data["packs"]]


def _pack(table: dict[str, Any]) -> Pack:
    pairs = {key: tuple((name, value) for name, value in table[key]) for key in ("caps", "weights")}
    rules = tuple(_rule(rule) for rule in table["rules"])
    return Pack(table["name"], rules, pairs["caps"], tuple(table["off"]), pairs["weights"])


def _rule(table: dict[str, Any]) -> Rule:
    near = table["near"]
    lists = {key: tuple(table[key]) for key in ("literals", "anchors", "unless", "hits", "misses")}
    parts = {
        "label": Label(table["label"]),
        "near": near and Near(tuple(near["first"]), tuple(near["second"]), near["within"]),
        "regex": table["regex"] and LazyRegex(table["regex"]),
        "reason": Reason(*table["reason"]),
        "required": tuple(map(tuple, table["required"])),
    }
    return Rule(**{**table, **lists, **parts})


def write_compact(packs: Iterable[Pack], paths: Iterable[Any]) -> Path:
    """Write the compact form of the shipped packs; returns where."""
    path = Path(str(files("huzhu_guard.rules").joinpath(NAME)))
    path.write_text(compact_form(packs, packs_hash(paths)), encoding="utf-8")
    return path
