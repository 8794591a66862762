"""Hostile and damaged files: rows with findings or one sentence, in a time that fits their size."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.fuzz_targets.lists import ODS_PARTS, old_list
from tests.imports.conftest import workbook as store
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_sources import ImportSource, read_import_sources
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.imports.text_encodings import LOST_CHARACTER

ROWS = (
    '<row r="1"><c r="A1" t="str"><v>Deal</v></c><c r="B1" t="str"><v>Amount</v></c></row>'
    '<row r="2"><c r="A2" t="str"><v>D-1</v></c><c r="B2"><v>5</v></c></row>'
)
FAR_CELL = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(path: Path, rows: str, part: str = "xl/worksheets/sheet1.xml", root: str = "worksheet") -> Path:
    """Write a workbook whose only sheet has these rows, in a part of any name."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    prefix = "".join(root.rpartition(":")[:2])
    rows = rows.replace("</", f"</{prefix}").replace("<", f"<{prefix}").replace(f"<{prefix}/{prefix}", f"</{prefix}")
    declared = f'xmlns:{prefix[:-1]}="{main}"' if prefix else f'xmlns="{main}"'
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{RELATIONSHIPS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONSHIPS}/worksheet" Target="/{part}"/></Relationships>',
        part: f"<{root} {declared}><{prefix}sheetData>{rows}</{prefix}sheetData></{root}>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("rows", "part", "root"),
    [
        (ROWS + FAR_CELL, "xl/worksheets/sheet1.xml", "worksheet"),
        (ROWS + FAR_CELL, "xl/Worksheets/Sheet1.XML", "worksheet"),
        (ROWS + FAR_CELL, "xl/other/list.xml", "worksheet"),
        (ROWS + FAR_CELL, "xl/media/picture.png", "worksheet"),
        (ROWS + FAR_CELL, "xl/worksheets/sheet1.xml", "x:worksheet"),
        (ROWS + FAR_CELL, "xl/worksheets/sheet1.xml", "sst"),
        (ROWS + FAR_CELL.replace('"', "'"), "xl/worksheets/sheet1.xml", "worksheet"),
        (ROWS + FAR_CELL.replace("XFD", "xfd"), "xl/worksheets/sheet1.xml", "worksheet"),
        (ROWS + FAR_CELL.replace("<c r", '<c s="1"\n\t r '), "xl/worksheets/sheet1.xml", "worksheet"),
        (ROWS + FAR_CELL.replace("<c r", f'<c x="{"y" * 5_000}" r'), "xl/worksheets/sheet1.xml", "worksheet"),
        (ROWS + f'<row r="900000">{"<c><v>1</v></c>" * 500}</row>', "xl/worksheets/sheet1.xml", "worksheet"),
        (ROWS + '<row r="1048576"><c r="D1048576"><v>1</v></c></row>', "xl/worksheets/sheet1.xml", "worksheet"),
    ],
)  # fmt: skip
# attack: a cell in the last row, in 12 ways of writing it
# outcome: refused, with row and column
def test_a_cell_far_out_is_refused_however_it_is_written(tmp_path: Path, rows: str, part: str, root: str) -> None:
    with pytest.raises(UsageError, match=r"has cells as far out as row [\d,]+ and column \d") as caught:
        read_import_sources(workbook(tmp_path / "far.xlsx", rows, part, root))
    assert caught.value.in_("zh") != str(caught.value)


@pytest.mark.parametrize("rows", [ROWS, ROWS.replace(' r="A', ' x="A').replace(' r="B', ' x="B')])
def test_cells_with_and_without_references_are_read(tmp_path: Path, rows: str) -> None:
    (source,) = read_import_sources(workbook(tmp_path / "list.xlsx", rows))
    assert source.headers == ["Deal", "Amount"]
    assert list(source.cells["Amount"]) == ["5"]


def lost(source: ImportSource) -> bool:
    return any(LOST_CHARACTER in text for column in source.cells for text in source.cells[column])


LIST = "Deal,Name,Amount\nD-1,Scanner,5\nD-2,Router,6\n"


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        (b"\xff\xfe" + LIST.encode("utf-16-le") + b"\x00\xd8" + b",\x00x\x00\n\x00", lost),
        (b"\xff\xfe" + LIST.encode("utf-16-le")[:-1], lambda source: len(source.cells) == 2),
        (b"\xfe\xff" + LIST.encode("utf-16-be") + b"\x0a", lambda source: len(source.cells) >= 2),
        (b"\x00\x00\xfe\xff" + LIST.encode("utf-32-be") + b"\x00\x11", lambda source: len(source.cells) >= 2),
        (b"\xef\xbb\xbf" + LIST.encode() + b"D-4,Switch,7\n" * 20 + b"D-3,\xff\xfe\xed\xa0\x80,7\n", lost),
        (LIST.replace("Scanner", "x" * 131_073).encode(), lambda source: len(source.cells["Name"].iloc[0]) == 131_073),
        (LIST.replace("Scanner", "a\0b").encode(), lambda source: len(source.cells) == 2),
        (LIST.encode() + b"\0" * 1_000, lambda source: len(source.cells) >= 2),
    ],
)
# attack: text with a false byte order mark, NULs, cells of megabytes
# outcome: read as far as it goes, in time that fits its size
def test_damaged_text_is_read_as_far_as_it_goes(
    tmp_path: Path, raw: bytes, seen: Callable[[ImportSource], bool]
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(raw)
    assert seen(read_import_sources(path)[0])


@pytest.mark.parametrize(
    "text",
    [
        LIST.replace("Name", "N" * 3_000_000),
        "x," * 20_000 + "\n" + "1," * 20_000 + "\n",
    ],
)
def test_headers_without_end_are_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="are not those of a list; is a quotation mark missing") as caught:
        read_import_sources(path)
    assert caught.value.in_("zh") != str(caught.value)


