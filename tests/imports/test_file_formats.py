"""The format of a file is that of its content."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_sources import read_import_sources

XML_BOOK = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="S"><Table><Row><Cell><Data ss:Type="String">Deal</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="String">Closed</Data></Cell></Row><Row ss:Index="3"><Cell><Data ss:Type="String">A</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="DateTime">2026-01-02T00:00:00.000</Data></Cell></Row></Table></Worksheet></Workbook>"""


LINES = "<table><tr><td>Deal<td>Co</tr><tr><td>A<br>B</td><td>Müller</td></tr></table>"
NESTED = "<!DOCTYPE html><table><tr><td><table><tr><th>Deal<th>Co<tr><td rowspan=2>A<td>x<tr><td>y</table></table>"
CHINESE = "<meta charset=gbk><table><tr><th>商机<th>公司</tr><tr><td>A<td>上海</table>"
WIDE = "<html><body><table><tr><th colspan=2>Deal<th>Co</tr><tr><td>A<td>x<td>y</table>"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.xls", "Deal\tAmount\nA\t1\n", [["A", "1"]]),
        ("a.xls", "Deal\tAmount\nA\t1\n".encode("utf-16"), [["A", "1"]]),
        ("a.xlsx", "Deal,Amount\nA,1\n", [["A", "1"]]),
        ("a.xls", XML_BOOK, [["A", "2026-01-02"]]),
        ("a.xls", LINES.encode("utf-16"), [["A\nB", "Müller"]]),
        ("a.html", NESTED, [["A", "x"], ["", "y"]]),
        ("a.xls", CHINESE.encode("gbk"), [["A", "上海"]]),
        ("a.csv", WIDE, [["A", "x", "y"]]),
    ],
)  # fmt: skip
def test_a_file_is_read_as_what_it_is(
    name: str, content: bytes | str, expected: list[list[str]], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (source,) = read_import_sources(path)
    assert source.cells.to_numpy().tolist() == expected


ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""
MANIFEST = '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
ODS_ROW = '<table:table-row table:number-rows-repeated="{rows}">{cells}</table:table-row>'
ODS_CELL = (
    '<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string">'
    "<text:p>x</text:p></table:table-cell>"
)
ODS_BLANK = '<table:table-cell table:number-columns-repeated="{columns}"/>'
XLSB_ROW, XLSB_CELL = b"\x00\x04", b"\x05\x04"  # types and lengths of records; their contents are numbers of four bytes


def write_ods(path: Path, rows: str) -> Path:
    with ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", MANIFEST)
        package.writestr("content.xml", ODS.format(rows=rows))
    return path


@pytest.mark.parametrize(
    ("rows", "columns"), [(1, 1_000_000_000), (2_000_000, 100), (1_048_576, 16_384)], ids=["columns", "rows", "both"]
)
def test_repeated_cells_of_an_ods_file_are_not_expanded(rows: int, columns: int, tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", ODS_ROW.format(rows=rows, cells=ODS_CELL.format(columns=columns)))
    with pytest.raises(UsageError, match="has cells as far out as row"):
        read_import_sources(path)


ODS_ERROR = (
    '<table:table-cell xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    'office:value-type="string" office:string-value="" calcext:value-type="error" '
    'table:number-columns-repeated="{columns}"><text:p>{error}</text:p></table:table-cell>'
)


XLSB_RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/>'
    "</Relationships>"
)


def test_errors_of_an_ods_file_are_shown(tmp_path: Path) -> None:
    """The reader of cells takes them for blank, as those of other workbooks."""
    headers = "".join(ODS_CELL.format(columns=1).replace(">x<", f">{name}<") for name in ("Deal", "Amount", "Cost"))
    rows = (
        headers,
        ODS_CELL.format(columns=1) + ODS_ERROR.format(columns=2, error="#DIV/0!"),
        ODS_CELL.format(columns=3),
    )
    path = write_ods(tmp_path / "a.ods", "".join(ODS_ROW.format(rows=1, cells=cells) for cells in rows))
    (source,) = read_import_sources(path)
    assert source.cells.to_numpy().tolist() == [["x", "#DIV/0!", "#DIV/0!"], ["x", "x", "x"]]


def test_the_blank_rest_of_an_ods_sheet_does_not_count(tmp_path: Path) -> None:
    cells = [ODS_CELL.format(columns=columns) + ODS_BLANK.format(columns=16_384 - columns) for columns in (3, 2)]
    rows = "".join(ODS_ROW.format(rows=1, cells=line) for line in cells)
    rest = ODS_ROW.format(rows=1_048_574, cells=ODS_BLANK.format(columns=16_384))
    (source,) = read_import_sources(write_ods(tmp_path / "a.ods", rows + rest))
    assert (source.headers, source.cells.to_numpy().tolist()) == (
        ["x"],
        [["x"]],
    )  # columns of one header that agree are one


def test_a_far_cell_of_a_binary_workbook_is_refused(tmp_path: Path) -> None:
    records = XLSB_ROW + (1_000_000).to_bytes(4, "little") + XLSB_CELL + (500).to_bytes(4, "little")
    with ZipFile(tmp_path / "a.xlsb", "w") as package:
        package.writestr("xl/workbook.bin", b"")
        package.writestr("xl/worksheets/sheet1.bin", records)
    with pytest.raises(UsageError, match="row 1,000,001 and column 501"):
        read_import_sources(tmp_path / "a.xlsb")


@pytest.mark.parametrize(
    "content",
    [
        "<html><table>" + ("<tr>" + "<td colspan=1000 rowspan=1000>x" * 200) * 50,
        XML_BOOK.replace('ss:Index="3"><Data', 'ss:Index="1048576"><Data').replace(
            '<Row ss:Index="3">', '<Row ss:Index="900">'
        ),
    ],
    ids=["spans of a web page", "positions of an XML spreadsheet"],
)
def test_cells_far_out_in_marked_up_text_are_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(content)
    with pytest.raises(UsageError, match="has cells as far out as row"):
        read_import_sources(path)


def test_each_table_of_a_web_page_is_a_source(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    table = "<table><caption>{0}</caption><tr><th>Deal<th>Co</tr><tr><td>{0}<td>x</tr></table>"
    path.write_text(f"<html>{table.format('Won')}<p>{table.format('Lost')}</html>")
    assert [source.sheet for source in read_import_sources(path)] == ["Won", "Lost"]


def test_a_workbook_called_csv_is_read_as_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Deal", "Amount"])
    book.active.append(["A", 1])
    book.save(tmp_path / "a.xlsx")
    path = (tmp_path / "a.xlsx").rename(tmp_path / "a.csv")
    (source,) = read_import_sources(path)
    assert (source.sheet, source.cells.to_numpy().tolist()) == ("Sheet", [["A", "1"]])


def test_hidden_rows_are_counted(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Deal", "Amount"], ["A", 1], ["B", 2], ["C", 3]):
        book.active.append(row)
    for number in (2, 4, 50):
        book.active.row_dimensions[number].hidden = True
    book.save(tmp_path / "a.xlsx")
    (source,) = read_import_sources(tmp_path / "a.xlsx")
    assert [(notice.row, dict(notice.facts)) for notice in source.notices] == [(2, {"count": 2})]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.numbers", "x", "Apple Numbers document"),
        ("a.gsheet", '{"url": "https://docs.google.com/x", "doc_id": "1"}', "link to a Google sheet"),
        ("a.csv", "%PDF-1.7", "is a PDF"),
        ("a.xls", "MIME-Version: 1.0\nX: y", "web archive"),
        ("a.xls", "<html><p>Session expired</html>", "web page without a table"),
        ("a.xlsx", "", "cannot be read as a workbook"),
        ("a.docx", "x", "neither CSV nor a workbook"),
        ("a.csv", "", "has no rows below its headers"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UsageError, match=message):
        read_import_sources(path)


@pytest.mark.parametrize(
    ("part", "message"),
    [("Index/Document.iwa", "Apple Numbers"), ("word/document.xml", "no workbook, whatever its name")],
)
def test_a_package_that_is_no_workbook_is_named(part: str, message: str, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.xlsx", "w") as package:
        package.writestr(part, "x")
    with pytest.raises(UsageError, match=message):
        read_import_sources(tmp_path / "a.xlsx")


def xlsb_record(kind: int, body: bytes = b"") -> bytes:
    """Return a record of a part of a binary workbook; its type and length are written seven bits a byte."""

    def number(value: int) -> bytes:
        return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + number(value >> 7)

    return number(kind) + number(len(body)) + body


def xlsb_text(text: str) -> bytes:
    return len(text).to_bytes(4, "little") + text.encode("utf-16-le")


def test_errors_of_a_binary_workbook_are_shown(tmp_path: Path) -> None:
    """The reader of cells takes them for blank."""
    cells = {0: {0: "Deal", 1: "Amount"}, 1: {0: "A", 1: b"\x2a"}, 2: {0: "B", 1: b"\x17"}, 3: {0: "C", 1: "5"}}
    sheet = xlsb_record(129) + xlsb_record(148, bytes(16)) + xlsb_record(145)
    for row, line in cells.items():
        sheet += xlsb_record(0, row.to_bytes(4, "little") + bytes(21))
        for column, cell in line.items():
            body = column.to_bytes(4, "little") + bytes(4) + (cell if isinstance(cell, bytes) else xlsb_text(cell))
            sheet += xlsb_record(3 if isinstance(cell, bytes) else 6, body)
    named = xlsb_record(156, bytes(8) + xlsb_text("rId1") + xlsb_text("Deals"))
    with ZipFile(tmp_path / "a.xlsb", "w") as package:
        package.writestr(
            "xl/workbook.bin", xlsb_record(131) + xlsb_record(143) + named + xlsb_record(144) + xlsb_record(132)
        )
        package.writestr("xl/_rels/workbook.bin.rels", XLSB_RELATIONSHIPS)
        package.writestr("xl/worksheets/sheet1.bin", sheet + xlsb_record(146) + xlsb_record(130))
    (source,) = read_import_sources(tmp_path / "a.xlsb")
    assert source.cells.to_numpy().tolist() == [["A", "#N/A"], ["B", "#REF!"], ["C", "5"]]
