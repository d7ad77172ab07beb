from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from huzhu_guard import CorpusError
from huzhu_guard.model.search import CANDIDATES, SHIPPED, Search, search


@pytest.fixture(scope="module")
def several_voices(messages: pd.DataFrame) -> pd.DataFrame:
    """Some messages of each of 16 voices, so that every part of a part has both labels."""
    voices = sorted(messages["voice"].unique())[:16]
    return messages[messages["voice"].isin(voices)].groupby("voice").head(60).reset_index(drop=True)


@pytest.fixture(scope="module")
def found(several_voices: pd.DataFrame) -> Search:
    background = pd.DataFrame({"text": ["今天天气不错", "好的收到", "晚上吃什么"] * 10})
    candidates = {name: CANDIDATES[name] for name in ("shipped", "C = 1", "no words", "no disguised copies")}
    return search(several_voices, background, candidates)


def test_each_candidate_differs_in_one_thing_that_there_is() -> None:
    assert CANDIDATES["shipped"] == {}
    for name, changed in CANDIDATES.items():
        assert len(changed) == (name != "shipped")
        assert changed.keys() <= SHIPPED.keys() | {"without"}


def test_the_shipped_model_has_the_settings_that_the_search_calls_so() -> None:
    from huzhu_guard.guard import default_guard

    assert (
        default_guard().scorer().manifest["settings"].items()
        >= {name: value for name, value in SHIPPED.items() if name not in ("background", "risky_weight")}.items()
    )


def test_candidates_stand_best_first_with_the_folds_that_chose_them(found: Search) -> None:
    shares = [row["found"] for row in found.candidates]

    assert {row["candidate"] for row in found.candidates} == {"shipped", "C = 1", "no words", "no disguised copies"}
    assert shares == sorted(shares, reverse=True)
    assert all(0 < share < 1 for share in shares)
    assert len(set(shares)) > 1
    assert sum(row["chosen"] for row in found.candidates) == len(found.outer) == 3
    assert {row["chosen"] for row in found.outer} <= {row["candidate"] for row in found.candidates}


def test_what_is_judged_is_counted(found: Search, several_voices: pd.DataFrame) -> None:
    assert found.rows == {"own": len(several_voices), "background": 30}


def test_a_result_is_kept(found: Search, tmp_path: Path) -> None:
    found.save(tmp_path / "search.json")

    assert Search.load(tmp_path / "search.json") == found
    assert "no words" in found.to_text()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"rows": {}, "candidates": []}'])
def test_another_file_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "search.json").write_text(content)

    with pytest.raises(CorpusError, match=r"search\.json: is no result"):
        Search.load(tmp_path / "search.json")
    with pytest.raises(CorpusError, match="no result"):
        Search.load(tmp_path / "absent.json")


def test_the_kept_search_is_of_this_corpus(messages: pd.DataFrame) -> None:
    path = Path(__file__).parents[2] / "data" / "search.json"

    assert json.loads(path.read_text(encoding="utf-8"))["rows"]["own"] == len(messages)
