"""A lossless editor of Excel workbooks on disk.

    wb = Workbook.open(Path("pipeline.xlsx"))
    deals = wb.read_table("Deals")
    wb.set_column("Deals", "Stage", {5: "Won"})
    wb.append_rows("History", {"Deal": ["D-1"], "Stage": ["Won"]})
    with open("copy.xlsx", "wb") as file:
        wb.write_to(file)

Reading answers from the file as it was opened. Edits are collected and applied when the workbook is written: only the
cells they name change, everything else is copied, untouched parts as the very bytes they were.

Names are found when they are first used: whoever wants a letter of a column loads no reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xl_salesflow.lazily import names

if TYPE_CHECKING:
    from xl_salesflow.ooxml.engine import Place
    from xl_salesflow.ooxml.parts import DefinedName, Sheet
    from xl_salesflow.ooxml.recalculate import Recalculation
    from xl_salesflow.ooxml.refs import Area, address, column_number, letters
    from xl_salesflow.ooxml.source import Known
    from xl_salesflow.ooxml.tables import Table, TableColumn
    from xl_salesflow.ooxml.values import Cached, ErrorValue, Formula
    from xl_salesflow.ooxml.workbook import Workbook

__all__ = [
    "Area",
    "Cached",
    "DefinedName",
    "ErrorValue",
    "Formula",
    "Known",
    "Place",
    "Recalculation",
    "Sheet",
    "Table",
    "TableColumn",
    "Workbook",
    "address",
    "column_number",
    "letters",
]

__getattr__ = names(
    __name__,
    {
        "engine": ("Place",),
        "parts": ("DefinedName", "Sheet"),
        "recalculate": ("Recalculation",),
        "refs": ("Area", "address", "column_number", "letters"),
        "source": ("Known",),
        "tables": ("Table", "TableColumn"),
        "values": ("Cached", "ErrorValue", "Formula"),
        "workbook": ("Workbook",),
    },
)
