"""Damage workbooks and use them as a user would; `python -m tests.ooxml.fuzzing N SEED` does it N times.

Packages are damaged below their compression and checksums, so that the damage reaches the code that reads the parts.
"""

# ruff: noqa: E501 -- an element reads best on one line
from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.ooxml.packages import package, relationship, relationships, sheet, table, zipped
from xl_salesflow.errors import WorkbookError
from xl_salesflow.ooxml.cell_contents import CachedValue, CellFormula
from xl_salesflow.ooxml.workbook_editor import Workbook

MARK = " mark & <mark>"
TWICE = "Deals[[#This Row],[Amount]]*2"
Parts = dict[str, bytes]

NASTY = (
    *("", "0", "-1", "1", "2", "1048576", "1048577", "99999999999999999999", "9" * 5000, "1e309", "nan", "0x10", "１", "٣", "²"),
    *("A1", "A0", "XFD1048576", "XFE1", "A1:XFD1048576", "B2:A1", "A:A", "1:1", "A1 B2", "$A$1", "#REF!", "AAAAAAAAAAAA1"),
    *("true", "s", "n", "d", "e", "b", "str", "inlineStr", "shared", "array", "dataTable", "2026-13-45", "24:00", "T"),
    *("Deals", "S", "../xl/workbook.xml", "/xl/tables/table11.xml", "worksheets/sheet1.xml", "%00", "%ff", "..", "//"),
    *("&#0;", "&amp;", "&bogus;", "&#x110000;", "&#xD800;", "_xD800_", "_x0041_", "'", "[", "x" * 40, "<v>", "]]>", "<!--"),
)  # fmt: skip
_ATTRIBUTE, _TEXT, _TAG = re.compile(rb'="([^"]*)"'), re.compile(rb">([^<]+)<"), re.compile(rb"<[^>]*>")
_ELEMENT = re.compile(rb"<([\w:.-]+)[^>]*?(?:/>|>.*?</\1>)", re.DOTALL)


def seeds() -> list[Parts]:
    """Return valid workbooks that together exercise every branch of the reader and the writer."""
    return [unpacked(data) for data in (plain(), rich())]


def plain() -> bytes:
    """Return a workbook with every kind of cell."""
    kinds = (
        *('<c r="A{0}"><v>1.5</v></c>', '<c r="B{0}" s="1"><v>45000</v></c>', '<c r="C{0}" t="s"><v>0</v></c>'),
        *('<c r="D{0}" t="b"><v>1</v></c>', '<c r="E{0}" t="e"><v>#N/A</v></c>', '<c r="F{0}" t="str"><v>a_x0041_</v></c>'),
        *('<c t="inlineStr"><is><r><t>x</t></r><rPh><t>y</t></rPh></is></c>', '<c r="H{0}" t="d"><v>2026-01-02T03:04</v></c>'),
        *('<c r="I{0}"><f>A{0}</f><v>1</v></c>', '<c r="J{0}"><f t="shared" ref="J1:J3" si="0">A1</f><v>1</v></c>', "<c/>"),
    )  # fmt: skip
    rows = "".join(f'<row r="{n}" spans="1:10">{"".join(kinds).format(n)}</row>' for n in (1, 3)) + "<row><c/></row>"
    array = '<row r="9"><c r="A9"><f t="array" ref="A9:A10">B1:B2</f><v>1</v></c></row><row r="10"><c r="A10"><v>2</v></c></row>'
    after = '<sheetProtection sheet="1"/><mergeCells count="1"><mergeCell ref="K1:L2"/></mergeCells>'
    names = "<definedNames><definedName name=\"Here\">'S'!$A$1</definedName></definedNames><calcPr/>"
    strings = '<sst><si><t>one</t></si><si><r><t>t</t></r><r><t xml:space="preserve"> wo</t></r></si></sst>'
    return with_part(package({"S": sheet(rows + array, after)}, workbook=names), "sharedStrings", strings)


def rich() -> bytes:
    """Return a workbook with a table that has totals and a calculated column, and everything that can refer to a table."""
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><v>D-{n}</v></c><c r="B{n}" s="3"><v>{n}</v></c><c r="C{n}"><f>{TWICE}</f><v>2</v></c></row>'
        for n in (2, 3, 4)
    )
    head = '<row r="1"><c r="A1" t="str"><v>Deal</v></c><c r="B1" t="str"><v>Amount</v></c><c r="C1" t="str"><v>Twice</v></c></row>'
    totals = '<row r="5"><c r="B5"><f>SUBTOTAL(109,Deals[Amount])</f><v>9</v></c></row>'
    after = (
        '<conditionalFormatting sqref="B2:B4"><cfRule type="expression" priority="1"><formula>$B2&gt;1</formula></cfRule>'
        '</conditionalFormatting><dataValidations count="1"><dataValidation sqref="A2:A4"><formula1>S!$B$2:$B$4</formula1>'
        "</dataValidation></dataValidations>"
    )
    deals = table("Deals", "A1:C5", {"Deal": None, "Amount": None, "Twice": TWICE}, totals=True)
    other = sheet('<row r="1"><c r="A1"><f>SUM(S!B2:B4)</f><v>9</v></c></row>')
    more = {
        "xl/charts/chart1.xml": '<c:chart xmlns:c="c"><c:f>S!$B$2:$B$4</c:f></c:chart>',
        "xl/pivotCache/pivotCacheDefinition1.xml": '<pivotCacheDefinition><worksheetSource ref="A1:C4" sheet="S"/></pivotCacheDefinition>',
    }
    sheets = {"S": sheet(head + cells + totals, after, 1), "T": other}
    made = package(
        sheets, {"S": [deals]}, '<definedNames><definedName name="All">S!$A$2:$C$4</definedName></definedNames>', more
    )
    return with_part(made, "calcChain", '<calcChain><c r="C2" i="1"/></calcChain>')


