"""Trains the model of :mod:`huzhu_guard.links.lexical`: ``python -m huzhu_guard.links.lexical_training OUT.tsv``.

Made-up names are generated. Natural names are: second-level names of Chromium's HSTS preload list (PyPI package
``hstspreload``, BSD), pinyin and pinyin initials of words of jieba's dictionary (MIT, by ``pypinyin``, MIT).
Suffixes are no feature, so that no country's names weigh more than another's.
Needs scikit-learn, jieba, pypinyin and hstspreload; the library itself needs none of them for scoring.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from huzhu_guard.links.lexical import ngrams
from huzhu_guard.links.suffix import registered_domain

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"
_CONSONANTS = "bcdfghjklmnpqrstvwxyz"
_VOWELS = "aeiou"
_NAMES_OF_EACH_SIDE = 90_000
_SMALLEST_WEIGHT = 6  # in hundredths; below this an n-gram says nothing
_SEED = 20260801


def _random_letters(rng: random.Random) -> str:
    return "".join(rng.choices(_LETTERS, k=rng.choice((5, 5, 6, 6, 6, 7, 7, 8, 8, 9, 10, 12))))


def _random_mixed(rng: random.Random) -> str:
    name = rng.choices(_LETTERS + _DIGITS, k=rng.randint(5, 14))
    return "".join(name)


def _letters_then_digits(rng: random.Random) -> str:
    return "".join(rng.choices(_LETTERS, k=rng.randint(3, 6)) + rng.choices(_DIGITS, k=rng.randint(2, 6)))


def _few_vowels(rng: random.Random) -> str:
    return "".join(rng.choice(_CONSONANTS if rng.random() < 0.85 else _VOWELS) for _ in range(rng.randint(5, 9)))


def _half_spoken(rng: random.Random) -> str:
    """Syllables of no language with a few loose letters among them."""
    last = ("", "", rng.choice(_CONSONANTS))
    parts = [rng.choice(_CONSONANTS) + rng.choice(_VOWELS) + rng.choice(last) for _ in range(3)]
    parts[rng.randrange(3)] = "".join(rng.choices(_LETTERS, k=3))
    return "".join(parts)


_MADE_UP: tuple[tuple[Callable[[random.Random], str], float], ...] = (
    (_random_letters, 0.5),
    (_random_mixed, 0.15),
    (_letters_then_digits, 0.08),
    (_few_vowels, 0.17),
    (_half_spoken, 0.1),
)


def made_up_names(count: int, rng: random.Random) -> list[str]:
    """Names that nobody would choose."""
    makers, shares = zip(*_MADE_UP, strict=True)
    return [maker(rng) for maker in rng.choices(makers, weights=shares, k=count)]


def _preloaded() -> Iterator[str]:
    """Second-level names of the HSTS preload list, read from the table that the package searches."""
    spec = find_spec("hstspreload")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("training needs the package hstspreload; install it with pip.")
    data = Path(spec.origin).with_name("hstspreload.bin").read_bytes()
    at = 0
    while at < len(data):
        size = data[at + 1]
        host = data[at + 2 : at + 2 + size].decode("ascii", "ignore")
        domain = registered_domain(host) if "." in host else ""
        if domain and not domain.startswith("xn--"):
            yield domain.partition(".")[0]
        at += 2 + size


def _chinese(rng: random.Random, count: int) -> Iterator[str]:
    """Pinyin of one or two words, pinyin initials of phrases, and both with the digits people like."""
    import jieba
    from pypinyin import lazy_pinyin

    common = (w for w, n in _dictionary(jieba).items() if n > 30 and 2 <= len(w) <= 4)
    words = [w for w in common if all("\u4e00" <= c <= "\u9fff" for c in w)]
    lucky = ("", "", "", "", "", "168", "888", "360", "123", "51", "365", "58", "99", "8", "100", "666", "518")
    for i in range(count):
        kind = i % 10
        phrase = rng.sample(words, rng.choice((1, 1, 2)) if kind < 6 else rng.choice((2, 2, 3, 4)))
        syllables = lazy_pinyin("".join(phrase))
        if kind < 6:
            name = "".join(syllables[:5])
        elif kind < 9:
            name = "".join(s[0] for s in syllables)[:11]
        else:
            name = "".join(s[0] for s in syllables[:-2]) + "".join(syllables[-2:])
        digits = rng.choice(lucky)
        yield digits + name if digits and rng.random() < 0.3 else name + digits


def _dictionary(jieba: Any) -> dict[str, int]:
    with jieba.get_dict_file() as file:
        lines = file.read().decode("utf-8").splitlines()
    return {w: int(n) for w, n, *_ in (line.split(" ") for line in lines)}


def natural_names(count: int, rng: random.Random) -> list[str]:
    """Names that people chose."""
    preloaded = sorted({name for name in _preloaded() if 3 < len(name) < 30})
    names = rng.sample(preloaded, min(len(preloaded), count // 2))
    names += list(_chinese(rng, count - len(names)))
    return [name for name in names if len(name) > 3]


def train(seed: int = _SEED) -> dict[str, int]:
    """Weights in hundredths of a log-odds unit by n-gram; ``""`` is the bias."""
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    rng = random.Random(seed)  # noqa: S311 - nothing secret is drawn
    texts = made_up_names(_NAMES_OF_EACH_SIDE, rng)
    truth = [1] * len(texts)
    natural = natural_names(_NAMES_OF_EACH_SIDE, rng)
    texts += natural
    truth += [0] * len(natural)
    vectorizer = CountVectorizer(analyzer=ngrams, min_df=8, binary=False)
    matrix = vectorizer.fit_transform(texts)
    model = LogisticRegression(C=0.3, solver="liblinear", class_weight="balanced").fit(matrix, np.array(truth))
    pairs = zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
    weights = {gram: round(100 * float(w)) for gram, w in pairs}
    kept = {gram: w for gram, w in weights.items() if abs(w) >= _SMALLEST_WEIGHT}
    return {"": round(100 * float(model.intercept_[0])), **dict(sorted(kept.items()))}


if __name__ == "__main__":
    lines = [f"{gram}\t{weight}" for gram, weight in train().items()]
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
