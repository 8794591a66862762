"""Fill in the cells of a deal that follow from other cells.

These are the numbers of typed rows, the first stage, last activity, postponed close dates, the playbook of a deal, and counts
of contacts, cost, SPIN notes and solution versions. SPIN has four kinds of notes: Situation, Problem, Implication and
Need-payoff.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, apply_change_set, diff_pipelines
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.credit_upkeep import mark_credits
from xl_salesflow.process.deal_tasks import tick_off_tasks
from xl_salesflow.process.payment_upkeep import mark_payments
from xl_salesflow.process.record_marks import mark_records
from xl_salesflow.process.subscription_upkeep import mark_subscriptions
from xl_salesflow.schema.table_frames import look_up_values
from xl_salesflow.schema.table_registry import TABLES

SPIN_KINDS: Mapping[str, str] = MappingProxyType(
    {"situation": "S", "problem": "P", "implication": "I", "need_payoff": "N"}
)
"""Columns of Activities with SPIN notes → the letter of each."""


def count_spin_notes(pipeline: Pipeline) -> pd.DataFrame:
    """Return how many notes of each kind each deal with activities has: one column per kind, indexed by deal."""
    activities = pipeline["Activities"]
    noted = pd.DataFrame({kind: activities[kind].str.strip() != "" for kind in SPIN_KINDS}, index=activities.index)
    return noted.groupby(activities["deal"]).sum()


def count_spin_kinds(pipeline: Pipeline) -> pd.Series:
    """Return how many of the four kinds each deal with activities has, 0 to 4."""
    return (count_spin_notes(pipeline) > 0).sum(axis=1)


def format_spin_counts(notes: pd.DataFrame) -> pd.Series:
    """Return the counts as a cell shows them, such as ``S2 P1``; "" if there are no notes."""
    letters = [
        np.where(notes[kind] > 0, letter + notes[kind].astype(str) + " ", "") for kind, letter in SPIN_KINDS.items()
    ]
    joined = np.sum(np.array(letters, dtype=object), axis=0) if len(notes) else []
    return pd.Series(joined, index=notes.index, dtype=object).str.strip()


INTERNAL_ACTIVITY_TYPES = ("note", "approval")
"""Types of activities that are internal to the team and do not count as contact with the customer."""


def count_deal_activities(pipeline: Pipeline, deals: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of Deals that count activities, indexed as *deals*; blank where there are none."""
    keys = deals["deal"]
    done = pipeline["Activities"]
    done = done[(done["date"] <= pd.Timestamp(pipeline.today)) & (done["deal"] != "")]
    days = done[~done["type"].isin(INTERNAL_ACTIVITY_TYPES)].groupby("deal")["date"].agg(["size", "min", "max"])
    gaps = (days["max"] - days["min"]).dt.days / (days["size"] - 1).where(days["size"] > 1)
    notes = count_spin_notes(pipeline)
    kinds = (notes > 0).sum(axis=1)
    return pd.DataFrame(
        {
            "attempts": look_up_values(keys, days["size"]).astype("float64"),
            "contact_days": look_up_values(keys, (gaps * 10).round() / 10).astype("float64"),
            "sales_cost": look_up_values(keys, _sum_sales_costs(done)).astype("float64"),
            "spin_kinds": look_up_values(keys, kinds[kinds > 0]).astype("float64"),
            "spin": look_up_values(keys, format_spin_counts(notes)).fillna("").astype(object),
            "solution_version": look_up_values(keys, _count_solution_versions(pipeline, done)).astype("float64"),
        },
        index=deals.index,
    )


def count_unanswered_tries(pipeline: Pipeline) -> pd.Series:
    """Return how many of the last attempts in a row had no answer, for each deal with such attempts."""
    done = pipeline["Activities"]
    done = done[(done["date"] <= pd.Timestamp(pipeline.today)) & (done["deal"] != "")]
    done = done[~done["type"].isin(INTERNAL_ACTIVITY_TYPES)].sort_values("date", kind="stable", ascending=False)
    silent = done["outcome"] == "no_answer"
    still: pd.Series = silent.groupby(done["deal"]).cummin().astype(bool)
    tries: pd.Series = silent[still].groupby(done["deal"][still]).size()
    return tries


def _sum_sales_costs(done: pd.DataFrame) -> pd.Series:
    spent = done[done["cost"].notna()]
    cents: pd.Series = (spent["cost"] * 100).round().groupby(spent["deal"]).sum()
    return cents / 100


def _count_solution_versions(pipeline: Pipeline, done: pd.DataFrame) -> pd.Series:
    proposed = done[done["type"] == "proposal"].groupby("deal").size()
    quotes = pipeline["Quotes"]
    newest = quotes[quotes["deal"] != ""].groupby("deal")["version"].max().dropna()
    versions: pd.Series = pd.concat([proposed, newest]).groupby(level=0).max()
    return versions


