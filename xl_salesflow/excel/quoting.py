"""The next version of a quote: a copy as a draft, the old one superseded."""

from __future__ import annotations

from dataclasses import replace

from xl_salesflow import journal
from xl_salesflow.errors import UsageError
from xl_salesflow.flow import Run
from xl_salesflow.model.apply import applied
from xl_salesflow.model.difference import difference
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.quotes.draft import draft
from xl_salesflow.quotes.record import found

TABLES_OF_A_QUOTE = ("Deals", "Quotes", "QuoteLines", "Products", "Accounts", "Contacts", "Team", "Journal")


def revised(pipeline: Pipeline, key: str, run: Run) -> Plan:
    """Return the plan that copies quote *key* with its lines into the deal's next version.

    Raises:
        UsageError: there is no such quote, or it was replaced already.
    """
    quotes = pipeline["Quotes"].copy()
    rows = quotes.index[quotes["quote"] == key]
    if not len(rows) or quotes.at[rows[0], "status"] == "superseded":
        raise UsageError(
            f"Quote {key} {'was replaced already; revise its newest version' if len(rows) else 'does not exist'}.",
            f"报价单 {key} {'已被替代，请修订其最新版本' if len(rows) else '不存在'}。",
        )
    quotes.loc[rows[0], ["status", "primary"]] = ["superseded", "no"]
    now = pipeline.with_tables(Quotes=quotes)
    number, plan = draft(now, found(now, "Deals", str(quotes.at[rows[0], "deal"])))
    changed = replace(difference(pipeline, applied(now, plan), "revise"), caches=())
    return replace(changed + journal.entries(changed, "revise", run.by, run.now), answer={"quote": number})
