"""The next version of a quote: a copy as a draft, and the old one superseded."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.apply import applied
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Edit, Plan
from xl_salesflow.quotes.current import meant
from xl_salesflow.quotes.draft import revision
from xl_salesflow.quotes.offering import printed
from xl_salesflow.quotes.record import record


def revise(pipeline: Pipeline, key: str) -> Plan:
    """Return the plan that copies the quote that *key* means, with its lines, into its next version; nothing is printed.

    Raises:
        UsageError: there is no such quote, or it was replaced already.
    """
    which = meant(pipeline, key)
    if which.table == "Deals":
        raise UsageError(
            f"Deal {key} has no quote to revise; make one with quote.",
            f"商机 {key} 没有可修订的报价单；请先用 quote 生成。",
        )
    old = record(pipeline, "Quotes", which.row)
    newer = pipeline["Quotes"].loc[pipeline["Quotes"]["supersedes"].str.lower() == old["quote"].lower(), "quote"]
    if old["status"] == "superseded" or len(newer):
        by = str(newer.iloc[-1]) if len(newer) else ""
        raise UsageError(
            f"Quote {old['quote']} was replaced already; revise {by or 'its newest version'}.",
            f"报价单 {old['quote']} 已被替代；请修订{by or '其最新版本'}。",
        )
    over = pd.Series(["superseded"], index=pd.Index([which.row]), dtype=object)
    held = pipeline["Quotes"].loc[over.index]
    ended = Plan(edits=(Edit("Quotes", "status", held["quote"], held["status"], over, "revise"),))
    number, made = revision(pipeline, which.row)
    plan = ended + made
    after = applied(pipeline, plan)
    row = int(after["Quotes"].index[after["Quotes"]["quote"] == number][-1])
    told = printed(after, row, created=True)
    answer = {**told.answer, "quote": number, "replaces": old["quote"]}
    return replace(plan, findings=told.findings, answer=answer)
