"""Dates of birth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class BirthDateRecognizer:
    """A date with its year beside a word of birth, or right after a name."""

    kind: ClassVar = EntityKind.BIRTH_DATE
    DATE: ClassVar = re.compile(
        r"(?<![0-9a-z国])(?:(?:19[2-9][0-9]|20[0-3][0-9])(?:[-./\s] ?(?:0?[1-9]|"
        r"1[0-2])[-./\s] ?(?:0?[1-9]|[12][0-9]|3[01])|"
        r" ?年 ?(?:0?[1-9]|1[0-2]) ?月(?: ?(?:0?[1-9]|[12][0-9]|3[01]) ?[日号]?)?|(?:0[1-9]|"
        r"1[0-2])(?:0[1-9]|[12][0-9]|3[01]))|"
        r"[4-9][0-9] ?年 ?(?:0?[1-9]|1[0-2]) ?月 ?(?:0?[1-9]|[12][0-9]|3[01]) ?[日号]?)(?![0-9a-z])"
    )
    # begins with one set of characters, which the engine skips to
    HAN_DATE: ClassVar = re.compile(
        r"[一二12民](?:(?<=[一二])[〇零一二三四五六七八九]{3}年(?:十[一二]?|[一二三四五六七八九])月"
        r"初?(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]?|"
        r"(?:(?<=1)9|(?<=2)0)[0-9]{2} ?年 ?(?:农历|阴历|阳历|公历)?[正腊冬一二三四五六七八九十]{1,2}月"
        r"初?[一二三四五六七八九十廿]{1,3}[日号]?|"
        r"(?<=民)国?[0-9]{2,3} ?年 ?[0-9]{1,2} ?月 ?[0-9]{1,2} ?[日号])"
    )
    BORN: ClassVar = re.compile(r" ?(?:出生|生(?![产效成活意气态物长]))")
    DAY: ClassVar = re.compile(r"月.+|[0-9][-./\s][0-9]{1,2}[-./\s][0-9]|[0-9]{8}")
    BASE: ClassVar = -2.0

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text; those without a word of birth stand at a logit of -2 and wait for a name."""
        cues = cues_of("birth_date")
        for matches in (view.matches(self.DATE), self.HAN_DATE.finditer(view.text) if "年" in view.text else ()):
            for match in matches:
                logit = (
                    self.BASE
                    + cues.before.before(view.before(match.start(), 10))
                    + cues.after.after(view.after(match.end(), 5))
                )
                logit += 3.0 if self.BORN.match(view.text, match.end()) else 0.0
                logit += min(1.5, view.anywhere("birth_date")) + (
                    1.0 if view.text[match.end() : match.end() + 2].strip()[:1] == "的" else 0.0
                )
                yield Candidate(
                    self.kind,
                    match.start(),
                    match.end(),
                    min(logit, 4.0),
                    "birth_date",
                    5 if self.DAY.search(match[0]) else 4,
                )
