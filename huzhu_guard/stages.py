"""The stages before the model, in order: normalise, links, personal information, rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from huzhu_guard.links import LinkScreen
from huzhu_guard.links.leaks import cleaned, find_identifiers
from huzhu_guard.model.reading import Reading, read
from huzhu_guard.privacy import PrivacyScreen
from huzhu_guard.privacy.masking import mask
from huzhu_guard.rules import Pack, RuleEngine, RuleHit, shipped_packs
from huzhu_guard.text.normalize import NormalizedText, Normalizer
from huzhu_guard.text.tokenize import tokenizer
from huzhu_guard.verdict import Entity, EntityKind, Link, Reason, Severity


class Screening(NamedTuple):
    """What the stages found in one message."""

    text: NormalizedText
    links: tuple[Link, ...]
    entities: tuple[Entity, ...]
    hits: list[RuleHit]

    def signals(self) -> list[str]:
        """Names of everything noticed, each once: the indicators that the model has weights for."""
        names = [f"rule:{hit.rule.id}" for hit in self.hits]
        if names:
            names += _context(self)
        if self.links:
            names += [f"link:{s.id}" for link in self.links for s in link.signals]
            names += [f"link:{link.action}" for link in self.links if link.signals]
        names += [f"entity:{entity.kind}" for entity in self.entities]
        names += [f"disguise:{d.kind}" for d in self.text.disguises]
        return list(dict.fromkeys(names)) if len(names) > 1 else names


DISPUTED, QUOTED = "context:disputed", "context:quoted"
"""How a scheme's words stand: beside words of a warning, group rules or a question; between quotation marks."""


def _context(screening: Screening) -> list[str]:
    """What speaks for it that a scheme is talked about, not tried."""
    schemes = [hit for hit in screening.hits if hit.rule.weight > 0]
    if not schemes:
        return []
    names = [DISPUTED] if len(schemes) < len(screening.hits) else []
    text = screening.text.canonical
    if "“" in text and any(text.rfind("“", 0, hit.start + 1) > text.rfind("”", 0, hit.start) for hit in schemes):
        names.append(QUOTED)
    return names


class Stages:
    """Runs the stages. Immutable after construction, safe to share between threads."""

    def __init__(self, packs: Iterable[Pack] | None = None, links: LinkScreen | None = None) -> None:
        self._packs = None if packs is None else tuple(packs)
        self.engine = RuleEngine(shipped_packs() if self._packs is None else self._packs)
        self.links = links or LinkScreen()
        self.privacy = PrivacyScreen()
        self._normalizer = Normalizer()
        self._cut = tokenizer()

    def __reduce__(self) -> tuple[Any, ...]:
        return Stages, (self._packs, self.links)  # compiled parts cannot be pickled; they are built anew

    def __deepcopy__(self, memo: Any) -> Stages:
        return self

    def screen(self, text: str) -> Screening:
        """Run every stage on one message."""
        normalized = self._normalizer(text)
        links = self.links.find(normalized)
        entities = self._entities(normalized, links)
        return Screening(normalized, links, entities, self.engine.match(normalized.canonical))

    def screen_many(self, texts: Iterable[str]) -> list[Screening]:
        """Run every stage on many messages, stage by stage: what a stage looks things up in stays in the processor."""
        normalized = list(map(self._normalizer, texts))
        links = list(map(self.links.find, normalized))
        entities = list(map(self._entities, normalized, links))
        hits = [self.engine.match(text.canonical) for text in normalized]
        return list(map(Screening, normalized, links, entities, hits))

    def _entities(self, normalized: NormalizedText, links: tuple[Link, ...]) -> tuple[Entity, ...]:
        entities = self.privacy.find(normalized, links)
        if links and (given_away := _in_links(normalized.raw, links)):
            entities = tuple(sorted((*entities, *given_away), key=lambda entity: entity.start))
        return entities

    def read(self, screening: Screening) -> Reading:
        """What the classifier gets to see of a screened message."""
        return read(_without_personal(screening), self._cut, screening.signals())


_LINK_REASON: Final = Reason("分享链接里带着订单或拼单号", "the shared link carries an order or group order number")
_LINK_CONFIDENCE: Final = 0.95


def _in_links(text: str, links: tuple[Link, ...]) -> list[Entity]:
    """Order numbers that share links carry."""
    return [
        Entity(
            EntityKind.ORDER_NO, found.start, found.end, Severity.LOW, _LINK_CONFIDENCE,
            mask(EntityKind.ORDER_NO, text[found.start : found.end]), _LINK_REASON,
        )
        for found in find_identifiers(text, links)
        if found.what in ("order", "group")
    ]  # fmt: skip


def cleaned_links(text: str, links: tuple[Link, ...]) -> list[tuple[int, int, str]]:
    """Links that name sharer, order, group or device: start, end, and the link without that."""
    changed = []
    for link in links:
        written = text[link.start : link.end]
        clean = cleaned(written, link.brand if link.official else "")
        if clean != written:
            changed.append((link.start, link.end, clean))
    return changed


_CLASSES: Final = {
    EntityKind.NAME: " name ",
    EntityKind.PHONE: " cellphone ",
    EntityKind.LANDLINE: " phone ",
    EntityKind.BANK_CARD: " bank ",
    EntityKind.ADDRESS: " place ",
    EntityKind.WECHAT_ID: " wechat ",
    EntityKind.EMAIL: " email ",
}
"""Class words for personal information, those by which public collections of messages were made anonymous; kinds that
are not listed read as ``digit``."""


def _without_personal(screening: Screening) -> str:
    """Canonical text with the class of each piece of personal information in its place.

    The model learns no one's name, and no evidence can repeat one.
    """
    canonical = screening.text.canonical
    if not screening.entities:
        return canonical
    parts: list[str] = []
    at = 0
    for entity in screening.entities:
        start, end = screening.text.canonical_span(entity.start, entity.end)
        if start >= at:
            parts += (canonical[at:start], _CLASSES.get(entity.kind, " digit "))
            at = end
    parts.append(canonical[at:])
    return "".join(parts)
