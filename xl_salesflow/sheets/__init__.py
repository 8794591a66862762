"""How the template looks; builds workbook_template.xlsx and workbook_template_zh.xlsx."""

from __future__ import annotations

from xl_salesflow.sheets.build import build

__all__ = ["build"]
