"""From a link's parts to a judgment."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from urllib.parse import unquote

from huzhu_guard.links import lexical, signals
from huzhu_guard.links.host import HostJudge, HostView
from huzhu_guard.links.lookalike import baits
from huzhu_guard.links.parts import Parts, split
from huzhu_guard.verdict import Link, LinkKind, Signal

_USUAL_PORTS = frozenset(("", "80", "443"))
_DOWNLOAD = re.compile(
    r"\.(apk|exe|msi|mobileconfig|ipa|dmg|scr|bat|vbs|hta|xapk|jar|lnk|plist)(?=$|[?#&;])", re.IGNORECASE
)
_REDIRECT = re.compile(
    r"[?&#;](?:url|u|to|target|dest|destination|redirect|redirect_ur[il]|redirecturl|return|return_?url|returnto|goto|go|jump|link|next|"
    r"callback|launch_url|continue|service|ref_?url|gourl|backurl|out|r|q|src)="
    r"((?:https?|ftp)?(?::|%3a)?(?:/|%2f){2}[^&#\s]{1,400}|https?(?::|%3a)[^&#\s]{1,400})", re.IGNORECASE)  # fmt: skip
_ENCODED = re.compile(r"(?:%25[0-9a-f]{2}|%[0-9a-f]{2}){12,}|[?&#=/](?:data:|javascript:)|base64,", re.IGNORECASE)
_MACHINERY = re.compile(
    r"/(?:wp-(?:admin|includes|content)(?!/uploads)|\.well-known|cgi-sys|cgi-bin|sites/default|components/com_)[/?]"
)
_SEGMENT = re.compile(r"(?<=[/=_.-])[a-z]{3,12}(?=[/?&_.-]|$)")
_OPAQUE_QUERY = re.compile(r"/?\?([a-z0-9]{3,14})\Z", re.IGNORECASE)
_OPAQUE_PATH = re.compile(r"/([a-z0-9]{4,14})[/*]{0,2}\Z", re.IGNORECASE)
_TOKENS = re.compile(r"[a-z]{3,}")
_MOST_TAIL = 2000
_LONGEST_OPAQUE = 18
_SHORT_CODE = 3


def link_of(url: str, start: int, end: int, view: HostView, kind: LinkKind, found: list[Signal]) -> Link:
    """A link from everything noticed."""
    risk, action = signals.judge(found)
    shown = signals.strongest_first(found)
    return Link(url, start, end, view.host, view.domain, view.brand, view.official, kind, risk, action, shown)


def _opaque(tail: str) -> tuple[str, float] | None:
    """A short code after the host that is no word, and how little it looks like one, 0 to 1."""
    match = _OPAQUE_QUERY.match(tail)
    if match:
        return match[1], 1.0 if len(match[1]) > _SHORT_CODE else 0.6
    match = _OPAQUE_PATH.match(tail)
    if not match:
        return None
    code = match[1]
    letters = code.rstrip("0123456789")
    if code.isdigit():
        return None
    if not letters.isalpha() or not (letters[1:].islower() or letters.isupper()):
        return code, 0.8
    made_up = lexical.score(code.lower())
    return (code, min(0.8, 0.4 * made_up)) if made_up > 0.5 else None


class UrlJudge:
    """Judges what stands around the host: userinfo, port, path, query.

    Parameters
    ----------
    host_view : callable
        Judges a host, given its name and whether it is an address.
    hosts : HostJudge
        Knows the brands' names.
    """

    def __init__(self, host_view: Callable[[str, bool], HostView], hosts: HostJudge) -> None:
        self._host_view = host_view
        self._hosts = hosts
        self._brand_names = hosts.brand_names

    @cached_property
    def _words_in_path(self) -> dict[str, str]:
        return {word: id_ for word, id_ in self._hosts.words.items() if len(word) > 2 and not word.isdigit()}

    @cached_property
    def _name_in_path(self) -> re.Pattern[str]:
        strong = sorted((n for n in self._hosts.names if len(n) > 5), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, strong)))

    def __call__(self, parts: Parts, view: HostView) -> tuple[HostView, list[Signal]]:
        """The host's view, its brand filled in from the path where the host names none, and all signals."""
        found = list(view.signals)
        if parts.userinfo:
            found.append(signals.make("userinfo", name=parts.userinfo[:40], host=view.host))
        if parts.port not in _USUAL_PORTS:
            found.append(signals.make("odd_port", name=parts.port))
        if parts.encoded_host:
            found.append(signals.make("encoded"))
        if len(parts.tail) > 1:
            view = self._tail(parts.tail[:_MOST_TAIL], view, found)
        return view, found

    def _tail(self, tail: str, view: HostView, found: list[Signal]) -> HostView:
        if "." in tail:
            match = _DOWNLOAD.search(tail)
            if match:
                scale = 0.25 if view.official else 1.0
                found.append(signals.make("download", scale=scale, name="." + match[1].lower()))
        if "=" in tail and ("//" in tail or "%" in tail):
            self._redirect(tail, view, found)
        if ("%" in tail or ":" in tail) and not view.official and _ENCODED.search(tail):
            found.append(signals.make("encoded", scale=0.5))
        if view.official or any(s.id in ("established", "public_body") for s in found):
            return view
        opaque = _opaque(tail) if len(tail) < _LONGEST_OPAQUE else None
        if opaque:
            found.append(signals.make("opaque_tail", scale=opaque[1], name=opaque[0]))
        return self._words(tail.lower(), view, found)

    def _redirect(self, tail: str, view: HostView, found: list[Signal]) -> None:
        match = _REDIRECT.search(tail)
        if not match:
            return
        target = unquote(unquote(match[1])).lstrip("/:")
        parts = split(target if "://" in target else "http://" + target)
        there = self._host_view(parts.host, parts.is_ip) if parts.host else None
        if there is None or there.host == view.host or (there.domain and there.domain == view.domain):
            return
        if there.official and (there.brand == view.brand or not view.official):
            return
        scale = 1.6 if view.official and not there.official else 0.4
        found.append(signals.make("redirect", scale=scale, host=view.host, name=there.host))

    def _words(self, tail: str, view: HostView, found: list[Signal]) -> HostView:
        match = self._name_in_path.search(tail)
        name = match[0] if match else next((t for t in _SEGMENT.findall(tail)[:20] if t in self._words_in_path), "")
        brand = view.brand
        if name and not brand:
            brand = self._words_in_path.get(name) or self._hosts.names[name]
            found.append(signals.make("brand_path", host=view.host, name=name, brand=self._brand_names(brand)))
        inner = _MACHINERY.search(tail)
        if inner:
            found.append(signals.make("broken_site", name=inner[0]))
        words = [t for t in _TOKENS.findall(tail)[:40] if t in baits() and len(t) > 4]
        if words:
            found.append(signals.make("bait", scale=0.5, name=" ".join(words[:3])))
        return view if brand == view.brand else view._replace(brand=brand)
