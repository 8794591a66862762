"""The terminal: ``salesflow VERB …``. Every command opens a book, asks the flow and shows what came of it.

Exit codes: 0 fine, 1 findings that block, 2 usage, 3 workbook not usable.
"""

from xl_salesflow.cli.commands import cli
from xl_salesflow.cli.main import main

__all__ = ["cli", "main"]
