"""Made-up messages of a scheme that is in no corpus: adopting farm animals and trees for money."""

from __future__ import annotations

import random

import pandas as pd

_SLOTS = {
    "w": ["云南的牧场", "贵州的茶园", "内蒙的草场", "四川的竹林", "福建的荔枝园", "山东的苹果园", "新疆的骆驼场",
          "青海的牦牛棚", "广西的桑园", "海南的椰林"],
    "t": ["小牦牛", "荔枝树", "骆驼", "茶树", "蜜蜂", "梅花鹿", "椰子树", "山羊", "桑树", "孔雀"],
    "n": ["一头", "两头", "一棵", "三棵", "一窝", "五棵"],
    "g": ["月月分奶", "到秋天分果", "每季度给分红", "年底按斤回收", "满一年翻一番", "生了崽算你的",
          "产的东西全归你还有红利", "按天算收成"],
    "f": ["288", "399", "688", "980", "1280", "一千六"],
    "x": ["名额是村里给的", "证书上写你名字", "有摄像头天天能看", "编号先到先得", "我认了三棵了", "合同盖红章",
          "种得越多级别越高", "介绍亲戚来再送一棵"],
    "p": ["牧场", "果园", "动物园", "茶园", "农家乐", "植物园"],
    "h": ["荔枝", "苹果", "茶叶", "椰子", "桑葚", "蜂蜜"],
    "a": ["牦牛", "骆驼", "孔雀", "山羊", "梅花鹿"],
    "m": ["十二", "二十五块", "六十八", "35", "99"],
    "c": ["两棵", "三只", "一箱", "五斤", "几个"],
    "e": ["累坏了", "下次还去", "孩子高兴得很", "味道一般", "有人一起吗", "晒黑了", "停车不好停"],
}  # fmt: skip
_SCHEME = [
    "{w}可以认养{n}{t} {f}一份 {g}", "认养{n}{t}吧 {g} {x}", "{w}搞云认养 {f}领{n}{t} {x}",
    "姐妹认养{t}没 {f}一份 {g} {x}",
    "我在{w}养了{n}{t} {g} 你也来认一份",
    "{t}认养开始了 {f} {g}", "城里人养不了{t} 让农户替你养 {f}一年 {g}",
    "{x} {w}的{t}认养 {g}", "认一份{t} 家里老人都认了 {g} 只要{f}", "云牧场{t} {f}起 {x} {g}",
]  # fmt: skip
_CHAT = [
    "周末去{p}摘{h}了 {e}", "{h}多少钱一斤啊 我家这边{m}", "谁家{h}甜 推荐下", "孩子想去{p}看{a} 门票{m} {e}",
    "{a}好可爱 {p}拍的",
    "老家种了{c}{h} {e}", "{p}的{h}发货慢 {e}", "今天{p}人好多 {e}",
    "买的{h}坏了{c} 客服给退了{m}", "我婆婆养了{c}{a} {e}",
]  # fmt: skip


def messages(templates: list[str], count: int, seed: int) -> list[str]:
    """Different messages, in the order in which they are drawn."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found.setdefault(rng.choice(templates).format(**{name: rng.choice(words) for name, words in _SLOTS.items()}))
    return list(found)


def scheme(count: int = 600) -> list[str]:
    """Messages of the scheme."""
    return messages(_SCHEME, count, 0)


def chat(count: int = 100) -> list[str]:
    """Harmless messages about the same things."""
    return messages(_CHAT, count, 1)


def export(scams: int = 200, clean: int = 100) -> pd.DataFrame:
    """What an analyst labelled of her export."""
    return pd.DataFrame(
        {"text": scheme(600)[:scams] + chat(clean), "labels": [("scam",)] * scams + [()] * clean},
    )
