"""Mobile numbers of Taiwan and Hong Kong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class PhoneAbroadRecognizer:
    """Ten digits from 09 or with +886; eight digits where the words are from Hong Kong."""

    kind: ClassVar = EntityKind.PHONE
    TAIWAN: ClassVar = re.compile(
        r"(?<![0-9a-z.-])(?:\+?886[- ]?9[0-9]{2}|09[0-9]{2})[- ]?[0-9]{3}[- ]?[0-9]{3}(?![0-9a-z.-])"
    )
    HONG_KONG: ClassVar = re.compile(
        r"(?<![0-9a-z.-])(?:\+?852[- ]?)?[5679][0-9][ ]?[0-9]{2}[ -]?[0-9]{2}[ ]?[0-9]{2}(?![0-9a-z.-])"
    )
    CANTONESE: ClassVar = re.compile(r"whatsapp|[佢搵嘅喺咗冇啲嗰乜哋]|呢[条个度]|香港|港澳|852|新界|九龙")

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        for match in self.TAIWAN.finditer(view.text) if "09" in view.text or "886" in view.text else ():
            yield Candidate(self.kind, match.start(), match.end(), 2.5, "phone", 6)
        if self.CANTONESE.search(view.text):
            for match in self.HONG_KONG.finditer(view.text):
                cue = cues_of("phone").before.before(view.before(match.start()))
                yield Candidate(self.kind, match.start(), match.end(), 0.6 + cue, "phone", 5)
