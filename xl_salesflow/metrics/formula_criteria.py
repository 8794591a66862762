"""Criteria that are declared once and become COUNTIFS, SUMIFS or an array condition.

A formula about deals reads Deals for today's snapshot and, for a past date, the stage stays of History that were
ongoing then. Named cells switch between simple formulas with scalar criteria, so that each recalculates in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from xl_salesflow.schema.named_values import QUERY_FILTERS
from xl_salesflow.schema.planning_tables import TEAM_OWNER_ROWS

PeriodRule = Literal["always", "created", "open", "closed"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A column of deals, a comparison operator, and a value (a formula without references to other tables)."""

    column: str
    compare: Literal["=", "<>", "<", "<=", ">", ">="]
    operand: str

    def scalar(self, table: str) -> str:
        """Return the two arguments for COUNTIFS and similar functions."""
        column = _criterion_column(table, self.column)
        if self.compare == "=" and (self.operand.isdigit() or ":" in self.operand):
            return f"{column},{self.operand}"
        # with an operator, so that a stage named ">50%" is a name and not a comparison
        return f'{column},"{self.compare}"' + (f"&{self.operand}" if self.operand else "")

    def array(self, table: str) -> str:
        """Return the factor of an array condition; as in COUNTIFS, a number does not match a blank."""
        column = _criterion_column(table, self.column)
        if self.column == "state":  # never blank, and ISNUMBER would evaluate half a million cells
            return f"({column}{self.compare}{self.operand})"
        if self.compare in ("=", "<>"):
            return f"({column}{self.compare}{self.operand or _BLANK_TEXT})"
        return f"ISNUMBER({column})*({column}{self.compare}{self.operand})"


GROUP_COLUMN = "(group)"
"""The column that the sheet Trends compares by."""

PLANNER_COLUMN = "(planner)"
"""The column that a row of TeamPlan is about: owners come first, then channels."""


_CHOSEN_COLUMNS: Mapping[str, tuple[str, Sequence[str]]] = {
    GROUP_COLUMN: ("GroupNumber", tuple(QUERY_FILTERS.values())),
    PLANNER_COLUMN: (f"IF({{position}}>{TEAM_OWNER_ROWS},2,1)", ("owner", "sales_channel")),
}
_BLANK_TEXT = '""'
_HISTORY_COLUMN_NAMES = {"recorded_stage": "stage", "since": "entered"}


def _criterion_column(table: str, column: str) -> str:
    if column in _CHOSEN_COLUMNS:
        number, columns = _CHOSEN_COLUMNS[column]
        return f"CHOOSE({number},{','.join(_criterion_column(table, each) for each in columns)})"
    return "{" + f"{table}.{_HISTORY_COLUMN_NAMES.get(column, column) if table == 'History' else column}" + "}"


Criteria = tuple[Criterion, ...]
Aggregate = Callable[[str, Criteria], str]
"""A table and the criteria for its rows → the formula of one number."""

SnapshotFormula = Callable[..., str]
"""`deals_formula_today` or `deals_formula_past`."""

ONGOING_STAY = Criterion("state", ">", "0")
"""The stays that were ongoing on the as-of date and match the dropdowns: the deals as they were then."""

OUTCOME_RECORDED = Criterion("outcome", "<>", "")
OUTCOME_OPEN = Criterion("outcome", "=", "{outcome:open}")
OUTCOME_WON = Criterion("outcome", "=", "{outcome:won}")
OUTCOME_LOST = Criterion("outcome", "=", "{outcome:lost}")
OUTCOME_ENDED: Criteria = (Criterion("outcome", "<>", "{outcome:open}"), OUTCOME_RECORDED)
ROW_IN_VIEW = Criterion("in_view", "=", "1")


def _state_between(first: int, last: int | None = None) -> Criteria:
    low = Criterion("state", ">", str(first))
    return (low,) if last is None else (low, Criterion("state", "<", str(last)))


_ONGOING_STATES: Mapping[Criteria, Criteria] = {
    (OUTCOME_RECORDED,): _state_between(100),
    (OUTCOME_OPEN,): _state_between(100, 200),
    (OUTCOME_LOST,): _state_between(200, 300),
    (OUTCOME_WON,): _state_between(300),
    OUTCOME_ENDED: _state_between(200),
}
"""Outcome of a deal → the states of History with that outcome; comparing one number is faster than a number and a text."""


def criterion_is_number(column: str) -> Criterion:
    """Return the criterion that a cell holds a number: neither blank nor text."""
    return Criterion(column, ">", "-1E+15")


HAS_AMOUNT = criterion_is_number("amount")


def criterion_is_dated(column: str) -> Criterion:
    """Return the criterion that a date is filled in."""
    return Criterion(column, ">", "0")


def criteria_in_period(column: str) -> Criteria:
    """Return the criteria that a date lies in the period."""
    return criteria_between(column, "PeriodFrom", "PeriodTo")


def deals_formula(aggregate: Aggregate, when: PeriodRule, *criteria: Criterion, then: Criteria | None = None) -> str:
    """Return the formula of *aggregate* over the deals, as of the date, that match *criteria* and the period.

    *when* says which date must be in the period: "created" the creation date; "closed" the closing date, or the
    creation date in the cohort reading; "open" the creation date in the cohort reading, otherwise none; "always" none.
    *then* are the criteria for History at a past date if they differ, because comparing a stay's state is faster than
    its stage.
    """
    past = deals_formula_past(aggregate, when, *(then or (ONGOING_STAY, *criteria)))
    return f"IF(IsToday=1,{deals_formula_today(aggregate, when, *criteria)},{past})"


