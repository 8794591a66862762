"""A run put back, as the Journal tells it: cells as they were, added rows taken out, removed rows back in.

    chosen     the run that is meant, and its lines of the Journal
    entries    each line as one thing to put back, found in the workbook as it is now
    whole      what goes back together or not at all: moves, and rows that others name
    carried    the entries as edits, rows taken out and rows put in
    words      what is told where somebody changed it since

A move that is undone never was: its visits leave History, the one before goes on, and the Journal keeps the whole trace. A
visit back would count as a step back in every figure. What somebody changed since stays, and is told. An undo is a run like
any other, so it can be undone.
"""

from __future__ import annotations

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.undo.carried import appends, edits, removes
from xl_salesflow.undo.chosen import lines_of
from xl_salesflow.undo.entries import entries_of
from xl_salesflow.undo.whole import whole
from xl_salesflow.undo.words import MESSAGES, findings

__all__ = ["MESSAGES", "put_back"]


def put_back(pipeline: Pipeline, run: str | None = None, force: bool = False) -> Plan:
    """Return the plan that puts back what *run* (default: the last one) changed; with *force*, over later changes too.

    Raises:
        UsageError: the Journal does not have that run.
    """
    lines = lines_of(pipeline["Journal"], run)
    number = str(lines["run"].iloc[0])
    entries = whole(pipeline, entries_of(pipeline, lines))
    done = [entry for entry in entries if entry.row is not None and (entry.kept or force)]
    left = [entry for entry in entries if entry.row is None or not (entry.kept or force)]
    taken_out = tuple(removes(pipeline, done, force))
    gone = {remove.table: remove.rows.index for remove in taken_out}
    return Plan(
        edits=tuple(edits(pipeline, done, gone, f"undo {number}")),
        appends=tuple(appends(pipeline, done)),
        removes=taken_out,
        findings=tuple(findings(pipeline, left, number)),
        answer={"run": number, "verb": str(lines["verb"].iloc[0]), "undone": len(done), "left": len(left)},
    )
