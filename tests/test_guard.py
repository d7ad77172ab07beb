from __future__ import annotations

import pickle
import re
import subprocess
import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import huzhu_guard as hg
from huzhu_guard import Action, Guard, Message, Policy
from huzhu_guard import guard as guard_module
from huzhu_guard.model.linear import Block, LinearModel
from huzhu_guard.rules import Pack, Rule, shipped_packs
from huzhu_guard.rules.required import required_words
from huzhu_guard.rules.rule import LazyRegex
from huzhu_guard.stages import Stages

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


# What is counted here does not depend on the machine, as seconds would: imports, regular expressions, calls.

PLAIN = "姐妹们今天的鸡蛋到了，很新鲜，晚上一起来我家吃饭吧，群主记得带上孩子"
LONG = "https://a.example/b 我的电话13800138000 到手价69.9 " + PLAIN
AGAIN = {
    "chat": (PLAIN, "大家明天早上记得把纸箱放在门口，有人来收，谢谢大家"),
    "prices": ("满199减30 到手价69.9 今晚8点开抢", "满299减50 到手价128.8 明晚10点开抢"),
    "hook": (SCAM, "兼职日结 有手机就能做 加V:xyz77001"),
    "link": ("帮我砍一刀 https://p.pinduoduo.com/aB3dE5fG", "帮我砍一刀 https://p.pinduoduo.com/gF5eD3bA"),
    "slip": (
        "收件人李小雨 电话13822146837 浙江省杭州市文一西路969号",
        "收件人王大海 电话13911112222 广东省深圳市深南路7号",
    ),
    "disguise": ("刷\u200b单 加.微.信 abc88123", "刷\u200b单 加.微.信 xyz77001"),
    "long": (PLAIN * 20 + SCAM, PLAIN * 15 + SCAM),
}


def calls(work: Callable[[], object]) -> int:
    """How many functions ``work`` calls, of Python and of C."""
    count = 0

    def seen(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_screening_imports_nothing_heavy() -> None:
    code = """
import sys
heavy = {"sklearn", "pandas", "matplotlib", "scipy", "joblib", "numpy"}
def step(name): print(name, *sorted(heavy & set(sys.modules)))
import huzhu_guard as hg
step("import")
hg.score(sys.argv[1]); hg.redact(sys.argv[1]); hg.score_link(sys.argv[1])
step("message")
next(hg.score_many(iter([sys.argv[1]])))
step("stream")
hg.score(sys.argv[1] * 20)
step("long")
list(hg.score_many([sys.argv[1]] * 3))
step("batch")
"""
    result = subprocess.run([sys.executable, "-c", code, SCAM], check=True, stdout=subprocess.PIPE, text=True)

    assert result.stdout.splitlines() == ["import", "message", "stream", "long", "batch"]


@pytest.mark.parametrize("kind", AGAIN)
def test_a_second_message_of_a_kind_compiles_and_imports_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Guard.load()
    first, second = AGAIN[kind]
    own.score(first)
    compiled: list[object] = []
    compiler = re._compiler  # type: ignore[attr-defined]
    compile_ = compiler.compile
    monkeypatch.setattr(compiler, "compile", lambda p, flags=0: (compiled.append(p), compile_(p, flags))[1])
    before = set(sys.modules)
    own.score(second)

    assert compiled == []
    assert set(sys.modules) - before == set()


def _made_up(rule: Rule, copy: int) -> Rule:
    """The same rule about words that nobody writes."""
    mark = chr(0xE000 + copy)

    def other(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word + mark for word in words)

    regex = rule.regex and LazyRegex(rule.regex.pattern + mark)
    return replace(
        rule,
        id=f"{rule.id}_{copy}",
        literals=other(rule.literals),
        near=rule.near and replace(rule.near, first=other(rule.near.first), second=other(rule.near.second)),
        regex=regex,
        required=required_words(regex.pattern) if regex else (),
        anchors=other(rule.anchors),
        unless=other(rule.unless),
    )


def test_ten_times_the_rules_are_no_more_calls() -> None:
    shipped = shipped_packs()
    more = [
        Pack(f"{pack.name}_{copy}", tuple(_made_up(rule, copy) for rule in pack.rules), pack.caps, (), ())
        for pack in shipped
        for copy in range(9)
    ]
    few, many = Stages(shipped), Stages([*shipped, *more])
    assert len(many.engine.rules) == 10 * len(few.engine.rules)
    for text in (PLAIN, "满199减30 到手价69.9 今晚8点开抢", SCAM):
        counts = []
        for stages in (few, many):
            stages.screen(text)
            counts.append(calls(lambda stages=stages, text=text: stages.screen(text)))  # type: ignore[misc]

        assert counts[1] < 1.5 * counts[0]
        assert few.screen(text).hits == many.screen(text).hits


@pytest.mark.parametrize("text", [PLAIN, LONG, SCAM], ids=["chat", "links and numbers", "hook"])
def test_calls_grow_with_the_length_and_no_faster(guard: Guard, text: str) -> None:
    guard.score(text * 8)
    counts = [calls(lambda size=size: guard.score(text * size)) for size in (8, 16, 32, 64)]  # type: ignore[misc]
    steps = [after - before for before, after in pairwise(counts)]

    assert all(later <= 2.2 * earlier + 50 for earlier, later in pairwise(steps))


def _with_more_grams(block: Block, times: int, length: int) -> Block:
    """The same block with made-up n-grams beside its own, as they might come of a larger corpus."""
    made_up = [chr(0xE000 + i // 6_000) + chr(0x4E00 + i % 6_000) for i in range((times - 1) * len(block.grams))]
    grams = [*block.grams, *(gram[:length] for gram in made_up)]
    weights = [array("i", [*column, *[1] * len(made_up)]) for column in block.weights]
    return Block(grams, array("f", [*block.idf, *[1.0] * len(made_up)]), weights)


@pytest.mark.parametrize("text", [PLAIN, SCAM, PLAIN * 10])
def test_ten_times_the_n_grams_are_the_same_calls(guard: Guard, text: str) -> None:
    scorer = guard.scorer()
    small = scorer.model
    assert isinstance(small, LinearModel)
    large = small._replace(words=_with_more_grams(small.words, 10, 2), chars=_with_more_grams(small.chars, 10, 2))
    reading = scorer.stages.read(scorer.stages.screen(text))
    for model in (small, large):
        model.log_odds(reading)

    assert small.log_odds(reading) == large.log_odds(reading)
    assert calls(lambda: small.log_odds(reading)) == calls(lambda: large.log_odds(reading))


@pytest.mark.slow
def test_memory_does_not_grow_with_messages() -> None:
    script = Path(__file__).parent / "benchmarks" / "soak.py"
    subprocess.run([sys.executable, str(script), "50000"], check=True, stdout=subprocess.PIPE, timeout=300)
