"""The data files: well-formed, with a source, and complete."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from huzhu_guard.privacy.checksums import credit_code, id_check_char, luhn, taiwan_id
from huzhu_guard.privacy.masking import MASKS
from huzhu_guard.privacy.recognizers.bank_card import issued
from huzhu_guard.privacy.redact import NAMES
from huzhu_guard.privacy.spans import Spans
from huzhu_guard.privacy.surrogate import surrogate
from huzhu_guard.verdict import EntityKind

DATA = files("huzhu_guard.privacy").joinpath("data")


def table(name: str) -> dict[str, object]:
    return tomllib.loads(DATA.joinpath(name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["places.tsv", "bank_prefixes.tsv", "names.tsv"])
def test_every_table_names_its_source(name: str) -> None:
    head = DATA.joinpath(name).read_text(encoding="utf-8")[:400]

    assert head.startswith("#") and "MIT" in head


def test_every_kind_can_be_masked_named_and_stood_in_for() -> None:
    assert set(MASKS) == set(NAMES) == set(EntityKind)
    assert all(surrogate(kind, bytes(32)) for kind in EntityKind)


def test_cues_name_kinds_and_places_and_weigh_something() -> None:
    for kind, places in table("cues.toml").items():
        assert kind in set(EntityKind)
        assert isinstance(places, dict)
        assert set(places) <= {"before", "after", "anywhere"}
        for groups in places.values():
            assert all(group["weight"] and group["words"].split() for group in groups)


def test_reasons_are_in_both_languages() -> None:
    for reason in table("reasons.toml").values():
        assert isinstance(reason, dict) and reason["zh"] and reason["en"]


@pytest.mark.parametrize(
    ("digits", "known"), [("6217000000000000000", True), ("6217000000000000", False), ("0000000000000000", False)]
)
def test_issuers_prefixes_go_with_lengths(digits: str, known: bool) -> None:
    assert issued(digits) is known


def test_check_digits() -> None:
    assert luhn("4111111111111111") and not luhn("4111111111111112")
    assert id_check_char("11010119900101000") == "7"
    assert credit_code("91350100M000100Y43") and not credit_code("91350100M000100Y44")
    assert taiwan_id("A123456789") and not taiwan_id("A123456788")


def test_spans_join_what_overlaps() -> None:
    spans = Spans([(3, 6), (0, 2), (5, 9)])

    assert [spans.touches(a, a + 1) for a in range(10)] == [True, True, False, *[True] * 6, False]
    assert (spans.end_before(8), spans.end_before(9), spans.start_after(3), spans.start_after(4)) == (2, 9, 3, None)
