"""One object that finds the links of a message and judges them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from huzhu_guard.links import signals
from huzhu_guard.links.assess import UrlJudge, link_of
from huzhu_guard.links.brand import Brand
from huzhu_guard.links.cue import CUE
from huzhu_guard.links.found import Found
from huzhu_guard.links.host import HostJudge, HostView
from huzhu_guard.links.owners import Registry
from huzhu_guard.links.parts import split
from huzhu_guard.text.traits import LINK
from huzhu_guard.verdict import Link, LinkKind, Signal

if TYPE_CHECKING:
    from huzhu_guard.text.normalize import NormalizedText

_MOST_HOSTS: Final = 4096  # judged hosts remembered; whole links never are
_LONGEST_HOST: Final = 253
_WITH_HOST: Final = frozenset((LinkKind.URL, LinkKind.DOMAIN, LinkKind.IP))
_HOST_IN_TEXT: Final = re.compile(r"(?<![\w.\-])(?:[a-z0-9\-]{1,63}\.){1,10}[a-z]{2,20}(?![a-z0-9])")


class LinkScreen:
    """Finds and judges links. Built once, safe to share between threads.

    Parameters
    ----------
    brands : iterable of Brand
        Brands beside the shipped ones.
    allowed, denied : iterable of str
        Hosts or registered domains that are always fine or never; everything below one counts. A name in both is
        allowed.

    Examples
    --------
    >>> screen = LinkScreen(denied=["bad.example"])
    >>> screen.judge("https://mobile.yangkeduo.com/goods.html").official
    True
    >>> screen.judge("http://pinduoduo.com.vip-hd.top/a").action.value
    'block'
    """

    def __init__(self, brands: Iterable[Brand] = (), allowed: Iterable[str] = (), denied: Iterable[str] = ()) -> None:
        self._settings = (tuple(brands), tuple(allowed), tuple(denied))
        self.registry = Registry(self._settings[0])
        self._allowed = frozenset(split(name).host for name in self._settings[1])
        self._denied = frozenset(split(name).host for name in self._settings[2])
        self._hosts = HostJudge(self.registry)
        self._view = lru_cache(_MOST_HOSTS)(self._judged_host)
        self._urls = UrlJudge(self._view, self._hosts)

    def __reduce__(self) -> tuple[Any, ...]:
        return LinkScreen, self._settings

    def judge(self, url: str) -> Link:
        """Judge one link or bare host as given; any string gets an answer.

        Returns
        -------
        Link
            With ``start`` 0 and ``end`` ``len(url)``.
        """
        parts = split(url)
        view = self._host(parts.host, parts.is_ip)
        view, found = self._urls(parts, view)
        kind = LinkKind.IP if parts.is_ip else LinkKind.URL if parts.scheme else LinkKind.DOMAIN
        return link_of(url, 0, len(url), view, kind, found)

    def find(self, normalized: NormalizedText) -> tuple[Link, ...]:
        """All links of a message, in order, with spans on the raw text."""
        if not normalized.traits & LINK or not CUE.search(normalized.folded):
            return ()
        # the patterns take longer to compile than most texts need them
        from huzhu_guard.links.extract import search

        found = search(normalized)
        return tuple([self._link(f, normalized) for f in found]) if found else ()

    def _link(self, f: Found, normalized: NormalizedText) -> Link:
        start, end = normalized.raw_span(f.start, f.end)
        if f.kind not in _WITH_HOST:
            if f.kind in (LinkKind.TOKEN, LinkKind.QR):
                f = f._replace(url=normalized.raw[start:end])
            return self._without_host(f, start, end)
        parts = split(f.url)
        view = self._host(parts.host, parts.is_ip)
        view, found = self._urls(parts, view)
        if f.disguised:
            found.append(signals.make("disguised", scale=0.3 if view.official else 1.0))
        if f.shown:
            found += self._shown(f.shown, view)
        return link_of(f.url, start, end, view, f.kind, found)

    def _without_host(self, f: Found, start: int, end: int) -> Link:
        found: list[Signal] = []
        brand = f.brand
        if f.kind is LinkKind.APP:
            brand = self.registry.scheme_owner(f.url.partition("://")[0].lower())
        if f.kind is LinkKind.MINI_PROGRAM:
            brand = self._hosts.brand_called(f.url.partition("://")[2].partition("/")[0])
        if brand:
            found.append(signals.make("official", what=f.url[:40], brand=self._hosts.brand_names(brand)))
        else:
            found.append(signals.make("unseen", what=f.url[:40]))
        view = HostView("", "", brand, bool(brand), ())
        return link_of(f.url, start, end, view, f.kind, found)

    def _shown(self, shown: str, view: HostView) -> list[Signal]:
        """Whether the text of a link names another place than its target."""
        named = _HOST_IN_TEXT.search(shown)
        if named:
            there = self._host(named[0], False)
            if there.domain == view.domain or (there.official and there.brand == view.brand and view.official):
                return []
            return [signals.make("text_mismatch", name=named[0], host=view.host)]
        brand = self._hosts.brand_called(shown)
        if brand and not view.official:
            return [signals.make("text_mismatch", scale=0.6, name=shown[:40], host=view.host)]
        return []

    def _host(self, host: str, is_ip: bool) -> HostView:
        if len(host) > _LONGEST_HOST:
            return self._judged_host(host[:_LONGEST_HOST], is_ip)
        return self._view(host, is_ip)

    def _judged_host(self, host: str, is_ip: bool) -> HostView:
        view = self._hosts(host, is_ip=is_ip)
        listed = self._listed(host)
        return view._replace(signals=(*view.signals, signals.make(listed, domain=host))) if listed else view

    def _listed(self, host: str) -> str:
        name = host
        verdict = ""
        while name and (self._allowed or self._denied):
            if name in self._allowed:
                return "allowed"
            if name in self._denied:
                verdict = "denied"
            name = name.partition(".")[2]
        return verdict
