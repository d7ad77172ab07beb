"""Permutations that typo-squatters use, made by the public tool dnstwist (its fuzzers run offline)."""

from collections import Counter

import pytest

from huzhu_guard.verdict import Action

dnstwist = pytest.importorskip("dnstwist")

BRANDS = """
pinduoduo.com yangkeduo.com taobao.com tmall.com alipay.com weixin.com meituan.com douyin.com kuaishou.com
xiaohongshu.com bilibili.com baidu.com weibo.com cmbchina.com bankofchina.com unionpay.com chinaunicom.com
xiaomi.com huawei.com suning.com dianping.com ctrip.com tencent.com sf-express.com kuaidi100.com
""".split()  # noqa: SIM905
CLOSEST = {"homoglyph", "hyphenation", "subdomain", "repetition", "transposition"}


def permutations(domain):
    fuzzer = dnstwist.Fuzzer(domain)
    fuzzer.generate()
    return [(p["fuzzer"], p["domain"]) for p in fuzzer.domains if p["fuzzer"] != "*original"]


def rates(screen, brands, most=None):
    """Share of permutations stopped, by fuzzer; of homoglyphs, which are thousands, an even sample where wanted."""
    made, stopped = Counter(), Counter()
    for brand in brands:
        assert screen.judge(brand).action is Action.ALLOW
        for fuzzer, group in by_fuzzer(permutations(brand)).items():
            for domain in group[:: max(1, len(group) // most)] if most else group:
                link = screen.judge(domain)
                if not link.official:
                    made[fuzzer] += 1
                    stopped[fuzzer] += link.action is not Action.ALLOW
    return made, stopped


def by_fuzzer(pairs):
    groups = {}
    for fuzzer, domain in sorted(pairs):
        groups.setdefault(fuzzer, []).append(domain)
    return groups


def share(made, stopped, fuzzers):
    return sum(stopped[f] for f in fuzzers) / sum(made[f] for f in fuzzers)


def check(made, stopped):
    assert share(made, stopped, made) >= 0.90
    assert share(made, stopped, CLOSEST) >= 0.97


def test_lookalikes_of_many_brands(screen):
    check(*rates(screen, BRANDS, most=100))


@pytest.mark.slow
def test_all_lookalikes_of_many_brands(screen):
    check(*rates(screen, BRANDS))
