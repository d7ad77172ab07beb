from __future__ import annotations

import pytest
from hypothesis import given
from text_strategies import texts, words

from huzhu_guard.text.disguise import Undisguiser
from huzhu_guard.text.fold import Folder
from huzhu_guard.text.normalize import normalize

UNDISGUISER = Undisguiser()
FOLDER = Folder()


@given(words)
def test_a_known_word_is_put_together_again(word: str) -> None:
    assert normalize(word).canonical == normalize(".".join(word)).canonical


@given(words)
def test_a_known_word_is_read_through_unseen_characters(word: str) -> None:
    assert normalize(word).canonical == normalize("\u200b".join(word)).canonical


@given(texts)
def test_edits_are_in_order_apart_and_inside_the_text(raw: str) -> None:
    folded = FOLDER.fold(raw).text
    end = 0
    for edit in UNDISGUISER.edits(folded):
        assert end <= edit.start < edit.end <= len(folded)
        end = edit.end


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("我在微 信上看到", "我在微 信上看到"),
        ("别刷，单买就行", "别刷,单买就行"),
        ("加v", "加微信"),
        ("加v信abc", "加微信abc"),
        ("加vip", "加vip"),
        ("v2版本", "v2版本"),
        ("加企鹅群 12345678", "加qq群 12345678"),
        ("企鹅的家在南极", "企鹅的家在南极"),
        ("他很有威信", "他很有威信"),
        ("[em]e1[/em]", " "),
        ("[em]没写完", "[em]没写完"),
        ("666666", "666666"),
        ("!!!!!!", "!!!"),
        ("vxin", "vxin"),
        ("ok刷dan ok", "ok刷单 ok"),
        ("xshuadan", "xshuadan"),
    ],
)
def test_what_is_undone_and_what_is_not(raw: str, canonical: str) -> None:
    assert canonical == normalize(raw).canonical
