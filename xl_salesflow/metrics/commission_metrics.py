"""What each person of the sheet Team is credited with: own won deals, what a credit split moves, and the target.

All deals count, whatever the dropdowns of the Funnel say; the period of the target and the as-of date apply. While nothing is
divided and there is no plan, every row is blank and its formulas sum nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.array_arithmetic import (
    MetricMask,
    column_days,
    column_numbers,
    divide_or_unknown,
    round_array_to_cents,
    sum_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
    OUTCOME_WON,
    Criteria,
    Criterion,
    count_formula,
    criteria_between,
    sum_formula,
)
from xl_salesflow.metrics.metric_declaration import (
    ColumnMetric,
    ColumnText,
    MetricArray,
    MetricColumn,
    MetricFormula,
    cache_on_argument,
)
from xl_salesflow.metrics.target_metrics import TARGET_FIRST_DAY, TARGET_IN_PERIOD, TARGET_LAST_DAY, target_period
from xl_salesflow.schema.commission_tables import COMMISSION_PERSON_ROWS
from xl_salesflow.schema.table_frames import fold_keys


@dataclass(frozen=True)
class CreditedPeople:
    """One row for each of the first names of Team; every number is an array over the rows, unknown in a blank one."""

    cube: Cube

    @cached_property
    def names(self) -> Sequence[str]:
        """Return the name of each row; "" is a blank row."""
        pipeline = self.cube.pipeline
        used = (pipeline["CommissionPlans"]["plan"] != "").any() or (pipeline["Credits"]["person"] != "").any()
        listed = [str(name) for name in pipeline["Team"]["person"][:COMMISSION_PERSON_ROWS]] if used else []
        return [*listed, *[""] * (COMMISSION_PERSON_ROWS - len(listed))]

    def _rows_of(self, people: pd.Series) -> np.ndarray:
        # a name that is listed twice has its sum in both rows
        place = {fold_text(name): row for row, name in reversed(list(enumerate(self.names))) if name}
        return np.asarray(fold_keys(people).map(place).fillna(-1), dtype=np.int64)

    def add_up(self, table: str, column: str, people: str, mask: MetricMask) -> MetricArray:
        """Sum a money column of the rows of *table* in *mask* by the person in the column *people*."""
        frame = self.cube.pipeline[table]
        rows = self._rows_of(frame[people])
        sums = sum_by_group(column_numbers(frame[column]), mask & (rows >= 0), rows, COMMISSION_PERSON_ROWS)
        first = [[fold_text(name) for name in self.names].index(fold_text(name)) for name in self.names]
        return np.where([bool(name) for name in self.names], sums[first], np.nan)

    def won_in_period(self, table: str, column: str) -> MetricMask:
        """Return which rows of *table* have their date *column* in the period of the target, up to the as-of date."""
        first, last = target_period(self.cube)
        days = column_days(self.cube.pipeline[table][column])
        return np.asarray((days >= first) & (days <= min(last, self.cube.as_of)))

    @property
    def is_owner(self) -> MetricMask:
        """Return which rows of the split credit the deal's own owner."""
        credit_rows = self.cube.pipeline["Credits"]
        return np.asarray(fold_keys(credit_rows["person"]) == fold_keys(credit_rows["owner"]))


@cache_on_argument
def credit_owned_value(people: CreditedPeople) -> MetricArray:
    """Sum the amounts of the deals that each person owns and won."""
    won = (people.cube.pipeline["Deals"]["outcome"] == "won").to_numpy(bool)
    return people.add_up("Deals", "amount", "owner", won & people.won_in_period("Deals", "closed"))


@cache_on_argument
def credit_given_value(people: CreditedPeople) -> MetricArray:
    """Sum what the credit split takes from each owner."""
    closed = people.won_in_period("Credits", "won_on")
    kept = people.add_up("Credits", "credited", "owner", closed & people.is_owner)
    return round_array_to_cents(people.add_up("Credits", "taken", "owner", closed) - kept)


