"""The next version of a quote: a copy as a draft, and the old one superseded."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.apply import applied
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Edit, Plan
from xl_salesflow.quotes.current import meant
from xl_salesflow.quotes.draft import alternative, revision
from xl_salesflow.quotes.offering import printed
from xl_salesflow.quotes.record import record


def revise(pipeline: Pipeline, key: str, beside: bool = False) -> Plan:
    """Return the plan that copies the quote that *key* means, with its lines, into its next version; nothing is printed.

    *beside* keeps it as it is: the copy is another offer of the deal, and not its primary one.

    Raises:
        UsageError: there is no such quote, or it was replaced already.
    """
    row = _revisable(pipeline, key, beside)
    held = pipeline["Quotes"].loc[[row]]
    if beside:
        number, plan = alternative(pipeline, row)
    else:
        number, plan = revision(pipeline, row)
        over = pd.Series(["superseded"], index=held.index, dtype=object)
        plan = Plan(edits=(Edit("Quotes", "status", held["quote"], held["status"], over, "revise"),)) + plan
    after = applied(pipeline, plan)
    made = int(after["Quotes"].index[after["Quotes"]["quote"] == number][-1])
    told = printed(after, made, created=True)
    replaced = "" if beside else str(held["quote"].iloc[0])
    return replace(plan, findings=told.findings, answer={**told.answer, "quote": number, "replaces": replaced})


def _revisable(pipeline: Pipeline, key: str, beside: bool) -> int:
    which = meant(pipeline, key)
    if which.table == "Deals":
        raise UsageError(
            f"Deal {key} has no quote to revise; make one with quote.",
            f"商机 {key} 没有可修订的报价单；请先用 quote 生成。",
        )
    old = record(pipeline, "Quotes", which.row)
    quotes = pipeline["Quotes"]
    newer = quotes.loc[quotes["supersedes"].str.lower() == old["quote"].lower(), "quote"]
    if not beside and (old["status"] == "superseded" or len(newer)):
        newest = str(newer.iloc[-1]) if len(newer) else ""
        raise UsageError(
            f"Quote {old['quote']} was replaced already; revise {newest or 'its newest version'}.",
            f"报价单 {old['quote']} 已被替代；请修订{newest or '其最新版本'}。",
        )
    return which.row
