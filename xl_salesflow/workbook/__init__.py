"""The closed workbook: a pipeline in an Excel file on disk, without Excel."""

from xl_salesflow.ooxml import ErrorValue
from xl_salesflow.workbook.book import ClosedBook

__all__ = ["ClosedBook", "ErrorValue"]
