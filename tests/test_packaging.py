from __future__ import annotations

import ast
import configparser
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from training import ROOT

import huzhu_guard
from huzhu_guard.model.artifact import MANIFEST, NGRAMS, SEAL, WEIGHTS
from huzhu_guard.model.papers import CARD, FIGURES
from huzhu_guard.model.plots import PLOTS

PACKAGE = ROOT / "huzhu_guard"


@pytest.fixture(scope="module")
def setup_cfg() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def pyproject() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_each_fact_stands_in_one_file(setup_cfg: configparser.ConfigParser, pyproject: dict[str, object]) -> None:
    assert {"build-system", "tool"} == set(pyproject)
    assert "setuptools" not in pyproject["tool"]  # type: ignore[operator]
    assert not [s for s in setup_cfg.sections() if not s.startswith(("metadata", "options"))]
    calls = [n for n in ast.walk(ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    (setup,) = [call for call in calls if ast.unparse(call.func) == "setup"]
    assert [word.arg for word in setup.keywords] == ["ext_modules"]


def test_the_version_stands_once(setup_cfg: configparser.ConfigParser) -> None:
    assert setup_cfg["metadata"]["version"] == "attr: huzhu_guard._version.__version__"
    assert re.fullmatch(r"\d+\.\d+\.\d+", huzhu_guard.__version__)
    assert huzhu_guard.__version__ == metadata.version("huzhu_guard")


def test_supported_pythons_agree(setup_cfg: configparser.ConfigParser, pyproject: dict[str, dict]) -> None:  # type: ignore[type-arg]
    lowest = setup_cfg["options"]["python_requires"].removeprefix(">=")

    assert f"Programming Language :: Python :: {lowest}" in setup_cfg["metadata"]["classifiers"]
    assert lowest == pyproject["tool"]["mypy"]["python_version"]
    assert f"py{lowest.replace('.', '')}" == pyproject["tool"]["ruff"]["target-version"]


def _requirements(block: str) -> set[str]:
    return {re.split(r"[ <>=\[]", line)[0].lower() for line in block.strip().splitlines()}


def _imported() -> set[str]:
    names: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(str(node.module).partition(".")[0])
        names |= {name for name in re.findall(r"files\(\"([a-z_0-9]+)", source) if name != "huzhu_guard"}
    return names


def test_dependencies_are_what_is_imported(setup_cfg: configparser.ConfigParser) -> None:
    core = _requirements(setup_cfg["options"]["install_requires"])
    comes_with = {"numpy", "scipy"}  # of scikit-learn, whose arrays they are
    foreign = {
        {"sklearn": "scikit-learn"}.get(name, name)
        for name in _imported()
        if name not in sys.stdlib_module_names and name not in ("huzhu_guard", "__future__")
    }
    optional = {name for block in setup_cfg["options.extras_require"].values() for name in _requirements(block)}

    assert core <= foreign
    assert set() == foreign - core - comes_with - optional
    assert "huzhu_guard[parquet,train]" in setup_cfg["options.extras_require"]["test"]


def test_types_are_announced() -> None:
    assert (PACKAGE / "py.typed").is_file()


def _data_files() -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and "__pycache__" not in path.parts
    }


def test_every_data_file_matches_the_package_data(setup_cfg: configparser.ConfigParser) -> None:
    patterns = [p.strip() for p in setup_cfg["options.package_data"]["*"].split(",")]

    assert sorted(name for name in _data_files() if not any(Path(name).match(p) for p in patterns)) == []


def test_every_file_of_a_model_would_be_shipped(setup_cfg: configparser.ConfigParser) -> None:
    patterns = [p.strip() for p in setup_cfg["options.package_data"]["*"].split(",")]
    names = [WEIGHTS, NGRAMS, MANIFEST, SEAL, CARD, FIGURES, *PLOTS]

    assert [name for name in names if not any(Path(name).match(p) for p in patterns)] == []


def test_the_shipped_model_is_small_and_has_a_card() -> None:
    shipped = {path.name: path.stat().st_size for path in (PACKAGE / "model" / "default").iterdir()}

    assert {WEIGHTS, NGRAMS, MANIFEST, SEAL, CARD} <= shipped.keys()
    assert sum(shipped.values()) < 6_000_000


def test_folders_of_data_belong_to_a_package(setup_cfg: configparser.ConfigParser) -> None:
    """Files below a folder that is no package are not found by the patterns of package_data."""
    from setuptools import find_namespace_packages, find_packages

    found = (find_namespace_packages if "find_namespace:" in setup_cfg["options"]["packages"] else find_packages)(
        str(ROOT), include=["huzhu_guard", "huzhu_guard.*"]
    )
    folders = {Path(name).parent.as_posix().replace("/", ".") for name in _data_files()}

    assert set() == folders - set(found)


@pytest.mark.slow
def test_the_wheel_holds_everything_a_bot_needs(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(PACKAGE, source / "huzhu_guard", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(tmp_path), str(source)], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert _data_files() <= names
    assert not [name for name in names if name.startswith(("tests", "data/", "notebooks"))]
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_command_is_installed() -> None:
    (entry,) = [e for e in metadata.entry_points(group="console_scripts") if e.name == "huzhu-guard"]

    assert entry.value == "huzhu_guard.cli:main"
    assert callable(entry.load())


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_modules_are_small_and_named_after_what_they_hold(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 400
    assert path.stem not in ("utils", "common", "helpers", "misc")
    assert not re.search(r"/(?:root|home|work|tmp)/", text)
    assert not re.search(r"^\s*(?:import pickle|from pickle)", text, re.M)


@pytest.mark.parametrize(
    "name", ["README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".ci/run"]
)
def test_the_files_beside_the_package(name: str) -> None:
    assert (ROOT / name).is_file()
    assert (ROOT / name).stat().st_size
