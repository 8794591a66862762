"""The buttons of the ribbon: each opens the book, runs a verb and shows its outcome.

The VBA calls `press`. A button for one deal reads only the rows of that deal. The result is one sentence in the status
bar; an error is one sentence in a message box, never a traceback.
"""

from __future__ import annotations

import atexit
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType

from xl_salesflow.core.file_saving import save_file_atomically
from xl_salesflow.errors import SalesflowError
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.excel.deal_buttons import (
    press_activity,
    press_approvals,
    press_bant,
    press_explain,
    press_lost,
    press_new_quote,
    press_next_stage,
    press_prepare,
    press_print,
    press_quote,
    press_revise,
    press_won,
)
from xl_salesflow.excel.excel_refusals import CallRefused, translate_refusals
from xl_salesflow.excel.forecast_buttons import press_accuracy, press_cohorts, press_flow, press_forecast, press_inspect
from xl_salesflow.excel.lead_buttons import press_new_deal
from xl_salesflow.excel.name_buttons import press_merge_customers, press_rename
from xl_salesflow.excel.press_calls import find_calling_book, hold_press_lock
from xl_salesflow.excel.workbook_buttons import (
    press_assign,
    press_audit,
    press_calendar,
    press_check,
    press_commission,
    press_compare,
    press_dates,
    press_diff,
    press_followups,
    press_funnel,
    press_help,
    press_language,
    press_merge,
    press_payments,
    press_playbook,
    press_recurring,
    press_repair,
    press_report,
    press_score,
    press_targets,
    press_undo,
    press_update,
)
from xl_salesflow.locale.texts import Language, Text

Button = Callable[[ButtonContext], Text]

BUTTONS: Mapping[str, Button] = MappingProxyType(
    {
        "check": press_check,
        "update": press_update,
        "new_deal": press_new_deal,
        "next_stage": press_next_stage,
        "won": press_won,
        "lost": press_lost,
        "explain": press_explain,
        "bant": press_bant,
        "score": press_score,
        "followups": press_followups,
        "activity": press_activity,
        "calendar": press_calendar,
        "new_quote": press_new_quote,
        "revise": press_revise,
        "quote": press_quote,
        "print": press_print,
        "prepare": press_prepare,
        "assign": press_assign,
        "approvals": press_approvals,
        "audit": press_audit,
        "dates": press_dates,
        "compare": press_compare,
        "diff": press_diff,
        "merge": press_merge,
        "playbook": press_playbook,
        "rename": press_rename,
        "merge_customers": press_merge_customers,
        "funnel": press_funnel,
        "payments": press_payments,
        "recurring": press_recurring,
        "commission": press_commission,
        "flow": press_flow,
        "inspect": press_inspect,
        "forecast": press_forecast,
        "accuracy": press_accuracy,
        "cohorts": press_cohorts,
        "targets": press_targets,
        "report": press_report,
        "undo": press_undo,
        "repair": press_repair,
        "language": press_language,
        "help": press_help,
    }
)
"""Verb of the ribbon → the function of its button, which returns the message to show."""

_STATUS_BAR_LENGTH = 250  # the status bar truncates longer texts
_UNEXPECTED_ERROR_TEXT = Text(
    "The button stopped unexpectedly; the details are in {log}: please send them to whoever looks after the add-in."
)


def press(verb: str, choice: int = 0, language: Language = "en", file: str = "") -> None:
    """Run the button of *verb* in the workbook in which it was pressed; the VBA calls this.

    *file* is the path of another workbook, or what was typed into a form, each field with a line feed behind it; as four
    hexadecimal digits per character, which cannot be mistaken for a command.
    """
    sys.excepthook = _make_error_hook(language)
    _keep_other_excels()
    book = find_calling_book()
    given = bytes.fromhex(file).decode("utf-16-be")
    typed = tuple(given.split("\n")[:-1])
    chosen = Path(given) if given and not typed else None
    try:
        with hold_press_lock(book.name), translate_refusals(book, CallRefused):
            message = BUTTONS[verb](ButtonContext(book, choice, language, file=chosen, typed=typed)).in_(language)
    except SalesflowError as error:
        message = error.in_(language)
        book.app.alert(message, title="Salesflow", mode="critical")
    book.app.status_bar = message if len(message) <= _STATUS_BAR_LENGTH else f"{message[: _STATUS_BAR_LENGTH - 1]}…"


def _keep_other_excels() -> None:
    # xlwings ends, when Python exits, every Excel without a window: also the automations and previews of others
    if windows := sys.modules.get("xlwings._xlwindows"):
        atexit.unregister(windows.cleanup)


def _make_error_hook(
    language: Language,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Return a hook that writes tracebacks to a file, because Excel shows everything on stderr in a message box."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log = Path(tempfile.gettempdir()) / "salesflow-error.log"
        save_file_atomically(log, "".join(traceback.format_exception(kind, error, trace)).encode("utf-8", "replace"))
        print(_UNEXPECTED_ERROR_TEXT.in_(language, log=log), file=sys.stderr)

    return hook
