"""Add columns at the right end of a table: its part, widths, validations and cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from lxml import etree

from xl_salesflow.errors import UnsupportedEdit
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.cell_contents import CellFormula, RawCell
from xl_salesflow.ooxml.cell_references import MAX_COLUMN, Area, cell_address
from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.ooxml.formula_cells import find_stored_cells
from xl_salesflow.ooxml.package_draft import BorrowedStyles, PackageDraft
from xl_salesflow.ooxml.sheet_edits import SheetEdits
from xl_salesflow.ooxml.sheet_stream import SheetStream
from xl_salesflow.ooxml.workbook_parts import ExcelTable, child_elements, integer_attribute, local_name

_COLS_END_TAG = re.compile(rb"</(?:[\w.-]+:)?cols>")
# the elements that may come between the rows and the validations
_BEFORE_VALIDATIONS = re.compile(
    rb"\s*(?:<((?:[\w.-]+:)?(?:sheetCalcPr|sheetProtection|protectedRanges|scenarios|autoFilter|sortState|dataConsolidate|"
    rb"customSheetViews|mergeCells|phoneticPr|conditionalFormatting))\b(?:[^<>]*/>|(?:[^<]++|<(?!/?\1[\s/>]))*+</\1>))",
    re.DOTALL,
)
_VALIDATION_COUNT = re.compile(rb'\scount="[0-9]*"')


class NewColumn(NamedTuple):
    """A column to add: its header, its formula, the formats of header and body, its width and its validation.

    The validation is an element with formula and messages; its range is filled in.
    """

    header: str
    formula: str | None = None
    header_style: int = 0
    body_style: int = 0
    width: float | None = None
    validation: etree._Element | None = None


def add_table_columns(draft: PackageDraft, table: ExcelTable, sheet_part: str, columns: Sequence[NewColumn]) -> None:
    """Widen the definition of a table; its cells are set afterwards. Raises UnsupportedEdit if other cells are in the way."""
    first = table.last_col + 1
    last = table.last_col + len(columns)
    _refuse_cells_beside_table(draft, table, sheet_part, first, last)
    root = draft.tree(table.part)
    wide = str(table.area._replace(last_col=last))
    for element in (root, *child_elements(root, "autoFilter")):
        if (area := Area.find(element.get("ref") or "")) and area.last_col == table.last_col:
            element.set("ref", wide if element is root else str(area._replace(last_col=last)))
    listed = next(child_elements(root, "tableColumns"))
    number = max((integer_attribute(one, "id") for one in listed), default=0)
    for at, column in enumerate(columns, 1):
        new = etree.SubElement(listed, f"{{{etree.QName(root).namespace}}}tableColumn", id=str(number + at))
        new.set("name", column.header)
        if column.formula:
            etree.SubElement(new, f"{{{etree.QName(root).namespace}}}calculatedColumnFormula").text = column.formula
    listed.set("count", str(sum(1 for one in listed if local_name(one))))
    draft.replace(sheet_part, _widen_sheet_xml(draft, table, sheet_part, columns))


def set_new_column_cells(edits: SheetEdits, table: ExcelTable, columns: Sequence[NewColumn]) -> None:
    """Set the cells of the new last columns of a table: headers, formulas without values, formats."""
    rows = np.arange(table.first_row, table.last_row + 1)
    for at, column in enumerate(columns, table.last_col + 1 - len(columns)):
        if table.header_row:
            edits.set(at, np.array([table.header_row]), [_styled_raw_cell(column.header_style, column.header)])
        value = CellFormula(column.formula) if column.formula else None
        edits.set(at, rows, [_styled_raw_cell(column.body_style, value)] * len(rows))


def _styled_raw_cell(style: int, value: Any) -> RawCell:
    return RawCell(b' s="%d"' % style if style else b"", b"", value)


def _refuse_cells_beside_table(draft: PackageDraft, table: ExcelTable, sheet_part: str, first: int, last: int) -> None:
    stream = SheetStream(draft.package, sheet_part)
    rows = table.area.first_row, table.area.last_row
    taken = (
        (row, cell.column) for row, cell in find_stored_cells(stream, range(first, last + 1), rows) if cell.content
    )
    place = next(taken, (table.area.first_row, first) if last > MAX_COLUMN else None)
    if place:
        why = Text("is in the way of columns that table {table} needs; move it and run again").with_facts(
            table=table.name
        )
        raise UnsupportedEdit(draft.package.path, f"{table.sheet}!{cell_address(*place)}", why)


def _widen_sheet_xml(
    draft: PackageDraft, table: ExcelTable, part: str, columns: Sequence[NewColumn]
) -> Iterator[bytes]:
    stream = SheetStream(draft.package, part)
    prefix = stream.grammar.prefix
    yield _add_column_widths(stream.head, prefix, table.last_col, columns) + stream.opening
    yield from stream.blocks()
    yield stream.closing + _add_column_validations(stream.tail, prefix, table, columns)


def _add_column_widths(head: bytes, prefix: bytes, last: int, columns: Sequence[NewColumn]) -> bytes:
    end = _COLS_END_TAG.search(head)
    if end is None or re.search(rb'<(?:[\w.-]+:)?col\s[^<>]*\bmax="(?:%d|[0-9]{5,})"' % (last + 1), head):
        return head  # the sheet has no widths, or these columns have one
    made = b"".join(
        b'<%bcol min="%d" max="%d" width="%g" customWidth="1"/>' % (prefix, at, at, column.width)
        for at, column in enumerate(columns, last + 1)
        if column.width
    )
    return head[: end.start()] + made + head[end.start() :]


def _add_column_validations(tail: bytes, prefix: bytes, table: ExcelTable, columns: Sequence[NewColumn]) -> bytes:
    made = [
        _write_validation(column.validation, prefix, Area(table.first_row, at, table.last_row, at))
        for at, column in enumerate(columns, table.last_col + 1)
        if column.validation is not None
    ]
    if not made:
        return tail
    close = b"</%bdataValidations>" % prefix
    if close in tail:
        at = tail.index(close)
        opening = tail.rindex(b"<%bdataValidations" % prefix, 0, at)
        count = tail.count(b"<%bdataValidation " % prefix, opening, at) + len(made)
        head = _VALIDATION_COUNT.sub(b' count="%d"' % count, tail[opening:at], count=1)
        return tail[:opening] + head + b"".join(made) + tail[at:]
    at = 0
    while match := _BEFORE_VALIDATIONS.match(tail, at):
        at = match.end()
    new = b'<%bdataValidations count="%d">%b%b' % (prefix, len(made), b"".join(made), close)
    return tail[:at] + new + tail[at:]


def _write_validation(element: etree._Element, prefix: bytes, area: Area) -> bytes:
    """Write a validation for another range, with the namespace prefix of its sheet."""
    attributes = {str(name): str(value) for name, value in element.attrib.items()} | {"sqref": str(area)}
    inside = b"".join(
        b"<%b%b>%b</%b%b>"
        % (prefix, (name := local_name(child).encode()), _escape_xml_attribute(child.text or ""), prefix, name)
        for child in element
        if local_name(child)
    )
    written = b"".join(
        b' %b="%b"' % (name.encode(), _escape_xml_attribute(value))
        for name, value in attributes.items()
        if "{" not in name
    )
    return b"<%bdataValidation%b>%b</%bdataValidation>" % (prefix, written, inside, prefix)


def _escape_xml_attribute(text: str) -> bytes:
    for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;")):
        text = text.replace(sign, escaped)
    return text.encode()


def copy_column_pattern(
    draft: PackageDraft, table: ExcelTable, sheet_part: str, header: str, looks: BorrowedStyles
) -> NewColumn:
    """Return a new column like one of another workbook; *looks* maps its formats to their numbers in this workbook."""
    number, root = table.column(header), draft.tree(sheet_part)
    styles = {}
    for cell in root.iter("{*}c"):
        if cell.get("r") in (
            f"{column_letters(number)}{table.header_row}",
            f"{column_letters(number)}{table.first_row}",
        ):
            styles[cell.get("r")] = looks.cell(integer_attribute(cell, "s"))
    width = next(
        (
            float(col.get("width") or 0)
            for col in root.iter("{*}col")
            if integer_attribute(col, "min") <= number <= integer_attribute(col, "max")
        ),
        None,
    )
    validation = next(
        (
            found
            for found in root.iter("{*}dataValidation")
            if any(
                (area := Area.find(word)) and area.contains_cell(table.first_row, number)
                for word in (found.get("sqref") or "").split()
            )
        ),
        None,
    )
    return NewColumn(
        header,
        next((column.formula for column in table.columns if column.name == header), None),
        styles.get(f"{column_letters(number)}{table.header_row}", 0),
        styles.get(f"{column_letters(number)}{table.first_row}", 0),
        width,
        validation,
    )
