"""The requests of the sheet Approvals: overrides of gates and discounts that wait for somebody with the right.

A run asks for what it refused, withdraws what is no longer needed, and carries out what was approved. A decision counts only if
its person has the right; a request is never deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, apply_change_set, diff_pipelines
from xl_salesflow.core.deal_standing import (
    LIVE_QUOTE_STATES,
    compute_discounts,
    find_unapproved_discounts,
    format_discount_percent,
    look_up_quote_owners,
)
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import split_written_list
from xl_salesflow.core.team_rights import list_discount_approvers, list_overriders
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.gate_overrides import OVERRIDE_KIND
from xl_salesflow.schema.table_frames import fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

DISCOUNT_KIND = "discount"
_REQUEST_IDENTITY = ("kind", "deal", "quote", "stage", "gates", "why")
_DISCOUNT_REQUESTED = Text("Discount above the owner's limit")

RequestRow = dict[str, Any]


def update_override_requests(pipeline: Pipeline, asked: list[RequestRow], used: Iterable[str], by: str) -> Pipeline:
    """Return *pipeline* with the requests for the overrides *asked* of its deals, and those that were *used* dated.

    *asked* are rows of Approvals with deal, stage, gates, why and waits_for.
    """
    if pipeline["Approvals"].empty and not asked:
        return pipeline
    rows = [{**row, "kind": OVERRIDE_KIND, "quote": ""} for row in asked]
    deals = pipeline["Deals"]
    if pipeline.settings.text("refusal") == "restore":
        # the stage was put back, but the person still asks
        reasons = deals["override_reason"].set_axis(deals["deal"].to_numpy())
        rows += [
            row
            for row in _list_waiting_rows(pipeline, OVERRIDE_KIND)
            if row["why"] != "" and reasons.get(row["deal"], "") == row["why"]
        ]
    return _replace_waiting(_date_used_requests(pipeline, used), rows, OVERRIDE_KIND, set(deals["deal"]), by)


def request_discount_approvals(pipeline: Pipeline, by: str) -> ChangeSet:
    """Ask for the approval of discounts above the owner's limit, and carry out those that were approved."""
    now = _approve_discounts(pipeline)
    quotes, discounts = now["Quotes"], compute_discounts(now)
    owners, rows = look_up_quote_owners(now), quotes.index[find_unapproved_discounts(now)]
    asked = [
        {
            "kind": DISCOUNT_KIND,
            "deal": quotes.at[row, "deal"],
            "quote": quotes.at[row, "quote"],
            "stage": "",
            "gates": format_discount_percent(discounts[row]),
            "why": _DISCOUNT_REQUESTED.in_(now.language),
            "waits_for": ", ".join(list_discount_approvers(now, str(owners[row]), float(discounts[row]))),
        }
        for row in rows
        if quotes.at[row, "status"] in LIVE_QUOTE_STATES and quotes.at[row, "quote"] != ""
    ]
    asked = [row for row in asked if row["waits_for"]]
    return diff_pipelines(pipeline, _replace_waiting(now, asked, DISCOUNT_KIND, set(quotes["deal"]), by), DISCOUNT_KIND)


def _approve_discounts(pipeline: Pipeline) -> Pipeline:
    requests, quotes = pipeline["Approvals"], pipeline["Quotes"]
    granted = requests[
        (requests["kind"] == DISCOUNT_KIND) & (requests["status"] == "approved") & requests["used"].isna()
    ]
    if granted.empty:
        return pipeline
    quotes, keys = quotes.copy(), fold_keys(quotes["quote"])
    used = list[str]()
    for row in list_request_rows(granted):
        if not may_decide(pipeline, row, str(row["decided_by"])):
            continue
        for place in quotes.index[(keys == fold_text(row["quote"])).to_numpy(bool)]:
            names = [name for name in (str(quotes.at[place, "approved_by"]).strip(), str(row["decided_by"])) if name]
            quotes.at[place, "approved_by"] = ", ".join(dict.fromkeys(names))
        used.append(row["approval"])
    return _date_used_requests(pipeline.with_tables(Quotes=quotes), used)


