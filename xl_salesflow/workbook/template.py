"""A new workbook: a copy of the template that ships, filled with the chosen sales process."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from xl_salesflow import playbooks
from xl_salesflow.errors import CannotSave, UsageError
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.plan import Fill, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language
from xl_salesflow.workbook.book import ClosedBook

DEFAULT_PLAYBOOK = "crm"
_NAMES: dict[Language, str] = {"en": "workbook_template.xlsx", "zh": "workbook_template_zh.xlsx"}


def new_workbook(path: Path, language: Language, playbook: str = DEFAULT_PLAYBOOK) -> None:
    """Write a new workbook to *path*, replacing what is there.

    Raises:
        UsageError: no playbook is called *playbook*.
        CannotSave: the folder or the disk refuses.
    """
    if playbook not in playbooks.names():
        near, known = nearest(playbook, playbooks.names()), ", ".join(playbooks.names())
        raise UsageError(
            f"There is no playbook {playbook!r}" + (f"; did you mean {near!r}?" if near else f"; there are {known}."),
            f"没有名为“{playbook}”的销售流程" + (f";是否指“{near}”?" if near else f";可选:{known}。"),
        )
    try:
        with ExitStack() as stack:
            shutil.copyfile(_template(language, stack), path)
    except OSError as error:
        raise CannotSave(path, error.strerror or str(error)) from error
    if playbook != DEFAULT_PLAYBOOK:
        _set_up(ClosedBook(path), language, playbook)


def _template(language: Language, stack: ExitStack) -> Path:
    # inside a wheel the template lies in the package; in a checkout, beside it
    packaged = stack.enter_context(as_file(files("xl_salesflow") / _NAMES[language]))
    return packaged if packaged.exists() else Path(__file__).resolve().parents[2] / _NAMES[language]


def _set_up(book: ClosedBook, language: Language, playbook: str) -> None:
    pipeline = book.read(date.today())
    fills = tuple(Fill(name, rows) for name, rows in playbooks.setup(playbook, language).items())
    settings = pipeline["Settings"].copy()
    settings.loc[settings["setting"] == "playbook", "value"] = playbook
    book.write(Plan(fills=(*fills, Fill(TABLES["Settings"].name, settings))))
