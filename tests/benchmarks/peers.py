"""What a user would reach for instead: a naive classifier, and a library that finds personal information."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Peer = Callable[[str], bool]
"""Whether a peer objects to a text."""


def naive(messages: pd.DataFrame) -> Peer:
    """Words of jieba, TF-IDF, logistic regression: fitted on the corpus, asked for one message at a time."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    jieba.setLogLevel(60)
    words = TfidfVectorizer(tokenizer=jieba.Tokenizer().lcut, token_pattern=None, ngram_range=(1, 2))
    pipeline = make_pipeline(words, LogisticRegression(max_iter=300))
    pipeline.fit(messages["text"], messages["labels"].map(bool))
    return lambda text: bool(pipeline.predict_proba([text])[0, 1] >= 0.5)


def argus() -> Peer:
    """argus-redact, which finds personal information and nothing else; raises ImportError where it is not installed."""
    from argus_redact import redact

    def finds(text: str) -> bool:
        report: Any = redact(text, lang="zh", mode="fast", report=True)
        return bool(report.entities)

    return finds
