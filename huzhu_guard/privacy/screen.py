"""One message through the recognizers."""

from __future__ import annotations

import math
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from huzhu_guard.privacy import exposure
from huzhu_guard.privacy.masking import mask
from huzhu_guard.privacy.recognizers.address import AddressRecognizer
from huzhu_guard.privacy.recognizers.alipay import AlipayRecognizer
from huzhu_guard.privacy.recognizers.bank_card import BankCardRecognizer
from huzhu_guard.privacy.recognizers.birth_date import BirthDateRecognizer
from huzhu_guard.privacy.recognizers.email import EmailRecognizer
from huzhu_guard.privacy.recognizers.id_card import IdCardRecognizer
from huzhu_guard.privacy.recognizers.landline import LandlineRecognizer
from huzhu_guard.privacy.recognizers.name import NameRecognizer
from huzhu_guard.privacy.recognizers.order_no import OrderNoRecognizer
from huzhu_guard.privacy.recognizers.passport import PassportRecognizer
from huzhu_guard.privacy.recognizers.password import PasswordRecognizer
from huzhu_guard.privacy.recognizers.phone import PhoneRecognizer
from huzhu_guard.privacy.recognizers.pickup_code import PickupCodeRecognizer
from huzhu_guard.privacy.recognizers.plate import PlateRecognizer
from huzhu_guard.privacy.recognizers.qq import QqRecognizer
from huzhu_guard.privacy.recognizers.tracking_no import TrackingNoRecognizer
from huzhu_guard.privacy.recognizers.verification_code import VerificationCodeRecognizer
from huzhu_guard.privacy.recognizers.wechat_id import WechatIdRecognizer
from huzhu_guard.privacy.spans import Spans
from huzhu_guard.privacy.surrogate import nobodys
from huzhu_guard.privacy.view import Candidate, View
from huzhu_guard.verdict import Entity, EntityKind, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from huzhu_guard.text.normalize import NormalizedText
    from huzhu_guard.verdict import Link

