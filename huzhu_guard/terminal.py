"""What the commands print."""

from __future__ import annotations

import json
from typing import Any

import click


def print_json(record: Any) -> None:
    """Print one record on one line."""
    click.echo(printable(json.dumps(record, ensure_ascii=False)))


def printable(text: str) -> str:
    """A text without lone surrogates, which no stream takes."""
    return text.encode("utf-8", "replace").decode()
