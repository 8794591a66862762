"""What instalments come to: collected against due, days to pay, receivables by age, and cash by month.

All instalments count, whatever the dropdowns of the Funnel say; its period and its as-of date apply. What is still to pay is
known for today only, because the sheet does not keep what was open on earlier days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    MetricMask,
    column_days,
    column_numbers,
    count_by_group,
    divide_or_unknown,
    sum_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
    Criteria,
    Criterion,
    count_formula,
    criteria_in_period,
    criterion_is_dated,
    sum_formula,
)
from xl_salesflow.metrics.metric_declaration import (
    ColumnMetric,
    ColumnText,
    MetricArray,
    MetricColumn,
    MetricFormula,
)
from xl_salesflow.metrics.month_metrics import MonthRows

AGE_LIMITS = ((-np.inf, -1.0), (0.0, 30.0), (31.0, 60.0), (61.0, 90.0), (91.0, np.inf))
"""First and last day of each age, counted from the day an instalment was due; below 0 it is not due yet."""

AGE_LABELS: tuple[Text, ...] = (
    Text("Not due yet"),
    Text("0–30 days"),
    Text("31–60 days"),
    Text("61–90 days"),
    Text("over 90 days"),
    Text("No day"),
    Text("All", context="Receivables"),
)
RECEIVABLE_ROWS = len(AGE_LABELS)
_UNDATED_ROW, _ALL_ROW = RECEIVABLE_ROWS - 2, RECEIVABLE_ROWS - 1  # as indices
CASH_MONTH_ROWS = 12
_MONTHS_BEFORE = 5


@dataclass(frozen=True)
class PaymentSums:
    """The instalments of a pipeline as arrays, in the order of the sheet."""

    cube: Cube

    def days(self, column: str) -> MetricArray:
        """Return a date column as days since 1970."""
        return column_days(self.cube.pipeline["Payments"][column])

    def numbers(self, column: str) -> MetricArray:
        """Return a number column."""
        return column_numbers(self.cube.pipeline["Payments"][column])

    def in_period(self, column: str) -> MetricMask:
        """Return which instalments have their date *column* in the period, up to the as-of date."""
        first, last = self.cube.period
        days = self.days(column)
        return np.asarray((days >= first) & (days <= min(last, self.cube.as_of)))

    @cached_property
    def open(self) -> MetricMask:
        """Return which instalments are not fully paid."""
        return np.asarray(self.numbers("open_amount") > 0)

    @cached_property
    def age(self) -> MetricArray:
        """Return the days since each instalment was due; negative before that, NaN without a day."""
        return self.cube.as_of - self.days("due_on")

    @cached_property
    def bands(self) -> GroupNumbers:
        """Return the row of Receivables of every instalment."""
        rows = np.full(len(self.age), _UNDATED_ROW)
        for row, (low, high) in enumerate(AGE_LIMITS):
            rows[(self.age >= low) & (self.age <= high)] = row
        return rows

    def total(self, column: str, mask: MetricMask) -> MetricArray:
        """Return the sum of a column over the instalments in *mask*, as an array of one."""
        return sum_by_group(self.numbers(column), mask, np.zeros(len(mask), dtype=np.int64), 1)

    def known_today(self, numbers: MetricArray) -> MetricArray:
        """Return *numbers*, or unknown for a past date."""
        return numbers if self.cube.today else np.full(len(numbers), np.nan)


def collections_due(sums: PaymentSums) -> MetricArray:
    """Sum what was due in the period."""
    return sums.total("due_amount", sums.in_period("due_on"))


def collections_paid(sums: PaymentSums) -> MetricArray:
    """Sum what came in during the period."""
    return sums.total("paid", sums.in_period("paid_on"))


def _collections_rate(sums: PaymentSums) -> MetricArray:
    return divide_or_unknown(collections_paid(sums), collections_due(sums))


def collections_open(sums: PaymentSums) -> MetricArray:
    """Sum what is still to pay."""
    return sums.known_today(sums.total("open_amount", sums.open))


def collections_overdue(sums: PaymentSums) -> MetricArray:
    """Sum what is still to pay and was due before the as-of date."""
    return sums.known_today(sums.total("open_amount", sums.open & (sums.age > 0)))


def _is_timed(sums: PaymentSums) -> MetricMask:
    paid = (sums.numbers("open_amount") == 0) & sums.in_period("paid_on")
    return np.asarray(paid & ~np.isnan(sums.days("invoiced")))


def _count_paid(sums: PaymentSums) -> MetricArray:
    return np.array([np.count_nonzero(_is_timed(sums))], dtype=np.float64)


def collections_days_to_pay(sums: PaymentSums) -> MetricArray:
    """Average the days from the invoice to the last payment of what was fully paid in the period."""
    days = (sums.days("paid_on") - sums.days("invoiced"))[_is_timed(sums)]
    return np.array([days.mean() if len(days) else np.nan])


_PAYMENTS = "Payments"
_NOT_PAID = Criterion("open_amount", ">", "0")


def _in_period(column: str) -> Criteria:
    return (*criteria_in_period(column), Criterion(column, "<=", "AsOf"))


def _sum(column: str, *criteria: Criterion) -> str:
    return f"ROUND({sum_formula(column)(_PAYMENTS, criteria)},2)"


def _today_only(formula: str) -> MetricFormula:
    return MetricFormula(f'IF(IsToday=1,{formula},"")')


_RATE_FORMULA = MetricFormula('IF({due_value}=0,"",{collected}/{due_value})')
_TIMED: Criteria = (Criterion("open_amount", "=", "0"), *_in_period("paid_on"), criterion_is_dated("invoiced"))
_DAYS_TO_PAY_FORMULA = (
    f"({sum_formula('paid_on')(_PAYMENTS, _TIMED)}-{sum_formula('invoiced')(_PAYMENTS, _TIMED)})/{{paid_count}}"
)

COLLECTION_COLUMNS: tuple[ColumnMetric[PaymentSums], ...] = (
    ColumnMetric("due_value", MetricFormula(_sum("due_amount", *_in_period("due_on"))), collections_due),
    ColumnMetric("collected", MetricFormula(_sum("paid", *_in_period("paid_on"))), collections_paid),
    ColumnMetric("collected_rate", _RATE_FORMULA, _collections_rate),
    ColumnMetric("open_value", _today_only(_sum("open_amount", _NOT_PAID)), collections_open),
    ColumnMetric(
        "overdue_value",
        _today_only(_sum("open_amount", _NOT_PAID, Criterion("due_on", "<", "AsOf"))),
        collections_overdue,
    ),
    ColumnMetric(
        "days_to_pay", MetricFormula(f'IF({{paid_count}}=0,"",{_DAYS_TO_PAY_FORMULA})'), collections_days_to_pay
    ),
    ColumnMetric("paid_count", MetricFormula(count_formula(_PAYMENTS, _TIMED)), _count_paid),
)


def receivable_count(sums: PaymentSums) -> MetricArray:
    """Count the instalments that are not fully paid, by age."""
    counts = count_by_group(sums.open, sums.bands, _ALL_ROW)
    return sums.known_today(np.append(counts, counts.sum()))


def receivable_value(sums: PaymentSums) -> MetricArray:
    """Sum what is still to pay, by age."""
    values = sum_by_group(sums.numbers("open_amount"), sums.open, sums.bands, _ALL_ROW)
    return sums.known_today(np.append(values, sums.total("open_amount", sums.open)))


def _receivable_share(sums: PaymentSums) -> MetricArray:
    values = receivable_value(sums)
    return divide_or_unknown(values, np.full(RECEIVABLE_ROWS, values[_ALL_ROW]))


_FAR = "1000000"  # days, more than any age
_YOUNGEST = ",".join(f"-{_FAR}" if np.isinf(low) else f"{low:.0f}" for low, _ in AGE_LIMITS)
_OLDEST = ",".join(_FAR if np.isinf(high) else f"{high:.0f}" for _, high in AGE_LIMITS)
_OF_AGE: Criteria = (
    _NOT_PAID,
    Criterion("due_on", "<=", f"(AsOf-CHOOSE({{position}},{_YOUNGEST}))"),
    Criterion("due_on", ">=", f"(AsOf-CHOOSE({{position}},{_OLDEST}))"),
)


def _by_age(of: Callable[[Criteria], str]) -> MetricFormula:
    everything, dated = of((_NOT_PAID,)), of((_NOT_PAID, criterion_is_dated("due_on")))
    ages = f"IF({{position}}<{RECEIVABLE_ROWS - 1},{of(_OF_AGE)},ROUND({everything}-{dated},2))"
    return _today_only(f"IF({{position}}={RECEIVABLE_ROWS},{everything},{ages})")


RECEIVABLE_NAMING: tuple[MetricColumn[PaymentSums], ...] = (
    ColumnText(
        "age",
        MetricFormula(
            f"CHOOSE({{position}},{','.join(f'{{age_{n}}}' for n in range(RECEIVABLE_ROWS))})",
            words={f"age_{n}": label for n, label in enumerate(AGE_LABELS)},
        ),
        lambda sums: [label.in_(sums.cube.pipeline.language) for label in AGE_LABELS],
    ),
)
"""The column that identifies the age of a row."""

RECEIVABLE_COLUMNS: tuple[ColumnMetric[PaymentSums], ...] = (
    ColumnMetric("payment_count", _by_age(lambda criteria: count_formula(_PAYMENTS, criteria)), receivable_count),
    ColumnMetric(
        "open_value",
        _by_age(lambda criteria: f"ROUND({sum_formula('open_amount')(_PAYMENTS, criteria)},2)"),
        receivable_value,
    ),
    ColumnMetric(
        "share",
        MetricFormula(
            f'IF({{open_value}}="","",IF({_sum("open_amount", _NOT_PAID)}=0,"",{{open_value}}/{_sum("open_amount", _NOT_PAID)}))'
        ),
        _receivable_share,
    ),
)


class CashMonths(MonthRows):
    """The rows of CashMonths: five months before that of the as-of date, this one, and six that follow."""

    first = -_MONTHS_BEFORE
    length = CASH_MONTH_ROWS

    @cached_property
    def sums(self) -> PaymentSums:
        """Return the instalments."""
        return PaymentSums(self.cube)

    def add_up(self, column: str, dates: str, until: float = np.inf) -> MetricArray:
        """Sum a column of the instalments by the month of a date column, of those up to the day *until*."""
        days = self.sums.days(dates)
        rows = self.month_of(np.where(days <= until, days, np.nan))
        return sum_by_group(self.sums.numbers(column), rows >= 0, rows, CASH_MONTH_ROWS)


def month_due(months: CashMonths) -> MetricArray:
    """Sum what is due in each month."""
    return months.add_up("due_amount", "due_on")


def month_collected(months: CashMonths) -> MetricArray:
    """Sum what came in during each month, up to the as-of date."""
    return months.add_up("paid", "paid_on", months.cube.as_of)


def _month_rate(months: CashMonths) -> MetricArray:
    return divide_or_unknown(month_collected(months), month_due(months))


def month_expected(months: CashMonths) -> MetricArray:
    """Sum what is still to pay by the month in which it is due; what is overdue is expected in the month of the date."""
    sums, days = months.sums, months.sums.days("due_on")
    # what is overdue stands in the first month of those that are expected
    rows = np.where(days < months.firsts[_MONTHS_BEFORE], _MONTHS_BEFORE, months.month_of(days))
    rows = np.where(sums.open, rows, -1)
    found = sum_by_group(sums.numbers("open_amount"), rows >= 0, rows, CASH_MONTH_ROWS)
    found[:_MONTHS_BEFORE] = np.nan
    return sums.known_today(found)


def _month_cumulative(months: CashMonths) -> MetricArray:
    expected = month_expected(months)
    return np.where(np.isnan(expected), np.nan, np.round(np.nancumsum(expected), 2))


_NEXT_MONTH = "DATE(YEAR(AsOf),MONTH(AsOf)+{position}-5,1)"


def _in_month(column: str) -> Criteria:
    return Criterion(column, ">=", "{month}"), Criterion(column, "<", _NEXT_MONTH)


_FIRST_EXPECTED = _MONTHS_BEFORE + 1
_EXPECTED = _sum(
    "open_amount",
    _NOT_PAID,
    Criterion("due_on", ">=", f"IF({{position}}={_FIRST_EXPECTED},1,{{month}})"),
    Criterion("due_on", "<", _NEXT_MONTH),
)
_EXPECTED_SO_FAR = _sum("open_amount", _NOT_PAID, criterion_is_dated("due_on"), Criterion("due_on", "<", _NEXT_MONTH))

CASH_MONTH_NAMING: tuple[MetricColumn[CashMonths], ...] = (
    ColumnMetric(
        "month", MetricFormula("DATE(YEAR(AsOf),MONTH(AsOf)+{position}-6,1)"), lambda months: months.firsts[:-1]
    ),
)
"""The column that identifies the month of a row by its first day."""

CASH_MONTH_COLUMNS: tuple[ColumnMetric[CashMonths], ...] = (
    ColumnMetric("due_value", MetricFormula(_sum("due_amount", *_in_month("due_on"))), month_due),
    ColumnMetric(
        "collected",
        MetricFormula(_sum("paid", *_in_month("paid_on"), Criterion("paid_on", "<=", "AsOf"))),
        month_collected,
    ),
    ColumnMetric("collected_rate", _RATE_FORMULA, _month_rate),
    ColumnMetric(
        "expected",
        MetricFormula(f'IF(IsToday*({{position}}>={_FIRST_EXPECTED})=0,"",{_EXPECTED})'),
        month_expected,
    ),
    ColumnMetric(
        "cumulative",
        MetricFormula(f'IF(IsToday*({{position}}>={_FIRST_EXPECTED})=0,"",{_EXPECTED_SO_FAR})'),
        _month_cumulative,
    ),
)
