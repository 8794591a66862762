"""The order of the columns on the sheets of a new workbook: what a person needs first, then groups by job, some folded.

Readers find columns by their headers, so a workbook may have them in any order; an existing workbook keeps its own. A
column that no layout names follows the column that it is declared after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from xl_salesflow.schema.table_columns import SheetGroup, TableSchema
from xl_salesflow.schema.table_registry import TABLES


@dataclass(frozen=True)
class SheetLayout:
    """*first* and *opened* stand open, with *frozen* columns that never scroll away.

    Each of the *asked* and *folded* groups is folded behind its first column. With *asked* groups, which hold what gates
    ask for, the first columns are folded too, at an outer level: a new workbook shows nothing but *first*, and a group
    is opened when it is needed. *hidden* columns are for the product. *widths* are in characters.
    """

    first: tuple[str, ...]
    frozen: int
    opened: tuple[str, ...] = ()
    asked: tuple[tuple[str, ...], ...] = ()
    folded: tuple[tuple[str, ...], ...] = ()
    hidden: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Return all groups in the order of the sheet."""
        return (self.first, self.opened, *self.asked, *self.folded, self.hidden)


SHEET_LAYOUTS: Mapping[str, SheetLayout] = MappingProxyType(
    {
        "Deals": SheetLayout(
            first=(
                "deal", "name", "stage", "move_reasons", "amount", "expected_close", "next_step", "next_step_date", "owner",
                "days_in_stage", "warnings", "move_status",
            ),
            frozen=2,
            asked=(
                ("budget", "authority", "need", "timeline", "bant_known", "bant_score", "bant_grade"),
                ("contract_signed", "loss_reason", "move_reason", "override_by", "override_reason"),
            ),
            folded=(
                (
                    "account", "contact", "buyer_stage", "pain", "explicit_needs", "latent_needs", "cost_of_inaction",
                    "competitor", "spin_kinds", "spin", "solution_version", "notes",
                ),
                (
                    "probability", "weighted_value", "probability_override", "probability_reason", "forecast",
                    "learned_probability", "learned_why",
                ),
                ("source", "product", "region", "sales_channel", "referred_by", "created", "playbook"),
                (
                    "recorded_stage", "since", "move_warnings", "outcome", "closed", "last_activity", "idle_days",
                    "age_days", "attempts", "contact_days", "sales_cost", "pushes", "assigned", "furthest",
                ),
            ),
            hidden=(
                "warned", "bant_answered", "score_trail", "last_expected_close", "last_amount", "last_forecast", "last_owner",
                "recorded_since", "in_view",
            ),
            widths=MappingProxyType(
                {"deal": 10, "name": 24, "stage": 14, "move_reasons": 21, "amount": 12, "expected_close": 12, "next_step": 22,
                 "next_step_date": 12, "owner": 14, "days_in_stage": 9, "warnings": 17, "move_status": 11}
            ),
        ),
        "Activities": SheetLayout(
            first=(
                "activity", "date", "deal", "deal_name", "contact", "type", "outcome", "summary", "next_step", "next_step_date",
                "by", "subject",
            ),
            frozen=4,
            folded=(
                ("situation", "problem", "implication", "need_payoff"),
                ("at", "contact_channel", "direction", "attendees"),
                ("cost", "attachments", "materials", "verbal_terms", "sales_channel", "first_meeting"),
            ),
            hidden=("step_given", "message"),
            widths=MappingProxyType({"contact": 16, "summary": 36, "next_step": 24, "by": 15, "subject": 22}),
        ),
        "Quotes": SheetLayout(
            first=(
                "quote", "deal", "deal_name", "status", "total", "valid_until", "sent", "decided", "contact", "date", "version",
                "currency", "net", "tax",
            ),
            frozen=3,
            opened=("primary", "discount", "tax_mode", "tax_rate", "shipping", "rate", "subtotal"),
            folded=(
                ("terms", "payment_terms"),
                ("situation", "asked_for", "beyond", "waiting_cost", "next_steps", "draft_texts"),
                ("approved_by", "sent_to", "supersedes", "document", "notes"),
            ),
            hidden=("digest", "followed"),
            widths=MappingProxyType({"contact": 16}),
        ),
        "Tasks": SheetLayout(
            first=("task_id", "deal", "deal_name", "task", "owner", "due", "status", "done", "required", "evidence"),
            frozen=3,
        ),
        "Payments": SheetLayout(
            first=(
                "payment", "account", "deal", "name", "amount", "due_amount", "due_on", "status", "days_overdue", "paid",
                "paid_on", "open_amount", "invoice",
            ),
            frozen=2,
            opened=(
                "owner", "share", "due", "event", "event_days", "happened", "invoiced", "tax", "reminder", "reminded", "contract",
                "notes",
            ),
            widths=MappingProxyType({"account": 20, "name": 16, "owner": 15}),
        ),
        "Subscriptions": SheetLayout(
            first=(
                "subscription", "account", "name", "start", "end", "amount", "period", "status", "days_left", "monthly",
                "renewed_by", "notice_by", "owner",
            ),
            frozen=2,
            opened=("automatic", "notice_days", "notice", "ended", "churn_reason", "deal", "notes"),
            folded=(("yearly", "continued", "last"),),
            hidden=("before", "start_change", "after", "end_change", "year_ago", "now_value", "kept", "customer_part"),
        ),
        "Credits": SheetLayout(
            first=("credit", "deal", "account", "person", "share", "credited", "deal_value", "won_on", "owner"),
            frozen=2,
            opened=("role",),
            hidden=("shares_before", "taken"),
        ),
        "FollowUps": SheetLayout(
            first=(
                "done", "days_late", "account", "contact", "phone", "next_step", "why", "name", "stage", "amount", "owner", "day",
            ),
            frozen=3,
            opened=("result", "then", "then_on", "type", "outcome", "deal"),
            folded=(("priority", "rank", "due", "question", "objection", "email"),),
            widths=MappingProxyType(
                {"done": 8, "account": 19, "contact": 15, "phone": 16, "next_step": 24, "why": 29, "name": 29, "deal": 10,
                 "stage": 13, "owner": 14}
            ),
        ),
    }
)  # fmt: skip
"""Table → the layout of its sheet; other tables have their columns as they are declared."""


