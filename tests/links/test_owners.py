"""The registry: consistent, and right about whose a host is."""

import re

import pytest

from huzhu_guard.links import Brand, Registry
from huzhu_guard.links.owners import read_lines, shipped_brands, shorteners
from huzhu_guard.links.suffix import public_suffix, top_level

REGISTRY = Registry()
CATEGORIES = {
    "shopping", "payment", "bank", "telecom", "courier", "government", "social", "video", "software", "food", "travel",
    "device",
}  # fmt: skip


def test_enough_brands_of_every_kind():
    brands = shipped_brands()

    assert len(brands) >= 150
    assert {b.category for b in brands} == CATEGORIES
    assert sum(any("\u4e00" <= c <= "\u9fff" for c in b.zh) for b in brands) >= 80


def test_ids_are_unique_and_plain():
    ids = [b.id for b in shipped_brands()]

    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9_]+", id_) for id_ in ids)


def test_names_belong_to_one_brand():
    owners = {}
    for brand in shipped_brands():
        for name in (*brand.names, *brand.words):
            assert owners.setdefault(name, brand.id) == brand.id
            assert name == name.lower()
        assert brand.common <= set(brand.names)


@pytest.mark.parametrize("brand", shipped_brands(), ids=lambda b: b.id)
def test_domains_are_real_names_with_one_owner(brand):
    for host in (*brand.domains, *brand.short_hosts):
        name = host.removesuffix(".*") + (".com" if host.endswith(".*") else "")
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name), host
        assert name.rpartition(".")[2] in top_level()
        assert REGISTRY.owner(name) is not None
    assert all(re.fullmatch(r"[a-z][a-z0-9+.-]*", s) for s in brand.schemes)


def test_no_public_suffix_is_owned():
    plain = [d for b in shipped_brands() for d in b.domains if not d.endswith(".*")]

    # private suffixes below which only the owner's own services live
    services = {"googleapis.com", "withgoogle.com", "githubusercontent.com", "cloudflare.net"}
    assert {d for d in plain if public_suffix(d) == d} == services


def test_further_domains_name_known_brands():
    for line in read_lines("owned.tsv"):
        brand, _, domains = line.partition("\t")
        assert brand == "-" or brand in REGISTRY
        assert domains and domains == " ".join(sorted(domains.split(" ")))


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("pinduoduo.com", "pinduoduo"),
        ("mobile.yangkeduo.com", "pinduoduo"),
        ("p.pinduoduo.com", "pinduoduo"),
        ("m.pinduoduo.net", "pinduoduo"),
        ("m.tb.cn", "taobao"),
        ("u.jd.com", "jd"),
        ("3.cn", "jd"),
        ("mp.weixin.qq.com", "weixin"),
        ("v.qq.com", "qq"),
        ("b23.tv", "bilibili"),
        ("www.12306.cn", "china_railway"),
        ("google.co.uk", "google"),
        ("google.cn", "google"),
        ("google.tk", None),
        ("pinduoduo.com.evil.top", None),
        ("evilpinduoduo.com", None),
        ("com", None),
        ("", None),
    ],
)
def test_owner(host, owner):
    found = REGISTRY.owner(host)

    assert (found and found[0]) == owner


def test_shorteners_and_short_hosts_of_brands_are_apart():
    own = {h for b in shipped_brands() for h in b.short_hosts}

    # two that a platform runs but opens to every target
    assert own & shorteners() == {"t.cn", "url.cn", "w.url.cn"}


def test_user_brands_are_added_and_merged():
    acme = Brand("acme", zh="极品", names=("acmeshop",), domains=("acme.cn",))
    registry = Registry([acme, Brand("jd", domains=("jd-mine.cn",))])

    assert registry.owner("m.acme.cn") == ("acme", "acme.cn")
    assert registry.owner("jd-mine.cn") == ("jd", "jd-mine.cn")
    assert registry["jd"].zh == "京东"
    assert "jd.com" in registry["jd"].domains
    assert len(registry) == len(REGISTRY) + 1


@pytest.mark.parametrize(
    ("scheme", "brand"), [("pinduoduo", "pinduoduo"), ("taobao", "taobao"), ("weixin", "weixin"), ("foo", "")]
)
def test_scheme_owner(scheme, brand):
    assert REGISTRY.scheme_owner(scheme) == brand


@pytest.mark.parametrize(
    ("name", "columns"), [("suffixes.tsv", 2), ("hosting.tsv", 2), ("identifiers.tsv", 3), ("tokens.tsv", 5)]
)
def test_tables_are_well_formed(name, columns):
    rows = [line.split("\t") for line in read_lines(name)]

    assert all(len(row) == columns for row in rows)
    keys = [tuple(row[:2]) if columns > 2 else row[0] for row in rows]
    assert len(keys) == len(set(keys))


def test_owners_in_tables_exist():
    for name in ("identifiers.tsv", "tokens.tsv"):
        assert {line.split("\t")[0] for line in read_lines(name)} - {"*"} <= {b.id for b in shipped_brands()}
