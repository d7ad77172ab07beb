"""QQ numbers."""

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


class QqRecognizer:
    """Five to eleven digits without a leading nought beside 扣扣, 企鹅 and their like; a group's number is nobody's."""

    kind: ClassVar = EntityKind.QQ
    VALUE: ClassVar = re.compile(
        r"[1-9](?:(?<=qq-.)|(?<![0-9a-pr-uw-z.@/=_-].))[0-9]{4,10}(?![0-9a-z.*/_]|[-:][0-9]|@(?!qq))"
    )
    GROUPED: ClassVar = re.compile(r"(?<![0-9a-z.])[1-9](?:[ .·-]?[0-9]){6,9}(?![0-9a-z.]|[ -][0-9])")
    NOT_AFTER: ClassVar = re.compile(
        r" ?(?:元|块|年|月|日|人|万|个|次|米|条|位|亿|%|点|斤|克|股|平|户|名|台|辆|吨|票|家|幅|套|份|里|"
        r"公|度|件|只|单|种|步|字)"
    )
    SEPARATOR: ClassVar = re.compile(r"[\s,。!?;:]")
    HOTLINE: ClassVar = re.compile(r"9[56][0-9]{3,6}|1010[0-9]{4}|400[0-9]{7}|(?:19|20)[0-9]{2}-.*")
    TIMESTAMP: ClassVar = re.compile(r"1[4-7][0-9]{8}")
    BASE: ClassVar = -2.5

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        if not any(number.total >= 5 for number in view.numbers):
            return
        text = view.text
        cues = cues_of("qq")
        for matches, expected in ((self.VALUE.finditer(text), False), (view.matches(self.GROUPED), True)):
            for match in matches:
                start, end = match.span()
                grouped = not match[0].isdigit()
                if grouped is not expected or text[end : end + 1] == "@" or self.NOT_AFTER.match(text, end):
                    continue
                if self.HOTLINE.fullmatch(match[0]) or PhoneRecognizer.SEGMENT.fullmatch(match[0]):
                    continue
                before = view.before(start, 10)
                cue = cues.before.before(before) + cues.after.after(view.after(end, 6))
                logit = self.BASE + cue
                length = sum([c.isdigit() for c in match[0]])
                if length in (9, 10) and (length == 9 or match[0][0] in "123"):
                    logit += 1.0 if cue or not self._stands_alone(text, start, end) else 2.7
                elif length < 7:
                    logit -= 0.5
                if grouped:
                    logit -= 1.0
                yield Candidate(self.kind, start, end, min(logit, 4.0), "qq", 6 if cue > 2 else 4)

    def _stands_alone(self, text: str, start: int, end: int) -> bool:
        """Whether nothing but space or punctuation touches a number that is no time stamp."""
        left = start == 0 or self.SEPARATOR.match(text, start - 1) is not None
        right = end == len(text) or self.SEPARATOR.match(text, end) is not None
        return left and right and not self.TIMESTAMP.fullmatch(text, start, end)
