"""A new workbook: a copy of the template that ships, or one built for another sales process."""

from __future__ import annotations

from pathlib import Path

from xl_salesflow import playbooks
from xl_salesflow.errors import CannotSave, UsageError
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.shipped import template
from xl_salesflow.model.text import Language

DEFAULT_PLAYBOOK = "crm"


def new_workbook(path: Path, language: Language, playbook: str = DEFAULT_PLAYBOOK) -> None:
    """Write a new workbook to *path*, replacing what is there.

    Raises:
        UsageError: no playbook is called *playbook*.
        CannotSave: the folder or the disk refuses.
    """
    data = template_of(language, playbook)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CannotSave(path, error.strerror or str(error)) from error


def template_of(language: Language, playbook: str = DEFAULT_PLAYBOOK) -> bytes:
    """Return the bytes of a new workbook.

    Raises:
        UsageError: no playbook is called *playbook*.
    """
    if playbook not in playbooks.names():
        near, known = nearest(playbook, playbooks.names()), ", ".join(playbooks.names())
        raise UsageError(
            f"There is no playbook {playbook!r}" + (f"; did you mean {near!r}?" if near else f"; there are {known}."),
            f"没有名为“{playbook}”的销售流程" + (f"；是否指“{near}”？" if near else f"；可选：{known}。"),
        )
    return template(language) if playbook == DEFAULT_PLAYBOOK else _built(language, playbook)


def _built(language: Language, playbook: str) -> bytes:
    from xl_salesflow.sheets.build import build  # the builder takes openpyxl along; a copy does not need it

    return build(language, playbook)
