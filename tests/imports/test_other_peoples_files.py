"""Small files of shapes that other people use, each with what has to come of it.

The files are in ../shared/cases/files; without them these tests are skipped. Every kind of file has more tests of its
own beside this one.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map

REFUSED = "a question"


@pytest.fixture
def cases(shared: Path) -> Path:
    """Return the folder of the cases."""
    return shared / "cases" / "files"


def imported(cases: Path, case: str, tmp_path: Path) -> Pipeline | None:
    """Return the workbook after the case, copied alone into a folder, was imported; None if the map asks something."""
    paths = []
    for path in sorted((cases / case).iterdir()) if (cases / case).is_dir() else [cases / case]:
        shutil.copy(path, tmp_path / path.name)
        if case != "files-neighbour-wins" or path.name == "export.csv":
            paths.append(tmp_path / path.name)
    before = workbook("en")
    mapping = propose_import_map(paths, before)
    return (
        None
        if mapping.asks
        else apply_change_set(before, build_import_changes(before, paths, mapping, as_history=True))
    )


@pytest.mark.parametrize(
    ("case", "open_value", "won_value", "lost_value", "deals"),
    [
        ("stage-won-lost-words.csv", 0, 2000, 6000, 8),
        ("stage-hubspot-ids.csv", 86000, 120500, 9900, 7),
        ("stage-languages.csv", 0, 6000, 6000, 12),
        ("stage-nurturing-lead.csv", 0, 0, 0, 4),
        ("stage-in-status-column.csv", 30000, 10000, 10000, 5),
        ("stage-two-spellings.csv", 4000, 0, 0, 4),
        ("money-dynamics365.csv", 85000, 120500, 9900, 3),
        ("money-odoo.csv", 12500, 3000, 800, 3),
        ("money-orocrm.csv", 3000, 2000, 0, 2),
        ("money-vertex42.csv", 49500, 10000, 0, 3),
        ("money-twenty.csv", *[REFUSED] * 4),
        ("money-french.csv", *[REFUSED] * 4),
        ("num-dot-thousands.csv", *[REFUSED] * 4),
        ("num-header-thousands.csv", *[REFUSED] * 4),
        ("files-one-without-ids", 900, 200, 400, 5),
        ("files-neighbour-wins", 0, 100, 200, 2),
        ("key-deal-holds-names.csv", 1200, 300, 0, 5),
        ("pipedrive-sample.csv", 5700, 0, 0, 2),
        ("two-pipelines.csv", 300, 0, 300, 3),
        ("rows-two-copies.xlsx", 400, 200, 0, 3),
        ("files-leads-and-deals", 0, 0, 0, 3),
        ("rows-pivot-sheet.xlsx", 35000, 24000, 9000, 3),
    ],
)
def test_the_sums_of_a_case(
    cases: Path, tmp_path: Path, case: str, open_value: float, won_value: float, lost_value: float, deals: int
) -> None:
    after = imported(cases, case, tmp_path)
    if after is None:
        assert open_value == REFUSED
        return
    rows = after["Deals"]
    sums = [float(rows.loc[rows["outcome"] == outcome, "amount"].sum()) for outcome in ("open", "won", "lost")]
    assert (sums, len(rows)) == ([open_value, won_value, lost_value], deals)


def test_no_unknown_stage_is_the_likeliest(cases: Path, tmp_path: Path) -> None:
    after = imported(cases, "stage-early-names.csv", tmp_path)
    assert after is not None
    chances = after["Deals"]["stage"].map(after["Stages"].set_index("stage")["probability"])
    assert float((after["Deals"]["amount"] * chances).sum()) < 0.5 * 8000


@pytest.mark.parametrize(
    ("case", "table", "column", "values"),
    [
        ("owner-id-before-name.csv", "Deals", "owner", ["Mara Voss", "Ivo Kern"]),
        ("money-dynamics365.csv", "Deals", "name", ["12 pumps", "Line retrofit", "Spare parts"]),
        (
            "contacts-last-name-only.csv",
            "Contacts",
            "contact",
            ["Brown (b1@x.example)", "Brown (b2@y.example)", "Green"],
        ),
        ("leads-title-is-a-job.csv", "Deals", "name", [""] * 5),
        ("files-one-without-ids", "Deals", "deal", ["D-00001", "D-00002", "D-00003", "O-1", "O-2"]),
    ],
)
def test_the_values_of_a_column_of_a_case(
    cases: Path, tmp_path: Path, case: str, table: str, column: str, values: list[str]
) -> None:
    after = imported(cases, case, tmp_path)
    assert after is not None
    assert list(after[table][column]) == values
