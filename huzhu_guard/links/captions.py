"""Captions that ask to scan a code: the code itself is a picture that nobody here can read."""

from __future__ import annotations

import re

from huzhu_guard.links.found import Found
from huzhu_guard.verdict import LinkKind

_CAPTION = re.compile(
    "(?:长按|扫描?|扫一扫|识别|微信扫)(?:一下|这个|这张|此|该|上面|下面|上方|下方|上图|下图|图中|图片|我的|右侧|左侧|底部)?(?:的)?(?:二维码|小程序码|太阳码|图码)(?:识别)?"
    "|长按(?:图片|上图|下图)?识别(?:二维码|图中二维码)?|长按(?:保存)?图片(?:识别)?|识别(?:图中|上图|下图)?(?:二维码|小程序码)"
    "|(?:微信)?扫码(?:进|加|领|关注|下单|下载|添加|入群|报名|咨询|参与|参加|查看|联系|抢|免费|立即|注册|绑定|登录|验证|激活|办理|兑换|助力)"
    "|(?:微信|支付宝|app|淘宝|京东|抖音|拼多多|请|快|直接|马上)扫码(?![支付乘枪器机失])"
    "|扫一扫(?:上面|下面|上方|下方|上图|下图|图中|进|加|领)"
)


def captions(text: str) -> list[Found]:
    """QR captions in a folded text."""
    if "扫" not in text and "识别" not in text and "长按" not in text:
        return []
    return [Found(m.start(), m.end(), m[0], LinkKind.QR) for m in _CAPTION.finditer(text)]
