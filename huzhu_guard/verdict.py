"""The vocabulary that every stage speaks. Ground floor: imports nothing of ours at run time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol


class Label(StrEnum):
    """What a message is scored for."""

    SCAM = "scam"
    FAKE_DEAL = "fake_deal"
    PRIVACY_LEAK = "privacy_leak"


LABELS: tuple[Label, ...] = tuple(Label)


KINDS: dict[Label, tuple[str, ...]] = {
    Label.SCAM: (
        "task_rebate", "fake_service", "impersonation", "loan_credit", "investment_gambling", "prize_fee",
        "part_time_fee", "account_trade", "credential_phishing", "prepay_trade", "illicit_offer", "emotional",
    ),
    Label.FAKE_DEAL: (
        "fake_event", "impossible_price", "fake_coupon", "bargain_service", "counterfeit", "shill", "forward_bait",
    ),
    Label.PRIVACY_LEAK: (),
}  # fmt: skip
"""Kinds of each label, in the order of the labels' definition."""


class Action(StrEnum):
    """What to do with a message, mildest first."""

    ALLOW = "allow"
    REVIEW = "review"
    BLOCK = "block"


class Severity(StrEnum):
    """How much an exposed piece of personal information can hurt, mildest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class EntityKind(StrEnum):
    """Kinds of personal information."""

    PHONE = "phone"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    PASSPORT = "passport"
    VERIFICATION_CODE = "verification_code"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    ADDRESS = "address"
    NAME = "name"
    EMAIL = "email"
    PLATE = "plate"
    BIRTH_DATE = "birth_date"
    WECHAT_ID = "wechat_id"
    QQ = "qq"
    ALIPAY = "alipay"
    ORDER_NO = "order_no"
    TRACKING_NO = "tracking_no"
    PICKUP_CODE = "pickup_code"
    LANDLINE = "landline"


class LinkKind(StrEnum):
    """Shapes in which a message points somewhere."""

    URL = "url"
    """With a scheme (also hxxp)."""
    DOMAIN = "domain"
    """A bare host name, with or without a path."""
    IP = "ip"
    """A host that is an address in any notation."""
    APP = "app"
    """An app scheme such as ``pinduoduo://``."""
    MINI_PROGRAM = "mini_program"
    """``#小程序://…``."""
    TOKEN = "token"  # noqa: S105 - 口令 is what the platforms call it
    """A 口令 that an app reads from the clipboard."""
    QR = "qr"
    """A caption that asks to scan a code; the code itself cannot be read here."""


class Reason(NamedTuple):
    """One sentence in both languages.

    Examples
    --------
    >>> Reason("短链接，看不到去向", "a short link hides where it goes").text("en")
    'a short link hides where it goes'
    """

    zh: str
    """Plain Chinese, for a group owner."""
    en: str
    """The same in English."""

    def text(self, lang: str = "zh") -> str:
        """The sentence in ``lang``, ``"zh"`` or ``"en"``."""
        return self.en if lang == "en" else self.zh


class Signal(NamedTuple):
    """One thing noticed about a link."""

    id: str
    """Name of the check, e.g. ``lookalike`` or ``shortener``."""
    weight: float
    """Its share of the link's risk, in log-odds; negative speaks for the link."""
    reason: Reason
    """Why, with the names filled in."""


