"""What a link is judged to be, seen from outside."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huzhu_guard.links import Brand, LinkScreen
from huzhu_guard.links.owners import shipped_brands
from huzhu_guard.links.signals import catalogue
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import Action

SCREEN = LinkScreen()
NATIONAL = ".*"


def ids(link):
    return {s.id for s in link.signals}


@pytest.mark.parametrize("brand", shipped_brands(), ids=lambda b: b.id)
def test_no_official_host_is_stopped(screen, brand):
    for domain in (*brand.domains, *brand.short_hosts):
        host = domain.replace(NATIONAL, ".com")
        for url in (host, "www." + host, f"https://m.{host}/a/b.html?id=1"):
            link = screen.judge(url)
            assert link.action is Action.ALLOW, url


@pytest.mark.parametrize(
    ("url", "brand", "domain"),
    [
        ("https://mobile.yangkeduo.com/goods.html?goods_id=1", "pinduoduo", "yangkeduo.com"),
        ("p.pinduoduo.com/AbCdEfGh", "pinduoduo", "pinduoduo.com"),
        ("http://www.icbc.com.cn/", "icbc", "icbc.com.cn"),
        ("https://www.amazon.co.jp/dp/1", "amazon", "amazon.co.jp"),
        ("https://xhslink.com/a", "xiaohongshu", "xhslink.com"),
        ("https://kyfw.12306.cn/otn/", "china_railway", "12306.cn"),
    ],
)
def test_official(screen, url, brand, domain):
    link = screen.judge(url)

    assert (link.brand, link.official, link.registered_domain, link.action) == (brand, True, domain, Action.ALLOW)
    assert (link.start, link.end) == (0, len(url))
    assert "official" in ids(link)


@pytest.mark.parametrize(
    ("url", "signal", "brand"),
    [
        ("http://pinduoduo.com.vip-hd.top/a", "official_prefix", "pinduoduo"),
        ("https://www.taobao.com-refund.cc", "official_prefix", "taobao"),
        ("chinatax.gov.cn.tui-shui.top", "official_prefix", "tax"),
        ("pinduodou.com", "lookalike", "pinduoduo"),
        ("pindouduo.com", "lookalike", "pinduoduo"),
        ("ta0bao.com", "lookalike", "taobao"),
        ("a1ipay.com", "lookalike", "alipay"),
        ("vveixin.com", "lookalike", "weixin"),
        ("pin-duo-duo.com", "lookalike", "pinduoduo"),
        ("pinduo.duo.com", "lookalike", "pinduoduo"),
        ("pinduoduо.com", "homoglyph", "pinduoduo"),
        ("xn--pinduodu-ubh.com", "homoglyph", "pinduoduo"),
        ("táobao.com", "homoglyph", "taobao"),
        ("pinduoduo.top", "brand_suffix", "pinduoduo"),
        ("alipay.vip", "brand_suffix", "alipay"),
        ("拼多多.com", "brand_suffix", "pinduoduo"),
        ("pinduoduo-kefu.com", "brand_combo", "pinduoduo"),
        ("mytaobao88.com", "brand_combo", "taobao"),
        ("jd-tuikuan.com", "brand_combo", "jd"),
        ("pddvip.cc", "brand_combo", "pinduoduo"),
        ("淘宝退款.com", "brand_combo", "taobao"),
        ("pinduoduo.fuli88.top", "brand_subdomain", "pinduoduo"),
        ("login.alipay.abcde.cn", "brand_subdomain", "alipay"),
        ("https://pinduoduo.com@abc-hd.top/x", "userinfo", ""),
        ("http://203.0.113.7/a", "ip_host", ""),
        ("http://3405803783/a", "ip_host", ""),
    ],
)
def test_tricks_that_deserve_a_look(screen, url, signal, brand):
    link = screen.judge(url)

    assert link.action is not Action.ALLOW
    assert signal in ids(link)
    assert (link.brand, link.official) == (brand, False)


@pytest.mark.parametrize(
    ("url", "signal"),
    [
        ("https://example.com:8443/", "odd_port"),
        ("https://example.com/app.apk", "download"),
        ("https://example.com/x.mobileconfig?a=1", "download"),
        ("https://link.zhihu.com/?target=https%3A//evil-site.top/a", "redirect"),
        ("https://example.com/?data=%61%62%63%64%65%66%67%68%69%6a%6b%6c%6d", "encoded"),
        ("https://%65xample.com", "encoded"),
        ("user.github.io", "hosting"),
        ("bucket.oss-cn-beijing.aliyuncs.com", "hosting"),
        ("bit.ly/abc", "shortener"),
        ("t.cn/A6abc", "shortener"),
        ("example.icu", "cheap_suffix"),
        ("secure-login.example.com", "bait"),
        ("wpcdazfk.com", "random_name"),
        ("https://example.com/?xk3pq9", "opaque_tail"),
        ("http://example.com/wp-admin/x/login.php", "broken_site"),
        ("https://example.com/pinduoduo/login", "brand_path"),
        ("abc-co-jp.example.cn", "embedded_suffix"),
        ("www.beijing.gov.cn", "public_body"),
        ("example.com", "foreign"),
    ],
)
def test_signs(screen, url, signal):
    assert signal in ids(screen.judge(url))


@pytest.mark.parametrize(
    "url",
    [
        "example.com", "www.beijing.gov.cn", "pku.edu.cn", "small.com", "email.com", "xinwuji.com", "bjnews.com.cn",
        "https://zh.wikipedia.org/wiki/拼多多", "https://github.com/user/pinduoduo", "https://www.zhihu.com/question/1",
        "https://example.com/2024/11/11/news.html", "http://192.168.1.1/", "booking.com", "apple.com", "douban.com",
        "https://www.bilibili.com/video/BV1xx411c7mD", "stackoverflow.com", "gov.uk",
    ],
)  # fmt: skip
def test_ordinary_links_are_left_alone(screen, url):
    assert screen.judge(url).action is Action.ALLOW


def test_reason_names_the_brand_and_the_real_domain(screen):
    (reason,) = [s.reason for s in screen.judge("pinduoduo.com.vip-hd.top").signals if s.id == "official_prefix"]

    assert reason.zh == "域名 pinduoduo.com.vip-hd.top 不属于拼多多，真正的主域名是 vip-hd.top"
    assert reason.en == "pinduoduo.com.vip-hd.top does not belong to Pinduoduo; the real domain is vip-hd.top"


def test_signals_come_strongest_first(screen):
    weights = [abs(s.weight) for s in screen.judge("http://pinduoduo.com.vip-hd.top:81/a.apk").signals]

    assert weights == sorted(weights, reverse=True)


def test_allowed_beats_denied_and_both_beat_the_rest():
    denied = ["bilibili.com", "both.example", "http://bad.example/x"]
    screen = LinkScreen(allowed=["pinduoduo-kefu.com", "both.example"], denied=denied)

    assert screen.judge("https://x.pinduoduo-kefu.com/a").action is Action.ALLOW
    assert screen.judge("https://www.bilibili.com/").action is Action.BLOCK
    assert screen.judge("both.example").action is Action.ALLOW
    assert screen.judge("m.bad.example").action is Action.BLOCK
    assert screen.judge("notbad.example").action is Action.ALLOW


def test_user_brand_is_official_and_its_lookalikes_are_found():
    acme = Brand("acme", zh="极品商城", names=("acmemall",), domains=("acmemall.cn",), schemes=("acme",))
    screen = LinkScreen(brands=[acme])

    assert screen.judge("m.acmemall.cn").brand == "acme"
    assert screen.judge("acmemal1.com").action is Action.REVIEW
    (link,) = screen.find(normalize("打开 acme://home"))
    assert (link.brand, link.official) == ("acme", True)


def test_a_copy_judges_alike():
    screen = LinkScreen(denied=["bad.example"])

    assert pickle.loads(pickle.dumps(screen)).judge("bad.example") == screen.judge("bad.example")


def test_threads_share_one_screen(screen):
    urls = [f"shop{i % 50}.example{i % 7}.com/a" for i in range(2_000)]

    with ThreadPoolExecutor(4) as pool:
        risks = [link.risk for link in pool.map(screen.judge, urls)]

    assert risks == [screen.judge(u).risk for u in urls]


def test_no_link_is_remembered_whole():
    screen = LinkScreen()

    screen.judge("https://example.com/secret?token=abcdef")

    assert screen._view.cache_info().currsize == 1
    assert screen._view.cache_parameters()["maxsize"] <= 4096


@given(st.text(max_size=100))
def test_any_string_gets_an_answer(text):
    link = SCREEN.judge(text)

    assert 0 <= link.risk <= 1
    assert (link.start, link.end) == (0, len(text))


@given(st.text(alphabet="htps:/@.[]%x0-9a-f?#=&点。\ud800\u0430\u200bxn--", max_size=80))
def test_any_tangle_gets_an_answer(text):
    SCREEN.judge(text)


@pytest.mark.parametrize(
    "text", ["", " ", ".", "...", "://", "http://", "@", "http://@:/", "[", "http://[::1", "%", "xn--", "\ud800.com"]
)
def test_strings_that_are_no_link(screen, text):
    assert screen.judge(text).action is not Action.BLOCK


@pytest.mark.parametrize("piece", ["a", "a.", "a-", "1", "%41", "@", ":", "/", "é", "中", "xn--a.", "\ud800"])
def test_megabytes_are_judged(screen, piece):
    screen.judge("http://" + piece * 300_000)


def test_catalogue_is_complete():
    table = catalogue()

    assert len(table.entries) <= 30
    assert 0 < table.review < table.block < 1
    for id_, (_, zh, en) in table.entries.items():
        assert id_ == id_.lower()
        assert any("\u4e00" <= c <= "\u9fff" for c in zh)
        assert en.isascii()
