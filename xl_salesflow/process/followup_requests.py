"""The lines of the follow-up list about requests that wait for a decision: one for each person who may decide.

Ticking such a line logs nothing; the decision is made on the sheet Approvals, and the line goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import split_written_list
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.approval_decisions import select_waiting_requests
from xl_salesflow.schema.table_frames import fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_DECIDE_OVERRIDE = Text("{request} waits for your decision: may the deal enter “{stage}” without {gates}? {why}")
_DECIDE_DISCOUNT = Text("{request} waits for your decision: a discount of {gates} on {quote}.")
_HOW_TO_DECIDE = Text("Approve or reject it on the sheet Waiting for me.")


def add_request_lines(pipeline: Pipeline, listed: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return *listed*, a frame of FollowUps for *day*, with the requests that wait, after the other lines of each person."""
    waiting = select_waiting_requests(pipeline)
    if waiting.empty:
        return listed
    deals = pipeline["Deals"].drop_duplicates("deal").set_index("deal")
    ranks = listed.groupby("owner")["rank"].max().to_dict()
    rows = []
    for request in waiting.to_dict("records"):
        deal = deals.loc[request["deal"]].to_dict() if request["deal"] in deals.index else {}
        for person in split_written_list(request["waits_for"]):
            ranks[person] = ranks.get(person, 0.0) + 1
            rows.append(
                {
                    **{"rank": ranks[person], "priority": "high", "owner": person, "day": day, "deal": request["deal"]},
                    **{
                        "account": deal.get("account"),
                        "name": deal.get("name"),
                        "amount": deal.get("amount"),
                        "stage": deal.get("recorded_stage"),
                    },
                    **{"due": request["asked"], "why": _word_request(pipeline, request)},
                    "next_step": _HOW_TO_DECIDE.in_(pipeline.language),
                }
            )
    lines = pd.concat([listed, make_table_frame(TABLES["FollowUps"], rows)], ignore_index=True)
    lines = lines.sort_values("owner", kind="stable", ignore_index=True)
    return lines.set_axis(pd.RangeIndex(2, 2 + len(lines)), axis=0)


def _word_request(pipeline: Pipeline, request: Mapping[Any, Any]) -> str:
    facts = {"request": request["approval"], "gates": request["gates"], "why": request["why"]}
    if request["kind"] == "discount":
        return _DECIDE_DISCOUNT.in_(pipeline.language, **facts, quote=request["quote"])
    return _DECIDE_OVERRIDE.in_(pipeline.language, **facts, stage=request["stage"])


def find_request_lines(pipeline: Pipeline, listed: pd.DataFrame) -> pd.Series:
    """Return which lines of *listed* are about requests: about a deal of others, of which a request was asked of the owner."""
    requests = pipeline["Approvals"]
    asked = {
        (fold_text(deal), fold_text(person))
        for deal, names in zip(requests["deal"], requests["waits_for"], strict=True)
        for person in split_written_list(names)
    }
    if not asked:
        return pd.Series(False, index=listed.index)
    deals = pipeline["Deals"]
    owners = dict(zip(fold_keys(deals["deal"]), fold_keys(deals["owner"]), strict=True))
    pairs = zip(fold_keys(listed["deal"]), fold_keys(listed["owner"]), strict=True)
    return pd.Series(
        [pair in asked and owners.get(pair[0]) != pair[1] for pair in pairs], index=listed.index, dtype=bool
    )
