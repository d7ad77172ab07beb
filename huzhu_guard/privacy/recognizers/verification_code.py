"""One-time codes from text messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class VerificationCodeRecognizer:
    """Four to eight digits, whole or in groups, where the words around speak of a code. All noughts is nobody's."""

    kind: ClassVar = EntityKind.VERIFICATION_CODE
    TRIGGER: ClassVar = re.compile(r"码|短信|口令|动态|密码|code|otp|yzm|发的是|发来|收到|收的|授权")
    VALUE: ClassVar = re.compile(
        r"(?<![0-9a-z./@#_-])(?:[a-z]{1,3}-)?([0-9]{4,8}|[0-9]{3}[ -][0-9]{3}|[0-9]{2}[ .-][0-9]{2}[ .-][0-9]{2}|"
        r"[0-9](?:[ .-][0-9]){3,7})(?![0-9a-z.*/@%_]|[-:][0-9]| [0-9]{2})"
    )
    HAN: ClassVar = re.compile(
        r"(?<![〇零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖])[〇零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖]{4,6}(?![〇零幺一二两三四五六七八九十百千万个位])"
    )
    LETTERED: ClassVar = re.compile(
        r"验证码[是为: ]{1,3}((?=[a-z]{0,7}[0-9])(?=[0-9]{0,7}[a-z])[0-9a-z]{4,8})(?![0-9a-z])"
    )
    NOT_AFTER: ClassVar = re.compile(
        r" ?(?:分钟|分|秒|小时|元|块|年|月|日|号|天|位|个|次|万|人|米|积分|】|\]|开头|结尾|那个号|毫升|克|斤|w|%|kg)"
    )
    NOT_BEFORE: ClassVar = re.compile(
        r"(?:尾号|末四位|后四位|尾数|工号|编号|[¥$￥第]|【|\[|(?<!拨)拨打|致电|订单号|单号|车牌|群号|"
        r"房号|余额|金额)(?:为|是)?[: ]?$"
    )
    HOTLINE: ClassVar = re.compile(r"1(?:00|01|06|1[0-9]|2[0-9])[0-9]{2,4}|9[56][0-9]{3}|400[0-9]{4,7}")
    BASE: ClassVar = -3.0

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        text = view.text
        if not self.TRIGGER.search(text):
            return
        anywhere = view.anywhere("verification_code")
        for match in view.matches(self.VALUE):
            yield from self._judge(view, match.start(1), match.end(1), match[1], anywhere)
        for match in self.LETTERED.finditer(text):
            yield Candidate(self.kind, *match.span(1), 2.0, "verification_code", 6)
        for match in self.HAN.finditer(text):
            if "码" in view.before(match.start(), 8):
                yield from self._judge(view, match.start(), match.end(), match[0], anywhere - 0.5)

    def _judge(self, view: View, start: int, end: int, value: str, anywhere: float) -> Iterator[Candidate]:
        text = view.text
        if (
            not value.strip("0 -.")
            or self.HOTLINE.fullmatch(value)
            or self.NOT_AFTER.match(text, end)
            or self.NOT_BEFORE.search(text, max(0, start - 6), start)
        ):
            return
        cues = cues_of("verification_code")
        near = cues.before.before(view.before(start, 16)) + cues.after.after(view.after(end, 16))
        logit = self.BASE + near + anywhere
        digits = sum([c.isdigit() for c in value])
        if digits == 6:
            logit += 0.5
        elif near < 3 and digits:
            logit -= 0.8
        yield Candidate(self.kind, start, end, min(logit, 5.0), "verification_code", 6)
