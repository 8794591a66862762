"""The product on one page.

    Book.read()  →  Pipeline  →  a verb  →  ChangeSet  →  Book.write(change_set)

A Book is a workbook, closed on disk or open in Excel. A verb is a plain function from a Pipeline to a ChangeSet of
values; a dry run prints the change set that the real run writes, and a second run changes nothing. Repaired formulas
are restored together with their results. Metrics are imported only by the verbs that return them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from xl_salesflow.changelog.change_decisions import list_change_lines
from xl_salesflow.changelog.change_sheet_table import ChangeSheet
from xl_salesflow.changelog.copy_differences import describe_difference, find_copy_differences
from xl_salesflow.changelog.copy_merge import merge_copies
from xl_salesflow.changelog.merge_conflicts import resolve_conflicts
from xl_salesflow.changelog.three_way_merge import find_ancestor
from xl_salesflow.changelog.undo_run import revert_run
from xl_salesflow.core.accuracy_answers import AccuracyAnswer
from xl_salesflow.core.answers import SomeAnswer
from xl_salesflow.core.approval_answers import ApprovalDecided, ApprovalsAnswer
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.customer_answers import CustomerAnswer
from xl_salesflow.core.flow_answers import FlowAnswer
from xl_salesflow.core.forecast_answers import ForecastAnswer
from xl_salesflow.core.inspection_answers import InspectionAnswer
from xl_salesflow.core.metric_answers import (
    BookContribution,
    ComparisonAnswer,
    FunnelAnswer,
    SalesPlanAnswer,
    TeamTotals,
)
from xl_salesflow.core.name_spelling import unify_names
from xl_salesflow.core.payment_answers import PaymentsAnswer
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.verb_answers import (
    AppliedChanges,
    CardTaken,
    CheckAnswer,
    DifferencesAnswer,
    FollowUpsAnswer,
    MergedCopy,
    NumberedQuote,
    PrintedPapers,
    RenamedRows,
    RevisedQuote,
    RolledUpBooks,
    RunAnswer,
    SwitchedPlaybook,
    UndoneRun,
    VisitChecklist,
)
from xl_salesflow.engine import (
    Run,
    Step,
    carry_out_ticked_changes,
    complete_derived_cells,
    judge_moves,
    make_deal_scope,
    plan_instalments,
    recompute_formula_columns,
    repair_formulas,
    request_discounts,
    run_steps,
    update_warnings,
)
from xl_salesflow.errors import UsageError
from xl_salesflow.process.account_scores import classify_accounts
from xl_salesflow.process.bant_cards import CardAddress, fill_bant_from_answers, make_bant_card, take_in_bant_card
from xl_salesflow.process.customer_fit import score_customers
from xl_salesflow.process.deal_tasks import prepare_visit
from xl_salesflow.process.deal_upkeep import fill_derived_cells, number_new_rows
from xl_salesflow.process.due_followups import answer_followups
from xl_salesflow.process.duplicate_rows import find_duplicates
from xl_salesflow.process.followup_logging import log_followups
from xl_salesflow.process.noted_values import note_deal_values
from xl_salesflow.process.owner_assignment import distribute_deals
from xl_salesflow.process.recorded_effects import give_next_steps, open_referred_leads
from xl_salesflow.process.win_probability import fill_win_probability
from xl_salesflow.process.working_days import add_missing_holidays
from xl_salesflow.quotes.document_requests import PrintJob
from xl_salesflow.quotes.quote_findings import find_changed_documents, report_changed_documents
from xl_salesflow.quotes.quote_lookup import find_deals_of_keys
from xl_salesflow.quotes.quote_upkeep import take_quote_amounts, update_quotes
from xl_salesflow.quotes.quote_versions import offer_quote, revise_quote

if TYPE_CHECKING:
    from xl_salesflow.metrics.readings.deal_inspection import InspectionRequest
    from xl_salesflow.metrics.readings.pipeline_flow import FlowRequest
    from xl_salesflow.process.approval_decisions import ApprovalChoice
    from xl_salesflow.process.playbook_switch import PlaybookSwitch


def check(pipeline: Pipeline, repair: bool = False) -> ChangeSet[CheckAnswer]:
    """Report what is wrong with which row; with *repair*, also restore overwritten formulas."""
    # rules and gates are imported by the verbs that ask them, because a run on some deals needs neither
    from xl_salesflow.process.name_rules import find_spelling_variants
    from xl_salesflow.process.rule_catalogue import check_pipeline

    spelled, pipeline = find_spelling_variants(pipeline), recompute_formula_columns(pipeline)
    judged, twice = judge_moves(pipeline, "").findings, find_duplicates(pipeline)
    findings = (*judged, *check_pipeline(pipeline), *find_changed_documents(pipeline, pipeline), *twice, *spelled)
    repairs = repair_formulas(pipeline) if repair else ChangeSet()
    return replace(repairs, findings=findings).with_answer(CheckAnswer(findings))


def update(pipeline: Pipeline, run: Run) -> ChangeSet[RunAnswer]:
    """Do the main job: judge stage moves, score, warn, list follow-ups, update every number."""
    steps: tuple[Step, ...] = (
        number_new_rows,
        resolve_conflicts,
        log_followups,
        update_quotes,
        partial(request_discounts, by=run.by),
        take_quote_amounts,
        fill_derived_cells,
        give_next_steps,
        open_referred_leads,
        distribute_deals,
        fill_bant_from_answers,
        score_customers,
        classify_accounts,
        partial(judge_moves, by=run.by),
        plan_instalments,
        classify_accounts,  # again: gates ask for the class, and a deal that was won changes it
        note_deal_values,
        fill_win_probability,
        update_warnings,
    )
    return run_steps(pipeline, steps, "update", run)


def funnel(pipeline: Pipeline, by: str | None = None, then: date | None = None) -> ChangeSet[FunnelAnswer]:
    """Return every metric for the pipeline's query, its stages and all moves between them.

    *by* adds one group of metrics per value of that column; *then* adds the value of every metric on that day.
    """
    from xl_salesflow.metrics.funnel_answers import answer_funnel

    return ChangeSet(answer=answer_funnel(recompute_formula_columns(pipeline), by, then))


def compare(pipeline: Pipeline, column: str, first: str, second: str) -> ChangeSet[ComparisonAnswer]:
    """Return whether deals of one value of *column* are won significantly more often than those of another."""
    from xl_salesflow.metrics.funnel_answers import answer_comparison

    return ChangeSet(answer=answer_comparison(recompute_formula_columns(pipeline), column, first, second))


def flow(pipeline: Pipeline, asked: FlowRequest) -> ChangeSet[FlowAnswer]:
    """Return how the open pipeline became what it is: what came in, changed and left between two days."""
    from xl_salesflow.metrics.readings.pipeline_flow import answer_flow

    return ChangeSet(answer=answer_flow(unify_names(pipeline), asked))


def inspect(pipeline: Pipeline, asked: InspectionRequest) -> ChangeSet[InspectionAnswer]:
    """Return the open deals of the period with what changed, their pace, missing persons and warnings, by owner."""
    from xl_salesflow.metrics.readings.deal_inspection import answer_inspection

    return ChangeSet(answer=answer_inspection(recompute_formula_columns(pipeline), asked))


def sales_plan(pipeline: Pipeline, target: float | None = None, by: date | None = None) -> ChangeSet[SalesPlanAnswer]:
    """Return what is needed to win *target* by a day (defaults: as on the sheets Plan and Targets).

    Raises:
        UsageError: no target is given anywhere, or the day has passed.
    """
    from xl_salesflow.metrics.readings.report_facts import answer_sales_plan

    return ChangeSet(answer=answer_sales_plan(recompute_formula_columns(pipeline), target, by))


def forecast(pipeline: Pipeline, start: date | None = None, end: date | None = None) -> ChangeSet[ForecastAnswer]:
    """Return what will be won from *start* to *end*, by default in the quarter of tomorrow, and how sure that is."""
    from xl_salesflow.metrics.forecasting.team_forecast import compute_forecast

    return ChangeSet(answer=compute_forecast(recompute_formula_columns(pipeline), start, end))


def accuracy(pipeline: Pipeline) -> ChangeSet[AccuracyAnswer]:
    """Return how right the forecasts of past months and quarters were, by method and owner."""
    from xl_salesflow.metrics.forecasting.forecast_accuracy import compute_accuracy

    return ChangeSet(answer=compute_accuracy(recompute_formula_columns(pipeline)))


def followups(pipeline: Pipeline, owner: str | None = None, made: datetime | None = None) -> ChangeSet[FollowUpsAnswer]:
    """Return whom to call and why, for everybody or one *owner*, and the list as a document dated *made*."""
    return answer_followups(recompute_formula_columns(pipeline), owner or "", made)


def customer(pipeline: Pipeline, name: str) -> ChangeSet[CustomerAnswer]:
    """Return everything about the customer *name*: people, deals, quotes, contacts, issues, purchases and what to offer."""
    from xl_salesflow.metrics.readings.customer_summary import summarize_customer

    return ChangeSet(answer=summarize_customer(recompute_formula_columns(pipeline), name))


def approvals(pipeline: Pipeline, person: str = "") -> ChangeSet[ApprovalsAnswer]:
    """Return the overrides and discounts that wait for a decision: all, or those that wait for *person*."""
    from xl_salesflow.process.approval_decisions import answer_waiting_requests

    return ChangeSet(answer=answer_waiting_requests(pipeline, person))


def payments(pipeline: Pipeline, owner: str = "", overdue_only: bool = False) -> ChangeSet[PaymentsAnswer]:
    """Return what came in, what is still to pay by age and month, and the open instalments of everybody or one *owner*."""
    from xl_salesflow.metrics.readings.payment_listing import answer_payments

    return ChangeSet(answer=answer_payments(recompute_formula_columns(pipeline), owner, overdue_only))


def decide(pipeline: Pipeline, choice: ApprovalChoice, run: Run) -> ChangeSet[RunAnswer[ApprovalDecided]]:
    """Approve or reject a request as the person of *run*, and carry out what it allows: the move, or the discount."""
    from xl_salesflow.process import approval_decisions

    scope = make_deal_scope(*approval_decisions.find_request_deals(pipeline, choice.key), quotes=True)
    steps: tuple[Step, ...] = (
        partial(approval_decisions.decide_request, choice=choice, by=run.by),
        partial(request_discounts, by=run.by),
        take_quote_amounts,
        lambda now: judge_moves(scope.rows.narrow(now, ("Deals",)), run.by),
        lambda now: update_warnings(recompute_formula_columns(now)),
    )
    return run_steps(pipeline, steps, "approvals", run, scope, answer_type=ApprovalDecided)


def report(pipeline: Pipeline) -> ChangeSet:
    """Return the report on the pipeline's query as a document."""
    from xl_salesflow.metrics.readings.report_facts import build_report_document

    return ChangeSet(documents=(build_report_document(recompute_formula_columns(pipeline)),))


