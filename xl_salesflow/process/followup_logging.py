"""Turn handled lines of the follow-up list into activities and next steps, each exactly once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, Fill
from xl_salesflow.core.key_numbers import followup_activity_key, list_spare_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.followup_deals import DealArrays
from xl_salesflow.process.followup_requests import find_request_lines
from xl_salesflow.schema.table_frames import complete_columns, look_up_values
from xl_salesflow.schema.table_registry import TABLES

_TYPE_BY_CHANNEL = {"phone": "call", "email": "mail", "in_person": "meeting", "remote": "meeting", "chat": "call"}
FOLLOWED_UP = Text("followed up")
GET_IN_TOUCH = Text("Get in touch")


def log_followups(pipeline: Pipeline) -> ChangeSet:
    """Return an activity for each handled line, the next steps of the deals, and the list without those lines.

    A next step typed in the list becomes the deal's next step. Otherwise, a step that was carried out is replaced by
    the next contact of the stage's cadence, or cleared if Settings do not plan one. A line with only a next step is not
    an activity. The activity number consists of the day and the deal, so that a line cannot be logged twice.
    """
    listed = pipeline["FollowUps"]
    known = (listed["deal"] != "") & ~find_request_lines(pipeline, listed)
    handled = known & ((listed["done"] == "yes") | (listed["result"] != ""))
    planned = known & ((listed["then"] != "") | listed["then_on"].notna())
    if not (handled | planned).any():
        return ChangeSet()
    because = FOLLOWED_UP.in_(pipeline.language)
    handled_lines = listed[handled | planned].drop_duplicates("deal", keep="last")
    steps = _plan_next_steps(pipeline, handled_lines, handled)
    activities = _make_followup_activities(pipeline, listed[handled], steps)
    appends = (Append("Activities", activities, because),) if len(activities) else ()
    return ChangeSet(
        _make_next_step_edits(pipeline, steps, because), appends, (Fill("FollowUps", listed[~(handled | planned)]),)
    )


def _plan_next_steps(pipeline: Pipeline, handled_lines: pd.DataFrame, handled: pd.Series) -> pd.DataFrame:
    """Return step and day (blank: cleared) of the deals whose next step changes, indexed by their row in Deals."""
    deals = pipeline["Deals"]
    lines = handled_lines.assign(handled=handled).set_index("deal")
    rows = deals.index[deals["deal"].isin(lines.index) & ~deals["deal"].duplicated()]
    now, line_by_row = deals.loc[rows], lines.reindex(deals.loc[rows, "deal"]).set_axis(rows)
    typed = (line_by_row["then"] != "") | line_by_row["then_on"].notna()
    rhythm = _plan_steps_by_cadence(pipeline).loc[rows]
    # nobody was reached: the step is still to be done
    again = (line_by_row["outcome"] == "no_answer") & (now["next_step"] != "") & rhythm["day"].notna()
    rhythm["step"] = now["next_step"].where(again, rhythm["step"])
    step = line_by_row["then"].where(
        line_by_row["then"] != "", now["next_step"].where(~_find_steps_done(pipeline, now, line_by_row), rhythm["step"])
    )
    day = line_by_row["then_on"].where(line_by_row["then_on"].notna(), rhythm["day"])
    after = pd.DataFrame({"step": step, "day": day}).where(typed, rhythm)
    free = line_by_row["handled"].astype(bool) & (
        _find_steps_done(pipeline, now, line_by_row) | now["next_step_date"].isna()
    )
    changes = typed | (free & (now["next_step_date"].notna() | after["day"].notna()))
    return after[changes]


def _find_steps_done(pipeline: Pipeline, now: pd.DataFrame, line_by_row: pd.DataFrame) -> pd.Series:
    # only the step that the line was about, and only if its day has come; a newer step is kept
    calendar = DealArrays(pipeline).calendar
    today = np.array([np.datetime64(pipeline.today, "D")])
    last = calendar.after(today, int(pipeline.settings.number("due_ahead"))).astype("datetime64[s]")[0]
    same = (now["next_step"] == line_by_row["next_step"]) | (now["next_step"] == "")
    done: pd.Series = (now["next_step_date"] <= last) & same
    return done


def _plan_steps_by_cadence(pipeline: Pipeline) -> pd.DataFrame:
    # the stage's recommended step, on the working day given by its cadence; blank for closed deals
    deals, settings = DealArrays(pipeline), pipeline.settings
    rhythm = deals.read_of_stage(lambda stage: stage.cadence, settings.number("idle_limit")).astype("float64")
    is_planned = np.asarray(deals.open | deals.aftercare) & (settings.text("plan_next_contact").casefold() != "no")
    day = deals.move_to_workday(deals.today + np.nan_to_num(rhythm).astype("timedelta64[D]")).astype("datetime64[s]")
    step = deals.read_of_stage(lambda stage: stage.action, "")
    step = np.where(step != "", step, GET_IN_TOUCH.in_(pipeline.language))
    return pd.DataFrame(
        {
            "step": np.where(is_planned, step, "").astype(object),
            "day": np.where(is_planned, day, np.datetime64("NaT", "s")),
        },
        index=deals.frame.index,
    )


def _make_followup_activities(pipeline: Pipeline, done: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    deals, today = pipeline["Deals"], pd.Timestamp(pipeline.today).to_datetime64().astype("datetime64[s]")
    agreed = steps.set_axis(deals.loc[steps.index, "deal"])
    rows = pd.DataFrame(
        {
            "activity": [followup_activity_key(pipeline.today, deal) for deal in done["deal"]],
            "date": today,
            "deal": done["deal"],
            "contact": done["contact"],
            "type": _choose_activity_types(pipeline, done),
            "outcome": done["outcome"],
            "by": done["owner"],
            "summary": np.where(done["result"] != "", done["result"], done["next_step"]),
            "next_step": look_up_values(done["deal"], agreed["step"]).fillna(""),
            "next_step_date": look_up_values(done["deal"], agreed["day"]),
        },
        index=done.index,
    )
    rows["step_given"] = rows["next_step"]
    return complete_columns(TABLES["Activities"], _drop_logged_activities(pipeline["Activities"], rows))


def _choose_activity_types(pipeline: Pipeline, done: pd.DataFrame) -> pd.Series:
    # what the person chose; else a check-in after the sale, what the contact prefers, or a call
    contacts = pipeline["Contacts"].drop_duplicates("contact").set_index("contact")["prefers"]
    usual = look_up_values(done["contact"], contacts).map(_TYPE_BY_CHANNEL).fillna("call")
    deals = DealArrays(pipeline)
    after_sale = done["deal"].isin(deals.frame["deal"][deals.aftercare])
    chosen: pd.Series = done["type"].where(done["type"] != "", usual.mask(after_sale, "check_in"))
    return chosen


def _drop_logged_activities(logged: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    # an activity logged today with the same text is already there; a different text is a new activity with a new number
    taken = dict(zip(logged["activity"], logged["summary"], strict=True))
    kept, numbers = list[Any](), list[str]()
    for row, first, summary in zip(rows.index, rows["activity"], rows["summary"], strict=True):
        name = next(key for key in list_spare_keys(first) if taken.get(key, summary) == summary)
        if name not in taken:
            taken[name] = summary
            kept.append(row)
            numbers.append(name)
    return rows.loc[kept].assign(activity=np.array(numbers, dtype=object))


def _make_next_step_edits(pipeline: Pipeline, steps: pd.DataFrame, because: str) -> tuple[Edit, ...]:
    deals, rows = pipeline["Deals"], steps.index
    if not len(rows):
        return ()
    after = {"next_step": steps["step"].astype(object), "next_step_date": steps["day"].astype("datetime64[s]")}
    return tuple(
        Edit("Deals", column_id, deals.loc[rows, "deal"], deals.loc[rows, column_id], values, because)
        for column_id, values in after.items()
    )
