"""What experts know: rules as data, and the engine that matches them."""

from huzhu_guard.rules.check import check_packs
from huzhu_guard.rules.engine import RuleEngine, RuleHit, load_pack, shipped_packs
from huzhu_guard.rules.rule import Pack, Rule

__all__ = ["Pack", "Rule", "RuleEngine", "RuleHit", "check_packs", "load_pack", "shipped_packs"]