def quote(pipeline: Pipeline, key: str, run: Run) -> ChangeSet[RunAnswer[PrintedPapers]]:
    """Print the quote of deal or quote *key*; a deal without one gets a draft."""
    return paper(pipeline, PrintJob("quote", (key,)), run)


def paper(pipeline: Pipeline, printing: PrintJob, run: Run) -> ChangeSet[RunAnswer[PrintedPapers]]:
    """Print documents, and record which files were made and what was sent."""
    tables = ("Deals", "Activities" if printing.kind == "visit" else "Quotes")
    scope = make_deal_scope(*find_deals_of_keys(pipeline, printing.keys, tables), quotes=True)
    steps = (printing.build_documents, printing.record, partial(report_changed_documents, pipeline, scope.rows))
    return run_steps(pipeline, steps, "print", run, scope, answer_type=PrintedPapers)


def draft(pipeline: Pipeline, deal: str, run: Run) -> ChangeSet[RunAnswer[NumberedQuote]]:
    """Draft a quote for *deal* without printing it; if it already has one, return that."""
    scope = make_deal_scope(deal, quotes=True)
    steps: tuple[Step, ...] = (lambda now: replace(offer_quote(now, deal), documents=()),)
    return run_steps(pipeline, steps, "new_quote", run, scope, answer_type=NumberedQuote)


