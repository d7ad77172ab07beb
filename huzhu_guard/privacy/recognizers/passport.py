"""Passports, travel permits to and from Hong Kong, Macao and Taiwan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class PassportRecognizer:
    """A letter or two and digits, or bare digits, beside a word that names the document.

    Chinese passports: E, G, D, S or P and eight digits, or E and a letter and seven; permits: C or W and eight, H or M
    and eight or ten; Taiwan residents' permits: eight digits. No document begins with X.
    """

    kind: ClassVar = EntityKind.PASSPORT
    LETTERED: ClassVar = re.compile(
        r"(?<![0-9a-z])(?:e[a-hj-np-z] ?[0-9]{7}|"
        r"[a-wyz]{1,2}[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}(?:[- ]?[0-9]{1,2})?|[cwehm](?: [0-9]){8,10})(?![0-9a-z])"
    )
    DIGITS: ClassVar = re.compile(r"(?<![0-9a-z.-])[0-9]{8,10}(?![0-9a-z.-])")
    TYPICAL: ClassVar = re.compile(r"(?:[egdspcw][0-9]{8}|e[a-hj-np-z][0-9]{7}|[hm][0-9]{8}(?:[0-9]{2})?|k[0-9]{8})")

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        cues = cues_of("passport")
        anywhere = view.anywhere("passport")
        if anywhere <= 0:
            return
        for pattern, base in ((self.LETTERED, -0.5), (self.DIGITS, -1.0)):
            for match in view.matches(pattern):
                compact = match[0].replace(" ", "").replace("-", "")
                typical = self.TYPICAL.fullmatch(compact) is not None
                near = cues.before.before(view.before(match.start(), 20))
                if pattern is self.DIGITS and near <= 0:
                    continue
                if not 8 <= len(compact) <= 11 or not (typical or near > 0):
                    continue
                logit = base + anywhere + near + (2.0 if typical else 0.0)
                yield Candidate(
                    self.kind, match.start(), match.end(), min(logit, 5.0), "passport", 8 if near > 0 or typical else 5
                )
