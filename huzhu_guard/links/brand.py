"""What is known of one brand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand that swindlers pose as, and what it owns.

    Examples
    --------
    >>> Brand("acme", zh="极品", names=("acmeshop",), domains=("acme.example",)).en
    'acme'
    """

    id: str
    """Short lower-case name, unique in a registry."""
    zh: str = ""
    """Name in Chinese, for reasons; the id where there is none."""
    en: str = ""
    """Name in English, for reasons; the id where there is none."""
    names: tuple[str, ...] = ()
    """Latin and pinyin names as they stand in host names, lower case. Look-alikes of these are searched."""
    words: tuple[str, ...] = ()
    """Names that are short or ordinary words too (``etc``, ``apple``): they count only beside other signs."""
    common: frozenset[str] = frozenset()
    """Those of ``names`` that stand inside many names in good faith: inside a name they need another sign."""
    aliases: tuple[str, ...] = ()
    """Other names in Chinese, nicknames and products."""
    domains: tuple[str, ...] = ()
    """Official domains; every host below one is official."""
    short_hosts: tuple[str, ...] = ()
    """Hosts of the brand's own short links."""
    schemes: tuple[str, ...] = ()
    """App schemes, without ``://``."""
    category: str = "user"
    """``shopping``, ``payment``, ``bank``, … or ``user`` for one added by a policy."""
    token_shapes: tuple[str, ...] = ()
    """Examples of the brand's 口令."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "zh", self.zh or self.en or self.id)
        object.__setattr__(self, "en", self.en or self.id)
