"""Registrable domains, as the package that brings the list sees them."""

import pytest
from publicsuffixlist import PublicSuffixList

from huzhu_guard.links.owners import shipped_brands
from huzhu_guard.links.suffix import public_suffix, registered_domain

HOSTS = [
    "com", "a.com", "b.a.com", "com.cn", "a.com.cn", "b.a.com.cn", "a.bj.cn", "x.github.io", "y.x.github.io",
    "github.io", "a.ck", "b.a.ck", "www.ck", "a.www.ck", "city.kawasaki.jp", "a.b.kawasaki.jp", "a.co.jp",
    "a.unknowntld", "a.b.c.d.e.f.g.h",
    "中国", "a.中国", "公司.cn", "a.公司.cn", "s3.amazonaws.com", "a.s3.amazonaws.com",
]  # fmt: skip


# the reference takes the parent of a lone wildcard rule for a suffix, which the list's algorithm does not
_ODD = {d for b in shipped_brands() for d in b.domains if "*" in d} | {"oaiusercontent.com"}


@pytest.fixture(scope="module")
def reference():
    return PublicSuffixList()


@pytest.mark.parametrize("host", HOSTS + [d for b in shipped_brands() for d in b.domains if d not in _ODD])
def test_like_the_reference(reference, host):
    for name in (host, "www." + host, "a.b." + host):
        assert public_suffix(name) == reference.publicsuffix(name)
        assert registered_domain(name) == (reference.privatesuffix(name) or "")
