"""Judge the moves of new deals that an import typed, and report what became of moves with the import."""

from __future__ import annotations

from dataclasses import replace

from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.deal_scope import DealRows
from xl_salesflow.core.intake_answers import TakenLeads
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import list_rule_findings
from xl_salesflow.core.team_rights import require_right
from xl_salesflow.core.verb_answers import ImportedFiles
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.pending_moves import MOVE_STATUS_RULES


def judge_imported_deals(pipeline: Pipeline, imported: ChangeSet, by: str) -> ChangeSet:
    """Judge the moves of the new deals of *imported*, unless it records them as history, and count those refused.

    Raises:
        UsageError: it records history, and *by* has no right to.
    """
    answer = imported.answer
    if isinstance(answer, ImportedFiles) and answer.as_history:
        require_right(pipeline, "may_record", by)
    if not isinstance(answer, ImportedFiles | TakenLeads) or not answer.judged:
        return ChangeSet()
    new = [deal for added in imported.appends if added.table == "Deals" for deal in added.rows["deal"]]
    rows = DealRows(frozenset(map(fold_text, new)))
    judged = judge_stage_moves(rows.narrow(pipeline, ("Deals",)), by)
    refused = sum(finding.rule == "move_refused" for finding in judged.findings)
    return replace(judged, findings=()).with_answer(replace(answer, refused=refused))


def find_move_findings(pipeline: Pipeline) -> ChangeSet:
    """Report the moves that were refused, or passed with a warning or by an override."""
    found = (finding for rule in MOVE_STATUS_RULES for finding in list_rule_findings(pipeline, rule))
    return ChangeSet(findings=tuple(found))
