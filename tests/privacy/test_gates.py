"""The cheap looks before the recognizers: they leave out nothing that a recognizer would find."""

from __future__ import annotations

import pytest
from marked_lines import marked_lines

from huzhu_guard.privacy import gates
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import EntityKind

LINES = marked_lines()


@pytest.mark.parametrize(("kind", "gate"), [("address", gates.address), ("email", gates.email)])
def test_a_gate_is_open_where_its_kind_stands(kind: str, gate: object) -> None:
    assert callable(gate)
    texts = [line.text for line in LINES if any(k == kind for k, _, _ in line.spans)]

    assert len(texts) >= 40
    assert [text for text in texts if not gate(normalize(text).folded)] == []


def test_something_opens_for_every_kind() -> None:
    closed = [line.text for line in LINES if line.spans and not gates.ANYTHING.opens(normalize(line.text).folded)]

    assert closed == []
    assert {kind for line in LINES for kind, _, _ in line.spans} == set(EntityKind)


@pytest.mark.parametrize(
    "text", ["姐妹们冲呀", "谢谢大家啦", "今天天气真好", "哈哈哈哈", "这家的橙子真甜", "有没有推荐的洗衣液"]
)
def test_ordinary_chat_opens_nothing(text: str) -> None:
    assert not gates.address(text) and not gates.email(text) and not gates.name(text)
    assert not gates.PASSWORD_CUE.opens(text)


@pytest.mark.parametrize(
    ("text", "opens"),
    [("三栋", True), ("人民路 12", True), ("翠苑3-2", True), ("3-2", False), ("街道办", True), ("吃饭", False)],
)
def test_addresses_need_a_door_a_town_or_a_numbered_name(text: str, opens: bool) -> None:
    assert gates.address(text) is opens


@pytest.mark.parametrize(("text", "opens"), [("1990-05-03", True), ("119905", False), ("2039", True), ("1890", False)])
def test_years_of_living_people(text: str, opens: bool) -> None:
    assert gates.YEAR.opens(text) is opens
