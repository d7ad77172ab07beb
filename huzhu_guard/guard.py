"""Guard: a model, a policy and rules, ready to screen messages."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sized
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huzhu_guard.links.brand import Brand
from huzhu_guard.parts import Built, Loaded, Sources, Text, build, checked, checked_many, judge, judge_many
from huzhu_guard.policy import Policy
from huzhu_guard.privacy import Redaction
from huzhu_guard.privacy import redact as redact_entities
from huzhu_guard.privacy.redact import Operator
from huzhu_guard.rules import Rule
from huzhu_guard.scoring import Scorer
from huzhu_guard.stages import cleaned_links
from huzhu_guard.verdict import LABELS, EntityKind, Link, Verdict
from huzhu_guard.watch import Fingerprint, Watcher, fingerprint

if TYPE_CHECKING:
    import pandas as pd

    from huzhu_guard.answer import Told

_TOGETHER = 256  # messages that one process takes through a stage before the next; more gains nothing

__all__ = ["Guard", "Loaded", "Sources", "Text", "default_guard"]


class Guard:
    """Screens messages. Safe to share between threads.

    Use :meth:`load`; one guard serves a whole bot.

    Examples
    --------
    >>> guard = Guard.load()
    >>> guard.score("群主说今晚八点抽奖 大家记得来").action
    <Action.ALLOW: 'allow'>
    """

    def __init__(self, sources: Sources | None = None) -> None:
        self._sources = sources = sources or Sources()
        self._watcher: Watcher | None = None
        self._reloading = threading.Lock()
        self._take(build(sources))

    def _take(self, built: Built) -> None:
        self._built = built
        self._scorers = built.scorers

    @classmethod
    def load(
        cls,
        model: str | Path | Loaded | None = None,
        policy: str | Path | Policy | None = None,
        rules: Iterable[str | Path] = (),
        watch: float | None = None,
    ) -> Guard:
        """Build a guard.

        Parameters
        ----------
        model : path, optional
            A model folder, or a folder of versions (its current one is used); the shipped model by default.
        policy : path or Policy, optional
            A policy file; the default policy if left out.
        rules : iterable of paths
            Rule packs beside the shipped ones; they may switch off or reweigh ours.
        watch : float, optional
            Look at the files every so many seconds and :meth:`reload` when one has changed; see :meth:`watch`.

        Raises
        ------
        ModelError, PolicyError, RuleError
            When a file cannot be used; the message says what to do.
        """
        chosen = policy if policy is None or isinstance(policy, Policy) else Path(policy)
        packs = (rules,) if isinstance(rules, str | Path) else rules
        folder = model if model is None or isinstance(model, Loaded) else Path(model)
        guard = cls(Sources(folder, chosen, tuple(map(Path, packs))))
        if watch is not None:
            guard.watch(watch)
        return guard

    def reload(self) -> None:
        """Read model, policy and rules again, and switch to them at once.

        Messages that are being screened meanwhile are judged wholly by the old or wholly by the new parts. When a file
        cannot be used, the guard goes on with what it has.

        Raises
        ------
        ModelError, PolicyError, RuleError
            As :meth:`load`.
        """
        with self._reloading:  # or an older reading could replace a newer one
            self._take(build(self._sources))

    def watch(self, seconds: float = 5.0) -> None:
        """Reload whenever model, policy or rules change on disk, until :meth:`close`.

        A thread of its own looks at the files' times and sizes. A change that cannot be loaded is logged as a warning
        of the logger ``huzhu_guard`` and tried again at the next change.

        Parameters
        ----------
        seconds : float
            How often to look; above 0.

        Raises
        ------
        ValueError
            When ``seconds`` is not above 0.
        """
        self.close()
        self._watcher = Watcher(self, seconds)

    def seen(self) -> Fingerprint:
        """The files of model, policy and rules as they are now."""
        return fingerprint(self._sources.paths())

    def is_stale(self) -> bool:
        """Whether a file of model, policy or rules has changed since it was read."""
        return self.seen() != self._built.seen

    def close(self) -> None:
        """Stop watching; a guard that does not watch has nothing to close."""
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None

    def score(self, text: Text) -> Verdict:
        """Screen one message.

        Parameters
        ----------
        text : str or Message

        Raises
        ------
        TypeError
            When it is neither.
        """
        return judge(self._scorers, text)

    def score_many(
        self, texts: Iterable[Text], n_jobs: int | None = None, backend: str | None = None
    ) -> Iterator[Verdict]:
        """Screen messages lazily, in order; the same verdicts as :meth:`score`.

        A collection, such as a list or a column of a frame, is screened some hundreds at a time, which is quicker. Of
        an iterator each message is screened before the next is asked for: it may be a live stream. With several
        processes some ten thousand messages are read ahead, never more, and all are judged by the guard as it is now.

        Parameters
        ----------
        texts : iterable of str or Message
        n_jobs : int, optional
            Processes to use; -1 for all cores. Left out, it is what the active ``joblib.parallel_config`` says, all
            workers where ``backend`` is named, and else this process alone.
        backend : str, optional
            Which workers joblib uses: ``loky`` (processes), ``multiprocessing`` (on Linux forked processes, which start
            at once and share the model's memory; a killed one is noticed only after ten minutes), ``threading``,
            ``dask``, or one that you registered with ``joblib.register_parallel_backend``. By default that of the
            active ``joblib.parallel_config``, else ``loky``.

        Raises
        ------
        TypeError
            When ``texts`` is one text; during the iteration, when a message is no text.
        ValueError
            When ``n_jobs`` is 0, or joblib has no such backend.
        HuzhuGuardError
            During the iteration, when workers fail. What a worker that is killed had not answered is given to others.
        """
        from huzhu_guard.parallel import hire, score_parallel  # a bot that screens one by one needs none of it

        crew = hire(n_jobs, backend)
        texts = checked_many(texts)
        if crew is None:
            return self._score_together(texts) if isinstance(texts, Sized) else map(self.score, texts)
        return map(itemgetter(0), score_parallel(self._built, texts, crew))

    def score_reasoned(
        self, texts: Iterable[Text], n_jobs: int | None = None, backend: str | None = None
    ) -> Iterator[Told]:
        """Screen messages as :meth:`score_many` does, each verdict with its reasons in Chinese, in one line.

        With several processes the workers find the reasons, too, which takes longer than the verdict.
        """
        from huzhu_guard.answer import in_words
        from huzhu_guard.parallel import hire, score_parallel

        crew = hire(n_jobs, backend)
        if crew is None:
            return ((verdict, in_words(verdict)) for verdict in self.score_many(texts, 1))
        return score_parallel(self._built, checked_many(texts), crew, reasoned=True)

    def score_frame(
        self, frame: pd.DataFrame, column: str = "text", n_jobs: int | None = None, backend: str | None = None
    ) -> pd.DataFrame:
        """Screen a column of a DataFrame.

        Parameters
        ----------
        frame : pandas.DataFrame
        column : str
            The column with the texts; missing values are scored as empty texts.
        n_jobs, backend
            As for :meth:`score_many`.

        Returns
        -------
        pandas.DataFrame
            On the same index: ``action``, ``risk``, one column a label with its score, and ``reasons`` in Chinese.

        Raises
        ------
        KeyError
            When there is no such column.
        """
        from huzhu_guard.frame import score_frame

        return score_frame(self, frame, column, n_jobs, backend)

    def score_link(self, url: str) -> Link:
        """Judge one link without opening it; any string gives an answer."""
        return self._scorers[None].stages.links.judge(checked(url))

    def redact(
        self,
        text: str,
        operator: Operator | Mapping[EntityKind | str, Operator] | None = None,
        key: bytes | None = None,
    ) -> Redaction:
        """Mask personal information in a text.

        Parameters
        ----------
        text : str
        operator : str or mapping, optional
            ``mask``, ``replace``, ``hash`` or ``surrogate``, for all kinds or by kind; the policy's by default.
        key : bytes, optional
            Secret for ``hash`` and ``surrogate``: the same key gives the same person the same token.

        Returns
        -------
        Redaction
            ``text``, and ``changes`` with the offsets of what changed.

        Examples
        --------
        >>> str(Guard.load().redact("到了打我 13800138000"))
        '到了打我 138****8000'
        """
        scorer = self._scorers[None]
        screening = scorer.stages.screen(checked(text))
        if operator is None:
            operator, key = dict(scorer.policy.redaction), key or scorer.key()
        return redact_entities(text, screening.entities, operator, key, cleaned_links(text, screening.links))

    def redact_frame(
        self, frame: pd.DataFrame, column: str = "text", operator: Operator | None = None, key: bytes | None = None
    ) -> pd.Series[Any]:
        """Mask personal information in a column of a DataFrame.

        Parameters
        ----------
        frame : pandas.DataFrame
        column : str
        operator, key
            As for :meth:`redact`.

        Returns
        -------
        pandas.Series
            On the same index; missing values stay missing.
        """
        from huzhu_guard.frame import redact_frame

        return redact_frame(self, frame, column, operator, key)

    def rules(self) -> Iterator[tuple[Rule, float | None]]:
        """Each rule that is in force, with the weight that the model learned for its label, if any."""
        scorer = self._scorers[None]
        for rule in scorer.stages.engine.rules:
            learned = scorer.model.signals.get(f"rule:{rule.id}")
            yield rule, None if learned is None else learned[LABELS.index(rule.label)]

    def brands(self) -> Iterable[Brand]:
        """What is known of brands and the domains they own, the policy's own among them."""
        return self._scorers[None].stages.links.registry

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._scorers[None].policy

    @property
    def facts(self) -> dict[str, Any]:
        """Versions and hashes of what judges."""
        return self._scorers[None].facts

    def scorer(self, group_id: str | None = None) -> Scorer:
        """What judges the messages of a group: stages, model and policy, for a closer look than a verdict gives."""
        scorers = self._scorers
        return scorers.get(group_id, scorers[None])

    def __reduce__(self) -> tuple[Any, ...]:
        return Guard, (self._sources,)

    def _score_together(self, texts: Iterable[Text]) -> Iterator[Verdict]:
        waiting = iter(texts)
        while chunk := list(islice(waiting, _TOGETHER)):
            yield from judge_many(self._scorers, chunk)


_default: list[Guard] = []
_lock = threading.Lock()


def default_guard() -> Guard:
    """The guard behind the module's functions: shipped model, default policy; built once."""
    if not _default:
        with _lock:
            if not _default:
                _default.append(Guard())
    return _default[0]
