"""Bank card numbers."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar

from huzhu_guard.privacy.checksums import credit_code, luhn
from huzhu_guard.privacy.cues import cues_of
from huzhu_guard.privacy.view import Candidate
from huzhu_guard.verdict import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huzhu_guard.privacy.view import Slice, View


@cache
def _prefixes() -> dict[str, frozenset[int]]:
    """Issuers' prefixes with the card lengths they are used for."""
    lengths: dict[str, set[int]] = {}
    for line in (
        files("huzhu_guard.privacy").joinpath("data/bank_prefixes.tsv").read_text(encoding="utf-8").splitlines()
    ):
        if not line.startswith("#"):
            _, _, length, prefixes = line.split("\t")
            for prefix in prefixes.split():
                lengths.setdefault(prefix, set()).add(int(length))
    return {prefix: frozenset(found) for prefix, found in lengths.items()}


def issued(digits: str) -> bool:
    """Whether an issuer of the list uses this prefix with this length.

    Examples
    --------
    >>> issued("6217000000000000000"), issued("6217000000000000")
    (True, False)
    """
    table = _prefixes()
    return any(len(digits) in table.get(digits[:n], ()) for n in (6, 9, 8, 5, 4, 3, 10, 7))


class BankCardRecognizer:
    """15 to 19 digits with an issuer's prefix and the Luhn digit; a few old cards fail the latter.

    Numbers that begin with 0 belong to nobody.
    """

    kind: ClassVar = EntityKind.BANK_CARD
    NOT_AFTER: ClassVar = re.compile(r"\.[0-9]| ?(?:分|次|元|块|个|人|件|条|步|万|亿)")
    BASE: ClassVar = -3.0
    LUHN: ClassVar = 3.0
    ISSUED: ClassVar = 3.0
    CHINA_UNIONPAY: ClassVar = 2.0
    INTERNATIONAL: ClassVar = 1.5

    def find(self, view: View) -> Iterator[Candidate]:
        """Candidates in one text."""
        for number in view.numbers:
            if number.total < 15:
                continue
            for piece in number.slices(view.text, 15, 19, "345689"):
                found = self._judge(view, piece)
                if found is not None:
                    yield found

    def _judge(self, view: View, piece: Slice) -> Candidate | None:
        digits = piece.digits
        if view.glued(piece.start, piece.end) or self.NOT_AFTER.match(view.text, piece.end):
            return None
        if len(piece.sizes) > 1 and (max(piece.sizes[:-1]) < 3 or piece.sizes[0] < 3) and set(piece.sizes) != {1}:
            return None
        cues = cues_of("bank_card")
        cue = cues.before.before(view.before(piece.start, 24)) + cues.after.after(view.after(piece.end, 12))
        logit = self.BASE + cue
        if luhn(digits):
            logit += self.LUHN
        if issued(digits):
            logit += self.ISSUED
        elif digits.startswith("62") and len(digits) in (16, 17, 18, 19):
            logit += self.CHINA_UNIONPAY
        elif len(digits) == 16 and digits[0] in "345":
            logit += self.INTERNATIONAL
        elif cue < 3 or credit_code(digits):
            return None
        if len(piece.sizes) > 1 and piece.sizes[0] != 4:
            logit -= 1.0
        return Candidate(self.kind, piece.start, piece.end, min(logit, 5.0), "bank_card", 8 if logit > 2 else 6)
