"""Fixed-line numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class LandlineRecognizer:
    """Area code and seven or eight digits; without area code beside 座机. A shop's or an office's is nobody's.

    Area codes 01x other than 010 belong to nobody.
    """

    kind: ClassVar = EntityKind.LANDLINE
    # begins with one set of characters, which the engine skips to
    WITH_AREA: ClassVar = re.compile(
        r"[+80(](?<![0-9a-z.].)(?:(?<=0)|(?<=\()0|(?:(?<=8)|(?<=\+)8)6[- ]?\(?0)"
        r"(?:10|2[0-9]|[3-9][0-9]{2})\)?[- —]{0,2}"
        r"[2-8](?:[0-9]{2,3}[- ]?[0-9]{4}|[0-9]{6,7})(?:[- ]?(?:转|分机)[- ]?[0-9]{1,6}|-[0-9]{1,4})?(?![0-9a-z.%])"
    )
    AREA: ClassVar = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})")
    LOCAL: ClassVar = re.compile(r"(?<![0-9a-z.=-])[2-8](?:[0-9]{2,3}[- ]?[0-9]{4}|[0-9]{6,7})(?![0-9a-z.-])")
    BASE: ClassVar = -0.6
    LOCAL_BASE: ClassVar = -1.5

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        if not any(number.total >= 7 for number in view.numbers):
            return
        cues = cues_of("landline")
        anywhere = None
        with_area = self.WITH_AREA.finditer(view.text) if self.AREA.search(view.text) else ()
        for matches, base in ((with_area, self.BASE), (view.matches(self.LOCAL), self.LOCAL_BASE)):
            for match in matches:
                before = view.before(match.start(), 12)
                if base < 0 and cues.before.before(before) <= 0:
                    continue
                if anywhere is None:
                    anywhere = view.anywhere("landline")
                logit = base + cues.before.before(before) + cues.after.after(view.after(match.end(), 6)) + anywhere
                yield Candidate(self.kind, match.start(), match.end(), min(logit, 3.0), "landline", 5)
