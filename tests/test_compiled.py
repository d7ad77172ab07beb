from __future__ import annotations

import ast
import importlib
import runpy
from pathlib import Path

import pytest
from training import ROOT

import huzhu_guard


@pytest.fixture(scope="module")
def sources() -> list[str]:
    """Paths of the modules that a wheel compiles."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setattr("setuptools.setup", lambda **_: None)
        found: list[str] = runpy.run_path("setup.py")["sources"]()
    return found


def test_what_every_message_passes_through_is_compiled(sources: list[str]) -> None:
    assert {"huzhu_guard/stages.py", "huzhu_guard/text/fold.py", "huzhu_guard/privacy/recognizers/name.py"} <= set(
        sources
    )
    assert not [name for name in sources if name.endswith("__init__.py")]


def test_all_of_them_are_compiled_or_none(sources: list[str]) -> None:
    """An old build beside a newer one would be a mixture."""
    modules = [importlib.import_module(name.removesuffix(".py").replace("/", ".")) for name in sources]
    kinds = {Path(str(module.__file__)).suffix for module in modules}

    assert len(kinds) == 1
    if kinds != {".py"}:
        compiled = [p for p in Path(huzhu_guard.__file__).parent.rglob("*") if p.suffix in kinds]
        assert len(compiled) == len(sources)


def test_none_of_them_uses_what_the_compiler_reads_otherwise(sources: list[str]) -> None:
    """A cached_property would be worked out anew each time."""
    for name in sources:
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        assert "cached_property" not in {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}, name
