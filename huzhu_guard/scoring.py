"""One additive score: every stage adds log-odds, a label's score is the sigmoid of the sum."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from huzhu_guard._version import __version__
from huzhu_guard.errors import PolicyError
from huzhu_guard.links import LinkScreen
from huzhu_guard.model.linear import Model
from huzhu_guard.model.reading import END, START, Reading
from huzhu_guard.policy import Policy
from huzhu_guard.privacy import redact
from huzhu_guard.rules import Pack
from huzhu_guard.stages import DISPUTED, QUOTED, Screening, Stages, cleaned_links
from huzhu_guard.verdict import LABELS, Action, Entity, Evidence, Label, Link, Message, Reason, Verdict

_PRIVACY: Final = LABELS.index(Label.PRIVACY_LEAK)
_FAKE_DEAL: Final = LABELS.index(Label.FAKE_DEAL)
# log-odds that a link adds to a false deal: one that poses as a brand, one that is only suspect
_POSING: Final = {Action.REVIEW: 8.0, Action.BLOCK: 10.5}
_SUSPECT: Final = {Action.REVIEW: 1.5, Action.BLOCK: 6.0}
_PHRASE_WEIGHT: Final = 8.0  # log-odds; more than any message collects, so that the owner has the last word
_SHOWN_NGRAMS: Final = 12  # n-grams listed one by one for each label; the others are summed up
_RISKY_LINK: Final = Reason("链接本身可疑", "the link itself is suspect")
_BIAS: Final = Reason("起点：大多数消息没有问题", "where every message starts: most are fine")
_REST: Final = Reason("其余字词合计", "all other words and characters together")
_NOTHING_SAID: Final = Reason("没有文字", "there are no words")
_CONTEXT: Final = {
    DISPUTED: Reason("套路的话和提醒、群规、提问放在一起说", "a scheme is named beside a warning, rules or a question"),
    QUOTED: Reason("套路的话放在引号里", "a scheme is named between quotation marks"),
}
_CAP: Final = Reason("同类规则合计封顶", "rules of one group together count only up to a cap")


class Part:
    """One summand and the label that it adds to."""

    def __init__(self, label: int, source: str, weight: float, span: tuple[int, int], reason: Reason) -> None:
        self.label = label
        self.source = source
        self.weight = weight
        self.span = span
        self.reason = reason


Decision = tuple[Action, tuple[float, ...], tuple[Label, ...], tuple[Link, ...], tuple[Entity, ...]]
"""A verdict without its message: what to do, the scores, the labels that hold, what was found."""


def sigmoid(log_odds: float) -> float:
    """Probability of ``log_odds``, without overflow.

    Examples
    --------
    >>> sigmoid(0.0), sigmoid(-1000.0) < 1e-300
    (0.5, True)
    """
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    power = math.exp(max(log_odds, -745.0))
    return power / (1.0 + power)


class Limits(NamedTuple):
    """Thresholds of one policy on one model; a disabled label has thresholds above 1."""

    review: tuple[float, ...]
    block: tuple[float, ...]


class Scorer:
    """Stages, model and one policy. Immutable, so that a guard can swap it for another at any moment."""

    def __init__(self, stages: Stages, model: Model, manifest: dict[str, Any], policy: Policy) -> None:
        self.stages = stages
        self.model = model
        self.manifest = manifest
        self.policy = policy
        self._limits = limits(manifest, policy)
        self._allowed = tuple(phrase.lower() for phrase in policy.allowed_phrases)
        self._denied = tuple(phrase.lower() for phrase in policy.denied_phrases)
        self._rule_weights = {
            rule.id: self._weight_of(rule.id, rule.label, rule.weight) for rule in stages.engine.rules
        }

    def _weight_of(self, name: str, label: Label, declared: float) -> tuple[float, ...]:
        """A rule's share in each label: the pack's override, else what was learned, else what it declares."""
        weight = self.stages.engine.weights.get(name)
        if weight is None and (learned := self.model.signals.get(f"rule:{name}")) is not None and declared:
            return learned
        weight = declared if weight is None else weight
        return tuple(weight if other == label else 0.0 for other in LABELS)

    @property
    def facts(self) -> dict[str, Any]:
        """Versions and hashes of what judges."""
        return {"version": __version__, "schema": self.manifest["schema"], **self.manifest.get("hashes", {})}

    def score(self, message: Message) -> Verdict:
        """Judge one message."""
        screening = self.stages.screen(message.text)
        reading = self.stages.read(screening)
        return Verdict(message, *self._decide(screening, reading, self.model.log_odds(reading)), self)

    def score_many(self, messages: Sequence[Message]) -> list[Verdict]:
        """Judge messages together; the same verdicts as :meth:`score`, sooner."""
        decisions = self.decide_many([message.text for message in messages])
        return [Verdict(message, *decision, self) for message, decision in zip(messages, decisions, strict=True)]

    def decide_many(self, texts: Sequence[str]) -> list[Decision]:
        """What :meth:`score_many` says of texts, for who keeps the messages elsewhere."""
        screenings = self.stages.screen_many(texts)
        readings = list(map(self.stages.read, screenings))
        totals = list(map(self.model.log_odds, readings))
        return list(map(self._decide, screenings, readings, totals))

    def _decide(self, screening: Screening, reading: Reading, totals: list[float]) -> Decision:
        totals[_PRIVACY] = self.stages.privacy.bias
        for part in self._parts(screening, reading.signals):
            totals[part.label] += part.weight
        values = tuple([sigmoid(total) for total in totals])
        review, block = self._limits
        labels = tuple(label for label, value, least in zip(LABELS, values, review, strict=True) if value >= least)
        if not labels:
            action = Action.ALLOW
        elif any(value >= least for value, least in zip(values, block, strict=True)):
            action = Action.BLOCK
        else:
            action = Action.REVIEW
        return action, values, labels, screening.links, screening.entities

    def _parts(self, screening: Screening, signals: Iterable[str]) -> list[Part]:
        """Every summand that does not come from words and characters."""
        parts = self._rule_parts(screening)
        learned = self.model.signals
        places: dict[str, tuple[tuple[int, int], Reason]] | None = None
        for name in signals:
            weights = learned.get(name)
            if weights is None or name.startswith("rule:"):
                continue
            if places is None:
                places = _places(screening)
            span, reason = places[name]
            parts += (Part(i, name, w, span, reason) for i, w in enumerate(weights) if w and i != _PRIVACY)
        if screening.links and (risky := _risky_link(screening.links)):
            parts.append(risky)
        if screening.entities:
            parts += self._entity_parts(screening)
        if self._allowed or self._denied:
            parts += self._phrase_parts(screening.text.raw)
        return parts

    def _rule_parts(self, screening: Screening) -> list[Part]:
        parts: list[Part] = []
        sums: dict[tuple[str, int], float] = {}
        caps = self.stages.engine.caps
        for rule, start, end in screening.hits:
            span = screening.text.raw_span_of_canonical(start, end)
            cap = caps[rule.group]
            for i, weight in enumerate(self._rule_weights[rule.id]):
                if not weight:
                    continue
                before = sums.get((rule.group, i), 0.0)
                after = sums[rule.group, i] = before + weight
                parts.append(Part(i, f"rule:{rule.id}", weight, span, rule.reason))
                excess = (_clip(after, cap) - _clip(before, cap)) - weight
                if excess:
                    parts.append(Part(i, f"cap:{rule.group}", excess, (0, 0), _CAP))
        return parts

    def _entity_parts(self, screening: Screening) -> list[Part]:
        entities = screening.entities
        return [
            Part(
                _PRIVACY, f"entity:{entities[i].kind}", weight, (entities[i].start, entities[i].end), entities[i].reason
            )
            for i, weight in self.stages.privacy.weight(entities)
        ]

    def _phrase_parts(self, raw: str) -> list[Part]:
        lowered = raw.lower()
        for phrases, name, sign in ((self._allowed, "allowed_phrase", -1), (self._denied, "denied_phrase", 1)):
            for phrase in phrases:
                if (at := lowered.find(phrase)) >= 0:
                    zh, en = ("群主放行的词句", "a phrase that the owner allows") if sign < 0 else (
                        "群主禁止的词句", "a phrase that the owner denies")  # fmt: skip
                    targets = range(len(LABELS)) if sign < 0 else (0,)
                    span = (at, at + len(phrase)) if len(lowered) == len(raw) else (0, 0)
                    return [Part(i, f"policy:{name}", sign * _PHRASE_WEIGHT, span, Reason(zh, en)) for i in targets]
        return []

    def evidence(self, verdict: Verdict) -> tuple[Evidence, ...]:
        """Everything that added up to a verdict, strongest first."""
        screening = self.stages.screen(verdict.text)
        reading = self.stages.read(screening)
        biases = list(self.model.biases)
        biases[_PRIVACY] = self.stages.privacy.bias
        parts = [Part(i, "model:bias", bias, (0, 0), _BIAS) for i, bias in enumerate(biases)]
        parts += self._parts(screening, reading.signals)
        shares = self.model.shares(reading)
        for i in range(len(LABELS)):
            if i == _PRIVACY:
                continue
            ranked = sorted(shares, key=lambda share: -abs(share.log_odds[i]))
            for share in ranked[:_SHOWN_NGRAMS]:
                if share.log_odds[i]:
                    parts.append(_ngram_part(i, share.source, share.gram, share.log_odds[i], screening))
            rest = math.fsum(share.log_odds[i] for share in ranked[_SHOWN_NGRAMS:])
            if rest:
                parts.append(Part(i, "model:rest", rest, (0, 0), _REST))
        parts.sort(key=lambda p: -abs(p.weight))
        return tuple(Evidence(LABELS[p.label], p.source, p.weight, *p.span, p.reason) for p in parts)

    def redacted(self, verdict: Verdict) -> str:
        """The text of a verdict with personal information masked as the policy says."""
        clean = cleaned_links(verdict.text, verdict.links)
        return redact(verdict.text, verdict.entities, dict(self.policy.redaction), self.key(), clean).text

    def key(self) -> bytes | None:
        """The policy's secret for keyed redaction, read when it is needed and kept nowhere."""
        name = self.policy.key_env
        if name is None:
            return None
        secret = os.environ.get(name)
        if secret is None:
            raise PolicyError(f"the policy names the environment variable {name} as redaction secret; set it.")
        return secret.encode("utf-8", "surrogateescape")


