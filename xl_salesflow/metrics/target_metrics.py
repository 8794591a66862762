"""Targets: the value to win, the part that is won, and what is still expected."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.metrics.array_arithmetic import (
    MetricMask,
    column_days,
    column_numbers,
    count_by_group,
    divide_or_unknown,
    round_array_to_cents,
    sum_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube, days_since_1970, stored_filter_value
from xl_salesflow.metrics.formula_criteria import (
    HAS_AMOUNT,
    OUTCOME_OPEN,
    OUTCOME_WON,
    Criteria,
    Criterion,
    array_condition,
    count_formula,
    criteria_between,
    criterion_is_number,
    deals_formula,
    formula_today_only,
    known_sum_formula,
    sum_formula,
)
from xl_salesflow.metrics.metric_declaration import Metric, MetricArray, MetricFormula, Unit
from xl_salesflow.metrics.outcome_metrics import (
    closed_count,
    closed_win_rate,
    cycle_days_won_mean,
    mean_won_value,
    open_deal_count,
    win_rate_by_value,
    won_deal_count,
)
from xl_salesflow.schema.table_frames import fold_keys

TARGET_FIRST_DAY = "IF(HasPeriod=1,PeriodFrom,DATE(YEAR(AsOf),1,1))"
TARGET_LAST_DAY = "IF(HasPeriod=1,PeriodTo,DATE(YEAR(AsOf),12,31))"
TARGET_SLICES = {"owner": "ViewOwner", "product": "ViewProduct", "sales_channel": "ViewChannel"}
"""Columns for which a target may be set, and the dropdown of each."""

TargetWindow = tuple[float, float]


def target_period(cube: Cube) -> TargetWindow:
    """Return the period, or the calendar year of the as-of date if there is none."""
    if cube.query.has_period:
        return cube.period
    year = cube.pipeline.as_of.year
    return days_since_1970(f"{year}-01-01"), days_since_1970(f"{year}-12-31")


def target_value_within(cube: Cube, share: Callable[[MetricArray, MetricArray], MetricArray]) -> MetricArray:
    """Sum the *share* of each target (by its first and last day), for exactly the slice selected by the query.

    Without filters and without a target of the whole team, the targets of its owners are summed. It is unknown if there is
    no target, and in a slice for which none can be set (source, region, playbook).
    """
    filtered = {column for column, value in cube.query.filters.items() if value}
    if filtered - set(TARGET_SLICES) or cube.column not in ("", *TARGET_SLICES):
        return cube.unknown()
    rows = cube.pipeline["Targets"]
    shares = np.nan_to_num(share(column_days(rows["from"]), column_days(rows["to"])))
    in_period = (shares > 0) & ~np.isnan(column_numbers(rows["target"]))
    exact = in_period & _match_target_slice(
        cube, {column: cube.query.filters.get(column, "") for column in TARGET_SLICES}
    )
    group = cube.group_of(rows)
    if not filtered and not cube.column and not exact.any():
        owners = (rows["owner"] != "").to_numpy() & (rows["product"] == "").to_numpy()
        exact = in_period & owners & (rows["sales_channel"] == "").to_numpy()
    chosen = exact & (group >= 0)
    total = sum_by_group(column_numbers(rows["target"]) * shares, chosen, group, cube.size)
    return np.where(count_by_group(chosen, group, cube.size) > 0, total, np.nan)


def _match_target_slice(cube: Cube, slice_filters: dict[str, str]) -> MetricMask:
    rows = cube.pipeline["Targets"]
    mask = np.ones(len(rows), dtype=bool)
    for column, value in slice_filters.items():
        if column != cube.column:
            mask &= (fold_keys(rows[column]) == fold_text(stored_filter_value(column, value))).to_numpy(dtype=bool)
    return mask


def list_target_strategies(cube: Cube) -> tuple[str, ...]:
    """Return how the targets of exactly this slice are to be reached, of those that touch the target period."""
    rows, (first, last) = cube.pipeline["Targets"], target_period(cube)
    touching = (column_days(rows["from"]) <= last) & (column_days(rows["to"]) >= first)
    mine = _match_target_slice(cube, {column: cube.query.filters.get(column, "") for column in TARGET_SLICES})
    return tuple(dict.fromkeys(text for text in rows["strategy"][touching & mine].str.strip() if text))


def target_value(cube: Cube) -> MetricArray:
    """Sum the targets that are inside the target period; unknown if there are none."""
    first, last = target_period(cube)
    return target_value_within(cube, lambda start, end: np.where((start >= first) & (end <= last), 1.0, 0.0))


def target_value_of_days(cube: Cube, first: float, last: float) -> MetricArray:
    """Sum the share of each target that falls on the days from *first* to *last*; unknown without a target."""

    def share(start: MetricArray, end: MetricArray) -> MetricArray:
        days = np.minimum(end, last) - np.maximum(start, first) + 1
        return np.where(days > 0, days / (end - start + 1), 0.0)

    return target_value_within(cube, share)


def won_to_date(cube: Cube) -> MetricArray:
    """Sum what was won in the target period, by closing date; unknown if there are deals and none has an amount."""
    return cube.known_total(cube.amount, won_in_target_period(cube))


def unvalued_won_to_date_count(cube: Cube) -> MetricArray:
    """Count what was won in the target period without an amount."""
    return cube.count(won_in_target_period(cube) & np.isnan(cube.amount))


def won_to_date_count(cube: Cube) -> MetricArray:
    """Count what was won in the target period, by closing date."""
    return cube.count(won_in_target_period(cube))


def won_in_target_period(cube: Cube) -> MetricMask:
    """Return which deals were won in the target period, by closing date."""
    first, last = target_period(cube)
    return np.asarray(cube.has_value("outcome", "won") & (cube.closed >= first) & (cube.closed <= last))


def target_attainment(cube: Cube) -> MetricArray:
    """Divide the won value by the target."""
    return divide_or_unknown(won_to_date(cube), target_value(cube))


def target_gap(cube: Cube) -> MetricArray:
    """Subtract the won value from the target; negative once the target is passed, unknown without one."""
    target = target_value(cube)
    return np.where(target == 0, np.nan, round_array_to_cents(target - won_to_date(cube)))


def expected_value(cube: Cube) -> MetricArray:
    """Sum the open deals expected to close in the target period; unknown for a past date, and if none has an amount."""
    if not cube.today:
        return cube.unknown()
    return cube.known_total(cube.amount, expected_in_period(cube))


def expected_count(cube: Cube) -> MetricArray:
    """Count the open deals expected to close in the target period; unknown for a past date."""
    return cube.count(expected_in_period(cube)) if cube.today else cube.unknown()


def unvalued_expected_count(cube: Cube) -> MetricArray:
    """Count the open deals expected to close in the target period without an amount; unknown for a past date."""
    return cube.count(expected_in_period(cube) & np.isnan(cube.amount)) if cube.today else cube.unknown()


def expected_in_period(cube: Cube) -> MetricMask:
    """Return which open deals are expected to close in the target period."""
    first, last = target_period(cube)
    close = cube.dates("expected_close")
    return np.asarray(cube.open & (close >= first) & (close <= last))


def target_coverage(cube: Cube) -> MetricArray:
    """Divide the expected value by what is still to be won; unknown once the target is reached."""
    gap = target_gap(cube)
    return divide_or_unknown(expected_value(cube), np.where(gap > 0, gap, np.nan))


def required_coverage(cube: Cube) -> MetricArray:
    """Divide one by the win rate by value."""
    return divide_or_unknown(np.ones(cube.size), win_rate_by_value(cube))


def sales_velocity(cube: Cube) -> MetricArray:
    """Multiply open deals, mean won value and win rate, and divide by the mean won cycle, to the cent per day."""
    expected = open_deal_count(cube) * mean_won_value(cube) * closed_win_rate(cube)
    return round_array_to_cents(divide_or_unknown(expected, cycle_days_won_mean(cube)))


TARGET_IN_PERIOD = (Criterion("from", ">=", TARGET_FIRST_DAY), Criterion("to", "<=", TARGET_LAST_DAY))
_TARGET_HAS_OWNER = Criterion("owner", "<>", "")


def target_formula(*inside: Criterion) -> str:
    """Return the sum of the matching targets, selected like `target_value_within`."""
    valued = (*inside, criterion_is_number("target"))
    return _choose_target_formula(
        lambda criteria: count_formula("Targets", (*valued, *criteria)),
        lambda criteria: sum_formula("target")("Targets", (*valued, *criteria)),
    )


def target_share_formula(first: str, last: str) -> str:
    """Return the sum of the shares of the matching targets that fall on the days from *first* to *last*."""
    # SUMPRODUCT does not take MIN and MAX row by row
    end = f"({{Targets.to}}+{last}-ABS({{Targets.to}}-{last}))/2"
    start = f"({{Targets.from}}+{first}+ABS({{Targets.from}}-{first}))/2"
    days = f"({end}-{start}+1)"
    inside = f"({days}>0)*ISNUMBER({{Targets.target}})"

    def count(criteria: Criteria) -> str:
        return f"SUMPRODUCT({inside}*{array_condition('Targets', criteria)})"

    def total(criteria: Criteria) -> str:
        share = f"{inside}*{array_condition('Targets', criteria)}*{days}/({{Targets.to}}-{{Targets.from}}+1)"
        return f"SUMPRODUCT({share},{{Targets.target}})"

    return _choose_target_formula(count, total)


def _choose_target_formula(count: Callable[[Criteria], str], total: Callable[[Criteria], str]) -> str:
    chosen = tuple(Criterion(column, "=", f'IF(Any{name[4:]}=1,"",{name})') for column, name in TARGET_SLICES.items())
    none = tuple(Criterion(column, "=", '""') for column in TARGET_SLICES if column != "owner")
    owners = (_TARGET_HAS_OWNER, *none)
    fallback = f'IF(ViewAll*{count(owners)}>0,ROUND({total(owners)},2),"")'
    found = f"IF({count(chosen)}>0,ROUND({total(chosen)},2),{fallback})"
    return f'IF(AnySource*AnyRegion*AnyPlaybook=0,"",{found})'


WON_IN_TARGET_PERIOD = (OUTCOME_WON, *criteria_between("closed", TARGET_FIRST_DAY, TARGET_LAST_DAY))
EXPECTED_IN_TARGET_PERIOD = (OUTCOME_OPEN, *criteria_between("expected_close", TARGET_FIRST_DAY, TARGET_LAST_DAY))
_NO_SAMPLE_FORMULA = MetricFormula('""')
_EXPECTED_COUNT_FORMULA = MetricFormula(formula_today_only(count_formula, "open", *EXPECTED_IN_TARGET_PERIOD))
_WON_COUNT_FORMULA = MetricFormula(deals_formula(count_formula, "always", *WON_IN_TARGET_PERIOD))
_VALUED_EXPECTED_COUNT = formula_today_only(count_formula, "open", *EXPECTED_IN_TARGET_PERIOD, HAS_AMOUNT)
UNVALUED_WON_TO_DATE_FORMULA = (
    f"({_WON_COUNT_FORMULA.text}-{deals_formula(count_formula, 'always', *WON_IN_TARGET_PERIOD, HAS_AMOUNT)})"
)
UNVALUED_EXPECTED_FORMULA = f'IF(IsToday=0,"",{_EXPECTED_COUNT_FORMULA.text}-{_VALUED_EXPECTED_COUNT})'
_EXPECTED_VALUE_FORMULA = known_sum_formula(
    "{sample}",
    _VALUED_EXPECTED_COUNT,
    formula_today_only(sum_formula("amount"), "open", *EXPECTED_IN_TARGET_PERIOD),
)


def won_value_formula(count: str, *criteria: Criterion) -> str:
    """Return the formula of what the deals of *criteria* won in the target period; *count* is how many they are."""
    valued, total = (
        deals_formula(aggregate, "always", *WON_IN_TARGET_PERIOD, *criteria, *also)
        for aggregate, also in ((count_formula, (HAS_AMOUNT,)), (sum_formula("amount"), ()))
    )
    return known_sum_formula(count, valued, total)


_VELOCITY_UNKNOWN = 'OR(mean_won_value="",win_rate="",cycle_days_won_mean="")'

TARGET_METRICS: tuple[Metric[Cube], ...] = (
    Metric(
        "target",
        Text("Target"),
        Text(
            "Targets that lie inside the period (no period: the year of the as-of date) for exactly "
            "the owner, product and channel chosen; without filters, the team's targets, or else the "
            "sum of the owners'. Blank if there is none."
        ),
        Unit.MONEY, MetricFormula(target_formula(*TARGET_IN_PERIOD)), target_value, _NO_SAMPLE_FORMULA, Cube.unknown,
    ),
    Metric(
        "won_to_date",
        Text("Won towards the target"),
        Text(
            "Sum of the deals won in the period of the target, by their closing date in either reading; blank if there are "
            "some and none has an amount."
        ),
        Unit.MONEY, MetricFormula(won_value_formula("{sample}")), won_to_date,
        _WON_COUNT_FORMULA, won_to_date_count,
    ),
    Metric(
        "attainment",
        Text("Attainment"),
        Text("Won value ÷ target, both of the target's period."),
        Unit.RATIO, MetricFormula('IF(OR(target="",won_to_date=""),"",IF(target=0,"",won_to_date/target))'), target_attainment,
        _NO_SAMPLE_FORMULA, Cube.unknown,
    ),
    Metric(
        "target_gap",
        Text("Still to win"),
        Text("Target − won so far; negative once the target is passed."),
        Unit.MONEY, MetricFormula('IF(OR(target="",won_to_date=""),"",IF(target=0,"",ROUND(target-won_to_date,2)))'), target_gap,
        _NO_SAMPLE_FORMULA, Cube.unknown,
    ),
    Metric(
        "expected_value",
        Text("Expected in the period"),
        Text(
            "Sum of the open deals whose expected close lies in the period of the target; blank if there are some and none "
            "has an amount. Available only in today's snapshot."
        ),
        Unit.MONEY,
        MetricFormula(f'IF({{sample}}="","",{_EXPECTED_VALUE_FORMULA})'), expected_value,
        _EXPECTED_COUNT_FORMULA, expected_count,
    ),
    Metric(
        "coverage",
        Text("Coverage"),
        Text("Open value expected in the period ÷ (target − won so far); blank once the target is reached."),
        Unit.TIMES,
        MetricFormula('IF(OR(expected_value="",target_gap=""),"",IF(target_gap<=0,"",expected_value/target_gap))'),
        target_coverage, _EXPECTED_COUNT_FORMULA, expected_count,
    ),
    Metric(
        "required_coverage",
        Text("Coverage required"),
        Text("1 ÷ win rate by value: how much must be open to win one."),
        Unit.TIMES, MetricFormula('IF(win_rate_by_value="","",IF(win_rate_by_value=0,"",1/win_rate_by_value))'),
        required_coverage, MetricFormula("won_count+lost_count"), closed_count,
    ),
    Metric(
        "velocity",
        Text("Velocity"),
        Text("Open deals × mean won value × win rate ÷ mean won cycle: value the pipeline yields per day."),
        Unit.MONEY_PER_DAY,
        MetricFormula(
            f'IF({_VELOCITY_UNKNOWN},"",IF(cycle_days_won_mean=0,"",'
            "ROUND(open_count*mean_won_value*win_rate/cycle_days_won_mean,2)))"
        ),
        sales_velocity, MetricFormula("won_count"), won_deal_count,
    ),
)  # fmt: skip
