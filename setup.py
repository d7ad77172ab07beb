"""Compiles what every message passes through; all else about the package stands in setup.cfg and pyproject.toml.

The same sources run uncompiled too, with the same verdicts, at a third of the speed: in an editable install, where
there is no C compiler, and with ``HUZHU_GUARD_PURE=1``.
"""

import os
import shutil
import sys
from pathlib import Path

from setuptools import setup

# What callers hold in hand (verdict, guard, policy) stays plain Python, and so does what few messages need.
COMPILED = [
    "text/compiled", "text/keys", "text/traits", "text/literals", "text/fold", "text/disguise", "text/normalize",
    "links/screen", "links/extract", "links/hidden_dots", "links/parts",
    "privacy/view", "privacy/gates", "privacy/cues", "privacy/spans", "privacy/places", "privacy/ownership",
    "privacy/exposure", "privacy/masking", "privacy/checksums", "privacy/screen", "privacy/recognizers/*",
    "rules/engine", "model/reading", "model/table", "model/linear", "stages", "scoring",
]  # fmt: skip


def sources():
    """Paths of the modules to compile."""
    found = [path for name in COMPILED for path in Path("huzhu_guard").glob(f"{name}.py")]
    return sorted(path.as_posix() for path in found if path.stem != "__init__")


def extensions():
    """The modules as extensions; none where they are not wanted or cannot be had."""
    if os.environ.get("HUZHU_GUARD_PURE") == "1" or not {"bdist_wheel", "build_ext"} & set(sys.argv):
        return []
    for old in Path("build").glob("lib*"):  # setuptools would pack what is left from other sources
        shutil.rmtree(old)
    options = ["--config-file=", "--ignore-missing-imports", "--follow-imports=silent"]
    try:
        from mypyc.build import mypycify

        found = mypycify([*options, *sources()], opt_level="3", debug_level="0", group_name="huzhu_guard")
    except (ImportError, SystemExit):  # a mypy that does not like the sources says so and exits
        return []
    for extension in found:
        extension.optional = True
        if os.name == "posix":
            # sums to the last bit as Python has them; functions that nobody outside calls, so that they can be inlined
            extension.extra_compile_args += ["-ffp-contract=off", "-fvisibility=hidden"]
    return found


setup(ext_modules=extensions())
