"""The same workbook, the same bytes: on any machine, on any day."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree
from openpyxl import Workbook

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_DIMENSION = re.compile(rb'<dimension ref="([A-Z0-9:]+)"')
_TABLE_PARTS = re.compile(rb"<tableParts\b")
_AFTER = re.compile(rb"<(?:drawing|legacyDrawing)\b")  # what the schema puts after ignoredErrors
_LEVEL = 9
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_FIRST = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
# the schema's order; openpyxl has another, and Microsoft's validator minds
_FONT_ORDER = ("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name",
               "family", "charset", "scheme")  # fmt: skip


def packed(workbook: Workbook) -> bytes:
    """Return *workbook* as a file: the same members everywhere, and the same bytes wherever zlib is zlib.

    Some Pythons come with zlib-ng, which deflates the same content to other bytes.
    """
    raw = BytesIO()
    workbook.save(raw)
    out = BytesIO()
    with ZipFile(raw) as source, ZipFile(out, "w") as target:
        for name in sorted(source.namelist(), key=_place):
            member = ZipInfo(name, _LONG_AGO)
            member.create_system = 0
            target.writestr(member, _settled(name, source.read(name)), ZIP_DEFLATED, _LEVEL)
    return out.getvalue()


def _place(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def _settled(name: str, part: bytes) -> bytes:
    if name == "docProps/core.xml":
        return _STAMP.sub(rb"\g<1>2026-01-01T00:00:00Z", part)
    if name == "xl/styles.xml":
        return _with_ordered_fonts(part)
    if name.startswith("xl/worksheets/sheet"):
        return _without_green_corners(part)
    return part


def _without_green_corners(part: bytes) -> bytes:
    # formulas that differ from their neighbours are meant here, and so are numbers kept as text; openpyxl cannot say so
    tables = _TABLE_PARTS.search(part)
    if tables is None:
        return part
    dimension = _DIMENSION.search(part)
    place = _AFTER.search(part) or tables
    area = dimension.group(1) if dimension else b"A1"
    ignored = b'<ignoredErrors><ignoredError sqref="%s" numberStoredAsText="1" formula="1"/></ignoredErrors>' % area
    return part[: place.start()] + ignored + part[place.start() :]


def _with_ordered_fonts(part: bytes) -> bytes:
    root = etree.fromstring(part)
    for font in root.iter(f"{_MAIN}font"):
        font[:] = sorted(font, key=lambda child: _FONT_ORDER.index(etree.QName(child).localname))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
