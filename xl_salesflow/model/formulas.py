"""Formula templates: written once with column ids, rendered with the headers of the workbook's language.

    {amount}            this row's cell                     Deals[[#This Row],[Amount]]
    {budget:timeline}   this row's cells from one to another  Deals[[#This Row],[Budget]:[Timeline]]
    {Stages.key}        a whole column                      Stages[Key]
    {outcome:open}      the label of a choice, as text      "Open"
    AsOf                a named cell; names are the same in every language

The result is the file's own syntax, without the leading "=".
"""

from __future__ import annotations

import re

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.column import Table
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language

_SLOT = re.compile(r"\{([A-Za-z_]+)(?:([.:])([A-Za-z_0-9]+))?\}")


def render(template: str, language: Language, table: Table | None = None) -> str:
    """Return *template* as a formula; *table* is needed where it speaks of "this row".

    Raises:
        KeyError: the template names a table, column or choice that is not declared.
    """

    def slot(match: re.Match[str]) -> str:
        first, mark, second = match.groups()
        if mark == ".":
            return f"{first}[{_escaped(TABLES[first].header(second, language))}]"
        if mark == ":" and second in CHOICES.get(first, {}):
            return f'"{CHOICES[first][second].in_(language)}"'
        if table is None:
            raise KeyError(f"{match.group()} speaks of a row, and no table is given")
        ends = [f"[{_escaped(table.header(id, language))}]" for id in (first, second) if id]
        return f"{table.name}[[#This Row],{':'.join(ends)}]"

    return _SLOT.sub(slot, template)


def _escaped(header: str) -> str:
    # a structured reference marks these four with an apostrophe
    return re.sub(r"(['\[\]#])", r"'\1", header)
