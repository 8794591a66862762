# ruff: noqa: E501  # a line of a file is one line
"""Lists laid out by people: several amounts, totals anywhere, pages, numbered lines, stages as headings, marks, days or shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imports.conftest import ASKED, imported_sums

# layout: currency of the workbook; number of deals, and the amounts open, won and lost; lines
LAYOUTS = {
    "titles that tell the outcome": (
        "USD", (3, 100, 50, 5),
        ["Open opportunities,,", "Deal,Company,Amount", "A,x,100", ",,", "Won deals 2025,,", "Deal,Reason,Amount", "B,y,50", ",,", "Lost deals,,", "Deal,Competitor,Amount", "C,z,5"],
    ),
    "lists side by side with titles": (
        "USD", (4, 300, 110, 0),
        ["Open deals,,,,Won deals,,", "Deal,Stage,Amount,,Deal,Amount,Closed", "A,Proposal,100,,C,50,2025-01-01", "B,Proposal,200,,D,60,2025-01-02"],
    ),
    "a company whose name begins with a loss": ("USD", (2, 150, 0, 0), ["Lost Lake Brewing,,", "Deal,Company,Amount", "A,x,100", "B,y,50"]),
    "Chinese headings with numbers": ("CNY", (2, 100, 50, 0), ["商机,客户,金额", "一、方案阶段,,", "甲,x,100", "二、赢单,,", "丙,z,50"]),
    "months as headings beside a stage": ("USD", (2, 100, 50, 0), ["Deal,Stage,Amount", "January,,", "A,Proposal,100", "February,,", "B,Won,50"]),
    "quarters as headings beside a stage": ("USD", (2, 100, 50, 0), ["Deal,Stage,Amount", "Q1 2026,,", "A,Proposal,100", "Q2 2026,,", "B,Won,50"]),
    "the average and the extremes below": (
        "USD", (2, 100, 50, 0), ["Deal,Stage,Amount", "A,Proposal,100", "B,Won,50", "Average,,75", "Max,,100", "Min,,50"],
    ),
    "two columns with quarters": ("USD", (2, 100, 50, 0), ["Deal,Stage,Q1 2026,Q2 2026", "A,Proposal,100,", "B,Won,,50"]),
    "marks below numbered stages": ("USD", (2, 100, 50, 0), ["Deal,Value,1. Contact,2. Offer,3. Won", "A,100,x,x,", "B,50,x,x,x"]),
    "W and L": ("USD", (3, 100, 50, 5), ["Deal,Stage,W/L,Amount", "A,Proposal,,100", "B,Negotiation,W,50", "C,Proposal,L,5"]),
    "a status of the records": (
        "USD", (2, 100, 50, 0), ["Deal,Stage,Amount,Record Status", "A,Proposal,100,Active", "B,Won,50,Active", "C,Proposal,5,Deleted"],
    ),
    "archived rows under any header": ("USD", (2, 100, 50, 0), ["Deal,Stage,Amount,State", "A,Proposal,100,Active", "B,Won,50,Active", "C,Proposal,5,Archived"]),
    "voided rows in Chinese": ("CNY", (2, 100, 50, 0), ["商机,阶段,金额,是否作废", "甲,方案,100,否", "乙,赢单,50,否", "丙,方案,5,是"]),
    "a number torn apart in one of two rows": ("USD", (1, 0, 300, 0), ["Deal,Stage,Amount", "A,Lead,1,200", "C,Won,300"]),
    "won flags beside usual stages": ("USD", (3, 105, 50, 0), ["Deal,Stage,Won?,Amount", "A,Proposal,,100", "B,Negotiation,Y,50", "C,Proposal,N,5"]),
    "weighted column before the amount": (
        "USD", (3, 1_000, 300, 200),
        ["Deal,Stage,Weighted Amount,Probability,Amount", "Pumps,Proposal,500,50%,1000", "Pipes,Won,300,100%,300", "Bolts,Lost,0,0%,200"],
    ),
    "weighted value and total value": (
        "USD", (3, 1_000, 300, 200),
        ["Opportunity,Status,Weighted Value,Total Value,Win %", "Pumps,Proposal,500,1000,50", "Pipes,Won,300,300,100", "Bolts,Lost,0,200,0"],
    ),
    "MRR beside TCV": (
        "USD", (3, 360, 60, 24),
        ["Deal,Stage,MRR,ARR,TCV", "Pumps,Proposal,10,120,360", "Pipes,Won,5,60,60", "Bolts,Lost,2,24,24"],
    ),
    "gross and net": (
        "EUR", (3, 1_000, 500, 200),
        ["Projekt;Status;Betrag netto;MwSt;Betrag brutto", "Pumpen;Angebot;1.000,00;190,00;1.190,00", "Rohre;Gewonnen;500,00;95,00;595,00", "Filter;Verloren;200,00;38,00;238,00"],
    ),
    "quantity and unit price before the total": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Stage,Qty,Unit Price,Total", "Pumps,Proposal,10,100,1000", "Pipes,Won,5,100,500", "Bolts,Lost,2,100,200"],
    ),
    "yes and no columns for won and lost": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Company,Amount,Won (Y/N),Lost (Y/N)", "Pumps,Dock,1000,N,N", "Pipes,Mill,500,Y,N", "Bolts,Pier,200,N,Y"],
    ),
    "totals above the headers": (
        "USD", (3, 1_000, 500, 200),
        ["Total pipeline,,,1700", "Deal,Company,Stage,Amount", "Pumps,Dock,Proposal,1000", "Pipes,Mill,Won,500", "Bolts,Pier,Lost,200"],
    ),
    "totals per person below each group": (
        "USD", (3, 1_000, 500, 200),
        ["Owner,Deal,Company,Stage,Amount", "Mara,Pumps,Dock,Proposal,1000", "Mara,Pipes,Mill,Won,500", "Mara Total,,,,1500", "Ivo,Bolts,Pier,Lost,200", "Ivo Total,,,,200", "Grand Total,,,,1700"],
    ),
    "owner once per group": (
        "USD", (3, 1_000, 500, 200),
        ["Owner,Deal,Company,Stage,Amount", "Mara Voss,Pumps,Dock,Proposal,1000", ",Pipes,Mill,Won,500", "Ivo Kern,Bolts,Pier,Lost,200"],
    ),
    "headers on every page": (
        "USD", (3, 1_000, 500, 200),
        ["Pipeline report - page 1 of 2,,,", "Deal,Company,Stage,Amount", "Pumps,Dock,Proposal,1000", "Page 1,,,", "Pipeline report - page 2 of 2,,,", "Deal,Company,Stage,Amount", "Pipes,Mill,Won,500", "Bolts,Pier,Lost,200", "Page 2,,,"],
    ),
    "probability alone says what is won": (
        "USD", ASKED,
        ["Deal,Company,Amount,Probability", "Pumps,Dock,1000,50%", "Pipes,Mill,500,100%", "Bolts,Pier,200,0%"],
    ),
    "probability beside closing days": (
        "USD", ASKED,
        ["Deal,Company,Amount,Probability,Close Date", "Pumps,Dock,1000,50,2026-06-30", "Pipes,Mill,500,100,2025-01-15", "Bolts,Pier,200,0,2025-01-16"],
    ),
    "two dates with one header": (
        "USD", (2, 1_000, 500, 0),
        ["Deal,Stage,Amount,Date,Date", "Pumps,Proposal,1000,2025-05-01,2026-06-30", "Pipes,Won,500,2025-05-02,2025-06-15"],
    ),
    "amounts in thousands above the list": (
        "EUR", (2, 85_500, 1_200, 0),
        ["Pipeline Q2;;;", "alle Beträge in TEUR;;;", "Projekt;Kunde;Status;Betrag", "Pumpen;Dock;Angebot;85,5", "Rohre;Mill;Gewonnen;1,2"],
    ),
    "check marks of three kinds": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Company,Amount,Qualified,Proposal,Won,Lost", "Pumps,Dock,1000,x,x,,", "Pipes,Mill,500,x,x,x,", "Bolts,Pier,200,x,,,x"],
    ),
    "days per stage": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Company,Amount,Lead,Proposal,Won,Lost", "Pumps,Dock,1000,2025-01-01,2025-02-01,,", "Pipes,Mill,500,2025-01-02,2025-02-02,2025-03-02,", "Bolts,Pier,200,2025-01-03,,,2025-03-03"],
    ),
    "stages as headings with sums": (
        "USD", (4, 1_500, 500, 200),
        ["Deal,Company,Amount", "Proposal (2 deals),,1500", "Pumps,Dock,1000", "Hoses,Kai,500", "Won (1 deal),,500", "Pipes,Mill,500", "Lost (1 deal),,200", "Bolts,Pier,200"],
    ),
    "numbered lines": (
        "USD", (3, 1_000, 500, 200),
        ["#,Deal,Company,Stage,Amount", "1,Pumps,Dock,Proposal,1000", "2,Pipes,Mill,Won,500", "3,Bolts,Pier,Lost,200", "4,,,,", "5,,,,"],
    ),
    "emoji in stages and headers": (
        "USD", (3, 1_000, 500, 200),
        ["📌 Deal,🏢 Company,🚦 Stage,💰 Amount", "Pumps,Dock,📝 Proposal,1000", "Pipes,Mill,🏆 Won,500", "Bolts,Pier,💀 Lost,200"],
    ),
    "codes before stages": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Company,Stage,Amount", "Pumps,Dock,S3_Proposal,1000", "Pipes,Mill,S6_ClosedWon,500", "Bolts,Pier,S7_ClosedLost,200"],
    ),
    "upper case with underscores": (
        "USD", (3, 1_000, 500, 200),
        ["DEAL_NAME,COMPANY_NAME,DEAL_STAGE,DEAL_AMOUNT,CLOSE_DATE", "Pumps,Dock,CONTRACT_SENT,1000,2026-06-30", "Pipes,Mill,CLOSED_WON,500,2025-01-15", "Bolts,Pier,CLOSED_LOST,200,2025-01-16"],
    ),
    "hot, warm and cold beside a stage": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Status,Stage,Amount", "Pumps,Hot,Proposal,1000", "Pipes,Warm,Closed Won,500", "Bolts,Cold,Closed Lost,200"],
    ),
    "won amount in a column of its own": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Stage,Quoted,Won Amount", "Pumps,Proposal,1000,", "Pipes,Won,600,500", "Bolts,Lost,200,"],
    ),
    "probability words": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Stage,Amount,Probability", "Pumps,Proposal,1000,High", "Pipes,Won,500,Certain", "Bolts,Lost,200,None"],
    ),
    "amount with text behind": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Stage,Amount", "Pumps,Proposal,1000 (est.)", "Pipes,Won,500", "Bolts,Lost,200"],
    ),
    "cards with rough amounts": (
        "USD", (4, 8_500, 3_000, 0), ["Lead,Proposal,Won", "Pump ($1k+),Valve (~$5k),Pipe ($3k)", "Bolt (about 2.5k),,"],
    ),
    "days without a year for each stage": (
        "USD", (2, 200, 100, 0), ["Deal,Amount,Lead,Proposal,Won", "Pumps,100,1 May,5 May,9 May", "Pipes,200,2 May,,"],
    ),
    "a table in Markdown": (
        "USD", (2, 1_000, 500, 0), ["| Deal | Stage | Amount |", "| --- | :---: | ---: |", "| Pumps | Proposal | 1,000 |", "| Pipes | Won | 500 |"],
    ),
    "a table in Markdown without its outer lines": (
        "USD", (2, 1_000, 500, 0), ["Deal | Stage | Amount", "--- | --- | ---", "Pumps | Proposal | 1000", "Pipes | Won | 500"],
    ),
    "a table drawn in text": (
        "USD", (2, 1_000, 500, 0),
        ["+-------+----------+--------+", "| Deal  | Stage    | Amount |", "+=======+==========+========+", "| Pumps | Proposal |   1000 |", "| Pipes | Won      |    500 |", "+-------+----------+--------+"],
    ),
    "a cell of dashes between bars": (
        "USD", (2, 1_000, 500, 0), ["Deal|Stage|Amount|Notes", "Pumps|Proposal|1000|--", "Pipes|Won|500|---"],
    ),
    "totals in the first data row": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Company,Stage,Amount", "TOTAL,,,1700", "Pumps,Dock,Proposal,1000", "Pipes,Mill,Won,500", "Bolts,Pier,Lost,200"],
    ),
    "average below": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Company,Stage,Amount", "Pumps,Dock,Proposal,1000", "Pipes,Mill,Won,500", "Bolts,Pier,Lost,200", ",,Average,566.67", ",,Count,3"],
    ),
    "legend below": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Company,Stage,Amount", "Pumps,Dock,Proposal,1000", "Pipes,Mill,Won,500", "Bolts,Pier,Lost,200", ",,,", "Legend:,,,", "Won = signed contract,,,", "Lost = no budget,,,"],
    ),
    "two stage columns": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Previous Stage,Stage,Amount", "Pumps,Lead,Proposal,1000", "Pipes,Proposal,Closed Won,500", "Bolts,Proposal,Closed Lost,200"],
    ),
    "forecast category beside the stage": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Forecast Category,Stage,Amount", "Pumps,Commit,Proposal,1000", "Pipes,Closed,Closed Won,500", "Bolts,Omitted,Closed Lost,200"],
    ),
    "quote status beside the stage": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Quote Status,Stage,Amount", "Pumps,Accepted,Contract,1000", "Pipes,Accepted,Closed Won,500", "Bolts,Rejected,Closed Lost,200"],
    ),
    "payment status beside the stage": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Payment Status,Stage,Amount", "Pumps,Open,Contract,1000", "Pipes,Paid,Closed Won,500", "Bolts,Cancelled,Closed Lost,200"],
    ),
    "target beside the amount": (
        "USD", (3, 1_000, 500, 200),
        ["Deal,Stage,Amount,Target", "Pumps,Proposal,1000,5000", "Pipes,Won,500,5000", "Bolts,Lost,200,5000"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_list_of_this_layout_has_its_right_sums(layout: str, tmp_path: Path) -> None:
    currency, expected, lines = LAYOUTS[layout]
    assert imported_sums(tmp_path / "list.csv", lines, currency) == expected
