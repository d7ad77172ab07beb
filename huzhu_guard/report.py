"""Verdicts for people: plain sentences, a JSON-ready record, and a view for notebooks."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING, Any

from huzhu_guard.verdict import Action, Evidence, Label

if TYPE_CHECKING:
    from huzhu_guard.verdict import Verdict

_LABELS = {
    Label.SCAM: ("疑似诈骗", "possible scam"),
    Label.FAKE_DEAL: ("疑似虚假优惠", "possible fake deal"),
    Label.PRIVACY_LEAK: ("泄露个人信息", "exposes personal information"),
}
_ACTIONS = {
    Action.ALLOW: ("放行", "allow"),
    Action.REVIEW: ("建议人工查看", "a person should look"),
    Action.BLOCK: ("建议拦截", "block"),
}
_MOST_REASONS = 4
_LEAST_WEIGHT = 0.25  # log-odds; a smaller share is no reason to a person


def reasons(verdict: Verdict, lang: str = "zh", most: int = _MOST_REASONS) -> list[str]:
    """The strongest reasons for a verdict's labels, or for the one nearest to holding, in plain words."""
    labels = verdict.labels or (max(verdict.scores, key=lambda label: verdict.scores[label]),)
    said: dict[str, None] = {}
    for item in verdict.evidence:
        if item.label in labels and item.weight >= _LEAST_WEIGHT and not item.source.startswith("model:"):
            said.setdefault(item.reason.text(lang), None)
    return list(said)[:most]


def explanation(verdict: Verdict, lang: str) -> str:
    """See :meth:`huzhu_guard.Verdict.explain`."""
    if lang not in ("zh", "en"):
        raise ValueError(f"lang is {lang!r}; it must be 'zh' or 'en'.")
    i = 0 if lang == "zh" else 1
    names = [f"{_LABELS[label][i]} {verdict.scores[label]:.0%}" for label in verdict.labels]
    head = _ACTIONS[verdict.action][i]
    if not names:
        return f"{head}：没有发现问题（风险 {verdict.risk:.0%}）" if i == 0 else (
            f"{head}: nothing found (risk {verdict.risk:.0%})")  # fmt: skip
    lines = [(f"{head}：" if i == 0 else f"{head}: ") + ("、" if i == 0 else ", ").join(names)]
    lines += [f"· {reason}" for reason in reasons(verdict, lang)]
    if advice := verdict.advice(lang):
        lines.append(advice)
    return "\n".join(lines)


def record(verdict: Verdict) -> dict[str, Any]:
    """See :meth:`huzhu_guard.Verdict.to_dict`."""
    message = verdict.message
    return {
        "action": str(verdict.action),
        "risk": round(verdict.risk, 6),
        "scores": {str(label): round(value, 6) for label, value in verdict.scores.items()},
        "labels": [str(label) for label in verdict.labels],
        "redacted": verdict.redacted,
        "evidence": [_evidence(verdict, item) for item in verdict.evidence],
        "links": [
            {
                "start": link.start, "end": link.end, "host": link.host, "registered_domain": link.registered_domain,
                "brand": link.brand, "official": link.official, "kind": str(link.kind), "risk": round(link.risk, 6),
                "action": str(link.action), "signals": [s.id for s in link.signals],
            }
            for link in verdict.links
        ],
        "entities": [
            {
                "kind": str(e.kind), "start": e.start, "end": e.end, "severity": str(e.severity),
                "confidence": round(e.confidence, 6), "value_masked": e.value_masked,
            }
            for e in verdict.entities
        ],
        "message_id": message.message_id,
        "group_id": message.group_id,
        "model": verdict.background.facts if verdict.background else {},
    }  # fmt: skip


def _evidence(verdict: Verdict, item: Evidence) -> dict[str, Any]:
    """One piece of evidence; wording that touches personal information is not repeated."""
    wording = item.source.startswith(("word:", "chars:"))
    private = wording and _touches(verdict, item.start, item.end)
    source = item.source.partition(":")[0] + ":…" if private else item.source
    reason = {} if private else {"zh": item.reason.zh, "en": item.reason.en}
    return {
        "label": str(item.label), "source": source, "weight": round(item.weight, 6), "start": item.start,
        "end": item.end, "reason": reason,
    }  # fmt: skip


def _touches(verdict: Verdict, start: int, end: int) -> bool:
    return any(start < e.end and e.start < end for e in verdict.entities)


def _escaped(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())


def _covered(verdict: Verdict) -> dict[int, tuple[int, str, str]]:
    """What stands in place of personal information, by its start: end, what it was, and what is shown."""
    from huzhu_guard.stages import cleaned_links

    edits = [(start, end, "link", link) for start, end, link in cleaned_links(verdict.text, verdict.links)]
    edits += [(e.start, e.end, str(e.kind), e.value_masked) for e in verdict.entities]
    covered: dict[int, tuple[int, str, str]] = {}
    at = 0
    for start, end, title, shown in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start >= at:
            covered[start] = (end, title, shown)
            at = end
    return covered


def html(verdict: Verdict) -> str:
    """The message with its evidence highlighted; personal information masked, everything escaped."""
    text = verdict.text
    covered = _covered(verdict)
    hidden = {i for start, (end, _, _) in covered.items() for i in range(start, end)}
    weight: dict[int, float] = defaultdict(float)
    for item in verdict.evidence:
        if item.label in verdict.labels and item.weight > 0:
            for i in range(item.start, min(item.end, item.start + 400)):
                weight[i] = max(weight[i], item.weight)
    parts: list[str] = []
    i = 0
    while i < len(text):
        if i in covered:
            i, title, shown = covered[i]
            parts.append(f'<u title="{escape(title)}">{_escaped(shown)}</u>')
            continue
        strength = weight.get(i, 0.0)
        end = i + 1
        while end < len(text) and end not in hidden and weight.get(end, 0.0) == strength:
            end += 1
        chunk = _escaped(text[i:end])
        alpha = min(0.7, 0.15 + strength / 6)
        parts.append(f'<span style="background:rgba(230,80,40,{alpha:.2f})">{chunk}</span>' if strength else chunk)
        i = end
    reason_items = "".join(f"<li>{escape(r)}</li>" for r in reasons(verdict)) if verdict.labels else ""
    scores = "，".join(f"{_LABELS[label][0]} {value:.0%}" for label, value in verdict.scores.items())
    return (
        f'<div style="border-left:4px solid #888;padding:4px 10px"><b>{_ACTIONS[verdict.action][0]}</b> '
        f"<small>{scores}</small><p style='white-space:pre-wrap'>{''.join(parts)}</p><ul>{reason_items}</ul></div>"
    )
