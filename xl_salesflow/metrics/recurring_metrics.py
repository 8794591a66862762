"""What contracts come to: recurring value and retention on the as-of date, and the bridge month by month.

All contracts count, whatever the dropdowns and the period of the Funnel say; its as-of date applies. What changed is read
from the columns of Subscriptions, which divide the change of each customer and day among the contracts that caused it, so
that every month adds up to the cent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xl_salesflow.metrics.array_arithmetic import (
    MetricMask,
    column_days,
    column_numbers,
    divide_or_unknown,
    round_array_to_cents,
    sum_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube, days_since_1970
from xl_salesflow.metrics.formula_criteria import Criteria, Criterion, sum_formula
from xl_salesflow.metrics.metric_declaration import ColumnMetric, MetricArray, MetricColumn, MetricFormula
from xl_salesflow.metrics.month_metrics import MonthRows
from xl_salesflow.process.subscription_columns import find_day_a_year_before

RECURRING_MONTH_ROWS = 12


@dataclass(frozen=True)
class ContractSums:
    """The contracts of a pipeline as arrays, in the order of the sheet."""

    cube: Cube

    def days(self, column: str) -> MetricArray:
        """Return a date column as days since 1970."""
        return column_days(self.cube.pipeline["Subscriptions"][column])

    def numbers(self, column: str) -> MetricArray:
        """Return a number column."""
        return column_numbers(self.cube.pipeline["Subscriptions"][column])

    @cached_property
    def year_before(self) -> float:
        """Return the day a year before the as-of date."""
        return days_since_1970(find_day_a_year_before(self.cube.pipeline.as_of))

    def count_on(self, day: float) -> MetricMask:
        """Return which contracts count on *day*."""
        last = self.days("last")
        return np.asarray((self.days("start") <= day) & (np.isnan(last) | (last >= day)))

    def total(self, column: str, mask: MetricMask) -> MetricArray:
        """Return the sum of a column over the contracts in *mask*, as an array of one."""
        return sum_by_group(self.numbers(column), mask, np.zeros(len(mask), dtype=np.int64), 1)


def recurring_monthly_value(sums: ContractSums) -> MetricArray:
    """Sum what the contracts come to per month."""
    return sums.total("monthly", sums.count_on(sums.cube.as_of))


def recurring_yearly_value(sums: ContractSums) -> MetricArray:
    """Sum what the contracts come to per year."""
    return sums.total("yearly", sums.count_on(sums.cube.as_of))


def recurring_customer_count(sums: ContractSums) -> MetricArray:
    """Count the customers with a contract that counts."""
    return np.array([np.round(np.nansum(sums.numbers("customer_part")))])


def _value_per_customer(sums: ContractSums) -> MetricArray:
    return round_array_to_cents(divide_or_unknown(recurring_monthly_value(sums), recurring_customer_count(sums)))


def _year_ago_value(sums: ContractSums) -> MetricArray:
    return sums.total("monthly", sums.count_on(sums.year_before))


def recurring_gross_retention(sums: ContractSums) -> MetricArray:
    """Divide what is kept of the value a year before by that value."""
    return divide_or_unknown(sums.total("kept", np.ones(len(sums.numbers("kept")), bool)), _year_ago_value(sums))


def recurring_net_retention(sums: ContractSums) -> MetricArray:
    """Divide what the customers of a year before come to now by what they came to then."""
    same = sums.count_on(sums.cube.as_of) & (sums.numbers("year_ago") > 0)
    return divide_or_unknown(sums.total("monthly", same), _year_ago_value(sums))


def recurring_ending_value(sums: ContractSums) -> MetricArray:
    """Sum what the contracts come to that end soon, and that nobody ended or continued."""
    as_of, last = sums.cube.as_of, sums.days("last")
    soon = (last >= as_of) & (last <= as_of + sums.cube.pipeline.settings.number("renewal_days"))
    undecided = np.isnan(sums.days("continued")) & np.isnan(sums.days("ended"))
    return sums.total("monthly", soon & undecided & (sums.days("start") <= as_of))


_CONTRACTS = "Subscriptions"


def _sum_contracts(column: str, *criteria: Criterion) -> str:
    return sum_formula(column)(_CONTRACTS, criteria)


def _round(formula: str) -> str:
    return f"ROUND({formula},2)"


def _value_on(day: str, column: str = "monthly", *criteria: Criterion) -> str:
    begun = _sum_contracts(column, *criteria, Criterion("start", "<=", day))
    return _round(f"{begun}-{_sum_contracts(column, *criteria, Criterion('last', '<', day))}")


_A_YEAR_AGO = "EDATE(AsOf,-12)"
_NET_VALUE = _value_on("AsOf", "monthly", Criterion("year_ago", ">", "0"))
_UNDECIDED: Criteria = (Criterion("continued", "=", ""), Criterion("ended", "=", ""), Criterion("start", "<=", "AsOf"))
_SOON: Criteria = (Criterion("last", ">=", "AsOf"), Criterion("last", "<=", "(AsOf+RenewalDays)"))


def _divide(part: str, whole: str) -> MetricFormula:
    return MetricFormula(f'IF({{{whole}}}=0,"",{part}/{{{whole}}})')


RECURRING_COLUMNS: tuple[ColumnMetric[ContractSums], ...] = (
    ColumnMetric("monthly_value", MetricFormula(_value_on("AsOf")), recurring_monthly_value),
    ColumnMetric("yearly_value", MetricFormula(_value_on("AsOf", "yearly")), recurring_yearly_value),
    ColumnMetric(
        "customer_count", MetricFormula("ROUND(SUM({Subscriptions.customer_part}),0)"), recurring_customer_count
    ),
    ColumnMetric(
        "customer_value",
        MetricFormula('IF({customer_count}=0,"",ROUND({monthly_value}/{customer_count},2))'),
        _value_per_customer,
    ),
    ColumnMetric("year_ago_value", MetricFormula(_value_on(_A_YEAR_AGO)), _year_ago_value),
    ColumnMetric(
        "gross_retention", _divide(_round("SUM({Subscriptions.kept})"), "year_ago_value"), recurring_gross_retention
    ),
    ColumnMetric("net_retention", _divide(_NET_VALUE, "year_ago_value"), recurring_net_retention),
    ColumnMetric(
        "ending_value", MetricFormula(_round(_sum_contracts("monthly", *_UNDECIDED, *_SOON))), recurring_ending_value
    ),
)


class RecurringMonths(MonthRows):
    """The rows of RecurringMonths: eleven months before that of the as-of date, and this one up to that day."""

    first = 1 - RECURRING_MONTH_ROWS
    length = RECURRING_MONTH_ROWS

    @cached_property
    def sums(self) -> ContractSums:
        """Return the contracts."""
        return ContractSums(self.cube)

    def values_on(self, days: MetricArray) -> MetricArray:
        """Return what all contracts come to on each of *days*."""
        return np.array([self.sums.total("monthly", self.sums.count_on(day))[0] for day in days])

    def add_up(self, column: str, days: MetricArray, mask: MetricMask) -> MetricArray:
        """Sum a column of the contracts in *mask* by the month of *days*, up to the as-of date."""
        rows = self.month_of(np.where(days <= self.cube.as_of, days, np.nan))
        return sum_by_group(self.sums.numbers(column), mask & (rows >= 0), rows, RECURRING_MONTH_ROWS)

    def begin(self, mask: MetricMask) -> MetricArray:
        """Sum the changes of the contracts in *mask* by the month in which they began."""
        return self.add_up("start_change", self.sums.days("start"), mask)

    def end(self, mask: MetricMask) -> MetricArray:
        """Sum the changes of the contracts in *mask* by the month of the day after their last one."""
        return self.add_up("end_change", self.sums.days("last") + 1, mask)


def recurring_opening(months: RecurringMonths) -> MetricArray:
    """Sum what the contracts came to on the day before each month."""
    return months.values_on(months.firsts[:-1] - 1)


def recurring_closing(months: RecurringMonths) -> MetricArray:
    """Sum what the contracts come to on the last day of each month, or on the as-of date."""
    return months.values_on(np.minimum(months.firsts[1:] - 1, months.cube.as_of))


def recurring_new_value(months: RecurringMonths) -> MetricArray:
    """Sum what customers brought who had no contract the day before."""
    return months.begin(months.sums.numbers("before") == 0)


def recurring_expansion(months: RecurringMonths) -> MetricArray:
    """Sum what existing customers pay more."""
    sums = months.sums
    return months.begin((sums.numbers("before") > 0) & (sums.numbers("start_change") > 0))


def recurring_contraction(months: RecurringMonths) -> MetricArray:
    """Sum what customers who stay pay less."""
    sums = months.sums
    renewed = months.begin((sums.numbers("before") > 0) & (sums.numbers("start_change") < 0))
    return round_array_to_cents(0.0 - renewed - months.end(sums.numbers("after") > 0))


def recurring_churn(months: RecurringMonths) -> MetricArray:
    """Sum what customers paid who have no contract the day after."""
    return 0.0 - months.end(months.sums.numbers("after") == 0)


def _month_gross_retention(months: RecurringMonths) -> MetricArray:
    opening = recurring_opening(months)
    return divide_or_unknown(opening - recurring_contraction(months) - recurring_churn(months), opening)


def _month_net_retention(months: RecurringMonths) -> MetricArray:
    opening = recurring_opening(months)
    lost = recurring_contraction(months) + recurring_churn(months)
    return divide_or_unknown(opening + recurring_expansion(months) - lost, opening)


_LAST_OF_MONTH = "MIN(DATE(YEAR(AsOf),MONTH(AsOf)+{position}-11,1)-1,AsOf)"
_BEGUN: Criteria = (Criterion("start", ">=", "{month}"), Criterion("start", "<=", _LAST_OF_MONTH))
_OVER: Criteria = (Criterion("last", ">=", "({month}-1)"), Criterion("last", "<", _LAST_OF_MONTH))
_WAS_CUSTOMER, _WAS_NONE = Criterion("before", ">", "0"), Criterion("before", "=", "0")
_LESS, _MORE = Criterion("start_change", "<", "0"), Criterion("start_change", ">", "0")
_LEFT, _STAYED = Criterion("after", "=", "0"), Criterion("after", ">", "0")
_CONTRACTION = (
    f"0-{_sum_contracts('start_change', _WAS_CUSTOMER, _LESS, *_BEGUN)}-{_sum_contracts('end_change', _STAYED, *_OVER)}"
)

RECURRING_MONTH_NAMING: tuple[MetricColumn[RecurringMonths], ...] = (
    ColumnMetric(
        "month", MetricFormula("DATE(YEAR(AsOf),MONTH(AsOf)+{position}-12,1)"), lambda months: months.firsts[:-1]
    ),
)
"""The column that identifies the month of a row by its first day."""


def _money(
    column: str, formula: str, compute: Callable[[RecurringMonths], MetricArray]
) -> ColumnMetric[RecurringMonths]:
    return ColumnMetric(column, MetricFormula(formula), compute)


RECURRING_MONTH_COLUMNS: tuple[ColumnMetric[RecurringMonths], ...] = (
    _money("opening", _value_on("({month}-1)"), recurring_opening),
    _money("new_value", _round(_sum_contracts("start_change", _WAS_NONE, *_BEGUN)), recurring_new_value),
    _money("expansion", _round(_sum_contracts("start_change", _WAS_CUSTOMER, _MORE, *_BEGUN)), recurring_expansion),
    _money("contraction", _round(_CONTRACTION), recurring_contraction),
    _money("churn", _round(f"0-{_sum_contracts('end_change', _LEFT, *_OVER)}"), recurring_churn),
    _money("closing", _value_on(_LAST_OF_MONTH), recurring_closing),
    ColumnMetric("gross_retention", _divide("({opening}-{contraction}-{churn})", "opening"), _month_gross_retention),
    ColumnMetric(
        "net_retention", _divide("({opening}+{expansion}-{contraction}-{churn})", "opening"), _month_net_retention
    ),
)
