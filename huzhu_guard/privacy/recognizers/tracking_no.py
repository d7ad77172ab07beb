"""Parcel numbers of the couriers."""

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


class TrackingNoRecognizer:
    """Couriers' letters with digits, or bare digits beside a cue.

    SF, JT, YT, JD and JDV take 12 to 15 digits, DPK 12, EMS two letters, 9 digits and CN. No courier uses XX.
    """

    kind: ClassVar = EntityKind.TRACKING_NO
    LETTERED: ClassVar = re.compile(
        r"(?<![0-9a-z])(?:sf|jt|yt|jd[a-z]{0,3}|dpk|dpl|dp|zto|sto|yd|yto|yunda|ems|best|htky|ky|uc|jtsd|fw|cn|tt|ane)"
        r"[- ]?[0-9]{4}[- ]?[0-9]{4}[- ]?[0-9]{3,8}(?:-[0-9]{1,2}){0,3}(?![0-9a-z])"
    )
    POSTAL: ClassVar = re.compile(r"(?<![0-9a-z])[a-wyz][a-z][0-9]{9}[a-z]{2}(?![0-9a-z])")
    BARE: ClassVar = re.compile(r"(?<![0-9a-z.=/_-])[0-9]{10,15}(?![0-9a-z])")
    GROUPED: ClassVar = re.compile(r"(?<![0-9a-z.=/_-])[0-9]{3,5}(?:[ -][0-9]{3,5}){2,3}(?![0-9a-z-])")

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        if not any(number.total >= 9 for number in view.numbers):
            return
        for pattern in (self.LETTERED, self.POSTAL):
            for match in view.matches(pattern):
                if "订单" in view.before(match.start(), 8):
                    continue
                yield Candidate(self.kind, match.start(), match.end(), 4.0, "tracking_no", 8)
        cues = cues_of("tracking_no")
        for pattern in (self.BARE, self.GROUPED):
            for match in view.matches(pattern):
                digits = "".join([c for c in match[0] if c.isdigit()])
                if not 10 <= len(digits) <= 15 or PhoneRecognizer.SEGMENT.fullmatch(digits):
                    continue
                cue = cues.before.before(view.before(match.start(), 16)) + cues.after.after(view.after(match.end(), 8))
                if len(digits) in (12, 13, 14, 15):
                    cue += 0.5 + 0.5 * digits.startswith(("43", "46", "75", "76", "77", "78", "73", "31", "98", "99"))
                if cue > 1.0:
                    yield Candidate(
                        self.kind, match.start(), match.end(), cue - 1.0, "tracking_no_cue", 6 if cue > 2 else 5
                    )