def fill_derived_cells(pipeline: Pipeline) -> ChangeSet:
    """Fill in the cells that follow from other cells; a second run changes nothing."""
    now = mark_records(tick_off_tasks(apply_change_set(pipeline, number_new_rows(pipeline))))
    now = mark_credits(mark_subscriptions(mark_payments(now)))
    deals = now["Deals"].copy()
    keyed = deals["deal"] != ""
    deals["playbook"] = deals["playbook"].mask(keyed & (deals["playbook"] == ""), pipeline.default_playbook)
    deals["playbook"] = _identify_typed_playbooks(pipeline, deals["playbook"])
    deals["stage"] = _start_at_first_stage(pipeline, deals, keyed)
    deals["last_activity"] = _find_last_activity_days(now, deals)
    deals["pushes"], deals["last_expected_close"] = _count_close_pushes(deals)
    deals = deals.assign(**{str(column_id): column for column_id, column in count_deal_activities(now, deals).items()})
    return diff_pipelines(pipeline, _date_new_calls(now.with_tables(Deals=deals)), "upkeep")


def _date_new_calls(pipeline: Pipeline) -> Pipeline:
    # a commit call without a day was typed since the last run
    calls = pipeline["Calls"]
    undated = calls["day"].isna() & calls["value"].notna()
    if not undated.any():
        return pipeline
    return pipeline.with_tables(Calls=calls.assign(day=calls["day"].mask(undated, pd.Timestamp(pipeline.today))))


def _find_last_activity_days(pipeline: Pipeline, deals: pd.DataFrame) -> pd.Series:
    # activities in the future do not count; an imported date is kept while there are no activities
    activities = pipeline["Activities"]
    done = activities[activities["date"] <= pd.Timestamp(pipeline.today)]
    last = look_up_values(deals["deal"], done.groupby("deal")["date"].max())
    return last.fillna(deals["last_activity"])


def _count_close_pushes(deals: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    # count a push only if the new date is later than at the last run, and only for open deals
    expected, seen = deals["expected_close"], deals["last_expected_close"]
    later = (expected > seen) & deals["outcome"].isin(["", "open"])
    pushes = deals["pushes"].mask(later, deals["pushes"].fillna(0) + 1)
    return pushes, seen.mask(expected.notna(), expected)


def _identify_typed_playbooks(pipeline: Pipeline, typed: pd.Series) -> pd.Series:
    lost = typed[(typed != "") & ~typed.isin(pipeline.playbooks)]
    if lost.empty:
        return typed
    from xl_salesflow.process.playbook_files import identify_playbook  # reads the shipped files, which is seldom needed

    ids = {name: identify_playbook(name, pipeline.playbooks) for name in lost.unique()}
    found = {name: playbook_id for name, playbook_id in ids.items() if playbook_id in pipeline.playbooks}
    return typed.replace(found) if found else typed


def _start_at_first_stage(pipeline: Pipeline, deals: pd.DataFrame, keyed: pd.Series) -> pd.Series:
    first = {name: book.first.name for name, book in pipeline.playbooks.items() if book.open_stages}
    new = keyed & (deals["stage"] == "") & (deals["recorded_stage"] == "")
    return (
        deals["stage"].mask(new, deals["playbook"].map(first).astype(object).fillna(""))
        if new.any()
        else deals["stage"]
    )


_NUMBERED_ROWS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Deals": ("name", "account", "stage"),
        "Activities": ("date", "deal"),
        "Tasks": ("deal", "task"),
        "Objections": ("deal", "type", "concern"),
        "Feedback": ("deal", "account", "date", "satisfaction", "recommend", "comment"),
        "Measures": ("problem", "stage", "metric", "action"),
        "Calls": ("value",),
        "Payments": ("deal", "name", "share", "amount", "invoice", "paid"),
        "Subscriptions": ("deal", "account", "name", "start", "amount"),
        "Credits": ("deal", "person", "share"),
        "DealLines": ("deal", "product", "quantity"),
    }
)
"""Table → the columns of which one makes a row without a number a row to be numbered: a typed total is none."""


def number_new_rows(pipeline: Pipeline) -> ChangeSet:
    """Give the rows that people typed without a number the next numbers."""
    now = pipeline
    for table, columns in _NUMBERED_ROWS.items():
        rows, key = now[table], TABLES[table].key or ""
        filled = np.logical_or.reduce([is_cell_filled(rows[column]) for column in columns])
        blank = (rows[key] == "").to_numpy(bool) & filled
        if blank.any():
            numbered = rows[key].copy()
            numbered[blank] = np.array(next_keys(now, table, int(blank.sum())), object)
            now = now.with_tables(**{table: rows.assign(**{key: numbered})})
    return diff_pipelines(pipeline, now, "number")


def is_cell_filled(column: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which cells of a column in a frame are not blank."""
    return np.asarray(column != "" if column.dtype == object else column.notna(), dtype=bool)
