"""Owners as names, addresses and ids are one person; ids become names; several pipelines are told apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.imports.person_names import find_person_variants
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

Csv = Callable[..., Path]


def imported(before: Pipeline, *paths: Path, edit: tuple[str, str] = ("", "")) -> tuple[Pipeline, ChangeSet]:
    text = propose_import_map(paths, before).to_toml("en")
    mapping = ImportMap.from_toml(text.replace(*edit) if edit[0] else text)
    planned = build_import_changes(before, paths, mapping, as_history=True)
    return apply_change_set(before, planned), planned


@pytest.mark.parametrize(
    ("texts", "turns", "variants"),
    [
        (["Voss, Mara", "Mara Voss"], True, {"Voss, Mara": "Mara Voss"}),
        (["Voss, Mara", "Kern, Ivo"], True, {"Voss, Mara": "Mara Voss", "Kern, Ivo": "Ivo Kern"}),
        (["Voss, Mara", "Kern, Ivo"], False, {}),
        (["mara.voss@acme.example", "Mara Voss"], False, {"mara.voss@acme.example": "Mara Voss"}),
        (
            ["mara_voss@acme.example", "Voss, Mara"],
            True,
            {"mara_voss@acme.example": "Mara Voss", "Voss, Mara": "Mara Voss"},
        ),
        (["mara.voss@acme.example", "Ivo Kern"], True, {}),
        (["Acme, Inc", "Voss, Mara, Dr.", "Voss, Mara; Kern, Ivo", "Team 1, North"], True, {}),
    ],
)
def test_other_forms_of_a_name(texts: list[str], turns: bool, variants: dict[str, str]) -> None:
    assert find_person_variants(texts, (), turns) == variants


@pytest.mark.parametrize(
    "owners",
    [
        ["Mara Voss", "Voss, Mara", "mara voss", "mara.voss@acme.example"],
        ["Mara Voss (mara@acme.example)", "Mara Voss <mara@acme.example>", "MARA VOSS", "Voss, Mara"],
        ["Voss, Mara", "Voss,Mara", "voss, mara", "mara.voss@acme.example"],
    ],
)
def test_one_owner_in_several_forms_is_one_person(owners: list[str], csv: Csv) -> None:
    lines = "\n".join(f"{number}; Lead; {owner}; 1".replace(";", "|") for number, owner in enumerate(owners, 1))
    after, _ = imported(workbook(), csv("deals.csv", "Deal ID | Stage | Owner | Amount\n" + lines, ";"))
    assert after["Deals"]["owner"].str.casefold().nunique() == 1
    assert len(after["Team"]) == 1


@pytest.mark.parametrize(
    ("deals", "users", "name"),
    [
        ("Id | Name | OwnerId | StageName | Amount\n1 | A | 005M | Lead | 5\n2 | B | 005I | Won | 6",
         "Id | Name | Email | IsActive\n005M | Mara Voss | m@x.eu | true\n005I | Ivo Kern | i@x.eu | false", "users.csv"),
        ("Id | Name | OwnerId | StageName | Amount\n1 | A | 0055g01 | Lead | 5\n2 | B | 0055g02 | Won | 6",
         "Id | Name | Username\n0055g01 | Mara Voss | m\n0055g02 | Ivo Kern | i", "User.csv"),
        ("Deal | Title | Rep ID | Stage | Value\n1 | A | 77 | Lead | 5\n2 | B | 78 | Won | 6",
         "ID | First Name | Last Name\n77 | Mara | Voss\n78 | Ivo | Kern", "reps.csv"),
        ("Nr | Verkaufschance | Verkäufer-Nr | Phase | Betrag\n1 | A | 501 | Angebot | 5\n2 | B | 502 | Gewonnen | 6",
         "Nr | Name | E-Mail | Aktiv\n501 | Mara Voss | m@x.eu | Ja\n502 | Ivo Kern | i@x.eu | Nein", "mitarbeiter.csv"),
        ("商机 | 负责人编号 | 阶段 | 金额\nA | E01 | 线索 | 5\nB | E02 | 赢单 | 6",
         "员工编号 | 姓名 | 邮箱\nE01 | Mara Voss | w@x.example\nE02 | Ivo Kern | l@x.example", "员工.csv"),
        ("Deal | Stage | Owner | Amount\nA | Lead | m@x.example | 5\nB | Won | I@x.example | 6",
         "Name | Email\nMara Voss | m@x.example\nIvo Kern | i@x.example", "team.csv"),
    ],
)  # fmt: skip
def test_ids_of_a_user_list_become_names(deals: str, users: str, name: str, csv: Csv) -> None:
    after, planned = imported(workbook(), csv("deals.csv", deals), csv(name, users))
    assert list(after["Deals"]["owner"]) == ["Mara Voss", "Ivo Kern"]
    assert sorted(after["Team"]["person"]) == ["Ivo Kern", "Mara Voss"]
    assert not planned.blocks


def test_a_user_list_may_be_a_sheet_of_the_same_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheets = {
        "Users": [["User ID", "Name"], [7, "Mara Voss"], [8, "Ivo Kern"]],
        "Companies": [["Id", "Name", "Industry"], ["c1", "Dock", "Port"], ["c2", "Mill", "Food"]],
        "Deals": [
            ["Deal", "Title", "Company ID", "Owner ID", "Stage", "Value"],
            [1, "A", "c1", 7, "Lead", 5],
            [2, "B", "c2", 8, "Won", 6],
        ],
    }  # fmt: skip
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "all.xlsx")
    after, _ = imported(workbook(), tmp_path / "all.xlsx")
    assert after["Deals"][["owner", "account"]].to_numpy().tolist() == [["Mara Voss", "Dock"], ["Ivo Kern", "Mill"]]
    assert sorted(after["Accounts"]["account"]) == ["Dock", "Mill"]


def test_people_of_the_workbook_are_known_by_their_address(csv: Csv) -> None:
    team = make_table_frame(TABLES["Team"], [{"person": "Mara Voss", "email": "mv@acme.example"}])
    after, _ = imported(
        workbook().with_tables(Team=team),
        csv("deals.csv", "Deal | Stage | Owner | Amount\nA | Lead | MV@acme.example | 5"),
    )
    assert list(after["Deals"]["owner"]) == ["Mara Voss"]


def test_an_address_that_two_people_have_names_nobody(csv: Csv) -> None:
    users = csv("users.csv", "Name | Email\nMara Voss | sales@x.example\nIvo Kern | sales@x.example")
    after, _ = imported(
        workbook(), csv("deals.csv", "Deal | Stage | Owner | Amount\nA | Lead | sales@x.example | 5"), users
    )
    assert list(after["Deals"]["owner"]) == ["sales@x.example"]


PIPELINES = "Deal | Pipeline | Stage | Amount\nA | Sales | Demo | 1\nB | Partner | Demo | 2\nC | Sales | Won | 4"


def test_several_pipelines_are_noted_and_kept(csv: Csv) -> None:
    path = csv("deals.csv", PIPELINES)
    assert any("Sales 2, Partner 1" in note for note in propose_import_map([path], workbook()).notes)
    after, planned = imported(workbook(), path)
    assert list(after["Deals"]["notes"]) == ["Pipeline: Sales", "Pipeline: Partner", "Pipeline: Sales"]
    assert [finding.severity for finding in planned.findings if finding.rule == "import_pipelines"] == ["warn"]


def test_one_of_several_pipelines_may_be_imported_alone(csv: Csv) -> None:
    edit = ('Pipeline = "notes+"', 'Pipeline = { to = "notes+", only = "sales" }')
    after, planned = imported(workbook(), csv("deals.csv", PIPELINES), edit=edit)
    assert list(after["Deals"]["name"]) == ["A", "C"]
    assert planned.answer.rows[0].left_out == 1
    assert not any(finding.rule == "import_pipelines" for finding in planned.findings)


def test_one_pipeline_is_nothing_to_say(csv: Csv) -> None:
    _, planned = imported(workbook(), csv("deals.csv", PIPELINES.replace("Partner", "Sales")))
    assert not any(finding.rule == "import_pipelines" for finding in planned.findings)


@pytest.mark.parametrize(
    ("owners", "users", "expected", "told"),
    [
        (["17", "18"], "", ["17", "18"], True),
        (["005A000000xYz12AAC", "Mara Voss"], "", ["005A000000xYz12AAC", "Mara Voss"], True),
        (["17", "18"], "User ID | Name\n17 | Mara Voss\n18 | Ivo Kern", ["Mara Voss", "Ivo Kern"], False),
        (["Mara Voss", "Agent 47"], "", ["Mara Voss", "Agent 47"], False),
        (["", ""], "", ["", ""], False),
    ],
)
def test_owners_that_stay_ids_are_told(
    owners: list[str], users: str, expected: list[str], told: bool, csv: Csv
) -> None:
    rows = [f"{name} | Lead | 5 | {owner}" for name, owner in zip("AB", owners, strict=True)]
    paths = [csv("deals.csv", "\n".join(["Deal Name | Stage | Amount | Owner ID", *rows]))]
    after, planned = imported(workbook(), *paths, *([csv("users.csv", users)] if users else []))
    assert list(after["Deals"]["owner"]) == expected
    assert any(finding.rule == "import_owner_ids" for finding in planned.findings) == told


@pytest.mark.parametrize(
    ("header", "ids", "users"),
    [
        (
            "OwnerId",
            ("0051", "0052"),
            "Record | Display | Mailbox | Boss\n0051 | Kim Lee | kim@x.com |\n0052 | Ana Diaz | ana@x.com | 0051\n"
            "0053 | Bo Xu | b@x.com |",
        ),
        ("Responsible", ("u-17", "u-18"), "Kennung | Anzeigename | Rolle\nu-17 | Kim Lee | AE\nu-18 | Ana Diaz | AE"),
        (
            "Owner",
            ("5", "7"),
            "Id | Full Name | Email | Phone\n5 | Kim Lee | k@x.com | 1\n7 | Ana Diaz | a@x.com | 2\n9 | Bo Xu | b@x.com | 3",
        ),
    ],
)  # fmt: skip
def test_a_list_of_users_is_known_by_the_ids_of_owners(header: str, ids: tuple[str, str], users: str, csv: Csv) -> None:
    """Whatever its name and headers are."""
    deals = csv("deals.csv", f"Deal | Stage | {header}\nA | Lead | {ids[0]}\nB | Lead | {ids[1]}\nC | Won | {ids[0]}")
    paths = [deals, csv("list of ours.csv", users)]
    plan = build_import_changes(workbook(), paths, propose_import_map(paths, workbook()), as_history=True)
    after = apply_change_set(workbook(), plan)
    owners = after["Deals"].sort_values("name")["owner"]
    assert list(owners) == ["Kim Lee", "Ana Diaz", "Kim Lee"]
