"""Every table and column of the workbook, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xl_salesflow.model.column import Column, Group, Table, Type, Writer
from xl_salesflow.model.tables.calendar import HOLIDAYS
from xl_salesflow.model.tables.customers import ACCOUNTS, CONTACTS, FEEDBACK, TRAITS
from xl_salesflow.model.tables.deals import DEALS
from xl_salesflow.model.tables.lists import LISTS_TABLE
from xl_salesflow.model.tables.manage import (
    CONFLICTS,
    FINDINGS,
    FOLLOWUPS,
    FORECAST_MONTHS,
    GROUPS,
    LEAKS,
    LOSS_REASONS,
    METRICS,
    MOVE_VALUES,
    MOVES,
    PLAN_STAGES,
    SEGMENTS,
    STAGE_CHANGES,
    STAGE_METRICS,
    TARGETS,
    TEAM_PLAN,
    TREND,
)
from xl_salesflow.model.tables.offers import PRODUCTS, QUOTE_LINES, QUOTES
from xl_salesflow.model.tables.papers import DOCUMENTS
from xl_salesflow.model.tables.record import FOREVER, HISTORY, JOURNAL
from xl_salesflow.model.tables.setup import GATES, QUESTIONS, SETTINGS, STAGE_TASKS, STAGES, TEAM
from xl_salesflow.model.tables.talks import ACTIVITIES, ANSWERS, OBJECTIONS, TASKS

_ORDER = (
    DEALS, ACCOUNTS, CONTACTS, ACTIVITIES, TASKS, ANSWERS, TRAITS, OBJECTIONS, QUOTES, QUOTE_LINES, FEEDBACK,
    METRICS, STAGE_METRICS, STAGE_CHANGES, TREND, GROUPS, SEGMENTS, FORECAST_MONTHS, PLAN_STAGES, TEAM_PLAN, LEAKS, LOSS_REASONS, MOVES, MOVE_VALUES,
    FOLLOWUPS, FINDINGS, CONFLICTS, TARGETS,
    STAGES, GATES, STAGE_TASKS, QUESTIONS, PRODUCTS, TEAM, HOLIDAYS, LISTS_TABLE, SETTINGS,
    DOCUMENTS, HISTORY, JOURNAL,
)  # fmt: skip

TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in _ORDER})
"""Every table by name, in the order of the sheets."""

__all__ = ["FOREVER", "TABLES", "Column", "Group", "Table", "Type", "Writer"]
