"""Defined names: what the dropdowns offer, what conditional formats look up, and every named cell."""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language

# the column of a table that a REF holds, and the name of its values
REFERENCES: Mapping[str, tuple[str, str]] = {
    "Deals": ("deal", "list_deal"),
    "Accounts": ("account", "list_account"),
    "Contacts": ("contact", "list_contact"),
    "Team": ("person", "list_owner"),
    "Products": ("product", "list_product"),
    "Questions": ("question", "list_question"),
    "Quotes": ("quote", "list_quote"),
    "Stages": ("stage", "list_stage"),
}


def define(workbook: Workbook, name: str, refers_to: str) -> None:
    """Give *name* to a range or formula of the workbook."""
    workbook.defined_names[name] = DefinedName(name, attr_text=refers_to)


def define_lists(workbook: Workbook, language: Language) -> None:
    """Name the values of every open list and of every column that another table refers to."""
    for id in LISTS:
        define(workbook, f"list_{id}", filled(structured("Lists", id, language)))
    for table, (column, name) in REFERENCES.items():
        define(workbook, name, filled(structured(table, column, language)))
    define(workbook, "list_group", structured("Groups", "name", language))
    define(workbook, "stage_keys", structured("Stages", "key", language))
    define(workbook, "stage_limits", structured("Stages", "day_limit", language))


def structured(table: str, column: str, language: Language) -> str:
    """Return the structured reference to a whole column."""
    return f"{table}[{TABLES[table].header(column, language)}]"


def filled(column: str) -> str:
    """Return the filled head of a column: blanks in a dropdown's source would let everything pass."""
    return f"INDEX({column},1):INDEX({column},MAX(1,COUNTA({column})))"
