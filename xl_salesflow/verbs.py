"""The product on one page.

    Book.read()  →  Pipeline  →  a verb  →  ChangeSet  →  Book.write(change_set)

A Book is a workbook, closed on disk or open in Excel. A verb is a plain function from a Pipeline to a ChangeSet of
values; a dry run prints the change set that the real run writes, and a second run changes nothing. Repaired formulas
are restored together with their results. Verbs that only answer are written in reading_verbs and listed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from xl_salesflow.changelog.change_decisions import list_change_lines
from xl_salesflow.changelog.change_log import keep_row_reasons
from xl_salesflow.changelog.change_sheet_table import ChangeSheet
from xl_salesflow.changelog.copy_merge import merge_copies
from xl_salesflow.changelog.merge_conflicts import resolve_conflicts
from xl_salesflow.changelog.returned_copies import ReturnedCopy, list_merge_steps
from xl_salesflow.changelog.shared_rows import fill_shared_book
from xl_salesflow.changelog.three_way_merge import find_ancestor
from xl_salesflow.changelog.undo_run import revert_run
from xl_salesflow.core.answers import SomeAnswer
from xl_salesflow.core.approval_answers import ApprovalDecided
from xl_salesflow.core.change_sets import ChangeSet, diff_pipelines
from xl_salesflow.core.column_answers import DeclaredColumnRow
from xl_salesflow.core.deal_titles import name_finding_deals
from xl_salesflow.core.metric_answers import (
    TeamTotals,
)
from xl_salesflow.core.name_spelling import unify_names
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.share_answers import CollectedCopies
from xl_salesflow.core.verb_answers import (
    AppliedChanges,
    CardTaken,
    CheckAnswer,
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
from xl_salesflow.process.bant_cards import CardAddress, fill_bant_from_answers, take_in_bant_card
from xl_salesflow.process.customer_fit import score_customers
from xl_salesflow.process.deal_tasks import prepare_visit
from xl_salesflow.process.deal_upkeep import fill_derived_cells, number_new_rows
from xl_salesflow.process.duplicate_rows import find_duplicates
from xl_salesflow.process.followup_logging import log_followups
from xl_salesflow.process.noted_values import note_deal_values
from xl_salesflow.process.owner_assignment import distribute_deals
from xl_salesflow.process.recorded_effects import give_next_steps, open_referred_leads
from xl_salesflow.process.renewal_deals import open_renewals
from xl_salesflow.process.win_probability import fill_win_probability
from xl_salesflow.process.working_days import add_missing_holidays
from xl_salesflow.quotes.document_record import PAYMENT_DOCUMENT_KINDS
from xl_salesflow.quotes.document_requests import PrintJob
from xl_salesflow.quotes.quote_findings import find_changed_documents, report_changed_documents
from xl_salesflow.quotes.quote_lookup import find_deals_of_keys
from xl_salesflow.quotes.quote_upkeep import take_deal_lines, take_quote_amounts, update_quotes
from xl_salesflow.quotes.quote_versions import offer_quote, revise_quote
from xl_salesflow.reading_verbs import (
    accuracy,
    approvals,
    bant_card,
    commission,
    compare,
    contributions,
    customer,
    diff,
    digest,
    flow,
    followups,
    forecast,
    funnel,
    insights,
    inspect,
    payments,
    recurring,
    report,
    sales_plan,
)

if TYPE_CHECKING:
    from xl_salesflow.process.approval_decisions import ApprovalChoice
    from xl_salesflow.process.playbook_switch import PlaybookSwitch


__all__ = [
    "accuracy", "add_playbook", "apply", "approvals", "assign", "bant_card", "bring_in", "change_sheet", "check",
    "column",
    "commission", "compare", "contributions", "customer", "decide", "diff", "digest", "draft", "flow", "followups", "forecast",
    "funnel", "holidays", "insights", "inspect", "merge", "merge_customers", "paper", "payments", "prepare", "quote",
    "read_card", "recurring", "rename", "report", "revise", "rollup", "sales_plan", "switch", "undo", "update",
    "write_sheet",
]  # fmt: skip


def check(pipeline: Pipeline, repair: bool = False) -> ChangeSet[CheckAnswer]:
    """Report what is wrong with which row; with *repair*, also restore overwritten formulas."""
    # rules and gates are imported by the verbs that ask them, because a run on some deals needs neither
    from xl_salesflow.process.name_rules import find_spelling_variants
    from xl_salesflow.process.rule_catalogue import check_pipeline

    spelled, pipeline = find_spelling_variants(pipeline), recompute_formula_columns(pipeline)
    judged, twice = judge_moves(pipeline, "").findings, find_duplicates(pipeline)
    asked = (*judged, *check_pipeline(pipeline), *find_changed_documents(pipeline, pipeline), *twice, *spelled)
    findings = name_finding_deals(pipeline, asked)
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
        take_deal_lines,
        fill_derived_cells,
        give_next_steps,
        open_referred_leads,
        open_renewals,
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


def quote(pipeline: Pipeline, key: str, run: Run) -> ChangeSet[RunAnswer[PrintedPapers]]:
    """Print the quote of deal or quote *key*; a deal without one gets a draft."""
    return paper(pipeline, PrintJob("quote", (key,)), run)


def paper(pipeline: Pipeline, printing: PrintJob, run: Run) -> ChangeSet[RunAnswer[PrintedPapers]]:
    """Print documents, and record which files were made and what was sent."""
    scope = make_deal_scope(
        *sorted(printing.find_deals(pipeline)), quotes=True, payments=printing.kind in PAYMENT_DOCUMENT_KINDS
    )
    steps = (printing.build_documents, printing.record, partial(report_changed_documents, pipeline, scope.rows))
    return run_steps(pipeline, steps, "print", run, scope, answer_type=PrintedPapers)


def draft(pipeline: Pipeline, deal: str, run: Run) -> ChangeSet[RunAnswer[NumberedQuote]]:
    """Draft a quote for *deal* without printing it; if it already has one, return that."""
    scope = make_deal_scope(deal, quotes=True)
    steps: tuple[Step, ...] = (lambda now: replace(offer_quote(now, deal), documents=()),)
    return run_steps(pipeline, steps, "new_quote", run, scope, answer_type=NumberedQuote)


def revise(pipeline: Pipeline, key: str, run: Run, beside: bool = False) -> ChangeSet[RunAnswer[RevisedQuote]]:
    """Copy the quote *key* (or that of deal *key*) into its next version, a draft, or into an alternative offer (*beside*)."""
    scope = make_deal_scope(*sorted(find_deals_of_keys(pipeline, (key,))), quotes=True)
    steps = (lambda now: revise_quote(now, key, beside), partial(report_changed_documents, pipeline, scope.rows))
    return run_steps(pipeline, steps, "revise", run, scope, answer_type=RevisedQuote)


def read_card(
    pipeline: Pipeline, filled: pd.DataFrame, address: CardAddress, run: Run, findings: tuple[Finding, ...] = ()
) -> ChangeSet[RunAnswer[CardTaken]]:
    """Copy the answers of a filled BANT card into the workbook, and compute the points that follow.

    *address* returns the address of a cell of the card, *findings* are the findings about its unusable cells.
    """
    deals = dict.fromkeys(str(deal) for deal in filled["deal"] if deal)
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


def write_sheet(pipeline: Pipeline, verb: str) -> ChangeSet:
    """Fill the sheets that show what *verb* answers, such as Flow, and nothing else; every update then keeps them."""
    from xl_salesflow.metrics.written_sheets import fill_written_sheet

    now = recompute_formula_columns(pipeline)
    return diff_pipelines(now, fill_written_sheet(now, verb))


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
    plan = run_steps(known, steps, "import", run, answer_type=type(imported.answer))
    return arrange_new_deals(keep_row_reasons(plan, imported.appends))


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


def column(
    pipeline: Pipeline, sheet: str, title: str, cells: Mapping[str, str], run: Run
) -> ChangeSet[RunAnswer[DeclaredColumnRow]]:
    """Declare the column *title* that the team added to *sheet*, or wants there; *cells* are of its row in Own columns."""
    from xl_salesflow.process.own_column_setup import declare_own_column

    steps = (partial(declare_own_column, sheet=sheet, title=title, cells=cells),)
    return run_steps(pipeline, steps, "column", run, answer_type=DeclaredColumnRow)


def merge_customers(pipeline: Pipeline, duplicate: str, kept: str, run: Run) -> ChangeSet[RunAnswer[RenamedRows]]:
    """Make the customer *duplicate* and the customer *kept* one, under the name of the latter."""
    from xl_salesflow.process.renaming import merge_accounts

    steps = (partial(merge_accounts, duplicate=duplicate, kept=kept), update_warnings)
    return run_steps(pipeline, steps, "merge-accounts", run, answer_type=RenamedRows)


def assign(pipeline: Pipeline, run: Run, how: str = "", days: float | None = None) -> ChangeSet[RunAnswer]:
    """Return idle deals to the pool and assign owners to deals without one (defaults for *how* and *days*: as in Settings)."""
    steps = (number_new_rows, fill_derived_cells, partial(distribute_deals, how=how, days=days))
    return run_steps(pipeline, steps, "assign", run)


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


def share(into: Pipeline, part: Pipeline, mark: str, run: Run) -> ChangeSet[RunAnswer]:
    """Fill the new workbook *into* with *part*, the rows that one person gets; *mark* is in the numbers they give."""
    ready, rows = fill_shared_book(into, part, mark)
    return run_steps(ready, (lambda _: rows, update_warnings), "share", run)


def collect(pipeline: Pipeline, copies: Iterable[ReturnedCopy], run: Run) -> ChangeSet[RunAnswer[CollectedCopies]]:
    """Merge what came back of the workbooks of several people, each compared with what was shared, as one run."""
    steps = (*list_merge_steps(copy.after(number_new_rows) for copy in copies), log_followups, update_warnings)
    return run_steps(pipeline, steps, "collect", run, answer_type=CollectedCopies)


def rollup(into: Pipeline, parts: Mapping[str, Pipeline], run: Run) -> ChangeSet[RolledUpBooks]:
    """Fill the new workbook *into* with the rows of many workbooks, given by name; its formulas then cover them all."""
    from xl_salesflow.metrics.rollup.team_rollup import compute_team_totals, join_workbooks, list_book_contributions

    parts = {book: complete_derived_cells(part) for book, part in parts.items()}
    ready, rows = join_workbooks(into, parts)
    steps: tuple[Step, ...] = (lambda _: rows, fill_win_probability, update_warnings, compute_team_totals)
    plan = run_steps(ready, steps, "rollup", run, answer_type=TeamTotals)
    return plan.with_answer(RolledUpBooks(plan.answer, list_book_contributions(parts)))