def _risky_link(links: Iterable[Link]) -> Part | None:
    """What the riskiest link says by itself, whatever the words around it.

    Declared, not learned: the corpus holds too few look-alikes beside honest words to learn it from, and that is just
    what a swindler writes.
    """
    worst = max(links, key=lambda link: link.risk)
    weight = (_POSING if worst.brand and not worst.official else _SUSPECT).get(worst.action)
    if weight is None:
        return None
    reason = worst.signals[0].reason if worst.signals else _RISKY_LINK
    return Part(_FAKE_DEAL, "link:risk", weight, (worst.start, worst.end), reason)


def _ngram_part(label: int, source: str, gram: str, weight: float, screening: Screening) -> Part:
    shown = gram.strip(START + END)
    canonical = screening.text.canonical
    if gram.endswith(END):
        where_zh, where_en, at = "结尾的", " at the end", canonical.rfind(shown)
    else:
        where_zh, where_en = ("开头的", " at the beginning") if gram.startswith(START) else ("", "")
        at = canonical.find(shown)
    if not shown:
        return Part(label, f"{source}:{gram}", weight, (0, 0), _NOTHING_SAID)
    span = screening.text.raw_span_of_canonical(at, at + len(shown)) if at >= 0 else (0, 0)
    zh, en = (f"{where_zh}用词“{shown}”", f"the wording “{shown}”{where_en}") if weight > 0 else (
        f"{where_zh}“{shown}”多见于正常消息", f"“{shown}”{where_en} is common in ordinary messages")  # fmt: skip
    return Part(label, f"{source}:{gram}", weight, span, Reason(zh, en))


