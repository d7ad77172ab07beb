from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import huzhu_guard as hg
from huzhu_guard import Action, Guard, Message, Policy
from huzhu_guard import guard as guard_module

SCAM = "兼职日结 一部手机就能做 加V:abc88123"
CLEAN = "今晚吃什么"
UNAMBIGUOUS = {
    SCAM: Action.BLOCK,
    "群主说今晚八点抽奖 大家记得来": Action.ALLOW,
    "姐妹帮我砍一刀 还差0.01 谢谢": Action.ALLOW,
    "今天的鸡蛋到了，很新鲜": Action.ALLOW,
    "大家注意，谨防冒充客服的电话": Action.ALLOW,
    "138": Action.ALLOW,
    "25": Action.ALLOW,
    "": Action.ALLOW,
}


@pytest.mark.parametrize(("text", "action"), UNAMBIGUOUS.items())
def test_unambiguous_messages(guard: Guard, text: str, action: Action) -> None:
    assert action is guard.score(text).action


@pytest.mark.parametrize(
    "text", (Path(__file__).parent / "text" / "ordinary.txt").read_text(encoding="utf-8").splitlines()[1:]
)
def test_ordinary_messages_give_no_verdict(guard: Guard, text: str) -> None:
    assert (guard.score(text).action, guard.score(text).labels) == (Action.ALLOW, ())


@pytest.mark.parametrize("raw", ["加.微.信", "刷\u200b单", "①③⑧", "微亻言", "兼zhi", "哈哈哈哈哈哈", "V❤", "[捂脸]"])
def test_disguise_alone_never_blocks(guard: Guard, raw: str) -> None:
    assert guard.score(raw).action is not Action.BLOCK


def test_disguise_becomes_evidence(guard: Guard) -> None:
    sources = {e.source: (e.start, e.end) for e in guard.score("来 兼zhi 刷\u200b单 日结").evidence}

    assert {"disguise:pinyin", "disguise:invisible"} & set(sources)
    for source, span in (("disguise:pinyin", (2, 6)), ("disguise:invisible", (8, 9))):
        assert span == sources.get(source, span)


@pytest.mark.parametrize(
    ("plain", "disguised"),
    [
        (SCAM, "兼.职.日.结 一部手机就能做 加V❤:abc88123"),
        (SCAM, "兼zhi日结 一部手机就能做 加薇:abc88123"),
        (SCAM, "兼\u200b职日\u200b结 一部手機就能做 加Ｖ:ａｂｃ８８１２３"),
    ],
)
def test_disguise_does_not_help(guard: Guard, plain: str, disguised: str) -> None:
    assert guard.score(plain).action == guard.score(disguised).action


def test_batch_equals_single(guard: Guard, messages: Any) -> None:
    texts = list(messages["text"][::25])

    assert [guard.score(t) for t in texts] == list(guard.score_many(texts))


def test_two_processes_equal_one(guard: Guard, messages: Any) -> None:
    texts = [Message(t, message_id=str(i)) for i, t in enumerate(messages["text"][:5_000])]
    one, two = list(guard.score_many(texts)), list(guard.score_many(iter(texts), n_jobs=2))

    assert one == two
    assert [v.evidence for v in one[:20]] == [v.evidence for v in two[:20]]
    assert one[0].redacted == two[0].redacted


def test_score_many_is_lazy(guard: Guard) -> None:
    drawn: list[int] = []

    def endless() -> Iterator[str]:
        while True:
            drawn.append(1)
            yield CLEAN

    verdicts = guard.score_many(endless())
    assert drawn == []
    next(verdicts)
    next(verdicts)
    assert len(drawn) == 2


def test_processes_keep_the_groups_policies(guard: Guard) -> None:
    own = Guard.load(
        policy=Policy.parse("[groups.g.labels.scam]\nenabled = false\n[groups.g.redaction]\ndefault = 'replace'")
    )
    texts = [SCAM, Message(SCAM + " 13800138000", group_id="g"), Message(SCAM, group_id="h")]
    found = list(own.score_many(texts, n_jobs=2))

    assert [own.score(t) for t in texts] == found
    assert "〔手机号〕" in found[1].redacted


def test_context_is_kept(guard: Guard) -> None:
    message = Message(CLEAN, sender_id="s", group_id="g", message_id="m")
    found = guard.score(message)

    assert message is found.message
    assert guard.score(CLEAN).values == found.values


NO_TEXT = [None, b"abc", bytearray(b"a"), 7, 1.5, ["a"], {"text": "a"}, object()]


