"""How the template looks: `build.build` makes it with openpyxl, `new_workbook` starts a workbook from it."""

from xl_salesflow.sheets.new import new_workbook, template_of

__all__ = ["new_workbook", "template_of"]
