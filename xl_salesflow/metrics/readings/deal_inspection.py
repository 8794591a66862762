"""The open deals of a period as a manager goes through them: what changed, how long they take, who and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.inspection_answers import (
    DealChange,
    InspectedDeal,
    InspectedOwner,
    InspectionAnswer,
    RecordedAmount,
)
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.deal_cube import date_of_days
from xl_salesflow.metrics.past_deals import DealRecord, read_deal_record
from xl_salesflow.metrics.readings.pipeline_flow import last_day_of_quarter
from xl_salesflow.metrics.recorded_values import LONG_AGO
from xl_salesflow.process.rule_catalogue import list_warning_sentences, word_early_warnings
from xl_salesflow.schema.plain_values import json_value, plain_value
from xl_salesflow.schema.table_frames import fold_keys

NEEDED_ROLES = ("decision_maker", "approver", "champion")
"""The roles of a decision, ids of the list decision_role, of which a deal needs to know somebody each."""

FEWEST_RANKED_DEALS = 5
"""Number of won deals from which a deal's days in its stage are compared with theirs."""

_COMPARED_COLUMNS: Mapping[str, str] = {
    "recorded_stage": "stage",
    "amount": "amount",
    "expected_close": "expected_close",
    "forecast": "forecast",
    "owner": "owner",
}
"""Column of Deals → column of the record."""

