"""Run a verb: run its steps, recompute the numbers of its scope, compute the difference, write the change log.

A step that changes nothing writes nothing, and the changes of a run are recorded in one place. The scope is the whole
workbook or the rows of some deals; everything else waits for the next run on the whole workbook. Formula columns are
computed in Python; the displayed values of formulas are never trusted. The filters of a query may name values as cells
show them, in either language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, overload

import pandas as pd

from xl_salesflow.changelog.change_decisions import select_ticked_changes
from xl_salesflow.changelog.change_log import log_changes
from xl_salesflow.changelog.change_sheet_table import CHANGE_SHEET_MESSAGES, ChangeSheet
from xl_salesflow.core.answers import Answer, SomeAnswer
from xl_salesflow.core.change_sets import ChangeSet, Edit, NamedCellChange, apply_change_set, diff_pipelines
from xl_salesflow.core.deal_scope import DealRows
from xl_salesflow.core.deal_slices import identify_filter_value, name_filters
from xl_salesflow.core.deal_titles import TABLES_NAMING_DEALS, look_up_titles, name_finding_deals
from xl_salesflow.core.formula_repairs import blank_typed_over_cells, find_typed_over_formulas
from xl_salesflow.core.history_seal import seal_history
from xl_salesflow.core.lazy_frames import is_frame_replaced
from xl_salesflow.core.name_spelling import restore_typed_texts, spell_filter_cells, unify_names
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.verb_answers import RunAnswer
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.computed_columns import compute_deal_columns, compute_history_columns, compute_stage_columns
from xl_salesflow.ooxml.excel_notation import date_to_serial
from xl_salesflow.process.account_scores import compute_prospects
from xl_salesflow.process.bant_cards import compute_bant_columns
from xl_salesflow.process.process_review import count_process_version
from xl_salesflow.process.stage_renumbering import find_renumbered_stages, renumber_stages
from xl_salesflow.quotes.quote_arithmetic import compute_deal_line_columns, compute_line_columns, compute_quote_columns
from xl_salesflow.quotes.quote_findings import find_changed_documents
from xl_salesflow.schema.choice_lists import CHOICES, identify_choice
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.table_columns import Column, ColumnType
from xl_salesflow.schema.table_frames import TEXTS_IN_PYTHON, make_column_series, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

Step = Callable[[Pipeline], ChangeSet]


@dataclass(frozen=True, slots=True)
class Run:
    """The user who runs a verb, the time, and the account on the computer; all are recorded."""

    by: str
    now: datetime
    account: str = ""


class RunResult(NamedTuple):
    """The state after all steps, with the numbers of the scope; changed named cells, and all findings."""

    pipeline: Pipeline
    cells: tuple[NamedCellChange, ...]
    findings: tuple[Finding, ...]


class Scope(Protocol):
    """What a run may change, and which numbers it updates."""

    def recompute(self, pipeline: Pipeline) -> Pipeline:
        """Return *pipeline* with the formula columns of the scope computed as the sheets' formulas do."""

    def select(self, pipeline: Pipeline, plan: ChangeSet) -> ChangeSet:
        """Return the part of *plan*, made from *pipeline*, that is in the scope."""

    def finish(self, before: Pipeline, now: Pipeline, found: tuple[Finding, ...]) -> RunResult:
        """Return the result of a run from *before* to *now*, whose steps had the findings *found*."""


@overload
def run_steps(
    pipeline: Pipeline, steps: Iterable[Step], verb: str, run: Run, scope: Scope | None = None
) -> ChangeSet[RunAnswer]: ...


@overload
def run_steps(
    pipeline: Pipeline,
    steps: Iterable[Step],
    verb: str,
    run: Run,
    scope: Scope | None = None,
    *,
    answer_type: type[SomeAnswer],
) -> ChangeSet[RunAnswer[SomeAnswer]]: ...


