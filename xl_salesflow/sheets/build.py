"""The empty workbook, built from the declarations."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.workbook.properties import CalcProperties

from xl_salesflow.metrics.formulas import POSITIONS
from xl_salesflow.model.choices import label
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language
from xl_salesflow.playbooks import title
from xl_salesflow.sheets import (
    analysis,
    dropdowns,
    forecast,
    funnel,
    plan,
    settings,
    start,
    styles,
    trends,
    wording,
    workings,
)
from xl_salesflow.sheets.conditional import emphasise
from xl_salesflow.sheets.names import define_lists
from xl_salesflow.sheets.page import lay_out
from xl_salesflow.sheets.reproducible import packed
from xl_salesflow.sheets.rows import Row, starter_rows
from xl_salesflow.sheets.table_sheet import Placed, place
from xl_salesflow.sheets.validation import validate


def build(language: Language, playbook: str = "crm") -> bytes:
    """Return a new workbook in *language* with the stages, gates, tasks and questions of *playbook*: the bytes of its file.

    Raises:
        UsageError: no such playbook ships.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.title = wording.TITLE.in_(language)
    workbook.properties.creator = "xl_salesflow"
    workbook.properties.subject = title(playbook).in_(language)
    workbook.properties.language = {"en": "en-US", "zh": "zh-CN"}[language]
    workbook.calculation = CalcProperties(fullCalcOnLoad=True)
    _sheets(workbook, language)
    placed = list(_tables(workbook, language, playbook))
    for table in placed:
        validate(table, language)
        emphasise(table, language)
    define_lists(workbook, language)
    start.add(workbook, language)
    workbook.active = 0
    return packed(workbook)


def _sheets(workbook: Workbook, language: Language) -> None:
    for table in TABLES.values():
        name = table.title.in_(language)
        if name in workbook.sheetnames:
            continue
        sheet = workbook.create_sheet(name)
        sheet.sheet_properties.tabColor = styles.TABS[table.group]
        sheet.sheet_state = "visible" if table.shown else "hidden"


def _tables(workbook: Workbook, language: Language, playbook: str) -> Iterable[Placed]:
    rows = starter_rows(language, playbook)
    steps = _funnel_steps(rows["Stages"], language)
    dropdowns.add(workbook, language)
    workings.add(workbook, language)
    yield from funnel.add(workbook, language, steps)
    yield from trends.add(workbook, language)
    yield forecast.add(workbook, language)
    yield plan.add(workbook, language, steps)
    yield from analysis.add(workbook, language, steps)
    for table in TABLES.values():
        if table.name == "Metrics" or table.name in POSITIONS:  # stands on one of the pages above
            continue
        placed = place(workbook[table.title.in_(language)], table, language, rows[table.name])
        lay_out(placed, language)
        if table.name == "Settings":
            settings.finish(workbook, placed, language)
        yield placed


def _funnel_steps(stages: Iterable[Row], language: Language) -> int:
    kinds = {label("kind", kind, language) for kind in ("open", "won")}
    return sum(1 for stage in stages if stage["kind"] in kinds)
