"""The hidden sheet behind the Funnel's dropdowns: each list with "(All)" before it."""

from __future__ import annotations

from openpyxl import Workbook

from xl_salesflow.model.text import Language
from xl_salesflow.model.view import NAMED_CELLS
from xl_salesflow.sheets import styles, wording
from xl_salesflow.sheets.names import REFERENCES, define, structured
from xl_salesflow.sheets.table_sheet import quoted

# named cell → how many values its dropdown can offer
_ROOM = {
    "ViewOwner": 400,
    "ViewProduct": 400,
    "ViewSource": 60,
    "ViewRegion": 60,
    "ViewChannel": 60,
    "ViewPlaybook": 30,
}


def add(workbook: Workbook, language: Language) -> None:
    """Write the helper sheet and name its lists (choose_owner, …, list_playbook)."""
    sheet = workbook.create_sheet(wording.DROPDOWNS.in_(language))
    sheet.sheet_state = "hidden"
    home = quoted(sheet.title)
    for number, (name, room) in enumerate(_ROOM.items(), 1):
        letter = sheet.cell(1, number).column_letter
        sheet.cell(1, number, NAMED_CELLS[name].label.in_(language)).font = styles.font(language, bold=True)
        sheet.cell(2, number, "=ViewEverything")
        for row in range(3, room + 3):
            sheet.cell(row, number, _value(name, letter, row, language))
        count = f'COUNTIF({home}!${letter}$2:${letter}${room + 2},"?*")'
        define(workbook, dropdown(name), f"{home}!${letter}$2:INDEX({home}!${letter}$2:${letter}${room + 2},{count})")
        if name == "ViewPlaybook":
            body = f"{home}!${letter}$3:${letter}${room + 2}"
            define(workbook, "list_playbook", f"{home}!${letter}$3:INDEX({body},MAX(1,{count}-1))")
    last = sheet.cell(1, len(_ROOM)).column_letter
    define(workbook, "GroupValues", f"{home}!$A$3:${last}${max(_ROOM.values()) + 2}")


def dropdown(name: str) -> str:
    """Return the name of what the dropdown of named cell *name* offers."""
    return "choose_" + name.removeprefix("View").lower()


def _value(name: str, letter: str, row: int, language: Language) -> str:
    if name == "ViewPlaybook":
        column, above = structured("Stages", "playbook", language), f"${letter}$2:{letter}{row - 1}"
        return f'=IFERROR(LOOKUP(2,1/((COUNTIF({above},{column})=0)*({column}<>"")),{column}),"")'
    options = NAMED_CELLS[name].options or ""
    table, id = (options, REFERENCES[options][0]) if options in REFERENCES else ("Lists", options)
    column = structured(table, id, language)
    return f'=IFERROR(INDEX({column},{row - 2})&"","")'
