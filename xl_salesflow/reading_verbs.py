"""The verbs that only answer: they return an answer or a document, and change nothing in the workbook.

Metrics are imported only by the verb that returns them, so a press that asks for none costs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from xl_salesflow.changelog.copy_differences import describe_difference, find_copy_differences
from xl_salesflow.core.accuracy_answers import AccuracyAnswer
from xl_salesflow.core.approval_answers import ApprovalsAnswer
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.commission_answers import CommissionAnswer
from xl_salesflow.core.customer_answers import CustomerAnswer
from xl_salesflow.core.digest_answers import DigestsAnswer
from xl_salesflow.core.flow_answers import FlowAnswer
from xl_salesflow.core.forecast_answers import ForecastAnswer
from xl_salesflow.core.insight_answers import InsightsAnswer
from xl_salesflow.core.inspection_answers import InspectionAnswer
from xl_salesflow.core.metric_answers import BookContribution, ComparisonAnswer, FunnelAnswer, SalesPlanAnswer
from xl_salesflow.core.name_spelling import unify_names
from xl_salesflow.core.owner_names import identify_owner
from xl_salesflow.core.payment_answers import PaymentsAnswer
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.recurring_answers import RecurringAnswer
from xl_salesflow.core.verb_answers import DifferencesAnswer, FollowUpsAnswer
from xl_salesflow.engine import complete_derived_cells, recompute_formula_columns
from xl_salesflow.process.bant_cards import make_bant_card
from xl_salesflow.process.due_followups import answer_followups

if TYPE_CHECKING:
    from xl_salesflow.metrics.readings.commission_statements import CommissionRequest
    from xl_salesflow.metrics.readings.deal_inspection import InspectionRequest
    from xl_salesflow.metrics.readings.pipeline_flow import FlowRequest


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
    """Return the open deals of the period with what changed, pace, missing persons and warnings, by owner; and as a document."""
    from xl_salesflow.metrics.readings.deal_inspection import answer_inspection, build_inspection_document

    asked = replace(asked, owner=identify_owner(pipeline, asked.owner))
    answer = answer_inspection(recompute_formula_columns(pipeline), asked)
    return ChangeSet(answer=answer, documents=(build_inspection_document(pipeline, answer),))


def insights(pipeline: Pipeline, part: str = "") -> ChangeSet[InsightsAnswer]:
    """Return what goes with winning, how people compare and how cohorts turn out; *part* is wins, people or cohorts alone."""
    from xl_salesflow.metrics.readings.insight_parts import answer_insights

    return ChangeSet(answer=answer_insights(recompute_formula_columns(pipeline), part))


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
    return answer_followups(recompute_formula_columns(pipeline), identify_owner(pipeline, owner or ""), made)


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

    owner = identify_owner(pipeline, owner)
    return ChangeSet(answer=answer_payments(recompute_formula_columns(pipeline), owner, overdue_only))


def recurring(pipeline: Pipeline, owner: str = "", ending_only: bool = False) -> ChangeSet[RecurringAnswer]:
    """Return what contracts come to, retention, the bridge by month, and the current contracts of everybody or one *owner*."""
    from xl_salesflow.metrics.readings.recurring_listing import answer_recurring

    owner = identify_owner(pipeline, owner)
    return ChangeSet(answer=answer_recurring(recompute_formula_columns(pipeline), owner, ending_only))


def commission(
    pipeline: Pipeline, asked: CommissionRequest, made: datetime | None = None
) -> ChangeSet[CommissionAnswer]:
    """Return the commission statements of some days, line by line, and what a deal would bring; documents are dated *made*."""
    from xl_salesflow.metrics.readings.commission_statements import answer_commission

    return answer_commission(recompute_formula_columns(pipeline), asked, made)


def report(pipeline: Pipeline) -> ChangeSet:
    """Return the report on the pipeline's query as a document."""
    from xl_salesflow.metrics.readings.report_facts import build_report_document

    return ChangeSet(documents=(build_report_document(recompute_formula_columns(pipeline)),))


def digest(pipeline: Pipeline, person: str = "", made: datetime | None = None) -> ChangeSet[DigestsAnswer]:
    """Return the week of each manager's team, or that of *person*, as an answer and as documents dated *made*."""
    from xl_salesflow.metrics.readings.weekly_digest import answer_digests

    return answer_digests(recompute_formula_columns(pipeline), person, made)


def bant_card(pipeline: Pipeline, deal: str) -> pd.DataFrame:
    """Return the BANT card of a deal as rows: every question, with the answers known so far."""
    return make_bant_card(recompute_formula_columns(pipeline), deal)


def diff(first: Pipeline, second: Pipeline) -> ChangeSet[DifferencesAnswer]:
    """Return the differences between two workbooks, cell by cell and row by row."""
    return ChangeSet(answer=DifferencesAnswer(tuple(map(describe_difference, find_copy_differences(first, second)))))


def contributions(parts: Mapping[str, Pipeline]) -> tuple[BookContribution, ...]:
    """Return the contribution of each workbook, given by name, to the team: the metrics that can be summed."""
    from xl_salesflow.metrics.rollup.team_rollup import list_book_contributions

    return list_book_contributions({book: complete_derived_cells(part) for book, part in parts.items()})
