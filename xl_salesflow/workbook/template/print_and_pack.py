"""Set how sheets print and freeze, and pack a workbook so that its bytes do not depend on machine or day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import Outline, PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.shared_texts import (
    NO_SHARED_STRINGS,
    SHARED_STRINGS_KIND,
    SHARED_STRINGS_PART,
    SHARED_STRINGS_TYPE,
)
from xl_salesflow.schema.sheet_layouts import SHEET_LAYOUTS, SheetLayout, columns_that_style_blanks, group_columns
from xl_salesflow.workbook.template.starter_content import PAGE_FOOTER
from xl_salesflow.workbook.template.table_sheets import PlacedTable, column_width
from xl_salesflow.workbook.template.template_styles import GROUP_COLOURS

_PAGE_WIDTH = 1490  # pixels of a sheet that fit the width of a landscape page with letters of seven points
_PIXELS_PER_CHARACTER, _COLUMN_PADDING = 7, 5
_HEADER_ROW_HEIGHT = 34
_ROW_HEIGHT = 14  # points: the second line of a longer text stays out of sight
_LAST_SHEET_ROW = 1_048_576


def lay_out_table_sheet(placed: PlacedTable, language: Language) -> None:
    """Set widths, freeze the header and the key, and print landscape, one page wide, with the header on every page."""
    sheet, columns = placed.sheet, placed.table.columns
    for column in columns:
        sheet.column_dimensions[placed.column_letter(column.id)].width = column_width(column, language)
    sheet.row_dimensions[placed.top].height = _HEADER_ROW_HEIGHT
    layout = SHEET_LAYOUTS.get(placed.table.name)
    frozen = layout.frozen if layout else 1
    if layout:
        _fold_columns(placed, layout)
    _style_blanks_by_column(placed)
    sheet.freeze_panes = f"{get_column_letter(placed.left + frozen)}{placed.first}"
    sheet.print_title_rows = f"{placed.top}:{placed.top}"
    last = placed.column_letter(_last_printed_column(placed))
    sheet.print_area = f"A1:{last}{_LAST_SHEET_ROW}"  # whole columns, because tables grow
    set_up_printing(sheet, language, landscape=True, tall=0)


def _fold_columns(placed: PlacedTable, layout: SheetLayout) -> None:
    """Set the layout's widths and one height for all rows, fold its groups and hide the rest."""
    sheet, (_, opened, *folded, hidden) = placed.sheet, group_columns(placed.table.name)
    sheet.sheet_properties.outlinePr = Outline(summaryRight=False)
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = _ROW_HEIGHT, True
    for column_id, width in layout.widths.items():
        sheet.column_dimensions[placed.column_letter(column_id)].width = width
    for group, colour in zip(filter(None, (opened, *folded)), GROUP_COLOURS, strict=False):
        for column_id in group:
            sheet.cell(placed.top, placed.column_number(column_id)).border = Border(top=Side("thick", color=colour))
    inner = 2 if layout.asked else 1
    for head, *members in folded:
        for column_id in members:
            dimension = sheet.column_dimensions[placed.column_letter(column_id)]
            dimension.outlineLevel, dimension.hidden = inner, True
        dimension = sheet.column_dimensions[placed.column_letter(head)]
        dimension.collapsed = True
        if layout.asked:  # the heads are folded too, behind the last column that stands open
            dimension.outlineLevel, dimension.hidden = 1, True
    if layout.asked:
        sheet.column_dimensions[placed.column_letter((*layout.first, *opened)[-1])].collapsed = True
    for column_id in hidden:
        sheet.column_dimensions[placed.column_letter(column_id)].hidden = True
    for column in placed.table.columns:
        for row in sheet[placed.body(column.id)]:
            row[0].alignment = _as_one_line(row[0].alignment)
    for number in range(placed.first, placed.last + 1):  # the rows that a table gains look like its last one
        sheet.row_dimensions[number].height = _ROW_HEIGHT


def _style_blanks_by_column(placed: PlacedTable) -> None:
    """Give columns the format of their body, which cells that are not written then have."""
    for column_id in columns_that_style_blanks(placed.table.name):
        body = placed.sheet.cell(placed.first, placed.column_number(column_id))
        dimension = placed.sheet.column_dimensions[placed.column_letter(column_id)]
        # as a whole: to set its parts one by one would leave a format in the workbook for each step
        dimension._style = copy(body._style)  # type: ignore[attr-defined, union-attr]


def _as_one_line(alignment: Alignment) -> Alignment:
    """Return *alignment* for a row of one line: of a longer text, it shows the first line, not all lines run together."""
    line = copy(alignment)
    line.vertical = "top" if line.wrap_text else "center"
    return line


