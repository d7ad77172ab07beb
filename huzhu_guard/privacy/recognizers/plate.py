"""Licence plates of cars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class PlateRecognizer:
    """Province, letter and five characters, or six on green plates (GA 36); the letters I and O are not used."""

    kind: ClassVar = EntityKind.PLATE
    PATTERN: ClassVar = re.compile(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[a-hj-np-z][ .·•・-]{0,2}"
        r"((?:[0-9a-hj-np-z][ .·-]?){4}(?:[0-9a-hj-np-z挂学警港澳领使]|"
        r"[0-9a-hj-np-z][ .·-]?[0-9a-hj-np-z]))(?![0-9a-z])"
    )
    TAIWAN: ClassVar = re.compile(
        r"(?:车号|车牌|牌照)[号是: ]{0,3}([a-z]{2,3}-[0-9]{3,4}|[0-9]{4}-[a-z0-9]{2})(?![0-9a-z])"
    )
    BASE: ClassVar = 2.5

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        for match in self.TAIWAN.finditer(view.text):
            yield Candidate(self.kind, *match.span(1), 2.0, "plate", 7)
        for match in self.PATTERN.finditer(view.text):
            digits = sum([c.isdigit() for c in match[1]])
            if digits < 2:
                continue
            cues = cues_of("plate")
            logit = (
                self.BASE + cues.before.before(view.before(match.start())) + cues.after.after(view.after(match.end()))
            )
            if digits < 3:
                logit -= 1.5
            if " " in match[1]:
                logit -= 1.0
            yield Candidate(self.kind, match.start(), match.end(), min(logit, 4.0), "plate", 7)
