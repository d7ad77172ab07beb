"""E-mail addresses, also with 艾特 and 点."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import View

_LOCAL: Final = r"[a-z0-9](?:[a-z0-9_%+-]|\.(?=[a-z0-9_])){0,63}"
_HOST: Final = r"[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9])){0,80}"
_TOP: Final = r"(?:com|cn|net|org|edu|gov|io|me|cc|info|top|vip|xyz|club|site|online|co|hk|tw|jp|uk|us|de|fr|ru|kr|sg|au|ca|mail|email|work|app|dev|tech|name|pro|biz|mobi|test|example|la|in|tv)"  # noqa: E501


class EmailRecognizer:
    """``local@host.top``, with spaces or words around the signs. ``.invalid`` belongs to nobody (RFC 2606)."""

    kind: ClassVar = EntityKind.EMAIL
    PLAIN: ClassVar = re.compile(rf"(?<![a-z0-9_%+.-]){_LOCAL}@{_HOST}(?<=[a-z0-9])(?![a-z0-9])")
    HIDDEN: ClassVar = re.compile(
        rf"(?<![a-z0-9_%+.-]){_LOCAL} ?(?:@|\(at\)|\[at\]|\{{at\}}|#at#|艾特|圈a|小老鼠|(?<= )at(?= )) ?"
        rf"[a-z0-9-]{{1,40}}(?: ?(?:\.|点|\(dot\)|\[dot\]|。|·|(?<= )dot(?= )) ?[a-z0-9-]{{1,20}}){{0,2}}"
        rf" ?(?:\.|点|\(dot\)|\[dot\]|。|·|(?<= )dot(?= )) ?{_TOP}(?![a-z0-9])"
    )
    WITHOUT_TOP: ClassVar = re.compile(
        rf"(?<![a-z0-9_%+.-]){_LOCAL} ?(?:@|艾特) ?(?:qq|163|126|gmail|outlook|foxmail|sina|139|189|"
        rf"hotmail|icloud|yeah)(?![a-z0-9.])"
    )

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        text = view.text
        if "@" in text:
            for match in self.PLAIN.finditer(text):
                top = match[0].rpartition(".")[2]
                if "." in match[0].partition("@")[2][2:] and top.isalpha() and top != "invalid":
                    yield Candidate(self.kind, match.start(), match.end(), 5.0, "email", 9)
        for pattern in (self.HIDDEN, self.WITHOUT_TOP):
            for match in pattern.finditer(text):
                yield Candidate(self.kind, match.start(), match.end(), 3.0, "email_hidden", 8)
