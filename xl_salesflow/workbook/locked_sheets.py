"""Lock the sheets of the record in a workbook that is given to one person, so that nobody types into it by mistake.

There is no password: the seals of Stage history tell what was changed, and a lock only prevents accidents.
"""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import child_elements, local_name
from xl_salesflow.schema.table_columns import ColumnWriter, SheetGroup
from xl_salesflow.schema.table_registry import TABLES

_BEFORE_PROTECTION = ("sheetCalcPr", "sheetData")
"""The elements of a sheet that its protection may follow, the last one first."""


def lock_record_sheets(path: Path, data: bytes) -> bytes:
    """Return the workbook *data*, which is to be saved at *path*, with the sheets that only runs write locked: the record."""
    workbook = Workbook(path, data)
    draft = PackageDraft(workbook.package)
    for name, table in TABLES.items():
        if table.group is SheetGroup.RECORD and not any(one.writer is ColumnWriter.PERSON for one in table.columns):
            _lock_sheet(draft.tree(workbook.sheets[workbook.tables[name].sheet].part))
    return draft.to_bytes()


def _lock_sheet(sheet: etree._Element) -> None:
    if any(child_elements(sheet, "sheetProtection")):
        return
    before = {local_name(child): child for child in sheet}
    place = next(before[name] for name in _BEFORE_PROTECTION if name in before)
    # people may still sort and filter by the header, and look at what a narrow column hides
    lock = etree.Element(
        f"{{{etree.QName(sheet).namespace}}}sheetProtection", sheet="1", objects="1", scenarios="1", formatColumns="0"
    )
    place.addnext(lock)
