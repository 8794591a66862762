"""How the open pipeline of one day became that of another: what came in, what changed, what left.

The pipeline considered is the deals that are open and expected to close by a day (or without an expected close). A deal
is followed through each spell in which it is open, from the beginning of the period or of the spell to its end; what
changes back within a spell does not count. Amounts are whole cents, so every slice adds up exactly. A deal counts for
the owner, product, source, region and channel that it has at the end of the period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xl_salesflow.core.flow_answers import FLOW_STEPS, FlowAnswer, FlowDeal, FlowGroup, FlowStep, FlowSteps
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.array_arithmetic import GroupNumbers, MetricMask, round_half_away
from xl_salesflow.metrics.deal_cube import date_of_days, days_since_1970, match_view_filters
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.past_deals import DealRecord, read_deal_record
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.plain_values import plain_value
from xl_salesflow.schema.table_registry import TABLES

FLOW_PERIODS = ("week", "month", "quarter")
"""The periods that can be asked for by name; each ends on the as-of date."""


@dataclass(frozen=True, slots=True)
class FlowRequest:
    """What is asked: *start* and *end* (both included; blank: the *period* up to the as-of date), and the group column.

    *expected_by* is the last expected close that counts; blank means the end of the calendar quarter of *end*.
    """

    start: date | None = None
    end: date | None = None
    period: str = "quarter"
    expected_by: date | None = None
    by: str | None = None


@dataclass(frozen=True)
class _Spells:
    """The spells in which deals were open during the period; one array each. A deal that began closed has one without length.

    *first* says whether the deal began with it, *day_in* and *day_out* are the days whose values count at its two ends,
    *ending* how it ended in the period: won, lost, removed, or "" if the deal is still open.
    """

    deals: GroupNumbers
    first: MetricMask
    opened_before: MetricMask
    day_in: MetricArray
    day_out: MetricArray
    ending: NDArray[Any]


def answer_flow(pipeline: Pipeline, asked: FlowRequest) -> FlowAnswer:
    """Return the flow that is *asked* for, of the deals that the query's filters select.

    Raises:
        UsageError: the period ends before it begins.
    """
    start, end = find_flow_days(pipeline, asked)
    expected_by = asked.expected_by or last_day_of_quarter(end)
    record = read_deal_record(pipeline)
    spells = _find_spells(record, days_since_1970(start), days_since_1970(end))
    at_end = np.fmax(np.fmin(days_since_1970(end), record.gone[spells.deals] - 1), spells.day_in)
    facts = record.describe(spells.deals, at_end)
    if pipeline.query.filters:
        chosen = match_view_filters(facts, pipeline.query.filters)
        spells, facts = _select_spells(spells, chosen), facts[chosen]
    rows = _list_flow_steps(record, spells, days_since_1970(expected_by))
    known = record.known_since[spells.deals] <= np.fmax(spells.day_in, days_since_1970(start) - 1)
    counted = (
        np.isin(np.arange(len(known)), rows.loc[rows["step"] != "later", "spell"])
        & ~known
        & ~np.isnan(record.known_since[spells.deals])
    )
    late = spells.deals[counted]
    rows = rows.join(_describe_deals(record, facts), on="spell").sort_values(
        ["cents", "deal"], ascending=[False, True], kind="stable"
    )
    groups = _label_flow_groups(pipeline, record, spells, facts, asked.by) if asked.by else None
    return FlowAnswer(
        start,
        end,
        expected_by,
        _sum_flow_steps(rows),
        date_of_days(record.known_since[late].max()) if len(late) else None,
        len(np.unique(late)),
        asked.by,
        tuple(_sum_flow_groups(rows, groups)) if groups is not None else (),
    )


def find_flow_days(pipeline: Pipeline, asked: FlowRequest) -> tuple[date, date]:
    """Return the first and the last day of the period that is *asked* for.

    Raises:
        UsageError: the period ends before it begins.
    """
    end = asked.end or pipeline.as_of
    start = asked.start or _find_first_day(end, asked.period)
    if start > end:
        raise UsageError("The period ends ({end}) before it begins ({start}); swap the two.", end=end, start=start)
    return start, end


def _find_first_day(day: date, period: str) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1, month=day.month if period == "month" else day.month - (day.month - 1) % 3)


def last_day_of_quarter(day: date) -> date:
    """Return the last day of the calendar quarter of *day*."""
    last = day.month + (-day.month) % 3
    after = date(day.year + last // 12, last % 12 + 1, 1) if day.year < date.max.year else date.max
    return after - timedelta(days=1)


def _find_spells(record: DealRecord, start: float, end: float) -> _Spells:
    stays, deals, days = record.stays, record.stay_deals, record.stay_days
    size = len(deals)
    outcome = stays["outcome"].to_numpy(object)
    closed = np.isin(outcome, ("won", "lost"))
    first = np.append(True, deals[1:] != deals[:-1])[:size]
    after_closed = np.append(False, closed[:-1])[:size]
    begins = np.flatnonzero(first | (~closed & after_closed))
    # the stay that ended the spell: the next closed one of the same deal
    places = np.where(closed, np.arange(size), size)
    next_closed = np.append(np.minimum.accumulate(places[::-1])[::-1], size)[begins]
    is_closed = np.append(deals, -1)[next_closed] == deals[begins]
    ended = np.where(is_closed, np.append(days, np.inf)[next_closed], record.gone[deals[begins]])
    ending = np.where(is_closed, np.append(outcome, "")[next_closed], np.where(np.isfinite(ended), "removed", ""))
    again = np.append(begins[1:], size)
    reopened = np.where(np.append(deals, -1)[again] == deals[begins], np.append(days, np.inf)[again], np.inf)
    began = days[begins]
    kept = (began <= end) & (ended >= start)
    began, ended, ending, reopened, of = began[kept], ended[kept], ending[kept], reopened[kept], deals[begins[kept]]
    opened_before, is_over = began < start, ended <= end
    day_in = np.where(opened_before, start - 1, began)
    # a closed deal counts with its amount at the end, or on the evening before it became open again or was removed
    last_closed = np.fmax(ended, np.fmin(end, np.fmin(reopened, record.gone[of]) - 1))
    day_out = np.where(is_over, np.where(ending == "removed", np.fmax(ended - 1, day_in), last_closed), end)
    return _Spells(of, first[begins[kept]], opened_before, day_in, day_out, np.where(is_over, ending, ""))


def _select_spells(spells: _Spells, chosen: MetricMask) -> _Spells:
    return _Spells(*(getattr(spells, name)[chosen] for name in _Spells.__dataclass_fields__))


def _list_flow_steps(record: DealRecord, spells: _Spells, expected_by: float) -> pd.DataFrame:
    """Return one row per spell and step: step, spell (its position), cents, before and after."""
    amounts, closes = record.timelines["amount"], record.timelines["expected_close"]
    known_in, known_out = (amounts.on(spells.deals, days) for days in (spells.day_in, spells.day_out))
    value_in, value_out = (round_half_away(np.nan_to_num(each) * 100) for each in (known_in, known_out))
    close_in, close_out = (closes.on(spells.deals, days) for days in (spells.day_in, spells.day_out))
    decided = np.isin(spells.ending, ("won", "lost"))
    # a deal that is won or lost counts in the period in which that happened, whatever was expected
    inside_in, inside_out = ~(close_in > expected_by), ~(close_out > expected_by) | decided
    counted, is_open = inside_in | inside_out, spells.ending == ""
    began = ~spells.opened_before & counted
    stage_in, stage_out = (
        record.stays["stage"].to_numpy(object)[record.find_stays(spells.deals, days)]
        for days in (spells.day_in, spells.day_out)
    )
    change = value_out - value_in
    nothing = np.full(len(spells.deals), None, dtype=object)
    both_amounts = tuple(np.array([plain_value(each) for each in known], object) for known in (known_in, known_out))
    both_closes = tuple(np.array([_iso_day(each) for each in days], object) for days in (close_in, close_out))
    steps: dict[str, tuple[MetricMask, MetricArray, tuple[NDArray[Any], ...]]] = {
        "opening": (spells.opened_before & inside_in, value_in, ()),
        "new": (began & spells.first, value_in, ()),
        "raised": (counted & (change > 0), change, both_amounts),
        "lowered": (counted & (change < 0), -change, both_amounts),
        "pulled_in": (spells.opened_before & ~inside_in & inside_out, value_in, both_closes),
        "pushed_out": (counted & ~inside_out, value_out, both_closes),
        "reopened": (began & ~spells.first, value_in, ()),
        **{each: (counted & (spells.ending == each), value_out, ()) for each in ("won", "lost")},
        "removed": (counted & inside_out & (spells.ending == "removed"), value_out, ()),
        "closing": (counted & inside_out & is_open, value_out, ()),
        "moved_stage": (counted & is_open & (stage_in != stage_out), value_out, (stage_in, stage_out)),
        "later": (is_open & ~inside_out, value_out, ()),
    }
    parts = []
    for step, (mask, cents, ends) in steps.items():
        before, after = ends or (nothing, nothing)
        at = np.flatnonzero(mask)
        parts.append(
            pd.DataFrame({"step": step, "spell": at, "cents": cents[at], "before": before[at], "after": after[at]})
        )
    return pd.concat(parts, ignore_index=True)


def _iso_day(days: float) -> str | None:
    day = date_of_days(days)
    return day.isoformat() if day else None


def _describe_deals(record: DealRecord, facts: pd.DataFrame) -> pd.DataFrame:
    """Return key, name, customer and owner of the deal of each spell, by the position of the spell."""
    current = record.current[["name", "account"]].set_axis(record.keys, axis=0).loc[facts["deal"]]
    return pd.DataFrame(
        {
            "deal": facts["deal"].to_numpy(object),
            "name": current["name"].to_numpy(object),
            "account": current["account"].to_numpy(object),
            "owner": facts["owner"].to_numpy(object),
        }
    )


def _label_flow_groups(
    pipeline: Pipeline, record: DealRecord, spells: _Spells, facts: pd.DataFrame, by: str
) -> NDArray[Any]:
    """Return the group of each spell, as displayed in a cell."""
    column = TABLES["Deals"].by_id.get(by)
    if column is None or not column.type.is_text:
        raise UsageError("Deals cannot be grouped by “{column}”: the sheet has no such text column.", column=by)
    values = facts[by].to_numpy(object) if by in facts else record.current[by].to_numpy(object)[spells.deals]
    codes, keys = pd.factorize(values)
    return np.array([choice_label(column.options, str(key), pipeline.language) for key in keys], object)[codes]


def _sum_flow_steps(rows: pd.DataFrame) -> FlowSteps:
    return FlowSteps(**{step: _sum_flow_step(rows[rows["step"] == step]) for step in FLOW_STEPS})


def _sum_flow_step(rows: pd.DataFrame) -> FlowStep:
    columns = ("deal", "name", "account", "owner", "cents", "before", "after")
    deals = tuple(
        FlowDeal(deal, name, account, owner, cents / 100, before, after)
        for deal, name, account, owner, cents, before, after in zip(*(rows[each] for each in columns), strict=True)
    )
    return FlowStep(len(rows), float(rows["cents"].sum()) / 100, deals)


def _sum_flow_groups(rows: pd.DataFrame, groups: NDArray[Any]) -> Iterator[FlowGroup]:
    found = [
        FlowGroup(str(key), _sum_flow_steps(part)) for key, part in rows.groupby(groups[rows["spell"]], sort=False)
    ]
    yield from sorted(found, key=lambda group: (-group.steps.closing.value, group.key.casefold()))
