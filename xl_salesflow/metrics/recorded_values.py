"""What a cell of a deal held on any day, as far as the workbook recorded it.

The sources are the stage stays (amount and owner on entering a stage), the changes that runs made or noticed (sheet
Journal), and the cells of today. A day means its end, and what a person types counts from the run that noticed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xl_salesflow.metrics.array_arithmetic import GroupNumbers, column_days
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_registry import TABLES

LAST_SEEN_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "amount": "last_amount",
        "expected_close": "last_expected_close",
        "forecast": "last_forecast",
        "owner": "last_owner",
    }
)
"""Columns of Deals whose earlier values are recorded → the column that holds the value of the last run."""

LONG_AGO = -1_000_000.0
"""A day before every other one, in days since 1970."""

_CALENDAR_DAYS = 4_000_000  # more than there are days from LONG_AGO to the year 9999
_STAY_COLUMNS = ("amount", "owner")  # what a stage stay records of a deal


def number_deal_days(deals: GroupNumbers, days: MetricArray | float) -> GroupNumbers:
    """Return a number for each deal and day that ascends by deal number, and within a deal by day."""
    whole = np.clip(np.floor(days), LONG_AGO, _CALENDAR_DAYS + LONG_AGO - 1) - LONG_AGO
    return np.asarray(deals * _CALENDAR_DAYS + whole.astype(np.int64), dtype=np.int64)


@dataclass(frozen=True)
class Timeline:
    """The values of one column: those of every deal one after another, each with the day from which it held.

    *starts* are the numbers of deal and day, ascending; every deal has a value from LONG_AGO on.
    """

    starts: GroupNumbers
    values: NDArray[Any]

    def on(self, deals: GroupNumbers, days: MetricArray | float) -> NDArray[Any]:
        """Return the value of each of *deals* (deal numbers) at the end of a day, or of a day each."""
        return self.values[np.searchsorted(self.starts, number_deal_days(deals, days), side="right") - 1]

    def list_values(self, wanted: GroupNumbers) -> Iterator[tuple[int, float, Any]]:
        """Yield every value of the deals *wanted* as deal number, day from which it held, and value.

        Several may have the same day, and equal values may follow each other.
        """
        deals, days = np.divmod(self.starts, _CALENDAR_DAYS)
        mine = np.isin(deals, wanted)
        yield from zip(deals[mine].tolist(), (days[mine] + LONG_AGO).tolist(), self.values[mine].tolist(), strict=True)


@dataclass(frozen=True)
class ValueSources:
    """What the timelines of all columns are made from; deals are given by their number.

    *current* is indexed by deal number and has NaN or "" where the deal is in no sheet; *is_there* says where it is in
    Deals. *since* is the day from which every change of the deal is recorded, in days since 1970.
    """

    current: pd.DataFrame
    is_there: NDArray[np.bool_]
    since: MetricArray
    today: float
    stays: pd.DataFrame
    stay_deals: GroupNumbers
    stay_days: MetricArray
    log: pd.DataFrame
    log_deals: GroupNumbers


def select_value_changes(journal: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of the Journal about recorded values, in the order of time.

    Undoing a run takes back what was noted, not what a person typed, so its lines about noted values are left out.
    """
    noted = journal["column"].isin(list(LAST_SEEN_COLUMNS.values()))
    wanted = noted | journal["column"].isin(list(LAST_SEEN_COLUMNS))
    wanted &= (
        (journal["table"] == "Deals") & (journal["operation"] == "change") & ~(noted & (journal["verb"] == "undo"))
    )
    return _apply_renames(journal[wanted & journal["time"].notna()].sort_values("time", kind="stable"))


def _apply_renames(lines: pd.DataFrame) -> pd.DataFrame:
    """Return *lines* with the present names of people; Stage history has them too."""
    renamed = (lines["verb"] == "rename") & lines["column"].isin(["owner", LAST_SEEN_COLUMNS["owner"]])
    kept, of_people = lines[~renamed], lines["column"].isin(["owner", LAST_SEEN_COLUMNS["owner"]])[~renamed]
    for old, new in lines.loc[renamed, ["before", "after"]].drop_duplicates().itertuples(index=False):
        named = {side: kept[side].mask(of_people & (kept[side] == old), new) for side in ("before", "after")}
        kept = kept.assign(**named)
    return kept


def build_timeline(column_id: str, sources: ValueSources) -> Timeline:
    """Return the values of the column *column_id* of Deals for all deals."""
    column = TABLES["Deals"][column_id]
    deals = np.arange(len(sources.current), dtype=np.int64)
    mine = sources.log["column"].isin([column_id, LAST_SEEN_COLUMNS[column_id]]).to_numpy(bool)
    log, log_deals = sources.log[mine], sources.log_deals[mine]
    log_days = column_days(log["time"])
    before, after = (_parse_logged(column, log[side]) for side in ("before", "after"))
    now = _plain_values(column, sources.current[column_id])
    if column_id == "expected_close":  # a day that was cleared counts on, as it does for pushes
        now = np.where(np.isnan(now), column_days(sources.current[LAST_SEEN_COLUMNS[column_id]]), now)
    known = ~np.isnan(sources.since)
    recorded = log_days >= sources.since[log_deals]
    parts = [
        (deals, np.full(len(deals), LONG_AGO), _replace_with_first(now, log_deals, before)),
        (
            deals[known],
            sources.since[known],
            _replace_with_first(now, log_deals[recorded], before[recorded])[known],
        ),
        (sources.stay_deals, sources.stay_days, _plain_values(column, sources.stays[column_id]))
        if column_id in _STAY_COLUMNS
        else (deals[:0], sources.since[:0], now[:0]),
        (log_deals, log_days, after),
        (deals[sources.is_there], np.full(int(sources.is_there.sum()), sources.today), now[sources.is_there]),
    ]
    starts = np.concatenate([number_deal_days(of, days) for of, days, _ in parts])
    values = np.concatenate([part for _, _, part in parts])
    order = np.argsort(starts, kind="stable")  # of equal days, the later source counts
    return Timeline(starts[order], values[order])


def _replace_with_first(now: NDArray[Any], deals: GroupNumbers, before: NDArray[Any]) -> NDArray[Any]:
    """Return *now*, with the value before the first change for deals that have changed."""
    first = now.copy()
    first[deals[::-1]] = before[::-1]
    return first


def _plain_values(column: Column, cells: pd.Series) -> NDArray[Any]:
    if column.type is ColumnType.DATE:
        return column_days(cells)
    return cells.to_numpy(dtype=object if column.type.is_text else np.float64)


def _parse_logged(column: Column, texts: pd.Series) -> NDArray[Any]:
    if column.type.is_text:
        return texts.to_numpy(dtype=object)
    if column.type is ColumnType.DATE:
        return column_days(pd.to_datetime(texts, errors="coerce", format="ISO8601"))
    return pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
