"""Lines of the list that somebody ticked off or wrote a result to: they become activities, once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.frames import complete
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Fill, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

TYPE = "check_in"
BECAUSE = Text("followed up", "已跟进")


def flow_back(pipeline: Pipeline) -> Plan:
    """Return an activity per handled line, next steps that were carried out cleared, and the list without those lines.

    The activity's number is made of the day and the deal, so that a line cannot be logged twice.
    """
    listed = pipeline["FollowUps"]
    handled = (listed["deal"] != "") & ((listed["done"] == "yes") | (listed["result"] != ""))
    if not handled.any():
        return Plan()
    done = listed[handled]
    because = BECAUSE.in_(pipeline.language)
    activities = _activities(pipeline, done)
    appends = (Append("Activities", activities, because),) if len(activities) else ()
    return Plan(edits=_cleared(pipeline, done, because), appends=appends, fills=(Fill("FollowUps", listed[~handled]),))


def _activities(pipeline: Pipeline, done: pd.DataFrame) -> pd.DataFrame:
    today = pd.Timestamp(pipeline.today)
    rows = pd.DataFrame(
        {
            "activity": f"F-{today:%Y%m%d}-" + done["deal"],
            "date": today.to_datetime64().astype("datetime64[s]"),
            "deal": done["deal"],
            "contact": done["contact"],
            "type": TYPE,
            "by": done["owner"],
            "summary": np.where(done["result"] != "", done["result"], done["next_step"]),
        },
        index=done.index,
    )
    rows = rows[~rows["activity"].isin(pipeline["Activities"]["activity"])].drop_duplicates("activity")
    return complete(TABLES["Activities"], rows)


def _cleared(pipeline: Pipeline, done: pd.DataFrame, because: str) -> tuple[Edit, ...]:
    # only the step that the line spoke of, and only when its day had come; a newer plan stays
    deals = pipeline["Deals"]
    spoken = deals["deal"].map(done.drop_duplicates("deal").set_index("deal")["next_step"])
    come = deals["next_step_date"] <= pd.Timestamp(pipeline.today) + _ahead(pipeline)
    same = (deals["next_step"] == spoken) | ((deals["next_step"] == "") & spoken.notna())
    rows = deals.index[come & same & spoken.notna()]
    if not len(rows):
        return ()
    keys = deals.loc[rows, "deal"]
    blank = {"next_step": pd.Series("", index=rows, dtype=object), "next_step_date": pd.Series(pd.NaT, index=rows)}
    return tuple(
        Edit("Deals", id, keys, deals.loc[rows, id], after.astype(deals[id].dtype), because)
        for id, after in blank.items()
    )


def _ahead(pipeline: Pipeline) -> pd.Timedelta:
    return pd.Timedelta(days=pipeline.settings.number("due_ahead"))
