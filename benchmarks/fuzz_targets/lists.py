# ruff: noqa: E501  # a value or an element is one line
"""Lists to import: text in many dialects, and xlsx, ods and xls files, damaged; read, mapped and sometimes planned."""

from __future__ import annotations

import base64
import zlib
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.fuzz_targets.damage import a_word, cut, damage_package, noise
from benchmarks.fuzz_targets.old_list import OLD_LIST
from benchmarks.fuzz_targets.stores import refused
from tests.imports.conftest import workbook
from tests.imports.test_public_shapes import SHAPES
from xl_salesflow.errors import SalesflowError
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.map_proposal import propose_import_map

_PLANNED_ONE_IN, _MAPPED_ONE_IN = 10, 3
XLSX_PARTS = {
    "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
    b"<definedNames><definedName name=\"All\">'S'!$A$1:$D$4</definedName></definedNames></workbook>",
    "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    b'<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>'
    b'<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:D4"/><sheetData>'
    b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="str"><v>Amount</v></c><c r="D1" t="inlineStr"><is><t>Close date</t></is></c></row>'
    b'<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="str"><v>Won</v></c><c r="C2"><v>1200.5</v></c><c r="D2" s="1"><v>45991</v></c></row>'
    b'<row r="3"><c r="A3" t="str"><v>Router</v></c><c r="B3" t="str"><v>Lost</v></c><c r="C3" t="e"><v>#N/A</v></c><c r="D3" t="d"><v>2026-01-02</v></c></row>'
    b'<row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4"><f>B3</f><v>Lost</v></c><c r="C4"><f t="shared" si="0" ref="C4:C4">C2*2</f><v>2401</v></c></row></sheetData>'
    b'<mergeCells count="1"><mergeCell ref="A4:B4"/></mergeCells></worksheet>',
    "xl/sharedStrings.xml": b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="3" uniqueCount="3"><si><t>Deal name</t></si>'
    b"<si><r><t>Sta</t></r><r><t>ge</t></r></si><si><t>Scanner</t><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></si></sst>",
    "xl/styles.xml": b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts>'
    b'<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>',
}  # fmt: skip
ODS_PARTS = {
    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
    "META-INF/manifest.xml": b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
    "content.xml": b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    b'<office:body><office:spreadsheet><table:table table:name="S">'
    b'<table:table-row><table:table-cell office:value-type="string"><text:p>Deal name</text:p></table:table-cell>'
    b'<table:table-cell office:value-type="string"><text:p>Amount</text:p></table:table-cell>'
    b'<table:table-cell office:value-type="string"><text:p>Close date</text:p></table:table-cell></table:table-row>'
    b'<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string"><text:p>Scanner</text:p></table:table-cell>'
    b'<table:table-cell office:value-type="float" office:value="12.5"><text:p>12.5</text:p></table:table-cell>'
    b'<table:table-cell office:value-type="date" office:date-value="2026-01-02"><text:p>2 Jan</text:p></table:table-cell></table:table-row>'
    b'<table:table-row><table:table-cell table:number-columns-repeated="3"/></table:table-row>'
    b"</table:table></office:spreadsheet></office:body></office:document-content>",
}  # fmt: skip


def use_text_list(chance: Random, folder: Path) -> str:
    """Read and map one list in text, with words that hurt in its cells and damage in its bytes."""
    shape = chance.choice(list(SHAPES.values())).split("|")
    headers, stages, delimiter, encoding = shape[:7], shape[7:10], shape[10], shape[13]
    rows = [list(headers)]
    for number in range(chance.randint(1, 6)):
        rows.append([f"Deal {number}", "Acme", chance.choice(stages), f"{number}.5", "2026-01-02", "2026-02-03", "Li"])
    for _ in range(chance.randint(0, 4)):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = a_word(chance)
    quoted = chance.random() < 0.7
    text = chance.choice(("\n", "\r\n", "\r")).join(
        delimiter.join(f'"{cell}"' if quoted and delimiter in cell else cell for cell in row) for row in rows
    )
    data = text.encode(encoding, "replace")
    for _ in range(chance.choice((0, 1, 1, 3))):
        data = chance.choice((noise, noise, noise, cut))(data, chance)
    return _bring(folder / chance.choice(("list.csv", "list.txt", "list.tsv", "list.xls")), data, chance)


def use_sheet_list(chance: Random, folder: Path) -> str:
    """Read and map one list in a damaged xlsx, ods or xls file."""
    suffix = chance.choice(
        ("xlsx", "ods", "xlsx", "ods", "xlsx", "ods", "xls")
    )  # an xls file takes a process of its own
    if suffix == "xls":
        data = _damage_records(old_list(), chance)
    else:
        data = damage_package(XLSX_PARTS if suffix == "xlsx" else ODS_PARTS, chance)
    return _bring(folder / f"list.{suffix}", data, chance)


@cache
def old_list() -> bytes:
    """Return a sound list in the format of Excel 97-2003."""
    return zlib.decompress(base64.b85decode("".join(OLD_LIST.split())))


def _damage_records(data: bytes, chance: Random) -> bytes:
    """Damage the records of an xls file at one to six places, mostly by numbers at the ends of what they can be."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        number = chance.choice(
            (b"\xff\xff", b"\0\0", b"\x01\0", b"\xff\x7f", b"\0\x80", b"\x08\x20", chance.randbytes(2))
        )
        data = data[:at] + number + data[at + 2 :] if chance.random() < 0.8 else noise(data, chance)
    return data


def _bring(path: Path, data: bytes, chance: Random) -> str:
    path.write_bytes(data)
    try:
        if chance.randrange(_MAPPED_ONE_IN):
            read_import_sources(path)
            return "read"
        mapping = propose_import_map([path], workbook())
        mapping.to_toml("en")
        if mapping.asks or chance.randrange(_PLANNED_ONE_IN):
            return "mapped"
        build_import_changes(workbook(), [path], mapping)
    except SalesflowError as error:
        return refused(error)
    finally:
        path.unlink()
    return "planned"
