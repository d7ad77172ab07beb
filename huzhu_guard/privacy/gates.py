"""Which recognizers a message needs: cheap looks that leave nothing out, so that most messages need none.

A gate opens where its pattern is found, which is only searched for in a text with the traits that it needs. Each
pattern begins with plain characters or one set of them, which the regex engine skips to.
"""

from __future__ import annotations

import re
from typing import Final

from huzhu_guard.privacy.view import HAN
from huzhu_guard.text import traits
from huzhu_guard.text.traits import EVERYTHING


class Gate:
    """A cheap look at a folded text.

    Parameters
    ----------
    needs
        Traits that every text has in which the pattern is found.
    pattern
        What is searched for.
    """

    def __init__(self, needs: int, pattern: str) -> None:
        self._needs = needs
        self.pattern = re.compile(pattern)

    def opens(self, text: str, traits: int = EVERYTHING) -> bool:
        """Whether the pattern is found in a text with these traits."""
        return traits & self._needs == self._needs and self.pattern.search(text) is not None


_HAN_DIGIT: Final = traits.CHARACTERS[traits.HAN_DIGIT]

ANYTHING: Final = Gate(traits.PERSONAL, f"[{traits.CHARACTERS[traits.PERSONAL]}]")
"""A character without which nothing can be found."""
DIGIT: Final = Gate(traits.DIGIT, r"[0-9]")
HAN_NUMBER: Final = Gate(
    traits.HAN_NUMBER, rf"[{_HAN_DIGIT}](?:[-.·, 、/]{{0,2}}[{_HAN_DIGIT}0-9]|个[0-9{_HAN_DIGIT}])"
)
"""Chinese digits that may go on, as in 一三八 or 三个零."""
COUNTED: Final = Gate(0, rf"个[0-9{_HAN_DIGIT}]")
THREE_DIGITS: Final = Gate(traits.THREE_DIGITS, r"[0-9](?:[-\s._·•—–~*、/,]{0,2}[0-9]){2}")
YEAR: Final = Gate(traits.YEAR, r"[12](?<![0-9].)(?:9[2-9]|0[0-3])[0-9]")
LETTERED: Final = Gate(traits.ELEVEN, r"[1li][3-9][0-9oli]{9}")
"""A mobile number with the letters o, l or i."""
CODE_WORD: Final = Gate(
    traits.CODE,
    "码|短信|口令|动态|otp|yzm|code|发的是|发来|收到|收的|授权|"
    "取件|提件|领件|取货|提货|领货|自提|取餐|凭|丰巢|驿站|菜鸟|货架|柜|兔喜|包裹|快递|取个件|拿个件",
)
"""A word beside which a one-time code or a pick-up code may stand."""
PLATE_HEAD: Final = Gate(
    traits.PLATE | traits.LATIN,
    rf"[{traits.CHARACTERS[traits.PLATE]}] ?[a-hj-np-z][ .·•・-]{{0,2}}[a-z0-9]",
)
_AT: Final = Gate(traits.LATIN, r"[ (\[{#]at[ )\]}#]")
_FOUR_HAN: Final = Gate(traits.HAN_NUMBER, "[〇零幺一二两三四五六七八九]{4}")
PASSWORD_CUE: Final = Gate(
    traits.PASSWORD, "密码|口令|锁|wifi|wi-fi|mima|pass|pwd|暗码|门禁|储物柜|保险柜|保险箱|行李箱|开门|无线|pin"
)
HANDLE: Final = Gate(traits.HANDLE | traits.LATIN, r"[a-z][a-z0-9_-]{4}")
_TOWN: Final = Gate(traits.TOWN, "[镇乡]|街道")
_DOOR: Final = Gate(traits.DOOR, "[号栋幢室弄座组户巷楼层房铺]|单元")
_NUMBERISH: Final = "[0-9a-z附第一二三四五六七八九十百零〇两甲乙丙丁东西南北]"
_DOOR_NUMBER: Final = Gate(
    0,
    rf"[门栋幢单号梯斋舍座室房户铺弄巷组社队排胡楼层区期](?:(?<={_NUMBERISH}.)|(?<={_NUMBERISH}\s.))"
    r"|[路街道村园苑厦城场心区里庄弄巷](?=[1-9])|[-—#](?<=[0-9a-z].)(?=[0-9a-z])",
)
"""A number and the first character of what it numbers, a number after a street, or a dashed number."""
_NUMBERED: Final = Gate(traits.PLACE | traits.DIGIT, rf"[{traits.CHARACTERS[traits.PLACE]}]\s?[0-9]")
_DASHED: Final = Gate(traits.DIGIT, rf"{HAN}[0-9]{{1,4}}-[0-9]")
_NAME: Final = Gate(
    traits.NAME,
    "收件|收货|联系人|姓名|名字|户名|真名|本名|全名|实名|户主|患者|车主|业主|我叫|他叫|她叫|名叫|先生|女士|警官|署名|抬头|接龙",
)


def email(text: str, seen: int = EVERYTHING) -> bool:
    """Whether an e-mail address can stand in a text with these traits."""
    return (
        "@" in text or "艾特" in text or "小老鼠" in text or "圈a" in text
        or ("at" in text and _AT.opens(text, seen))
    )  # fmt: skip


def password(text: str, alnum: bool, seen: int = EVERYTHING) -> bool:
    """Whether a password can stand in a text with these traits, which may have a Latin letter or digit in it."""
    return PASSWORD_CUE.opens(text, seen) and (alnum or _FOUR_HAN.opens(text, seen))


def address(text: str, seen: int = EVERYTHING) -> bool:
    """Whether an address can stand in a text with these traits."""
    return (
        _TOWN.opens(text, seen)
        or _NUMBERED.opens(text, seen)
        or ("-" in text and _DASHED.opens(text, seen))
        or (_DOOR.opens(text, seen) and _DOOR_NUMBER.opens(text, seen))
    )


def name(text: str, seen: int = EVERYTHING) -> bool:
    """Whether a name can stand in a text with these traits, in which nothing else was found."""
    return _NAME.opens(text, seen)
