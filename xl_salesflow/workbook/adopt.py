"""A workbook of a team's own becomes a store: our sheets join its own, which stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xl_salesflow.errors import NotAWorkbook, UnsupportedEdit
from xl_salesflow.model.tables import TABLES
from xl_salesflow.ooxml import Workbook
from xl_salesflow.ooxml.draft import Draft
from xl_salesflow.ooxml.graft import Graft
from xl_salesflow.ooxml.parts import main_part
from xl_salesflow.ooxml.retitle import retitled
from xl_salesflow.workbook.missing import Missing
from xl_salesflow.workbook.upgrade import upgraded

_LONGEST = 31  # signs in a sheet's name


def is_store(path: Path) -> bool:
    """Tell whether the workbook at *path* has our tables already."""
    return {"Deals", "Stages", "Settings"} <= set(Workbook.open(path).tables)


def store_of(path: Path, template: bytes) -> tuple[bytes, str, Mapping[str, str]]:
    """Return the workbook at *path* with our sheets, the digest of what was read, and sheets of ours called otherwise."""
    workbook = Workbook.open(path)
    store, titles = joined(workbook, template)
    return store.to_bytes(), workbook.digest, titles


def up_to_date(path: Path) -> tuple[bytes, str, list[Missing]]:
    """Return the store at *path* with what its version lacks, the digest of what was read, and what was added."""
    workbook = Workbook.open(path)
    after, added = upgraded(workbook)
    return after.to_bytes(), workbook.digest, added


def joined(workbook: Workbook, template: bytes) -> tuple[Workbook, Mapping[str, str]]:
    """Return *workbook* with every sheet of *template* behind its own, and what sheets of ours had to be called otherwise.

    Raises:
        UnsupportedEdit: the workbook has tables or names that we need for ourselves.
        NotAWorkbook: it is a Strict one.
    """
    ours = Workbook(Path("template"), template)
    _refuse_strict(workbook)
    _refuse(workbook, "tables", set(TABLES) & set(workbook.tables))
    there = {name.casefold() for name in workbook.name_texts}
    _refuse(workbook, "names", {name for name in ours.name_texts if name.casefold() in there})
    titles = _free_titles(ours.sheets, workbook.sheets)
    ours = retitled(ours, titles)
    draft = Draft(workbook.package)
    graft = Graft(draft, Draft(ours.package))
    for sheet in ours.sheets:
        graft.sheet(sheet)
    for name, text in ours.name_texts.items():
        if "!" not in text:  # a name that is a formula of its own
            graft.name(name, text)
    return Workbook(workbook.path, draft.to_bytes()), titles


def _free_titles(ours: Iterable[str], theirs: Iterable[str]) -> dict[str, str]:
    taken = {title.casefold() for title in theirs}
    titles = {}
    for title in ours:
        if title.casefold() in taken:
            titles[title] = f"{title[: _LONGEST - 12]} (salesflow)"
    return titles


def _refuse(workbook: Workbook, what: str, doubled: set[str]) -> None:
    if doubled:
        named = ", ".join(sorted(doubled)[:5])
        zh = {"tables": "表", "names": "名称"}[what]
        raise UnsupportedEdit(
            workbook.path,
            named,
            (
                f"{what} of the workbook's own, called as ours have to be; rename them in Excel and try again",
                f"工作簿自有的{zh}与本产品所需同名；请在 Excel 中改名后重试",
            ),
        )


def _refuse_strict(workbook: Workbook) -> None:
    root = Draft(workbook.package).tree(main_part(workbook.package))
    if "purl.oclc.org" in str(root.tag):
        raise NotAWorkbook(
            workbook.path,
            (
                "is a Strict Open XML workbook; save it in Excel as Excel Workbook (*.xlsx) and try again",
                "是 Strict Open XML 工作簿；请在 Excel 中另存为“Excel 工作簿 (*.xlsx)”后重试",
            ),
        )
