"""Alipay accounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View


class AlipayRecognizer:
    """The handle or e-mail address right after 支付宝; a mobile number there stays a mobile number."""

    kind: ClassVar = EntityKind.ALIPAY
    PATTERN: ClassVar = re.compile(
        r"(?:支付宝|zfb|alipay|支付飽|吱付宝)(?:id)?[^0-9a-z\n,。;!?]{0,6}?"
        r"([a-z0-9][a-z0-9_.+-]{0,40}@[a-z0-9.-]{2,30}\.[a-z]{2,6}|[a-z][a-z0-9_-]{4,19})"
        r"(?![0-9a-z@]|\.[a-z0-9])"
    )
    REFUSED: ClassVar = re.compile(r"fake_|.*\.invalid$|[a-z]+$")

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        for match in self.PATTERN.finditer(view.text):
            value = match[1]
            if self.REFUSED.match(value) and not (value.isalpha() and ("号" in match[0] or ":" in match[0])):
                continue
            yield Candidate(self.kind, match.start(1), match.end(1), 3.0, "alipay", 10)
