"""Modules: parts of the job that a team may not need, and which sheets are shown.

A sheet is hidden until it is needed: `init --with` shows the sheets of modules, and the first row of a table shows its
sheet. A sheet that a person hides later stays hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from xl_salesflow.schema.table_columns import SheetGroup
from xl_salesflow.schema.table_registry import TABLES

MODULE_TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "customers": ("Accounts", "Contacts"),
        "tasks": ("Tasks",),
        "bant": ("Answers", "Questions"),
        "traits": ("Traits", "FitCriteria"),
        "objections": ("Objections",),
        "quotes": ("Quotes", "QuoteLines", "Products"),
        "products": ("DealLines", "Products"),
        "payments": ("Payments", "Collections"),
        "recurring": ("Subscriptions", "Recurring"),
        "commission": ("Credits", "CommissionPlans", "CommissionTiers", "Commission"),
        "plan": ("Targets", "Calls", "ForecastMonths", "PlanStages", "TeamPlan", "TeamActivity", "Measures"),
        "analysis": ("Trend", "Leaks", "LossReasons", "Competitors", "Moves"),
        "forecast": (
            "FlowSteps",
            "FlowDeals",
            "Outlook",
            "DecidingDeals",
            "ForecastErrors",
            "SaidAndWon",
            "PastForecasts",
            "Cohorts",
            "CohortValues",
        ),
        "feedback": ("Feedback",),
    }
)
"""Module → the tables whose sheets it shows."""

MODULE_COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"bant": MappingProxyType({"Deals": ("budget", "authority", "need", "timeline")})}
)
"""Module → table → columns that the sheet of the table has folded until the module is used."""

_SHOWN_GROUPS = (SheetGroup.WORK, SheetGroup.MANAGE)


def find_tables_shown_by(filled: Iterable[str]) -> Iterator[str]:
    """Yield the tables whose sheets the first rows of the tables in *filled* show."""
    for name in filled:
        if TABLES[name].group in _SHOWN_GROUPS or name in ("Products", "Columns"):
            yield name
            yield from TABLES[name].shows
