"""One message through the recognizers."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar, Final

from huzhu_guard.privacy import exposure, gates
from huzhu_guard.privacy.masking import MASKS
from huzhu_guard.privacy.ownership import Owners
from huzhu_guard.privacy.recognizers import recognizer
from huzhu_guard.privacy.spans import Spans
from huzhu_guard.privacy.surrogate import nobodys
from huzhu_guard.privacy.view import Candidate, View
from huzhu_guard.verdict import Entity, EntityKind, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from huzhu_guard.text.normalize import NormalizedText
    from huzhu_guard.verdict import Link

_THIRD_PARTY_WEIGHT: Final = 0.5
_SURE: Final = 3.5
_BIRTH_DATE: Final = EntityKind.BIRTH_DATE  # members of an enumeration are slow to look up
_FORMS: Final = {kind: (severity, MASKS[kind]) for kind, severity in exposure.SEVERITIES.items()}
_START: Final = attrgetter("start")


@cache
def _reasons() -> dict[str, Reason]:
    text = files("huzhu_guard.privacy").joinpath("data/reasons.toml").read_text(encoding="utf-8")
    return {key: Reason(entry["zh"], entry["en"]) for key, entry in tomllib.loads(text).items()}


class PrivacyScreen:
    """Finds personal information. Built once; safe to share between threads, since nothing in it changes.

    Examples
    --------
    >>> from huzhu_guard.text.normalize import normalize
    >>> screen = PrivacyScreen()
    >>> [(str(e.kind), e.start, e.end, e.value_masked) for e in screen.find(normalize("到了打我 138 0013 8000"))]
    [('phone', 5, 18, '138****8000')]
    """

    bias: ClassVar[float] = exposure.BIAS
    """Log-odds of a leak in a message that exposes nobody; beside it stand the shares of :meth:`weight`."""

    def find(self, normalized: NormalizedText, links: Iterable[Link] = ()) -> tuple[Entity, ...]:
        """The personal information in one message.

        Parameters
        ----------
        normalized
            The message.
        links
            Links already found in it; digits and letters inside them are nobody's number.

        Returns
        -------
        tuple of Entity
            In order, without overlap, spans on the raw text.
        """
        if not gates.ANYTHING.opens(normalized.folded, normalized.traits):
            return ()
        raw = normalized.raw
        same = raw == normalized.folded
        view = View(
            normalized.folded,
            None if same else lambda start, end: raw[slice(*normalized.raw_span(start, end))],
            normalized.traits,
        )
        candidates = self._structured(view)
        if candidates and links:
            spans = Spans([(link.start, link.end) for link in links])
            candidates = [c for c in candidates if not _inside(c, normalized, spans)]
        candidates = _kept(candidates, view.text)
        settled = _settle([c for c in candidates if c.logit > 0])
        if gates.address(view.text, view.traits) and (addresses := recognizer("address").find(view, settled)):
            settled = _settle([*settled, *_kept(addresses, view.text)])
        waiting = [c for c in candidates if c.kind is _BIRTH_DATE and c.logit <= 0 and c.rank > 4]
        if (settled or waiting or gates.name(view.text, view.traits)) and (
            names := recognizer("name").find(view, settled, waiting)
        ):
            settled = _settle([*settled, *names])
        if not settled:
            return ()
        settled.sort(key=_START)
        return self._entities(settled, normalized)

    def weight(self, entities: Sequence[Entity]) -> list[tuple[int, float]]:
        """What each entity adds to the log-odds of ``privacy_leak``.

        Parameters
        ----------
        entities
            As :meth:`find` gave them.

        Returns
        -------
        list of (int, float)
            Index of the entity and its share; ``sigmoid(bias + sum of shares)`` is the label's score, over 0.5 exactly
            when :func:`~huzhu_guard.privacy.exposes` holds.
        """
        return exposure.shares(entities)

    def _structured(self, view: View) -> list[Candidate]:
        """Every kind but addresses and names; a recognizer runs only where its characters occur."""
        text, traits = view.text, view.traits
        found: list[Candidate] = []
        digit = gates.DIGIT.opens(text, traits)
        if digit:
            found += self._numeric(view)
        if gates.HAN_NUMBER.opens(text, traits) or (
            digit and ("中间" in text or "然后" in text or gates.COUNTED.opens(text, traits))
        ):
            found += recognizer("phone_hidden").find_spoken(view)
            found += recognizer("verification_code").find(view) if "码" in text and not found else ()
            found += recognizer("birth_date").find(view) if "年" in text else ()
        if gates.password(text, view.latin or digit, traits):
            found += recognizer("password").find(view)
        if view.latin and gates.HANDLE.opens(text, traits):
            found += recognizer("wechat_id").find(view)
        if (view.latin or digit) and gates.email(text, traits):
            found += recognizer("email").find(view)
        if view.latin and ("支付宝" in text or "zfb" in text or "alipay" in text):
            found += recognizer("alipay").find(view)
        return found

    def _numeric(self, view: View) -> list[Candidate]:
        """Kinds made of digits."""
        text, traits = view.text, view.traits
        found = self._long(view) if view.long else []
        if view.latin and gates.LETTERED.opens(text, traits):
            found += recognizer("phone_hidden").find_lettered(view)
        if gates.CODE_WORD.opens(text, traits) and ("验证码" in text or gates.THREE_DIGITS.opens(text, traits)):
            found += recognizer("verification_code").find(view)
            found += recognizer("pickup_code").find(view)
        if (view.latin and gates.PLATE_HEAD.opens(text, traits)) or "车号" in text or "牌" in text:
            found += recognizer("plate").find(view)
        if "年" in text or gates.YEAR.opens(text, traits):
            found += recognizer("birth_date").find(view)
        return found

    def _long(self, view: View) -> list[Candidate]:
        """Kinds made of many digits. What is surely a phone, card or ID number need not be looked at as others."""
        found: list[Candidate] = []
        longest = max([number.total for number in view.numbers], default=0)
        if longest >= 11:
            found += recognizer("phone").find(view)
            if longest >= 15:
                found += recognizer("id_card").find(view)
                found += recognizer("bank_card").find(view)
            longest = _longest_left(view, found)
        if longest >= 7:
            for kind in ("order_no", "tracking_no", "landline"):
                found += recognizer(kind).find(view)
            found += recognizer("phone_abroad").find(view)
        if longest >= 6:
            found += recognizer("id_card").find_abroad(view)
            found += recognizer("passport").find(view)
        if longest >= 5:
            found += recognizer("qq").find(view)
        return found

    def _entities(self, settled: list[Candidate], normalized: NormalizedText) -> tuple[Entity, ...]:
        text, raw_span = normalized.folded, normalized.raw_span
        owners = Owners(text)
        found = []
        reasons = _reasons()
        for kind, start, end, logit, why, _ in settled:
            reason = reasons[why]
            if owners and (owner := owners.of(start, end)):
                logit += _THIRD_PARTY_WEIGHT if owner == "third_party" else 0.0
                reason = Reason(reason.zh + reasons[owner].zh, reason.en + reasons[owner].en)
            confidence = round(1 / (1 + math.exp(-logit)), 4)
            severity, mask = _FORMS[kind]
            found.append(Entity(kind, *raw_span(start, end), severity, confidence, mask(text[start:end]), reason))
        return tuple(found)


def _longest_left(view: View, found: list[Candidate]) -> int:
    """Digits in the longest number, those in sure candidates not counted."""
    if len(found) == 1 == len(view.numbers) and found[0].logit > _SURE and len(view.numbers[0].atoms) == 1:
        return 0
    sure = Spans([(one.start, one.end) for one in found if one.logit > _SURE])
    return max([sum([b - a for a, b in number.atoms if not sure.touches(a, b)]) for number in view.numbers], default=0)


def _inside(candidate: Candidate, normalized: NormalizedText, spans: Spans) -> bool:
    """Whether a link holds the candidate. A link found inside an e-mail address is not one."""
    start, end = normalized.raw_span(candidate.start, candidate.end)
    if candidate.kind in (EntityKind.EMAIL, EntityKind.ALIPAY):
        within = spans.start_after(start + 1)
        return spans.touches(start, end) and (within is None or within >= end or spans.touches(start, start + 1))
    return spans.touches(start, end)


def _kept(candidates: list[Candidate], text: str) -> list[Candidate]:
    """Those that lie in nothing that redaction left."""
    if not candidates or not (kept_off := nobodys(text)):
        return candidates
    off = Spans(kept_off)
    return [c for c in candidates if not off.touches(c.start, c.end)]


def _settle(candidates: list[Candidate]) -> list[Candidate]:
    """Without overlap: the more specific pattern stays, then the surer, then the longer one."""
    if len(candidates) < 2:
        return candidates
    candidates.sort(key=_START)
    if all(a.end <= b.start for a, b in pairwise(candidates)):
        return candidates
    kept: list[Candidate] = []
    taken = Spans()
    for one in sorted(candidates, key=lambda c: (-c.rank, -c.logit, c.start - c.end, c.start)):
        if not taken.touches(one.start, one.end):
            taken.add(one.start, one.end)
            kept.append(one)
    return kept
