from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import huzhu_guard
from huzhu_guard import errors

DOCUMENTED = [
    "LABELS", "Action", "CorpusError", "Entity", "EntityKind", "Evidence", "FileFormatError", "Guard",
    "HuzhuGuardError",
    "Label", "LexiconError", "Link", "LinkKind", "Message", "ModelDamagedError", "ModelError", "ModelNotFoundError",
    "ModelSchemaError", "Policy", "PolicyError", "Reason", "Redaction", "RuleError", "Severity", "Signal", "Strictness",
    "Verdict", "__version__", "check", "drift", "evaluate", "redact", "redact_frame", "replay", "score", "score_frame",
    "score_link", "score_many", "train", "update",
]  # fmt: skip
MODULES = sorted(m.name for m in pkgutil.walk_packages(huzhu_guard.__path__, "huzhu_guard."))


def test_exported_names_are_the_documented_ones_sorted() -> None:
    assert huzhu_guard.__all__ == DOCUMENTED
    assert sorted(DOCUMENTED, key=_constants_classes_functions) == huzhu_guard.__all__


def _constants_classes_functions(name: str) -> tuple[bool, bool, str]:
    return not name.isupper(), not name[0].isupper(), name


@pytest.mark.parametrize("name", DOCUMENTED)
def test_exported_names_exist_and_are_described(name: str) -> None:
    value = getattr(huzhu_guard, name)

    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__doc__


def test_nothing_else_is_public_at_the_top() -> None:
    modules = {name.split(".")[1] for name in MODULES}
    others = {
        name for name, value in vars(huzhu_guard).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name not in modules
    }  # fmt: skip

    assert others - set(DOCUMENTED) <= {
        "TYPE_CHECKING", "Any", "Iterable", "Iterator", "Mapping", "Operator", "Text", "annotations", "default_guard",
    }  # fmt: skip


def _source(name: str) -> ast.Module:
    """The source of a module, which may itself be compiled."""
    path = Path(huzhu_guard.__file__).parent.joinpath(*name.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))


def _examples(name: str) -> Iterator[doctest.DocTest]:
    """What the docstrings of a module show, to be run in it; compiled modules have no docstring to be found by."""
    names = vars(importlib.import_module(name))
    for node in ast.walk(_source(name)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            text, title = ast.get_docstring(node) or "", f"{name}.{getattr(node, 'name', '')}"
            test = doctest.DocTestParser().get_doctest(text, dict(names), title, name, getattr(node, "lineno", 0))
            if test.examples:
                yield test


@pytest.mark.parametrize("name", ["huzhu_guard", *MODULES])
def test_examples_of_the_documentation(name: str) -> None:
    runner = doctest.DocTestRunner()

    assert [test.name for test in _examples(name) if runner.run(test).failed] == []


def test_there_are_examples() -> None:
    assert len([test for name in MODULES for test in _examples(name)]) >= 60


@pytest.mark.parametrize("name", ["huzhu_guard", *MODULES])
def test_every_module_says_what_it_holds(name: str) -> None:
    assert ast.get_docstring(_source(name))


HEAVY = ("sklearn", "pandas", "matplotlib", "scipy", "joblib", "numpy", "pyarrow", "jieba", "rich", "click")


def test_scoring_imports_nothing_heavy() -> None:
    code = """
import sys
import huzhu_guard
verdict = huzhu_guard.score("兼职日结 加V:abc88123 13800138000 http://a.example/b")
verdict.to_dict(), verdict.explain(), verdict.redacted, verdict._repr_html_()
huzhu_guard.score_link("http://a.example"), huzhu_guard.redact("13800138000")
print(*[name for name in sys.argv[1:] if name in sys.modules])
"""
    result = subprocess.run([sys.executable, "-c", code, *HEAVY], check=True, stdout=subprocess.PIPE, text=True)

    assert result.stdout.strip() == ""


def test_importing_builds_nothing() -> None:
    code = "import huzhu_guard, huzhu_guard.guard as g, sys; print(len(g._default), 'rjieba' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)

    assert result.stdout.strip() == "0 False"


def test_the_tree_of_errors_is_the_drawn_one() -> None:
    drawn = [line for line in (errors.__doc__ or "").splitlines() if "Error" in line and not line.startswith("What")]
    names = [part for line in drawn for part in line.split() if part.endswith("Error")]
    classes = {n: c for n, c in vars(errors).items() if inspect.isclass(c) and issubclass(c, Exception)}

    assert sorted(classes) == sorted(names)
    for line in drawn:
        name = next(part for part in line.split() if part.endswith("Error"))
        depth = line.index(name) // 4 - 1
        bases = [c for c in classes[name].__mro__ if c in classes.values()]
        assert depth == len(bases) - 1
    assert set(classes) - set(huzhu_guard.__all__) == set()


def test_the_score_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    verdict = huzhu_guard.score("兼职日结 一部手机就能做 加V:abc88123")

    assert verdict.action == "block"
    assert verdict.labels == ("scam",)
    assert verdict.risk == verdict.scores["scam"] > 0.9  # type: ignore[index]