def revise(pipeline: Pipeline, key: str, run: Run, beside: bool = False) -> ChangeSet[RunAnswer[RevisedQuote]]:
    """Copy the quote *key* (or that of deal *key*) into its next version, a draft, or into an alternative offer (*beside*)."""
    scope = make_deal_scope(*find_deals_of_keys(pipeline, (key,)), quotes=True)
    steps = (lambda now: revise_quote(now, key, beside), partial(report_changed_documents, pipeline, scope.rows))
    return run_steps(pipeline, steps, "revise", run, scope, answer_type=RevisedQuote)


def bant_card(pipeline: Pipeline, deal: str) -> pd.DataFrame:
    """Return the BANT card of a deal as rows: every question, with the answers known so far."""
    return make_bant_card(recompute_formula_columns(pipeline), deal)


def read_card(
    pipeline: Pipeline, filled: pd.DataFrame, address: CardAddress, run: Run, findings: tuple[Finding, ...] = ()
) -> ChangeSet[RunAnswer[CardTaken]]:
    """Copy the answers of a filled BANT card into the workbook, and compute the points that follow.

    *address* returns the address of a cell of the card, *findings* are the findings about its unusable cells.
    """
    deals = {str(deal) for deal in filled["deal"] if deal}
    steps: tuple[Step, ...] = (
        lambda _: ChangeSet(findings=findings),
        partial(take_in_bant_card, card=filled, address=address),
        fill_bant_from_answers,
        lambda now: update_warnings(recompute_formula_columns(now)),  # some warnings need all deals
    )
    return run_steps(pipeline, steps, "bant", run, make_deal_scope(*deals), answer_type=CardTaken)


