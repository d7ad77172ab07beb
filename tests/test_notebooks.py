from __future__ import annotations

import ast
import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from training import ROOT

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TIMEOUT = 180
"""Seconds that the slowest cell may take."""

HAN = re.compile("[\u4e00-\u9fff]")
ID = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")
MOST_CODE_LINES = 30
WIDTH = 110

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_notebooks_stand_in_order(path: Path) -> None:
    assert re.fullmatch(r"[0-9]{2}_[a-z]+(_[a-z]+)*", path.stem)
    assert [f"{n:02}" for n in range(1, len(NOTEBOOKS) + 1)] == [p.stem[:2] for p in NOTEBOOKS]


def test_stored_without_outputs(path: Path) -> None:
    for cell in _code_cells(path):
        assert cell["outputs"] == [], cell["id"]
        assert cell["execution_count"] is None, cell["id"]


def test_stored_so_that_diffs_are_readable(path: Path) -> None:
    stored = path.read_text(encoding="utf-8")
    notebook = json.loads(stored)
    ids = [cell["id"] for cell in notebook["cells"]]

    assert json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n" == stored
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert {"kernelspec", "language_info"} == set(notebook["metadata"])
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert notebook["metadata"]["language_info"] == {"name": "python"}
    assert [cell["id"] for cell in notebook["cells"] if cell["metadata"]] == []
    assert [line for line in _prose(path) if len(line) > WIDTH and not HAN.search(line) and line[0] != "|"] == []
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not ID.fullmatch(name)] == []


def test_code_is_formatted_and_linted(path: Path) -> None:
    # the repository's own rules leave notebooks out: cells have no docstrings and end in bare expressions
    ruff = (sys.executable, "-m", "ruff")
    options = ("--isolated", f"--line-length={WIDTH}", "--target-version=py311")
    rules = "--select=E,F,I,B,UP,SIM,C4,PIE"
    for command in (("format", "--check", *options), ("check", *options, rules, "--ignore=B905")):
        found = subprocess.run([*ruff, *command, path], capture_output=True, text=True, check=False)

        assert found.returncode == 0, found.stdout + found.stderr


def test_prose_introduces_and_teaches(path: Path) -> None:
    cells = _cells(path)
    first = _source(cells[0])

    assert cells[0]["cell_type"] == "markdown"
    assert first.startswith(f"# {path.stem[:2]} · ")
    assert len(HAN.findall(first)) > 60
    assert "Now you." in _source(cells[-1])
    assert len(_code_cells(path)) < 2 * sum(cell["cell_type"] == "markdown" for cell in cells)
    assert [cell["id"] for cell in _code_cells(path) if len(_source(cell).splitlines()) > MOST_CODE_LINES] == []


def test_imports_only_what_the_extra_brings(path: Path) -> None:
    setup_cfg = configparser.ConfigParser()
    setup_cfg.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = setup_cfg["options.extras_require"]
    blocks = (setup_cfg["options"]["install_requires"], extras["parquet"], extras["train"], extras["notebooks"])
    names = {re.split(r"[ <>=\[]", line)[0] for block in blocks for line in block.strip().splitlines()}
    brought = {{"scikit-learn": "sklearn"}.get(name, name) for name in names}
    brought |= {"numpy", "scipy", "threadpoolctl", "IPython"}  # of scikit-learn and ipykernel

    assert set() == _imported(path) - brought - sys.stdlib_module_names


def test_reads_the_repository_and_writes_elsewhere(path: Path) -> None:
    code = "\n".join(map(_source, _code_cells(path)))

    assert re.findall(r"\.\./[\w./]*", code) in ([], ["../data/messages"])
    assert not re.search(r"/(?:home|root|Users|work)/|\b[A-Z]:\\", code)
    assert not re.search(r"https?://(?!\S*[\"'])", code)


@pytest.mark.slow
def test_runs_top_to_bottom(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nbclient  # of the extra 'notebooks', which the quick tests do without
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    shutil.copytree(FOLDER, tmp_path / "notebooks")
    shutil.copytree(ROOT / "data" / "messages", tmp_path / "data" / "messages")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    before = _files(tmp_path)

    client = nbclient.NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", resources={"metadata": {"path": str(tmp_path / "notebooks")}}
    )
    client.execute()

    assert before == _files(tmp_path)
    assert _warnings(notebook) == []


def _cells(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def _code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in _cells(path) if cell["cell_type"] == "code"]


def _prose(path: Path) -> list[str]:
    """The lines of the text cells."""
    return [line for cell in _cells(path) if cell["cell_type"] == "markdown" for line in _source(cell).splitlines()]


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for cell in _code_cells(path):
        for node in ast.walk(ast.parse(_source(cell))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).partition(".")[0])
    return found - {"huzhu_guard"}


def _files(folder: Path) -> set[Path]:
    kept = (path for path in folder.rglob("*") if path.is_file())
    return {path for path in kept if not {".ipynb_checkpoints", "__pycache__"} & set(path.parts)}


def _warnings(notebook: Any) -> list[str]:
    """What was written to standard error, where it is a warning."""
    streams = [o for cell in notebook.cells for o in cell.get("outputs", ()) if o["output_type"] == "stream"]
    return [o["text"] for o in streams if o["name"] == "stderr" and "Warning" in o["text"]]
