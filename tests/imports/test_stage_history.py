"""What files tell about earlier stages becomes stage stays: columns for each stage, a history of changes, the last change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.imports.stage_history import stage_of_entry_header
from xl_salesflow.process.rule_catalogue import check_pipeline

Csv = Callable[..., Path]


def imported(*paths: Path, as_history: bool = True, position_step: int = 1) -> tuple[Pipeline, ChangeSet]:
    before = workbook()
    stages = before["Stages"]
    before = before.with_tables(Stages=stages.assign(position=stages["position"] * position_step))
    planned = build_import_changes(before, paths, propose_import_map(paths, before), as_history=as_history)
    return apply_change_set(before, planned), planned


def stays(after: Pipeline) -> list[str]:
    """Return each stay as deal, stage, day it began, how it ended."""
    history = after["History"]
    begun = history["entered"].dt.strftime("%m-%d").fillna("?")
    return [
        " ".join(filter(None, row))
        for row in zip(history["deal"], history["stage"], begun, history["move"], strict=True)
    ]


@pytest.mark.parametrize(
    ("header", "stage"),
    [
        ("Date entered 'Contract Sent (Sales Pipeline)'", "Contract Sent"),
        ('Date entered "Anything"', "Anything"),
        ("Entered Proposal", "Proposal"),
        ("Proposal entered on", "Proposal"),
        ("进入谈判阶段日期", "谈判"),
        ("Order entry date", ""),
        ("Date entered", ""),
        ("Date exited 'Contract Sent'", ""),
    ],
)
def test_the_stage_in_the_header_of_its_days(header: str, stage: str) -> None:
    assert stage_of_entry_header(header) == stage


LIST = "Deal ID | Deal Name | Stage | Amount | Create Date | Close Date"
DEALS = f"{LIST}\n1 | A | Contract | 5 | 2025-01-05 | 2025-12-31\n2 | B | Closed Won | 6 | 2025-01-06 | 2025-03-31"
EXPECTED = [
    "1 Lead 01-05 forward", "1 Qualified 02-01 skip", "1 Contract 03-01",
    "2 Lead 01-06 forward", "2 Qualified 02-11 won", "2 Won 03-31",
]  # fmt: skip


@pytest.mark.parametrize(
    ("deals", "changes"),
    [
        (  # days in a column for each stage
            f"{LIST} | Date entered 'Lead (Sales)' | Date entered 'Qualified (Sales)' | Date entered 'Contract (Sales)'\n"
            "1 | A | Contract | 5 | 2025-01-05 | 2025-12-31 | 2025-01-05 | 2025-02-01 | 2025-03-01\n"
            "2 | B | Closed Won | 6 | 2025-01-06 | 2025-03-31 | 2025-01-06 | 2025-02-11 |",
            "",
        ),
        (  # a history of fields
            DEALS,
            "Opportunity ID | Field | Old Value | New Value | Created Date\n1 | created | | | 2025-01-05\n"
            "1 | StageName | Prospecting | Qualification | 2025-02-01\n1 | Amount | 1 | 5 | 2025-02-15\n"
            "1 | StageName | Qualification | Contract | 2025-03-01\n2 | StageName | Prospecting | Qualification | 2025-02-11\n"
            "2 | StageName | Qualification | Closed Won | 2025-03-31",
        ),
        (  # the days that stage names with a word for the day hold
            f"{LIST} | Lead on | Date of Qualified | Contract since\n"
            "1 | A | Contract | 5 | 2025-01-05 | 2025-12-31 | 2025-01-05 | 2025-02-01 | 2025-03-01\n"
            "2 | B | Closed Won | 6 | 2025-01-06 | 2025-03-31 | 2025-01-06 | 2025-02-11 |",
            "",
        ),
        (  # a row for each stage that a deal entered
            DEALS,
            "OpportunityId | StageName | Amount | CreatedDate\n1 | Prospecting | 5 | 2025-01-05\n"
            "1 | Qualification | 5 | 2025-02-01\n1 | Contract | 5 | 2025-03-01\n"
            "2 | Prospecting | 6 | 2025-01-06\n2 | Qualification | 6 | 2025-02-11\n"
            "2 | Closed Won | 6 | 2025-03-31",
        ),
        (  # a history of stages, the latest first
            DEALS,
            "Deal ID | From Stage | To Stage | Stage Change Date\n2 | Qualified | Closed Won | 2025-03-31\n"
            "1 | Qualified | Contract | 2025-03-01\n2 | Lead | Qualified | 2025-02-11\n1 | Lead | Qualified | 2025-02-01",
        ),
        (
            DEALS,
            "商机编号 | 字段 | 原值 | 新值 | 变更时间\n1 | 阶段 | 线索 | Qualified | 2025-02-01\n"
            "1 | 阶段 | Qualified | Contract | 2025-03-01\n1 | 金额 | 1 | 5 | 2025-03-01\n"
            "2 | 阶段 | 线索 | Qualified | 2025-02-11\n2 | 阶段 | Qualified | 赢单 | 2025-03-31",
        ),
    ],
)  # fmt: skip
def test_known_history_becomes_stage_stays(deals: str, changes: str, csv: Csv) -> None:
    paths = [csv("deals.csv", deals), *([csv("changes.csv", changes)] if changes else [])]
    after, planned = imported(*paths)
    assert stays(after) == EXPECTED
    assert not planned.blocks
    assert [finding for finding in check_pipeline(after) if finding.rule == "broken_history"] == []
    deals_after = after["Deals"].set_index("deal")
    assert deals_after["since"].dt.strftime("%m-%d").tolist() == ["03-01", "03-31"]
    assert deals_after["furthest"].tolist() == [5, 6]


def test_the_next_stage_is_next_whatever_its_number(csv: Csv) -> None:
    """A manager may number the stages 10, 20, 30."""
    changes = "Deal ID | From Stage | To Stage | Date\n1 | Lead | Qualified | 2025-02-01\n1 | Qualified | Contract | 2025-03-01"
    paths = csv("deals.csv", f"{LIST}\n1 | A | Contract | 5 | 2025-01-05 |"), csv("changes.csv", changes)
    after, _ = imported(*paths, position_step=10)
    assert after["History"]["move"].tolist() == ["forward", "skip", ""]


def test_a_deal_that_went_back_is_there_a_second_time(csv: Csv) -> None:
    changes = "Deal ID | From Stage | To Stage | Date\n" + "\n".join(
        f"1 | {one} | {other} | 2025-0{month}-01"
        for month, one, other in ((2, "Lead", "Contract"), (3, "Contract", "Qualified"), (4, "Qualified", "Contract"))
    )
    deals = csv("deals.csv", f"{LIST}\n1 | A | Contract | 5 | 2025-01-05 |")
    history = imported(deals, csv("changes.csv", changes))[0]["History"]
    assert history["move"].tolist() == ["skip", "back", "skip", ""]
    assert history["first"].tolist() == [1, 1, 1, 0]
    assert history["days"].tolist()[:3] == [27, 28, 31]


def test_the_last_change_tells_since_when_a_deal_is_in_its_stage(csv: Csv) -> None:
    text = (
        "Deal | Stage | Amount | Created | Last Stage Change Date\n"
        "A | Contract | 5 | 2025-01-05 | 2025-03-01\nB | Won | 6 | 2025-01-05 | 2025-04-01"
    )
    after, _ = imported(csv("deals.csv", text))
    assert [line.split(" ", 1)[1] for line in stays(after)] == [
        "Lead 01-05 skip",
        "Contract 03-01",
        "Lead 01-05 won",
        "Won 04-01",
    ]
    assert after["Deals"]["closed"].dt.strftime("%m-%d").tolist()[1] == "04-01"


def test_without_a_migration_changes_are_told_and_left_out(csv: Csv) -> None:
    changes = csv("changes.csv", "Deal ID | From Stage | To Stage | Date\n1 | Lead | Contract | 2025-02-01")
    _, planned = imported(csv("deals.csv", DEALS), changes, as_history=False)
    assert [finding.rule for finding in planned.findings if "--as-history" in finding.message] == [
        "import_stage_changes"
    ]


def test_days_that_contradict_one_another_are_kept_and_told(csv: Csv) -> None:
    """Closed before it was created; won on a day still to come; won on an unknown day."""
    text = (
        "Deal | Stage | Amount | Created | Closed\nA | Won | 1 | 2025-03-05 | 2025-02-05\n"
        "B | Won | 2 | 2025-03-05 | 2027-02-05\nC | Lost | 3 | 2025-03-05 |"
    )
    after, planned = imported(csv("deals.csv", text))
    assert after["Deals"]["closed"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["2025-02-05", "2027-02-05", ""]
    assert sorted({finding.rule for finding in planned.findings} & {"import_backwards", "import_future"}) == [
        "import_backwards", "import_future",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        (["Qualified", "", "", "Contract", ""], "3 deals from here on have no stage"),
        (["Qualified", "Contract", "Contract", "", "Won"], "1 deal from here on has no stage"),
        (["Qualified", "Contract", "Won", "Lost", "Lead"], ""),
        (["", "", "", "", ""], ""),
    ],
)
def test_deals_without_a_stage_beside_others_with_one_are_told(csv: Csv, stages: list[str], told: str) -> None:
    """A grouped list names the stage in the first row of a group only; the rest must not become leads unnoticed."""
    rows = [f"{name} | {stage} | 5 | 2025-01-05" for name, stage in zip("ABCDE", stages, strict=True)]
    _, planned = imported(csv("deals.csv", "\n".join(["Deal Name | Stage | Amount | Created", *rows])))
    found = [finding.message for finding in planned.findings if finding.rule == "import_no_stage"]
    assert [told in message for message in found] == ([True] if told else [])
