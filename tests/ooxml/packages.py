"""Small workbooks made from text, so that a test shows its XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from xl_salesflow.ooxml.workbook_editor import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="22" applyNumberFormat="1"/><xf numFmtId="4" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

LINKED = {
    "xl/charts": "chart",
    "xl/shapes": "chart",
    "xl/pivotCache": "pivotCacheDefinition",
    "xl/cache": "pivotCacheDefinition",
}
"""Folder of a part → its type; a chart and a pivot cache are either where Excel puts them or elsewhere."""


def relationship(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def relationships(*entries: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(entries)}</Relationships>'


def sheet(rows: str, after: str = "", tables: int = 0) -> str:
    """Return a worksheet with these rows, followed by `after` and the parts of its tables."""
    parts = "".join(f'<tablePart r:id="rId{number + 1}"/>' for number in range(tables))
    listed = f'<tableParts count="{tables}">{parts}</tableParts>' if tables else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData>{rows}</sheetData>{after}{listed}</worksheet>'
    )


def table(name: str, ref: str, columns: Mapping[str, str | None], totals: bool = False) -> str:
    """Return a table; each column has its calculated formula or None."""
    listed = "".join(
        f'<tableColumn id="{number}" name="{header}">'
        + (f"<calculatedColumnFormula>{formula}</calculatedColumnFormula>" if formula else "")
        + "</tableColumn>"
        for number, (header, formula) in enumerate(columns.items(), 1)
    )
    return (
        f'<table xmlns="{MAIN}" id="1" name="{name}" displayName="{name}" ref="{ref}" totalsRowCount="{int(totals)}">'
        f'<tableColumns count="{len(columns)}">{listed}</tableColumns></table>'
    )


def package(
    sheets: Mapping[str, str],
    tables: Mapping[str, list[str]] | None = None,
    workbook: str = "",
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """Return a workbook from sheet name → XML and sheet name → tables; `workbook` follows the list of sheets.

    Other *parts* in a folder of LINKED are linked from the workbook.
    """
    out: dict[str, str | bytes] = {}
    kinds = [(f"/xl/worksheets/sheet{i}.xml", "worksheet") for i in range(1, len(sheets) + 1)]
    listed, rels = "", []
    for number, (name, xml) in enumerate(sheets.items(), 1):
        listed += f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        rels.append(relationship(number, "worksheet", f"worksheets/sheet{number}.xml"))
        out[f"xl/worksheets/sheet{number}.xml"] = xml
        for at, made in enumerate((tables or {}).get(name, []), 1):
            part = f"tables/table{number}{at}.xml"
            kinds.append((f"/xl/{part}", "table"))
            out[f"xl/{part}"] = made
        if (tables or {}).get(name):
            count = len((tables or {})[name])
            links = [relationship(at, "table", f"../tables/table{number}{at}.xml") for at in range(1, count + 1)]
            out[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = relationships(*links)
    rels.append(relationship(90, "styles", "styles.xml"))
    for number, name in enumerate(parts or (), 100):
        if kind := LINKED.get(name.rpartition("/")[0]):
            rels.append(relationship(number, kind, f"/{name}"))
    types = "".join(
        f'<Override PartName="{part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in [*kinds, ("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    )
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    first = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{defaults}{types}</Types>',
        "_rels/.rels": relationships(relationship(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets>{workbook}</workbook>',
        "xl/_rels/workbook.xml.rels": relationships(*rels),
        "xl/styles.xml": STYLES,
    }
    return zipped(first | out | dict(parts or {}))


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def opened(data: bytes) -> Workbook:
    return Workbook(Path("book.xlsx"), data)


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def rows_of(data: bytes, number: int = 1) -> str:
    """Return the content of the sheetData element of a sheet."""
    xml = part(data, f"xl/worksheets/sheet{number}.xml")
    return xml.split("sheetData>")[1].rsplit("</", 1)[0]