@pytest.mark.parametrize("middle", ["x" * 3_000_000, "é" + "x" * 3_000_000, "\xa6" * 1_000_000, "A b" * 700_000])
def test_a_long_cell_takes_time_in_proportion_to_its_length(tmp_path: Path, middle: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(LIST.replace("Scanner", middle).encode("latin-1"))
    start = time.process_time()
    read_import_sources(path)
    assert time.process_time() - start < 15


CELL_RECORD, SIZE_RECORD, LAST_CELL = bytes.fromhex("fd000a00"), bytes.fromhex("00020e00"), b"\xff\xff\xff\x00"


@pytest.mark.parametrize(
    ("record", "skipped", "written"),
    [(CELL_RECORD, 0, LAST_CELL), (SIZE_RECORD, 4, b"\xff\xff\xff\x7f"), (SIZE_RECORD, 4, b"\x00\x00\x02\x00\x00\x00\xff\x00")],
)  # fmt: skip
# attack: a cell in the last row of an `.xls` file, a size that lies, sectors in a circle
# outcome: refused, with row and column, or as no workbook
def test_a_cell_far_out_in_an_old_workbook_is_refused(
    tmp_path: Path, record: bytes, skipped: int, written: bytes
) -> None:
    """Of 65,536 rows and 256 columns a reader makes more than a gigabyte, and of a size that lies it may ask for any."""
    data = old_list()
    at = data.rindex(record) + 4 + skipped
    path = tmp_path / "far.xls"
    path.write_bytes(data[:at] + written + data[at + len(written) :])
    with pytest.raises(UsageError, match=r"has cells as far out as row [\d,]+ and column \d"):
        read_import_sources(path)


def test_errors_of_an_old_workbook_are_shown(tmp_path: Path) -> None:
    """The reader of cells takes them for blank: here a text that becomes the error #N/A."""
    data = bytearray(old_list())
    at = data.rindex(CELL_RECORD)
    data[at : at + 2], data[at + 10 : at + 12] = b"\x05\x02", b"\x2a\x01"
    (path := tmp_path / "error.xls").write_bytes(data)
    (source,) = read_import_sources(path)
    assert list(source.cells["Stage"]) == ["Won", "Lost", "#N/A"]


def test_an_old_workbook_whose_sectors_lead_in_a_circle_is_refused(tmp_path: Path) -> None:
    data = bytearray(old_list())
    data[512:1024] = b"\0\0\0\0" * 128  # each sector is followed by the first one
    path = tmp_path / "circle.xls"
    path.write_bytes(data)
    with pytest.raises(UsageError, match="cannot be read as a workbook"):
        read_import_sources(path)


@pytest.mark.parametrize("kept", [-66, 1_100, 1_600])
# attack: an `.xls` file at which the reader gives up, or for which it asks for any memory
# outcome: read in a child with 1 GiB; refused
def test_a_damaged_file_at_which_the_native_reader_gives_up_is_refused(
    tmp_path: Path, kept: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """The library panics, and prints that on the terminal; found by fuzzing."""
    path = tmp_path / "cut.xls"
    path.write_bytes(old_list()[:kept])
    with pytest.raises(UsageError, match="cannot be read as a workbook") as caught:
        read_import_sources(path)
    assert caught.value.in_("zh") != str(caught.value)
    assert capfd.readouterr().err == ""


NINES = "9" * 5_000


def test_thousands_of_digits_are_no_error_of_python(tmp_path: Path) -> None:
    """Python refuses to convert them; found by fuzzing."""
    ods = tmp_path / "a.ods"
    with zipfile.ZipFile(ods, "w") as package:
        content = ODS_PARTS["content.xml"].replace(b'repeated="2"', f'repeated="{NINES}"'.encode())
        for name, part in (ODS_PARTS | {"content.xml": content}).items():
            package.writestr(name, part)
    (tmp_path / "a.html").write_text(
        f'<table><tr><td colspan="{NINES}">Deal<td>Amount<tr><td>A<td>1</table>', encoding="utf-8"
    )
    (tmp_path / "a.csv").write_text(f"Deal,Stage\nA,{NINES} Lead\nB,{NINES}\n", encoding="utf-8")
    hidden = ROWS.replace('<row r="2"', f'<row r="{NINES}" hidden="1"')
    for path in (ods, tmp_path / "a.html", workbook(tmp_path / "a.xlsx", hidden)):
        with suppress(UsageError):
            read_import_sources(path)
    with suppress(UsageError):
        propose_import_map([tmp_path / "a.csv"], store())


@pytest.mark.parametrize(("at", "value"), [(4, 168), (8, 99), (6, 1)], ids=["version", "method", "password"])
def test_a_package_that_python_cannot_unpack_is_refused(tmp_path: Path, at: int, value: int) -> None:
    path = workbook(tmp_path / "list.xlsx", ROWS)
    data = bytearray(path.read_bytes())
    entry = 0
    while (entry := data.find(b"PK\x01\x02", entry + 1)) > 0:
        data[entry + at + 2] = value
    path.write_bytes(data)
    with pytest.raises(UsageError, match=r"cannot be read|password"):
        read_import_sources(path)
