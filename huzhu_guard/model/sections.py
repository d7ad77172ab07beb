"""The sections that model cards share, and the card that training writes of them.

Everything comes from the manifest and the figures of held-out scores; nothing is typed in, and nothing fitted again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from huzhu_guard.datacard import markdown_table
from huzhu_guard.model.artifact import STRICTNESSES
from huzhu_guard.model.heldout import HeldOut, Records
from huzhu_guard.model.plots import PLOTS
from huzhu_guard.verdict import LABELS

Section = tuple[str, str]
"""Title and Markdown."""

_DIGITS = 4

PURPOSE = (
    "Screening messages of Chinese deal-sharing and mutual-help groups for scams and fake deals, as one part of a sum "
    "that rules, links and personal information add to. `review` means that a person should look.\n\n"
    "It must not be used to punish people automatically, to judge a person rather than a message, to watch private "
    "conversations, or as evidence that somebody is a swindler."
)
LIMITS = (
    "- Very short messages (under 8 characters) often carry no sign at all.\n"
    "- Pictures, voice and what stands behind a QR code or a short link are not seen.\n"
    "- Warnings that quote a scam at length are the likeliest false alarms."
)


def card(title: str, sections: Iterable[Section]) -> str:
    """A card as Markdown; a section without text is left out."""
    body = "\n\n".join(f"## {name}\n\n{text}" for name, text in sections if text)
    return f"# {title}\n\n{body}\n"


def training_card(manifest: dict[str, Any], held_out: HeldOut | None, plots: Collection[str] = ()) -> str:
    """The card of a trained model.

    Parameters
    ----------
    manifest : dict
        The model's facts.
    held_out : HeldOut or None
        Figures of its training; None where they were not kept.
    plots : collection of str
        Names of the plots that lie beside the card.
    """
    sections = [
        ("What it is for", PURPOSE),
        ("What it was taught", taught(manifest)),
        ("Updates folded in since", updates(manifest)),
        ("Thresholds", thresholds(manifest)),
        *figures(manifest, held_out, plots),
        ("What was odd in the messages", findings(manifest)),
        ("Rules that the messages contradict", contradictions(manifest)),
        ("Limits", f"- Groups differ from the messages that it was taught, and new schemes appear.\n{LIMITS}"),
    ]
    return card("Model card", sections)


def table(rows: Any) -> str:
    """Records or a frame as a Markdown table."""
    return markdown_table(rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows), _DIGITS)


def taught(manifest: dict[str, Any], corpus: str = "Messages", background: str = "") -> str:
    """Counts, sources, settings and versions.

    Parameters
    ----------
    manifest : dict
    corpus : str
        What the messages are called.
    background : str
        How anyone gets the background.
    """
    counts = ", ".join(f"{n:,} {name}" for name, n in manifest.get("counts", {}).items())
    digest = manifest.get("hashes", {}).get("corpus", "")[:16]
    lines = [f"{corpus} `{digest}…`: {counts}; one message may have several labels."]
    training = manifest.get("training", {})
    if training.get("base") == "corpus":
        weight = f"{training['own_weight']:g}"
        lines.append(f"{training['own_rows']:,} of them were added to a corpus, each counted {weight} times.")
    for name in ("settings", "calibration", "libraries"):
        if facts := manifest.get(name):
            lines.append(f"{name.capitalize()}: {', '.join(f'{k} = {_shown(v)}' for k, v in facts.items())}.")
    lines.append(f"Made by {manifest.get('created_by', 'an unknown version')}, seed {training.get('seed', 'unknown')}.")
    sources = manifest.get("sources", ())
    if not sources:
        return "\n".join([*lines, "", "No background."])
    lines += ["", "Background, ordinary text of others, taken as clean:"]
    lines += [f"- {s['source']}: {s['rows']:,} rows, {s['licence']}, SHA-256 `{s['sha256'][:16]}…`" for s in sources]
    return "\n".join([*lines, "", background]).rstrip()


def _shown(value: Any) -> str:
    return " / ".join(f"{v:.3f}" for v in value) if isinstance(value, list) else str(value)


def thresholds(manifest: dict[str, Any]) -> str:
    """From which score on each strictness reviews and blocks."""
    rows = []
    for strictness in STRICTNESSES:
        for label in map(str, LABELS):
            limits = manifest["thresholds"][strictness][label]
            rows.append({"strictness": strictness, "label": label, **{at: limits[at] for at in ("review", "block")}})
    return table(rows)


def figures(manifest: dict[str, Any], held_out: HeldOut | None, plots: Collection[str]) -> list[Section]:
    """Sections on how held-out scores agree with the labels."""
    past = " before the updates" if manifest.get("updates") else ""
    name = f"Figures on voices that it had not read{past}"
    if held_out is None:
        return [(name, _metrics(manifest))]
    rows = held_out.rows
    background = f", and {rows['background']:,} background messages" if rows["background"] else ""
    note = (
        "None of these figures was counted again after an update: what the updates changed stands above.\n\n"
        if past else ""
    )  # fmt: skip
    scored = (
        f"{note}{rows['risky']:,} risky and {rows['clean']:,} other messages of {rows['voices']:,} voices (people, or "
        f"groups of near-duplicates where nobody was named){background}, in {rows['folds']} folds: each was scored by "
        "words and signals as a model learned them that had read none of its voice, then calibrated. "
        f"{kept_ngrams(manifest)}A guard also caps groups of rules and adds what links say by themselves, so its "
        "figures differ a little. A message without `scam` or `fake_deal` is clean here. Calibration and thresholds "
        "were set on these same scores: false alarms lie at their budgets because of that. Counts, not only rates: a "
        "small share of many clean messages is many people."
    )
    return [
        (name, scored),
        ("Labels at the review threshold of `standard`", table(held_out.labels)),
        ("What each strictness holds back", table(held_out.strictness)),
        ("Threshold sweep", f"On the higher of the two scores.\n\n{table(held_out.sweep)}"),
        ("Reliability", reliability(held_out.reliability, held_out.brier)),
        ("Plots", shown_plots(plots)),
    ]


def kept_ngrams(manifest: dict[str, Any]) -> str:
    """What tells the model from those that judged held-out messages; empty where nothing does."""
    settings = manifest.get("settings", {})
    if settings.get("most_words") is None and settings.get("most_chars") is None:
        return ""
    return "Their models kept every n-gram, this one keeps only those with the largest weights. "


def reliability(rows: Records, brier: dict[str, float]) -> str:
    """How far probabilities can be taken at their word."""
    errors = ", ".join(f"{label} {value:.4f}" for label, value in brier.items())
    return f"{table(rows)}\n\nBrier score: {errors}."


def _metrics(manifest: dict[str, Any]) -> str:
    """What a manifest without figures still tells."""
    found = manifest.get("metrics") or manifest.get("base_metrics")
    if not found:
        return "None were kept with this model."
    rows = [{"of": of, "figure": name, "value": value} for of, part in found.items() for name, value in part.items()]
    return f"Held-out scores themselves were not kept with this model, only these figures.\n\n{table(rows)}"


_CAPTIONS = (
    "Precision over recall; the dot is the review threshold of `standard`.",
    "Share of messages that have the label over the probability given; on the diagonal where it is right.",
    "Messages by the higher of their two scores, counts on a logarithmic scale.",
)


def shown_plots(plots: Collection[str]) -> str:
    """Markdown that shows the plots beside the card, or says what they need."""
    if not plots:
        return "None: they are drawn in training where matplotlib is installed, `pip install 'huzhu_guard[train]'`."
    shown = [pair for pair in zip(PLOTS, _CAPTIONS, strict=True) if pair[0] in plots]
    return "\n\n".join(f"![{Path(name).stem.replace('_', ' ')}]({name})\n\n{caption}" for name, caption in shown)


def findings(manifest: dict[str, Any]) -> str:
    """What a check of the messages noticed."""
    notes = manifest.get("findings")
    if notes is None:
        return "Nobody checked, or the model is from a version that kept no notes."
    return "\n".join(f"- {note}" for note in notes) or "Nothing."


def contradictions(manifest: dict[str, Any]) -> str:
    """Rules whose learned weight has another sign than the declared one."""
    found = manifest.get("contradictions")
    if not found:
        return "None." if found is not None else "Unknown."
    return "\n".join(f"- `{i['rule']}`: declared {i['declared']:+.2f}, learned {i['learned']:+.2f}" for i in found)


def updates(manifest: dict[str, Any]) -> str:
    """What each update taught and changed; empty where there was none."""
    parts = []
    for number, done in enumerate(manifest.get("updates", ()), 1):
        counts = ", ".join(f"{n:,} {name}" for name, n in done["counts"].items())
        parts.append(
            f"{number}. Corrected verdicts `{done['corpus'][:16]}…` ({counts}), each counted {done['weight']:g} times, "
            f"folded into the weights `{done['base'][:16]}…`. Messages judged rightly before and after, and by a model "
            f"that learned from others (`held_out`):\n\n{table(done.get('learned', []))}\n\n{_compared(done)}"
        )
    return "\n\n".join(parts)


def _compared(done: dict[str, Any]) -> str:
    """What an update changes on reference messages."""
    reference = done.get("reference")
    if reference is None:
        return "It was compared with the model before on no reference messages."
    said = f"On {reference['messages']:,} reference messages {reference['changed']:,} decisions change."
    budgets = reference.get("budgets")
    return f"{said} Clean ones among them:\n\n{table(budgets)}" if budgets else said
