"""`check --repair`: broken formulas are reported, and restored with the values that the next update would write."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import load_workbook

from tests.templates import built
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.ooxml.cell_contents import CellFormula
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.verbs import bring_in, check, update
from xl_salesflow.workbook.closed_book import ClosedBook

NOW = datetime(2026, 3, 2, 9)
RUN = Run("Ann", NOW)
TODAY = NOW.date()

Damage = Callable[[Workbook], None]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, bytes]:
    """Return an updated workbook with thirty deals in each language."""
    made: dict[Language, bytes] = {}
    for language in LANGUAGES:
        path = tmp_path_factory.mktemp("filled") / f"{language}.xlsx"
        path.write_bytes(built(language))
        book = ClosedBook(path)
        empty = book.read(TODAY)
        book.write(bring_in(empty, generate_pipeline(empty, 30, since_days=90), RUN))
        book.write(update(book.read(TODAY), RUN))
        assert not broken(path)
        made[language] = path.read_bytes()
    return made


@pytest.fixture(scope="module")
def seen(filled: dict[Language, bytes]) -> dict[Language, dict[str, object]]:
    """Return the values of these workbooks before anything is broken."""
    return {language: shown(data) for language, data in filled.items()}


def type_into(name: str, value: object) -> Damage:
    return lambda workbook: workbook.set_name(name, value)


def type_into_table(table: str, at: int, column: int, value: object) -> Damage:
    def damage(workbook: Workbook) -> None:
        place = workbook.tables[table]
        workbook.set_column(table, place.headers[column], {place.first_row + at: value})

    return damage


def delete_row(table: str, at: int) -> Damage:
    return lambda workbook: workbook.delete_rows(table, [workbook.tables[table].first_row + at])


def put_in_the_place_of_an_array(*kept: object) -> Damage:
    """Return damage that removes the first array formula of the hidden workings and leaves *kept* in the cells it filled."""

    def damage(workbook: Workbook) -> None:
        sheet = [*workbook.sheets][-1]
        at, area = next(iter(workbook.arrays(sheet).items()))
        workbook.empty(sheet, area)
        for row, value in enumerate(kept, at.row):
            workbook.set_cell(sheet, row, at.column, value)

    return damage


# the damage; the rule that reports it; the column or name in the finding, or None
DAMAGES: dict[str, tuple[Damage, str, str | None]] = {
    "a number over AsOf": (type_into("AsOf", 46000), "formula_typed_over", "AsOf"),
    "a number over Today": (type_into("Today", 46000), "formula_typed_over", "Today"),
    "another formula in a card": (
        type_into("Card_win_rate", CellFormula("1+1", 2)),
        "formula_typed_over",
        "Card_win_rate",
    ),
    "a card of the forecast": (type_into("Card_coverage", 3), "formula_typed_over", "Card_coverage"),
    "a card of the plan": (type_into("Card_won_needed", "x"), "formula_typed_over", "Card_won_needed"),
    "a reference that leads nowhere": (
        type_into("HasPeriod", CellFormula("IF(#REF!=1,1,0)")),
        "formula_typed_over",
        "HasPeriod",
    ),
    "an in-view formula": (type_into_table("Deals", 3, -1, 7), "formula_typed_over", "in_view"),
    "a formula of a deal": (type_into_table("Deals", 2, 18, 99), "formula_typed_over", None),
    "a row of Metrics": (delete_row("Metrics", 11), "missing_row", None),
    "a row of ForecastMonths": (delete_row("ForecastMonths", 2), "missing_row", None),
    "a row of PlanStages": (delete_row("PlanStages", 4), "missing_row", None),
    "a row of StageMetrics": (delete_row("StageMetrics", 1), "missing_row", None),
    "an array that is gone": (put_in_the_place_of_an_array(), "formula_typed_over", None),
    "numbers and a formula over an array": (
        put_in_the_place_of_an_array(1, 2, CellFormula("1+1", 2)),
        "formula_typed_over",
        None,
    ),
    "an array over fewer cells": (
        put_in_the_place_of_an_array(CellFormula("FREQUENCY(1,2)", array="D3:D4")),
        "formula_typed_over",
        None,
    ),
}


TYPED_OVER = [what for what, (_, rule, _) in DAMAGES.items() if rule == "formula_typed_over" and "array" not in what]
TOGETHER = [
    TYPED_OVER,
    ["a row of Metrics", "a row of StageMetrics"],
    *([what] for what in DAMAGES if what not in TYPED_OVER),
]
"""Damages in different cells are made together; those to arrays are all in one place."""


@pytest.mark.parametrize(
    ("damages", "language"),
    [*((some, "en") for some in TOGETHER), *((some, "zh") for some in TOGETHER[::4])],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_damage_is_reported_and_restored_with_its_value(
    damages: list[str],
    language: Language,
    filled: dict[Language, bytes],
    seen: dict[Language, dict[str, object]],
    tmp_path: Path,
) -> None:
    path = tmp_path / "book.xlsx"
    workbook = Workbook(path, filled[language])
    for what in damages:
        DAMAGES[what][0](workbook)
    path.write_bytes(workbook.to_bytes())
    faults = [(fault.rule, fault.column) for fault in ClosedBook(path).read(TODAY).cell_findings]
    assert len(faults) >= len(damages)
    for rule, column in (DAMAGES[what][1:] for what in damages):
        assert rule in {of for of, _ in faults}
        assert column is None or (rule, column) in faults
    repair(path)
    repaired = ClosedBook(path).read(TODAY)
    assert not rules_broken(repaired)
    assert shown(path.read_bytes()) == seen[language]
    left = update(repaired, RUN)
    assert not left.caches
    assert not left.named_cells


def broken(path: Path) -> list[str]:
    return rules_broken(ClosedBook(path).read(TODAY))


def rules_broken(pipeline: Pipeline) -> list[str]:
    rules = ("formula_typed_over", "missing_row", "missing_name", "broken_name", "broken_reference", "missing_sheet")
    return [fault.message for fault in pipeline.cell_findings if fault.rule in rules]


def repair(path: Path) -> None:
    book = ClosedBook(path)
    book.restore()
    book.write(check(book.read(TODAY), repair=True))


def shown(data: bytes) -> dict[str, object]:
    """Return the values of the managers' tables by the key of each row, and those of the named cells."""
    workbook = Workbook(Path("book"), data)
    seen: dict[str, object] = {name: workbook.read_name(name) for name in workbook.names}
    for table in ("Metrics", "StageMetrics", "ForecastMonths", "PlanStages"):
        columns = workbook.read_table(table)
        key, *others = columns
        seen |= {
            f"{table} {k} {h}": columns[h][at] for at, k in enumerate(columns[key]) for h in others if k is not None
        }
    return seen


