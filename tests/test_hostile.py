"""Bad input: everything that is a string gives a verdict, whole, in time, and tells nobody's secrets."""

from __future__ import annotations

import json
import pickle
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import huzhu_guard as hg
from huzhu_guard import Action, Guard, Message

SCAM = "兼职日结 一部手机就能做 加V:abc88123"
GUARD = Guard.load()

STRINGS = {
    "empty": "",
    "spaces": "   \t\n\u3000",
    "one emoji": "😀",
    "many emoji": "😀" * 100_000,
    "emoji sequences": "👩‍👩‍👧🇨🇳1️⃣❤️" * 5_000,
    "control characters": "".join(map(chr, [*range(32), *range(127, 160)])),
    "NUL": "\x00" * 1_000,
    "lone surrogates": "\ud800\udfff好\udc00的" * 500,
    "bidi": "\u202e兼职\u202c\u2066日结\u2069\u200f",
    "mixed scripts": "兼职 работа Ἑλληνικά العربية हिन्दी ภาษาไทย 한국어 ひらがな עברית",
    "private use": "\ue000\uf8ff\U000f0000",
    "not characters": "\ufffe\uffff\U0010ffff",
    "combining marks": "刷" + "\u0301" * 10_000 + "单",
    "zero width": "\u200b" * 10_000,
    "one long word": "a" * 50_000,
    "digits": "1" * 50_000,
    "dots": "." * 50_000,
    "at signs": "@" * 20_000,
    "slashes": "http://" * 5_000,
    "brackets": "[em]" * 10_000,
    "ligatures": "ﷺ" * 2_000,
    "line ends": "\r\n\u2028\x85\x0b\x0c" * 1_000,
}


@pytest.mark.parametrize("name", STRINGS)
def test_any_string_gives_a_verdict(guard: Guard, name: str) -> None:
    text = STRINGS[name]
    verdict = guard.score(text)

    assert text == verdict.text
    assert verdict.action != Action.BLOCK
    assert all(0.0 <= value <= 1.0 for value in verdict.values)
    assert json.loads(json.dumps(verdict.to_dict()))
    assert verdict.explain("zh")
    assert verdict.explain("en")
    assert isinstance(verdict.redacted, str)
    assert verdict._repr_html_().encode()
    assert repr(verdict)
    assert verdict == pickle.loads(pickle.dumps(verdict))


@pytest.mark.parametrize("name", STRINGS)
def test_any_string_can_be_judged_as_a_link_and_redacted(guard: Guard, name: str) -> None:
    assert 0.0 <= guard.score_link(STRINGS[name][:5_000]).risk <= 1.0
    assert isinstance(guard.redact(STRINGS[name]).text, str)


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_generated_string_gives_a_verdict(raw: str) -> None:
    verdict = GUARD.score(raw)
    spans = [(x.start, x.end) for x in (*verdict.links, *verdict.entities, *verdict.evidence)]

    assert all(0 <= start <= end <= len(raw) for start, end in spans)
    assert json.dumps(verdict.to_dict())
    assert GUARD.redact(raw).text == verdict.redacted


