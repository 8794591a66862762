"""The file does not depend on the machine or the time."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from tests.templates import built
from xl_salesflow.locale.texts import Language
from xl_salesflow.workbook.template.print_and_pack import pack_workbook


def test_members_are_sorted_compressed_and_have_the_same_date(language: Language) -> None:
    members = ZipFile(BytesIO(built(language))).infolist()
    names = [member.filename for member in members]
    assert names[0] == "[Content_Types].xml"
    assert names[3:] == sorted(names[3:])
    assert {(m.date_time, m.create_system, m.external_attr, m.compress_type) for m in members} == {
        ((1980, 1, 1, 0, 0, 0), 0, 0o600 << 16, ZIP_DEFLATED)
    }


def test_the_file_does_not_depend_on_the_time(language: Language) -> None:
    core = ZipFile(BytesIO(built(language))).read("docProps/core.xml")
    assert core.count(b"2026-01-01T00:00:00Z") == 2


def test_fonts_are_written_in_the_order_of_the_schema() -> None:
    styles = ZipFile(BytesIO(pack_workbook(_one_cell()))).read("xl/styles.xml").decode()
    font = styles[styles.rindex("<font>") : styles.rindex("</font>")]
    assert font.index("<b ") < font.index("<sz ") < font.index("<color ") < font.index("<name ")


def test_tables_have_no_green_corners(language: Language) -> None:
    """Formulas that differ from their neighbours and numbers stored as text are intentional."""
    with ZipFile(BytesIO(built(language))) as file:
        sheets = [file.read(name) for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
    with_tables = [sheet for sheet in sheets if b"<tableParts" in sheet]
    assert with_tables
    assert all(sheet.count(b"<ignoredErrors>") == 1 for sheet in with_tables)


def test_characters_are_written_plainly(language: Language) -> None:
    """References such as &#38144; for each Chinese character make sheets larger, and every reader slower."""
    with ZipFile(BytesIO(built(language))) as file:
        sheets = [
            name for name in file.namelist() if name.startswith(("xl/worksheets/sheet", "xl/charts/", "xl/tables/"))
        ]
        assert [name for name in sheets if b"&#" in file.read(name).replace(b"&#10;", b"")] == []


def _one_cell() -> Workbook:
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"].font = Font(name="Arial", sz=10, b=True, color="112233")
    return book
