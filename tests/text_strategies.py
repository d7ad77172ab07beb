"""Hypothesis strategies for the texts of group chats, disguised and hostile ones among them."""

from __future__ import annotations

from importlib.resources import files

from hypothesis import strategies as st

_LEXICON = files("huzhu_guard.text.lexicon")


def rows(name: str) -> list[tuple[str, str]]:
    """The lines of a two-column lexicon."""
    lines = _LEXICON.joinpath(name).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]  # type: ignore[misc]


TRIGGERS = sorted(
    {left for name in ("variants.tsv", "split.tsv", "sensitive.tsv") for left, _ in rows(name)}
    | {syllable for _, pinyin in rows("sensitive.tsv") for syllable in pinyin.split()}
    | {
        "加",
        "+",
        "扣",
        "薇",
        "威",
        "V",
        "v信",
        "企鹅",
        "q",
        "卫星",
        "[捂脸]",
        "/微笑",
        "[em]e400[/em]",
        "[em]",
        "亻言",
        "微信",
    }
)
HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定"
TRADITIONAL = "買賣鵝號們個發電話錢來這裡請幫點開門給訊"
DIGITS = "0123456789０１２①②⓪❶⁰¹〇零壹贰叁一二三四五六七八九1️⃣"
LATIN = "abcqvwxzABCQVWXZａＶｑвеосα𝐕𝓺ⅴⅤ"
GAPS = " .·*~-_/|,，。、\n\t!?&#+=^"
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202e\u0301\u0336\ufe0f\u034f"
EMOJI = "😀🙏❤️👩‍👩‍👧🇨🇳📱V❤㊙️"
ODD = "\x00\x07\x1b\x7f\x85\u2028\ud800\udfff\ue000\uf8ff\uffff㎏㍿ﷺßİŒ…½"

characters = st.sampled_from(HAN + TRADITIONAL + DIGITS + LATIN + GAPS + UNSEEN + EMOJI + ODD)
pieces = st.one_of(
    characters,
    st.sampled_from(TRIGGERS),
    st.characters(),
    st.builds(lambda c, n: c * n, characters, st.integers(2, 9)),
)
texts = st.lists(pieces, max_size=30).map("".join)
"""Any text, most of them made of what the text stage looks for."""


def _taken_apart(word: str, gap: str) -> str:
    return gap.join(word)


words = st.sampled_from([word for word, _ in rows("sensitive.tsv")])
taken_apart = st.builds(_taken_apart, words, st.sampled_from([".", "*", "·", "~", "-", "/", "|", "_"]))
disguised_texts = st.lists(st.one_of(pieces, taken_apart), min_size=1, max_size=12).map("".join)