def deals_formula_today(aggregate: Aggregate, when: PeriodRule, *criteria: Criterion) -> str:
    """Return the formula over Deals, for today's snapshot."""
    return formula_by_period(lambda extra: aggregate("Deals", (ROW_IN_VIEW, *criteria, *extra)), when)


def deals_formula_past(aggregate: Aggregate, when: PeriodRule, *criteria: Criterion) -> str:
    """Return the formula over History, for a past date."""
    stays = criteria_by_state(criteria)
    return formula_by_period(lambda extra: aggregate("History", (*stays, *extra)), when)


def criteria_by_state(criteria: Criteria) -> Criteria:
    """Return *criteria* for History, with the outcome of an ongoing stay replaced by its states."""
    if ONGOING_STAY in criteria:
        for outcome, states in _ONGOING_STATES.items():
            if set(outcome) <= set(criteria) and (outcome != (OUTCOME_RECORDED,) or OUTCOME_ENDED[0] not in criteria):
                return (*states, *(c for c in criteria if c != ONGOING_STAY and c not in outcome))
    return criteria


def formula_today_only(aggregate: Aggregate, when: PeriodRule, *criteria: Criterion) -> str:
    """Return the formula over Deals, for columns that only Deals has; blank for a past date."""
    return f'IF(IsToday=1,{deals_formula_today(aggregate, when, *criteria)},"")'


def criteria_between(column: str, first: str, last: str) -> Criteria:
    """Return the criteria that a date lies between two, both included."""
    return Criterion(column, ">=", first), Criterion(column, "<=", last)


def period_criteria(*columns: str) -> tuple[Criteria, ...]:
    """Return no criteria, then those of the period for each of *columns*."""
    return ((), *(criteria_in_period(column) for column in columns))


def formula_by_period(of: Callable[[Criteria], str], when: PeriodRule) -> str:
    """Return the formula of *of* with the criteria of the period; `deals_formula` explains *when*."""
    always = of(())
    if when == "always":
        return always
    created = of(criteria_in_period("created"))
    if when == "created":
        return f"IF(HasPeriod=0,{always},{created})"
    if when == "open":
        return f"IF(HasPeriod*IsCohort=0,{always},{created})"
    return f"IF(HasPeriod=0,{always},IF(IsCohort=1,{created},{of(criteria_in_period('closed'))}))"


def count_formula(table: str, criteria: Criteria) -> str:
    """Count the rows."""
    return f"COUNTIFS({_scalar_arguments(table, criteria)})"


def sum_formula(column: str) -> Aggregate:
    """Sum a column."""
    return lambda table, criteria: f"SUMIFS({_criterion_column(table, column)},{_scalar_arguments(table, criteria)})"


def count_unlisted_formula(column: str, listed: str) -> Aggregate:
    """Count the rows whose *column* is not among the names *listed*, a column of the metric table."""
    return lambda table, criteria: f"SUMPRODUCT({_unlisted_condition(table, criteria, column, listed)})"


def sum_unlisted_formula(column: str, listed: str) -> Aggregate:
    """Sum the amounts of the rows whose *column* is not among the names *listed*, a column of the metric table."""
    return lambda table, criteria: (
        f"SUMPRODUCT({_unlisted_condition(table, criteria, column, listed)},{{{table}.amount}})"
    )


def _unlisted_condition(table: str, criteria: Criteria, column: str, listed: str) -> str:
    # the total less the listed rows would refer to its own column, which Excel takes for a circle
    names = _criterion_column(table, column)
    return f'{array_condition(table, criteria)}*(1-ISNUMBER(MATCH({names},{listed},0))*({names}<>""))'


def known_sum_formula(deals: str, valued: str, total: str) -> str:
    """Return the formula of a sum of money: 0 without deals, blank if none of the *deals* is among those *valued*."""
    return f'IF({deals}=0,0,IF({valued}=0,"",ROUND({total},2)))'


def median_formula(column: str, minus: str | None = None) -> Aggregate:
    """Find the median of a column, or of its difference from another; for an array formula, and at least one row."""

    def formula(table: str, criteria: Criteria) -> str:
        first = _criterion_column(table, column)
        value = first if minus is None else f"{first}-{_criterion_column(table, minus)}"
        return f"MEDIAN(IF({array_condition(table, criteria)}*ISNUMBER({first}),{value}))"

    return formula


def largest_formula(ranks: str, column: str) -> Aggregate:
    """Return the values with those *ranks* in descending order, for an array formula.

    Rows that do not match count as 0, so negative values are not found; a condition as a factor is many times faster
    than one in IF.
    """
    return lambda table, criteria: (
        f"LARGE({array_condition(table, criteria)}*{_criterion_column(table, column)},{ranks})"
    )


def array_condition(table: str, criteria: Criteria) -> str:
    """Return the product of the criteria, for an array formula or SUMPRODUCT."""
    return "*".join(criterion.array(table) for criterion in criteria)


def _scalar_arguments(table: str, criteria: Criteria) -> str:
    return ",".join(criterion.scalar(table) for criterion in criteria)
