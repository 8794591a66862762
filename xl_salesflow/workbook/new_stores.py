"""Start a store: a new workbook from the template, or a team's own workbook with our sheets added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.errors import NotAWorkbook, UnsupportedEdit, UsageError
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.sheet_transfer import SheetGraft, rename_sheets
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import find_main_part
from xl_salesflow.process.playbook_files import list_playbook_names
from xl_salesflow.schema.sheet_modules import MODULE_TABLES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.atomic_save import replace_workbook
from xl_salesflow.workbook.book_upgrade import upgrade_workbook
from xl_salesflow.workbook.empty_workbook import read_empty_workbook
from xl_salesflow.workbook.missing_parts import MissingPart
from xl_salesflow.workbook.needed_columns import list_module_columns

DEFAULT_PLAYBOOK = "crm"


def new_workbook(path: Path, language: Language, playbook: str = DEFAULT_PLAYBOOK, modules: Iterable[str] = ()) -> None:
    """Write a new workbook to *path*, replacing any file there; the sheets and columns of *modules* are visible.

    Raises:
        UsageError: there is no playbook called *playbook*, or no such module.
        WorkbookInUse: somebody has the workbook at *path* open.
        CannotSave: the folder or the disk refuses.
    """
    data = build_new_workbook(language, playbook)
    replace_workbook(path, _show_modules(path, data, language, modules))


def build_new_workbook(language: Language, playbook: str = DEFAULT_PLAYBOOK) -> bytes:
    """Return the bytes of a new workbook.

    Raises:
        UsageError: there is no playbook called *playbook*.
    """
    if playbook not in list_playbook_names():
        hint = suggest_names(playbook, list_playbook_names())
        raise UsageError("There is no playbook “{playbook}”; {hint}", playbook=playbook, hint=hint)
    return read_empty_workbook(language) if playbook == DEFAULT_PLAYBOOK else _build_for_playbook(language, playbook)


def _show_modules(path: Path, data: bytes, language: Language, modules: Iterable[str]) -> bytes:
    workbook = Workbook(path, data)
    for module in modules:
        if module not in MODULE_TABLES:
            hint = suggest_names(module, MODULE_TABLES)
            raise UsageError("There is no module “{module}”; {hint}", module=module, hint=hint)
        for table in MODULE_TABLES[module]:
            workbook.show_sheet(workbook.tables[table].sheet)
        for name, wanted, group in list_module_columns(module):
            headers = {column: TABLES[name][column].header.in_(language) for column in group}
            workbook.open_columns(name, [headers[column] for column in wanted], list(headers.values()))
    return workbook.to_bytes() if modules else data


def _build_for_playbook(language: Language, playbook: str) -> bytes:
    from xl_salesflow.workbook.template.template_builder import build_template

    return build_template(language, playbook)


_MAX_SHEET_NAME_LENGTH = 31  # characters in a sheet's name


def is_store_file(path: Path) -> bool:
    """Return whether the workbook at *path* already has our tables."""
    return {"Deals", "Stages", "Settings"} <= set(Workbook.open(path).tables)


def build_adopted_store(path: Path, template: bytes) -> tuple[bytes, str, Mapping[str, str]]:
    """Return the workbook at *path* with our sheets, the digest of what was read, and our sheets that had to be renamed."""
    workbook = Workbook.open(path)
    store, titles = join_template_sheets(workbook, template)
    return store.to_bytes(), workbook.digest, titles


def upgrade_store_file(path: Path) -> tuple[bytes, str, list[MissingPart]]:
    """Return the store at *path* with what its version lacks, the digest of what was read, and the added parts."""
    workbook = Workbook.open(path)
    after, added = upgrade_workbook(workbook)
    return after.to_bytes(), workbook.digest, added


def join_template_sheets(workbook: Workbook, template: bytes) -> tuple[Workbook, Mapping[str, str]]:
    """Return *workbook* with the sheets of *template* after its own, and the sheets of ours that had to be renamed.

    Raises:
        UnsupportedEdit: the workbook uses table names or defined names that we need.
        NotAWorkbook: it is in the Strict format.
    """
    ours = Workbook(Path("template"), template)
    _refuse_strict_workbook(workbook)
    _refuse_doubled_names(workbook, _TABLES_NAMED_AS_OURS, set(TABLES) & set(workbook.tables))
    there = {name.casefold() for name in workbook.name_texts}
    _refuse_doubled_names(
        workbook, _NAMES_NAMED_AS_OURS, {name for name in ours.name_texts if name.casefold() in there}
    )
    titles = _find_free_titles(ours.sheets, workbook.sheets)
    ours = rename_sheets(ours, titles)
    draft = PackageDraft(workbook.package)
    graft = SheetGraft(draft, PackageDraft(ours.package))
    for sheet in ours.sheets:
        graft.sheet(sheet)
    for name, text in ours.name_texts.items():
        if "!" not in text:  # the name of a formula, not of a cell
            graft.name(name, text)
    return Workbook(workbook.path, draft.to_bytes()), titles


def _find_free_titles(ours: Iterable[str], theirs: Iterable[str]) -> dict[str, str]:
    taken = {title.casefold() for title in theirs}
    titles = {}
    for title in ours:
        if title.casefold() in taken:
            titles[title] = f"{title[: _MAX_SHEET_NAME_LENGTH - 12]} (salesflow)"
    return titles


_TABLES_NAMED_AS_OURS = Text("the workbook's own tables have names that we need; rename them in Excel and try again")
_NAMES_NAMED_AS_OURS = Text("the workbook's own names are ones that we need; rename them in Excel and try again")


def _refuse_doubled_names(workbook: Workbook, why: Text, doubled: set[str]) -> None:
    if doubled:
        raise UnsupportedEdit(workbook.path, ", ".join(sorted(doubled)[:5]), why)


def _refuse_strict_workbook(workbook: Workbook) -> None:
    root = PackageDraft(workbook.package).tree(find_main_part(workbook.package))
    if "purl.oclc.org" in str(root.tag):
        raise NotAWorkbook(
            workbook.path,
            Text("is a Strict Open XML workbook; save it in Excel as Excel Workbook (*.xlsx) and try again"),
        )
