"""What the terminal and the report say about deals without an amount, stages nobody entered, and each owner's activity."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.cli.metric_output import print_funnel
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.documents.report_page import render_report_page
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.funnel_answers import answer_funnel
from xl_salesflow.metrics.readings.report_facts import build_report_document

DEALS = """
    deal | owner | amount | visits
    D-1  | Ann   |        | Lead 01-10
    D-2  | Ann   | 300    | Lead 01-10, Contract 02-01
    D-3  | Bo    |        | Lead 01-12, Contract 02-01, Won 03-01
"""
TOLD: dict[Language, tuple[str, ...]] = {
    "en": (
        "Won 1 deal, without an amount",
        "Without an amount: 1 open, 1 won",
        "Never entered: Qualified, Demo",
        "In 7 days",
    ),
    "zh": ("赢单 1 个", "未填金额：进行中 1 个、赢单 1 个", "从未进入的阶段：Qualified、Demo", "近 7 天"),
}


def pipeline(language: Language) -> Pipeline:
    activity = {"deal": "D-1", "by": "Ann", "type": "call", "date": date(2026, 3, 30)}
    feedback = {"deal": "D-1", "owner": "Ann", "satisfaction": 4.0}
    tables: Any = {"Activities": [activity], "Feedback": [feedback], "Team": [{"person": "Ann"}]}
    return pipeline_from_table(DEALS, date(2026, 3, 31), language, **tables)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_terminal_tells(language: Language, capsys: pytest.CaptureFixture[str]) -> None:
    made = pipeline(language)
    print_funnel(answer_funnel(made, "owner", cast(date, None)), made, wants_json=False)
    shown = capsys.readouterr().out
    assert [told for told in TOLD[language] if told not in shown] == []
    assert "4.0 (1)" in shown
    assert max(map(len, shown.splitlines())) <= 80
    print_funnel(answer_funnel(made, "region", cast(date, None)), made, wants_json=False)
    assert {"en": "\n(none) ", "zh": "\n（空） "}[language] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("Never entered: Qualified, Demo", "1 without an amount", "4 (1)", "Activities in 7 days")),
        ("zh", ("从未进入的阶段：Qualified、Demo", "1 个未填金额", "4（1）", "近 7 天活动")),
    ],
)
def test_the_report_tells_and_its_chart_leaves_the_stages_out(language: Language, told: tuple[str, ...]) -> None:
    page = render_report_page(build_report_document(pipeline(language)), language).decode("utf-8")
    assert [words for words in told if words not in page] == []
    chart = page.partition('id="funnel"')[2].partition("<details>")[0]
    assert "Contract" in chart
    assert ">Demo<" not in chart
