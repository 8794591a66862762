"""The template as a whole: the file in the repository, its contents, and the programs that can open it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from tests.examples import SCALE
from tests.parts import ROOT
from tests.templates import built
from tests.validator import Validator
from tools.workbook_template import write_templates
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.process.playbook_files import list_playbook_names, make_shipped_setup
from xl_salesflow.schema.sheet_layouts import arrange_columns
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.empty_workbook import template_file_name
from xl_salesflow.workbook.template.starter_content import build_starter_rows, frame_to_template_rows
from xl_salesflow.workbook.template.template_builder import build_template

SHOWN = ("Deals", "Activities", "Metrics", "FollowUps", "Findings")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files that the command writes, by name; their bytes do not depend on the process that writes them."""
    folder = tmp_path_factory.mktemp("templates")
    write_templates(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_command_writes_every_language(written: dict[str, bytes]) -> None:
    assert written.keys() == {template_file_name(language) for language in LANGUAGES}


def test_the_files_in_the_repository_match_the_declarations(language: Language, written: dict[str, bytes]) -> None:
    name = template_file_name(language)
    with ZipFile(ROOT / name) as old, ZipFile(BytesIO(written[name])) as new:
        before, now = ({part: book.read(part) for part in book.namelist()} for book in (old, new))
    stale = sorted(part for part in before.keys() | now.keys() if before.get(part) != now.get(part))
    assert stale == [], "the declarations have changed; run: python -m tools.workbook_template"
    if "zlib-ng" not in zlib.ZLIB_RUNTIME_VERSION:  # which compresses the same content to different bytes
        assert (ROOT / name).read_bytes() == written[name]


def test_every_declared_table_is_on_its_sheet_under_its_stable_name(book: Workbook, language: Language) -> None:
    found = {
        name: (sheet.title, tuple(column.name for column in table.tableColumns))
        for sheet in book.worksheets
        for name, table in ((table.name, table) for table in sheet.tables.values())
    }
    assert found == {
        name: (
            table.title.in_(language),
            tuple(column.header.in_(language) for column in arrange_columns(name).columns),
        )
        for name, table in TABLES.items()
    }


def test_headers_in_the_cells_match_those_of_the_tables(book: Workbook) -> None:
    for sheet in book.worksheets:
        for table in sheet.tables.values():
            head = sheet[table.ref][0]
            assert [cell.value for cell in head] == [column.name for column in table.tableColumns]


def test_a_new_workbook_shows_few_sheets_and_opens_on_start(book: Workbook, language: Language) -> None:
    seen = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    assert seen == [book.worksheets[0].title, *(TABLES[name].title.in_(language) for name in SHOWN)]
    assert book.active is book.worksheets[0]


def test_excel_calculates_everything_on_opening(book: Workbook) -> None:
    assert book.calculation.fullCalcOnLoad


def test_set_up_tables_hold_the_playbook_and_others_one_blank_row(book: Workbook, language: Language) -> None:
    expected = {name: len(frame) for name, frame in make_shipped_setup("crm", language).items()}
    bodies = {
        name: len(sheet[t.ref]) - 1
        for sheet in book.worksheets
        for name, t in ((t.name, t) for t in sheet.tables.values())
    }
    assert {name: bodies[name] for name in expected} == expected
    for name in ("Deals", "Accounts", "Activities", "Quotes", "History", "Journal", "FollowUps", "Findings"):
        assert bodies[name] == 1


def test_stages_are_shown_in_the_language(book: Workbook, language: Language) -> None:
    table = TABLES["Stages"]
    sheet = book[table.title.in_(language)]
    written = [
        dict(zip((column.id for column in table.columns), row, strict=True))
        for row in sheet.iter_rows(min_row=2, max_row=9, max_col=len(table.columns), values_only=True)
    ]
    frame = make_shipped_setup("crm", language)["Stages"]
    assert [{**row, "key": None} for row in written] == [
        {**row, "key": None} for row in frame_to_template_rows(table, frame, language)
    ]


LENGTHS = {name: len(make_shipped_setup(name, "en")["Stages"]) for name in list_playbook_names()}
BUILT = LENGTHS if SCALE > 1 else (min(LENGTHS, key=LENGTHS.__getitem__), max(LENGTHS, key=LENGTHS.__getitem__))
"""The playbooks whose workbooks are built: those with the fewest and the most stages; every night, all of them."""


@pytest.mark.parametrize("playbook", BUILT)
def test_a_playbook_makes_a_workbook(playbook: str) -> None:
    book = load_workbook(BytesIO(build_template("en", playbook)), read_only=True)
    sheet = book["Settings"]
    settings = {row[0]: row[2] for row in sheet.iter_rows(min_row=2, max_col=4, values_only=True)}
    assert settings["playbook"] == playbook
    stages = list(book["Stages"].iter_rows(min_row=2, max_col=3, values_only=True))
    assert [stage for _, _, stage in stages] == [row["stage"] for row in build_starter_rows("en", playbook)["Stages"]]
    assert {row[0] for row in stages} == {playbook}


def test_every_playbook_has_the_rows_of_a_workbook(language: Language) -> None:
    for playbook, length in LENGTHS.items():
        rows = build_starter_rows(language, playbook)
        assert [row["value"] for row in rows["Settings"] if row["setting"] == "playbook"] == [playbook]
        assert [row["playbook"] for row in rows["Stages"]] == [playbook] * length


def test_an_unknown_playbook_is_refused() -> None:
    with pytest.raises(UsageError, match="no playbook"):
        build_template("en", "nonesuch")


def test_the_open_xml_sdk_has_no_complaint(language: Language, validator: Validator, tmp_path: Path) -> None:
    path = tmp_path / template_file_name(language)
    path.write_bytes(built(language))
    assert validator(path) == []


def test_no_formula_of_a_new_workbook_shows_an_error(
    language: Language, calculate: Callable[[bytes], Workbook]
) -> None:
    book = calculate(built(language))
    wrong = [
        f"{sheet.title}!{cell.coordinate}: {cell.value}"
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(("#", "Err:"))
    ]
    assert wrong == []


def test_a_new_funnel_counts_nothing(calculate: Callable[[bytes], Workbook]) -> None:
    sheet = calculate(built("en"))["Funnel"]
    values = {
        row[0].value: row[2].value for row in sheet.iter_rows(min_col=2, max_col=4) if row[0].value in METRICS_BY_ID
    }
    assert values.keys() == METRICS_BY_ID.keys()
    assert {metric: values[metric] for metric in ("deal_count", "open_count", "won_value")} == {
        "deal_count": 0,
        "open_count": 0,
        "won_value": 0,
    }
    assert values["win_rate"] in ("", None)
