from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from text_strategies import texts

from huzhu_guard import Guard, Message
from huzhu_guard.report import reasons

SCAM = "兼职日结 一部手机就能做 加V:abc88123"
GUARD = Guard.load()


def test_explain_in_chinese(guard: Guard) -> None:
    lines = guard.score(SCAM).explain().splitlines()

    assert lines[0].startswith("建议拦截：疑似诈骗 ")
    assert lines[0].endswith("%")
    assert 2 <= sum(line.startswith("· ") for line in lines) <= 4
    assert not lines[-1].startswith("· ")


def test_explain_in_english(guard: Guard) -> None:
    lines = guard.score(SCAM).explain("en").splitlines()

    assert lines[0].startswith("block: possible scam ")
    assert len(lines) == len(guard.score(SCAM).explain().splitlines())


def test_explain_nothing(guard: Guard) -> None:
    assert guard.score("今晚吃什么").explain().startswith("放行：没有发现问题（风险 ")
    assert guard.score("今晚吃什么").explain("en").startswith("allow: nothing found (risk ")


def test_reasons_speak_for_the_label_once_each(guard: Guard) -> None:
    found = reasons(guard.score(SCAM + " " + SCAM))

    assert len(found) == len(set(found))
    assert 0 < len(found) <= 4
    assert len(reasons(guard.score(SCAM), most=1)) == 1


def test_the_record_holds_everything(guard: Guard) -> None:
    text = f"{SCAM} 打13800138000 http://pinduoduo.com.vip-hd.example/a"
    found = guard.score(Message(text, message_id="m1", group_id="g1"))
    record = json.loads(json.dumps(found.to_dict()))

    assert list(record) == [
        "action", "risk", "scores", "labels", "redacted", "evidence", "links", "entities", "message_id", "group_id",
        "model",
    ]  # fmt: skip
    assert (record["message_id"], record["group_id"], record["action"]) == ("m1", "g1", "block")
    assert {"version", "schema", "corpus", "dictionary", "rules"} <= set(record["model"])
    assert {"label", "source", "weight", "start", "end", "reason"} == set(record["evidence"][0])
    (link,) = record["links"]
    assert text[link["start"] : link["end"]].startswith("http://pinduoduo.com.vip-hd.example")
    phone = next(e for e in record["entities"] if e["kind"] == "phone")
    assert (
        text[phone["start"] : phone["end"]], phone["value_masked"], phone["severity"],
    ) == ("13800138000", "138****8000", "high")  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.shown = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "p" in self.open:
            self.shown += data


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    assert reader.tags <= {"div", "b", "small", "p", "span", "u", "ul", "li"}
    return reader


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>兼职日结", '"><img src=x onerror=alert(1)>', "&lt;b&gt;", "</p></div><h1>", "'\"<>&"],
)
def test_html_is_escaped(guard: Guard, text: str) -> None:
    assert text in _read(guard.score(text)._repr_html_()).shown


def test_html_highlights_the_evidence_and_masks_persons(guard: Guard) -> None:
    html = guard.score(f"{SCAM} 打13800138000")._repr_html_()

    assert "13800138000" not in html
    assert '<u title="phone">138****8000</u>' in html
    assert "background:rgba(230,80,40," in html
    assert "<li>" in html
    assert "background" not in guard.score("今晚吃什么")._repr_html_()


@given(texts)
def test_html_shows_the_redacted_text(raw: str) -> None:
    found = GUARD.score("兼职日结 <b>" + raw)
    shown = _read(found._repr_html_()).shown

    assert found.redacted.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace(
        "\r", "\n"
    ) == shown.replace("\r\n", "\n").replace("\r", "\n")


@given(texts)
def test_every_view_of_every_verdict_works(raw: str) -> None:
    found = GUARD.score(raw)

    assert found.explain("zh")
    assert found.explain("en")
    assert isinstance(found.advice(), str)
    assert json.loads(json.dumps(found.to_dict()))["action"] == found.action
    assert repr(found)
