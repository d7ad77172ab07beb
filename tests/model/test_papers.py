from __future__ import annotations

import copy
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from huzhu_guard import Guard, ModelDamagedError, ModelNotFoundError
from huzhu_guard.model import ModelStore, open_trained
from huzhu_guard.model.artifact import add_files, read_model, sealed, verify
from huzhu_guard.model.papers import CARD, FIGURES, put_card, read_papers
from huzhu_guard.model.plots import PLOTS

if TYPE_CHECKING:
    from huzhu_guard.model.train import TrainedModel

MODEL = {"weights.npz", "ngrams.txt", "manifest.json"}
PAPERS = {CARD, FIGURES, *PLOTS}


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _card(folder: Path) -> str:
    return (folder / CARD).read_text(encoding="utf-8")


@pytest.fixture
def folder(small_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(small_folder, tmp_path / "model"))


def test_every_trained_folder_has_sealed_papers(small_model: TrainedModel, small_folder: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    folders = [small_folder, store.path(store.add(small_model)), store.path(store.add(small_folder))]

    for folder in folders:
        assert sealed(folder).keys() - {"pipeline.joblib"} == MODEL | PAPERS
        assert _contents(folder).keys() - {"pipeline.joblib"} == MODEL | PAPERS | {"sums.txt"}
        assert verify(folder)["counts"] == small_model.manifest["counts"]
    assert len({_card(folder) for folder in folders}) == 1


def test_saving_twice_gives_the_same_bytes(small_model: TrainedModel, small_folder: Path, tmp_path: Path) -> None:
    small_model.save(tmp_path)

    assert _contents(tmp_path) == _contents(small_folder)


def test_opening_and_saving_keeps_the_papers(small_folder: Path, tmp_path: Path) -> None:
    open_trained(small_folder).save(tmp_path / "again")

    assert _contents(tmp_path / "again") == _contents(small_folder)


def test_a_richer_card_is_kept_while_the_model_is_the_same(folder: Path, tmp_path: Path) -> None:
    put_card(folder / CARD, "# By hand\n")
    opened = open_trained(folder)
    opened.save(tmp_path / "same")
    changed = copy.deepcopy(opened.manifest)
    changed["thresholds"]["strict"]["scam"]["review"] = 0.0123
    replace(opened, manifest=changed).save(tmp_path / "changed")

    assert _card(tmp_path / "same") == "# By hand\n"
    assert _contents(tmp_path / "same") == _contents(folder)
    assert "| strict | scam | 0.0123 |" in _card(tmp_path / "changed")
    assert "| scam | 0.0–0.1 |" in _card(tmp_path / "changed")
    assert (tmp_path / "changed" / FIGURES).read_bytes() == (folder / FIGURES).read_bytes()


def test_other_weights_have_another_card(folder: Path, tmp_path: Path) -> None:
    put_card(folder / CARD, "# By hand\n")
    opened = open_trained(folder)
    opened.classifier.coef_[0, 0] += 1.0
    opened.save(tmp_path / "changed")

    assert _card(tmp_path / "changed").startswith("# Model card\n")
    assert {name: (tmp_path / "changed" / name).read_bytes() for name in PLOTS} == {
        name: (folder / name).read_bytes() for name in PLOTS
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_a_changed_paper_is_found_and_not_carried_on(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)

    for action in (verify, open_trained, read_papers, ModelStore(folder.parent / "models").add):
        with pytest.raises(ModelDamagedError, match=rf"{name} is not the file that sums\.txt describes"):
            action(folder)
    assert Guard.load(model=folder).score("今晚吃什么好呢").action == "allow"


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_a_missing_paper_is_found(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(ModelNotFoundError, match=f"{name} is missing"):
        verify(folder)
    assert open_trained(folder).papers == replace(
        read_papers(folder), files={n: (folder / n).read_bytes() for n in PAPERS - {name}}
    )


def test_a_guard_reads_none_of_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_bytes = Path.read_bytes

    def watch(path: Path) -> bytes:
        assert path.name not in PAPERS
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", watch)
    Guard.load(model=folder).score("刷单日结")


def test_a_model_without_papers_gets_a_card(folder: Path, tmp_path: Path) -> None:
    for name in PAPERS:
        (folder / name).unlink()
    opened = open_trained(folder)
    opened.save(tmp_path / "again")

    assert opened.held_out is None
    assert _contents(tmp_path / "again").keys() == MODEL | {CARD, "sums.txt"}
    assert "Held-out scores themselves were not kept with this model, only these figures" in _card(tmp_path / "again")
    assert read_model(tmp_path / "again")[1] == opened.manifest


def test_figures_that_are_none(folder: Path) -> None:
    add_files(folder, {FIGURES: b"{}"})
    with pytest.raises(ModelDamagedError, match=r"held_out\.json cannot be read \(a table of held-out figures is"):
        open_trained(folder)
    assert Guard.load(model=folder).score("今晚吃什么好呢").action == "allow"


def test_without_matplotlib(
    small_model: TrainedModel, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.style", None)
    small_model.save(folder)
    small_model.save(tmp_path / "other")

    assert _contents(folder) == _contents(tmp_path / "other")  # plots of the model before are gone
    assert _contents(folder).keys() == MODEL | {CARD, FIGURES, "sums.txt"}
    assert verify(folder)
    assert "installed, `pip install 'huzhu_guard[train]'`." in _card(folder)
    assert ".svg" not in _card(folder)
    assert "| scam | 0.0–0.1 |" in _card(folder)


def test_a_card_elsewhere_is_an_ordinary_file(folder: Path, tmp_path: Path) -> None:
    before = sealed(folder)
    put_card(tmp_path / CARD, "# 卡\n")
    put_card(folder / "notes.md", "# 卡\n")

    assert _card(tmp_path) == "# 卡\n"
    assert sealed(folder) == before
    put_card(folder / CARD, "# 卡\n")
    assert {name for name, digest in sealed(folder).items() if digest != before[name]} == {CARD}
    assert verify(folder)
