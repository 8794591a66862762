"""The closed workbook: a pipeline in an Excel file on disk, without Excel.

Names are found when they are first used, so that saving alone, which knows no frames, loads none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xl_salesflow.lazily import names
from xl_salesflow.ooxml.values import ErrorValue

if TYPE_CHECKING:
    from xl_salesflow.workbook.book import ClosedBook

__all__ = ["ClosedBook", "ErrorValue"]

__getattr__ = names(__name__, {"book": ("ClosedBook",)})
