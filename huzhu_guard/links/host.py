"""What a host name shows, by itself."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import NamedTuple

from huzhu_guard.links import lexical, signals
from huzhu_guard.links.lookalike import POSED_AS, Match, NameIndex, split_baits
from huzhu_guard.links.owners import Registry, read_lines, shorteners
from huzhu_guard.links.suffix import public_suffix
from huzhu_guard.text.fold import Folder
from huzhu_guard.verdict import Signal

_PUBLIC_BODY = re.compile(
    r"(?:^|\.)(?:gov|edu|mil|ac)(?:\.[a-z]{2})?$|(?:^|\.)(?:政务|公益)(?:\.cn)?$|(?:^|\.)(?:go|ac|lg)\.jp$"
)
_LIKE_SUFFIX = re.compile(
    r"(?:^|[.\-])((?:com|net|org|gov|co|ne|or|go|jo|c0)[.\-](?:cn|jp|uk|us|hk|tw|jo|in|au|br))(?=[.\-])"
    r"|^(?:.*[.\-])?(com|gov)(?=[.\-])|-(jp)(?=[.\-])"
)
_TOKENS = re.compile(r"[a-z]{2,}")
_NATIONAL = re.compile(r"\.(?!cn$)[a-z]{2}$")
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_LOCAL = re.compile(r"10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe80:")


class HostView(NamedTuple):
    """A host and what was noticed about it."""

    host: str
    """Lower-case Unicode form."""
    domain: str
    """Registered domain, ``""`` if none."""
    brand: str
    """Owner, or the brand that is imitated."""
    official: bool
    """Whether that brand owns it."""
    signals: tuple[Signal, ...]
    """What was noticed."""


@cache
def _hosting() -> dict[str, str]:
    pairs = (line.partition("\t") for line in read_lines("hosting.tsv"))
    return {place: kind for place, _, kind in pairs}


@cache
def _cheap_suffixes() -> dict[str, float]:
    return {name: float(weight) for name, weight in (line.split("\t") for line in read_lines("suffixes.tsv"))}


@cache
def _folder() -> Folder:
    return Folder()


def _below(host: str, names: frozenset[str] | dict[str, str]) -> str:
    """The longest of ``names`` that the host is or lies under, ``""`` if none."""
    name = host
    while name:
        if name in names:
            return name
        name = name.partition(".")[2]
    return ""


def _domain(host: str, suffix: str) -> str:
    label = host[: len(host) - len(suffix)].rstrip(".").rpartition(".")[2]
    return f"{label}.{suffix}" if label else ""


class HostJudge:
    """Judges host names against a registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @cached_property
    def _index(self) -> NameIndex:
        return NameIndex(self._registry)

    @property
    def names(self) -> dict[str, str]:
        """Latin names and the ids of the brands they stand for."""
        return self._index.names

    @property
    def words(self) -> dict[str, str]:
        """The same for names that are short or ordinary words."""
        return self._index.words

    def __call__(self, host: str, *, is_ip: bool = False) -> HostView:
        """What ``host`` (lower-case Unicode form) shows."""
        if is_ip:
            scale = 0.3 if _LOCAL.match(host) else 1.0
            return HostView(host, "", "", False, (signals.make("ip_host", scale=scale, host=host),))
        suffix = public_suffix(host)
        place = _below(host, _hosting())
        kind = _hosting().get(place, "")
        owned = self._registry.owner(host)
        if kind == "cdn":
            return HostView(host, place, "", False, (signals.make("established", domain=place),))
        if owned and (not place or suffix == host or (kind != "form" and (host == place or owned[1] == host))):
            return self._official(host, host if suffix == host else _domain(host, suffix), *owned)
        if len(place) > len(suffix) and kind != "form":
            suffix = place  # who rents a name there registered it
        return self._foreign(host, _domain(host, suffix), suffix, place)

    def _official(self, host: str, domain: str, brand: str, owned: str) -> HostView:
        if not brand:
            return HostView(host, domain, "", False, (signals.make("established", domain=owned),))
        found = [signals.make("official", what=owned, brand=self.brand_names(brand))]
        if host in shorteners():
            found.append(signals.make("shortener", host=host))
        return HostView(host, domain, brand, True, tuple(found))

    def brand_called(self, text: str) -> str:
        """Id of the brand whose Chinese or Latin name stands in a text, ``""`` if none."""
        match = self._index.han(text) or self._index.inside(text.replace(" ", "-")[:63])
        return match.brand if match else ""

    def brand_names(self, brand: str) -> str:
        """Both names of a brand, for reasons."""
        return f"{self._registry[brand].zh}\t{self._registry[brand].en}"

    def _foreign(self, host: str, domain: str, suffix: str, place: str) -> HostView:
        found = [signals.make("foreign", host=host)]
        brand = ""
        if _PUBLIC_BODY.search(suffix) and host.isascii():
            found.append(signals.make("public_body", host=host))
            return HostView(host, domain, "", False, tuple(found))
        if host in shorteners():
            found.append(signals.make("shortener", host=host))
            return HostView(host, domain, "", False, tuple(found))
        if place:
            scale = 1.6 if _hosting()[place] == "tunnel" else 1.0
            found.append(signals.make("hosting", scale=scale, host=host, name=place))
        meant = self._imitated(host, domain, suffix, place)
        if meant:
            brand, signal = meant
            found.append(signal)
        found += self._plain_signs(host, domain, suffix, place, bool(meant))
        return HostView(host, domain, brand, False, tuple(found))

    def _imitated(self, host: str, domain: str, suffix: str, place: str) -> tuple[str, Signal] | None:
        """The brand that a foreign host plays on, and the strongest sign of it."""
        label = domain[: -len(suffix) - 1]
        front = host[: len(host) - len(domain)].rstrip(".") if domain else ""
        prefix = self._official_in_front(host, domain)
        if prefix:
            return prefix
        match = self._label(label) if label else None
        if match:
            return match[0].brand, self._signal(match, host, domain, label)
        joined = host[: len(host) - len(suffix)].replace(".", "")
        if front and (joined in self._index.names or (len(joined) > 3 and joined in self._index.words)):
            brand = self._index.names.get(joined) or self._index.words[joined]
            names = self.brand_names(brand)
            return brand, signals.make("lookalike", what=host, domain=domain, name=joined, brand=names)
        for part in reversed(front.split(".")) if front else ():
            match = self._label(part)
            if match:
                return match[0].brand, self._in_front(match[0], host, domain or suffix)
        return None

    def _in_front(self, match: Match, host: str, domain: str) -> Signal:
        scale = match.scale
        if scale < 1 and match.signal == "brand_suffix":  # a short name or a word
            scale = 0.7 if self._registry[match.brand].category in POSED_AS else 0.5
        names = self.brand_names(match.brand)
        return signals.make("brand_subdomain", scale=scale, host=host, domain=domain, name=match.name, brand=names)

    def _official_in_front(self, host: str, domain: str) -> tuple[str, Signal] | None:
        """An official domain that the host only begins with."""
        labels = host.split(".")
        own = domain.count(".") + 1 if domain else 0
        for end in range(2, len(labels) - own + (2 if own else 1)):
            last = labels[end - 1].partition("-")[0] if end > len(labels) - own else labels[end - 1]
            for start in range(max(0, end - 3), end - 1):
                if end <= len(labels) - own or "-" in labels[end - 1]:
                    name = ".".join([*labels[start : end - 1], last])
                    owned = self._registry.owner(name)
                    if owned and owned[0] and owned[1] == name and name != domain:
                        names = self.brand_names(owned[0])
                        return owned[0], signals.make("official_prefix", host=host, domain=domain, brand=names)
        return None

    def _label(self, label: str) -> tuple[Match, bool] | None:
        """The brand that one label means, and whether other scripts were used for it."""
        index = self._index
        if label.isascii():
            match = index.exact(label) or index.near(label) or index.inside(label)
            return (match, False) if match else None
        if _HAN.search(label):
            match = index.han(label)
            return (match, False) if match else None
        match = index.disguised(_folder().fold(label).text)
        return (match, True) if match else None

    def _signal(self, match: tuple[Match, bool], host: str, domain: str, label: str) -> Signal:
        found, other_script = match
        id_ = "homoglyph" if other_script else found.signal
        if other_script:
            found = found._replace(scale=1.0)
        if id_ == "brand_suffix" and _NATIONAL.search(domain) and domain.rpartition(".")[2] not in _cheap_suffixes():
            found = found._replace(scale=found.scale * 0.8)  # the brand itself may trade there
        names = self.brand_names(found.brand)
        return signals.make(id_, scale=found.scale, what=label, host=host, domain=domain, name=found.name, brand=names)

    def _plain_signs(self, host: str, domain: str, suffix: str, place: str, branded: bool) -> list[Signal]:
        found = []
        top = suffix.rpartition(".")[2]
        weight = _cheap_suffixes().get(top)
        if weight and not place:
            found.append(signals.make("cheap_suffix", weight=weight, name=top))
        front = host[: len(host) - len(suffix)].rstrip(".")
        inner = _LIKE_SUFFIX.search(front + ".") if "." in front or "-" in front else None
        if inner and not place:
            name = inner[1] or inner[2] or inner[3]
            scale = 0.5 if inner[3] else 1.0
            found.append(signals.make("embedded_suffix", scale=scale, host=host, domain=domain, name=name))
        if not branded:
            found += self._bait(front)
            found += self._made_up(domain[: -len(suffix) - 1] if domain else "", front)
        return found

    def _bait(self, front: str) -> list[Signal]:
        """Words of trust or of money with nothing else in the name."""
        words = []
        covered = length = 0
        for token in _TOKENS.findall(front):
            parts = split_baits(token)
            length += len(token)
            covered += sum(map(len, parts))
            words += [w for w in parts if len(w) > 3]
        if not words or front in words:
            return []
        full = 0.7 if covered * 10 >= length * 9 and len(words) > 1 else 0.0
        return [signals.make("bait", scale=0.5 * min(3, len(words)) + full, name=" ".join(words[:3]))]

    def _made_up(self, label: str, front: str) -> list[Signal]:
        """Random-looking names, in the registered label and before it."""
        own = lexical.score(label.replace("-", ""))
        outer = front[: len(front) - len(label)].rstrip(".")
        parts = [p for p in re.split("[.-]", outer) if len(p) > 4]
        most, part = max(((lexical.score(p), p) for p in parts), default=(0.0, ""))
        weight = min(0.6 * own, 2.5) * (own > 0.5) + min(0.7 * most, 2.5) * (most > 1)
        if not weight:
            return []
        return [signals.make("random_name", weight=round(weight, 2), what=label if own * 0.6 >= most * 0.7 else part)]
