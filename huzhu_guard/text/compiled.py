"""Whether what every message passes through is compiled here: all of it is, or none."""

from __future__ import annotations

from typing import Final

COMPILED: Final = not __file__.endswith(".py")
"""Where it is not, loops over characters take longer than what they spare."""
