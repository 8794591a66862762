"""Quotes and papers of one deal, worked out from its tables alone: the next version, and what is printed."""

from __future__ import annotations

from dataclasses import replace

from xl_salesflow import journal, quotes
from xl_salesflow.calculated import refreshed
from xl_salesflow.flow import Run
from xl_salesflow.model.apply import applied
from xl_salesflow.model.difference import difference
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.papers import Printing

TABLES_OF_A_QUOTE = ("Deals", "Quotes", "QuoteLines", "Products", "Accounts", "Contacts", "Team", "Journal")
TABLES_OF_A_PAPER = (
    *TABLES_OF_A_QUOTE, "Documents", "Answers", "Activities", "Tasks", "Objections", "History", "Feedback", "Traits",
)  # fmt: skip


def revised(pipeline: Pipeline, key: str, run: Run) -> Plan:
    """Return the plan that copies quote *key* with its lines into the deal's next version.

    Raises:
        UsageError: there is no such quote, or it was replaced already.
    """
    now = refreshed(pipeline)
    plan = quotes.revise(now, key)
    return _written_down(now, applied(now, plan), "revise", run, plan)


def printed(pipeline: Pipeline, printing: Printing, run: Run) -> Plan:
    """Return the plan that writes down what was printed; without documents when there is nothing to print."""
    now = refreshed(pipeline)
    offered = printing.offer(now)
    after = applied(now, offered)
    return _written_down(now, applied(after, printing.record(after)), "print", run, offered)


def _written_down(before: Pipeline, after: Pipeline, verb: str, run: Run, told: Plan) -> Plan:
    # what is worked out for all deals waits for the next update
    changed = replace(difference(before, after, verb), caches=(), fills=())
    entries = journal.entries(changed, verb, run.by, run.now, before["Journal"]["run"])
    return replace(changed + entries, findings=told.findings, documents=told.documents, answer=told.answer)
