"""Passwords, door codes and lock combinations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class PasswordRecognizer:
    """What follows 密码 or the name of a lock. ``fake_…`` and a row of noughts are nobody's."""

    kind: ClassVar = EntityKind.PASSWORD
    CUE: ClassVar = re.compile(
        r"密码|(?:登录|开机|wifi|开门|进门|门禁)口令|暗码|mima|pass ?word|passwd|pwd|pin码|wi-?fi|无线|"
        r"网络|门禁|门锁|指纹锁|密码[锁箱]|电子锁|智能锁|"
        r"储物柜|保险柜|保险箱|行李箱|[车箱]锁|锁[上是按改换屏]|锁(?=[0-9])|[开解]锁|开门|按|转到|(?<![a-z])pin(?![a-z])"
    )
    VALUE: ClassVar = re.compile(r"[a-z0-9!@#$%^&*_](?:[a-z0-9!@#$%^&*_+~?=-]|\.(?=[a-z0-9])){2,23}")
    WORD: ClassVar = re.compile(r"[a-z0-9._-]+")
    SPACED: ClassVar = re.compile(r"[0-9](?: [0-9]){3,7}(?![0-9a-z])")
    HAN: ClassVar = re.compile(r"[〇零幺一二两三四五六七八九]{4,8}(?![〇零幺一二两三四五六七八九十百千万个位])")
    NOT_AFTER: ClassVar = re.compile(
        r" ?(?:位|个|次|元|块|年|月|分钟|秒|天|条|级|万|岁|楼|栋|号楼|单元|宿舍|室|房|【|:\d)"
    )
    LETTERS_ONLY: ClassVar = -1.5
    SECRET: ClassVar = re.compile(r"密码|门锁|锁[改换]")
    NOBODYS: ClassVar = re.compile(r"查询$|领奖$|兑奖$|服务$|房间|开黑|房号")
    """Right before the cue: the word for a prize or a room of a game, whose password is no secret of a person."""
    ASKED_FOR: ClassVar = re.compile("发我|发给|立即|骗|热线|专线|客服|咨询|兑换|报一下|同密码")
    """Between cue and value: the password is asked for or talked about, and the value is something else."""
    HOTLINE: ClassVar = re.compile(
        r"9[56][0-9]{3,4}|100(?:86|10|00)|12(?:306|315|381)|0[0-9]{2,3}-[0-9]{7,8}|400-?[0-9-]{7,8}"
    )
    LATER: ClassVar = re.compile(r"(?:现在是|新的是|现在的是|[改换设]成了?|记一下|变成了?|新密码是?)[: ]?")
    WORDS: ClassVar = frozenset(
        [
            "wifi",
            "wi-fi",
            "app",
            "vip",
            "qq",
            "vx",
            "login",
            "password",
            "the",
            "and",
            "vpn",
            "ssr",
            "ok",
            "id",
            "sim",
            "atm",
            "usb",
            "nas",
            "email",
            "admin",
            "root",
            "free",
            "tp-link",
            "tplink",
            "iphone",
            "ipad",
            "apple",
            "steam",
            "link",
            "http",
            "https",
            "www",
            "router",
            "windows",
            "ios",
            "android",
        ]
    )
    NETWORKS: ClassVar = frozenset({"wifi", "wi-fi", "无线", "网络"})
    DOTTED: ClassVar = re.compile(r"[0-9]+\.[0-9]+|.*\.[a-z]{2,}(?![0-9])")
    BASE: ClassVar = -3.0
    REACH: ClassVar = 18

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        text = view.text
        cues = cues_of("password")
        anywhere = None
        seen = -1
        if self.SECRET.search(text):
            yield from self._told_later(text)
        for match in self.CUE.finditer(text):
            if match.end() <= seen:
                continue
            if match[0] in self.NETWORKS and "密码" in text[match.end() : match.end() + 30]:
                continue  # what follows is the name of the network
            value = self._value(text, match.end())
            if value is None or value.start() < seen or self._of_nobody(text, match, value):
                continue
            if anywhere is None:
                anywhere = view.anywhere("password")
            start, end = value.start(), value.end()
            found = text[start:end].rstrip("?~")
            found = found.rstrip("-_=.")
            end = start + len(found)
            logit = self.BASE + anywhere + cues.before.before(text[max(0, match.start() - 6) : start])
            logit += cues.after.after(view.after(end, 8)) + self._shape(found)
            gap = start - match.end()
            if gap > 8 or (gap > 3 and not any(c.isdigit() for c in found)):
                logit -= 1.0
            if logit <= 0:
                continue
            seen = value.end()
            yield Candidate(self.kind, start, end, min(logit, 4.5), "password", 6 if logit > 1 else 4)

    def _of_nobody(self, text: str, cue: re.Match[str], value: re.Match[str]) -> bool:
        return (
            self.NOBODYS.search(text, max(0, cue.start() - 10), cue.start()) is not None
            or self.ASKED_FOR.search(text, cue.start(), value.start()) is not None
            or self.HOTLINE.fullmatch(value[0]) is not None
        )

    def _told_later(self, text: str) -> Iterator[Candidate]:
        """``密码改回来了,现在是…``: the value after a word for what is new, farther from the cue."""
        for match in self.LATER.finditer(text):
            value = self.VALUE.match(text, match.end())
            if value is not None and self._plausible(text, value) and sum([c.isdigit() for c in value[0]]) >= 4:
                yield Candidate(
                    self.kind, value.start(), match.end() + len(value[0].rstrip("?~-_=.")), 0.8, "password", 4
                )

    def _value(self, text: str, at: int) -> re.Match[str] | None:
        """The first thing after a cue that can be a password, in the same clause."""
        stop = min(len(text), at + self.REACH)
        while at < stop:
            char = text[at]
            if char in "\n。!?;〔*":
                return None
            for pattern in (self.SPACED, self.VALUE, self.HAN):
                value = pattern.match(text, at)
                if value is not None and self._plausible(text, value):
                    return value
            if char.isascii() and char.isalnum():
                word = self.WORD.match(text, at)
                at = word.end() if word else at + 1
            else:
                at += 1
        return None

    def _plausible(self, text: str, value: re.Match[str]) -> bool:
        found = value[0].rstrip("?~")
        if len(found) < 3 or found in self.WORDS or found.startswith(("fake_", "***", "http")):
            return False
        if "%" in found or self.DOTTED.match(found):
            return False
        if not any(c.isalnum() for c in found) or not found.strip("0") or self.NOT_AFTER.match(text, value.end()):
            return False
        return not ("*" in found and found.count("*") * 2 >= len(found))

    def _shape(self, found: str) -> float:
        digits = sum([c.isdigit() for c in found])
        if digits == 0:
            return self.LETTERS_ONLY if found.isascii() else 0.0
        if digits == len(found):
            return 0.5 if digits in (4, 6, 8) else -0.5 if digits < 4 or digits == 11 else 0.0
        return 0.5