def with_part(data: bytes, kind: str, xml: str) -> bytes:
    """Add a part with a relationship from the workbook part."""
    parts = unpacked(data)
    rels = "xl/_rels/workbook.xml.rels"
    added = relationships(relationship(91, kind, f"{kind}.xml"))
    new = added[added.index("<Relationship ") :]
    return zipped(parts | {rels: parts[rels].decode().replace("</Relationships>", new), f"xl/{kind}.xml": xml})


def unpacked(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def damaged(parts: Mapping[str, bytes], chance: Random) -> bytes:
    """Damage a workbook in one to three places, within its parts or, rarely, as a file."""
    hurt = dict(parts)
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(sorted(hurt))
        hurt[name] = chance.choice(DAMAGES)(hurt[name], chance)
    if chance.random() < 0.1:
        first, second = chance.choice(sorted(hurt)), chance.choice(sorted(hurt))
        hurt[first] = hurt.pop(second)
    data = zipped(hurt)
    return overwritten(data, chance) if chance.random() < 0.1 else data


def _in_place(pattern: re.Pattern[bytes], group: int) -> Callable[[bytes, Random], bytes]:
    """Return a function that replaces something by something harmful."""

    def damage(xml: bytes, chance: Random) -> bytes:
        found = list(pattern.finditer(xml))
        if not found:
            return xml
        start, end = chance.choice(found).span(group)
        return xml[:start] + chance.choice(NASTY).encode() + xml[end:]

    return damage


def without(xml: bytes, chance: Random) -> bytes:
    """Leave out a tag or an element."""
    found = list(chance.choice((_TAG, _ELEMENT)).finditer(xml))
    start, end = chance.choice(found).span() if found else (0, 0)
    return xml[:start] + xml[end:]


def elsewhere(xml: bytes, chance: Random) -> bytes:
    """Repeat an element at another place."""
    found, tags = list(_ELEMENT.finditer(xml)), list(_TAG.finditer(xml))
    if not found or not tags:
        return xml
    at = chance.choice(tags).end()
    return xml[:at] + chance.choice(found).group() * chance.choice((1, 2, 50)) + xml[at:]


def overwritten(data: bytes, chance: Random) -> bytes:
    """Write noise over a few bytes."""
    at, noise = chance.randrange(len(data) + 1), chance.randbytes(chance.randint(1, 8))
    return data[:at] + noise + data[at + chance.choice((0, len(noise))) :]


def cut(data: bytes, chance: Random) -> bytes:
    """Cut the end off."""
    return data[: chance.randrange(len(data) + 1)]


DAMAGES = (
    _in_place(_ATTRIBUTE, 1),
    _in_place(_ATTRIBUTE, 1),
    _in_place(_TEXT, 1),
    without,
    elsewhere,
    overwritten,
    cut,
)


def use(data: bytes) -> None:
    """Use every operation on a file; raise unless each works or is refused."""
    with suppress(WorkbookError):
        read(opened(data))
    for edit in EDITS:
        with suppress(WorkbookError):
            workbook = opened(data)
            edit(workbook)
            read(opened(workbook.to_bytes()))


def opened(data: bytes) -> Workbook:
    return Workbook(Path("fuzzed.xlsx"), data)


def read(workbook: Workbook) -> None:
    """Read everything."""
    for sheet_name, each in workbook.sheets.items():
        workbook.read_range(sheet_name, "A1:L12")
        assert each.protected in (True, False)
    for name in workbook.names:
        workbook.read_name(name)
    for name, each_table in workbook.tables.items():
        workbook.read_table(name)
        workbook.find_overwritten_formulas(name, {column.name: column.formula or "1" for column in each_table.columns})


def set_cells(workbook: Workbook) -> None:
    for name in workbook.sheets:
        for row, column, value in (
            (3, 1, MARK),
            (3, 2, 5),
            (4, 9, CellFormula("1+1", 2)),
            (12, 3, None),
            (2, 7, CachedValue(1)),
        ):
            workbook.set_cell(name, row, column, value)
    workbook.require_recalculation()


def set_column(workbook: Workbook) -> None:
    for name, each in workbook.tables.items():
        for header in each.headers:
            workbook.set_column(name, header, {each.first_row: MARK})


def append(workbook: Workbook) -> None:
    for name, each in workbook.tables.items():
        workbook.append_rows(name, {header: [MARK, 7] for header in each.headers[:2]})


def replace(workbook: Workbook) -> None:
    for name, each in workbook.tables.items():
        workbook.replace_rows(name, {header: [MARK] for header in each.headers[:1]})


def delete(workbook: Workbook) -> None:
    for name, each in workbook.tables.items():
        workbook.delete_rows(name, [each.first_row])


EDITS = (set_cells, set_column, append, replace, delete)


def main(count: int, seed: int) -> None:
    """Damage and use a number of workbooks; a failure names the seed that repeats it."""
    sound = seeds()
    for number in range(seed, seed + count):
        chance = Random(number)
        try:
            use(damaged(chance.choice(sound), chance))
        except BaseException:
            print(f"seed {number}", file=sys.stderr)
            raise


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
