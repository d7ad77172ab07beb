"""Every link found where it stands, and nothing in prose."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huzhu_guard.links import LinkScreen
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import LinkKind

HERE = Path(__file__).parent


def unescape(text):
    return re.sub(r"\\(u([0-9a-f]{4})|n|\\)", lambda m: {"n": "\n", "\\": "\\"}.get(m[1]) or chr(int(m[2], 16)), text)


def lines(name):
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def message_lines():
    """Like lines(), but ``#`` opens 口令 and mini programs too."""
    text = (HERE / "messages.tsv").read_text(encoding="utf-8")
    return [line for line in text.split("\n") if "\t" in line]


def marked(line):
    """A line of messages.tsv as text, spans and hosts."""
    text, _, hosts = line.partition("\t")
    raw, spans, start = "", [], 0
    for char in unescape(text):
        if char == "⟦":
            start = len(raw)
        elif char == "⟧":
            spans.append((start, len(raw)))
        else:
            raw += char
    return raw, spans, ["" if h == "-" else h for h in hosts.split(" ")]


def test_there_are_enough_of_both():
    assert len(message_lines()) >= 250
    assert len(lines("prose.txt")) >= 250


@pytest.mark.parametrize("line", message_lines())
def test_links_are_found_exactly_where_they_stand(screen, line):
    text, spans, hosts = marked(line)

    found = screen.find(normalize(text))

    assert [(link.start, link.end) for link in found] == spans
    assert [link.host for link in found] == hosts


@pytest.mark.parametrize("line", lines("prose.txt"))
def test_prose_holds_no_link(screen, line):
    assert screen.find(normalize(unescape(line))) == ()


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("ｈｔｔｐｓ：／／ｐ．ｐｉｎｄｕｏｄｕｏ．ｃｏｍ／ＡｂＣｄ１２３４ 领", "https://p.pinduoduo.com/AbCd1234"),
        ("hxxps://pay[.]example[.]cn/X", "https://pay.example.cn/X"),
        ("pdd点c0m", "pdd.com"),
        ("w w w . a b c d . c o m", "www.abcd.com"),
        ("https://p.pinduo\nduo.com/aB3", "https://p.pinduoduo.com/aB3"),
        ("HTTPS://Example.COM/AbC", "https://example.com/AbC"),
        ("￥AbC3dEf7Gh1￥ 淘宝", "￥AbC3dEf7Gh1￥"),
        ("www.pinduoduo.com@evil.top/a", "www.pinduoduo.com@evil.top/a"),
    ],
)
def test_url_is_given_with_disguise_undone_and_letter_case_kept(screen, text, url):
    assert [link.url for link in screen.find(normalize(text))] == [url]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://example.com", LinkKind.URL),
        ("example.com", LinkKind.DOMAIN),
        ("http://3405803785/", LinkKind.IP),
        ("pinduoduo://com.xunmeng.pinduoduo/goods.html", LinkKind.APP),
        ("#小程序://拼多多/AbCdEf", LinkKind.MINI_PROGRAM),
        ("￥AbC3dEf7Gh1￥", LinkKind.TOKEN),
        ("长按识别二维码", LinkKind.QR),
    ],
)
def test_kinds(screen, text, kind):
    assert [link.kind for link in screen.find(normalize(text))] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "看 example点com",
        "hxxp://example.com",
        "exam\u200bple.com",
        "e x a m p l e . c o m",
        "ｅｘａｍｐｌｅ．ｃｏｍ",
    ],
)
def test_disguise_counts_against_a_link(screen, text):
    (link,) = screen.find(normalize(text))

    assert "disguised" in [s.id for s in link.signals]
    assert link.risk > screen.judge("example.com").risk


@pytest.mark.parametrize(
    ("text", "mismatch"),
    [
        ("[https://p.pinduoduo.com/a](http://evil-site.top/a)", True),
        ("[拼多多官网](http://evil-site.top/a)", True),
        ("[点我](http://evil-site.top/a)", False),
        ("[www.pinduoduo.com](https://mobile.yangkeduo.com/a)", False),
        ('<a href="http://evil-site.top">www.taobao.com</a>', True),
    ],
)
def test_link_text_against_target(screen, text, mismatch):
    (link,) = screen.find(normalize(text))

    assert ("text_mismatch" in [s.id for s in link.signals]) is mismatch


@given(st.text(alphabet="a1.。点:/ htpscomw@[]()￥中小程序#\u200b\n?=&%-_", max_size=60))
def test_spans_are_in_order_and_inside_the_text(text):
    found = SCREEN.find(normalize(text))

    at = 0
    for link in found:
        assert at <= link.start < link.end <= len(text)
        at = link.end


@given(st.text(max_size=80))
def test_no_string_raises(text):
    SCREEN.find(normalize(text))


@pytest.mark.parametrize(
    "piece",
    ["http://", "a.", "x.com@", "[a](", "点", "%", "-", "://", "￥ab", "1.", "\ud800", "\0", "e x ", "a点", "复制 "],
)
def test_long_noise_is_survived(screen, piece):
    screen.find(normalize(piece * 20_000))


def test_a_hundred_thousand_links(screen):
    found = screen.find(normalize("https://a.com " * 100_000))

    assert len(found) == 100_000


SCREEN = LinkScreen()
