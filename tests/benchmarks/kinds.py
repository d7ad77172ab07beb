"""Six kinds of message that a group sees, and the labels that hold for each."""

from __future__ import annotations

from typing import NamedTuple

from huzhu_guard.verdict import Label


class Kind(NamedTuple):
    """A message, and what is to be said of it."""

    text: str
    labels: tuple[Label, ...] = ()


CHAT = "姐妹们今天的鸡蛋到了，很新鲜，晚上一起来我家吃饭吧，群主记得带上孩子"
HOOK = "兼职日结 一部手机就能做 一单一结 加V:abc88123 先到先得"
KINDS = {
    "plain chat": Kind(CHAT),
    "chat with prices": Kind("这个券满199减30 叠加88会员日 到手价69.9 比昨天便宜12块 今晚8点开抢"),
    "hook with contact": Kind(HOOK, (Label.SCAM,)),
    "link": Kind("帮我砍一刀 就差一点点了 https://mobile.yangkeduo.com/promo_open_page.html?id=7f3a 谢谢姐妹们"),
    "delivery slip": Kind(
        "收件人：周晓兰 13871200456 湖北省武汉市洪山区珞狮路12号3栋2单元501 麻烦放门口谢谢啦", (Label.PRIVACY_LEAK,)
    ),
    "long text": Kind(f"{CHAT}。\n" * 50 + HOOK, (Label.SCAM,)),
}
