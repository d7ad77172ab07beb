"""Resident ID numbers: 18 characters, and the 15 digits of before 1999."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from huzhu_guard.privacy.checksums import id_check_char, taiwan_id
from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import Slice, View

_X: Final = re.compile(r"[-\s.·*/]{0,2}x(?![a-z0-9])")


class IdCardRecognizer:
    """Province, date of birth and check character (GB 11643-1999).

    A number whose check character is wrong is kept with less confidence: people mistype, and swindlers post
    numbers that look right. Area codes outside 11 to 83 belong to nobody.
    """

    kind: ClassVar = EntityKind.ID_CARD
    PROVINCES: ClassVar = frozenset(
        [
            "11",
            "12",
            "13",
            "14",
            "15",
            "21",
            "22",
            "23",
            "31",
            "32",
            "33",
            "34",
            "35",
            "36",
            "37",
            "41",
            "42",
            "43",
            "44",
            "45",
            "46",
            "50",
            "51",
            "52",
            "53",
            "54",
            "61",
            "62",
            "63",
            "64",
            "65",
            "71",
            "81",
            "82",
            "83",
        ]
    )
    DATE: ClassVar = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
    SHORT_DATE: ClassVar = re.compile(r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
    TAIWAN: ClassVar = re.compile(r"(?<![0-9a-z])[a-z][1289][0-9]{8}(?![0-9a-z])")
    HONG_KONG: ClassVar = re.compile(r"(?<![0-9a-z])[a-z]{1,2}[0-9]{6}\([0-9a]\)")
    CHECKED: ClassVar = 5.0
    WRONG_CHECKSUM: ClassVar = 1.4
    OLD: ClassVar = 0.2

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        for number in view.numbers:
            if number.total < 15:
                continue
            for piece in number.slices(view.text, 15, 18, "12345678"):
                found = self._judge(view, piece)
                if found is not None:
                    yield found

    def find_abroad(self, view: View) -> Iterator[Candidate]:
        """Candidates of Taiwan and Hong Kong; the former need a cue where the check digit is wrong."""
        for match in view.matches(self.HONG_KONG):
            yield Candidate(self.kind, match.start(), match.end(), 3.6, "id_card", 8)
        for match in view.matches(self.TAIWAN):
            if taiwan_id(match[0]):
                yield Candidate(self.kind, match.start(), match.end(), 3.6, "id_card", 9)
            elif view.anywhere("id_card") > 0:
                yield Candidate(self.kind, match.start(), match.end(), self.WRONG_CHECKSUM, "id_card_checksum", 7)

    def _judge(self, view: View, piece: Slice) -> Candidate | None:
        digits, end = piece.digits, piece.end
        if len(digits) == 17:
            tail = _X.match(view.text, end)
            if tail is None:
                return None
            digits, end = digits + "X", tail.end()
        if digits[:2] not in self.PROVINCES or view.glued(piece.start, end) or len(digits) == 16:
            return None
        # shorter groups than four digits come from tables and prices, unless every digit is spaced out
        if len(piece.sizes) > 7 and set(piece.sizes) != {1}:
            return None
        cues = cues_of("id_card")
        cue = cues.before.before(view.before(piece.start, 20)) + view.anywhere("id_card")
        if len(digits) == 15:
            if not self.SHORT_DATE.fullmatch(digits[6:12]):
                return None
            return Candidate(self.kind, piece.start, end, min(3.6, self.OLD + cue), "id_card_old", 8)
        if not self.DATE.fullmatch(digits[6:14]):
            return None
        if digits[17] == id_check_char(digits[:17]):
            return Candidate(self.kind, piece.start, end, max(0.5, self.CHECKED + min(cue, 0)), "id_card", 9)
        return Candidate(self.kind, piece.start, end, self.WRONG_CHECKSUM + min(cue, 0), "id_card_checksum", 8)