@pd.option_context(*TEXTS_IN_PYTHON)
def run_steps(
    pipeline: Pipeline,
    steps: Iterable[Step],
    verb: str,
    run: Run,
    scope: Scope | None = None,
    *,
    answer_type: type[Answer] = Answer,
) -> ChangeSet[RunAnswer]:
    """Run *steps* one after another and return the difference between start and end, recorded in the Journal.

    Each step sees the results of the previous ones. Stage stays without a seal are sealed, and the numbers of *scope*
    (default: the whole workbook) are updated. The last step that answers gives the result, which has to be of
    *answer_type*.
    """
    scope = scope or WHOLE_WORKBOOK
    now, results, reasons = scope.recompute(pipeline), ChangeSet(), dict[tuple[str, str], pd.Series]()
    for step in steps:
        plan = scope.select(now, step(now))
        results += replace(plan, edits=(), appends=(), fills=(), removes=())
        _collect_reasons(reasons, plan.edits)
        if plan.edits or plan.appends or plan.fills or plan.removes:
            now = scope.recompute(apply_change_set(now, plan))
    now, cells, findings = scope.finish(pipeline, now, results.findings)
    changed = diff_pipelines(restore_typed_texts(pipeline) if pipeline.typed_texts else pipeline, now, verb, reasons)
    finished: ChangeSet[Any] = changed
    if changed.edits or changed.appends or changed.fills or changed.removes:
        finished = changed + log_changes(
            changed, verb, run.by, run.now, pipeline["Journal"]["run"], now.tables, run.account, reasons
        )
    if not isinstance(results.answer, answer_type):
        raise TypeError(f"the steps of {verb} answer with {results.answer}, not with a {answer_type.__name__}")
    answer = RunAnswer(
        results.answer,
        changes=sum(map(len, changed.edits)),
        added={append.table: len(append.rows) for append in changed.appends},
        removed={remove.table: len(remove.rows) for remove in changed.removes},
        refreshed=sum(map(len, changed.caches)),
        followups=len(now["FollowUps"]),
        findings=findings,
    )
    return replace(
        finished, named_cells=cells, findings=findings, documents=results.documents, answer=answer, asked=results.asked
    )


class WholeWorkbook:
    """The whole workbook: every formula column, every generated list and metric table, and all findings."""

    def recompute(self, pipeline: Pipeline) -> Pipeline:
        """Return *pipeline* with all formula columns of its row tables recomputed."""
        return recompute_formula_columns(pipeline)

    def select(self, pipeline: Pipeline, plan: ChangeSet) -> ChangeSet:
        """Return *plan* unchanged."""
        return plan

    def finish(self, before: Pipeline, now: Pipeline, found: tuple[Finding, ...]) -> RunResult:
        """Return *now* sealed, with its follow-ups, findings and metric tables."""
        # imported here and below, because a run on some deals needs neither rules nor metrics
        from xl_salesflow.metrics.measure_effects import fill_measure_values
        from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
        from xl_salesflow.metrics.written_sheets import refresh_written_sheets
        from xl_salesflow.process.name_rules import find_spelling_variants
        from xl_salesflow.process.rule_catalogue import find_unsealed_stays

        now = now.with_tables(History=seal_history(now["History"], earlier=before["History"].index))
        now = count_process_version(now)
        for table in TABLES_NAMING_DEALS:
            now = _replace_formula_columns(now, table, look_up_titles(now[table]["deal"], now["Deals"]).to_frame())
        now = refresh_written_sheets(fill_measure_values(now, recompute_formula_columns))
        now, findings = _list_followups_and_findings(before, now, (*found, *find_changed_documents(before, now)))
        values = compute_sheet_values(now)
        now = _fill_metric_tables(now, values.tables)
        # stays without a seal and names in other spellings were in the workbook; the run that changes them reports them once
        notes = (*find_unsealed_stays(before), *find_renumbered_stages(before, now), *find_spelling_variants(before))
        cells = (*_diff_named_cells(before, values.cells), *spell_filter_cells(before))
        return RunResult(now, cells, (*notes, *findings))


WHOLE_WORKBOOK = WholeWorkbook()