class Evidence(NamedTuple):
    """One summand of a label's score."""

    label: Label
    """Which score it adds to."""
    source: str
    """Where it comes from: ``rule:<id>``, ``word:<token>``, ``chars:<n-gram>``, ``link:<signal>``, ``entity:<kind>``,
    ``disguise:<id>`` or ``policy:<id>``."""
    weight: float
    """Log-odds; negative speaks against the label."""
    start: int
    """Where in the text as the caller sent it; equal to ``end`` when it has no place."""
    end: int
    """End of the span, exclusive."""
    reason: Reason
    """Why, in both languages."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A piece of personal information. It never holds the value itself, only its masked form."""

    kind: EntityKind
    """What it is."""
    start: int
    """Start in the text as the caller sent it."""
    end: int
    """End, exclusive."""
    severity: Severity
    """How much its exposure can hurt."""
    confidence: float
    """How sure the recognizer is, 0 to 1."""
    value_masked: str
    """The value as custom masks it, e.g. ``138****8000``."""
    reason: Reason
    """Which pattern, checksum or cue word says so."""

    def __reduce__(self) -> tuple[Any, ...]:  # several times quicker than what a dataclass does by itself
        return Entity, (
            self.kind, self.start, self.end, self.severity, self.confidence, self.value_masked, self.reason
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """A link as found and judged, without having been opened."""

    url: str
    """The link, disguise undone."""
    start: int
    """Start in the text as the caller sent it."""
    end: int
    """End, exclusive."""
    host: str
    """Host name in lower case (Unicode form), ``""`` where there is none (口令, app scheme, QR)."""
    registered_domain: str
    """The name somebody registered, by the Public Suffix List; ``""`` where there is none."""
    brand: str
    """Id of the brand that owns the link, or that it pretends to be; ``""`` if none."""
    official: bool
    """Whether that brand owns the host, scheme or 口令."""
    kind: LinkKind
    """Its shape."""
    risk: float
    """Calibrated probability that the link is abusive, 0 to 1."""
    action: Action
    """What the link alone would deserve."""
    signals: tuple[Signal, ...] = ()
    """What was noticed, strongest first."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, strongest first, in both languages."""
        return tuple(s.reason for s in self.signals)

    def __reduce__(self) -> tuple[Any, ...]:
        return Link, (
            self.url, self.start, self.end, self.host, self.registered_domain, self.brand, self.official, self.kind,
            self.risk, self.action, self.signals,
        )  # fmt: skip

    def __repr__(self) -> str:
        # the URL itself may hold a token, a name or a number
        return f"Link({self.host or self.kind!s}, {self.action}, risk={self.risk:.2f}, official={self.official})"


@dataclass(frozen=True, slots=True)
class Message:
    """A text with its context; accepted wherever a text is.

    Examples
    --------
    >>> Message("大家好", group_id="2871@chatroom")
    Message(group_id='2871@chatroom')
    """

    text: str
    """What was written."""
    sender_id: str | None = None
    """Who wrote it."""
    group_id: str | None = None
    """Where; chooses the group's part of the policy."""
    sent_at: datetime | None = None
    """When."""
    message_id: str | None = None
    """The platform's number for it, handed back in :meth:`Verdict.to_dict`."""

    def __repr__(self) -> str:
        shown = {k: getattr(self, k) for k in ("group_id", "sent_at", "message_id")}
        return f"Message({', '.join(f'{k}={v!r}' for k, v in shown.items() if v is not None)})"


class Background(Protocol):
    """What a verdict asks for details that most callers never look at."""

    def evidence(self, verdict: Verdict) -> tuple[Evidence, ...]:
        """Everything that added up."""

    def redacted(self, verdict: Verdict) -> str:
        """The text with personal information masked."""

    @property
    def facts(self) -> dict[str, Any]:
        """Versions and hashes of what judged."""


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """What the library says about one message.

    Evidence, explanation and redaction are worked out when first asked for, so that a bot that looks at
    :attr:`action` alone pays for nothing else.
    """

    message: Message
    """The message as the caller sent it."""
    action: Action
    """What to do, by the policy."""
    values: tuple[float, ...]
    """Scores in the order of :data:`LABELS`, each 0 to 1."""
    labels: tuple[Label, ...]
    """Labels whose score reaches the policy's review threshold."""
    links: tuple[Link, ...] = ()
    """Links found, judged."""
    entities: tuple[Entity, ...] = ()
    """Personal information found."""
    background: Background | None = field(default=None, compare=False)
    """Where details come from; not part of the verdict's value."""
    _evidence: tuple[Evidence, ...] | None = field(default=None, compare=False)

    @property
    def text(self) -> str:
        """The text as the caller sent it."""
        return self.message.text

    @property
    def scores(self) -> dict[Label, float]:
        """Calibrated probability of each label, 0 to 1."""
        return dict(zip(LABELS, self.values, strict=True))

    @property
    def risk(self) -> float:
        """The highest score, 0 to 1."""
        return max(self.values)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What added up, strongest first; the weights of a label sum to the log-odds of its score."""
        if self._evidence is None:
            found = self.background.evidence(self) if self.background else ()
            object.__setattr__(self, "_evidence", found)
        return self._evidence or ()

    @property
    def redacted(self) -> str:
        """The text with personal information masked, as the policy says."""
        return self.background.redacted(self) if self.background else self.text

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of scam or fake deal that rules name for the labels that hold, strongest first."""
        rules = (e.source for e in self.evidence if e.label in self.labels and e.weight > 0)
        names = (source[5:].partition(".")[0] for source in rules if source.startswith("rule:"))
        return tuple(name for name in dict.fromkeys(names) if any(name in kinds for kinds in KINDS.values()))

    def explain(self, lang: str = "zh") -> str:
        """What a group owner reads: decision, reasons with the words that say so, and what to do.

        Parameters
        ----------
        lang : {"zh", "en"}
        """
        from huzhu_guard.report import explanation

        return explanation(self, lang)

    def advice(self, lang: str = "zh") -> str:
        """A reminder for the sender or the readers, apart from any punishment; ``""`` where there is none.

        Parameters
        ----------
        lang : {"zh", "en"}
        """
        from huzhu_guard.advice import advise

        return advise(self.labels, self.entities, self.kinds, lang)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready record, with versions and hashes of model and rules, without raw personal data."""
        from huzhu_guard.report import record

        return record(self)

    def __repr__(self) -> str:
        scores = ", ".join(f"{label}={value:.2f}" for label, value in zip(LABELS, self.values, strict=True))
        return f"Verdict({self.action}, {scores}, links={len(self.links)}, entities={len(self.entities)})"

    def _repr_html_(self) -> str:
        from huzhu_guard.report import html

        return html(self)

    def __reduce__(self) -> tuple[Any, ...]:
        found = (self.message, self.action, self.values, self.labels, self.links, self.entities)
        if self.background is None:
            return Verdict, found
        details = _Details(self.evidence, self.redacted, self.background.facts)
        return Verdict, (*found, details, self.evidence)


class _Details(NamedTuple):
    """Details of a verdict that has left its guard, such as one read from a pickle."""

    evidence_: tuple[Evidence, ...]
    redacted_: str
    facts: dict[str, Any]

    def evidence(self, verdict: Verdict) -> tuple[Evidence, ...]:
        return self.evidence_

    def redacted(self, verdict: Verdict) -> str:
        return self.redacted_
