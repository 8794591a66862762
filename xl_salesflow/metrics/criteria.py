"""Words to write metric formulas in: a criterion is said once and becomes COUNTIFS, SUMIFS or an array condition.

A question about deals reads Deals for today's snapshot and, for a past date, the visits of History that went on then;
the switches of the sheet choose between plain formulas of scalar criteria, so that each recalculates in one pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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
        if self.compare in ("=", "<>"):
            return f"({column}{self.compare}{self.operand or _BLANK})"
        return f"ISNUMBER({column})*({column}{self.compare}{self.operand})"


Criteria = tuple[Criterion, ...]
Aggregate = Callable[[str, Criteria], str]
"""A table and what its rows must match → the formula of one number."""

_BLANK = '""'
_IN_HISTORY = {"recorded_stage": "stage", "since": "entered"}
_CURRENT_THEN: Criteria = (
    Criterion("entered", "<=", "AsOf"),
    Criterion("left", ">", "AsOf"),
    Criterion("created", "<=", "AsOf"),
)

RECORDED = Criterion("outcome", "<>", "")
OPEN = Criterion("outcome", "=", "{outcome:open}")
WON = Criterion("outcome", "=", "{outcome:won}")
LOST = Criterion("outcome", "=", "{outcome:lost}")
ENDED: Criteria = (Criterion("outcome", "<>", "{outcome:open}"), RECORDED)
IN_VIEW = Criterion("in_view", "=", "1")
HAS_AMOUNT = Criterion("amount", ">", "-1E+15")  # any number; no blank, no text


def known(column: str) -> Criterion:
    """Return the criterion that a date is filled in."""
    return Criterion(column, ">", "0")


def within(column: str) -> Criteria:
    """Return the criteria that a date lies in the period."""
    return between(column, "PeriodFrom", "PeriodTo")


def deals(aggregate: Aggregate, when: When, *criteria: Criterion) -> str:
    """Return the formula of *aggregate* over the deals as of the date that match *criteria* and the period.

    *when* says what the period asks of a deal: "created" in it; "closed" in it, or created in the cohort reading;
    "open" only in the cohort reading asks for the creation; "always" asks nothing.
    """
    today = _periods(lambda extra: aggregate("Deals", (IN_VIEW, *criteria, *extra)), when)
    past = _periods(lambda extra: aggregate("History", (IN_VIEW, *_CURRENT_THEN, *criteria, *extra)), when)
    return f"IF(IsToday=1,{today},{past})"


def today_only(aggregate: Aggregate, when: When, *criteria: Criterion) -> str:
    """Return the same for columns that only Deals has; a past date shows nothing."""
    today = _periods(lambda extra: aggregate("Deals", (IN_VIEW, *criteria, *extra)), when)
    return f'IF(IsToday=1,{today},"")'


def between(column: str, first: str, last: str) -> Criteria:
    """Return the criteria that a date lies between two, both included."""
    return Criterion(column, ">=", first), Criterion(column, "<=", last)


def _periods(of: Callable[[Criteria], str], when: When) -> str:
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


def array_condition(table: str, criteria: Criteria) -> str:
    """Return the product of the criteria, for an array formula or SUMPRODUCT."""
    return "*".join(criterion.array(table) for criterion in criteria)


def _scalars(table: str, criteria: Criteria) -> str:
    return ",".join(criterion.scalar(table) for criterion in criteria)


def _column(table: str, column: str) -> str:
    return "{" + f"{table}.{_IN_HISTORY.get(column, column) if table == 'History' else column}" + "}"
