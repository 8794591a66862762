"""Rows that another program has archived or deleted are left out and counted; notes of a program are no rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.map_proposal import propose_import_map

Csv = Callable[..., Path]


@pytest.mark.parametrize(
    ("text", "kept", "left_out"),
    [
        (
            "Deal | Stage | Amount | Status\nA | Lead | 1 | Open\nB | Won | 2 | Archived\nC | Won | 3 | Deleted",
            ["A"],
            2,
        ),
        (
            "Deal | Stage | Amount | State\nA | Lead | 1 | live\nB | Won | 2 | in archive\nC | Won | 3 | Deleted by user",
            ["A"],
            2,
        ),
        ("Deal | Stage | Amount | In trash\nA | Lead | 1 |\nB | Lead | 2 | checked", ["A"], 1),
        ("商机 | 阶段 | 金额 | 回收站\nA | 线索 | 1 | 否\nB | 赢单 | 2 | 是", ["A"], 1),
        ("Deal | Stage | Amount\nA | Lead | 1\nB | Archived | 2\nC | Won | 3", ["A", "C"], 1),
        ("Deal | Phase | Betrag | Gelöscht\nA | Angebot | 1 | Nein\nB | Gewonnen | 2 | Ja", ["A"], 1),
        ("Deal | Phase | Betrag | Aktiv\nA | Angebot | 1 | WAHR\nB | Gewonnen | 2 | FALSCH", ["A"], 1),
        ("Affaire | Étape | Montant | Archivé\nA | Proposition | 1 | Non\nB | Gagné | 2 | Oui", ["A"], 1),
        ("商机 | 阶段 | 金额\nA | 线索 | 1\nB | 已归档 | 2", ["A"], 1),
        ("Deal | Stage | Amount | Deleted At\nA | Lead | 1 |\nB | Won | 2 | 2026-01-05 10:11:12", ["A"], 1),
        ("Deal | Stage | Amount | archived_at\nA | Lead | 1 | 03/04/2026\nB | Won | 2 | 0000-00-00", ["B"], 1),
        ("Deal | Phase | Betrag | Gelöscht am\nA | Angebot | 1 |\nB | Gewonnen | 2 | 5. Mai 2026", ["A"], 1),
        # a list of nothing else is what the person wants
        ("Deal | Stage | Amount | Archived\nA | Lead | 1 | yes\nB | Won | 2 | yes", ["A", "B"], 0),
    ],
)
def test_rows_put_away_are_left_out_and_counted(text: str, kept: list[str], left_out: int, csv: Csv) -> None:
    path, before = csv("list.csv", text), workbook()
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    assert list(apply_change_set(before, planned)["Deals"]["name"]) == kept
    assert planned.answer.rows[0].left_out == left_out
    assert not planned.blocks


def test_an_inactive_deal_with_a_reason_is_lost(csv: Csv) -> None:
    path, before = (
        csv("list.csv", "Deal | Phase | Betrag | Aktiv | Verlustgrund\nA | Angebot | 1 | FALSCH | Preis"),
        workbook(),
    )
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    assert list(apply_change_set(before, planned)["Deals"]["outcome"]) == ["lost"]


def test_a_map_may_make_the_word_a_stage(csv: Csv) -> None:
    path, before = csv("list.csv", "Deal | Stage | Amount\nA | Lead | 1\nB | Archived | 2"), workbook()
    text = propose_import_map([path], before).to_toml("en").replace("[stages]\n", '[stages]\nArchived = "Lost"\n')
    planned = build_import_changes(before, [path], ImportMap.from_toml(text), as_history=True)
    assert list(apply_change_set(before, planned)["Deals"]["outcome"]) == ["open", "lost"]


HEAD = "Opportunity Owner | Opportunity Name | Stage | Amount\nMara | A | Lead | 5\nIvo | B | Won | 6\n"


@pytest.mark.parametrize(
    ("below", "rows"),
    [
        ("Total | | | 11\nConfidential Information - Do Not Distribute | | |\nACME, all rights reserved | | |", [2, 3]),
        ("Confidential Information - Do Not Distribute | | |\nCopyright © 2026 | | |", [2, 3]),
        ("Filtered for Mara and Ivo | | |", [2, 3]),  # in the column of the owner
        (" | C | |", [2, 3, 4]),  # a deal with nothing but a name
    ],
)
def test_notes_directly_below_the_list_are_no_rows(below: str, rows: list[int], csv: Csv) -> None:
    (source,) = read_import_sources(csv("report.csv", HEAD + below))
    assert list(source.cells.index) == rows


@pytest.mark.parametrize(
    "header", ["Abschlussdatum", "Date de clôture", "Fecha de cierre", "Дата закрытия", "Abschluss"]
)
def test_the_closing_day_of_a_won_deal_is_known_in_other_languages(header: str, csv: Csv) -> None:
    text = f"Deal | Stage | Amount | {header}\nA | Won | 1 | 2025-03-31\nB | Lead | 2 | 2025-09-30"
    path, before = csv("list.csv", text), workbook()
    planned = build_import_changes(before, [path], propose_import_map([path], before), as_history=True)
    deals = apply_change_set(before, planned)["Deals"]
    assert deals["closed"].dt.strftime("%m-%d").fillna("").tolist() == ["03-31", ""]
    assert deals["expected_close"].dt.strftime("%m-%d").fillna("").tolist() == ["", "09-30"]


@pytest.mark.parametrize(
    ("header", "cell", "is_reported"),
    [
        ("Deleted by", "Ann Lee", True),
        ("Visibility", "Archived by Ann", True),
        ("Deleted by", "", False),
        ("Color", "in black", False),
    ],
)
def test_a_left_out_column_that_may_say_what_is_deleted_is_reported(
    header: str, cell: str, is_reported: bool, csv: Csv
) -> None:
    other = "visible" if header == "Visibility" else ""
    path = csv("deals.csv", f"Deal | Stage | Amount | {header}\nA | Lead | 1 | {cell}\nB | Lead | 2 | {other}")
    planned = build_import_changes(workbook(), [path], propose_import_map([path], workbook()), as_history=True)
    assert (
        any("archived or deleted, but it is left out" in finding.message for finding in planned.findings) == is_reported
    )
