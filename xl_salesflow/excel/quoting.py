"""The next version of a quote: a copy as a draft, the old one superseded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from xl_salesflow import journal
from xl_salesflow.errors import UsageError
from xl_salesflow.flow import Run
from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.quotes.draft import next_number
from xl_salesflow.quotes.record import record

TABLES_OF_A_QUOTE = ("Deals", "Quotes", "QuoteLines", "Products", "Accounts", "Contacts", "Team", "Journal")
_ANEW = ("approved_by", "sent", "sent_to", "decided", "document", "digest")


def revised(pipeline: Pipeline, key: str, run: Run) -> Plan:
    """Return the plan that copies quote *key* with its lines into the next version.

    Raises:
        UsageError: there is no such quote, or it was replaced already.
    """
    quotes, lines = pipeline["Quotes"], pipeline["QuoteLines"]
    rows = quotes.index[quotes["quote"] == key]
    if not len(rows) or quotes.at[rows[0], "status"] == "superseded":
        raise UsageError(
            f"Quote {key} {'was replaced already; revise its newest version' if len(rows) else 'does not exist'}.",
            f"报价单 {key} {'已被替代，请修订其最新版本' if len(rows) else '不存在'}。",
        )
    number, today = next_number(pipeline), run.now.date()
    before = record(pipeline, "Quotes", int(rows[0]))
    copy = {id: value for id, value in before.items() if id not in _ANEW} | {
        "quote": number, "supersedes": key, "status": "draft",
        "version": 2 if before["version"] != before["version"] else before["version"] + 1,
        "date": today, "valid_until": today + timedelta(days=int(pipeline.settings.number("quote_days"))),
    }  # fmt: skip
    copied = lines[lines["quote"] == key].assign(quote=number)
    old = quotes.copy()
    old.loc[rows[0], ["status", "primary"]] = ["superseded", "no"]
    plan = difference(pipeline, pipeline.with_tables(Quotes=old), "revise")
    plan += Plan(
        appends=(Append("Quotes", frame(TABLES["Quotes"], [copy]), "revise"), Append("QuoteLines", copied, "revise"))
    )
    return replace(plan + journal.entries(plan, "revise", run.by, run.now), answer={"quote": number})
