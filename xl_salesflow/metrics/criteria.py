"""Words to write metric formulas in: a criterion is said once and becomes COUNTIFS, SUMIFS or an array condition.

A question about deals reads Deals for today's snapshot and, for a past date, the visits of History that went on then;
the switches of the sheet choose between plain formulas of scalar criteria, so that each recalculates in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from xl_salesflow.model.view import FILTERS

When = Literal["always", "created", "open", "closed"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A column of deals, how it compares, and with what (a formula without slots of other tables)."""

    column: str
    compare: Literal["=", "<>", "<", "<=", ">", ">="]
    operand: str

    def scalar(self, table: str) -> str:
        """Return the two arguments of COUNTIFS and its like."""
        column = _column(table, self.column)
        if self.compare == "=" and (self.operand.isdigit() or ":" in self.operand):
            return f"{column},{self.operand}"
        # spelt out, so that a stage named ">50%" is a name and no comparison
        return f'{column},"{self.compare}"' + (f"&{self.operand}" if self.operand else "")

    def array(self, table: str) -> str:
        """Return the factor of an array condition; like COUNTIFS, no number matches a blank."""
        column = _column(table, self.column)
        if self.column == "state":  # never blank: spared a look at half a million cells
            return f"({column}{self.compare}{self.operand})"
        if self.compare in ("=", "<>"):
            return f"({column}{self.compare}{self.operand or _BLANK})"
        return f"ISNUMBER({column})*({column}{self.compare}{self.operand})"


Criteria = tuple[Criterion, ...]
Aggregate = Callable[[str, Criteria], str]
"""A table and what its rows must match → the formula of one number."""

Whose = Callable[..., str]
"""now or past: an aggregate, what the period asks, and criteria → the formula over the deals of that time."""

GROUP = "(group)"
"""The column that the sheet Trends compares by."""

PLANNER = "(planner)"
"""The column that a row of TeamPlan is about: its owners come first, then its channels."""

OWNERS = 12
"""Rows of TeamPlan that are about owners."""

_CHOSEN: Mapping[str, tuple[str, Sequence[str]]] = {
    GROUP: ("GroupNumber", tuple(FILTERS.values())),
    PLANNER: (f"IF({{position}}>{OWNERS},2,1)", ("owner", "sales_channel")),
}
_BLANK = '""'
_IN_HISTORY = {"recorded_stage": "stage", "since": "entered"}

STANDING_THEN = Criterion("state", ">", "0")
"""The visits of History in view that went on at the as-of date: the deals as they were then."""

RECORDED = Criterion("outcome", "<>", "")
OPEN = Criterion("outcome", "=", "{outcome:open}")
WON = Criterion("outcome", "=", "{outcome:won}")
LOST = Criterion("outcome", "=", "{outcome:lost}")
ENDED: Criteria = (Criterion("outcome", "<>", "{outcome:open}"), RECORDED)
IN_VIEW = Criterion("in_view", "=", "1")


def _then(first: int, last: int | None = None) -> Criteria:
    low = Criterion("state", ">", str(first))
    return (low,) if last is None else (low, Criterion("state", "<", str(last)))


_STANDING_AS: Mapping[Criteria, Criteria] = {
    (RECORDED,): _then(100),
    (OPEN,): _then(100, 200),
    (LOST,): _then(200, 300),
    (WON,): _then(300),
    ENDED: _then(200),
}
"""What deals were, and the states of History that say so: one number is read faster than a number and a word."""


def a_number(column: str) -> Criterion:
    """Return the criterion that a cell holds a number: neither blank nor text."""
    return Criterion(column, ">", "-1E+15")


HAS_AMOUNT = a_number("amount")


def known(column: str) -> Criterion:
    """Return the criterion that a date is filled in."""
    return Criterion(column, ">", "0")


def within(column: str) -> Criteria:
    """Return the criteria that a date lies in the period."""
    return between(column, "PeriodFrom", "PeriodTo")


