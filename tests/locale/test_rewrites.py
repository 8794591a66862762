"""Sentences that read as translated, or as a programmer's, do not come back: what was rewritten, in English and Chinese.

Headers of columns and labels of lists stay as they were published, because workbooks have them (`KEPT`).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "xl_salesflow"
CATALOGUE = (PACKAGE / "locale" / "zh.po").read_text("utf-8")
MESSAGES = re.findall(r'^msgid "(.*)"\nmsgstr "(.*)"', CATALOGUE, re.MULTILINE)
ODD_ENGLISH = """
please find our Quotation | It holds until | in the next days | Good day | before tax. | Sum of lines | halves away from zero
the rest 14 days after | Options, not included in the total | Where you stand | What it costs to change nothing
from what you told us about your situation | The buyer pays | The seller delivers by | A party that performs late owes
settled by talks first | Ending the contract | By quote | Agreed by word of mouth | What this contact is for | How to reach
Part in the decision | customer to tell of | pictured the meeting | one priority higher | golden customer
More deals ask for a follow-up | a promise is broken or a customer waits | takes off | No quote of the deal is
is blank. Fill in the day | below what its stage asks for | the customer is still at | must be nought | pays most to mend
Won value that one point more | Deals needed and deals there | What everybody's own target | Blank: the sheet Targets
every number on this page follows | the stroke is the limit | The same as a table | No difference that chance
The workbook does not tell | once the gate lets it pass | what does it earn or hold | nought | by word of mouth | walk away
Mean cycle | Mean error of months | Mean error of quarters | Mean probability
"""
ODD_CHINESE = """
权限：0 | 时间线：0 | 应赢金额 | 目标或其缺口 | 总计 | 价格单位 | 报价方 | 在手商机账龄 | 可谈之人 | 不做的代价 | 联系五次无果
优先级提高一级 | 各阶段停留的去向 | 自身目标 | 转化率提高一个百分点可增加
"""
KEPT = {
    "What else matters (printed)": "a column of Quotes",
    "There now or beyond": "a column of Plan",
    "Mean days": "a column of Plan", "Mean won value": "a column of Team plan", "Mean error": "a column of Accuracy",
    "Golden": "a class of customers", "Timeline": "a column of Deals", "Authority": "a column of Deals",
    "Indifference": "a type of objection", "Ahead of the buyer": "a label of Deals", "Lines": "a column of Quotes",
    "Net": "a column of Quotes", "Days per deal": "a column of Stages", "Seal": "a column of Stage history",
    "One point more": "a column of Leaks",
}  # fmt: skip


def phrases(table: str) -> list[str]:
    """Return the phrases of *table*."""
    return [phrase.strip() for line in table.strip().splitlines() for phrase in line.split(" | ")]


@pytest.mark.parametrize(("side", "table"), [(0, ODD_ENGLISH), (1, ODD_CHINESE)], ids=["en", "zh"])
def test_odd_sentences_are_gone(side: int, table: str) -> None:
    said = [message[side] for message in MESSAGES if message[0] not in KEPT]
    assert [(phrase, text) for phrase in phrases(table) for text in said if phrase in text] == []


@pytest.mark.parametrize("room", ["process/data", "cli/demo", "documents/templates"])
def test_playbooks_demo_and_templates_do_not_say_them_either(room: str) -> None:
    files = [file for file in (PACKAGE / room).rglob("*") if file.suffix in (".toml", ".html", ".md", ".txt")]
    odd = [*phrases(ODD_ENGLISH), *phrases(ODD_CHINESE)]
    texts = {file.name: file.read_text("utf-8") for file in files}
    assert texts
    assert [(name, phrase) for name, text in texts.items() for phrase in odd if phrase in text] == []


def test_what_is_kept_is_there() -> None:
    assert set(KEPT) <= {english for english, _ in MESSAGES}
