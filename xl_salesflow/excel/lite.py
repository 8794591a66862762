"""The verbs for Excel on the web and xlwings Lite, where Python runs in the browser: scripts that take the open book.

Put this into the script editor:

    from xl_salesflow.excel.lite import *

Only packages that Pyodide has are imported; documents, which need a typesetter and a disk, are left to the desktop.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import xlwings as xw

from xl_salesflow.errors import SalesflowError
from xl_salesflow.excel import comparing_buttons, deal_buttons, quote_buttons, workbook_buttons
from xl_salesflow.excel.desk import Desk
from xl_salesflow.model.text import Text

Script = Callable[[xw.Book], None]


def _script(button: Callable[[Desk], Text]) -> Script:
    """Make a script of *button*: what it says goes to the console of the editor, in the workbook's language."""

    @wraps(button)
    def run(book: xw.Book) -> None:
        desk = Desk(book)
        try:
            desk.language = desk.read("Settings").language
            print(button(desk).in_(desk.language))
        except SalesflowError as error:
            print(error.in_(desk.language))

    run.__annotations__ = {"book": xw.Book}
    del run.__wrapped__
    script: Script = xw.script(run)
    return script


check = _script(workbook_buttons.check)
update = _script(workbook_buttons.update)
score = _script(workbook_buttons.score)
followups = _script(workbook_buttons.followups)
funnel = _script(workbook_buttons.funnel)
targets = _script(workbook_buttons.targets)
undo = _script(workbook_buttons.undo)
compare = _script(comparing_buttons.groups)
assign = _script(workbook_buttons.assign)
repair = _script(workbook_buttons.repair)
won = _script(deal_buttons.won)
explain = _script(deal_buttons.explain)
bant = _script(deal_buttons.bant)
prepare = _script(deal_buttons.prepare)
new_quote = _script(quote_buttons.new_quote)
revise = _script(quote_buttons.revise)

__all__ = [
    "assign", "bant", "check", "compare", "explain", "followups", "funnel", "new_quote", "prepare", "repair", "revise", "score",
    "targets", "undo", "update", "won",
]  # fmt: skip
