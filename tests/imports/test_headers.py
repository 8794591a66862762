"""Recognizing the table of a file and the meaning of its headers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.imports.table_matching import find_best_table

Csv = Callable[..., Path]

HUBSPOT = "Record ID | Deal Name | Deal Stage | Close Date | Deal owner | Amount | Create Date | Associated Company\n1 | A | Closed Won | 2025-01-02 | Ann | 5 | 2025-01-01 | Acme"  # noqa: E501
SALESFORCE = "Opportunity ID | Opportunity Name | Account Name | Stage | Amount | Probability (%) | Close Date | Created Date | Opportunity Owner | Next Step | Lead Source\n1 | A | Acme | Prospecting | 5 | 10 | 2025-03-01 | 2025-01-01 | Ann | Call | Web"  # noqa: E501
PIPEDRIVE = "Deal - ID | Deal - Title | Deal - Value | Deal - Stage | Deal - Status | Deal - Owner | Deal - Organization | Deal - Deal created | Deal - Won time | Deal - Lost time | Deal - Lost reason | Deal - Expected close date\n1 | A | 5 | Demo | Won | Ann | Acme | 2025-01-01 09:00:00 | 2025-02-01 10:00:00 | | | "  # noqa: E501
ZOHO = "Record Id | Deal Owner.id | Deal Owner | Amount | Deal Name | Closing Date | Account Name.id | Account Name | Stage | Probability (%) | Expected Revenue | Next Step | Lead Source | Contact Name | Created Time | Description\nzcrm_1 | zcrm_9 | Ann | 5 | A | 2025-03-01 | zcrm_7 | Acme | Qualification | 10 | 0.5 | Call | Web | Li | 2025-01-01 09:00:00 | text"  # noqa: E501
ZOHO_ZH = "记录 Id | 商机所有者 | 金额 | 商机名称 | 结束日期 | 客户名称 | 阶段 | 可能性 (%) | 下一步 | 线索来源 | 联系人姓名 | 创建时间\n1 | 王 | 5 | 甲 | 2025-03-01 | 甲公司 | 需求分析 | 10 | 电话 | 网站 | 李 | 2025-01-01 09:00:00"  # noqa: E501
CHINESE = "商机编号 | 客户名称 | 业务员 | 商机阶段 | 预计金额(万元) | 创建时间 | 预计成交日期\n1 | 甲公司 | 王 | 报价 | 12.5 | 2025年1月1日 | 2025年3月1日"  # fmt: skip  # noqa: E501


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (HUBSPOT, "deal name stage closed owner amount created account"),
        (SALESFORCE, "deal name account stage amount probability_override closed created owner next_step source"),
        (
            PIPEDRIVE,
            "deal name amount stage outcome owner account created won_date lost_date loss_reason expected_close",
        ),
        (
            ZOHO,
            "deal owner amount name closed account stage probability_override next_step source contact created notes",
        ),
        (ZOHO_ZH, "deal owner amount name closed account stage probability_override next_step source contact created"),
        (CHINESE, "deal account owner stage amount created expected_close"),
    ],
)
def test_common_exports_are_recognized(csv: Csv, table: str, expected: str) -> None:
    (source,) = read_import_sources(csv("export.csv", table))
    match = find_best_table(source)
    assert match is not None
    assert (match.table, list(match.columns.values())) == ("Deals", expected.split())


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        ("list.csv", "account | sector | employees\nAcme | retail | 5", "Accounts"),
        ("list.csv", "product | series | sales_price\nGTX | G | 5", "Products"),
        ("teams.csv", "sales_agent | manager | regional_office\nAnn | Bob | East", "Team"),
        ("list.csv", "姓名 | 手机 | 邮箱 | 客户名称\n王 | 1 | a@b | 甲", "Contacts"),
        ("activities.csv", "date | deal | type | summary\n2025-01-01 | 1 | Call | hello", "Activities"),
        ("客户.csv", "公司名称 | 行业\n甲 | 零售", "Accounts"),
        (
            "Contacts.csv",
            "Contact ID | First Name | Last Name | Email | Account Name | Mobile\n1 | A | B | a@b.c | Acme | 1",
            "Contacts",
        ),
        (
            "hubspot.csv",
            "Record ID | Company name | Industry | Phone Number | City\n1 | Acme | retail | 1 | Rome",
            "Accounts",
        ),
        (
            "organizations.csv",
            "Organization - Name | Organization - Owner | Organization - Address\nAcme | Ann | x",
            "Accounts",
        ),
        (
            "Tasks.csv",
            "Task Id | Subject | Due Date | Status | Related To\n1 | Call | 2025-01-01 | Not Started | A",
            "Tasks",
        ),
        ("todo.csv", "Deal | Next step\nPress line | Call Anna", "Deals"),
        ("todo.csv", "Task | Deal | Due\nCall Anna | D-1 | 2026-12-01", "Tasks"),
        ("calls.csv", "Deal | Date | Next step\nD-1 | 2026-12-01 | Call Anna", "Activities"),
        ("dictionary.csv", "Table | Field | Description\na | b | c", None),
        ("weather.csv", "station | rain\nx | 5", None),
    ],
)
def test_a_table_is_recognized_by_its_headers_and_its_name(
    csv: Csv, name: str, table: str, expected: str | None
) -> None:
    (source,) = read_import_sources(csv(name, table))
    match = find_best_table(source)
    assert (match and match.table) == expected


@pytest.mark.parametrize(
    ("table", "header"),
    [
        ("deal | stage | amount\n1 | Lead | much\n2 | Lead | some", "amount"),
        ("deal | stage | created\n1 | Lead | Ann\n2 | Lead | Bob", "created"),
        ("deal | stage | forecast\n1 | Lead | qqq\n2 | Lead | www", "forecast"),
    ],
)
def test_the_values_of_a_column_must_fit_its_header(csv: Csv, table: str, header: str) -> None:
    (source,) = read_import_sources(csv("deals.csv", table))
    match = find_best_table(source)
    assert match is not None
    assert header not in match.columns


def test_a_status_is_a_stage_if_it_has_more_values_than_open_won_and_lost(csv: Csv) -> None:
    (plain,) = read_import_sources(csv("deals.csv", "deal | status\n1 | Won\n2 | Open"))
    (rich,) = read_import_sources(csv("deals.csv", "deal | status\n1 | Blue phase\n2 | Red phase\n3 | Won"))
    assert [match.columns["status"] for match in (find_best_table(plain), find_best_table(rich)) if match] == [
        "outcome",
        "stage",
    ]


def test_sheets_of_a_workbook_like_ours_are_recognized_by_name(tmp_path: Path) -> None:
    """Deals are taken; History, which the product writes, is not, although it contains deals and stages too."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in ("Deals", "History", "历史"):
        sheet = book.create_sheet(name)
        sheet.append(["Deal", "Stage", "Owner", "Amount"])
        sheet.append(["1", "Lead", "Ann", 5])
    book.save(tmp_path / "ours.xlsx")
    matches = [find_best_table(source) for source in read_import_sources(tmp_path / "ours.xlsx")]
    assert [match and match.table for match in matches] == ["Deals", None, None]


def test_the_id_beside_titles_called_deal_is_the_number(csv: Csv) -> None:
    path = csv("deals.csv", "Deal ID | Deal | Stage\n00123 | New pumps | Lead\n00124 | Old pumps | Lead")
    columns = propose_import_map([path], workbook()).files[0].columns
    assert [how.to for how in columns.values()] == ["deal", "name", "stage"]
