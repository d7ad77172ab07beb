from __future__ import annotations

from pathlib import Path

import pytest

from huzhu_guard import Action, EntityKind, Guard, Message, Policy, PolicyError, Strictness

SCAM = "兼职日结 一部手机就能做 加V:abc88123"
LEAK = "收货人 王小明 13800138000 到了打他"


def test_everything_may_be_left_out() -> None:
    assert Policy() == Policy.parse("")


def test_all_fields(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        """
strictness = "strict"
[labels.scam]
review = 0.6
block = 0.97
[labels.fake_deal]
enabled = false
[allow]
domains = ["our-shop.example"]
phrases = ["王姐团购接龙"]
[deny]
domains = ["bad.example"]
phrases = ["某某平台"]
[[brands]]
id = "ourshop"
names = ["王姐团购"]
domains = ["our-shop.example"]
[redaction]
default = "replace"
phone = "hash"
key_env = "GROUP_SECRET"
[groups."2871@chatroom"]
strictness = "relaxed"
""",
        encoding="utf-8-sig",
    )
    policy = Policy.load(path)

    assert Strictness.STRICT is policy.strictness
    assert [(t.review, t.block, t.enabled) for t in policy.thresholds] == [
        (0.6, 0.97, True),
        (None, None, False),
        (None, None, True),
    ]
    assert (policy.allowed_domains, policy.allowed_phrases) == (("our-shop.example",), ("王姐团购接龙",))
    assert (policy.denied_domains, policy.denied_phrases) == (("bad.example",), ("某某平台",))
    assert (
        policy.brands[0].id, policy.brands[0].aliases, policy.brands[0].domains,
    ) == ("ourshop", ("王姐团购",), ("our-shop.example",))  # fmt: skip
    assert {**dict.fromkeys(EntityKind, "replace"), EntityKind.PHONE: "hash"} == dict(policy.redaction)
    assert policy.key_env == "GROUP_SECRET"
    ((group, own),) = policy.groups
    assert (group, own.strictness) == ("2871@chatroom", Strictness.RELAXED)
    assert policy.thresholds == own.thresholds
    assert policy.redaction == own.redaction
    assert hash(policy) == hash(Policy.load(path))


def test_a_group_can_change_one_kind_back() -> None:
    policy = Policy.parse(
        '[redaction]\nphone = "replace"\n[groups.a.redaction]\nphone = "mask"\nqq = "replace"\n'
        '[groups.b.redaction]\ndefault = "mask"'
    )

    assert dict(dict(policy.groups)["a"].redaction) == {"phone": "mask", "qq": "replace"}
    assert {"mask"} == set(dict(dict(policy.groups)["b"].redaction).values())


FAULTS = [
    ('\nstrictness = "hard"', 2, "strictness is 'hard'; allowed are relaxed, standard, strict"),
    ("strictness = []", 1, "strictness is []; allowed are"),
    (
        "colour = 1",
        1,
        "colour is not a field of a policy; allowed are strictness, labels, allow, deny, brands, redaction",
    ),
    ("labels = 3", 1, "labels must be a table"),
    ("[labels.spam]\nreview = 0.5", 1, "labels.spam is not a label; allowed are scam, fake_deal, privacy_leak"),
    ("[labels]\nscam = 0.5", 2, "labels.scam must be a table with enabled, review and block"),
    ("[labels.scam]\nlimit = 1", 2, "labels.scam.limit is not a field of a label; allowed are enabled, review, block"),
    (
        "[labels.scam]\nreview = 0.5\n[labels.fake_deal]\nreview = 2",
        4,
        "labels.fake_deal.review is 2; it must be a number from 0 to 1",
    ),
    ("[labels]\n\nscam.block = -0.1", 3, "labels.scam.block is -0.1; it must be"),
    ("[labels.scam]\nblock = nan", 2, "labels.scam.block is nan; it must be"),
    ("[labels.scam]\nblock = true", 2, "labels.scam.block is True; it must be"),
    ('[labels.scam]\nblock = "0.5"', 2, "labels.scam.block is '0.5'; it must be"),
    ("[labels.scam]\nenabled = 1", 2, "labels.scam.enabled is 1; it must be true or false"),
    ("[labels.scam]\nblock = 0.5\nreview = 0.6", 3, "labels.scam.review is above block"),
    ('allow = ["a.example"]', 1, "allow must be a table"),
    ('[allow]\nhosts = ["a.example"]', 2, "allow.hosts is not a field of allow; allowed are domains, phrases"),
    (
        '[allow]\nphrases = ["好"]\n[deny]\nphrases = "坏"',
        4,
        "deny.phrases must be a list of strings, none of them empty",
    ),
    ('[deny]\nphrases = [""]', 2, "deny.phrases must be a list of strings"),
    ("[deny]\ndomains = [1]", 2, "deny.domains must be a list of strings"),
    ('brands = "x"', 1, "brands must be tables [[brands]]"),
    ('\n[[brands]]\nnames = ["x"]', 2, "brands must be tables [[brands]] with id"),
    ('[[brands]]\nid = "x"\nnames = "xyz"', 1, "brands must be tables [[brands]] with id"),
    ('[[brands]]\nid = "x"\ncolour = "red"', 1, "brands must be tables [[brands]] with id"),
    ('[redaction]\nphone = "hide"', 2, "redaction.phone is 'hide'; allowed are mask, replace, hash, surrogate"),
    ('[redaction]\nfax = "mask"', 2, "redaction.fax is not a kind; allowed are default, key_env, phone"),
    ('[redaction]\nphone = "hash"', 1, "redaction uses hash or surrogate, which need key_env"),
    ("[redaction]\nkey_env = 7", 2, "redaction.key_env must name an environment variable"),
    ("redaction = 1", 1, "redaction must be a table"),
    ("groups = 1", 1, 'groups must be tables [groups."id"]'),
    ("[groups]\na = 1", 2, 'it must be a table, such as [groups."id"]'),
    ('[labels.scam]\nreview = 0.5\n[groups."a@chatroom"]\nlabels.scam.review = 5', 4, "labels.scam.review is 5"),
    ("[groups.a.groups.b]", 1, "groups is not a field of a policy"),
]


