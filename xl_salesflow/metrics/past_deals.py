"""The deals as they were on any day: the one home of the question what the record said about them then.

Which deals there were, and in which stage, comes from Stage history; amount, expected close, forecast category and owner
come from what was recorded of them (`recorded_values`). Deals that were removed since are included for the days on which
they were there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xl_salesflow.changelog.undo_entries import is_logged_row, read_removed_rows
from xl_salesflow.core.key_numbers import order_by_number
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import GroupNumbers, MetricMask, column_days, column_numbers
from xl_salesflow.metrics.deal_cube import days_since_1970
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.recorded_values import (
    LAST_SEEN_COLUMNS,
    LONG_AGO,
    Timeline,
    ValueSources,
    build_timeline,
    number_deal_days,
    select_value_changes,
)
from xl_salesflow.schema.table_columns import extend_table, find_own_column
from xl_salesflow.schema.table_frames import DATE_DTYPE, OPEN_STAY_LEFT, complete_columns, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_STAY_FACTS = (
    "deal", "playbook", "stage", "position", "outcome", "entered", "created", "closed", "probability", "product", "source",
    "region", "sales_channel",
)  # fmt: skip
_CARRIED_FACTS = ("created", "closed", "product", "source", "region", "sales_channel")  # of today: as Deals has them


@dataclass(frozen=True)
class DealRecord:
    """Every deal that the workbook knows of, and what is recorded of it; a deal's number is its place in *keys*.

    Days are days since 1970. *stays* are sorted by deal and time, with *stay_deals* and *stay_days* saying whose they
    are and when they began; a stay of an unknown day began with the stay before it or the deal, or else long ago.
    *gone* is the first day on which a deal was no longer there (infinite if it is), *known_since* the day from which
    every change of its values is recorded (NaN if never).
    """

    pipeline: Pipeline
    keys: NDArray[Any]
    current: pd.DataFrame
    is_there: MetricMask
    stays: pd.DataFrame
    stay_deals: GroupNumbers
    stay_days: MetricArray
    gone: MetricArray
    known_since: MetricArray
    timelines: Mapping[str, Timeline]

    def on(self, day: date) -> pd.DataFrame:
        """Return the deals that existed at the end of *day*, open or closed, one row each, indexed by deal number.

        The columns are those of Stage history for the stay of that day (deal, playbook, stage, position, outcome,
        entered, created, closed, probability, product, source, region, sales_channel), then amount, expected_close,
        forecast and owner of that day, and `known`: whether these four are recorded; if not, they are the values of
        the last or, without one, the next time that something was recorded.
        """
        moment, deals = days_since_1970(day), np.arange(len(self.keys), dtype=np.int64)
        there = (self.find_stays(deals, moment) >= 0) & (self.gone > moment)
        frame = self.describe(deals[there], np.full(int(there.sum()), moment))
        return frame.set_axis(pd.Index(deals[there]), axis=0)

    def describe(self, deals: GroupNumbers, days: MetricArray) -> pd.DataFrame:
        """Return each of *deals* (deal numbers) as it was at the end of a day of its own, with the columns of `on`.

        Every deal must have begun by its day; one may occur several times.
        """
        rows = pd.RangeIndex(len(deals))
        frame = self.stays[list(_STAY_FACTS)].iloc[self.find_stays(deals, days)].set_axis(rows, axis=0)
        is_now = (days >= days_since_1970(self.pipeline.today)) & self.is_there[deals]
        if is_now.any():
            current = self.current.iloc[deals].set_axis(rows, axis=0)
            frame = frame.assign(**{each: frame[each].mask(is_now, current[each]) for each in _CARRIED_FACTS})
        own = [each for each in map(str, self.stays) if find_own_column(each)]  # by what the cells say today
        frame = frame.assign(**{each: self.current[each].iloc[deals].to_numpy() for each in own})
        values = {each: timeline.on(deals, days) for each, timeline in self.timelines.items()}
        values["expected_close"] = day_numbers_to_stamps(values["expected_close"])
        return frame.assign(**values, known=days >= np.where(self.is_there, self.known_since, np.inf)[deals])

    def find_stays(self, deals: GroupNumbers, days: MetricArray | float) -> GroupNumbers:
        """Return the position in *stays* of the last stay that each of *deals* had begun on a day; -1 if none."""
        starts = number_deal_days(self.stay_deals, self.stay_days)
        place = np.searchsorted(starts, number_deal_days(deals, days), side="right") - 1
        owner = np.append(self.stay_deals, -1)[place]
        return np.where(owner == deals, place, -1)


def day_numbers_to_stamps(days: MetricArray) -> NDArray[Any]:
    """Return days since 1970 as a date column of a frame; NaN is blank."""
    stamps = np.full(len(days), np.datetime64("NaT", "s"))
    known = ~np.isnan(days)
    stamps[known] = days[known].astype("datetime64[D]")
    return stamps


def read_deal_record(pipeline: Pipeline) -> DealRecord:
    """Return what the workbook records of its deals, those that were removed included."""
    today = days_since_1970(pipeline.today)
    deals = _select_recorded_deals(pipeline["Deals"])
    removed = dict(_read_removed_tables(pipeline["Journal"]))
    removed_deals, removed_stays = removed["Deals"], removed["History"]
    lost = ~removed_deals["deal"].isin(deals["deal"]) & (removed_deals["outcome"] != "")
    removed_deals = removed_deals[lost].drop_duplicates("deal", keep="last")
    history = order_by_number(pipeline["History"])
    removed_stays = removed_stays[
        removed_stays["deal"].isin(removed_deals["deal"]) & ~removed_stays["visit"].isin(history["visit"])
    ]
    stays = pd.concat([history[history["deal"] != ""], removed_stays.reindex(columns=list(history))])
    known = pd.concat([deals, removed_deals.reindex(columns=list(deals))])  # the record lacks the columns of a team
    stays = pd.concat([stays, _make_missing_stays(known, stays, pipeline.today).reindex(columns=list(stays))])
    keys = pd.Index(pd.unique(pd.concat([known["deal"], stays["deal"]])))
    codes = keys.get_indexer(pd.Index(stays["deal"])).astype(np.int64)
    order = np.argsort(codes, kind="stable")
    stays, codes = stays.iloc[order], codes[order]
    began = _fill_stay_days(stays, codes)
    current = known.drop_duplicates("deal").set_index("deal").reindex(keys)
    there = np.arange(len(keys)) < len(deals)
    columns = extend_table(TABLES["Deals"], map(str, current)).columns
    texts = [column.id for column in columns if column.type.is_text and column.id in current]
    current = current.assign(**{each: current[each].fillna("").astype(object) for each in texts})
    gone = np.where(there, np.inf, today)  # a row that a person deleted is missed today
    gone[keys.get_indexer(pd.Index(removed_deals["deal"]))] = column_days(removed_deals["removed"])
    since = column_days(current["recorded_since"])
    logged = np.nanmin(np.append(column_days(pipeline["Journal"]["time"]), today))
    # a Journal that begins later, such as that of a roll-up, does not have the changes before
    since = np.where(there & np.isnan(since), today, np.maximum(since, logged))
    log = select_value_changes(pipeline["Journal"])
    log_codes = keys.get_indexer(pd.Index(log["key"])).astype(np.int64)
    sources = ValueSources(
        current, there, since, today, stays, codes, began, log[log_codes >= 0], log_codes[log_codes >= 0]
    )
    timelines = {each: build_timeline(each, sources) for each in LAST_SEEN_COLUMNS}
    return DealRecord(pipeline, keys.to_numpy(object), current, there, stays, codes, began, gone, since, timelines)


def _select_recorded_deals(deals: pd.DataFrame) -> pd.DataFrame:
    return deals[(deals["outcome"] != "") & (deals["deal"] != "")].drop_duplicates("deal")


def _read_removed_tables(journal: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the rows of Deals and History that runs removed, with the day in `removed`, in the order of time."""
    lines = journal[(journal["operation"] == "remove") & journal["time"].notna()].sort_values("time", kind="stable")
    for name in ("Deals", "History"):
        rows, days = list[dict[str, Any]](), list[pd.Timestamp]()
        for _, of_run in lines[lines["table"] == name].groupby("run", sort=False):
            found = [cells for _, _, cells in read_removed_rows(of_run) if is_logged_row(TABLES[name], cells)]
            rows += found
            days += [of_run["time"].iloc[0]] * len(found)
        frame = make_table_frame(TABLES[name], rows)
        yield name, frame.assign(removed=pd.Series(days, frame.index, dtype=DATE_DTYPE))


