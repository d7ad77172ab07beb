"""The quick-loading form of the shipped packs."""

from huzhu_guard.rules import shipped_packs
from huzhu_guard.rules.compact import NAME, compact_form, packs_hash, read_compact
from huzhu_guard.rules.engine import load_pack, shipped_paths


def test_compact_form_is_that_of_the_packs_as_they_stand() -> None:
    paths = shipped_paths()
    packs = [load_pack(path) for path in paths]

    assert packs == read_compact(paths), "run: huzhu-guard rules compact"
    assert packs == shipped_packs()


def test_compact_form_is_written_the_same_every_time() -> None:
    from importlib.resources import files

    paths = shipped_paths()
    stored = files("huzhu_guard.rules").joinpath(NAME).read_text(encoding="utf-8")

    assert stored == compact_form(map(load_pack, paths), packs_hash(paths))


def test_edited_packs_are_read_themselves() -> None:
    assert read_compact(shipped_paths()[1:]) is None
