"""An Excel workbook as the store of a sales pipeline.

    from datetime import date, datetime
    from pathlib import Path
    import xl_salesflow as sales

    book = sales.ClosedBook(Path("pipeline.xlsx"))
    plan = sales.flow.update(book.read(date.today()), sales.Run("Mara", datetime.now()))
    book.write(plan)

Names are found when they are first used, so that ``import xl_salesflow`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xl_salesflow.lazily import names

if TYPE_CHECKING:
    from xl_salesflow import flow
    from xl_salesflow.errors import SalesflowError, UsageError, WorkbookError
    from xl_salesflow.flow import Book, Run
    from xl_salesflow.model.pipeline import Pipeline
    from xl_salesflow.model.plan import Change, Finding, Plan
    from xl_salesflow.model.view import View
    from xl_salesflow.sheets import new_workbook
    from xl_salesflow.workbook import ClosedBook

__all__ = [
    "Book", "Change", "ClosedBook", "Finding", "Pipeline", "Plan", "Run", "SalesflowError", "UsageError", "View",
    "WorkbookError", "flow", "new_workbook",
]  # fmt: skip

__getattr__ = names(
    __name__,
    {
        "errors": ("SalesflowError", "UsageError", "WorkbookError"),
        "flow": ("Book", "Run"),
        "model.pipeline": ("Pipeline",),
        "model.plan": ("Change", "Finding", "Plan"),
        "model.view": ("View",),
        "sheets": ("new_workbook",),
        "workbook": ("ClosedBook",),
    },
)


def __dir__() -> list[str]:
    return __all__
