"""The named cells: what they hold, and the question they put to the funnel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from unicodedata import normalize

from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.column import Column, Type, Writer
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.text import Language
from xl_salesflow.model.view import EVERYTHING, FILTERS, NAMED_CELLS, NamedCell, View
from xl_salesflow.workbook.columns import Dialect, convert, shown
from xl_salesflow.workbook.faults import FAULTS, Doubt

Named = Mapping[str, Any]
_DAWN = date(1900, 1, 1)  # what Excel shows before it is a zero in a date format


def read_named(
    cells: Named, addresses: Mapping[str, str], dialect: Dialect, language: Language
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the named cells by name, and what is wrong with them.

    Inputs come as their type asks, None where blank; a formula that shows nothing is "".
    """
    named, found = {name: _plain(cell) for name, cell in cells.items()}, list[Finding]()
    for declared in NAMED_CELLS.values():
        if declared.name not in named:
            found.append(_finding(declared, declared.name, Doubt("missing_name"), "", language))
        elif declared.formula is None:
            raw = named[declared.name]
            named[declared.name], doubt = _typed(declared, raw, dialect)
            if doubt:
                found.append(_finding(declared, shown(raw), doubt, addresses[declared.name], language))
    return named, found


def view_of(named: Named) -> View:
    """Return the question that the Funnel sheet's cells put; a blank or (All) filters nothing."""
    filters = {}
    for name, column in FILTERS.items():
        value = shown(named.get(name))
        if value and not _is_everything(value, named):
            filters[column] = identify(LISTS.get(column, {}), value) or value
    return View(
        as_of=named.get("AsOfInput"),
        start=named.get("PeriodFromInput"),
        end=named.get("PeriodToInput"),
        filters=filters,
        reading="cohort" if _chosen(named, "Reading") == "cohort" else "snapshot",
        reach="entered" if _chosen(named, "Reach") == "entered" else "implied",
    )


def _is_everything(value: str, named: Named) -> bool:
    known = (*EVERYTHING.both(), shown(named.get("ViewEverything")))
    return normalize("NFKC", value) in (normalize("NFKC", everything) for everything in known)


def _chosen(named: Named, name: str) -> str | None:
    return identify(CHOICES[NAMED_CELLS[name].options or ""], shown(named.get(name)))


def _plain(cell: Any) -> Any:
    """Return a cell's value with blanks as "", whole days as dates and a zero that is shown as a date as 0."""
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    if isinstance(cell, time) or (isinstance(cell, date) and not isinstance(cell, datetime) and cell < _DAWN):
        return 0
    return "" if cell is None or (isinstance(cell, str) and not cell.strip()) else cell


def _typed(declared: NamedCell, raw: Any, dialect: Dialect) -> tuple[Any, Doubt | None]:
    if raw == "" or declared.type in (Type.REF, Type.TEXT):
        return (None if raw == "" else raw), None
    column = Column(declared.name, declared.label, declared.type, declared.tip, Writer.PERSON, options=declared.options)
    values, doubts = convert(column, [raw], dialect)
    doubt = doubts.get(0)
    if declared.type in (Type.CHOICE, Type.LIST):
        return (None if doubt else raw), doubt  # the label itself is what formulas compare
    value = values[0]
    if value != value:
        return None, doubt
    return (value.astype("datetime64[D]").item() if declared.type.is_date else float(value)), doubt


def _finding(declared: NamedCell, value: str, doubt: Doubt, cell: str, language: Language) -> Finding:
    kind, header = FAULTS[doubt.rule], declared.label.in_(language)
    facts = {name: fact if isinstance(fact, str) else fact.in_(language) for name, fact in doubt.facts.items()}
    message = kind.message.in_(language, cell=cell, header=header, shown=value, **facts)
    return Finding(doubt.rule, kind.severity, message, column=declared.name, cell=cell)