def prepare(pipeline: Pipeline, deal: str, run: Run) -> ChangeSet[RunAnswer[VisitChecklist]]:
    """Give a deal the visit checklist as tasks due on the day of its next step."""
    scope = make_deal_scope(deal)
    return run_steps(pipeline, (partial(prepare_visit, deal=deal),), "prepare", run, scope, answer_type=VisitChecklist)


def switch(pipeline: Pipeline, request: PlaybookSwitch, run: Run) -> ChangeSet[RunAnswer[SwitchedPlaybook]]:
    """Move the open deals of one playbook to another one with mapped stages; this can be undone like any run."""
    from xl_salesflow.process.playbook_switch import switch_playbook

    steps = (partial(switch_playbook, wanted=request, by=run.by), update_warnings)
    return run_steps(pipeline, steps, "playbook", run, answer_type=SwitchedPlaybook)


def add_playbook(
    pipeline: Pipeline, playbook_id: str, setup: Mapping[str, pd.DataFrame], run: Run
) -> ChangeSet[RunAnswer]:
    """Add the playbook *playbook_id* with the set-up frames *setup* beside those of the workbook; no deal moves."""
    from xl_salesflow.process.playbook_switch import add_playbook_rows

    step = partial(add_playbook_rows, playbook_id=playbook_id, setup=setup, by=run.by)
    return run_steps(pipeline, (step,), "playbook", run)


def holidays(pipeline: Pipeline, days: pd.DataFrame, run: Run) -> ChangeSet[RunAnswer]:
    """Add those of *days* (a frame of Holidays) that the sheet does not have yet."""
    return run_steps(pipeline, (partial(add_missing_holidays, days=days),), "holidays", run)


def bring_in(pipeline: Pipeline, imported: ChangeSet[SomeAnswer], run: Run) -> ChangeSet[RunAnswer[SomeAnswer]]:
    """Return the whole change set of an import with the changes *imported*: numbers updated and the run recorded.

    Moves of new deals are judged unless *imported* records them as history, and what follows from the rows is filled in.
    """
    from xl_salesflow.imports.new_row_places import with_row_source
    from xl_salesflow.process.imported_moves import find_move_findings, judge_imported_deals
    from xl_salesflow.process.working_order import arrange_new_deals

    steps: tuple[Step, ...] = (
        lambda _: imported,
        partial(judge_imported_deals, imported=imported, by=run.by),
        find_move_findings,
        fill_derived_cells,
        fill_bant_from_answers,
        score_customers,
        classify_accounts,
        note_deal_values,
        fill_win_probability,
        update_warnings,
    )
    known = with_row_source(pipeline, imported)
    return arrange_new_deals(run_steps(known, steps, "import", run, answer_type=type(imported.answer)))


def change_sheet(pipeline: Pipeline, plan: ChangeSet, verb: str, run: Run) -> ChangeSheet:
    """Return what *plan*, made by *verb*, asks a person to decide, as a sheet to tick."""
    return ChangeSheet(
        pipeline.source, verb, pipeline.today, run.by, pipeline.language, list_change_lines(pipeline, plan)
    )


