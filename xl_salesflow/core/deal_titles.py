"""How a deal is named to people: by its customer and its name, because nobody remembers its number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import TYPE_CHECKING

import pandas as pd

from xl_salesflow.schema.table_registry import TABLES

if TYPE_CHECKING:
    from xl_salesflow.core.pipelines import Pipeline

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


def list_row_titles(pipeline: Pipeline, table: str, rows: Sequence[int] | pd.Index) -> list[str]:
    """Return for each of *rows* of *table* the title of its deal; "" for tables without deals."""
    frame = pipeline[table]
    if "deal" not in frame.columns:
        return [""] * len(rows)
    return look_up_titles(frame.loc[list(rows), "deal"], pipeline["Deals"]).tolist()
