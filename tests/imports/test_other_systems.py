# ruff: noqa: E501  # a line of a file is one line
"""Every system whose exports are known: where each is shown, those not shown elsewhere, and a second import by its ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imports.conftest import imported_sums, workbook
from tests.imports.test_default_exports import EXPORTS
from tests.imports.test_more_programs import FILES
from tests.imports.test_public_shapes import SHAPES
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map

DEALS = {
    "Salesforce Data Loader": [
        "ID,ACCOUNTID,NAME,STAGENAME,AMOUNT,PROBABILITY,CLOSEDATE,TYPE,LEADSOURCE,ISCLOSED,ISWON,OWNERID,CREATEDDATE,ISDELETED",
        "0065g00000AAAAAAA1,0015g00000AAAAAAA1,Pumps,Proposal/Price Quote,85000.5,75,2026-06-30,New Business,Web,false,false,0055g00000AAAAAAA1,2025-01-05T10:00:00.000Z,false",
        "0065g00000AAAAAAA2,0015g00000AAAAAAA2,Pipes,Closed Won,1200,100,2025-01-15,New Business,Web,true,true,0055g00000AAAAAAA1,2025-01-05T10:00:00.000Z,false",
        "0065g00000AAAAAAA3,0015g00000AAAAAAA2,Bolts,Closed Lost,900,0,2025-01-16,New Business,Web,true,false,0055g00000AAAAAAA1,2025-01-05T10:00:00.000Z,false",
        "0065g00000AAAAAAA4,0015g00000AAAAAAA2,Gone,Closed Won,700,100,2025-01-16,New Business,Web,true,true,0055g00000AAAAAAA1,2025-01-05T10:00:00.000Z,true",
    ],
    "Twenty": [
        "Id,Name,Amount / Amount,Amount / Currency,Close date,Stage,Company,Point of Contact,Creation date,Owner",
        "20202020-aaaa-4aaa-8aaa-000000000001,Pumps,85000.5,USD,2026-06-30T00:00:00.000Z,PROPOSAL,Dock,Ann,2025-01-05T10:00:00.000Z,Kim",
        "20202020-aaaa-4aaa-8aaa-000000000002,Pipes,1200,USD,2025-01-15T00:00:00.000Z,WON,Mill,Bo,2025-01-05T10:00:00.000Z,Kim",
        "20202020-aaaa-4aaa-8aaa-000000000003,Bolts,900,USD,2025-01-16T00:00:00.000Z,LOST,Mill,Bo,2025-01-05T10:00:00.000Z,Kim",
    ],
    "SuiteCRM, opportunities": [
        '"Opportunity Name",ID,"Account Name","Opportunity Amount","Currency","Sales Stage","Probability (%)","Expected Close Date","Assigned User","Date Created","Lead Source"',
        "Pumps,c1d1,Dock,85000.50,USD,Proposal/Price Quote,65,06/30/2026,kim,01/05/2025 10:00,Cold Call",
        "Pipes,c1d2,Mill,1200.00,USD,Closed Won,100,01/15/2025,kim,01/05/2025 10:00,",
        "Bolts,c1d3,Mill,900.00,USD,Closed Lost,0,01/16/2025,kim,01/05/2025 10:00,",
    ],
    "EspoCRM, opportunities": [
        'ID,Name,Account,Stage,"Amount - Currency",Amount,Probability,"Close Date","Lead Source","Assigned User","Created At"',
        "65f1,Pumps,Dock,Proposal,USD,85000.5,50,2026-06-30,Web Site,Kim,2025-01-05 10:00",
        "65f2,Pipes,Mill,Closed Won,USD,1200,100,2025-01-15,,Kim,2025-01-05 10:00",
        "65f3,Bolts,Mill,Closed Lost,USD,900,0,2025-01-16,,Kim,2025-01-05 10:00",
    ],
}  # fmt: skip
PEOPLE = {
    # lines; the person with customer, phone and address
    "Outlook contacts": (
        ["First Name,Middle Name,Last Name,Title,E-mail Address,E-mail 2 Address,Home Phone,Business Phone,Mobile Phone,Company,Job Title,Business Street,Business City,Notes",
         "Ann,,Smith,,ann@dock.example,,,+44 113 5550100,+44 7700 900100,Dock,Buyer,1 Quay,Leeds,met at the fair"],
        ("Ann Smith", "Dock", "+44 7700 900100", "ann@dock.example"),
    ),
    "企业微信": (
        ["客户名称,客户描述,所属员工,添加时间,来源,手机,企业,邮箱,地址,职务,标签", "李雷,采购负责人,张伟,2025-01-05 10:00:00,扫描二维码,13800000001,上海泵业有限公司,li@pump.example,上海,采购经理,重点客户"],
        ("李雷", "上海泵业有限公司", "13800000001", "li@pump.example"),
    ),
}  # fmt: skip
SYSTEMS = (
    "HubSpot", "Pipedrive", "Salesforce", "Data Loader", "Zoho", "Odoo", "Dynamics", "Freshsales", "Close", "Bitrix24", "amoCRM",
    "SuiteCRM", "Twenty", "EspoCRM", "纷享销客", "销售易", "企业微信", "Outlook contacts",
)  # fmt: skip


def test_every_system_is_shown() -> None:
    """Microsoft To Do is none of them: its export is read as deals."""
    shown = [*EXPORTS, *FILES, *SHAPES, *DEALS, *PEOPLE]
    assert [system for system in SYSTEMS if not any(system in name for name in shown)] == []


@pytest.mark.parametrize("system", DEALS)
def test_an_export_has_its_right_sums(system: str, tmp_path: Path) -> None:
    assert imported_sums(tmp_path / "list.csv", DEALS[system]) == (3, 85_000.5, 1_200, 900)


def taken(path: Path, lines: list[str], before: Pipeline) -> Pipeline:
    path.write_text("\n".join(lines), encoding="utf-8")
    mapping = propose_import_map([path], before)
    assert not mapping.asks
    return apply_change_set(before, build_import_changes(before, [path], mapping, as_history=True))


@pytest.mark.parametrize("system", PEOPLE)
def test_people_have_their_customer_and_how_to_reach_them(system: str, tmp_path: Path) -> None:
    lines, expected = PEOPLE[system]
    (person,) = taken(tmp_path / "list.csv", lines, workbook())["Contacts"].to_dict("records")
    assert tuple(person[column] for column in ("contact", "account", "phone", "email")) == expected


@pytest.mark.parametrize("system", DEALS)
def test_a_second_import_updates_by_the_ids_of_the_system(system: str, tmp_path: Path) -> None:
    """The deal has another name and amount in the newer export; it is the same row."""
    first = taken(tmp_path / "list.csv", DEALS[system], workbook())
    newer = [
        line.replace("Pumps", "Pumps, two").replace("Pumps, two", '"Pumps, two"').replace("85000.5", "90000.5")
        for line in DEALS[system]
    ]
    second = taken(tmp_path / "list.csv", newer, first)
    assert len(second["Deals"]) == 3
    (pumps,) = second["Deals"][second["Deals"]["name"] == "Pumps, two"].to_dict("records")
    assert pumps["amount"] == 90_000.5
    assert pumps["deal"] in set(first["Deals"]["deal"])
