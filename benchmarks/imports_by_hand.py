"""The script that a user would write instead of `salesflow import`, with pandas + openpyxl.

python benchmarks/imports_by_hand.py BOOK LIST DAY

It does the same job: import the deals, then update the workbook. It does less: it knows the headers beforehand, does not look for
duplicates and writes no Journal; each deal gets one row in History, for its current stage.
"""

from __future__ import annotations

import sys
from typing import Any

import openpyxl
import pandas as pd
import update_by_hand
from openpyxl.utils import get_column_letter

COLUMNS = {
    "Opportunity ID": "Deal", "Opportunity Name": "Name", "Account Name": "Account", "Owner": "Owner", "Stage": "Stage",
    "Amount": "Amount", "Created Date": "Created", "Close Date": "Closed",
}  # fmt: skip
FOREVER = pd.Timestamp("9999-12-31")


def append(book: Any, name: str, frame: pd.DataFrame) -> None:
    """Write *frame* below the headers of an Excel table, and resize the table."""
    sheet = next(sheet for sheet in book.worksheets if name in sheet.tables)
    table = sheet.tables[name]
    headers = [cell.value for cell in sheet[table.ref][0]]
    first, left = sheet[table.ref][0][0].row + 1, sheet[table.ref][0][0].column
    places = [left + headers.index(header) for header in frame.columns]
    for row, values in enumerate(frame.itertuples(index=False), first):
        for place, value in zip(places, values, strict=True):
            sheet.cell(row, place, None if pd.isna(value) else value)
    corner = get_column_letter(left + len(headers) - 1)
    table.ref = f"{get_column_letter(left)}{first - 1}:{corner}{first + len(frame) - 1}"


def main(path: str, source: str, day: str) -> None:
    """Import one list."""
    listed = pd.read_csv(source) if source.endswith(".csv") else pd.read_excel(source)
    deals = listed.rename(columns=COLUMNS)
    deals["Amount"] = deals["Amount"].astype(float)
    for column in ("Created", "Closed"):
        deals[column] = pd.to_datetime(deals[column])
    deals["Since"] = deals["Closed"].fillna(deals["Created"])
    deals["Outcome"] = deals["Stage"].map({"Won": "Won", "Lost": "Lost"}).fillna("Open")
    deals["Recorded stage"] = deals["Stage"]
    history = pd.DataFrame(
        {
            "Visit": range(1, len(deals) + 1), "Deal": deals["Deal"], "Stage": deals["Stage"], "Outcome": deals["Outcome"],
            "Entered": deals["Since"], "Left": FOREVER.to_pydatetime(),
            "Created": deals["Created"], "Closed": deals["Closed"], "Amount": deals["Amount"], "Owner": deals["Owner"],
        }
    )  # fmt: skip
    book = openpyxl.load_workbook(path)
    append(book, "Deals", deals)
    append(book, "History", history)
    book.save(path)
    update_by_hand.main(path, day)


if __name__ == "__main__":
    main(*sys.argv[1:4])
