"""Order numbers of the shopping platforms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.recognizers.phone import PhoneRecognizer
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class OrderNoRecognizer:
    """Pinduoduo: yymmdd-15 digits. Others are bare digits (Taobao 18 or 19, JD 12, Douyin 19) and need a cue."""

    kind: ClassVar = EntityKind.ORDER_NO
    PINDUODUO: ClassVar = re.compile(
        r"(?<![0-9a-z])[12][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])\s?[-—–_]\s?[0-9]{15}(?![0-9a-z])"
    )
    BARE: ClassVar = re.compile(r"(?<![0-9a-z.=/_])(?:[a-pr-su-z][a-z]{0,3})?[0-9]{10,24}(?![0-9a-z])")
    GROUPED: ClassVar = re.compile(r"(?<![0-9a-z.=/_-])(?![48]00-)[0-9]{3,8}(?:[ -][0-9]{3,16}){1,5}(?![0-9a-z])")

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        if not any(number.total >= 10 for number in view.numbers):
            return
        taken = set()
        for match in view.matches(self.PINDUODUO):
            taken.add(match.start())
            yield Candidate(self.kind, match.start(), match.end(), 5.0, "order_no", 9)
        cues = cues_of("order_no")
        for pattern in (self.BARE, self.GROUPED):
            for match in view.matches(pattern):
                digits = sum([c.isdigit() for c in match[0]])
                if (
                    match.start() in taken
                    or digits < 10
                    or (digits == 11 and PhoneRecognizer.SEGMENT.fullmatch(match[0]))
                ):
                    continue
                cue = cues.before.before(view.before(match.start(), 16)) + cues.after.after(view.after(match.end(), 8))
                if digits in (12, 18, 19, 21):
                    cue += 0.5
                elif digits < 12:
                    cue -= 1.5
                if cue > 0.5:
                    yield Candidate(
                        self.kind, match.start(), match.end(), cue - 0.5, "order_no_cue", 6 if cue > 2 else 5
                    )