@pytest.mark.parametrize(("text", "line", "fault"), FAULTS)
def test_each_fault_is_told_with_file_line_field_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, fault: str
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(PolicyError) as caught:
        Guard.load(policy=path)

    assert str(caught.value).startswith(f"{path}:{line}: {fault}")
    assert len(str(caught.value).splitlines()) == 1


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.parse('strictness = "hard"\nlabels = 3')

    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("content", [b"strictness =", b"\xff\xfe\x00", b"a = 1\na = 2", b"x = " + b"[" * 9_000])
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(content)

    with pytest.raises(PolicyError, match=r"policy\.toml"):
        Policy.load(path)


def test_a_policy_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"cannot be read.*give a UTF-8 TOML file"):
        Policy.load(tmp_path / "none.toml")
    with pytest.raises(PolicyError, match="cannot be read"):
        Policy.load(tmp_path)


def test_thresholds_decide_the_action(guard: Guard) -> None:
    value = guard.score(SCAM).scores["scam"]

    def action(review: float, block: float) -> Action:
        own = Guard.load(policy=Policy.parse(f"[labels.scam]\nreview = {review}\nblock = {block}"))
        return own.score(SCAM).action

    assert Action.ALLOW is action(1.0, 1.0)
    assert Action.REVIEW is action(value - 1e-3, 1.0)
    assert Action.BLOCK is action(value - 1e-3, value - 1e-3)
    assert Action.REVIEW is action(value, 1.0)


def test_a_label_can_be_switched_off() -> None:
    own = Guard.load(policy=Policy.parse("[labels.scam]\nenabled = false"))
    verdict = own.score(SCAM)

    assert Action.ALLOW is verdict.action
    assert verdict.labels == ()
    assert verdict.scores["scam"] > 0.5


def test_strictness_only_ever_adds(messages: object) -> None:
    order = list(Action)
    guards = [
        Guard.load(policy=Policy(strictness=s)) for s in (Strictness.RELAXED, Strictness.STANDARD, Strictness.STRICT)
    ]
    for text in messages["text"][::40]:  # type: ignore[index]
        actions = [order.index(own.score(text).action) for own in guards]
        assert sorted(actions) == actions


@pytest.mark.parametrize("text", [SCAM, LEAK])
def test_allow_beats_deny_and_says_so(text: str) -> None:
    phrase = text[:4]
    own = Guard.load(policy=Policy.parse(f'[allow]\nphrases = ["{phrase}"]\n[deny]\nphrases = ["{text[4:8]}"]'))
    verdict = own.score(text)

    assert Action.ALLOW is verdict.action
    said = [e for e in verdict.evidence if e.source.startswith("policy:")]
    assert {"policy:allowed_phrase"} == {e.source for e in said}
    assert {(0, 4)} == {(e.start, e.end) for e in said}
    assert all(e.weight < 0 for e in said)


def test_a_denied_phrase_raises_the_score() -> None:
    own = Guard.load(policy=Policy.parse('[deny]\nphrases = ["某某平台"]'))
    verdict = own.score("今天在某某平台买了菜")

    assert verdict.action != Action.ALLOW
    assert [(e.start, e.end) for e in verdict.evidence if e.source == "policy:denied_phrase"] == [(4 - 1, 7)]


def test_allowed_and_denied_domains() -> None:
    own = Guard.load(policy=Policy.parse('[allow]\ndomains = ["our-shop.example"]\n[deny]\ndomains = ["bad.example"]'))

    assert Action.ALLOW is own.score_link("http://www.our-shop.example/a").action
    assert Action.ALLOW is not own.score_link("http://www.bad.example/a").action


def test_the_group_chooses_its_part() -> None:
    own = Guard.load(policy=Policy.parse('[groups."free@chatroom".labels.scam]\nenabled = false'))

    assert Action.BLOCK is own.score(SCAM).action
    assert Action.BLOCK is own.score(Message(SCAM, group_id="other@chatroom")).action
    assert Action.ALLOW is own.score(Message(SCAM, group_id="free@chatroom")).action


def test_redaction_follows_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Guard.load(policy=Policy.parse('[redaction]\nphone = "hash"\nkey_env = "A_GROUPS_SECRET"'))
    monkeypatch.delenv("A_GROUPS_SECRET", raising=False)
    with pytest.raises(PolicyError, match="A_GROUPS_SECRET as redaction secret; set it"):
        own.redact("打 13800138000")
    monkeypatch.setenv("A_GROUPS_SECRET", "sixteen bytes or more")
    first = own.redact("打 13800138000").text

    assert "138" not in first
    assert first == own.redact("打 13800138000").text == own.score("打 13800138000").redacted
    monkeypatch.setenv("A_GROUPS_SECRET", "another sixteen bytes")
    assert first != own.redact("打 13800138000").text
