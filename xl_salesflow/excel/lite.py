"""The verbs as scripts for Excel on the web and xlwings Lite, where Python runs in the browser.

Each script takes the open book. Put this into the script editor:

    from xl_salesflow.excel.lite import *

Only packages available in Pyodide are imported; documents, which need a typesetter and a disk, can only be made on the
desktop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps

import xlwings as xw

from xl_salesflow.errors import SalesflowError
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.excel.deal_buttons import (
    press_bant,
    press_explain,
    press_new_quote,
    press_prepare,
    press_revise,
    press_won,
)
from xl_salesflow.excel.forecast_buttons import press_accuracy, press_cohorts, press_flow, press_forecast
from xl_salesflow.excel.name_buttons import press_merge_customers, press_rename
from xl_salesflow.excel.workbook_buttons import (
    press_assign,
    press_check,
    press_commission,
    press_compare,
    press_followups,
    press_funnel,
    press_payments,
    press_recurring,
    press_repair,
    press_score,
    press_targets,
    press_undo,
    press_update,
)
from xl_salesflow.locale.texts import Text

WebScript = Callable[[xw.Book], None]


def _make_web_script(verb: str, button: Callable[[ButtonContext], Text]) -> WebScript:
    """Make a script of *button*, which prints its message to the console of the editor in the workbook's language."""

    @wraps(button)
    def run(book: xw.Book) -> None:
        context = ButtonContext(book)
        try:
            context.language = context.read_as_needed().language
            print(button(context).in_(context.language))
        except SalesflowError as error:
            print(error.in_(context.language))

    run.__name__ = verb
    run.__annotations__ = {"book": xw.Book}
    del run.__wrapped__
    script: WebScript = xw.script(run)
    return script


WEB_SCRIPTS: Mapping[str, WebScript] = {
    verb: _make_web_script(verb, button)
    for verb, button in (
        ("check", press_check),
        ("update", press_update),
        ("score", press_score),
        ("followups", press_followups),
        ("funnel", press_funnel),
        ("payments", press_payments),
        ("recurring", press_recurring),
        ("commission", press_commission),
        ("flow", press_flow),
        ("forecast", press_forecast),
        ("accuracy", press_accuracy),
        ("cohorts", press_cohorts),
        ("targets", press_targets),
        ("undo", press_undo),
        ("compare", press_compare),
        ("assign", press_assign),
        ("repair", press_repair),
        ("won", press_won),
        ("explain", press_explain),
        ("bant", press_bant),
        ("prepare", press_prepare),
        ("new_quote", press_new_quote),
        ("revise", press_revise),
        ("rename", press_rename),
        ("merge_customers", press_merge_customers),
    )
}
"""The scripts by the name shown in the script editor."""

globals().update(WEB_SCRIPTS)
__all__ = [*WEB_SCRIPTS]  # noqa: PLE0604 - what "import *" brings is the table
