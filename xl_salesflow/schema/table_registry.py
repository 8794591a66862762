"""All tables of the workbook by name, and the rendering of formula templates in the workbook's language.

    {amount}            this row's cell                       Deals[[#This Row],[Amount]]
    {budget:timeline}   this row's cells from one to another  Deals[[#This Row],[Budget]:[Timeline]]
    {Stages.key}        a whole column                        Stages[Key]
    {outcome:open}      the label of a choice, as text        "Open"
    AsOf                a named cell; names are the same in every language

A template is written once with column ids; the result is in the syntax of the file, without the leading "=".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.commission_tables import (
    COMMISSION_PLANS_TABLE,
    COMMISSION_TABLE,
    COMMISSION_TIERS_TABLE,
    CREDITS_TABLE,
)
from xl_salesflow.schema.deal_line_tables import DEAL_LINES_TABLE
from xl_salesflow.schema.deal_tables import DEALS_TABLE, HISTORY_TABLE, JOURNAL_TABLE
from xl_salesflow.schema.forecast_tables import (
    COHORT_VALUES_TABLE,
    COHORTS_TABLE,
    DECIDING_DEALS_TABLE,
    FLOW_DEALS_TABLE,
    FLOW_STEPS_TABLE,
    FORECAST_ERRORS_TABLE,
    OUTLOOK_TABLE,
    PAST_FORECASTS_TABLE,
    SAID_AND_WON_TABLE,
)
from xl_salesflow.schema.manager_tables import (
    FINDINGS_TABLE,
    FOLLOWUPS_TABLE,
    FORECAST_MONTHS_TABLE,
    GROUPS_TABLE,
    LEAKS_TABLE,
    LOSS_REASONS_TABLE,
    MERGE_CONFLICTS_TABLE,
    METRICS_TABLE,
    MOVE_VALUES_TABLE,
    MOVES_TABLE,
    PLAN_STAGES_TABLE,
    SEGMENTS_TABLE,
    STAGE_CHANGES_TABLE,
    STAGE_METRICS_TABLE,
    TARGETS_TABLE,
    TEAM_PLAN_TABLE,
    TREND_TABLE,
)
from xl_salesflow.schema.payment_tables import CASH_MONTHS_TABLE, COLLECTIONS_TABLE, PAYMENTS_TABLE, RECEIVABLES_TABLE
from xl_salesflow.schema.planning_tables import CALLS_TABLE, COMPETITORS_TABLE, MEASURES_TABLE, TEAM_ACTIVITY_TABLE
from xl_salesflow.schema.setup_tables import (
    COLUMNS_TABLE,
    FIT_CRITERIA_TABLE,
    GATES_TABLE,
    HOLIDAYS_TABLE,
    LISTS_TABLE,
    QUESTIONS_TABLE,
    SETTINGS_TABLE,
    STAGE_TASKS_TABLE,
    STAGES_TABLE,
    TEAM_TABLE,
)
from xl_salesflow.schema.subscription_tables import RECURRING_MONTHS_TABLE, RECURRING_TABLE, SUBSCRIPTIONS_TABLE
from xl_salesflow.schema.table_columns import TableSchema
from xl_salesflow.schema.work_tables import (
    ACCOUNTS_TABLE,
    ACTIVITIES_TABLE,
    ANSWERS_TABLE,
    APPROVALS_TABLE,
    CONTACTS_TABLE,
    DOCUMENTS_TABLE,
    FEEDBACK_TABLE,
    OBJECTIONS_TABLE,
    PRODUCTS_TABLE,
    QUOTE_LINES_TABLE,
    QUOTES_TABLE,
    TASKS_TABLE,
    TRAITS_TABLE,
)

_TABLE_ORDER = (
    DEALS_TABLE, ACCOUNTS_TABLE, CONTACTS_TABLE, ACTIVITIES_TABLE, TASKS_TABLE, ANSWERS_TABLE, TRAITS_TABLE, OBJECTIONS_TABLE, DEAL_LINES_TABLE, QUOTES_TABLE, QUOTE_LINES_TABLE, PAYMENTS_TABLE, SUBSCRIPTIONS_TABLE, FEEDBACK_TABLE, APPROVALS_TABLE,
    METRICS_TABLE, STAGE_METRICS_TABLE, STAGE_CHANGES_TABLE, TREND_TABLE, GROUPS_TABLE, SEGMENTS_TABLE, FORECAST_MONTHS_TABLE, FLOW_STEPS_TABLE, FLOW_DEALS_TABLE, OUTLOOK_TABLE, DECIDING_DEALS_TABLE, FORECAST_ERRORS_TABLE, SAID_AND_WON_TABLE, PAST_FORECASTS_TABLE, COHORTS_TABLE, COHORT_VALUES_TABLE, PLAN_STAGES_TABLE, TEAM_PLAN_TABLE, TEAM_ACTIVITY_TABLE, LEAKS_TABLE, LOSS_REASONS_TABLE, COMPETITORS_TABLE, COLLECTIONS_TABLE, RECEIVABLES_TABLE, CASH_MONTHS_TABLE, RECURRING_TABLE, RECURRING_MONTHS_TABLE, COMMISSION_TABLE, MOVES_TABLE, MOVE_VALUES_TABLE,
    FOLLOWUPS_TABLE, FINDINGS_TABLE, MERGE_CONFLICTS_TABLE, TARGETS_TABLE, CREDITS_TABLE, COMMISSION_PLANS_TABLE, COMMISSION_TIERS_TABLE, CALLS_TABLE, MEASURES_TABLE,
    STAGES_TABLE, GATES_TABLE, STAGE_TASKS_TABLE, QUESTIONS_TABLE, FIT_CRITERIA_TABLE, PRODUCTS_TABLE, TEAM_TABLE, HOLIDAYS_TABLE, LISTS_TABLE, COLUMNS_TABLE, SETTINGS_TABLE,
    DOCUMENTS_TABLE, HISTORY_TABLE, JOURNAL_TABLE,
)  # fmt: skip

TABLES: Mapping[str, TableSchema] = MappingProxyType({table.name: table for table in _TABLE_ORDER})
"""Every table by name, in the order of the sheets."""

_FORMULA_SLOT = re.compile(r"\{([A-Za-z_]+)(?:([.:])([A-Za-z_0-9]+))?\}")


def render_formula(template: str, language: Language, table: TableSchema | None = None) -> str:
    """Return *template* as a formula; *table* is needed if the template refers to "this row".

    Raises:
        KeyError: the template names a table, column or choice that is not declared.
    """

    def slot(match: re.Match[str]) -> str:
        first, mark, second = match.groups()
        if mark == ".":
            return f"{first}[{_escape_header(TABLES[first].header(second, language))}]"
        if mark == ":" and second in CHOICES.get(first, {}):
            return f'"{CHOICES[first][second].in_(language)}"'
        if table is None:
            raise KeyError(f"{match.group()} speaks of a row, and no table is given")
        ends = [f"[{_escape_header(table.header(column_id, language))}]" for column_id in (first, second) if column_id]
        return f"{table.name}[[#This Row],{':'.join(ends)}]"

    return _FORMULA_SLOT.sub(slot, template)


def _escape_header(header: str) -> str:
    # these four characters must be escaped by an apostrophe in a structured reference
    return re.sub(r"(['\[\]#])", r"'\1", header)
