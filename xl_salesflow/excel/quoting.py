"""The next version of a quote, read from and written to the open workbook without its other sheets."""

from __future__ import annotations

from dataclasses import replace

from xl_salesflow import journal, quotes
from xl_salesflow.calculated import refreshed
from xl_salesflow.flow import Run
from xl_salesflow.model.apply import applied
from xl_salesflow.model.difference import difference
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan

TABLES_OF_A_QUOTE = ("Deals", "Quotes", "QuoteLines", "Products", "Accounts", "Contacts", "Team", "Journal")


def revised(pipeline: Pipeline, key: str, run: Run) -> Plan:
    """Return the plan that copies quote *key* with its lines into its next version.

    Raises:
        UsageError: there is no such quote, or it was replaced already.
    """
    plan = quotes.revise(refreshed(pipeline), key)
    changed = replace(difference(pipeline, applied(pipeline, plan), "revise"), caches=())
    return replace(changed + journal.entries(changed, "revise", run.by, run.now), answer=plan.answer)
