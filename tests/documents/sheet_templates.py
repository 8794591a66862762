"""Make and fill a team's own workbooks with tags for tests."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl

from xl_salesflow.documents.excel_templates import prepare_excel_template
from xl_salesflow.documents.template_values import Figure

LINES = [
    {"name": f"Part {n}", "net": Figure(f"{n}.50", Decimal(f"{n}.50")), "share": Figure("5%", Decimal("0.05"))} for n in (1, 2, 3)
]  # fmt: skip
CONTEXT = {"lines": LINES, "day": Figure("2 Mar 2026", date(2026, 3, 2)), "company": "Acme", "notes": "", "many": []}


def template(cells: dict[str, Any], **more: Any) -> bytes:
    """Make a team's sheet with *cells*; *more* is called with the sheet to add other things."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Offer"
    for address, value in cells.items():
        sheet[address] = value
    for add in more.values():
        add(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(content: bytes, **context: Any) -> Any:
    """Fill a template and return the sheet, read back."""
    made = prepare_excel_template(content, "t.xlsx").fill({**CONTEXT, **context})
    return openpyxl.load_workbook(io.BytesIO(made))["Offer"]


def column(sheet: Any, letter: str, first: int = 1) -> list[Any]:
    """Return a column's values from row *first* on."""
    return [cell.value for cell in sheet[letter]][first - 1 :]


REPEATED = {
    "A1": "{{ company }}",
    "A3": "{% for line in lines %}{{ line.name }}",
    "B3": "{{ line.net }}",
    "C3": "=B3*2",
    "D3": "{{ loop.index }}{% endfor %}",
    "A4": "Sum",
    "B4": "=SUM(B3:B3)",
    "C4": "=SUM(C3:C3)",
}


def repacked(content: bytes, names: dict[str, str], change: Callable[[str, str], str] = lambda name, xml: xml) -> bytes:
    """Rename parts of a workbook with *names*, together with every reference to them, and change their text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode("utf-8")
            if name.endswith((".rels", "[Content_Types].xml")):
                for before, after in names.items():
                    text = re.sub(rf'(?<=["/]){re.escape(before)}(?=")', after, text)
            new.writestr(names.get(name, name), change(name, text))
    return out.getvalue()
