"""What follows from what people record: the next step of a deal from an activity, a lead from a recommendation.

Each effect takes place once: an activity keeps the step that the deal took from it, feedback keeps the lead it became.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, apply_change_set, diff_pipelines
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.table_frames import fold_keys, look_up_values, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

AGREED_IN_ACTIVITY = Text("agreed in activity {activity}")
RECOMMENDED_BY = Text("Recommended by {account}")
RECOMMENDED = Text("recommended by a customer")


def give_next_steps(pipeline: Pipeline) -> ChangeSet:
    """Return the next steps that deals take from their latest activity, and the note that they took them.

    A step that the deal planned for a later day is kept, unless the activity agreed on a day that is still to come.
    """
    activities, deals = pipeline["Activities"], pipeline["Deals"]
    new = (activities["next_step"].str.strip() != "") & (activities["next_step"] != activities["step_given"])
    if not new.any():
        return ChangeSet()
    rows = activities.index[new]
    latest = _find_latest_activities(pipeline)
    latest = latest[latest.index.isin(deals["deal"]) & latest.isin(rows)]
    named = deals[~deals["deal"].duplicated() & deals["deal"].isin(latest.index) & (deals["outcome"] != "lost")]
    agreed = activities.loc[look_up_values(named["deal"], latest)].set_axis(named.index)
    over = (named["next_step"].str.strip() == "") | ~(named["next_step_date"] > agreed["date"])
    taken = agreed[over | (agreed["next_step_date"] >= pd.Timestamp(pipeline.today))]
    words = [AGREED_IN_ACTIVITY.in_(pipeline.language, activity=key) for key in taken["activity"]]
    because = pd.Series(words, taken.index, dtype=object)
    steps = (_edit_cells(pipeline, "Deals", name, taken[name], because) for name in ("next_step", "next_step_date"))
    return ChangeSet((*steps, _edit_cells(pipeline, "Activities", "step_given", activities["next_step"][rows], "")))


def _find_latest_activities(pipeline: Pipeline) -> pd.Series:
    # deal → row of its latest activity until today; of those of one day, the last row
    done = pipeline["Activities"]
    done = done[(done["date"] <= pd.Timestamp(pipeline.today)) & (done["deal"] != "")]
    done = done.sort_values("date", kind="stable").drop_duplicates("deal", keep="last")
    return pd.Series(done.index, index=done["deal"])


def _edit_cells(pipeline: Pipeline, table: str, column: str, after: pd.Series, because: str | pd.Series) -> Edit:
    frame, rows = pipeline[table], after.index
    return Edit(table, column, frame.loc[rows, TABLES[table].key or ""], frame.loc[rows, column], after, because)


def open_referred_leads(pipeline: Pipeline) -> ChangeSet:
    """Return a lead for each recommendation in Feedback that has none, linked with the deal whose customer gave it.

    A deal that already names the recommending deal, or an open one with the recommended customer, becomes its lead.
    """
    feedback, now = pipeline["Feedback"], pipeline
    for row in feedback.index[(feedback["referred"].str.strip() != "") & (feedback["referral_deal"] == "")]:
        now = _open_referred_lead(now, int(row))
    return diff_pipelines(pipeline, now, RECOMMENDED.in_(pipeline.language))


def _open_referred_lead(pipeline: Pipeline, row: int) -> Pipeline:
    given = pipeline["Feedback"].loc[[row]].iloc[0]
    giver = _find_recommending_deal(pipeline, given)
    lead = _find_existing_lead(pipeline, given, giver["deal"])
    if lead:
        pipeline = _name_recommending_deal(pipeline, lead, giver["deal"])
    else:
        (lead,) = next_keys(pipeline, "Deals", 1)
        pipeline = apply_change_set(pipeline, ChangeSet(appends=_make_lead_rows(pipeline, given, giver, lead)))
    feedback = pipeline["Feedback"].copy()
    feedback.loc[row, "referral_deal"] = lead
    return pipeline.with_tables(Feedback=feedback)


def _find_recommending_deal(pipeline: Pipeline, given: pd.Series) -> dict[Any, Any]:
    # the deal of the feedback, else the latest deal of its customer; blank cells if there is none
    deals = pipeline["Deals"]
    column = "deal" if given["deal"] else "account"
    named = deals[(deals[column] == given[column]) & (deals[column] != "") & (deals["deal"] != "")]
    if named.empty:
        return {"deal": "", "account": given["account"], "owner": "", "playbook": ""}
    latest: dict[Any, Any] = named.sort_values("created", kind="stable").iloc[-1].to_dict()
    return latest


def _find_existing_lead(pipeline: Pipeline, given: pd.Series, giver: str) -> str:
    deals = pipeline["Deals"]
    alike = fold_keys(deals["account"]) == fold_text(given["referred"])
    linked = (deals["referred_by"] == giver) & (deals["referred_by"] != "")
    found = deals.loc[alike & (linked | ~deals["outcome"].isin(["won", "lost"])) & (deals["deal"] != ""), "deal"]
    return str(found.iloc[0]) if len(found) else ""


def _name_recommending_deal(pipeline: Pipeline, lead: str, giver: str) -> Pipeline:
    deals = pipeline["Deals"].copy()
    deals.loc[(deals["deal"] == lead) & (deals["referred_by"] == "") & (deals["deal"] != giver), "referred_by"] = giver
    return pipeline.with_tables(Deals=deals)


def _make_lead_rows(pipeline: Pipeline, given: pd.Series, giver: dict[Any, Any], lead: str) -> tuple[Append, ...]:
    name, because = given["referred"].strip(), RECOMMENDED.in_(pipeline.language)
    accounts = pipeline["Accounts"]["account"]
    known = accounts[fold_keys(accounts) == fold_text(name)]
    playbook = giver["playbook"] or pipeline.default_playbook
    stages = pipeline.playbooks[playbook].open_stages if playbook in pipeline.playbooks else ()
    today = pd.Timestamp(pipeline.today)
    deal = {
        "deal": lead,
        "name": RECOMMENDED_BY.in_(pipeline.language, account=giver["account"] or giver["deal"] or given["feedback"]),
        "account": name if known.empty else known.iloc[0],
        "owner": giver["owner"],
        "stage": stages[0].name if stages else "",
        "created": (given["date"] if given["date"] <= today else today).date(),
        "source": "referral",
        "referred_by": giver["deal"],
        "playbook": playbook,
    }
    rows = [("Deals", deal), *([("Accounts", {"account": name, "owner": giver["owner"]})] if known.empty else ())]
    return tuple(Append(table, make_table_frame(TABLES[table], [row]), because) for table, row in rows)
