"""The parts of a link, for any string at all."""

from __future__ import annotations

import ipaddress
import re
from typing import Final, NamedTuple
from urllib.parse import unquote

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.\-]{0,30}):[/\\]{1,4}", re.IGNORECASE)
_PORT: Final = re.compile(r":(\d{0,6})$")
_IGNORED: Final = re.compile(
    "[\u00ad\u034f\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0\\s]"
)
_DOTS: Final = str.maketrans("。．｡", "...")
_MOST_HOST: Final = 1000  # a host name is at most 253 long; what is longer is cut, not searched
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]{1,16}|[0-9]{1,20})(?:\.(?:0x[0-9a-f]{1,8}|[0-9]{1,11})){0,3}\.?\Z")


class Parts(NamedTuple):
    """A link taken apart."""

    scheme: str
    """Lower case, ``""`` where none is written."""
    userinfo: str
    """What stands before ``@``, without it."""
    host: str
    """Lower-case Unicode form; an address in dotted or colon form."""
    port: str
    """Digits, ``""`` where none is written."""
    tail: str
    """Path, query and fragment as written."""
    is_ip: bool
    """Whether the host is an address, in whatever notation."""
    encoded_host: bool
    """Whether the host was percent-encoded or an address was written as a bare number."""


def split(url: str) -> Parts:
    """Take a link or a bare host apart.

    Examples
    --------
    >>> split("https://pinduoduo.com@evil.example:8080/a?b").host
    'evil.example'
    >>> split("http://3232235777/").host
    '192.168.1.1'
    """
    url = url.strip()
    scheme = ""
    match = _SCHEME.match(url)
    if match:
        scheme = match[1].lower()
        url = url[match.end() :]
    cut = len(url)
    for mark in "/?#\\":
        at = url.find(mark, 0, cut)
        if at >= 0:
            cut = at
    authority, tail = url[: min(cut, _MOST_HOST)], url[cut:]
    userinfo, at_sign, host = authority.rpartition("@")
    port = ""
    if not host.endswith("]"):
        match = _PORT.search(host)
        if match:
            port, host = match[1], host[: match.start()]
    encoded = "%" in host
    name, is_ip, numeric = canonical_host(unquote(host) if encoded else host)
    return Parts(scheme, userinfo if at_sign else "", name, port, tail, is_ip, encoded or numeric)


def canonical_host(host: str) -> tuple[str, bool, bool]:
    """Host in lower-case Unicode form, whether it is an address, and whether that was written unusually.

    Full-width letters and ideographic full stops count as what browsers take them for (UTS #46).
    """
    if not host.isascii():
        host = to_ascii_width(host)
    host = host.lower().strip(".")
    if host.startswith("[") and host.endswith("]"):
        try:
            return str(ipaddress.IPv6Address(host[1:-1].partition("%")[0])), True, False
        except ValueError:
            return host[1:-1], False, True
    if host[:1].isdigit() and host.isascii() and _NUMBER.match(host):
        address = _ipv4(host)
        if address:
            return address, True, address != host
    if "xn--" in host:
        host = ".".join(_decoded(label) for label in host.split("."))
    return host, False, False


def to_ascii_width(host: str) -> str:
    """Width and dots undone and invisible marks dropped, look-alike letters left as they are."""
    import unicodedata

    return unicodedata.normalize("NFKC", _IGNORED.sub("", host.translate(_DOTS))).translate(_DOTS)


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower() or label
    except (UnicodeError, OverflowError, ValueError):
        return label


def _ipv4(host: str) -> str:
    """Dotted form of an address in the notations that browsers accept, ``""`` if it is none."""
    fields = host.rstrip(".").split(".")
    numbers = []
    for field in fields:
        try:
            base = 16 if field.startswith("0x") else 8 if len(field) > 1 and field[0] == "0" else 10
            numbers.append(int(field, base))
        except ValueError:
            return ""
    *front, last = numbers
    if any(n > 255 for n in front) or last >= 256 ** (5 - len(numbers)):
        return ""
    if len(numbers) == 1 and last < 1 << 24:
        return ""  # a short number is a number
    value = last
    for i, n in enumerate(front):
        value |= n << (8 * (3 - i))
    return str(ipaddress.IPv4Address(value))
