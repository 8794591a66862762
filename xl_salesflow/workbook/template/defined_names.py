"""Define names, and write the hidden sheets Dropdowns and Workings that they refer to."""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.metric_sheets import WorkingBlock, working_blocks
from xl_salesflow.ooxml.excel_notation import quote_sheet_name
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.starter_content import DROPDOWNS_TITLE
from xl_salesflow.workbook.template.template_styles import template_font

# the column of a table that a REF holds, and the name of its values
REFERENCE_LISTS: Mapping[str, tuple[str, str]] = {
    "Deals": ("deal", "list_deal"),
    "Accounts": ("account", "list_account"),
    "Contacts": ("contact", "list_contact"),
    "Team": ("person", "list_owner"),
    "Products": ("product", "list_product"),
    "Questions": ("question", "list_question"),
    "Quotes": ("quote", "list_quote"),
    "Stages": ("stage", "list_stage"),
    "CommissionPlans": ("plan", "list_plan"),
}


def define_name(workbook: Workbook, name: str, refers_to: str) -> None:
    """Define *name* for a range or formula of the workbook."""
    workbook.defined_names[name] = DefinedName(name, attr_text=refers_to)


def define_list_names(workbook: Workbook, language: Language) -> None:
    """Define names for the values of every open list and of every column that another table refers to."""
    for choice in LISTS:
        column = structured_reference("Lists", choice, language)
        define_name(workbook, f"list_{choice}", filled_column_reference(column))
    for table, (column, name) in REFERENCE_LISTS.items():
        define_name(workbook, name, filled_column_reference(structured_reference(table, column, language)))
    define_name(workbook, "list_group", structured_reference("Groups", "name", language))
    define_name(workbook, "stage_keys", structured_reference("Stages", "key", language))
    define_name(workbook, "stage_names", structured_reference("Stages", "stage", language))
    define_name(workbook, "stage_playbooks", structured_reference("Stages", "playbook", language))
    define_name(workbook, "stage_limits", structured_reference("Stages", "day_limit", language))


def structured_reference(table: str, column: str, language: Language) -> str:
    """Return the structured reference to a whole column."""
    return f"{table}[{TABLES[table].header(column, language)}]"


def filled_column_reference(column: str) -> str:
    """Return the filled part of a column; blanks in the source of a dropdown would allow any value."""
    return f"INDEX({column},1):INDEX({column},MAX(1,COUNTA({column})))"


# named cell → the number of values in its dropdown
_DROPDOWN_ROOM = {
    "ViewOwner": 400,
    "ViewProduct": 400,
    "ViewSource": 60,
    "ViewRegion": 60,
    "ViewChannel": 60,
    "ViewPlaybook": 30,
}


def add_dropdowns_sheet(workbook: Workbook, language: Language) -> None:
    """Write the helper sheet and name its lists (choose_owner, …, list_playbook)."""
    sheet = workbook.create_sheet(DROPDOWNS_TITLE.in_(language))
    sheet.sheet_state = "hidden"
    home = quote_sheet_name(sheet.title)
    for number, (name, room) in enumerate(_DROPDOWN_ROOM.items(), 1):
        letter = sheet.cell(1, number).column_letter
        sheet.cell(1, number, NAMED_CELLS[name].label.in_(language)).font = template_font(language, bold=True)
        sheet.cell(2, number, "=ViewEverything")
        for row in range(3, room + 3):
            sheet.cell(row, number, _dropdown_formula(name, letter, row, language))
        count = f'COUNTIF({home}!${letter}$2:${letter}${room + 2},"?*")'
        define_name(
            workbook,
            dropdown_list_name(name),
            f"{home}!${letter}$2:INDEX({home}!${letter}$2:${letter}${room + 2},{count})",
        )
        if name == "ViewPlaybook":
            body = f"{home}!${letter}$3:${letter}${room + 2}"
            define_name(workbook, "list_playbook", f"{home}!${letter}$3:INDEX({body},MAX(1,{count}-1))")
    last = sheet.cell(1, len(_DROPDOWN_ROOM)).column_letter
    define_name(workbook, "GroupValues", f"{home}!$A$3:${last}${max(_DROPDOWN_ROOM.values()) + 2}")


def dropdown_list_name(name: str) -> str:
    """Return the name of the list in the dropdown of named cell *name*."""
    return "choose_" + name.removeprefix("View").lower()


def _dropdown_formula(name: str, letter: str, row: int, language: Language) -> str:
    if name == "ViewPlaybook":
        column, above = structured_reference("Stages", "playbook", language), f"${letter}$2:{letter}{row - 1}"
        return f'=IFERROR(LOOKUP(2,1/((COUNTIF({above},{column})=0)*({column}<>"")),{column}),"")'
    options = NAMED_CELLS[name].options or ""
    table, values = (options, REFERENCE_LISTS[options][0]) if options in REFERENCE_LISTS else ("Lists", options)
    column = structured_reference(table, values, language)
    return f'=IFERROR(INDEX({column},{row - 2})&"","")'


WORKINGS_TITLE = Text("Workings")
_MOVE_WAYS_TITLE = Text("Ways out of a stage")
_FIRST_WORKINGS_ROW = 3


def add_workings_sheet(workbook: Workbook, language: Language) -> None:
    """Write the sheet and name its columns."""
    sheet = workbook.create_sheet(WORKINGS_TITLE.in_(language))
    sheet.sheet_state = "hidden"
    _write_working_title(sheet, 1, _MOVE_WAYS_TITLE.in_(language), language)
    for row, way in enumerate(CHOICES["move"].values(), _FIRST_WORKINGS_ROW):
        sheet.cell(row, 1, way.in_(language))
    define_name(workbook, "MoveWays", _workings_range(sheet, 1, len(CHOICES["move"])))
    column = 3
    for working in working_blocks(language):
        _write_working(sheet, column, working, language)
        for offset, name in enumerate(working.names):
            define_name(workbook, name, _workings_range(sheet, column + offset, len(working.keys)))
        column += len(working.names) + 1


def _write_working(sheet: Worksheet, left: int, working: WorkingBlock, language: Language) -> None:
    _write_working_title(sheet, left, working.title, language)
    for offset, (header, numbers) in enumerate(working.parts.items()):
        sheet.cell(_FIRST_WORKINGS_ROW - 1, left + offset, header)
        for row, number in enumerate(numbers, _FIRST_WORKINGS_ROW):
            sheet.cell(row, left + offset, number)
    keys = left + len(working.parts)
    for row, key in enumerate(working.keys, _FIRST_WORKINGS_ROW):
        sheet.cell(row, keys, key if isinstance(key, int) else f"={key}")
    letter = get_column_letter(keys + 1)
    area = f"{letter}{_FIRST_WORKINGS_ROW}:{letter}{_FIRST_WORKINGS_ROW + len(working.keys) - 1}"
    sheet[f"{letter}{_FIRST_WORKINGS_ROW}"] = ArrayFormula(area, f"={working.formula}")


def _write_working_title(sheet: Worksheet, column: int, title: str, language: Language) -> None:
    sheet.cell(1, column, title).font = template_font(language, bold=True)


def _workings_range(sheet: Worksheet, column: int, rows: int) -> str:
    letter = get_column_letter(column)
    return f"{quote_sheet_name(sheet.title)}!${letter}${_FIRST_WORKINGS_ROW}:${letter}${_FIRST_WORKINGS_ROW + rows - 1}"