@dataclass(frozen=True, slots=True)
class DealScope:
    """The rows of some deals: the formula columns of *tables*, seals of new stage stays, findings about these rows."""

    rows: DealRows
    tables: tuple[str, ...] = ("Deals",)

    def recompute(self, pipeline: Pipeline) -> Pipeline:
        """Return *pipeline* with the formula columns of the rows recomputed."""
        return _recompute_tables(pipeline, self.tables, self.rows.narrow(pipeline, self.tables))

    def select(self, pipeline: Pipeline, plan: ChangeSet) -> ChangeSet:
        """Return *plan* without its changes to rows of other deals."""
        return self.rows.select_changes(pipeline, plan)

    def finish(self, before: Pipeline, now: Pipeline, found: tuple[Finding, ...]) -> RunResult:
        """Return *now* with new stage stays of the deals sealed; lists and metric tables are not changed."""
        if is_frame_replaced(before.tables, now.tables, "History"):
            rows = self.rows.narrow(now, ("History",))["History"]
            sealed = seal_history(rows, earlier=before["History"].index)
            now = _replace_formula_columns(now, "History", sealed[["seal"]])
            now = _recompute_tables(now, ("History",), self.rows.narrow(now, ("Deals", "History")))
        for table in TABLES_NAMING_DEALS:
            if is_frame_replaced(before.tables, now.tables, table):
                rows = self.rows.narrow(now, (table,))[table]
                now = _replace_formula_columns(now, table, look_up_titles(rows["deal"], now["Deals"]).to_frame())
        findings = (*found, *self.rows.select_findings(now, now.cell_findings))
        return RunResult(now, (), name_finding_deals(now, findings) if findings else ())


def make_deal_scope(*deals: str, quotes: bool = False, payments: bool = False) -> DealScope:
    """Return the scope of some deals, given by their keys in any case, with or without their *quotes* and *payments*."""
    tables = ("Deals", *(("QuoteLines", "Quotes") if quotes else ()), *(("Payments",) if payments else ()))
    return DealScope(DealRows(frozenset(map(fold_text, deals))), tables)


def _with_removals_logged(before: Pipeline, now: Pipeline) -> Pipeline:
    # the run logs the stage stays that it removes when it is over, and a rule asks for those that nobody logged
    stays = before["History"]
    gone = stays.loc[stays.index.difference(now["History"].index), "visit"]
    if gone.empty:
        return now
    lines = make_table_frame(
        TABLES["Journal"], [{"operation": "remove", "table": "History", "key": visit} for visit in gone]
    )
    journal = pd.concat([now["Journal"], lines.set_axis(pd.RangeIndex(-len(lines), 0), axis=0)])
    return now.with_tables(Journal=journal)


def _list_followups_and_findings(
    before: Pipeline, pipeline: Pipeline, found: tuple[Finding, ...]
) -> tuple[Pipeline, tuple[Finding, ...]]:
    # the sheets FollowUps and Findings list the current state
    from xl_salesflow.process.due_followups import find_followups_beyond_limit, list_followups
    from xl_salesflow.process.rule_catalogue import check_pipeline, list_finding_rows

    listed = list_followups(pipeline)
    asked = check_pipeline(_with_removals_logged(before, pipeline))
    findings = name_finding_deals(pipeline, (*found, *asked, *find_followups_beyond_limit(pipeline, listed)))
    rows = list_finding_rows(findings, pipeline.language)
    return pipeline.with_tables(Findings=make_table_frame(TABLES["Findings"], rows), FollowUps=listed.rows), findings


def _fill_metric_tables(pipeline: Pipeline, values: Mapping[str, Mapping[Any, Mapping[str, Any]]]) -> Pipeline:
    # the results of the formulas in the funnel, forecast and plan tables; "" is a formula with a blank result
    for name, rows in values.items():
        table, current = TABLES[name], pipeline[name]
        lines = [rows.get(key, {}) for key in current[table.key or ""]]
        cells = {
            c.id: make_column_series(c, (_metric_frame_value(c, line.get(c.id)) for line in lines), current.index)
            for c in table.formulas
        }
        pipeline = pipeline.with_tables(**{name: current.assign(**cells)})
    return pipeline


