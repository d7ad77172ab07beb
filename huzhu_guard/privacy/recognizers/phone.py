"""Mobile numbers of mainland China, plain or hidden."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import Slice, View

_SPACED_DIGIT_BEFORE = re.compile(r"[0-9][^0-9]$")
_SPACED_DIGIT_AFTER = re.compile(r"[^0-9a-z][0-9]")
_DASHED_BEFORE = re.compile(r"[0-9]-$")
_DASHED_AFTER = re.compile(r"-[0-9]")
_TO_DIGIT = str.maketrans("oli〇零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖", "0110011223456789123456789")
_HAN_DIGITS = "〇零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖"


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
    LETTERED: ClassVar = re.compile(r"(?<![0-9a-z_])[1li][3-9][0-9oli]{9}(?![0-9a-z_@])")
    SPOKEN: ClassVar = re.compile(
        f"(?<![0-9{_HAN_DIGITS}])([1一幺][3-9三四五六七八九][0-9{_HAN_DIGITS}]{{0,7}})[ ,-]?(?:中间|"
        f"后面|然后|接着|再|来){{0,2}}"
        f"是?([二两三四五六七2-7])个([0-9{_HAN_DIGITS}])[ ,-]?(?:后面|最后|尾号|结尾|再|"
        f"然后){{0,2}}是?([0-9{_HAN_DIGITS}]{{0,7}})"
        f"(?![0-9{_HAN_DIGITS}])"
    )
    TOLD: ClassVar = re.compile(
        f"(?<![0-9{_HAN_DIGITS}])([1一幺][3-9三四五六七八九][0-9{_HAN_DIGITS}])[ ,-]?(?:中间|然后|接着|"
        f"再)是?[ :]?([0-9{_HAN_DIGITS}]{{4}})"
        f"[ ,-]?(?:后面|最后|尾号?|结尾|然后|再)(?:四位)?是?[ :]?([0-9{_HAN_DIGITS}]{{4}})(?![0-9{_HAN_DIGITS}])"
    )
    MIXED: ClassVar = re.compile(
        f"[1一幺壹](?<![0-9{_HAN_DIGITS}].)(?:[-.·, 、/]{{0,2}}[0-9{_HAN_DIGITS}]){{10}}(?![0-9{_HAN_DIGITS}])"
    )
    CUE_LETTERS: ClassVar = re.compile(r"(?<![a-z0-9])(?:tel|phone|call|mobile|mob|m|t|p|vx?|wx|dd|hp|hi)[.:]?$")
    # "13800001111v同号" is a number with a remark, "13800001111abc" is some other code
    NOT_AFTER: ClassVar = re.compile(r"[@*_]|\.[0-9]|(?!(?:v|vx|wx)(?![0-9a-z]))[0-9a-z]")
    UNIT: ClassVar = re.compile(r" ?(?:元|块钱|万|亿|人次|吨|股|美元)")
    TAIWAN: ClassVar = re.compile(
        r"(?<![0-9a-z.-])(?:\+?886[- ]?9[0-9]{2}|09[0-9]{2})[- ]?[0-9]{3}[- ]?[0-9]{3}(?![0-9a-z.-])"
    )
    HONG_KONG: ClassVar = re.compile(
        r"(?<![0-9a-z.-])(?:\+?852[- ]?)?[5679][0-9][ ]?[0-9]{2}[ -]?[0-9]{2}[ ]?[0-9]{2}(?![0-9a-z.-])"
    )
    CANTONESE: ClassVar = re.compile(r"whatsapp|[佢搵嘅喺咗冇啲嗰乜哋]|呢[条个度]|香港|港澳|852|新界|九龙")
    BASE: ClassVar = 4.0
    ODD_GROUPING: ClassVar = -3.0

    def find(self, view: View) -> list[Candidate]:
        """Candidates in one text."""
        return [
            found
            for number in view.numbers
            if number.total >= 11
            for piece in number.slices(view.text, 11, 15)
            if len(piece.sizes) == 1 or self._whole(view.text, piece)
            if (found := self._plain(view, piece)) is not None
        ]

    def find_lettered(self, view: View) -> Iterator[Candidate]:
        """Candidates with the letters o, l or i for noughts and ones."""
        for match in view.matches(self.LETTERED):
            digits = match[0].translate(_TO_DIGIT)
            if not match[0].isdigit() and sum([c.isdigit() for c in match[0]]) >= 7 and self.SEGMENT.fullmatch(digits):
                yield Candidate(self.kind, match.start(), match.end(), 2.0, "phone_hidden")

    def find_abroad(self, view: View) -> Iterator[Candidate]:
        """Candidates of Taiwan, and of Hong Kong where the words are from there."""
        for match in self.TAIWAN.finditer(view.text) if "09" in view.text or "886" in view.text else ():
            yield Candidate(self.kind, match.start(), match.end(), 2.5, "phone", 6)
        if self.CANTONESE.search(view.text):
            for match in self.HONG_KONG.finditer(view.text):
                cue = cues_of("phone").before.before(view.before(match.start()))
                yield Candidate(self.kind, match.start(), match.end(), 0.6 + cue, "phone", 5)

    def find_spoken(self, view: View) -> Iterator[Candidate]:
        """Candidates written with Chinese digits or as ``138中间四个零1234``."""
        for match in self.MIXED.finditer(view.text):
            digits = "".join([c for c in match[0].translate(_TO_DIGIT) if c.isdigit()])
            if not match[0].isascii() and self.SEGMENT.fullmatch(digits):
                yield Candidate(self.kind, match.start(), match.end(), 3.0, "phone_hidden")
        if "中间" in view.text or "然后" in view.text:
            for match in self.TOLD.finditer(view.text):
                if self.SEGMENT.fullmatch("".join(match.groups()).translate(_TO_DIGIT)):
                    yield Candidate(self.kind, match.start(), match.end(), 4.0, "phone_hidden")
        if "个" in view.text:
            for match in self.SPOKEN.finditer(view.text):
                head, times, digit, tail = (part.translate(_TO_DIGIT) for part in match.groups())
                if self.SEGMENT.fullmatch(head + digit * int(times) + tail):
                    yield Candidate(self.kind, match.start(), match.end(), 4.0, "phone_hidden")

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