@pytest.mark.parametrize("value", NO_TEXT, ids=lambda v: type(v).__name__)
def test_what_is_no_text_is_a_type_error(guard: Guard, value: Any) -> None:
    name = type(value).__name__
    calls = (guard.score, guard.score_link, guard.redact, hg.score, hg.redact, hg.score_link)
    for call in (*calls, lambda v: next(guard.score_many([v])), lambda v: guard.score(Message(v))):
        with pytest.raises(TypeError) as caught:
            call(value)
        said = str(caught.value)
        assert said.startswith(f"a message must be text, not {name}; ")
        assert ("decode it first" if name == "bytes" else "pass a str or a Message") in said
        assert len(said.splitlines()) == 1


@pytest.mark.parametrize("text", ["one text", b"bytes"])
def test_score_many_of_one_text(guard: Guard, text: Any) -> None:
    with pytest.raises(TypeError, match="an iterable of messages, not one text; use score"):
        guard.score_many(text)


def test_threads_get_the_same_verdicts(messages: Any) -> None:
    own = Guard.load()
    texts = list(messages["text"][:1_200])
    expected = [v.values for v in Guard.load().score_many(texts)]
    start = threading.Barrier(4)

    def work(_: int) -> list[tuple[float, ...]]:
        start.wait()
        return [own.score(text).values for text in texts]

    with ThreadPoolExecutor(4) as pool:
        assert [expected] * 4 == list(pool.map(work, range(4)))


def test_the_default_guard_is_built_once_by_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_module, "_default", [])
    with ThreadPoolExecutor(8) as pool:
        guards = list(pool.map(lambda _: guard_module.default_guard(), range(8)))

    assert len(set(map(id, guards))) == 1


def test_a_guard_can_be_pickled(small_folder: Path) -> None:
    own = Guard.load(model=str(small_folder), policy=Policy.parse("[labels.scam]\nreview = 0.0"))
    again = pickle.loads(pickle.dumps(own))

    assert own.score(SCAM) == again.score(SCAM)
    assert own.facts == again.facts
    assert len(pickle.dumps(own)) < 5_000


def test_module_functions_use_one_guard(guard: Guard) -> None:
    assert guard.score(SCAM) == hg.score(SCAM)
    assert [guard.score(SCAM)] == list(hg.score_many([SCAM]))
    assert guard.score_link("p.pinduoduo.com/abcd1234") == hg.score_link("p.pinduoduo.com/abcd1234")
    assert guard.redact("打13800138000") == hg.redact("打13800138000")
    assert guard_module.default_guard() is guard_module.default_guard()


def test_one_pack_may_stand_alone(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('off = ["task_rebate.phone_only_work"]', encoding="utf-8")

    assert Guard.load(rules=str(path)).score(SCAM) == Guard.load(rules=[path]).score(SCAM)  # type: ignore[arg-type]
    assert len(list(Guard.load(rules=path).rules())) == len(list(Guard.load().rules())) - 1  # type: ignore[arg-type]


def test_redact_by_operator(guard: Guard) -> None:
    text = "打13800138000 邮箱zhang.san@example.com"

    assert guard.redact(text, "replace").text == "打〔手机号〕 邮箱〔邮箱〕"
    mixed = guard.redact(text, {"phone": "replace"})
    assert mixed.text.startswith("打〔手机号〕 邮箱")
    assert "zhang.san@" not in mixed.text
    with pytest.raises(ValueError, match="needs a secret"):
        guard.redact(text, "hash")


def test_facts_name_what_judges(guard: Guard) -> None:
    assert hg.__version__ == guard.facts["version"]
    assert {"version", "schema", "corpus", "dictionary", "rules"} <= set(guard.facts)


def test_brands_are_listed(guard: Guard) -> None:
    assert "pinduoduo.com" in {domain for brand in guard.brands() for domain in brand.domains}


def test_scoring_needs_no_network_and_no_writable_folder(tmp_path: Path) -> None:
    code = """
import socket, sys, builtins, os
def refuse(*a, **k): raise AssertionError("network")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
real = builtins.open
def reading(file, mode="r", *a, **k):
    assert not set(mode) & set("wax+"), (file, mode)
    return real(file, mode, *a, **k)
builtins.open = reading
import huzhu_guard as hg
assert hg.score(sys.argv[1]).action == "block"
hg.score(sys.argv[1]).to_dict(); hg.score(sys.argv[1]).explain(); hg.redact("13800138000")
"""
    folder = tmp_path / "home"
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-B", "-c", code, SCAM],
        check=True,
        cwd=folder,
        env={"HOME": str(folder), "PYTHONIOENCODING": "utf-8"},
    )

    assert list(folder.iterdir()) == []
