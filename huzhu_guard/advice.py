"""A friendly word for the group, apart from any punishment: what was exposed, what to check, whom to call."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from huzhu_guard.errors import LexiconError
from huzhu_guard.verdict import Label, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from huzhu_guard.verdict import Entity, Verdict

_MOST_NAMED = 4
_RANK = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


@cache
def _texts() -> dict[str, Any]:
    try:
        return tomllib.loads(files("huzhu_guard").joinpath("advice.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"advice.toml of huzhu_guard is not TOML ({error}); install the package again") from error


def advice(verdict: Verdict, lang: str = "zh") -> str:
    """What :func:`advise` says about a verdict, with the kinds that its evidence names.

    Parameters
    ----------
    verdict
        A verdict.
    lang
        ``"zh"`` or ``"en"``.
    """
    return advise(verdict.labels, verdict.entities, _kinds(verdict), lang)


def advise(
    labels: Iterable[Label], entities: Sequence[Entity] = (), kinds: Iterable[str] = (), lang: str = "zh"
) -> str:
    """What to tell the sender of a leak, or the readers of a scam or a false deal.

    Parameters
    ----------
    labels
        The labels that hold for the message.
    entities
        The personal information in it.
    kinds
        Kinds of scam or false deal that the evidence names, the likeliest first, e.g. ``"task_rebate"``. The first that
        has a text of its own replaces the general one.
    lang
        ``"zh"`` or ``"en"``.

    Returns
    -------
    str
        One short text, or ``""`` where there is nothing to say. It holds no value of any entity.

    Raises
    ------
    ValueError
        ``lang`` is neither ``"zh"`` nor ``"en"``.

    Examples
    --------
    >>> advise([Label.SCAM], kinds=["prize_fee"])
    '中奖先交运费、税、手续费的都是假的。没参加过的抽奖不会中，可疑打 96110。'
    >>> advise([])
    ''
    """
    if lang not in ("zh", "en"):
        raise ValueError(f"lang {lang!r} is unknown; use 'zh' or 'en'")
    held = set(labels)
    named = list(kinds)
    parts = [_warning(label, named, lang) for label in (Label.SCAM, Label.FAKE_DEAL) if label in held]
    if Label.PRIVACY_LEAK in held:
        parts.append(_reminder(entities, lang))
    # of two warnings the first, about money lost, is enough
    if Label.SCAM in held and Label.FAKE_DEAL in held:
        del parts[1]
    return ("" if lang == "zh" else " ").join(parts)


def _kinds(verdict: Verdict) -> list[str]:
    """Kinds that rules name in their ids, e.g. ``rule:prize_fee.postage``, strongest first."""
    known = {kind for label in (Label.SCAM, Label.FAKE_DEAL) for kind in _texts()[label]["kinds"]}
    found = []
    if Label.SCAM in verdict.labels or Label.FAKE_DEAL in verdict.labels:
        for one in verdict.evidence:
            if one.source.startswith("rule:") and one.weight > 0:
                found += [kind for kind in known if kind in one.source]
    return found


def _warning(label: Label, kinds: list[str], lang: str) -> str:
    table = _texts()[label]
    own = next((table["kinds"][kind] for kind in kinds if kind in table["kinds"]), table)
    return str(own[lang])


def _reminder(entities: Sequence[Entity], lang: str) -> str:
    table = _texts()[Label.PRIVACY_LEAK]
    worst_first = sorted(entities, key=lambda e: (_RANK[e.severity], e.start))
    found = list(dict.fromkeys([entity.kind for entity in worst_first]))
    names = [table["kinds"][kind][f"name_{lang}"] for kind in found[:_MOST_NAMED]]
    if not names:
        names = ["个人信息" if lang == "zh" else "personal information"]
    if lang == "zh":
        what = "、".join(names[:-1]) + "和" + names[-1] if len(names) > 1 else names[0]
    else:
        what = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
    text = str(table[lang]).format(what=what)
    if found:
        text += ("" if lang == "zh" else " ") + str(table["kinds"][found[0]][lang])
    return text
