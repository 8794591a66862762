"""Write the definitions of row names (see schema/row_names.py) for the columns of one workbook, and compare them."""

from __future__ import annotations

from collections.abc import Mapping

from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.column_formulas import normalize_formula
from xl_salesflow.ooxml.excel_notation import column_letters, quote_sheet_name
from xl_salesflow.ooxml.workbook_parts import ExcelTable
from xl_salesflow.schema.row_names import ROW_NAMES, fill_row_name
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.workbook_layout import WorkbookLayout, language_of_headers, match_headers


def find_row_name_texts(tables: Mapping[str, ExcelTable]) -> dict[str, str]:
    """Return the definition of each row name in a workbook with the declared *tables*; none if it lacks a column."""
    language = language_of_headers(tables)
    headers = {name: match_headers(TABLES[name], table.headers, language) for name, table in tables.items()}
    found = {}
    for name, one in ROW_NAMES.items():
        if one.table not in tables:
            continue
        table = tables[one.table]
        letters = {column_id: column_letters(table.column(header)) for column_id, header in headers[one.table].items()}
        try:
            found[name] = render_row_name(name, table.sheet, letters, WorkbookLayout({}, headers, language))
        except KeyError:  # a column that its formula reads is missing, which is reported
            continue
    return found


def render_row_name(name: str, sheet: str, letters: Mapping[str, str], layout: WorkbookLayout) -> str:
    """Return the definition of a row name, with the sheet and the columns of its table; raises KeyError."""
    one = ROW_NAMES[name]
    table, home = TABLES[one.table], quote_sheet_name(sheet)
    own = {column_id: f"{home}!${letter}1" for column_id, letter in letters.items()}
    return layout.render(fill_row_name(one.formula, own.get), table)


def declared_layout(language: Language) -> WorkbookLayout:
    """Return the layout of a workbook with the declared headers."""
    headers = {
        name: {column.id: column.header.in_(language) for column in table.columns} for name, table in TABLES.items()
    }
    return WorkbookLayout({}, headers, language)


def is_same_definition(one: str, other: str) -> bool:
    """Return whether two definitions are the same; Excel omits quotes around a sheet's name that are not needed."""
    return normalize_formula(one.replace("'", "")) == normalize_formula(other.replace("'", ""))
