from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from text_strategies import disguised_texts, texts

from huzhu_guard.text.normalize import NormalizedText, normalize

HERE = Path(__file__).parent
KINDS = {"invisible", "look_alike", "digit_style", "pinyin", "variant", "split_char", "contact", "separator", "repeat",
         "sticker"}  # fmt: skip


def _table() -> list[list[str]]:
    lines = (HERE / "disguised.tsv").read_text(encoding="utf-8").splitlines()
    return [[json.loads(f'"{cell}"') for cell in line.split("\t")] for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("raw", "canonical", "part", "raw_part", "kinds"), _table())
def test_disguise_is_undone_and_found_in_its_place(
    raw: str, canonical: str, part: str, raw_part: str, kinds: str
) -> None:
    text = normalize(raw)
    start = canonical.index(part)
    span = text.raw_span_of_canonical(start, start + len(part))

    assert canonical == text.canonical
    assert raw_part == raw[slice(*span)]
    assert sorted(filter(None, kinds.split(","))) == sorted(d.kind for d in text.disguises)


def test_a_disguise_says_where_it_stands() -> None:
    raw = "来 刷.单 加Ⅴ：abc88"

    assert [(d.kind, raw[d.start : d.end]) for d in normalize(raw).disguises] == [
        ("separator", "."),
        ("contact", "Ⅴ"),
        ("look_alike", "Ⅴ"),
    ]


@pytest.mark.parametrize(
    "raw", [line for line in (HERE / "ordinary.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
)
def test_ordinary_text_is_left_alone(raw: str) -> None:
    word_level = [d for d in normalize(raw).disguises if d.kind not in ("digit_style", "repeat", "sticker")]

    assert word_level == []


@pytest.mark.parametrize(
    ("raw", "folded", "span", "raw_part"),
    [
        ("到 １３８００", "到 13800", (2, 5), "１３８"),
        ("\u200bab\u200b", "ab", (0, 2), "ab"),
        ("㍿号", "株式会社号", (4, 5), "号"),
        ("㍿号", "株式会社号", (1, 2), "㍿"),
        ("é好", "e好", (0, 1), "é"),
        ("e\u0301好", "e好", (0, 1), "e\u0301"),
        ("\ud800a", "\ufffda", (1, 2), "a"),
        ("a\x00b", "a b", (1, 3), "\x00b"),
        ("買Ａ", "买a", (0, 2), "買Ａ"),
    ],
)
def test_folded_spans_lead_back_to_the_raw_text(raw: str, folded: str, span: tuple[int, int], raw_part: str) -> None:
    text = normalize(raw)

    assert folded == text.folded
    assert raw_part == raw[slice(*text.raw_span(*span))]


def test_spans_beyond_the_end_are_empty_at_the_end() -> None:
    text = normalize("ａ\u200b")

    assert text.raw_span(1, 1) == (2, 2)
    assert text.raw_span(0, 0) == (0, 0)


@given(disguised_texts)
@example("言正")
@example("一二三[捂脸]四五六七")
@example("一一一一二三四五六")
def test_normalising_twice_changes_nothing(raw: str) -> None:
    once = normalize(raw).canonical

    assert once == normalize(once).canonical


@given(texts)
def test_folding_twice_changes_nothing(raw: str) -> None:
    once = normalize(raw).folded

    assert once == normalize(once).folded


def _check_spans(text: NormalizedText, view: str, span_of: object) -> None:
    last = (0, 0)
    for i in range(len(view)):
        start, end = span_of(i, i + 1)  # type: ignore[operator]
        assert 0 <= start <= end <= len(text.raw)
        assert last[0] <= start
        assert last[1] <= end
        last = start, end


@given(texts)
def test_offsets_are_monotone_and_inside_the_raw_text(raw: str) -> None:
    text = normalize(raw)

    _check_spans(text, text.folded, text.raw_span)
    _check_spans(text, text.canonical, text.raw_span_of_canonical)


@given(texts)
def test_disguises_lie_inside_the_raw_text_in_order(raw: str) -> None:
    found = normalize(raw).disguises

    assert found == sorted(found, key=lambda d: (d.start, d.end))
    for disguise in found:
        assert disguise.kind in KINDS
        assert 0 <= disguise.start < disguise.end <= len(raw)


@given(texts, texts)
def test_each_folded_character_comes_from_its_own_raw_character(left: str, right: str) -> None:
    text = normalize(left + "\n" + right)
    alone = normalize(right).folded
    if not text.folded.endswith(alone):  # a run of Chinese digits, or a mark, across the seam
        return
    at = len(text.folded) - len(alone)
    for i in range(len(alone)):
        start, end = text.raw_span(at + i, at + i + 1)
        shift = len(left) + 1

        assert normalize(right).raw_span(i, i + 1) == (start - shift, end - shift)


@given(texts)
def test_canonical_spans_and_raw_spans_agree(raw: str) -> None:
    text = normalize(raw)
    for i in range(len(text.canonical)):
        start, end = text.canonical_span(*text.raw_span_of_canonical(i, i + 1))

        assert start <= i
        assert end <= len(text.canonical)


@pytest.mark.parametrize(
    "char", ["加", "a", "①", "\u200b", "\u0301", "😀", "\ud800", "買", "一", ".", "㍿", "V❤", "[em]"]
)
def test_length_does_not_matter(char: str) -> None:
    text = normalize(char * 20_000)

    assert 20_000 * len(char) == len(text.raw)
    assert all(d.end <= len(text.raw) for d in text.disguises)
