"""Finds links in folded text, however they are hidden."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from huzhu_guard.links.captions import captions
from huzhu_guard.links.clipboard import tokens
from huzhu_guard.links.found import Found
from huzhu_guard.links.hidden_dots import DIGIT_WORDS, DOT, HAN, endings, hidden_end, host_end, undotted
from huzhu_guard.links.markup import shown, without_shown
from huzhu_guard.links.owners import shipped_hosts, shipped_names
from huzhu_guard.links.parts import canonical_host, to_ascii_width
from huzhu_guard.links.suffix import top_level
from huzhu_guard.verdict import LinkKind

if TYPE_CHECKING:
    from huzhu_guard.text.normalize import NormalizedText

_SCHEME: Final = re.compile(
    r"(?:h\s?(?:t\s?t|x\s?x|\*\s?\*)\s?p\s?(?:s\s?)?|ftp|(?<![a-z])(?:ttps?|htps?|htttps?|tps?)(?=:[/\\]))"
    r"(?:(?::|\[:\])\s{0,2}[/\\]{1,4}\s{0,2}|:(?=[a-z0-9]))"
)
_APP: Final = re.compile(
    rf"(?<![a-z0-9+.\-])(?!https?:|hxxps?:|ftp:|tps?:)"
    rf"([a-z][a-z0-9+.\-]{{1,30}})://[^\s{HAN}<>\"'，。、]{{0,1000}}"
)
_MINI: Final = re.compile(r"#小程序[:]//[^\s/#]{1,40}(?:/[a-z0-9_\-]{1,40})?")
_LABEL: Final = rf"[a-z0-9_{DIGIT_WORDS}](?:[a-z0-9_\-{DIGIT_WORDS}]{{0,62}})"
_LABELS: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL}){{1,30}}")
_BARE: Final = re.compile(rf"(?<![a-z0-9@._%+\-]){_LABELS.pattern}")
# a dot in disguise, with what can stand after it
_HIDDEN_CUE: Final = re.compile(
    r"[。·点丶‧•・∙⋅.\]})>】t\s](?:(?<=[。·点丶‧•・∙⋅])\s?[a-z康靠抗扣西奈套]"
    r"|(?<=\.)[\s\]})>】]\s?[a-z]|(?<=\s)\.[a-z]|(?<=点)[\]})>】]|(?<=dot)[\s\])])"
)
_HIDDEN: Final = re.compile(
    rf"(?<![a-z0-9@._%+\-]){_LABEL}"
    rf"(?:{DOT}(?:c o m|c n|n e t|t o p|v i p|[a-z0-9][a-z0-9_\-]{{0,62}}|[康靠抗扣西奈套][{HAN}])){{1,8}}"
)
_USERINFO: Final = re.compile(rf"[^\s/?#@\\{HAN}]{{1,200}}@")
_AUTHORITY: Final = re.compile(
    rf"(?:\[[0-9a-f:.]{{2,45}}\]|(?:[a-z0-9_%\-]{{1,200}}(?:{DOT}[a-z0-9_%\-]{{1,63}}){{0,30}}))"
)
_HAN_HOST: Final = re.compile(
    rf"(?:[a-z0-9\-{HAN}]{{0,29}}[{HAN}]\.|[a-z0-9\-]{{1,30}}\.){{1,5}}"
    r"(?:[a-z]{2,20}|中国|公司|网络|在线|手机|网址|集团|商城|中文网|我爱你)(?![a-z0-9\-])"
)
_HAN_DOT: Final = re.compile(rf"[{HAN}]\.[a-z]")
_HAN_STOP: Final = re.compile(rf"([{HAN}]{{2,12}})[。点](com|cn|net|top|xyz|vip)(?![a-z0-9\-])")
_HAN_LEAD: Final = re.compile(
    r".{0,30}(?:打开|访问|登录|登陆|点击|点开|搜索|搜|网址|网站是|链接|进入|请|到|去|上|是|看|进|在|的)(?=.{2})"
)
_PORT: Final = re.compile(r"\s?:\s?(\d{1,5})(?![\d.])")
_PLAIN_DISGUISE: Final = re.compile(r"[\s\[({<]| dot ")
_TAIL: Final = re.compile(r"[/?#\\][!#-&(-;=?-Z\\^_a-z|~\[\]']{0,2000}")
_SPACED: Final = re.compile(r"(?<![a-z0-9])[a-z0-9](?: [a-z0-9.。点/:\-]){5,80}(?![a-z0-9])")
_END_PUNCTUATION: Final = ".,;:!?)]}'>|~*&"
_RAW_STOPS: Final = re.compile("[，。；！（）【】「」《》“”‘’、…]")
_GLUED: Final = re.compile("[^=/?&:;%.,](?=https?://)")
_CLOSING: Final = re.compile(r"[)\]>}]")
_BRACKETS: Final = (("(", ")"), ("[", "]"), ("<", ">"), ("{", "}"))


def search(normalized: NormalizedText) -> list[Found]:
    """All links of a text in order of their place, none overlapping; spans on the folded text."""
    return _Search(normalized).run()


class _Search:
    """One text's search."""

    def __init__(self, normalized: NormalizedText) -> None:
        self.n = normalized
        self.text = normalized.folded
        self.found: list[Found] = []

    def run(self) -> list[Found]:
        text = self.text
        if "/" in text or "\\" in text or "p:" in text or "s:" in text:
            self._schemes()
        if text.count(".") > sum([text.count(".", f.start, f.end) for f in self.found]):
            self._bare()
        self._hidden()
        if " . " in text or " 点 " in text or " 。 " in text:
            self._spaced()
        found = self.found
        found += captions(text)
        found += tokens(self.n.raw, text, found)
        if len(found) < 2:
            return found
        found.sort(key=lambda f: (f.start, -f.end))
        kept: list[Found] = []
        for f in found:
            if not kept or f.start >= kept[-1].end:
                kept.append(f)
        return without_shown(kept)

    def _schemes(self) -> None:
        text = self.text
        end = 0
        for m in _SCHEME.finditer(text) if ":" in text else ():
            if m.start() >= end:
                end = self._with_scheme(m)
        if text.count("://") > len(self.found):
            for m in _APP.finditer(text):
                stop = self._stop(m.start(), m.end())
                self.found.append(Found(m.start(), stop, self._raw(m.start(), stop), LinkKind.APP))
            if "#小程序" in text:
                for m in _MINI.finditer(text):
                    self.found.append(Found(m.start(), m.end(), self._raw(*m.span()), LinkKind.MINI_PROGRAM))

    def _with_scheme(self, m: re.Match[str]) -> int:
        scheme = "ftp" if m[0][0] == "f" else "https" if "s" in m[0] else "http"
        at = m.end()
        disguised = m[0] not in ("http://", "https://", "ftp://")
        decoy = _USERINFO.match(self.text, at) if "@" in self.text else None
        begin = at
        at = decoy.end() if decoy else at
        host = _AUTHORITY.match(self.text, at)
        if host and host_end(host[0]) is None and self.text[host.end() : host.end() + 1] in ("\n", " "):
            longer = _AUTHORITY.match(self.text[host.end() + 1 : host.end() + 300])
            if longer and host_end(host[0] + longer[0]) is not None:
                return self._add(m.start(), begin, host.end() + 1 + longer.end(), scheme, True)
        if not host:
            host = _HAN_HOST.match(self.text, at)
            if not host:
                return at
            return self._add(m.start(), begin, host.end(), scheme, disguised)
        length = host_end(host[0])
        if length is None and m[0][-1] == ":":
            return at
        if length is None:
            han = _HAN_HOST.match(self.text, at)
            return self._add(m.start(), begin, han.end() if han else host.end(), scheme, disguised)
        return self._add(m.start(), begin, at + length, scheme, disguised)

    def _bare(self) -> None:
        covered = [(f.start, f.end) for f in self.found]
        for m in _BARE.finditer(self.text):
            if covered and _inside(m.start(), covered):
                continue
            labels = m[0].split(".")
            tail_at = m.end()
            if self.text[tail_at : tail_at + 1] == "@":
                self._decoy(m)
            elif self._is_bare_host(m[0], labels, m.start(), tail_at):
                self._add(m.start(), m.start(), tail_at, "", False)
        for m in _HAN_HOST.finditer(self.text) if _HAN_DOT.search(self.text) else ():
            ending = m[0].rpartition(".")[2]
            if ending in endings().hidden or (ending.isascii() and ending in endings().plain - endings().doubtful):
                self._han(m)

    def _han(self, m: re.Match[str], *, disguised: bool = False) -> None:
        """A Chinese name: words that lead up to it are no part of it."""
        lead = _HAN_LEAD.match(m[0])
        start = m.start() + (lead.end() if lead else 0)
        label = re.split("[.。点]", self.text[start : m.end()])[0]
        if 2 <= len(label) <= 12 and not label.isascii():
            self._add(start, start, m.end(), "", disguised)

    def _decoy(self, m: re.Match[str]) -> None:
        """``official.com@evil.top/x``: an address with a path is no e-mail address."""
        host = _LABELS.match(self.text, m.end() + 1)
        if not host or self.text[host.end() : host.end() + 1] != "/":
            return
        if host[0].rpartition(".")[2] in top_level() and m[0].rpartition(".")[2] in endings().plain:
            self._add(m.start(), m.start(), host.end(), "", False)

    def _is_bare_host(self, host: str, labels: list[str], start: int, end: int) -> bool:
        if host.replace(".", "").isdigit():
            return self._is_bare_address(host, labels, start, end)
        known = endings()
        top = labels[-1]
        if host in known.not_links or top not in top_level() or "" in labels or not labels[-2].strip("-_"):
            return False
        if labels[0] == "www" and len(labels) > 2:
            return True
        if top in known.plain and top not in known.doubtful:
            return True
        after = self.text[end : end + 2]
        has_path = after[:1] == "/" or (after[:1] == ":" and after[1:].isdigit())
        return has_path or (len(labels) > 2 and top in known.plain) or host in shipped_hosts()

    def _is_bare_address(self, host: str, labels: list[str], start: int, end: int) -> bool:
        if len(labels) != 4 or any(len(x) > 3 or int(x) > 255 for x in labels):
            return False
        if self.text[end : end + 1] in ("/", ":") and self.text[end + 1 : end + 2].strip():
            return True
        before = self.text[max(0, start - 3) : start]
        return int(labels[0]) > 9 and max(map(int, labels)) > 99 and not re.search("版本|v|v\\.|第", before)

    def _hidden(self) -> None:
        """Dots in disguise: ``点com``, ``。com``, ``[.]``, ``dot``, spaces."""
        text = self.text
        if not _HIDDEN_CUE.search(text):
            return
        for m in _HAN_STOP.finditer(text):
            if "。" in m[0] or m[1].endswith(shipped_names()):
                self._han(m, disguised=True)
        for m in _HIDDEN.finditer(text):
            end = hidden_end(m[0])
            if end:
                start = m.start()
                self._add(start, start, start + end, "", True)

    def _spaced(self) -> None:
        for m in _SPACED.finditer(self.text):
            squeezed = m[0].replace(" ", "").replace("。", ".").replace("点", ".")
            host = _BARE.match(squeezed)
            if host and host[0].rpartition(".")[2] in endings().hidden:
                end = m.start() + 2 * host.end() - 1
                self.found.append(Found(m.start(), end, host[0], LinkKind.DOMAIN, True))

    def _add(self, start: int, host_at: int, host_end: int, scheme: str, disguised: bool) -> int:
        text = self.text
        end = host_end
        port = _PORT.match(text, end) if text[end : end + 2].strip()[:1] == ":" else None
        if port:
            end = port.end()
        tail_at = end
        if text[end : end + 1] in ("/", "?", "#", "\\"):
            tail = _TAIL.match(text, end)
            if tail:
                end = self._stop(end, tail.end())
        host, changed = self._host(host_at, host_end)
        url = (scheme + "://" if scheme else "") + host + (":" + port[1] if port else "") + self._raw(tail_at, end)
        kind = LinkKind.URL if scheme else LinkKind.DOMAIN
        name = host.rpartition("@")[2]
        if (name[:1].isdigit() or name[:1] == "[") and canonical_host(name)[1]:
            kind = LinkKind.IP
        self.found.append(Found(start, end, url, kind, disguised or changed, "", shown(text, start, end)))
        return end

    def _host(self, start: int, end: int) -> tuple[str, bool]:
        """Host with disguise undone, and whether there was any."""
        raw = self.n.raw[slice(*self.n.raw_span(start, end))]
        folded = self.text[start:end]
        if raw.isascii() and raw.lower() == folded and not _PLAIN_DISGUISE.search(raw):
            return (raw if "@" in raw else folded), False
        plain = undotted(folded)
        typed = undotted(to_ascii_width(raw).lower())
        if typed.isascii() or plain == typed:
            return plain, plain != raw.lower()
        if len(typed) == len(plain) and not endings().hidden.isdisjoint((typed.rpartition(".")[2],)):
            return typed, True
        return plain, True

    def _stop(self, start: int, end: int) -> int:
        """Where a tail ends: full-width punctuation and unbalanced or closing punctuation do not belong to it."""
        raw_start, raw_end = self.n.raw_span(start, end)
        stop = _RAW_STOPS.search(self.n.raw, raw_start, raw_end) if not self.n.raw.isascii() else None
        if stop:
            while end > start and self.n.raw_span(end - 1, end)[0] >= stop.start():
                end -= 1
        text = self.text
        glued = _GLUED.search(text, start, end)
        if glued:
            end = glued.start() + 1
        if _CLOSING.search(text, start, end):
            for opening, closing in _BRACKETS:
                close = text.find(closing, start, end)
                if close >= 0 and opening not in text[start:close]:
                    end = close
        while end > start and text[end - 1] in _END_PUNCTUATION:
            if text[end - 1] == ")" and text.count("(", start, end) >= text.count(")", start, end):
                break
            end -= 1
        return end

    def _raw(self, start: int, end: int) -> str:
        """The raw text of a span, width undone, letter case kept."""
        raw = self.n.raw[slice(*self.n.raw_span(start, end))] if end > start else ""
        return raw if raw.isascii() else to_ascii_width(raw)


def _inside(at: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of some spans, which are in order."""
    i = bisect_right(spans, (at, 1 << 60)) - 1
    return i >= 0 and at < spans[i][1]
