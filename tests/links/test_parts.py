"""Links taken apart."""

import pytest

from huzhu_guard.links.parts import Parts, canonical_host, split


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("example.com", Parts("", "", "example.com", "", "", False, False)),
        ("HTTP://U:pw@Example.COM:8080/a?b#c", Parts("http", "U:pw", "example.com", "8080", "/a?b#c", False, False)),
        ("https://a.com@b.com/x@y", Parts("https", "a.com", "b.com", "", "/x@y", False, False)),
        ("https:\\\\a.com\\b", Parts("https", "", "a.com", "", "\\b", False, False)),
        ("http://[2001:DB8::1]:81/x", Parts("http", "", "2001:db8::1", "81", "/x", True, False)),
        ("https://a.com?x=1", Parts("https", "", "a.com", "", "?x=1", False, False)),
        ("https://%61.com", Parts("https", "", "a.com", "", "", False, True)),
        ("", Parts("", "", "", "", "", False, False)),
    ],
)
def test_split(url, parts):
    assert split(url) == parts


@pytest.mark.parametrize(
    ("host", "name", "is_ip", "unusual"),
    [
        ("Example.COM.", "example.com", False, False),
        ("ｅｘａｍｐｌｅ。com", "example.com", False, False),
        ("exam\u200bple.com", "example.com", False, False),
        ("xn--fsqu00a.com", "例子.com", False, False),
        ("xn--zzzzzzzzzzzzz99999999", "xn--zzzzzzzzzzzzz99999999", False, False),
        ("1.2.3.4", "1.2.3.4", True, False),
        ("0x01020304", "1.2.3.4", True, True),
        ("16909060", "1.2.3.4", True, True),
        ("01.02.03.04", "1.2.3.4", True, True),
        ("1.2.772", "1.2.3.4", True, True),
        ("256.1.1.1", "256.1.1.1", False, False),
        ("12306", "12306", False, False),
        ("0x", "0x", False, False),
    ],
)
def test_canonical_host(host, name, is_ip, unusual):
    assert canonical_host(host) == (name, is_ip, unusual)