def deals(aggregate: Aggregate, when: When, *criteria: Criterion, then: Criteria | None = None) -> str:
    """Return the formula of *aggregate* over the deals as of the date that match *criteria* and the period.

    *when* says what the period asks of a deal: "created" in it; "closed" in it, or created in the cohort reading;
    "open" only in the cohort reading asks for the creation; "always" asks nothing. *then* is what a past date asks of
    History, where that differs; a row's stage is told faster by its state.
    """
    return f"IF(IsToday=1,{now(aggregate, when, *criteria)},{past(aggregate, when, *(then or (STANDING_THEN, *criteria)))})"


def now(aggregate: Aggregate, when: When, *criteria: Criterion) -> str:
    """Return the same over Deals, for today's snapshot."""
    return periods(lambda extra: aggregate("Deals", (IN_VIEW, *criteria, *extra)), when)


def past(aggregate: Aggregate, when: When, *criteria: Criterion) -> str:
    """Return the same over History, for a past date."""
    asked = by_state(criteria)
    return periods(lambda extra: aggregate("History", (*asked, *extra)), when)


def by_state(criteria: Criteria) -> Criteria:
    """Return *criteria* of History with the outcome of a visit that goes on asked of its state alone."""
    if STANDING_THEN in criteria:
        for outcome, states in _STANDING_AS.items():
            if set(outcome) <= set(criteria) and (outcome != (RECORDED,) or ENDED[0] not in criteria):
                return (*states, *(c for c in criteria if c != STANDING_THEN and c not in outcome))
    return criteria


def today_only(aggregate: Aggregate, when: When, *criteria: Criterion) -> str:
    """Return the same for columns that only Deals has; a past date shows nothing."""
    return f'IF(IsToday=1,{now(aggregate, when, *criteria)},"")'


def between(column: str, first: str, last: str) -> Criteria:
    """Return the criteria that a date lies between two, both included."""
    return Criterion(column, ">=", first), Criterion(column, "<=", last)


def windows(*columns: str) -> tuple[Criteria, ...]:
    """Return no criteria, and those of the period for each of *columns*."""
    return ((), *(within(column) for column in columns))


def periods(of: Callable[[Criteria], str], when: When) -> str:
    """Return the formula that asks what the period asks, as *deals* explains *when*."""
    plain = of(())
    if when == "always":
        return plain
    created = of(within("created"))
    if when == "created":
        return f"IF(HasPeriod=0,{plain},{created})"
    if when == "open":
        return f"IF(HasPeriod*IsCohort=0,{plain},{created})"
    return f"IF(HasPeriod=0,{plain},IF(IsCohort=1,{created},{of(within('closed'))}))"


def count(table: str, criteria: Criteria) -> str:
    """Count the rows."""
    return f"COUNTIFS({_scalars(table, criteria)})"


def total(column: str) -> Aggregate:
    """Sum a column."""
    return lambda table, criteria: f"SUMIFS({_column(table, column)},{_scalars(table, criteria)})"


def median(column: str, minus: str | None = None) -> Aggregate:
    """Find the median of a column, or of its difference from another; for an array formula, and at least one row."""

    def formula(table: str, criteria: Criteria) -> str:
        first = _column(table, column)
        value = first if minus is None else f"{first}-{_column(table, minus)}"
        return f"MEDIAN(IF({array_condition(table, criteria)}*ISNUMBER({first}),{value}))"

    return formula


def largest(ranks: str, column: str) -> Aggregate:
    """Find the values of those *ranks* from the largest down, as many as there are ranks, for an array formula.

    Rows that do not match count as nought, so nothing below nought is found; a condition as a factor is many times faster
    than one in IF.
    """
    return lambda table, criteria: f"LARGE({array_condition(table, criteria)}*{_column(table, column)},{ranks})"


def array_condition(table: str, criteria: Criteria) -> str:
    """Return the product of the criteria, for an array formula or SUMPRODUCT."""
    return "*".join(criterion.array(table) for criterion in criteria)


def _scalars(table: str, criteria: Criteria) -> str:
    return ",".join(criterion.scalar(table) for criterion in criteria)


def _column(table: str, column: str) -> str:
    if column in _CHOSEN:
        number, columns = _CHOSEN[column]
        return f"CHOOSE({number},{','.join(_column(table, each) for each in columns)})"
    return "{" + f"{table}.{_IN_HISTORY.get(column, column) if table == 'History' else column}" + "}"
