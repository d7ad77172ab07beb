"""WeChat ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class WechatIdRecognizer:
    """A letter and 5 to 19 letters, digits, ``-`` or ``_``, where words or the shape say that it is a handle."""

    kind: ClassVar = EntityKind.WECHAT_ID
    TOKEN: ClassVar = re.compile(
        r"(?<![a-z0-9_.@/:#&=?%+~-])[a-z](?:[a-z0-9_]|-(?=[a-z0-9])){4,19}(?![a-z0-9@/=&~]|[._:-][a-z0-9/])"
    )
    GLUED_TO: ClassVar = re.compile(r"(?:vx|wx|v)(?=[a-z][a-z0-9_-]{5})")
    GLUED_CUE: ClassVar = re.compile(r"(?:(?:vx|wx|v|wechat|weixin|id|line|tg|qq)[:=+~]{1,2})")
    AFTER_SIGN: ClassVar = re.compile(
        r"(?<=[:+@~])[a-z](?:[a-z0-9_]|-(?=[a-z0-9])){4,19}(?![a-z0-9@/=&~]|[._:-][a-z0-9/])"
    )
    DIGITS: ClassVar = re.compile(r"(?:微信号?|薇|wx|vx|wechat)(?:号|id)?[:是 ]{0,2}([0-9]{6,10})(?![0-9a-z.-])")
    SPOKEN_DOT: ClassVar = re.compile(r"[a-z0-9]。[a-z0-9]")
    CODE: ClassVar = re.compile(
        r"(?:q|qq|v|vx|wx|tel|sf|jt|yt|jd|dpk|zto|sto|no)[0-9]+|xx[0-9]{7,}|iphone[0-9]*|mate[0-9]+.*|redmi.*"
    )
    UNDERSCORE: ClassVar = 2.7
    # a name of a file or product that ends so is a handle only where a word says so
    ENGLISH: ClassVar = frozenset(
        ("list", "name", "info", "new", "all", "test", "data", "file", "phone", "watch", "key", "id", "morning", "day",
         "night", "type", "code", "time", "user", "log", "card", "view", "config", "size", "max", "min", "url")
    )  # fmt: skip
    BASE: ClassVar = -2.5

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        text = view.text
        cues = cues_of("wechat_id")
        for pattern in (self.TOKEN, self.AFTER_SIGN):
            for match in view.matches(pattern):
                shape = self._shape(match[0])
                if shape is None:
                    continue
                start, end = match.span()
                if "。" in (text[end : end + 1], text[start - 1 : start]) and self.SPOKEN_DOT.search(
                    text, max(0, start - 2), end + 2
                ):
                    continue
                before = view.before(start, 10)
                if pattern is self.AFTER_SIGN and not self._follows_sign(before):
                    continue
                if view.text[start - 1 : start] in ("加", "+") and (cue := self.GLUED_TO.match(view.text, start, end)):
                    start = cue.end()
                logit = self.BASE + shape + cues.before.before(before)
                if logit + cues.after.most <= 0:
                    continue
                logit += cues.after.after(view.after(end, 8))
                if logit > 0:
                    yield Candidate(self.kind, start, end, min(logit, 4.0), "wechat_id", 5)
        for match in self.DIGITS.finditer(text):
            if not re.match("1[3-9]", match[1]):
                yield Candidate(self.kind, match.start(1), match.end(1), 1.0, "wechat_id", 5)

    def _follows_sign(self, before: str) -> bool:
        """Not ``http:…`` or ``key:…``: of Latin words only the names of messengers may stand before a colon."""
        latin = before[-1:] == ":" and before[-2:-1].isascii() and before[-2:-1].isalnum()
        return not latin or self.GLUED_CUE.search(before[-7:]) is not None

    def _shape(self, token: str) -> float | None:
        if token.startswith(("fake_", "http", "www")) or self.CODE.fullmatch(token):
            return None
        digits = sum([c.isdigit() for c in token])
        under = "_" in token
        if under:
            head, _, tail = token.rpartition("_")
            word = 0.8 if digits else -1.0 if tail in self.ENGLISH else 0.0
            return self.UNDERSCORE + word - (1.0 if len(head) < 2 and not tail else 0.0)
        if digits:
            return 0.6 if len(token) >= 6 and digits >= 2 else -0.8
        return -1.5 if "-" not in token else -2.0
