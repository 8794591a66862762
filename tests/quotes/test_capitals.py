"""Amounts in Chinese capitals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.quotes.second_opinion import spelled
from xl_salesflow.quotes.quote_arithmetic import spell_chinese_amount

KNOWN = {
    "0": "零元整",
    "0.05": "伍分",
    "0.50": "伍角",
    "0.55": "伍角伍分",
    "1.05": "壹元零伍分",
    "10": "壹拾元整",
    "10.10": "壹拾元壹角",
    "1.10": "壹元壹角",
    "16.00": "壹拾陆元整",
    "20.02": "贰拾元零贰分",
    "110.00": "壹佰壹拾元整",
    "1001.10": "壹仟零壹元壹角",
    "1010.00": "壹仟零壹拾元整",
    "10010.01": "壹万零壹拾元零壹分",
    "100100.00": "壹拾万零壹佰元整",
    "20000003.00": "贰仟万零叁元整",
    "100.01": "壹佰元零壹分",
    "1680.32": "壹仟陆佰捌拾元叁角贰分",
    "10100.00": "壹万零壹佰元整",
    "100000.00": "壹拾万元整",
    "107000.53": "壹拾万柒仟元伍角叁分",
    "1000000.10": "壹佰万元壹角",
    "6007.14": "陆仟零柒元壹角肆分",
    "100000001.00": "壹亿零壹元整",
    "1000000000000.00": "壹万亿元整",
    "-12.30": "负壹拾贰元叁角",
    "-0.004": "零元整",
    "0.005": "壹分",
    "2.675": "贰元陆角捌分",
    "999999999999.995": "壹万亿元整",
}


@pytest.mark.parametrize(("amount", "words"), KNOWN.items())
def test_known_amounts(amount: str, words: str) -> None:
    assert spell_chinese_amount(Decimal(amount)) == words
    assert spelled(Decimal(amount)) == words


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
@example(Decimal("100200300.05"))
@example(Decimal("100000000000.00"))
@example(Decimal("2000000001.00"))
def test_two_implementations_agree(amount: Decimal) -> None:
    assert spell_chinese_amount(amount) == spelled(amount)


@given(st.decimals(min_value=0, max_value=10**6, places=4))
def test_parts_of_a_cent_are_rounded_away_from_zero(amount: Decimal) -> None:
    assert spell_chinese_amount(amount) == spelled(amount)


def test_amounts_that_are_too_large_give_no_words() -> None:
    assert spell_chinese_amount(Decimal(10) ** 16) == ""
