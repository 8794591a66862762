"""New values of the open lists: they join the sheet Lists, so that the dropdowns offer them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from xl_salesflow.model.column import Type
from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Plan
from xl_salesflow.model.tables import TABLES

_LISTS = TABLES["Lists"]


def extended(
    pipeline: Pipeline, appends: Mapping[str, Iterable[pd.DataFrame]], edits: Iterable[Edit], because: str
) -> Plan:
    """Return the plan that adds to Lists what *appends* and *edits* use and no list holds yet."""
    used: dict[str, list[pd.Series]] = {}
    for table, parts in appends.items():
        for column in TABLES[table].columns:
            if column.type is Type.LIST and table not in ("History", "Lists"):
                used.setdefault(str(column.options), []).extend(part[column.id] for part in parts)
    for edit in edits:
        if TABLES[edit.table][edit.column].type is Type.LIST:
            used.setdefault(str(TABLES[edit.table][edit.column].options), []).append(edit.after)
    held = pipeline["Lists"]
    new = {name: _unknown(held[name], columns) for name, columns in used.items()}
    return _written(held, {name: values for name, values in new.items() if values}, because)


def _unknown(held: pd.Series, used: Sequence[pd.Series]) -> list[str]:
    known = {text.casefold() for text in held}
    return [text for text in pd.concat(list(used)).unique() if text and text.casefold() not in known]


def _written(held: pd.DataFrame, new: Mapping[str, list[str]], because: str) -> Plan:
    """Write below the last value of each list; where the sheet's rows end, append."""
    edits, rows = list[Edit](), dict[int, dict[str, str]]()
    for name, values in new.items():
        filled = held.index[held[name] != ""]
        free = held.index[held.index > (filled.max() if len(filled) else -1)]
        fits = len(values[: len(free)])
        if fits:
            at = free[:fits]
            after = pd.Series(values[:fits], index=at, dtype=object)
            edits.append(Edit("Lists", name, held.loc[at, _LISTS.columns[0].id], held.loc[at, name], after, because))
        for place, value in enumerate(values[fits:]):
            rows.setdefault(place, {})[name] = value
    added = frame(_LISTS, [rows[place] for place in sorted(rows)])
    return Plan(edits=tuple(edits), appends=(Append("Lists", added, because),) if len(added) else ())
