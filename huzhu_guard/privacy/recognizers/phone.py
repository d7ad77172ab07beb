"""Mobile numbers of mainland China, in figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from huzhu_guard.privacy.view import Slice, View

_SPACED_DIGIT_BEFORE: Final = re.compile(r"[0-9][^0-9]$")
_SPACED_DIGIT_AFTER: Final = re.compile(r"[^0-9a-z][0-9]")
_DASHED_BEFORE: Final = re.compile(r"[0-9]-$")
_DASHED_AFTER: Final = re.compile(r"-[0-9]")


class PhoneRecognizer:
    """Eleven digits of an assigned segment, in any grouping people use.

    The segments follow VincentSit/ChinaMobilePhoneNumberRegex (MIT); 154, 160, 161, 163, 164, 168, 169, 179 and 194
    belong to nobody.
    """

    kind: ClassVar = EntityKind.PHONE
    SEGMENT: ClassVar = re.compile(r"1(?:3[0-9]|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8[0-9]|9[0-35-9])[0-9]{8}")
    GROUPINGS: ClassVar = frozenset({(11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 4, 3), (4, 3, 4), (5, 6), (6, 5),
                                     (3, 2, 2, 4), (3, 2, 2, 2, 2), (3, 4, 2, 2), (2, 3, 3, 3), (2, 9), (1, 10),
                                     (1,) * 11, (2, 2, 2, 2, 2, 1), (1, 2, 2, 2, 2, 2), (3, 5, 3), (4, 7), (8, 3),
                                     (3, 3, 3, 2)})  # fmt: skip
    CUE_LETTERS: ClassVar = re.compile(r"(?<![a-z0-9/])(?:tel|phone|call|mobile|mob|m|t|p|vx?|wx|dd|hp|hi)[.:]?$")
    # "13800001111v同号" is a number with a remark, "13800001111abc" is some other code
    NOT_AFTER: ClassVar = re.compile(r"[@*_]|\.[0-9]|(?!(?:v|vx|wx)(?![0-9a-z]))[0-9a-z]")
    UNIT: ClassVar = re.compile(r" ?(?:元|块钱|万|亿|人次|吨|股|美元)")
    BASE: ClassVar = 4.0
    ODD_GROUPING: ClassVar = -3.0

    def find(self, view: View) -> list[Candidate]:
        """Candidates in one text."""
        return [
            found
            for number in view.numbers
            if number.total >= 11
            for piece in number.slices(view.text, 11, 15, "180")
            if len(piece.sizes) == 1 or self._whole(view.text, piece)
            if (found := self._plain(view, piece)) is not None
        ]

    def _whole(self, text: str, piece: Slice) -> bool:
        """Whether digits in groups are not a part of a longer number written in the same way."""
        before, after = text[max(0, piece.start - 2) : piece.start], text[piece.end : piece.end + 2]
        if set(piece.sizes) == {1}:
            return not (_SPACED_DIGIT_BEFORE.match(before) or _SPACED_DIGIT_AFTER.match(after))
        return not (_DASHED_BEFORE.match(before) or _DASHED_AFTER.match(after))

    def _plain(self, view: View, piece: Slice) -> Candidate | None:
        start, end, digits, sizes = piece
        extra = len(digits) - 11
        if extra:
            if not digits.startswith(("86", "0086")) or extra not in (2, 4):
                return None
            digits = digits[extra:]
            sizes = sizes[1:] if sizes[0] == extra else (sizes[0] - extra, *sizes[1:])
        if not self.SEGMENT.fullmatch(digits) or not self._stands_alone(view.text, start, end):
            return None
        whole = len(piece.sizes) == 1
        if not whole and sizes[0] > 3 and "*" in view.text[start:end]:
            return None  # a product of lengths
        logit = self.BASE + cues_of("phone").before.before(view.before(start))
        if self.UNIT.match(view.text, end):
            logit -= 6.0
        if not whole and sizes not in self.GROUPINGS:
            logit += self.ODD_GROUPING - len(sizes) / 4
        return Candidate(self.kind, start, end, logit, "phone" if whole else "phone_hidden", 7 if logit > 3 else 4)

    def _stands_alone(self, text: str, start: int, end: int) -> bool:
        if self.NOT_AFTER.match(text, end):
            return False
        before = text[start - 1] if start else " "
        if before in "._*=%#":
            return before == "." and not text[max(0, start - 2) : start - 1].isdigit()
        if before.isascii() and before.isalnum():
            return self.CUE_LETTERS.search(text, max(0, start - 8), start) is not None
        return True
