"""What the workbook says about how the team sells; None where it holds nothing to tell from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import shown
from xl_salesflow.model.tables import TABLES
from xl_salesflow.scoring.spin import KINDS, coverage

Facts = dict[str, Any]
SPIN = tuple(KINDS)


def spin(pipeline: Pipeline) -> pd.Series:
    """Return per deal with activities how many of the four kinds of SPIN notes it has, 0 to 4."""
    return coverage(pipeline)


def lead_quality(pipeline: Pipeline) -> Facts | None:
    """Say how many deals got beyond the first stage, and from which source most do."""
    deals = pipeline["Deals"]
    deals = deals[deals["furthest"].notna()]
    if deals.empty:
        return None
    on = deals["furthest"] > 1
    shares = on.groupby(_shown("Deals", "source", deals["source"].loc[deals["source"] != ""], pipeline)).mean()
    best = str(shares.idxmax()) if len(shares) else "–"
    return {"count": len(deals), "share": float(on.mean()), "best": best}


def assignment(pipeline: Pipeline) -> Facts | None:
    """Say how the open deals are spread over their owners."""
    held = pipeline["Deals"].loc[pipeline["Deals"]["outcome"] == "open", "owner"]
    if held.empty:
        return None
    counts = held[held != ""].value_counts()
    most = str(counts.index[0]) if len(counts) else "–"
    count = int(counts.max()) if len(counts) else 0
    return {"owners": len(counts), "most": most, "count": count, "unowned": int((held == "").sum())}


def attempts(pipeline: Pipeline) -> Facts | None:
    """Say how many activities won and lost deals took, in the median."""
    deals, count = pipeline["Deals"], pipeline["Activities"]["deal"].value_counts()
    if count.empty:
        return None
    per = {outcome: deals.loc[deals["outcome"] == outcome, "deal"].map(count).fillna(0) for outcome in ("won", "lost")}
    return {outcome: None if found.empty else float(found.median()) for outcome, found in per.items()}


def cadence(pipeline: Pipeline) -> Facts | None:
    """Say how many days pass between two activities of a deal, in the median."""
    activities = pipeline["Activities"].dropna(subset=["date"]).sort_values("date")
    gaps = activities.groupby("deal")["date"].diff().dt.days.dropna()
    return None if gaps.empty else {"days": float(gaps.median()), "count": len(gaps)}


def first_talk(pipeline: Pipeline) -> Facts | None:
    """Say how many first activities left notes behind."""
    first = pipeline["Activities"].sort_values("date", kind="stable").drop_duplicates("deal")
    if first.empty:
        return None
    noted = (first[["summary", *SPIN]].apply(lambda notes: notes.str.strip()) != "").any(axis=1)
    return {"share": float(noted.mean()), "count": len(first)}


def notes(pipeline: Pipeline) -> Facts | None:
    """Say where answers are written down: summaries, BANT answers, SPIN notes."""
    talks = pipeline["Activities"]
    if talks.empty:
        return None
    four = spin(pipeline) == len(SPIN)
    answered = pipeline["Answers"].loc[pipeline["Answers"]["answer"].str.strip() != "", "deal"].nunique()
    share = float((talks["summary"].str.strip() != "").mean())
    return {"share": share, "answered": int(answered), "spin": int(four.sum()), "count": len(four)}


def next_contact(pipeline: Pipeline) -> Facts | None:
    """Say how many open deals have a dated next step, and how many are late."""
    deals = pipeline["Deals"]
    planned = deals.loc[deals["outcome"] == "open", "next_step_date"]
    if planned.empty:
        return None
    late = planned < pd.Timestamp(pipeline.today)
    return {"share": float(planned.notna().mean()), "late": int(late.sum()), "count": len(planned)}


def materials(pipeline: Pipeline) -> Facts | None:
    """Say what is sent most."""
    sent = pipeline["Activities"]["materials"].str.split(r"[,;，；、]").explode().str.strip()
    return _most(sent[sent.notna() & (sent != "")])


def gaps(pipeline: Pipeline) -> Facts | None:
    """Say how many products lack a feature, an advantage or a benefit."""
    products = pipeline["Products"]
    products = products[(products["product"] != "") & (products["active"] != "no")]
    if products.empty:
        return None
    bare = (products[["feature", "advantage", "benefit"]].apply(lambda notes: notes.str.strip()) == "").any(axis=1)
    return {"bare": int(bare.sum()), "count": len(products)}


def presented(pipeline: Pipeline) -> Facts | None:
    """Say by which channel most demos are held."""
    demos = pipeline["Activities"]
    demos = demos[demos["type"] == "demo"]
    return _most(_shown("Activities", "contact_channel", demos["contact_channel"], pipeline))


def prepared(pipeline: Pipeline) -> Facts | None:
    """Say how many tasks that fell due were done in time."""
    tasks = pipeline["Tasks"]
    due = tasks[(tasks["due"] <= pd.Timestamp(pipeline.today)) & (tasks["status"] != "dropped")]
    if due.empty:
        return None
    in_time = (due["status"] == "done") & ~(due["done"] > due["due"])
    return {"share": float(in_time.mean()), "count": len(due)}


def objections(pipeline: Pipeline) -> Facts | None:
    """Say what customers object to most, and which answer convinced most often."""
    found = pipeline["Objections"]
    facts = _most(_shown("Objections", "type", found["type"], pipeline))
    if facts is None:
        return None
    worked = found.loc[(found["worked"] == "yes") & (found["answer"].str.strip() != ""), "answer"].str.strip()
    best = str(worked.value_counts().index[0]) if len(worked) else "–"
    return {**facts, "resolved": float((found["status"] == "resolved").mean()), "worked": best}


def losses(pipeline: Pipeline) -> Facts | None:
    """Say why most deals get lost."""
    lost = pipeline["Deals"][pipeline["Deals"]["outcome"] == "lost"]
    facts = _most(_shown("Deals", "loss_reason", lost["loss_reason"], pipeline))
    return facts and {**facts, "unknown": int((lost["loss_reason"] == "").sum())}


def _most(values: pd.Series) -> Facts | None:
    values = values[values != ""]
    counts = values.value_counts()
    if counts.empty:
        return None
    return {"most": str(counts.index[0]), "share": float(counts.iloc[0] / len(values)), "count": len(values)}


def _shown(table: str, column: str, values: pd.Series, pipeline: Pipeline) -> pd.Series:
    return shown(TABLES[table][column], values, pipeline.language).where(values != "", "")
