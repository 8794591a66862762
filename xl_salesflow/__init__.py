"""An Excel workbook as the store of a sales pipeline.

    from datetime import date, datetime
    from pathlib import Path
    import xl_salesflow as sales

    book = sales.ClosedBook(Path("pipeline.xlsx"))
    change_set = sales.verbs.update(book.read(date.today()), sales.Run("Mara", datetime.now()))
    book.write(change_set)

Names are imported when they are first used (PEP 562), so that ``import xl_salesflow`` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xl_salesflow import verbs
    from xl_salesflow.core.change_sets import Book, Change, ChangeSet
    from xl_salesflow.core.pipelines import Finding, Pipeline
    from xl_salesflow.engine import Run
    from xl_salesflow.errors import SalesflowError, UsageError, WorkbookError
    from xl_salesflow.schema.named_values import Query
    from xl_salesflow.workbook.closed_book import ClosedBook
    from xl_salesflow.workbook.new_stores import new_workbook

__version__ = "0.1.0"  # the only place: pyproject.toml, `salesflow --version` and the add-in read it

__all__ = [
    "Book", "Change", "ChangeSet", "ClosedBook", "Finding", "Pipeline", "Query", "Run", "SalesflowError", "UsageError",
    "WorkbookError", "new_workbook", "verbs",
]  # fmt: skip

_HOMES = {
    "Book": "core.change_sets", "Change": "core.change_sets", "ChangeSet": "core.change_sets",
    "ClosedBook": "workbook.closed_book", "Finding": "core.pipelines", "Pipeline": "core.pipelines",
    "Query": "schema.named_values", "Run": "engine",
    "SalesflowError": "errors", "UsageError": "errors", "WorkbookError": "errors", "new_workbook": "workbook.new_stores",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "verbs":
        return import_module("xl_salesflow.verbs")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"xl_salesflow.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