def _places(screening: Screening) -> dict[str, tuple[tuple[int, int], Reason]]:
    """Where each signal that is not a rule was seen first, and why it matters."""
    places: dict[str, tuple[tuple[int, int], Reason]] = {name: ((0, 0), reason) for name, reason in _CONTEXT.items()}
    for link in screening.links:
        for signal in link.signals:
            places.setdefault(f"link:{signal.id}", ((link.start, link.end), signal.reason))
        if link.signals:
            places.setdefault(f"link:{link.action}", ((link.start, link.end), link.signals[0].reason))
    for entity in screening.entities:
        places.setdefault(f"entity:{entity.kind}", ((entity.start, entity.end), entity.reason))
    for disguise in screening.text.disguises:
        reason = Reason("用变形写法躲避检查", "written so as to slip past checks")
        places.setdefault(f"disguise:{disguise.kind}", ((disguise.start, disguise.end), reason))
    return places


def _clip(value: float, cap: float) -> float:
    return max(-cap, min(cap, value))


def limits(manifest: dict[str, Any], policy: Policy) -> Limits:
    """Thresholds that hold for a policy: its own, else the model's for its strictness."""
    own = manifest["thresholds"][policy.strictness]
    pairs = []
    for label, threshold in zip(LABELS, policy.thresholds, strict=True):
        if not threshold.enabled:
            pairs.append((2.0, 2.0))
            continue
        review = own[label]["review"] if threshold.review is None else threshold.review
        block = own[label]["block"] if threshold.block is None else threshold.block
        pairs.append((review, max(review, block)))
    return Limits(tuple(p[0] for p in pairs), tuple(p[1] for p in pairs))


def link_screen(policy: Policy) -> LinkScreen:
    """Link judge with the policy's own brands and domains."""
    return LinkScreen(policy.brands, policy.allowed_domains, policy.denied_domains)


def build_stages(packs: Iterable[Pack], policy: Policy) -> Stages:
    """Stages for one policy."""
    return Stages(packs, link_screen(policy))
