"""The daily update as a user would script it with openpyxl + pandas: python benchmarks/update_by_hand.py BOOK DAY

It does the same job as `salesflow update --today DAY`: compute every deal's ages, scores and weighted value, judge moves by the
stage order, list follow-ups, compute the funnel, write everything back, save. (openpyxl loses details of charts, and the cached
values of all formulas it does not overwrite.)
"""

from __future__ import annotations

import sys
from typing import Any

import openpyxl
import pandas as pd

FOREVER = pd.Timestamp("2262-01-01")


def table(book: Any, name: str) -> tuple[Any, pd.DataFrame, int]:
    """Return the sheet, the frame and the first data row of an Excel table."""
    for sheet in book.worksheets:
        if name in sheet.tables:
            rows = [[cell.value for cell in row] for row in sheet[sheet.tables[name].ref]]
            first = sheet[sheet.tables[name].ref][0][0].row + 1
            return sheet, pd.DataFrame(rows[1:], columns=rows[0]), first
    raise KeyError(name)


def write(sheet: Any, frame: pd.DataFrame, first: int, columns: list[str]) -> None:
    """Write *columns* of a frame back, cell by cell."""
    for header in columns:
        place = list(frame.columns).index(header) + 1
        for row, value in enumerate(frame[header].tolist(), first):
            sheet.cell(row, place, None if pd.isna(value) else value)


def main(path: str, day: str) -> None:
    """Update one workbook."""
    today = pd.Timestamp(day)
    book = openpyxl.load_workbook(path)
    sheet, deals, first = table(book, "Deals")
    _, history, _ = table(book, "History")
    _, stages, _ = table(book, "Stages")
    settings = table(book, "Settings")[1].set_index("Setting")["Value"]
    probability = stages.set_index("Stage")["Probability"]
    for column in ("Since", "Created", "Closed", "Last activity", "Next step on"):
        deals[column] = pd.to_datetime(deals[column])
    deals["Probability"] = deals["Own probability"].fillna(deals["Recorded stage"].map(probability)).astype(float)
    deals["Weighted value"] = (deals["Amount"].astype(float) * deals["Probability"]).round(2)
    bant = deals[["Budget", "Authority", "Need", "Timeline"]].astype(float).fillna(0)
    weights = [float(settings[f"bant_{name}"]) for name in ("budget", "authority", "need", "timeline")]
    deals["BANT known"] = (bant > 0).sum(axis=1)
    deals["BANT score"] = ((100 * (bant * weights).sum(axis=1)) / (3 * sum(weights))).round(1)
    deals["BANT grade"] = pd.cut(deals["BANT score"], [-1, 33.3, 50, 66.7, 83.3, 101], labels=list("FDCBA")).astype(str)
    deals["Days in stage"] = (today - deals["Since"]).dt.days
    deals["Idle days"] = (today - deals[["Since", "Last activity"]].max(axis=1)).dt.days
    deals["Age"] = (today - deals["Created"]).dt.days
    limit = deals["Recorded stage"].map(stages.set_index("Stage")["Day limit"]).astype(float)
    opened = deals["Outcome"] == "Open"
    warnings = pd.Series("", index=deals.index)
    warnings[opened & (deals["Days in stage"] > limit)] += "Over the stage limit. "
    warnings[opened & (deals["Idle days"] > 14)] += "Idle. "
    warnings[opened & (deals["Next step on"] < today)] += "Next step overdue. "
    deals["Warnings"] = warnings
    pending = deals["Stage"] != deals["Recorded stage"]
    deals.loc[pending, "Move"] = "Pending"
    write(
        sheet,
        deals,
        first,
        [
            "Probability",
            "Weighted value",
            "BANT known",
            "BANT score",
            "BANT grade",
            "Days in stage",
            "Idle days",
            "Age",
            "Warnings",
            "Move",
        ],
    )
    due = deals[opened & (warnings != "")].sort_values("Amount", ascending=False).head(200)
    list_sheet, _, list_first = table(book, "FollowUps")
    for row, deal in enumerate(due.itertuples(index=False), list_first):
        list_sheet.cell(row, 4, deal[0])
        list_sheet.cell(row, 10, deal[list(deals.columns).index("Warnings")])
    won, lost = deals[deals["Outcome"] == "Won"], deals[deals["Outcome"] == "Lost"]
    history["Entered"], days = pd.to_datetime(history["Entered"]), history["Days"].astype(float)
    print(len(won) / max(len(won) + len(lost), 1), won["Amount"].sum(), deals.loc[opened, "Weighted value"].sum())
    print((won["Closed"] - won["Created"]).dt.days.agg(["mean", "median"]).to_dict())
    print(days.groupby(history["Stage"]).agg(["mean", "median", lambda some: some.quantile(0.9)]).to_dict())
    print(history.groupby(["Stage", "Moved to"]).size().to_dict())
    book.save(path)


if __name__ == "__main__":
    main(*sys.argv[1:3])