@pytest.mark.parametrize("filler", ["好", "a", " ", "1", "😀", "\ud800", "吃了吗\n"])
def test_a_megabyte_is_read_to_its_end(guard: Guard, filler: str) -> None:
    text = filler * (300_000 // len(filler)) + "\n13800138000"
    verdict = guard.score(text)

    assert text == verdict.text
    assert (len(text) - 11, len(text)) in [(e.start, e.end) for e in verdict.entities]
    assert verdict.redacted[-11:] == "138****8000"


def test_a_scam_behind_a_megabyte_of_chat_is_still_seen(guard: Guard) -> None:
    verdict = guard.score("今天天气真好。" * 50_000 + SCAM)
    found = [e for e in verdict.evidence if e.source == "rule:task_rebate.phone_only_work"]

    assert sorted({e.start for e in found}) == [350_002]


LINEAR = {
    "chat": "今天天气真好，我们去公园走走吧。",
    "scam": "兼职日结 刷单返利 加微信abc88123 秒结 ",
    "digits": "13800138000 6222021234567890128 ",
    "links": "http://a.b.example/c?d=e www.x.example ",
    "dots": "a.b.c.d.",
    "disguise": "刷.单 加.微.信 兼zhi V❤ ",
    "names": "张三李四王五北京市朝阳区建国路1号 ",
    "emoji": "😀❤️👍🏻",
    "marks": "刷\u0301\u200b单",
    "chinese digits": "一三八零零一三八零零零",
    "repeat": "哈",
    "letters": "abcdefghij",
    "at": "a@b.c ",
    "brackets": "[em]e1[/em][捂脸]",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LINEAR)
def test_time_grows_no_faster_than_the_text(guard: Guard, name: str) -> None:
    def seconds(size: int) -> float:
        text = LINEAR[name] * (size // len(LINEAR[name]))
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            guard.score(text)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(1_048_576) < 16 * 2.5 * seconds(65_536) + 0.2


SECRETS = {
    "phone": ("13912345678", "打我电话{}，收货人王小明"),
    "spaced phone": ("139 1234 5678", "打我电话 {} 就行"),
    "id_card": ("11010519491231002X", "身份证号{}帮我实名"),
    "bank_card": ("6222021234567890128", "卡号{}，转这张卡"),
    "email": ("zhangsan1987@example.com", "发我邮箱{}"),
    "address": ("朝阳区建国路88号3号楼1502室", "寄到北京市{}，收货人李雷13912345678"),
    "name": ("欧阳建国", "收货人{}，电话13912345678"),
    "wechat_id": ("wang_xm1987", "加我微信{}"),
    "password": ("Hunter2x9", "我的密码是{}"),
    "verification_code": ("482913", "验证码{}，发给你了"),
    "link": ("13912345678", "看 https://x.example/share?phone={}&uin=1"),
}  # fmt: skip


def _views(verdict: hg.Verdict) -> dict[str, str]:
    return {
        "repr": repr(verdict),
        "repr of entities": repr(verdict.entities),
        "repr of links": repr(verdict.links),
        "repr of evidence": repr(verdict.evidence),
        "repr of the message": repr(verdict.message),
        "to_dict": json.dumps(verdict.to_dict(), ensure_ascii=False),
        "html": verdict._repr_html_(),
        "explain": verdict.explain("zh") + verdict.explain("en"),
        "advice": verdict.advice("zh") + verdict.advice("en"),
        "redacted": verdict.redacted,
        "str": f"{verdict}",
    }


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_personal_is_told(guard: Guard, name: str) -> None:
    secret, sentence = SECRETS[name]
    verdict = guard.score(sentence.format(secret))

    assert [view for view, shown in _views(verdict).items() if secret in shown] == []


def test_nothing_personal_stands_in_an_error(guard: Guard, tmp_path: Path, capsys: Any) -> None:
    secret = "13912345678"
    errors = []
    for call in (
        lambda: guard.score([secret]),  # type: ignore[arg-type]
        lambda: guard.score_many(secret),
        lambda: guard.score(secret.encode()),  # type: ignore[arg-type]
        lambda: guard.redact(f"打{secret}", "hash"),
        lambda: guard.redact(f"打{secret}", "hide"),  # type: ignore[arg-type]
        lambda: guard.score(secret).explain("fr"),
    ):
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        errors.append(str(caught.value))
    (tmp_path / "a.jsonl").write_text(f'{{"text": "{secret}"\n[{secret}]\n{{"text": {secret}}}\n', encoding="utf-8")
    from huzhu_guard.scan import scan_file

    counts = scan_file(guard, tmp_path / "a.jsonl", tmp_path / "b.csv")
    errors.append(str(counts))

    assert [said for said in errors if secret in said] == []
    assert secret not in "".join(capsys.readouterr())


def test_nothing_is_logged(guard: Guard, caplog: Any, capsys: Any) -> None:
    with caplog.at_level(0):
        for secret, sentence in SECRETS.values():
            guard.score(sentence.format(secret)).to_dict()

    assert caplog.records == []
    assert tuple(capsys.readouterr()) == ("", "")


def test_a_message_shows_no_text_and_no_sender(guard: Guard) -> None:
    message = Message("打13912345678", sender_id="wxid_secret123")

    assert "13912345678" not in repr(message)
    assert "wxid_secret123" not in repr(guard.score(message))
    assert "wxid_secret123" not in json.dumps(guard.score(message).to_dict())