def _metric_frame_value(column: Column, cell: Any) -> Any:
    # a frame holds the id of a choice, and None for a formula with a blank result
    if cell == "":
        return None
    return (
        identify_choice(CHOICES[column.options or ""], str(cell)) if cell and column.type is ColumnType.CHOICE else cell
    )


def _diff_named_cells(pipeline: Pipeline, values: Mapping[str, Any]) -> Iterable[NamedCellChange]:
    for name, value in values.items():
        if name in pipeline.named and _date_as_serial(pipeline.named[name]) != _date_as_serial(value):
            yield NamedCellChange(name, pipeline.named[name], value)


def _date_as_serial(cell: Any) -> Any:
    # a date without a date format is read as a number
    return float(date_to_serial(cell)) if isinstance(cell, date) else cell


def _collect_reasons(reasons: dict[tuple[str, str], pd.Series], edits: Iterable[Edit]) -> None:
    for edit in edits:
        why = edit.because if isinstance(edit.because, pd.Series) else pd.Series(edit.because, index=edit.after.index)
        if (known := reasons.get((edit.table, edit.column))) is not None:
            why = pd.concat([known.drop(why.index, errors="ignore"), why])
        reasons[edit.table, edit.column] = why


def _compute_all_deal_columns(pipeline: Pipeline) -> pd.DataFrame:
    return pd.concat([compute_deal_columns(pipeline), compute_bant_columns(pipeline)], axis=1)


def _compute_all_payment_columns(pipeline: Pipeline) -> pd.DataFrame:
    # imported here, because few workbooks have instalments
    from xl_salesflow.quotes.payment_columns import compute_payment_columns

    return compute_payment_columns(pipeline) if len(pipeline["Payments"]) else pipeline["Payments"][[]]


def _compute_all_subscription_columns(pipeline: Pipeline) -> pd.DataFrame:
    # imported here, because few workbooks have contracts
    from xl_salesflow.process.subscription_columns import compute_subscription_columns

    return compute_subscription_columns(pipeline) if len(pipeline["Subscriptions"]) else pipeline["Subscriptions"][[]]


_FORMULA_COLUMNS: Mapping[str, Callable[[Pipeline], pd.DataFrame]] = MappingProxyType(
    {
        "Stages": compute_stage_columns,
        "Deals": _compute_all_deal_columns,
        "Accounts": compute_prospects,
        "History": compute_history_columns,
        "DealLines": compute_deal_line_columns,
        "QuoteLines": compute_line_columns,
        "Quotes": compute_quote_columns,
        "Payments": _compute_all_payment_columns,
        "Subscriptions": _compute_all_subscription_columns,
    }
)
"""Row table → the function that computes its formula columns, each from the previous ones."""

_QUERY_COLUMNS = ["in_view", "state"]
"""Columns that depend on the query of the sheet Funnel; like its numbers, they wait for a run on the whole workbook."""