def may_decide(pipeline: Pipeline, request: RequestRow, person: str) -> bool:
    """Return whether *person* may decide *request*, a row of Approvals."""
    return fold_text(person) in map(fold_text, list_deciders(pipeline, request))


def list_deciders(pipeline: Pipeline, request: RequestRow) -> tuple[str, ...]:
    """Return who may decide *request*, a row of Approvals."""
    if request["kind"] == DISCOUNT_KIND:
        quotes = pipeline["Quotes"]
        at = quotes.index[(fold_keys(quotes["quote"]) == fold_text(request["quote"])).to_numpy(bool)]
        if at.empty:
            return ()
        share, owner = compute_discounts(pipeline)[at[0]], look_up_quote_owners(pipeline)[at[0]]
        return list_discount_approvers(pipeline, str(owner), float(share))
    deals = pipeline["Deals"]
    at = deals.index[(fold_keys(deals["deal"]) == fold_text(request["deal"])).to_numpy(bool)]
    if at.empty:
        return ()
    deal = deals.loc[at[0]]
    gates = split_written_list(request["gates"])
    return list_overriders(pipeline, deal["owner"], gates, request["stage"], deal["amount"])


def _list_waiting_rows(pipeline: Pipeline, kind: str) -> list[RequestRow]:
    requests = pipeline["Approvals"]
    chosen = requests[(requests["kind"] == kind) & (requests["status"] == "waiting")]
    return list_request_rows(chosen)


def list_request_rows(requests: pd.DataFrame) -> list[RequestRow]:
    """Return rows of Approvals as mappings."""
    return [{str(key): value for key, value in row.items()} for row in requests.to_dict("records")]


def _date_used_requests(pipeline: Pipeline, used: Iterable[str]) -> Pipeline:
    requests, wanted = pipeline["Approvals"], {key for key in used if key}
    rows = requests.index[requests["approval"].isin(wanted) & requests["used"].isna()]
    if rows.empty:
        return pipeline
    requests = requests.copy()
    requests.loc[rows, "used"] = np.datetime64(pipeline.today, "s")
    return pipeline.with_tables(Approvals=requests)


def _replace_waiting(pipeline: Pipeline, asked: list[RequestRow], kind: str, deals: set[str], by: str) -> Pipeline:
    """Return *pipeline* with one request for each of *asked*, and without other waiting ones about *deals*."""
    requests = pipeline["Approvals"]
    if requests.empty and not asked:
        return pipeline
    wanted = {_identify_request(row): row for row in asked}
    requests, known = _date_decisions(pipeline), set()
    mine = requests.index[(requests["kind"] == kind) & requests["deal"].isin(deals) & requests["used"].isna()]
    for at in mine:
        identity, status = _identify_request(requests.loc[at]), requests.at[at, "status"]
        if identity in wanted and status != "withdrawn":
            known.add(identity)
        if status == "waiting":
            column, cell = (
                ("waits_for", wanted[identity]["waits_for"]) if identity in wanted else ("status", "withdrawn")
            )
            requests.loc[at, column] = cell
    now = pipeline.with_tables(Approvals=requests)
    new = [row for identity, row in wanted.items() if identity not in known]
    return _append_requests(now, new, kind, by) if new else now


def _append_requests(pipeline: Pipeline, new: list[RequestRow], kind: str, by: str) -> Pipeline:
    numbers = next_keys(pipeline, "Approvals", len(new))
    rows = [
        {**row, "approval": number, "asked_by": by, "asked": pipeline.today, "status": "waiting"}
        for number, row in zip(numbers, new, strict=True)
    ]
    added = Append("Approvals", make_table_frame(TABLES["Approvals"], rows), kind)
    return apply_change_set(pipeline, ChangeSet(appends=(added,)))


def _identify_request(row: Any) -> tuple[str, ...]:
    return tuple(fold_text(str(row[column])) for column in _REQUEST_IDENTITY)


def _date_decisions(pipeline: Pipeline) -> pd.DataFrame:
    # a decision typed into the sheet gets its day
    requests = pipeline["Approvals"].copy()
    decided = requests["status"].isin(["approved", "rejected"]) & (requests["decided_by"] != "")
    requests.loc[decided & requests["decided"].isna(), "decided"] = np.datetime64(pipeline.today, "s")
    return requests