@cache_on_argument
def credit_received_value(people: CreditedPeople) -> MetricArray:
    """Sum each person's parts of deals of others."""
    return people.add_up("Credits", "credited", "person", people.won_in_period("Credits", "won_on") & ~people.is_owner)


@cache_on_argument
def credited_value(people: CreditedPeople) -> MetricArray:
    """Subtract what is given from the own deals, and add what is received."""
    return round_array_to_cents(credit_owned_value(people) - credit_given_value(people) + credit_received_value(people))


@cache_on_argument
def credit_target(people: CreditedPeople) -> MetricArray:
    """Sum the targets of exactly each person that lie within the period; unknown without one."""
    rows, (first, last) = people.cube.pipeline["Targets"], target_period(people.cube)
    inside = (column_days(rows["from"]) >= first) & (column_days(rows["to"]) <= last)
    whole = ((rows["product"] == "") & (rows["sales_channel"] == "")).to_numpy(bool)
    total = people.add_up("Targets", "target", "owner", np.asarray(inside & whole))
    return np.where(total == 0, np.nan, total)


def _credit_attainment(people: CreditedPeople) -> MetricArray:
    return divide_or_unknown(credited_value(people), credit_target(people))


def _won_in_target_period(column: str) -> Criteria:
    return (*criteria_between(column, TARGET_FIRST_DAY, TARGET_LAST_DAY), Criterion(column, "<=", "AsOf"))


_IS_USED = (
    f"{count_formula('CommissionPlans', (Criterion('plan', '<>', ''),))}"
    f"+{count_formula('Credits', (Criterion('person', '<>', ''),))}"
)
_LISTED_PERSON = "INDEX({Team.person},{position})"
_NAME_FORMULA = (
    f'IF({_IS_USED}=0,"",IF({{position}}>ROWS({{Team.person}}),"",IF({_LISTED_PERSON}="","",{_LISTED_PERSON})))'
)


def _named(column: str) -> Criterion:
    return Criterion(column, "=", "{name}")


def _sum_credits(column: str, *criteria: Criterion) -> str:
    return sum_formula(column)("Credits", (*criteria, *_won_in_target_period("won_on")))


def _if_named(formula: str) -> MetricFormula:
    return MetricFormula(f'IF({{name}}="","",{formula})')


_OWNED = sum_formula("amount")("Deals", (OUTCOME_WON, _named("owner"), *_won_in_target_period("closed")))
_GIVEN = f"{_sum_credits('taken', _named('owner'))}-{_sum_credits('credited', _named('owner'), _named('person'))}"
_RECEIVED = _sum_credits("credited", _named("person"), Criterion("owner", "<>", "{name}"))
_OWN_TARGETS: Criteria = (
    *TARGET_IN_PERIOD, _named("owner"), Criterion("product", "=", ""), Criterion("sales_channel", "=", ""),
)  # fmt: skip
_OWN_TARGET_SUM = f"ROUND({sum_formula('target')('Targets', _OWN_TARGETS)},2)"

CREDIT_NAMING: tuple[MetricColumn[CreditedPeople], ...] = (
    ColumnText("name", MetricFormula(_NAME_FORMULA), lambda people: list(people.names)),
)
"""The column that identifies the person of a row."""


def _money_of_person(
    column: str, formula: str, compute: Callable[[CreditedPeople], MetricArray]
) -> ColumnMetric[CreditedPeople]:
    return ColumnMetric(column, _if_named(formula), compute)


COMMISSION_COLUMNS: tuple[ColumnMetric[CreditedPeople], ...] = (
    _money_of_person("owned_value", f"ROUND({_OWNED},2)", credit_owned_value),
    _money_of_person("given_value", f"ROUND({_GIVEN},2)", credit_given_value),
    _money_of_person("received_value", f"ROUND({_RECEIVED},2)", credit_received_value),
    _money_of_person("credited_value", "ROUND({owned_value}-{given_value}+{received_value},2)", credited_value),
    _money_of_person("target", f'IF({_OWN_TARGET_SUM}=0,"",{_OWN_TARGET_SUM})', credit_target),
    ColumnMetric("attainment", _if_named('IF({target}="","",{credited_value}/{target})'), _credit_attainment),
)