def set_up_printing(sheet: Worksheet, language: Language, *, landscape: bool, tall: int) -> None:
    """Print *sheet* on A4, one page wide and *tall* pages high (0: any number), with name and page number in the footer."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, tall
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.6
    margins.header = margins.footer = 0.3
    sheet.oddHeader = _header_footer_line("&A", "&D")
    sheet.oddFooter = _header_footer_line("&F", PAGE_FOOTER.in_(language))


def _header_footer_line(left: str, right: str) -> HeaderFooterItem:
    return HeaderFooterItem(left=_HeaderFooterPart(left, size=8), right=_HeaderFooterPart(right, size=8))


def _last_printed_column(placed: PlacedTable) -> str:
    # a table of many columns prints only the first ones; the rest is for the screen, also what is opened later
    layout = SHEET_LAYOUTS.get(placed.table.name)
    if layout and layout.asked:
        return layout.first[-1]
    width, last = 0.0, placed.table.columns[0].id
    for column in placed.table.columns:
        dimension = placed.sheet.column_dimensions[placed.column_letter(column.id)]
        width += 0 if dimension.hidden else dimension.width * _PIXELS_PER_CHARACTER + _COLUMN_PADDING
        if width > _PAGE_WIDTH:
            break
        last = column.id
    return last


_PACKED_SHEET_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CORE_TIME_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_PACKED_SHEET_DIMENSION = re.compile(rb'<dimension ref="([A-Z0-9:]+)"')
_TABLE_PARTS_TAG = re.compile(rb"<tableParts\b")
_AFTER_IGNORED_ERRORS = re.compile(
    rb"<(?:drawing|legacyDrawing)\b"
)  # elements that the schema puts after ignoredErrors
_CHARACTER_REFERENCE = re.compile(rb"&#([0-9]{3,7});")
_PACKED_DEFLATE_LEVEL = 9
_PACKED_MEMBER_TIME = (1980, 1, 1, 0, 0, 0)
_FIRST_MEMBERS = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
# the order required by the schema, and by Microsoft's validator; openpyxl has another one
_FONT_CHILD_ORDER = ("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name",
               "family", "charset", "scheme")  # fmt: skip


def pack_workbook(workbook: Workbook, *, store: bool = False) -> bytes:
    """Return *workbook* as a file: the same parts everywhere, and the same bytes with the same version of zlib.

    Some Pythons are built with zlib-ng, which compresses the same content to other bytes. A *store* gets a part for the
    shared strings of later saves.
    """
    for sheet in workbook.worksheets:
        _say_how_deep_outlines_are(sheet)
    raw = BytesIO()
    workbook.save(raw)
    out = BytesIO()
    with ZipFile(raw) as source, ZipFile(out, "w") as target:
        members = {name: source.read(name) for name in source.namelist()}
        members = _with_shared_strings(members) if store else members
        for name in sorted(members, key=_packed_member_order):
            member = ZipInfo(name, _PACKED_MEMBER_TIME)
            member.create_system = 0
            part = _make_member_reproducible(name, _write_characters_plainly(name, members[name]))
            target.writestr(member, part, ZIP_DEFLATED, _PACKED_DEFLATE_LEVEL)
    return out.getvalue()


def _say_how_deep_outlines_are(sheet: Worksheet) -> None:
    # Excel shows the buttons of outline groups only with these; openpyxl takes the columns' from here, and has none for rows
    columns = [one.outlineLevel or 0 for one in sheet.column_dimensions.values()]
    rows = [one.outlineLevel or 0 for one in sheet.row_dimensions.values()]
    sheet.column_dimensions.max_outline = max(columns, default=0) or None
    sheet.sheet_format.outlineLevelRow = max(rows, default=0) or None


def _with_shared_strings(members: Mapping[str, bytes]) -> dict[str, bytes]:
    types, relations = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    declared = f'<Override PartName="/{SHARED_STRINGS_PART}" ContentType="{SHARED_STRINGS_TYPE}"/></Types>'
    related = (
        f'<Relationship Type="{SHARED_STRINGS_KIND}" Target="/{SHARED_STRINGS_PART}" Id="rIdTexts"/></Relationships>'
    )
    return {
        **members,
        types: members[types].replace(b"</Types>", declared.encode()),
        relations: members[relations].replace(b"</Relationships>", related.encode()),
        SHARED_STRINGS_PART: NO_SHARED_STRINGS,
    }


def _packed_member_order(name: str) -> tuple[int, str]:
    return (_FIRST_MEMBERS.index(name) if name in _FIRST_MEMBERS else len(_FIRST_MEMBERS), name)


def _write_characters_plainly(name: str, part: bytes) -> bytes:
    """Return *part* with characters in place of the references to them, which openpyxl writes for everything beyond ASCII.

    A Chinese text takes three bytes for a character instead of eight, and is read without decoding each of them.
    """
    if not name.endswith((".xml", ".rels", ".vml")):
        return part
    return _CHARACTER_REFERENCE.sub(
        lambda found: chr(int(found[1])).encode() if int(found[1]) > 127 else found[0], part
    )


def _make_member_reproducible(name: str, part: bytes) -> bytes:
    if name == "docProps/core.xml":
        return _CORE_TIME_STAMP.sub(rb"\g<1>2026-01-01T00:00:00Z", part)
    if name == "xl/styles.xml":
        return _order_font_children(part)
    if name.startswith("xl/worksheets/sheet"):
        return _ignore_cell_warnings(part)
    return part


def _ignore_cell_warnings(part: bytes) -> bytes:
    # formulas that differ from their neighbours, and numbers stored as text, are intended here; openpyxl cannot declare
    # that
    tables = _TABLE_PARTS_TAG.search(part)
    if tables is None:
        return part
    dimension = _PACKED_SHEET_DIMENSION.search(part)
    place = _AFTER_IGNORED_ERRORS.search(part) or tables
    area = dimension.group(1) if dimension else b"A1"
    ignored = b'<ignoredErrors><ignoredError sqref="%s" numberStoredAsText="1" formula="1"/></ignoredErrors>' % area
    return part[: place.start()] + ignored + part[place.start() :]


def _order_font_children(part: bytes) -> bytes:
    root = etree.fromstring(part)
    for font in root.iter(f"{_PACKED_SHEET_NAMESPACE}font"):
        font[:] = sorted(font, key=lambda child: _FONT_CHILD_ORDER.index(etree.QName(child).localname))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