@pytest.mark.parametrize("what", [name for name in DAMAGES if "array" in name])
def test_an_array_formula_fills_its_cells_again(what: str, filled: dict[Language, bytes], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    workbook = Workbook(path, filled["en"])
    before = workbook.arrays("Workings")
    DAMAGES[what][0](workbook)
    path.write_bytes(workbook.to_bytes())
    assert Workbook.open(path).arrays("Workings") != before
    repair(path)
    after = Workbook.open(path)
    assert after.arrays("Workings") == before
    formulas = after.formulas("Workings")
    assert formulas == Workbook(path, filled["en"]).formulas("Workings")


def test_a_deleted_sheet_and_a_deleted_chart_are_reported(filled: dict[Language, bytes], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(filled["en"])
    book = load_workbook(path)
    del book["Dropdowns"]
    book["Forecast"]._charts.clear()
    book.save(path)
    findings = {
        (fault.rule, fault.message.split(" is ")[0].split(" has ")[0])
        for fault in ClosedBook(path).read(TODAY).cell_findings
    }
    assert {("missing_sheet", "The sheet Dropdowns"), ("missing_chart", "The sheet Forecast")} <= findings
    repair(path)
    assert "Dropdowns" in Workbook.open(path).sheets


def test_broken_references_of_the_user_are_reported(filled: dict[Language, bytes], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(filled["en"])
    book = load_workbook(path)
    book.create_sheet("Mine")["B2"] = "=SUM(#REF!)+1"
    from openpyxl.workbook.defined_name import DefinedName

    book.defined_names.add(DefinedName("my_range", attr_text="#REF!"))
    book.save(path)
    findings = {fault.rule: fault for fault in ClosedBook(path).read(TODAY).cell_findings}
    assert findings["broken_reference"].cell == "Mine!B2"
    assert "my_range" in findings["broken_name"].message


def damage_bytes(data: bytes, part: str) -> bytes:
    """Return the workbook with a wrong byte in the compressed content of a part."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        member = archive.getinfo(part)
    name, extra = struct.unpack_from("<2H", data, member.header_offset + 26)
    at = member.header_offset + 30 + name + extra + member.compress_size // 2
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def test_a_store_that_another_program_has_indented_has_no_findings(filled: dict[Language, bytes]) -> None:
    """Spaces between the elements of a sheet mean nothing."""
    indented = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(filled["en"])) as old, zipfile.ZipFile(indented, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                root = etree.fromstring(data)
                etree.indent(next(one for one in root if str(one.tag).endswith("sheetData")))
                data = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
            new.writestr(name, data)
    assert list(ClosedBook(Path("b.xlsx"), indented.getvalue()).read(TODAY).cell_findings) == []


@pytest.mark.parametrize("language", LANGUAGES)
# attack: a damaged part that nobody but Excel reads
# outcome: a finding; the bytes stay, and a second update writes nothing
def test_a_damaged_part_that_a_save_copies_is_told_and_kept(
    filled: dict[Language, bytes], language: Language, tmp_path: Path
) -> None:
    """The theme is read by nobody but Excel; a second update writes nothing."""
    path, part = tmp_path / "b.xlsx", "xl/theme/theme1.xml"
    path.write_bytes(damage_bytes(filled[language], part))
    before = path.read_bytes()
    book = ClosedBook(path)
    plan = update(book.read(TODAY), RUN)
    told = [finding.message for finding in plan.findings if finding.rule == "damaged_part"]
    assert [part in message for message in told] == [True]
    book.write(plan)
    after = path.read_bytes()
    book = ClosedBook(path)
    book.write(update(book.read(TODAY), RUN))
    assert path.read_bytes() == after
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert old.getinfo(part).CRC == new.getinfo(part).CRC
