# ruff: noqa: E501  # a line of a file is one line
"""Which of several columns holds the amounts: expected and actual ones, several currencies, prices and totals, net and gross."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports.conftest import ASKED, imported_sums, workbook
from xl_salesflow.imports.amount_columns import role_of_amounts
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map

# columns: currency of the workbook; number of deals, and the amounts open, won and lost; lines
COLUMNS = {
    "estimated and actual revenue of Dynamics": (
        "USD", (3, 1_000, 450, 200),
        ["Topic,Est. Revenue,Actual Revenue,Status,Status Reason", "A,1000,,Open,In Progress", "B,500,450,Won,Won", "C,200,0,Lost,Canceled"],
    ),
    "expected and closed value": ("USD", (2, 1_000, 450, 0), ["Deal,Stage,Expected Value,Closed Value", "A,Proposal,1000,", "B,Won,500,450"]),
    "actual before expected": ("USD", (2, 1_000, 450, 0), ["Deal,Stage,Order Value,Quote Value", "A,Proposal,,1000", "B,Won,450,500"]),
    "planned and actual amount": ("USD", (2, 800, 500, 0), ["Deal,Stage,Planned Amount,Actual Amount", "A,Proposal,800,", "B,Won,400,500"]),
    "revenue, weighted and actual": (
        "USD", (2, 1_000, 480, 0), ["Deal,Stage,Revenue,Weighted Revenue,Actual Revenue", "A,Proposal,1000,500,", "B,Won,500,500,480"],
    ),
    "expected and actual in German": (
        "EUR", (2, 1_000, 450, 0), ["Projekt;Status;Erwarteter Umsatz;Tatsächlicher Umsatz", "A;Angebot;1.000,00;", "B;Gewonnen;500,00;450,00"],
    ),
    "expected and actual in Chinese": ("CNY", (2, 1_000, 450, 0), ["商机名称,阶段,预计金额,成交金额", "水泵,方案,1000,", "管道,赢单,500,450"]),
    "a contract and what is paid of it": ("CNY", (2, 1_000, 500, 0), ["商机名称,阶段,合同金额,回款金额", "水泵,方案,1000,0", "管道,赢单,500,450"]),
    "actual amounts of open deals": ("USD", ASKED, ["Deal,Stage,Estimated Revenue,Actual Revenue", "A,Proposal,800,300", "B,Won,400,500"]),
    "a forecast beside the amount": ("USD", (2, 1_000, 500, 0), ["Deal,Stage,Forecast Amount,Amount", "A,Proposal,800,1000", "B,Won,500,500"]),
    "amounts in two currencies": ("USD", (2, 1_080, 540, 0), ["Deal,Stage,Amount EUR,Amount USD", "A,Proposal,1000,1080", "B,Won,500,540"]),
    "converted amounts without a currency": ("USD", ASKED, ["Deal,Stage,Amount,Amount (converted)", "A,Proposal,1000,1080", "B,Won,500,540"]),
    "amounts in the company's currency": (
        "USD", (2, 1_080, 500, 0),
        ["Deal Name,Deal Stage,Amount,Amount in company currency,Currency", "A,Contract sent,1000,1080,EUR", "B,Closed won,500,500,USD"],
    ),
    "amounts in the workbook's currency, named": (
        "USD", (2, 1_080, 500, 0), ["Deal,Stage,Amount,Currency,Amount USD", "A,Proposal,1000,EUR,1080", "B,Won,500,USD,500"],
    ),
    "a base in another currency": (
        "EUR", (2, 1_000, 0, 0), ["Topic,Est. Revenue,Est. Revenue (Base),Currency,Status", "A,1000,1080,Euro,Open", "B,500,500,US Dollar,Won"],
    ),
    "number, price and total": ("USD", (2, 1_000, 500, 0), ["Deal,Stage,Qty,Price,Total", "A,Proposal,10,100,1000", "B,Won,5,100,500"]),
    "seats and what one costs": ("USD", (2, 990, 120, 0), ["Deal,Stage,Seats,Price,Revenue", "A,Proposal,10,99,990", "B,Won,1,120,120"]),
    "net and gross": ("USD", (2, 1_000, 500, 0), ["Deal,Stage,Gross Amount,Net Amount", "A,Proposal,1190,1000", "B,Won,595,500"]),
    "the least and the most": ("USD", ASKED, ["Deal,Stage,Min amount,Max amount", "A,Proposal,100,150"]),
    "the most in brackets": ("USD", ASKED, ["Deal,Stage,Amount (min),Amount (max)", "A,Proposal,100,150"]),
    "low and high alone": ("USD", ASKED, ["Deal,Stage,Low,High", "A,Proposal,100,150"]),
    "the least and the most in Chinese": ("CNY", ASKED, ["商机名称,阶段,最低金额,最高金额", "水泵,方案,100,150"]),
    "commit and best case": ("USD", ASKED, ["Deal,Stage,Commit,Best case", "A,Proposal,100,150"]),
    "a fee once and one a month": ("USD", ASKED, ["Deal,Stage,Setup fee,MRR", "A,Proposal,1000,150"]),
    "fees in Chinese": ("CNY", ASKED, ["商机名称,阶段,一次性费用,月费", "水泵,方案,1000,150"]),
    "a year and the whole contract": ("USD", ASKED, ["Deal,Stage,ACV,TCV", "A,Proposal,1000,1500"]),
    "the least and the most beside the amount": ("USD", (1, 120, 0, 0), ["Deal,Stage,Amount,Min amount,Max amount", "A,Proposal,120,100,150"]),
    "what a month brings beside the amount": ("USD", (1, 1_000, 0, 0), ["Deal,Stage,Amount,MRR", "A,Proposal,1000,150"]),
    "a pair of equal amounts": ("USD", (1, 100, 0, 0), ["Deal,Stage,Amount (min),Amount (max)", "A,Proposal,100,100"]),
    "the most a customer pays": ("USD", (1, 100, 0, 0), ["Deal,Stage,Amount,Max discount", "A,Proposal,100,15"]),
    "cents": ("USD", (2, 1_000, 500, 0), ["Deal,Stage,amount_cents", "A,Proposal,100000", "B,Won,50000"]),
    "ten thousands in digits": ("CNY", (2, 120_000, 50_000, 0), ["Deal,Stage,Amount(10k CNY)", "A,Proposal,12", "B,Won,5"]),
}  # fmt: skip


@pytest.mark.parametrize("columns", COLUMNS)
def test_the_right_column_gives_the_amounts(columns: str, tmp_path: Path) -> None:
    currency, expected, lines = COLUMNS[columns]
    assert imported_sums(tmp_path / "deals.csv", lines, currency) == expected


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Est. Revenue", "expected"), ("Montant prévu", "expected"), ("見積金額", "expected"), ("Actual Value", "actual"),
        ("签约金额", "actual"), ("Amount", ""), ("Weighted forecast amount", ""), ("Contract date", ""), ("Closed", ""),
    ],
)  # fmt: skip
def test_a_header_says_whether_amounts_are_expected_or_actual(header: str, role: str) -> None:
    assert role_of_amounts(header) == role


def test_the_answer_counts_both_columns_as_one_and_tells_the_difference(csv: Callable[..., Path]) -> None:
    path, before = (
        csv("deals.csv", "Deal | Stage | Est. Revenue | Actual Revenue\nA | Lead | 1000 |\nB | Won | 500 | 450"),
        workbook(),
    )
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    (amounts,) = planned.answer.sums
    assert (amounts.header, amounts.in_file, amounts.in_workbook) == ("Est. Revenue / Actual Revenue", 1450, 1450)
    (finding,) = (finding for finding in planned.findings if finding.rule == "import_won_amount")
    assert "1 won deal has the amount won, 450.00 together, instead of the expected 500.00" in finding.message
