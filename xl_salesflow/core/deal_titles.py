"""How a deal is named to people: by its customer and its name, because nobody remembers its number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import repeat

import pandas as pd

from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.schema.table_registry import TABLES

_TITLE_SEPARATOR = " · "
TABLES_NAMING_DEALS = tuple(name for name, table in TABLES.items() if {"deal", "deal_name"} <= table.by_id.keys())
"""The tables in which the name of a deal stands beside its number."""


def deal_title(deal: str, name: str, account: str) -> str:
    """Return the customer and the name of a deal, each once; its number if it has neither."""
    parts = ("" if account and account in name else account, name)
    return _TITLE_SEPARATOR.join(filter(None, parts)) or deal


def look_up_titles(keys: pd.Series, deals: pd.DataFrame) -> pd.Series:
    """Return as deal_name the title of each deal of *keys* from the rows of *deals*; "" if it has none or is not there."""
    named = deals[(deals["deal"] != "") & deals["deal"].isin(keys)].drop_duplicates("deal")
    titles = pd.Series(list(map(deal_title, repeat(""), named["name"], named["account"])), named["deal"], dtype=object)
    found = titles.reindex(keys.to_numpy()).set_axis(keys.index).rename("deal_name")
    return found.where(found.notna(), "")


def title_rows(pipeline: Pipeline, table: str, keys: Collection[str]) -> Mapping[str, str]:
    """Return the title of the deal that each row of *table* with one of *keys* is, or belongs to; tables without deals: none."""
    rows, key = pipeline[table], TABLES[table].name_column
    if "deal" not in rows.columns:
        return {}
    rows = rows[rows[key].isin(keys)]
    return dict(zip(rows[key], look_up_titles(rows["deal"], pipeline["Deals"]), strict=True))


def name_row(pipeline: Pipeline, table: str, label: str) -> str:
    """Return *label*, a key of *table* or what starts with it, with the title of its deal behind it."""
    key = label.split(_TITLE_SEPARATOR)[0]
    title = title_rows(pipeline, table, [key]).get(key, "")
    return f"{label} ({title})" if title else label


def name_finding_deals(pipeline: Pipeline, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return *findings* with the title of the deal that the row of each is, or belongs to."""
    listed, keys = tuple(findings), dict[str, set[str]]()
    for one in listed:
        if one.key and one.table in TABLES:
            keys.setdefault(one.table, set()).add(one.key)
    titles = {table: title_rows(pipeline, table, wanted) for table, wanted in keys.items()}
    return tuple(replace(one, deal_name=titles.get(one.table, {}).get(one.key, "")) for one in listed)
