"""What a button wants for one deal, worked out from its rows alone: moves, the BANT card, an activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from xl_salesflow import journal, moves
from xl_salesflow.calculated import refreshed
from xl_salesflow.errors import UsageError
from xl_salesflow.flow import Run
from xl_salesflow.model.apply import applied
from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import frame, series
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Plan
from xl_salesflow.model.tables import TABLES

TABLES_OF_A_DEAL = ("Deals", "History", "Tasks", "Activities", "Quotes", "Answers")


def row_of(pipeline: Pipeline, deal: str) -> int:
    """Return the sheet row of *deal*.

    Raises:
        UsageError: there is none, or its number is used twice.
    """
    rows = pipeline["Deals"].index[pipeline["Deals"]["deal"] == deal]
    if len(rows) == 1:
        return int(rows[0])
    raise UsageError(
        f"The number {deal} stands {'nowhere' if not len(rows) else 'twice'} in Deals; every deal needs one of its own.",
        f"编号 {deal} 在“商机”表中{'不存在' if not len(rows) else '重复'}；每个商机须有唯一编号。",
    )


def moved(pipeline: Pipeline, deal: str, cells: Mapping[str, Any], verb: str, run: Run) -> Plan:
    """Return the plan that writes *cells* (column id → value) of *deal* and judges the move they ask for.

    *pipeline* needs the rows of this deal only; what is worked out for all deals waits for the next update.
    """
    row = row_of(pipeline, deal)
    only = pipeline.with_tables(Deals=pipeline["Deals"].loc[[row]])
    now = refreshed(
        applied(refreshed(only), Plan(edits=tuple(_edit(only, row, id, cell) for id, cell in cells.items())))
    )
    judged = moves.judge(now, run.by)
    after = refreshed(applied(now, judged))
    changed = replace(difference(only, after, verb), caches=(), fills=())
    return replace(changed + journal.entries(changed, verb, run.by, run.now), answer=_verdict(after, row))


def _edit(pipeline: Pipeline, row: int, column: str, value: Any) -> Edit:
    deals, rows = pipeline["Deals"], pd.Index([row])
    after = series(TABLES["Deals"][column], [value], rows)
    return Edit("Deals", column, deals.loc[rows, "deal"], deals.loc[rows, column], after, "button")


def _verdict(after: Pipeline, row: int) -> dict[str, Any]:
    deal = after["Deals"].loc[row]
    asked = ("deal", "stage", "recorded_stage", "move_status", "move_reasons")
    return {name: deal[name] for name in asked}


def card(pipeline: Pipeline, deal: str, run: Run) -> Plan:
    """Return the plan that adds the questions of the library that *deal* has no answer to, one row each."""
    row_of(pipeline, deal)
    asked = set(pipeline["Answers"].loc[pipeline["Answers"]["deal"] == deal, "question"])
    open_ = [question for question in pipeline["Questions"]["question"] if question and question not in asked]
    rows = frame(TABLES["Answers"], [{"deal": deal, "question": question, "by": ""} for question in open_])
    return Plan(appends=(Append("Answers", rows, "bant"),) if open_ else (), answer={"questions": open_})


def prepared(pipeline: Pipeline, deal: str, run: Run) -> Plan:
    """Return the plan that gives *deal* the checklist before a visit, as tasks due on the day of its next step."""
    row_of(pipeline, deal)
    plan = moves.prepared(pipeline, deal)
    return plan + journal.entries(plan, "prepare", run.by, run.now)


def activity(pipeline: Pipeline, deal: str, type: str, run: Run) -> Plan:
    """Return the plan that adds an activity of *type* (an id or what a list shows) to *deal*, done today."""
    row = row_of(pipeline, deal)
    number = f"A-{run.now:%Y%m%d-%H%M%S}"
    done = {
        "activity": number, "date": run.now.date(), "deal": deal, "type": type,
        "contact": pipeline["Deals"].at[row, "contact"], "by": pipeline["Deals"].at[row, "owner"],
    }  # fmt: skip
    added = Plan(appends=(Append("Activities", frame(TABLES["Activities"], [done]), "activity"),))
    return replace(added + journal.entries(added, "activity", run.by, run.now), answer={"activity": number})
