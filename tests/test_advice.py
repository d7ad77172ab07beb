"""What members are told."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from huzhu_guard.advice import advise
from huzhu_guard.privacy import PrivacyScreen
from huzhu_guard.text.normalize import normalize
from huzhu_guard.verdict import EntityKind, Label

SCREEN = PrivacyScreen()
SLIP = "周晓兰 13871200456 湖北省武汉市洪山区珞狮路12号3栋2单元501"
TEXTS = tomllib.loads(files("huzhu_guard").joinpath("advice.toml").read_text(encoding="utf-8"))
SCAM_KINDS = (
    "task_rebate fake_service impersonation loan_credit investment_gambling prize_fee part_time_fee account_trade "
    "credential_phishing prepay_trade illicit_offer emotional"
)
FAKE_DEAL_KINDS = "fake_event impossible_price fake_coupon bargain_service counterfeit shill forward_bait"


def test_every_label_and_kind_has_a_text_in_both_languages() -> None:
    assert set(TEXTS) == set(Label)
    assert set(TEXTS["scam"]["kinds"]) == set(SCAM_KINDS.split())
    assert set(TEXTS["fake_deal"]["kinds"]) == set(FAKE_DEAL_KINDS.split())
    assert set(TEXTS["privacy_leak"]["kinds"]) == set(EntityKind)
    for table in TEXTS.values():
        for text in (table, *table["kinds"].values()):
            assert 4 <= len(text["zh"]) <= 80 and 10 <= len(text["en"]) <= 180


def test_a_leak_is_named_and_no_value_is_repeated() -> None:
    said = advise([Label.PRIVACY_LEAK], SCREEN.find(normalize(SLIP)))

    assert said == (
        "您刚发的消息里有手机号、门牌地址和姓名，群里人多，建议先撤回，再私发给需要的人。留电话可以私聊，或者只写后四位。"
    )
    assert not any(secret in said for secret in ("周晓兰", "138", "珞狮路"))


@pytest.mark.parametrize(
    ("labels", "kinds", "lang", "part"),
    [
        ([Label.SCAM], [], "zh", "96110"),
        ([Label.SCAM], ["prize_fee"], "zh", "中奖先交运费"),
        ([Label.SCAM], ["no_such_kind"], "en", "looks like a scam"),
        ([Label.FAKE_DEAL], ["fake_coupon"], "en", "Cheap top-ups"),
        ([Label.PRIVACY_LEAK], [], "zh", "消息里有个人信息"),
        ([Label.PRIVACY_LEAK], [], "en", "contains personal information"),
    ],
)
def test_texts_by_label_kind_and_language(labels: list[Label], kinds: list[str], lang: str, part: str) -> None:
    assert part in advise(labels, (), kinds, lang)


def test_money_at_risk_comes_first_and_once() -> None:
    both = advise([Label.FAKE_DEAL, Label.SCAM])

    assert both == advise([Label.SCAM])
    assert advise([]) == ""


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="lang 'fr' is unknown; use 'zh' or 'en'"):
        advise([Label.SCAM], lang="fr")
