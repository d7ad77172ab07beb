"""Where a message points: every link found and judged, offline."""

from huzhu_guard.links.brand import Brand
from huzhu_guard.links.owners import Registry
from huzhu_guard.links.screen import LinkScreen

__all__ = ["Brand", "LinkScreen", "Registry"]
