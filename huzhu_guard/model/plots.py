"""Figures for an analyst. Matplotlib is imported when one is drawn; nothing is shown or written here."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from huzhu_guard.errors import HuzhuGuardError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from huzhu_guard.model.drift import Drift
    from huzhu_guard.model.heldout import HeldOut

PLOTS = ("precision_recall.svg", "reliability.svg", "scores.svg")
"""Files of :func:`card_plots`."""

_FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "Arial Unicode MS",
    "Droid Sans Fallback", "Noto Sans CJK JP", "AR PL UMing CN",
)  # fmt: skip
_MOST_RULES = 12
_STYLE = ["default", {"svg.hashsalt": "huzhu_guard", "svg.fonttype": "none"}]
"""Whatever the analyst's own style is, the same figures give the same bytes."""


def chinese_font() -> str | None:
    """Name of a font of this machine that has Chinese characters, for ``rcParams["font.sans-serif"]``; None if none."""
    manager = _matplotlib("font_manager")
    installed = {font.name for font in manager.fontManager.ttflist}
    return next((name for name in _FONTS if name in installed), None)


def precision_recall_figure(truth: Any, scores: Any, title: str = "") -> Figure:
    """Precision over recall for every threshold.

    Parameters
    ----------
    truth : array-like of shape (n,), 0/1
    scores : array-like of shape (n,)
    title : str
    """
    from sklearn.metrics import average_precision_score, precision_recall_curve

    precision, recall, _ = precision_recall_curve(truth, scores)
    figure, axes = _figure(title)
    axes.step(recall, precision, where="post")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    axes.text(0.02, 0.04, f"average precision {average_precision_score(truth, scores):.3f}")
    return figure


def reliability_figure(truth: Any, scores: Any, title: str = "", bins: int = 10) -> Figure:
    """Share of messages with the label over the probability that the model gives; on the diagonal where it is right.

    Parameters
    ----------
    truth : array-like of shape (n,), 0/1
    scores : array-like of shape (n,), 0 to 1
    title : str
    bins : int
    """
    truth, scores = np.asarray(truth, dtype=float), np.asarray(scores, dtype=float)
    number = np.minimum((scores * bins).astype(int), bins - 1)
    counts = np.bincount(number, minlength=bins)
    held = counts > 0
    share = np.bincount(number, truth, bins)[held] / counts[held]
    mean = np.bincount(number, scores, bins)[held] / counts[held]
    figure, axes = _reliability_axes(title)
    axes.plot(mean, share, marker="o")
    for x, y, n in zip(mean, share, counts[held], strict=True):
        axes.annotate(str(n), (x, y), textcoords="offset points", xytext=(4, -10), fontsize=8)
    return figure


def card_plots(held_out: HeldOut) -> dict[str, bytes]:
    """The plots of a model card as SVG, by file name; the same figures give the same bytes.

    Raises
    ------
    HuzhuGuardError
        When matplotlib is not installed.
    """
    with _matplotlib("style").context(_STYLE):
        drawn = (_recall_of(held_out), _reliability_of(held_out), _scores_of(held_out))
        return dict(zip(PLOTS, map(_svg, drawn), strict=True))


def _recall_of(held_out: HeldOut) -> Figure:
    figure, axes = _figure("")
    for row in held_out.labels:
        precision = held_out.curves[row["label"]]
        name = f"{row['label']}, average precision {row['average_precision']:.3f}"
        (line,) = axes.step(np.linspace(0, 1, len(precision)), precision, where="post", label=name)
        axes.plot(row["recall"], row["precision"], marker="o", color=line.get_color())
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(loc="lower left")
    return figure


def _reliability_of(held_out: HeldOut) -> Figure:
    figure, axes = _reliability_axes("")
    for label, error in held_out.brier.items():
        rows = [row for row in held_out.reliability if row["label"] == label]
        columns = ([row[name] for row in rows] for name in ("predicted", "observed"))
        axes.plot(*columns, marker="o", label=f"{label}, Brier score {error:.3f}")
    axes.legend(loc="upper left")
    return figure


def _scores_of(held_out: HeldOut) -> Figure:
    figure, axes = _figure("")
    for name, counts in held_out.histogram.items():
        axes.stairs(counts, np.linspace(0, 1, len(counts) + 1), label=f"{name}, {sum(counts):,}")
    axes.set(xlabel="higher of the two scores", ylabel="messages", xlim=(0, 1), yscale="log", ylim=(0.5, None))
    axes.legend(loc="upper center")
    return figure


def _svg(figure: Figure) -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return content.getvalue()


def drift_figure(found: Drift) -> Figure:
    """Stability of each score, and the rules whose rate moved most."""
    from huzhu_guard.model.drift import MOVED, STEADY

    figure: Figure = _matplotlib("figure").Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.bar(found.scores["label"], found.scores["psi"])
    for limit in (STEADY, MOVED):
        left.axhline(limit, linestyle=":", color="grey")
    left.set(ylabel="population stability index", title="scores")
    rules = found.rules.head(_MOST_RULES).iloc[::-1]
    rows = np.arange(len(rules))
    right.barh(rows - 0.2, rules["before"], 0.4, label="before")
    right.barh(rows + 0.2, rules["after"], 0.4, label="after")
    right.set_yticks(rows, rules["rule"], fontsize=7)
    right.set(xlabel="share of messages", title="rules")
    if len(rules):
        right.legend()
    unknown = found.unknown.iloc[0]
    figure.suptitle(f"unknown words {unknown['before']:.1%} -> {unknown['after']:.1%}", fontsize=10)
    return figure


def _reliability_axes(title: str) -> tuple[Figure, Any]:
    figure, axes = _figure(title)
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="probability given", ylabel="share that has the label", xlim=(0, 1), ylim=(0, 1))
    return figure, axes


def _figure(title: str) -> tuple[Figure, Any]:
    figure = _matplotlib("figure").Figure(figsize=(5, 4), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title)
    return figure, axes


def _matplotlib(part: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"matplotlib.{part}")
    except ImportError as error:
        raise HuzhuGuardError("plots need matplotlib; install it with: pip install 'huzhu_guard[train]'.") from error
