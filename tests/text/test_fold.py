from __future__ import annotations

import pytest

from huzhu_guard.text.fold import Folder


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("AbC", "abc"), ("ＡＢｃ１", "abc1"), ("①⑳❶⓪⓿", "120100"),
        ("𝐖𝖊𝓒𝔥𝕒𝚝", "wechat"), ("ΑВС", "abc"), ("ѕсаm", "scam"), ("ⅤⅩ", "vx"), ("x²³", "x23"), ("ǅ", "dz"),
        ("買東西", "买东西"), ("乾隆著作", "乾隆著作"), ("e\u0301\u0336", "e"), ("a\u200b\u200d\ufeffb", "ab"),
        ("\u202eabc\u202c", "abc"), ("a\x00\x07b", "a  b"), ("a\u2028b\x85c\rd", "a\nb\nc\nd"),
        ("\ud800\udfff", "\ufffd\ufffd"),
        ("…", "…"), ("가", "가"), ("がパ", "がパ"), ("，。：！", ",。:!"), ("", ""), ("İ", "i"), ("ß", "ß"),
        ("ﬁ", "fi"),
        ("一二三四五六七", "1234567"), ("一二三四五六", "一二三四五六"), ("一三八-零零一三-八零零零", "138-0013-8000"),
        ("零壹贰叁肆伍陆柒捌玖", "0123456789"), ("\ue000", "\ue000"), ("😀❤\ufe0f", "😀❤"),
    ],
)  # fmt: skip
def test_fold(raw: str, folded: str) -> None:
    assert folded == Folder().fold(raw).text


def test_plain_text_needs_no_map() -> None:
    assert Folder().fold("大家好 ok 138")[1:] == (None, None, False)


def test_marks_are_kept_with_their_character() -> None:
    assert Folder().fold("e\u0301a㎏")[1:3] == ([0, 2, 3, 3], [2, 3, 4, 4])


def test_offsets_hold_after_more_characters_than_are_remembered() -> None:
    folder = Folder()
    folder.fold("".join(chr(c) for c in range(0x4E00, 0x4E00 + 20_990)))
    folder.fold("".join(chr(c) for c in range(0x20000, 0x20000 + 10_000)))

    folded = folder.fold("\u200b㎏好")

    assert folded.text == "kg好"
    assert folded.starts == [1, 1, 2]


def test_style_is_known_after_more_characters_than_are_remembered() -> None:
    folder = Folder()
    folder.fold("".join(chr(c) for c in range(0x20000, 0x20000 + 21_000)))

    assert folder.fold("𝐕").marked
    assert folder.styles("好𝐕①") == [(1, "look_alike"), (2, "digit_style")]
