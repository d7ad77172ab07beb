"""Who owns what: the registry of brands, read from ``registry/brands.tsv`` and ``registry/owned.tsv``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from huzhu_guard.errors import LexiconError
from huzhu_guard.links.brand import Brand

_COLUMNS = 9
# country suffixes, those aside that are given away or sold for next to nothing
_NATIONAL = re.compile(r"(?:^|\.)([a-z0-9]{3,20})\.(?:com?\.)?(?!tk|ml|ga|cf|gq|cc|pw|su|ws|to|cn)[a-z]{2}$")
_FOLDER = files("huzhu_guard.links").joinpath("registry")


def read_lines(name: str) -> list[str]:
    """The lines of a data file of the registry, comments and blanks left out."""
    text = _FOLDER.joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(",")) if cell else ()


def _brand(line: str, shapes: dict[str, list[str]]) -> Brand:
    cells = line.split("\t")
    if len(cells) != _COLUMNS:
        raise LexiconError(f"brands.tsv: a line has {len(cells)} columns instead of {_COLUMNS}: {line[:40]!r}")
    id_, zh, en, names, aliases, domains, short_hosts, schemes, category = cells
    all_names = _split(names)
    return Brand(
        id_,
        zh,
        en,
        names=tuple(n.lstrip("^") for n in all_names if n[0] != "~"),
        common=frozenset(n[1:] for n in all_names if n[0] == "^"),
        words=tuple(n[1:] for n in all_names if n[0] == "~"),
        aliases=_split(aliases),
        domains=_split(domains),
        short_hosts=_split(short_hosts),
        schemes=_split(schemes),
        category=category,
        token_shapes=tuple(shapes.get(id_, ())),
    )


@cache
def shipped_brands() -> tuple[Brand, ...]:
    """The brands that come with the library."""
    shapes: dict[str, list[str]] = {}
    for line in read_lines("tokens.tsv"):
        cells = line.split("\t")
        shapes.setdefault(cells[0], []).append(cells[3])
    return tuple(_brand(line, shapes) for line in read_lines("brands.tsv"))


@cache
def _shipped_owned() -> dict[str, str]:
    owned: dict[str, str] = {}
    for line in read_lines("owned.tsv"):
        brand, _, domains = line.partition("\t")
        owned.update(dict.fromkeys(domains.split(" "), "" if brand == "-" else brand))
    return owned


@cache
def shipped_hosts() -> frozenset[str]:
    """Every host and domain that a shipped brand owns."""
    return frozenset(h for brand in shipped_brands() for h in (*brand.domains, *brand.short_hosts))


@cache
def shorteners() -> frozenset[str]:
    """Hosts of public shorteners."""
    return frozenset(" ".join(read_lines("shorteners.txt")).split())


@cache
def shipped_names() -> tuple[str, ...]:
    """Chinese names of the shipped brands."""
    return tuple(n for b in shipped_brands() for n in (b.zh, *b.aliases) if len(n) > 1 and not n.isascii())


class Registry:
    """Brands, and whose a host or an app scheme is.

    Parameters
    ----------
    extra : iterable of Brand
        Brands to add; one with the id of a shipped brand adds to what that brand owns.

    Examples
    --------
    >>> registry = Registry()
    >>> registry.owner("mobile.yangkeduo.com"), registry.owner("mobile.yangkeduo.com.evil.top")
    (('pinduoduo', 'yangkeduo.com'), None)
    >>> registry["pinduoduo"].zh
    '拼多多'
    """

    def __init__(self, extra: Iterable[Brand] = ()) -> None:
        self._brands = {brand.id: brand for brand in shipped_brands()}
        self._hosts = dict(_shipped_owned())
        self._schemes: dict[str, str] = {}
        for brand in self._brands.values():
            self._own(brand)
        for brand in extra:
            self._own(brand)
            known = self._brands.get(brand.id)
            self._brands[brand.id] = _merged(known, brand) if known else brand

    def _own(self, brand: Brand) -> None:
        self._hosts.update(dict.fromkeys(brand.domains, brand.id))
        self._hosts.update(dict.fromkeys(brand.short_hosts, brand.id))
        self._schemes.update(dict.fromkeys(brand.schemes, brand.id))

    def __iter__(self) -> Iterator[Brand]:
        return iter(self._brands.values())

    def __len__(self) -> int:
        return len(self._brands)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._brands

    def __getitem__(self, id_: str) -> Brand:
        return self._brands[id_]

    def owner(self, host: str) -> tuple[str, str] | None:
        """Brand id (``""`` for a known firm that is no brand here) and the official domain that ``host`` lies under."""
        hosts = self._hosts
        name = host
        while name:
            brand = hosts.get(name)
            if brand is not None:
                return brand, name
            name = name.partition(".")[2]
        # "google.*": a firm that holds its name in every country
        national = _NATIONAL.search(host)
        if national:
            brand = hosts.get(national[1] + ".*")
            if brand is not None:
                return brand, national[0].lstrip(".")
        return None

    def scheme_owner(self, scheme: str) -> str:
        """Brand id of an app scheme without ``://``, ``""`` if unknown."""
        return self._schemes.get(scheme, "")


def _merged(known: Brand, more: Brand) -> Brand:
    return Brand(
        known.id,
        more.zh if more.zh != more.id else known.zh,
        more.en if more.en != more.id else known.en,
        names=known.names + more.names,
        words=known.words + more.words,
        common=known.common | more.common,
        aliases=known.aliases + more.aliases,
        domains=known.domains + more.domains,
        short_hosts=known.short_hosts + more.short_hosts,
        schemes=known.schemes + more.schemes,
        category=known.category,
        token_shapes=known.token_shapes + more.token_shapes,
    )