def _make_missing_stays(deals: pd.DataFrame, stays: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return a stay for each of *deals* that has none, or whose last one is in another stage than the deal."""
    last = stays.drop_duplicates("deal", keep="last").set_index("deal")
    held = last[["stage", "outcome"]].reindex(deals["deal"]).set_axis(deals.index)
    without = held["stage"].isna()
    wrong = without | (held["stage"] != deals["recorded_stage"]) | (held["outcome"] != deals["outcome"])
    rows, without = deals[wrong], without[wrong]
    moment = pd.Series(np.datetime64(today, "s"), rows.index, dtype=DATE_DTYPE)
    made = rows[["deal", "playbook", "outcome", "created", "closed", "amount", "owner", *_CARRIED_FACTS[2:]]].assign(
        stage=rows["recorded_stage"],
        entered=rows["since"].where(without, moment),
        left=OPEN_STAY_LEFT,
        probability=rows["probability_override"],
    )
    return complete_columns(TABLES["History"], made)


def _fill_stay_days(stays: pd.DataFrame, codes: GroupNumbers) -> MetricArray:
    entered, created = column_days(stays["entered"]), column_days(stays["created"])
    first = np.append(True, codes[1:] != codes[:-1])[: len(codes)]
    entered = np.where(first & np.isnan(entered), np.where(np.isnan(created), LONG_AGO, created), entered)
    filled = pd.Series(entered).groupby(codes).cummax().groupby(codes).ffill()
    return column_numbers(filled)