_ANYTHING = re.compile(
    "[0-9@a-z〇零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖号栋幢室弄座组户巷楼层房铺镇乡街密锁口门储险无艾支姓名收联患业叫先女警署抬接]"
)
_DIGIT = re.compile(r"[0-9]")
_PLATE_HEAD = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[a-hj-np-z][ .·•・-]{0,2}[a-z0-9]"
)
_HANDLE = re.compile(r"[a-z][a-z0-9_-]{4}")
_PASSWORD_CUE = re.compile(r"密码|口令|锁|wi-?fi|mima|pass|pwd|暗码|门禁|储物柜|保险[柜箱]|行李箱|开门|无线|pin")
_HAN_DIGIT = "〇零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_HAN_NUMBER = re.compile(
    rf"[{_HAN_DIGIT}][-.·, 、/]{{0,2}}[{_HAN_DIGIT}0-9]|[2-7二两三四五六七]个[0-9{_HAN_DIGIT}]|中间|然后"
)
_THIRD_PARTY = re.compile(
    r"曝光|人肉|挂出来|挂他|挂她|避雷|骗子|骗我|骗了|大家打死|老赖|无赖|就是这个人|堵他|堵她|别放过|小三|渣男|渣女"
)
_OWN = re.compile(r"我的|我家|我电话|我手机|我叫|我号|我微信|我住|我是|发我|寄给我|打我|本人")
_ORGANISATION = re.compile(r"公司|店铺|门店|本店|商行|专卖|旗舰店|营业部|分行|支行|客服")
_THIRD_PARTY_WEIGHT = 0.5
_SURE = 3.5


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

    bias = exposure.BIAS
    """Log-odds of a leak in a message that exposes nobody; beside it stand the shares of :meth:`weight`."""

    def __init__(self) -> None:
        self._id_card = IdCardRecognizer()
        self._phone = PhoneRecognizer()
        self._certain = (self._id_card, BankCardRecognizer(), self._phone)
        self._numbers = (OrderNoRecognizer(), TrackingNoRecognizer(), LandlineRecognizer())
        self._codes = (VerificationCodeRecognizer(), PickupCodeRecognizer(), PassportRecognizer())
        self._qq = QqRecognizer()
        self._plate = PlateRecognizer()
        self._birth_date = BirthDateRecognizer()
        self._email = EmailRecognizer()
        self._password = PasswordRecognizer()
        self._wechat_id = WechatIdRecognizer()
        self._alipay = AlipayRecognizer()
        self._address = AddressRecognizer()
        self._name = NameRecognizer()

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
        if not _ANYTHING.search(normalized.folded):
            return ()
        raw = normalized.raw
        view = View(normalized.folded, lambda start, end: raw[slice(*normalized.raw_span(start, end))])
        candidates = self._structured(view)
        spans = Spans([(link.start, link.end) for link in links])
        if spans and candidates:
            candidates = [c for c in candidates if not _inside(c, normalized, spans)]
        kept_off = Spans(nobodys(view.text))
        if kept_off:
            candidates = [c for c in candidates if not kept_off.touches(c.start, c.end)]
        settled = _settle([c for c in candidates if c.logit > 0])
        addresses = [c for c in self._address.find(view, settled) if not kept_off.touches(c.start, c.end)]
        if addresses:
            settled = _settle([*settled, *addresses])
        waiting = [c for c in candidates if c.kind is EntityKind.BIRTH_DATE and c.logit <= 0 and c.rank > 4]
        names = self._name.find(view, settled, waiting)
        if names:
            settled = _settle([*settled, *names])
        if not settled:
            return ()
        exposed = _THIRD_PARTY.search(normalized.folded) is not None
        return tuple([self._entity(c, normalized, exposed) for c in sorted(settled, key=lambda c: c.start)])

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
        text = view.text
        found: list[Candidate] = []
        if _DIGIT.search(text):
            found += self._numeric(view)
        if _HAN_NUMBER.search(text):
            found += self._phone.find_spoken(view)
            found += self._codes[0].find(view) if "码" in text and not found else ()
            found += self._birth_date.find(view) if "年" in text else ()
        if _PASSWORD_CUE.search(text):
            found += self._password.find(view)
        if _HANDLE.search(text):
            found += self._wechat_id.find(view)
        if self._email.may_hold(text):
            found += self._email.find(view)
        if "支付宝" in text or "zfb" in text or "alipay" in text:
            found += self._alipay.find(view)
        return found

    def _numeric(self, view: View) -> list[Candidate]:
        """Kinds made of digits. What is surely a phone, card or ID number need not be looked at as anything else."""
        text = view.text
        found: list[Candidate] = []
        longest = max([number.total for number in view.numbers])
        if longest >= 11:
            for certain in self._certain:
                found += certain.find(view)
            longest = _longest_left(view, found)
        if longest >= 7:
            for recognizer in self._numbers:
                found += recognizer.find(view)
            found += self._phone.find_abroad(view)
        if longest >= 6:
            found += self._id_card.find_abroad(view)
        if "o" in text or "l" in text or "i" in text:
            found += self._phone.find_lettered(view)
        if longest >= 3 or "验证码" in text:
            for code in self._codes:
                found += code.find(view)
        if _PLATE_HEAD.search(text) or "车号" in text or "牌" in text:
            found += self._plate.find(view)
        if longest >= 5:
            found += self._qq.find(view)
        if longest >= 5 or "年" in text or "." in text:
            found += self._birth_date.find(view)
        return found

    def _entity(self, candidate: Candidate, normalized: NormalizedText, exposed: bool) -> Entity:
        start, end = normalized.raw_span(candidate.start, candidate.end)
        value = normalized.folded[candidate.start : candidate.end]
        severity = exposure.SEVERITIES[candidate.kind]
        logit, reason = self._whose(candidate, normalized.folded, exposed)
        confidence = 1 / (1 + math.exp(-logit))
        return Entity(candidate.kind, start, end, severity, round(confidence, 4), mask(candidate.kind, value), reason)

    def _whose(self, candidate: Candidate, text: str, exposed: bool) -> tuple[float, Reason]:
        """How sure and why, with whose it is where the words say so."""
        reasons = _reasons()
        reason = reasons[candidate.why]
        if exposed:
            owner, logit = reasons["third_party"], candidate.logit + _THIRD_PARTY_WEIGHT
        elif _OWN.search(text, max(0, candidate.start - 12), candidate.start):
            owner, logit = reasons["own"], candidate.logit
        elif _ORGANISATION.search(text, max(0, candidate.start - 30), candidate.end + 12):
            owner, logit = reasons["organisation"], candidate.logit
        else:
            return candidate.logit, reason
        return logit, Reason(reason.zh + owner.zh, reason.en + owner.en)


def _longest_left(view: View, found: list[Candidate]) -> int:
    """Digits in the longest number, those in sure candidates not counted."""
    sure = Spans([(one.start, one.end) for one in found if one.logit > _SURE])
    if not sure:
        return max([number.total for number in view.numbers])
    return max([sum([b - a for a, b in number.atoms if not sure.touches(a, b)]) for number in view.numbers])


def _inside(candidate: Candidate, normalized: NormalizedText, spans: Spans) -> bool:
    """Whether a link holds the candidate. A link found inside an e-mail address is not one."""
    start, end = normalized.raw_span(candidate.start, candidate.end)
    if candidate.kind in (EntityKind.EMAIL, EntityKind.ALIPAY):
        within = spans.start_after(start + 1)
        return spans.touches(start, end) and (within is None or within >= end or spans.touches(start, start + 1))
    return spans.touches(start, end)


def _settle(candidates: list[Candidate]) -> list[Candidate]:
    """Without overlap: the more specific pattern stays, then the surer, then the longer one."""
    if len(candidates) < 2:
        return candidates
    kept: list[Candidate] = []
    taken = Spans()
    for one in sorted(candidates, key=lambda c: (-c.rank, -c.logit, c.start - c.end, c.start)):
        if not taken.touches(one.start, one.end):
            taken.add(one.start, one.end)
            kept.append(one)
    return kept
