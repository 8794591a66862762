"""The commission of the demo: a plan for reps with an accelerator, one for the manager, and deals that two people won."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from xl_salesflow.cli.demo.demo_words import read_demo_words
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_REP_PLAN = Text("Reps", context="demo commission")
_MANAGER_PLAN = Text("Manager", context="demo commission")
_CREDIT_SHARES = (0.6, 0.4)
_DIVIDED_DEALS = 3
_CAP_OF_TARGET = 0.06
_REP_TIERS = ((0.0, 0.03), (0.8, 0.05), (1.0, 0.08))


def make_commission_frames(pipeline: Pipeline) -> dict[str, pd.DataFrame]:
    """Return the rows of the sheets Credit split, Commission plans and Commission tiers."""
    language, first = pipeline.language, date(pipeline.today.year, 1, 1)
    reps, manager = _REP_PLAN.in_(language), _MANAGER_PLAN.in_(language)
    plans = [
        {"plan": reps, "role": "rep", "from": first, "basis": "signature", "period": "quarter", "mode": "marginal",
         "cap": _choose_cap(pipeline), "clawback_days": 90.0},
        {"plan": manager, "role": "manager", "from": first, "basis": "payment", "period": "month"},
    ]  # fmt: skip
    tiers = [{"plan": reps, "from_attainment": start, "commission_rate": rate} for start, rate in _REP_TIERS]
    tiers.append({"plan": manager, "commission_rate": 0.02})
    rows = {"Credits": list(_divide_deals(pipeline)), "CommissionPlans": plans, "CommissionTiers": tiers}
    return {name: make_table_frame(TABLES[name], listed) for name, listed in rows.items()}


def _choose_cap(pipeline: Pipeline) -> float:
    # of the size of what the best rep earns in a quarter, in whatever currency
    targets = pipeline["Targets"]
    return round(float(targets.loc[targets["owner"] != "", "target"].max()) * _CAP_OF_TARGET, -3)


def _divide_deals(pipeline: Pipeline) -> Iterator[dict[str, Any]]:
    # the latest won deals: the owner and the next rep, and one that the manager closed with the owner
    words, deals = read_demo_words(pipeline.language), pipeline["Deals"]
    won = deals[(deals["outcome"] == "won") & deals["closed"].notna() & deals["owner"].isin(words.reps)]
    latest = won.sort_values("closed", ascending=False, kind="stable").head(_DIVIDED_DEALS)
    for number, (deal, owner) in enumerate(zip(latest["deal"], latest["owner"], strict=True)):
        others = words.reps[(words.reps.index(owner) + 1) % len(words.reps)], words.manager
        helper = others[number == _DIVIDED_DEALS - 1]
        for part, (person, share) in enumerate(zip((owner, helper), _CREDIT_SHARES, strict=True)):
            role = "manager" if person == words.manager else "rep"
            key = f"K-{2 * number + part + 1:05d}"
            yield {"credit": key, "deal": deal, "person": person, "share": share, "role": role}