def apply(pipeline: Pipeline, sheet: ChangeSheet, run: Run) -> ChangeSet[AppliedChanges]:
    """Carry out the ticked lines of a change sheet, as far as an update of its day still proposes them for the same cells.

    Raises:
        UsageError: the sheet was made by a verb that cannot be repeated.
    """
    if sheet.verb != "update":
        raise UsageError(
            "A change sheet of {verb!r} cannot be applied; make one with update --dry-run --sheet.", verb=sheet.verb
        )
    then = replace(run, now=datetime.combine(sheet.today, run.now.time()))
    proposed = update(replace(pipeline, today=sheet.today), then)
    plan, refused = carry_out_ticked_changes(pipeline, sheet, proposed, run)
    wished = len(sheet.stage_moves) + len(sheet.other_changes)
    return plan.with_answer(AppliedChanges(plan.answer, wished, wished - refused, refused))


def undo(
    pipeline: Pipeline, run: Run, which: str | None = None, force: bool = False
) -> ChangeSet[RunAnswer[UndoneRun]]:
    """Undo the run *which* (default: the last one); with *force*, overwrite what people changed since."""
    steps = (partial(revert_run, run=which, force=force), update_warnings)
    return run_steps(pipeline, steps, "undo", run, answer_type=UndoneRun)


def rename(pipeline: Pipeline, old: str, new: str, run: Run, sheet: str = "") -> ChangeSet[RunAnswer[RenamedRows]]:
    """Rename *old* to *new* in every row that names it; *sheet* says where it is declared if several sheets have it."""
    from xl_salesflow.process.renaming import rename_everywhere

    steps = (partial(rename_everywhere, old=old, new=new, table=sheet), update_warnings)
    return run_steps(pipeline, steps, "rename", run, answer_type=RenamedRows)


def merge_customers(pipeline: Pipeline, duplicate: str, kept: str, run: Run) -> ChangeSet[RunAnswer[RenamedRows]]:
    """Make the customer *duplicate* and the customer *kept* one, under the name of the latter."""
    from xl_salesflow.process.renaming import merge_accounts

    steps = (partial(merge_accounts, duplicate=duplicate, kept=kept), update_warnings)
    return run_steps(pipeline, steps, "merge-accounts", run, answer_type=RenamedRows)


def assign(pipeline: Pipeline, run: Run, how: str = "", days: float | None = None) -> ChangeSet[RunAnswer]:
    """Return idle deals to the pool and assign owners to deals without one (defaults for *how* and *days*: as in Settings)."""
    steps = (number_new_rows, fill_derived_cells, partial(distribute_deals, how=how, days=days))
    return run_steps(pipeline, steps, "assign", run)


def diff(first: Pipeline, second: Pipeline) -> ChangeSet[DifferencesAnswer]:
    """Return the differences between two workbooks, cell by cell and row by row."""
    return ChangeSet(answer=DifferencesAnswer(tuple(map(describe_difference, find_copy_differences(first, second)))))


def merge(ours: Pipeline, theirs: Pipeline, ancestor: Pipeline | None, run: Run) -> ChangeSet[RunAnswer[MergedCopy]]:
    """Merge another copy into *ours*; *ancestor* is their common earlier state, or else it is derived from the Journals.

    What both changed is listed on the sheet Conflicts, where a person decides.

    Raises:
        UsageError: there is no ancestor, and the Journals have no run in common.
    """
    theirs = unify_names(theirs)
    known = find_ancestor(ours, theirs, unify_names(ancestor) if ancestor else None)
    steps: tuple[Step, ...] = (lambda now: merge_copies(known, now, theirs), log_followups)
    return run_steps(ours, steps, "merge", run, answer_type=MergedCopy)


def rollup(into: Pipeline, parts: Mapping[str, Pipeline], run: Run) -> ChangeSet[RolledUpBooks]:
    """Fill the new workbook *into* with the rows of many workbooks, given by name; its formulas then cover them all."""
    from xl_salesflow.metrics.rollup.team_rollup import compute_team_totals, join_workbooks, list_book_contributions

    parts = {book: complete_derived_cells(part) for book, part in parts.items()}
    ready, rows = join_workbooks(into, parts)
    steps: tuple[Step, ...] = (lambda _: rows, fill_win_probability, update_warnings, compute_team_totals)
    plan = run_steps(ready, steps, "rollup", run, answer_type=TeamTotals)
    return plan.with_answer(RolledUpBooks(plan.answer, list_book_contributions(parts)))


def contributions(parts: Mapping[str, Pipeline]) -> tuple[BookContribution, ...]:
    """Return the contribution of each workbook, given by name, to the team: the metrics that can be summed."""
    from xl_salesflow.metrics.rollup.team_rollup import list_book_contributions

    return list_book_contributions({book: complete_derived_cells(part) for book, part in parts.items()})
