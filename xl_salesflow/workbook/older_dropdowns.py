"""Give the stage dropdown of an older workbook the formula of today, unless a team wrote its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xl_salesflow.ooxml.cell_references import Area
from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.sheet_stream import SheetStream
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.missing_parts import find_declared_tables
from xl_salesflow.workbook.template.stage_dropdowns import stage_dropdown_formula
from xl_salesflow.workbook.workbook_layout import language_of_headers, match_headers

_OLDER_STAGE_LIST = re.compile(
    rb"(<(?:[\w.-]+:)?dataValidation\s(?=[^<>]*\bsqref=\"(?P<at>[A-Z]+[0-9]+(?::[A-Z]+[0-9]+)?)\")[^<>]*>"
    rb"\s*<(?:[\w.-]+:)?formula1>)=?list_stage(</)"
)


def renew_stage_dropdown(workbook: Workbook) -> Workbook:
    """Return *workbook* with the dropdown of Deals that offered every stage offering those of the deal's playbook."""
    table = workbook.tables.get("Deals")
    if table is None:
        return workbook
    headers = match_headers(TABLES["Deals"], table.headers, language_of_headers(find_declared_tables(workbook)))
    part = workbook.sheets[table.sheet].part
    stream = SheetStream(workbook.package, part)
    if not {"playbook", "stage"} <= set(headers):
        return workbook
    stage, letters = table.column(headers["stage"]), column_letters(table.column(headers["playbook"]))

    def renew(match: re.Match[bytes]) -> bytes:
        area = Area.find(match["at"].decode())
        if area is None or area.first_col != stage:
            return match[0]
        return match[1] + stage_dropdown_formula(f"${letters}{area.first_row}").encode() + match[3]

    def pieces() -> Iterator[bytes]:
        yield stream.head + stream.opening
        yield from stream.blocks()
        yield stream.closing + _OLDER_STAGE_LIST.sub(renew, stream.tail)

    draft = PackageDraft(workbook.package)
    draft.replace(part, pieces())
    return Workbook(workbook.path, draft.to_bytes())