@cache
def arrange_columns(name: str) -> TableSchema:
    """Return table *name* with its columns in the order of a new workbook."""
    table, groups = TABLES[name], group_columns(name)
    return replace(table, columns=tuple(table[column] for group in groups for column in group))


@cache
def group_columns(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the column ids of table *name* by the groups of its layout; one group without a layout."""
    declared = [column.id for column in TABLES[name].columns]
    layout = SHEET_LAYOUTS.get(name)
    if layout is None:
        return (tuple(declared),)
    groups = [list(group) for group in layout.groups]
    home = {column: group for group in groups for column in group}
    for before, column in pairwise(declared):
        if column not in home:
            home[column] = home[before]
            home[before].insert(home[before].index(before) + 1, column)
    return tuple(map(tuple, groups))


@cache
def columns_that_style_blanks(name: str) -> tuple[str, ...]:
    """Return the columns of table *name* whose format also stands at the column, so that rows omit their blank cells.

    They are those that the sheet hides or folds and no gate asks for, and all of a record: below the table of a sheet that
    people work in, the tint of its columns would go on. A table of another file, such as a change sheet, has none.
    """
    if name not in TABLES:
        return ()
    if TABLES[name].group is SheetGroup.RECORD:
        return tuple(column.id for column in TABLES[name].columns)
    if name not in SHEET_LAYOUTS:
        return ()
    _, _, *folded, hidden = group_columns(name)
    folded = folded[len(SHEET_LAYOUTS[name].asked) :]
    return (*(column for group in folded for column in group[1:]), *hidden)


def find_columns_to_open(name: str, wanted: Collection[str]) -> tuple[str, ...]:
    """Return the columns of table *name* that are opened so that the *wanted* ones can be seen.

    They are the heads of all groups, and the groups that have another wanted column than their head. Columns that the
    product keeps for itself are never opened.
    """
    layout = SHEET_LAYOUTS.get(name)
    if layout is None:
        return ()
    groups = group_columns(name)[2:-1]
    if not any(column in group for group in groups for column in wanted):
        return ()
    return tuple(
        column for head, *rest in groups for column in ([head] if set(rest).isdisjoint(wanted) else [head, *rest])
    )