_SHOWN_COLUMNS = (
    "deal", "name", "account", "playbook", "recorded_stage", "since", "amount", "expected_close", "forecast", "pushes",
    "next_step", "next_step_date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InspectionRequest:
    """Which deals are inspected: of one *owner* or all, expected by a day (blank: the end of the calendar quarter).

    Changes are counted from the evening of *since*; blank means a week ago.
    """

    owner: str = ""
    since: date | None = None
    expected_by: date | None = None


def answer_inspection(pipeline: Pipeline, asked: InspectionRequest) -> InspectionAnswer:
    """Return every open deal that is *asked* for, with its changes, its pace and what is missing."""
    day = pipeline.today
    since, expected_by = asked.since or day - timedelta(days=7), asked.expected_by or last_day_of_quarter(day)
    deals = pipeline["Deals"]
    chosen = (deals["outcome"] == "open") & (deals["deal"] != "")
    chosen &= ~(deals["expected_close"] > pd.Timestamp(expected_by))
    if asked.owner:
        chosen &= fold_keys(deals["owner"]) == fold_text(asked.owner)
    record = read_deal_record(pipeline)
    keys = deals.loc[chosen, "deal"]
    facts = {
        "before": _read_open_deals(record, since, keys),
        "now": _read_open_deals(record, day, keys),
        "amounts": list_recorded_amounts(record, keys),
        "stays": _collect_won_days(pipeline),
        "missing": _find_missing_roles(pipeline, deals[chosen]),
        "warnings": word_early_warnings(pipeline),
    }
    owners = [
        _inspect_owner(str(owner), [_inspect_deal(row, facts, day) for row in _list_deal_rows(mine)])
        for owner, mine in deals[chosen].groupby("owner", sort=False)
    ]
    return InspectionAnswer(day, since, expected_by, tuple(sorted(owners, key=lambda one: one.owner.casefold())))


def build_inspection_document(pipeline: Pipeline, answer: InspectionAnswer) -> Document:
    """Return *answer* as a document for the meeting, with the names of the pipeline's settings."""
    facts = {
        "inspection": answer,
        "source": pipeline.source,
        "company": pipeline.settings.text("company"),
        "currency": pipeline.settings.text("currency").strip().upper(),
    }
    return Document("inspection", f"inspection {answer.day.isoformat()}", facts)


def _list_deal_rows(deals: pd.DataFrame) -> Iterator[Mapping[Any, Any]]:
    """Yield each of *deals* as column → cell, with the row of the sheet in `row`."""
    yield from deals[list(_SHOWN_COLUMNS)].assign(row=deals.index).to_dict("records")


def _inspect_owner(owner: str, deals: list[InspectedDeal]) -> InspectedOwner:
    deals.sort(key=lambda one: (not one.changes, not one.warnings, -(one.amount or 0.0), one.deal))
    return InspectedOwner(owner, len(deals), round(sum(one.amount or 0.0 for one in deals), 2), tuple(deals))


def _inspect_deal(row: Mapping[Any, Any], facts: Mapping[str, Any], day: date) -> InspectedDeal:
    key = str(row["deal"])
    stays, usual = facts["stays"].get((row["playbook"], row["recorded_stage"]), (np.empty(0), None))
    began = _read_day(row["since"])
    days = None if began is None or began > day else (day - began).days  # asked for a day before the stay
    is_alone = days is None or len(stays) < FEWEST_RANKED_DEALS
    rank = None if is_alone else float(np.searchsorted(stays, float(days or 0)) / len(stays))
    return InspectedDeal(
        key,
        str(row["name"]),
        str(row["account"]),
        str(row["recorded_stage"]),
        plain_value(row["amount"]),
        _read_day(row["expected_close"]),
        str(row["forecast"]),
        days,
        usual,
        rank,
        len(stays),
        0 if pd.isna(row["pushes"]) else int(row["pushes"]),
        tuple(_list_deal_changes(key, facts["before"], facts["now"])),
        tuple(facts["amounts"].get(key, ())),
        facts["missing"][row["row"]],
        str(row["next_step"]),
        _read_day(row["next_step_date"]),
        tuple(list_warning_sentences(facts["warnings"][row["row"]])),
    )


def _read_day(stamp: pd.Timestamp) -> date | None:
    return None if pd.isna(stamp) else stamp.date()


def _list_deal_changes(deal: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[DealChange]:
    """Yield what differs of a deal between two days; a deal that was not open then has one change only."""
    if deal not in now:
        return
    then = before.get(deal)
    if then is None or then["outcome"] != "open":
        yield DealChange("deal", str(then["stage"]) if then else None, deal)
        return
    for column, recorded in _COMPARED_COLUMNS.items():
        values = [json_value(row[recorded]) or None for row in (then, now[deal])]
        if values[0] != values[1]:
            yield DealChange(column, *values)


def _read_open_deals(record: DealRecord, day: date, deals: pd.Series) -> dict[str, Mapping[Any, Any]]:
    """Return *deals* (keys) as they were on a day, by their key."""
    then = record.on(day)
    then = then.loc[then["deal"].isin(deals), ["deal", "outcome", *_COMPARED_COLUMNS.values()]]
    return {str(row["deal"]): row for row in then.to_dict("records")}


def list_recorded_amounts(record: DealRecord, deals: pd.Series) -> dict[str, list[RecordedAmount]]:
    """Return the amounts of *deals* (keys) with the day from which each held; equal ones in a row are one."""
    found: dict[str, list[RecordedAmount]] = {}
    began = np.full(len(record.keys), np.inf)
    np.minimum.at(began, record.stay_deals, record.stay_days)
    wanted = np.flatnonzero(pd.Index(record.keys).isin(deals) & np.isfinite(began) & (began > LONG_AGO))
    for deal, day, value in record.timelines["amount"].list_values(wanted):
        amounts, held = found.setdefault(str(record.keys[deal]), []), date_of_days(max(day, began[deal]))
        if held and amounts and amounts[-1].day >= held:
            amounts.pop()
        recorded = plain_value(value)
        if held and (not amounts or amounts[-1].amount != recorded):
            amounts.append(RecordedAmount(held, recorded))
    return found


def _collect_won_days(pipeline: Pipeline) -> dict[tuple[str, str], tuple[Any, float]]:
    """Return the days that won deals were in each stage, one number for each deal in ascending order, and their median."""
    deals, history = pipeline["Deals"], pipeline["History"]
    won = history[history["deal"].isin(deals.loc[deals["outcome"] == "won", "deal"]) & (history["outcome"] == "open")]
    won = won[won["days"].notna()]
    total = won.groupby(["playbook", "stage", "deal"])["days"].sum()
    grouped = {each: np.sort(days.to_numpy()) for each, days in total.groupby(level=[0, 1])}
    return {(str(each[0]), str(each[1])): (days, float(np.median(days))) for each, days in grouped.items()}  # type: ignore[index]


def _find_missing_roles(pipeline: Pipeline, deals: pd.DataFrame) -> dict[Any, tuple[str, ...]]:
    """Return the needed roles that no contact of a deal's customer has, by the row of the deal."""
    contacts = pipeline["Contacts"]
    met = {}
    for role in NEEDED_ROLES:
        having = contacts[contacts["decision_role"] == role]
        met[role] = deals["account"].isin(set(having["account"]) - {""}) | deals["contact"].isin(having["contact"])
    return {row: tuple(role for role in NEEDED_ROLES if not met[role][row]) for row in deals.index}
