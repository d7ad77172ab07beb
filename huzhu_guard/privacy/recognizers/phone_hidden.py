"""Mobile numbers of mainland China hidden behind letters and words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from huzhu_guard.privacy.recognizers.phone import PhoneRecognizer
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View

_TO_DIGIT: Final = str.maketrans("oli〇零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖", "0110011223456789123456789")
_HAN_DIGITS: Final = "〇零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖"


class PhoneHiddenRecognizer:
    """Eleven digits of an assigned segment with letters for figures, Chinese digits, or 中间四个零."""

    kind: ClassVar = EntityKind.PHONE
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

    def find_lettered(self, view: View) -> Iterator[Candidate]:
        """Candidates with the letters o, l or i for noughts and ones."""
        for match in view.matches(self.LETTERED):
            digits = match[0].translate(_TO_DIGIT)
            if (
                not match[0].isdigit()
                and sum([c.isdigit() for c in match[0]]) >= 7
                and PhoneRecognizer.SEGMENT.fullmatch(digits)
            ):
                yield Candidate(self.kind, match.start(), match.end(), 2.0, "phone_hidden")

    def find_spoken(self, view: View) -> Iterator[Candidate]:
        """Candidates written with Chinese digits or as ``138中间四个零1234``."""
        for match in self.MIXED.finditer(view.text):
            digits = "".join([c for c in match[0].translate(_TO_DIGIT) if c.isdigit()])
            if not match[0].isascii() and PhoneRecognizer.SEGMENT.fullmatch(digits):
                yield Candidate(self.kind, match.start(), match.end(), 3.0, "phone_hidden")
        if "中间" in view.text or "然后" in view.text:
            for match in self.TOLD.finditer(view.text):
                if PhoneRecognizer.SEGMENT.fullmatch("".join(match.groups()).translate(_TO_DIGIT)):
                    yield Candidate(self.kind, match.start(), match.end(), 4.0, "phone_hidden")
        if "个" in view.text:
            for match in self.SPOKEN.finditer(view.text):
                head, times, digit, tail = (part.translate(_TO_DIGIT) for part in match.groups())
                if PhoneRecognizer.SEGMENT.fullmatch(head + digit * int(times) + tail):
                    yield Candidate(self.kind, match.start(), match.end(), 4.0, "phone_hidden")
