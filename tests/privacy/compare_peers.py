"""Side by side with argus-redact and JioNLP on the lines of the tests: recall, precision and time by kind.

Run it by hand where the peers are installed (``pip install argus-redact jionlp``); it is no test::

    python tests/privacy/compare_peers.py

A true span counts as found when half of it is covered by a span of the same kind. Of the peers only the kinds they
know are judged. Hits are counted before anything is timed.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from marked_lines import MarkedLine, marked_lines

from huzhu_guard.privacy import PrivacyScreen
from huzhu_guard.text.normalize import normalize

Span = tuple[str, int, int]
Finder = Callable[[str], list[Span]]
ARGUS_KINDS = {
    "phone": "phone", "phone_landline": "landline", "id_number": "id_card", "tw_id": "id_card",
    "bank_card": "bank_card", "passport": "passport", "eep": "passport", "hrp": "passport", "address": "address",
    "location": "address", "person": "name", "email": "email", "license_plate": "plate",
    "date_of_birth": "birth_date", "qq": "qq", "wechat": "wechat_id",
}  # fmt: skip
JIO_KINDS = {"cell_phone": "phone", "landline_phone": "landline"}
KNOWN = {
    "argus-redact": set(ARGUS_KINDS.values()),
    "jionlp": {"phone", "landline", "id_card", "email", "qq", "wechat_id", "plate"},
}
CHAT = "姐妹们帮我砍一刀还差一点点就能提现了谢谢大家啦有空的互帮一下哈今天晚上之前都可以"
PRICES = "这个券满199减30 叠加88会员日 到手价69.9 比昨天便宜12块 今晚8点开抢"
SLIP = "收件人：周晓兰 13871200456 湖北省武汉市洪山区珞狮路12号3栋2单元501 麻烦放门口谢谢啦"
TIMED = {"chat, 41 characters": CHAT, "chat with prices": PRICES, "delivery slip": SLIP}


def ours() -> Finder:
    screen = PrivacyScreen()
    return lambda text: [(str(e.kind), e.start, e.end) for e in screen.find(normalize(text))]


def argus() -> Finder:
    from argus_redact import redact

    def find(text: str) -> list[Span]:
        report: Any = redact(text, lang="zh", mode="fast", report=True)
        found = []
        for entity in report.entities:
            kind = ARGUS_KINDS.get(str(entity["type"]))
            if kind:
                found.append((kind, int(entity["start"]), int(entity["end"])))
        return found

    return find


def jio() -> Finder:
    import jionlp

    extractors = {
        "phone": jionlp.extract_phone_number, "id_card": jionlp.extract_id_card, "email": jionlp.extract_email,
        "qq": jionlp.extract_qq, "wechat_id": jionlp.extract_wechat_id,
        "plate": jionlp.extract_motor_vehicle_licence_plate,
    }  # fmt: skip

    def find(text: str) -> list[Span]:
        found = []
        for kind, extract in extractors.items():
            for item in extract(text, detail=True):
                start, end = item["offset"]
                found.append((JIO_KINDS.get(item.get("type", ""), kind), int(start), int(end)))
        return found

    return find


def count(lines: list[MarkedLine], find: Finder) -> tuple[Counter[str], Counter[str]]:
    """Hits and false alarms by kind."""
    hits: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for line in lines:
        try:
            found = find(line.text)
        except Exception as error:  # a peer that raises has found nothing
            print(f"  {type(error).__name__} on a line of {len(line.text)} characters", file=sys.stderr)
            found = []
        used = set()
        for kind, start, end in line.spans:
            for i, (k, a, b) in enumerate(found):
                if i not in used and k == kind and (min(b, end) - max(a, start)) * 2 >= end - start:
                    used.add(i)
                    hits[kind] += 1
                    break
        wrong.update(k for i, (k, _, _) in enumerate(found) if i not in used)
    return hits, wrong


def microseconds(find: Finder, texts: list[str]) -> float:
    """Processor time a text, the best of ten rounds."""
    best = float("inf")
    for _ in range(10):
        start = time.process_time()
        for text in texts:
            find(text)
        best = min(best, time.process_time() - start)
    return best / len(texts) * 1e6


def main() -> None:
    """Print the table."""
    lines = marked_lines()
    finders: dict[str, Finder] = {"ours": ours()}
    for name, make in (("argus-redact", argus), ("jionlp", jio)):
        try:
            finders[name] = make()
        except ImportError:
            print(f"{name} is not installed", file=sys.stderr)
    true = Counter(kind for line in lines for kind, _, _ in line.spans)
    counts = {name: count(lines, find) for name, find in finders.items()}
    rows = [["kind", "true", *finders], ["---"] * (2 + len(finders))]
    for kind in sorted(true):
        row = [kind, str(true[kind])]
        for name, (hits, wrong) in counts.items():
            total = hits[kind] + wrong[kind]
            if total:
                row.append(f"{hits[kind] / true[kind]:.0%} / {hits[kind] / total:.0%}")
            else:
                row.append("0%" if kind in KNOWN.get(name, true) else "-")
        rows.append(row)
    for label, sample in TIMED.items():
        rows.append([label, "", *[f"{microseconds(find, [sample] * 50):.0f} µs" for find in finders.values()]])
    rows.append(
        ["these lines", "", *[f"{microseconds(find, [x.text for x in lines]):.0f} µs" for find in finders.values()]]
    )
    print("\n".join(["| " + " | ".join(row) + " |" for row in rows]))
    print("\nwithout normalising: " + ", ".join([f"{label} {stage(sample):.0f} µs" for label, sample in TIMED.items()]))


def stage(text: str) -> float:
    """The personal stage alone, the text being normalised already."""
    screen, normalized = PrivacyScreen(), normalize(text)

    def find(_: str) -> list[Span]:
        screen.find(normalized)
        return []

    return microseconds(find, [text] * 50)


if __name__ == "__main__":
    main()
