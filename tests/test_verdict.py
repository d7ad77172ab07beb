from __future__ import annotations

import ast
import inspect
import json
import pickle
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

import pytest

from huzhu_guard import (
    LABELS,
    Action,
    Entity,
    EntityKind,
    Evidence,
    Guard,
    Label,
    Link,
    LinkKind,
    Message,
    Reason,
    Severity,
    Signal,
    Verdict,
)
from huzhu_guard import (
    verdict as vocabulary,
)
from huzhu_guard.verdict import KINDS

SCAM = "兼职日结 一部手机就能做 加V:abc88123"
BARE = Verdict(Message("好"), Action.ALLOW, (0.1, 0.3, 0.2), ())
RESULTS = (Reason, Signal, Evidence, Entity, Link, Message, Verdict)


def test_enums_are_their_strings() -> None:
    assert [str(label) for label in LABELS] == ["scam", "fake_deal", "privacy_leak"]
    assert list(Action) == ["allow", "review", "block"]
    assert list(Severity) == ["low", "medium", "high"]
    assert list(EntityKind) == [
        "phone", "id_card", "bank_card", "passport", "verification_code", "password", "address", "name", "email",
        "plate",
        "birth_date", "wechat_id", "qq", "alipay", "order_no", "tracking_no", "pickup_code", "landline",
    ]  # fmt: skip
    assert all(issubclass(e, StrEnum) for e in (Label, Action, Severity, EntityKind, LinkKind))


@pytest.mark.parametrize("kind", RESULTS)
def test_results_document_every_field(kind: type) -> None:
    names = [f.name for f in fields(kind)] if is_dataclass(kind) else list(kind._fields)  # type: ignore[attr-defined]
    body = ast.parse(inspect.getsource(kind)).body[0].body  # type: ignore[attr-defined]
    documented = [
        node.target.id
        for node, after in pairwise(body)
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    ]

    assert [name for name in names if not name.startswith("_")] == documented
    assert kind.__doc__


@pytest.mark.parametrize("kind", [Entity, Link, Message, Verdict])
def test_results_are_frozen_and_slotted(kind: type) -> None:
    assert "__slots__" in vars(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_a_verdict_cannot_be_changed(guard: Guard) -> None:
    found = guard.score(SCAM)
    with pytest.raises(FrozenInstanceError):
        found.action = Action.ALLOW  # type: ignore[misc]
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        found.more = 1  # type: ignore[attr-defined]


def test_equal_verdicts_are_equal_and_hash_alike(guard: Guard) -> None:
    one, two = guard.score(SCAM), guard.score(SCAM)
    assert one.evidence

    assert one == two
    assert hash(one) == hash(two)
    assert one != guard.score(SCAM + "了")
    assert len({one, two, guard.score("好")}) == 2


def test_details_hash_too(guard: Guard) -> None:
    found = guard.score(f"{SCAM} 13800138000 http://pinduoduo.com.vip.example/a")

    assert hash((found.evidence, found.entities, found.links))


def test_a_bare_verdict() -> None:
    assert BARE.scores == {Label.SCAM: 0.1, Label.FAKE_DEAL: 0.3, Label.PRIVACY_LEAK: 0.2}
    assert (BARE.risk, BARE.text, BARE.redacted, BARE.evidence) == (0.3, "好", "好", ())
    assert BARE.to_dict()["model"] == {}


def test_repr() -> None:
    assert repr(BARE) == "Verdict(allow, scam=0.10, fake_deal=0.30, privacy_leak=0.20, links=0, entities=0)"
    assert repr(Message("13800138000", group_id="g")) == "Message(group_id='g')"


def test_a_verdict_can_be_pickled(guard: Guard) -> None:
    found = guard.score(Message(f"{SCAM} 13800138000", group_id="g", sent_at=datetime(2026, 1, 1), message_id="7"))
    again = pickle.loads(pickle.dumps(found))

    assert found == again
    assert found.evidence == again.evidence
    assert found.redacted == again.redacted
    assert found.to_dict() == again.to_dict()
    assert found.explain() == again.explain()
    assert pickle.loads(pickle.dumps(BARE)) == BARE


def test_evidence_is_worked_out_once(guard: Guard) -> None:
    found = guard.score(SCAM)

    assert found.evidence is found.evidence


def test_evidence_is_sorted_by_strength(guard: Guard) -> None:
    weights = [abs(e.weight) for e in guard.score(SCAM).evidence]

    assert sorted(weights, reverse=True) == weights


@pytest.mark.parametrize(
    "text", [SCAM, "刷单返利 垫付 秒结 加微信abc8866", "要的扣1 懂的来 兼职日结", "代砍一刀 包成功 五块"]
)
def test_kinds_are_kinds_of_the_labels_definition(guard: Guard, text: str) -> None:
    known = {kind for kinds in KINDS.values() for kind in kinds}

    assert set(guard.score(text).kinds) <= known


def test_a_link_names_its_reasons() -> None:
    signals = (Signal("a", 2.0, Reason("一", "one")), Signal("b", 1.0, Reason("二", "two")))
    link = Link("u", 0, 1, "", "", "", False, LinkKind.QR, 0.5, Action.REVIEW, signals)

    assert (Reason("一", "one"), Reason("二", "two")) == link.reasons
    assert link.reasons[0].text("en") == "one"


def test_explain_and_advice_know_two_languages(guard: Guard) -> None:
    found = guard.score(SCAM)

    assert found.advice("zh")
    assert found.advice("en").isascii() or "“" in found.advice("en")
    for call in (found.explain, guard.score("好").explain):
        with pytest.raises(ValueError, match="lang is 'fr'; it must be 'zh' or 'en'"):
            call("fr")


def test_the_vocabulary_imports_nothing_of_ours_when_imported() -> None:
    tree = ast.parse(inspect.getsource(vocabulary))
    names = [
        getattr(node, "module", None) or alias.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]

    assert not [name for name in names if name.startswith("huzhu_guard")]
    assert json.dumps(BARE.to_dict())
