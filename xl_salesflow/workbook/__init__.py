"""The closed workbook: a pipeline in an Excel file on disk, without Excel."""

from xl_salesflow.ooxml import ErrorValue
from xl_salesflow.workbook.book import ClosedBook
from xl_salesflow.workbook.template import new_workbook

__all__ = ["ClosedBook", "ErrorValue", "new_workbook"]