def recompute_formula_columns(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the formula columns of its row tables computed as its sheets' formulas do.

    The formulas use the numbers of the stages and the names of people, customers and lists, so numbers that differ from the
    sheet Stages and names in several spellings are updated first.
    """
    pipeline = renumber_stages(unify_names(pipeline))
    for table, compute in _FORMULA_COLUMNS.items():
        pipeline = _replace_formula_columns(pipeline, table, compute(pipeline))
    return pipeline


def _recompute_tables(pipeline: Pipeline, tables: Iterable[str], part: Pipeline) -> Pipeline:
    # only the rows of *part*, a subset of those of the pipeline
    for table in tables:
        columns = _FORMULA_COLUMNS[table](part).drop(columns=_QUERY_COLUMNS, errors="ignore")
        pipeline = _replace_formula_columns(pipeline, table, columns)
    return pipeline


def _replace_formula_columns(pipeline: Pipeline, table: str, columns: pd.DataFrame) -> Pipeline:
    frame = pipeline[table]
    held = frame if len(columns) == len(frame) else frame.loc[columns.index]
    new = {
        str(column_id): columns[column_id] for column_id in columns if not columns[column_id].equals(held[column_id])
    }
    if not new:
        return pipeline
    if held is not frame:
        new = {column_id: _put_cells(frame[column_id], cells) for column_id, cells in new.items()}
    return pipeline.with_tables(**{table: frame.assign(**new)})


def _put_cells(column: pd.Series, cells: pd.Series) -> pd.Series:
    column = column.copy()
    column.loc[cells.index] = cells
    return column


def apply_query(pipeline: Pipeline, view: Query) -> Pipeline:
    """Return *pipeline* with the query *view*; its filters may name values as cells show them, in either language.

    Raises:
        UsageError: a filter names a value that no deal has, or the period ends before it begins.
    """
    if view.start and view.end and view.start > view.end:
        raise UsageError(
            "The period ends ({end}) before it begins ({start}); swap the two.", end=view.end, start=view.start
        )
    pipeline, named = name_filters(pipeline, view.filters)
    spelled = unify_names(pipeline)
    filters = {column: identify_filter_value(spelled, column, value) for column, value in named.items()}
    return replace(pipeline, query=replace(view, filters=filters))


def complete_derived_cells(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the cells that follow from what was typed, as an update writes them; no move is judged."""
    from xl_salesflow.process.deal_upkeep import fill_derived_cells

    now = recompute_formula_columns(pipeline)
    return recompute_formula_columns(apply_change_set(now, fill_derived_cells(now)))


def repair_formulas(pipeline: Pipeline) -> ChangeSet:
    """Return the change set that restores overwritten formulas and updates every cached value; nothing else changes."""
    rows = find_typed_over_formulas(pipeline.cell_findings)
    run = Run("", datetime.combine(pipeline.today, datetime.min.time()))
    fresh = run_steps(blank_typed_over_cells(pipeline, rows), (), "check", run)
    return ChangeSet(repairs=rows, caches=fresh.caches, named_cells=fresh.named_cells)


def carry_out_ticked_changes(
    pipeline: Pipeline, sheet: ChangeSheet, proposed: ChangeSet, run: Run
) -> tuple[ChangeSet[RunAnswer], int]:
    """Return the change set of the ticked lines of *sheet* that are still *proposed*, and how many lines are refused.

    Stage moves are judged together with the other ticked lines, so that a move cannot rely on a cell that was not ticked.
    """

    def move(now: Pipeline) -> ChangeSet:
        judged = judge_moves(replace(now, today=sheet.today), run.by)
        return select_ticked_changes(now, judged, sheet.stage_moves, sheet.verb)

    steps: tuple[Step, ...] = (
        lambda _: select_ticked_changes(pipeline, proposed, sheet.other_changes, sheet.verb),
        move,
        update_warnings,
    )
    plan = run_steps(pipeline, steps, "apply", run)
    return plan, sum(finding.rule in CHANGE_SHEET_MESSAGES for finding in plan.findings)


def request_discounts(pipeline: Pipeline, by: str) -> ChangeSet:
    """Return the requests that discounts above a limit need; loaded, like the steps below, when a run takes it."""
    from xl_salesflow.process.approval_requests import request_discount_approvals

    return request_discount_approvals(pipeline, by)


def judge_moves(pipeline: Pipeline, by: str) -> ChangeSet:
    """Return the stage moves that the gates accept or refuse."""
    from xl_salesflow.process.move_judging import judge_stage_moves

    return judge_stage_moves(pipeline, by)


def update_warnings(pipeline: Pipeline) -> ChangeSet:
    """Return the early warnings of every deal."""
    from xl_salesflow.process.rule_catalogue import write_early_warnings

    return write_early_warnings(pipeline)


def plan_instalments(pipeline: Pipeline) -> ChangeSet:
    """Return the instalments of won deals that have payment terms and no instalments yet."""
    from xl_salesflow.process.instalment_plans import make_instalments

    return make_instalments(pipeline)
