"""Renew what tables of an earlier version keep for new rows, and store their blank cells and their texts as today's do.

Excel fills the formula of a calculated column into the rows that people add. One that a person wrote stays.
"""

from __future__ import annotations

from xl_salesflow.ooxml.column_formulas import normalize_formula
from xl_salesflow.ooxml.column_looks import leave_blanks_to_columns
from xl_salesflow.ooxml.inline_texts import InlineTextSharing
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.shared_texts import (
    NO_SHARED_STRINGS,
    SHARED_STRINGS_KIND,
    SHARED_STRINGS_PART,
    SHARED_STRINGS_TYPE,
    SharedTexts,
)
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import child_elements, find_main_part, read_relationships
from xl_salesflow.schema.sheet_layouts import columns_that_style_blanks
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.former_formulas import digest_formula, read_former_formulas
from xl_salesflow.workbook.workbook_layout import WorkbookLayout, language_of_headers, match_headers


def renew_calculated_columns(workbook: Workbook) -> Workbook:
    """Return *workbook* with today's formula in each calculated column of ours that has an earlier one."""
    ours = {name: workbook.tables[name] for name in TABLES if name in workbook.tables}
    language, former = language_of_headers(ours), read_former_formulas()
    headers = {name: match_headers(TABLES[name], table.headers, language) for name, table in ours.items()}
    layout, draft = WorkbookLayout({}, headers, language), PackageDraft(workbook.package)
    renewed = False
    for name, table in ours.items():
        columns = {header: TABLES[name][column_id] for column_id, header in headers[name].items()}
        for element in child_elements(draft.tree(table.part), "tableColumns", "tableColumn"):
            column = columns.get(element.get("name") or "")
            written = next(child_elements(element, "calculatedColumnFormula"), None)
            if column is None or not column.formula or written is None:
                continue
            today = layout.formula(TABLES[name], column)
            if normalize_formula(written.text or "") != normalize_formula(today) and (
                digest_formula(f"{name}.{column.id}", written.text or "") in former
            ):
                written.text, renewed = today, True
    return Workbook(workbook.path, draft.to_bytes()) if renewed else workbook


def slim_blank_cells(workbook: Workbook) -> Workbook:
    """Return *workbook* with the format of blank cells at their columns, where the template has it there too."""
    ours = {name: workbook.tables[name] for name in TABLES if name in workbook.tables}
    language, draft, slimmed = language_of_headers(ours), PackageDraft(workbook.package), False
    for name, table in ours.items():
        headers = match_headers(TABLES[name], table.headers, language)
        columns = [table.column(headers[one]) for one in columns_that_style_blanks(name) if one in headers]
        part = workbook.sheets[table.sheet].part
        pieces = leave_blanks_to_columns(workbook.package, part, table, columns) if columns else None
        if pieces is not None:
            draft.replace(part, pieces)
            slimmed = True
    return Workbook(workbook.path, draft.to_bytes()) if slimmed else workbook


def share_repeated_texts(workbook: Workbook) -> Workbook:
    """Return *workbook* with the repeated texts of our tables as shared strings, unless it has shared strings already.

    Excel adds them when it saves; a workbook of an earlier version that it has never saved has none.
    """
    draft = PackageDraft(workbook.package)
    main = find_main_part(workbook.package)
    if any(relation.kind == "sharedStrings" for relation in read_relationships(workbook.package, main)):
        return workbook
    ours = [table.sheet for name, table in workbook.tables.items() if name in TABLES]
    parts = [workbook.sheets[sheet].part for sheet in dict.fromkeys(ours)]
    shared = SharedTexts(lambda: NO_SHARED_STRINGS)
    sharing = InlineTextSharing(workbook.package, parts, shared)
    if not shared:
        return workbook
    for part in parts:
        draft.replace(part, sharing.rewrite(part))
    name = draft.unused(SHARED_STRINGS_PART) if SHARED_STRINGS_PART in draft.parts else SHARED_STRINGS_PART
    draft.add_bytes(name, shared.write(), SHARED_STRINGS_TYPE)
    draft.relate(main, SHARED_STRINGS_KIND, name)
    return Workbook(workbook.path, draft.to_bytes())
