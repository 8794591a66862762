"""The buttons of the ribbon: each opens the book, asks the flow and shows what came of it.

A button that is about one deal reads the rows of that deal. What it says is one sentence in the status bar; an error is one
sentence in a box, never a traceback.
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType

import xlwings as xw

from xl_salesflow.errors import SalesflowError
from xl_salesflow.excel import comparing_buttons as compared
from xl_salesflow.excel import deal_buttons as deal
from xl_salesflow.excel import quote_buttons as offer
from xl_salesflow.excel import workbook_buttons as whole
from xl_salesflow.excel.desk import Desk
from xl_salesflow.model.text import Language, Text

Button = Callable[[Desk], Text]

BUTTONS: Mapping[str, Button] = MappingProxyType(
    {
        "check": whole.check,
        "update": whole.update,
        "next_stage": deal.next_stage,
        "won": deal.won,
        "lost": deal.lost,
        "explain": deal.explain,
        "bant": deal.bant,
        "score": whole.score,
        "followups": whole.followups,
        "activity": deal.activity,
        "calendar": whole.calendar,
        "new_quote": offer.new_quote,
        "revise": offer.revise,
        "quote": offer.quote,
        "print": offer.print_paper,
        "prepare": deal.prepare,
        "assign": whole.assign,
        "audit": whole.audit,
        "dates": compared.dates,
        "compare": compared.groups,
        "diff": compared.differences,
        "merge": compared.merge,
        "playbook": whole.playbook,
        "funnel": whole.funnel,
        "targets": whole.targets,
        "report": whole.report,
        "undo": whole.undo,
        "repair": whole.repair,
        "language": whole.language,
        "help": whole.help,
    }
)
"""Verb of the ribbon → what its button does; it returns what to say."""

_LONGEST = 250  # the status bar cuts what is longer
_UNEXPECTED = Text(
    "The button stopped unexpectedly; the details are in {log}: please send them to whoever looks after the add-in.",
    "按钮意外停止；详情见 {log}，请发送给加载项维护者。",
)


def press(verb: str, choice: int = 0, language: Language = "en", file: str = "") -> None:
    """Run the button of *verb* in the workbook it was pressed in; this is what the VBA calls.

    *file* is the path of another workbook, four hexadecimal digits for each letter: nothing that could be read as a command.
    """
    sys.excepthook = _unexpected(language)
    book = xw.Book.caller()
    chosen = Path(bytes.fromhex(file).decode("utf-16-be")) if file else None
    try:
        said = BUTTONS[verb](Desk(book, choice, language, file=chosen)).in_(language)
    except SalesflowError as error:
        said = error.in_(language)
        book.app.alert(said, title="Salesflow", mode="critical")
    book.app.status_bar = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _unexpected(
    language: Language,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Return a hook that keeps a traceback in a file: Excel shows what goes to stderr in a box."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log = Path(tempfile.gettempdir()) / "salesflow-error.log"
        log.write_text("".join(traceback.format_exception(kind, error, trace)), encoding="utf-8")
        print(_UNEXPECTED.in_(language, log=log), file=sys.stderr)

    return hook
