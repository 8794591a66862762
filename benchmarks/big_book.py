"""Make a workbook as Excel would: one table of N rows and 30 columns, two charts, shared strings, dates, calculated columns.

python benchmarks/big_book.py ROWS BOOK. The same number of rows always gives the same workbook.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import openpyxl
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableFormula

STAGES = ("Lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
OWNERS = tuple(f"Owner {number}" for number in range(40))
TEXTS = (*STAGES, *OWNERS, *(f"Région & Söhne {number}" for number in range(200)))
HEADERS = (
    *("Key", "Account", "Stage", "Owner", "Region", "Source", "Product", "Note"),
    *(f"Date {number}" for number in range(1, 5)),
    *(f"Amount {number}" for number in range(1, 9)),
    *(f"Count {number}" for number in range(1, 7)),
    *("Open", "Checked", "Total", "Share"),
)
CALCULATED = {
    "Total": "Data[[#This Row],[Amount 1]]+Data[[#This Row],[Amount 2]]",
    "Share": "Data[[#This Row],[Amount 1]]/Data[[#This Row],[Total]]",
}
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
ANNOUNCED = {
    "[Content_Types].xml": (
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>',
    ),
    "xl/_rels/workbook.xml.rels": (
        b"</Relationships>",
        b'<Relationship Id="strings" Target="sharedStrings.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>',
    ),
}
DATE_STYLE, BLOCK, DISTINCT = 1, 2000, 100_000  # further rows repeat earlier ones, with new keys
CHARTED = 1_000_000  # openpyxl's limit for the rows of a chart


def make(path: Path, rows: int) -> None:
    """Write the workbook: openpyxl builds all but the rows, which are written as text, so that a million take seconds."""
    with zipfile.ZipFile(frame(rows)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new:
        for name in old.namelist():
            if name == SHEET:
                with new.open(name, "w", force_zip64=True) as part:
                    for piece in sheet(old.read(name), rows):
                        part.write(piece)
            elif name != STRINGS:
                new.writestr(name, with_strings(name, old.read(name)))
        new.writestr(STRINGS, strings(rows))


def with_strings(name: str, xml: bytes) -> bytes:
    """Declare the part with the shared strings, if it is not declared yet."""
    if b"sharedStrings" not in xml and name in ANNOUNCED:
        closing, announcement = ANNOUNCED[name]
        return xml.replace(closing, announcement + closing)
    return xml


def frame(rows: int) -> io.BytesIO:
    """Build everything except the rows."""
    book = openpyxl.Workbook()
    data, charts = book.active, book.create_sheet("Charts")
    data.title = "Data"
    data.append(HEADERS)
    data["A1"].number_format = "yyyy-mm-dd"  # makes cell format 1
    table = Table(displayName="Data", ref=f"A1:{get_column_letter(len(HEADERS))}{rows + 1}")
    table._initialise_columns()
    for column, header in zip(table.tableColumns, HEADERS, strict=True):
        column.name = header
        if header in CALCULATED:
            column.calculatedColumnFormula = TableFormula(attr_text=CALCULATED[header])
    data.add_table(table)
    for kind, column, place in ((BarChart, 13, "A1"), (LineChart, 14, "A20")):
        chart = kind()
        chart.add_data(
            Reference(data, min_col=column, min_row=1, max_row=min(rows + 1, CHARTED)), titles_from_data=True
        )
        charts.add_chart(chart, place)
    out = io.BytesIO()
    book.save(out)
    return out


def sheet(xml: bytes, rows: int) -> Iterator[bytes]:
    """Yield the sheet with the rows inserted."""
    head, tail = re.split(rb"<sheetData>.*</sheetData>", xml, flags=re.DOTALL)
    yield re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:AD%d"' % (rows + 1), head) + b"<sheetData>"
    yield line([("s", len(TEXTS) + at) for at in range(len(HEADERS))]).replace("@", "1").encode()
    chance = Random(1)
    made: list[str] = []
    for start in range(0, rows, BLOCK):
        if len(made) < DISTINCT:
            made += (line(cells(chance)) for _ in range(BLOCK))
        numbers = range(start, min(start + BLOCK, rows))
        yield "".join(
            made[at % DISTINCT].replace("@", str(at + 2)).replace("~", str(len(TEXTS) + len(HEADERS) + at))
            for at in numbers
        ).encode()
    yield b"</sheetData>" + tail


def cells(chance: Random) -> list[tuple[str, object]]:
    """Make up one row: the kind and the value of each cell; ~ is a placeholder for the key."""
    texts: list[tuple[str, object]] = [("s", "~")]
    texts += [("s", chance.randrange(len(TEXTS))) for _ in range(7)]
    dates = [("date", chance.randrange(43_000, 46_000)) for _ in range(4)]
    amounts = [chance.randrange(10_000_000) / 100 + 0.01 for _ in range(8)]
    total = amounts[0] + amounts[1]
    numbers = [("n", amount) for amount in amounts] + [("n", chance.randrange(1000)) for _ in range(6)]
    flags = [("b", chance.randrange(2)) for _ in range(2)]
    return [*texts, *dates, *numbers, *flags, ("Total", total), ("Share", amounts[0] / total)]


LETTERS = [get_column_letter(column) for column in range(1, len(HEADERS) + 1)]
KINDS = {"n": "", "s": ' t="s"', "b": ' t="b"', "date": f' s="{DATE_STYLE}"', "Total": "", "Share": ""}


def line(values: list[tuple[str, object]]) -> str:
    """Write one row as Excel does; @ is a placeholder for the row number."""
    inside = "".join(
        f'<c r="{letter}@"{KINDS[kind]}>{f"<f>{CALCULATED[kind]}</f>" if kind in CALCULATED else ""}<v>{value}</v></c>'
        for letter, (kind, value) in zip(LETTERS, values, strict=True)
    )
    return f'<row r="@" spans="1:{len(values)}">{inside}</row>'


def strings(rows: int) -> str:
    """Return the part with the shared strings: the texts, the headers, and a key for every row."""
    keys = (f"K-{number:07}" for number in range(rows))
    listed = "".join(f"<si><t>{text.replace('&', '&amp;')}</t></si>" for text in (*TEXTS, *HEADERS, *keys))
    return f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{listed}</sst>'


if __name__ == "__main__":
    make(Path(sys.argv[2]), int(sys.argv[1]))
