"""Each 口令 shape finds its own example and leaves its counter-example alone."""

import pytest

from huzhu_guard.links.owners import read_lines
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import LinkKind

SHAPES = [line.split("\t") for line in read_lines("tokens.tsv")]


@pytest.mark.parametrize("row", SHAPES, ids=lambda r: r[3])
def test_example_and_counter_example(screen, row):
    brand, _, _, example, counter = row

    tokens = [link for link in screen.find(normalize(example)) if link.kind is LinkKind.TOKEN]
    assert [(t.brand, t.official) for t in tokens] == [(brand, True)]
    assert [link for link in screen.find(normalize(counter)) if link.kind is LinkKind.TOKEN] == []
