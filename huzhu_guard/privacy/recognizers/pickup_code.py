"""Codes that open a parcel locker or fetch a parcel from a station."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class PickupCodeRecognizer:
    """``8-3-2207``, ``A0917`` or some digits beside 取件码, 丰巢, 驿站 and the like. All noughts is nobody's."""

    kind: ClassVar = EntityKind.PICKUP_CODE
    TRIGGER: ClassVar = re.compile(
        "取件|提件|领件|取货|提货|领货|自提|取餐|凭|丰巢|驿站|菜鸟|货架|柜|兔喜|包裹|快递|件码|取个件|拿个件"
    )
    VALUE: ClassVar = re.compile(
        r"(?<![0-9a-z./_-])(?:[a-z0-9]{1,3}-[0-9]{1,3}-[0-9]{1,6}|[a-z]{0,2}[0-9]{1,3}-[0-9]{2,6}|[a-z]{1,2}[0-9]{2,6}|[0-9]{3,8}|"
        r"[0-9]{2,4} [0-9]{2,4}(?: [0-9]{2,4})?)(?![0-9a-z.*/@%_]|[-:][0-9])"
    )
    NOT_AFTER: ClassVar = re.compile(
        r" ?(?:元|块|年|月|日|号|点|天|位|个|次|万|人|件|小时|分|斤|楼|栋|幢|单元|室|米|%|】|折|g|kg|ml|码|店|家|开头)"
    )
    NOT_BEFORE: ClassVar = re.compile(
        r"(?:工号|尾号|后四位|末四位|[¥$￥第]|电话|手机|单号|单元|楼|栋|幢|客服|热线|致电|拨打|满|超)(?:为|是)?[: ]?$"
    )
    HOTLINE: ClassVar = re.compile(r"1(?:00|01|06|1[0-9]|2[0-9])[0-9]{2,4}|9[56][0-9]{3}|400[0-9]{4,7}")
    BASE: ClassVar = -3.0

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        text = view.text
        if not self.TRIGGER.search(text):
            return
        cues = cues_of("pickup_code")
        anywhere = min(1.5, view.anywhere("pickup_code"))
        for match in view.matches(self.VALUE):
            start, end = match.span()
            if self.NOT_AFTER.match(text, end) or self.NOT_BEFORE.search(text, max(0, start - 6), start):
                continue
            value = match[0]
            if not value.strip("0-x") or value == "7-11" or self.HOTLINE.fullmatch(value):
                continue
            logit = (
                self.BASE
                + anywhere
                + cues.before.before(view.before(start, 14))
                + cues.after.after(view.after(end, 12))
            )
            dashes = value.count("-")
            if dashes == 2:
                logit += 1.5
            elif dashes or not value[0].isdigit():
                logit += 0.5
            yield Candidate(self.kind, start, end, min(logit, 4.0), "pickup_code", 6 if logit > 1.5 else 4)
