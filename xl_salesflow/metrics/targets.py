"""Targets: what is wanted, what is won of it, what is still to come."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube, day
from xl_salesflow.metrics.declaration import Floats, Formula, Metric, Unit
from xl_salesflow.metrics.grouped import Mask, ratio, totals
from xl_salesflow.metrics.outcomes import (
    closed_count,
    mean_won_value,
    open_count,
    win_rate,
    win_rate_by_value,
    won_count,
)
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.metrics.rows import as_held, days, numbers
from xl_salesflow.metrics.timing import cycle_days_won_mean
from xl_salesflow.model.text import Text

FIRST = "IF(HasPeriod=1,PeriodFrom,DATE(YEAR(AsOf),1,1))"
LAST = "IF(HasPeriod=1,PeriodTo,DATE(YEAR(AsOf),12,31))"
SLICES = {"owner": "ViewOwner", "product": "ViewProduct", "sales_channel": "ViewChannel"}
"""Columns that a target may be set for, and the dropdown of each."""

Window = tuple[float, float]


def target_period(cube: Cube) -> Window:
    """Return the period, or without one the calendar year of the as-of date."""
    if cube.view.has_period:
        return cube.period
    year = cube.pipeline.as_of.year
    return day(f"{year}-01-01"), day(f"{year}-12-31")


def target_within(cube: Cube, inside: Callable[[Floats, Floats], Mask]) -> Floats:
    """Sum the targets whose first and last day are *inside*, for exactly the slice that is looked at.

    For everything at once and without a target of the whole team, the targets of its owners are summed. A slice that no
    target can be set for (source, region, playbook) is unknown.
    """
    asked = {column for column, value in cube.view.filters.items() if value}
    if asked - set(SLICES) or cube.column not in ("", *SLICES):
        return cube.nothing()
    rows = cube.pipeline["Targets"]
    fits = inside(days(rows["from"]), days(rows["to"]))
    exact = fits & _slice(cube, {column: cube.view.filters.get(column, "") for column in SLICES})
    group = cube.group_of(rows)
    if not asked and not cube.column and not exact.any():
        owners = (rows["owner"] != "").to_numpy() & (rows["product"] == "").to_numpy()
        exact = fits & owners & (rows["sales_channel"] == "").to_numpy()
    return totals(numbers(rows["target"]), exact & (group >= 0), group, cube.size)


def _slice(cube: Cube, wanted: dict[str, str]) -> Mask:
    rows = cube.pipeline["Targets"]
    mask = np.ones(len(rows), dtype=bool)
    for column, value in wanted.items():
        if column != cube.column:
            mask &= (rows[column].str.casefold() == as_held(column, value).casefold()).to_numpy(dtype=bool)
    return mask


def target(cube: Cube) -> Floats:
    """Sum the targets that lie inside the target period."""
    first, last = target_period(cube)
    return target_within(cube, lambda start, end: np.asarray((start >= first) & (end <= last)))


def won_to_date(cube: Cube) -> Floats:
    """Sum what was won in the target period, by the day of closing."""
    return cube.total(cube.amount, _won_to_date(cube))


def won_to_date_count(cube: Cube) -> Floats:
    """Count what was won in the target period, by the day of closing."""
    return cube.count(_won_to_date(cube))


def _won_to_date(cube: Cube) -> Mask:
    first, last = target_period(cube)
    return np.asarray(cube.is_("outcome", "won") & (cube.closed >= first) & (cube.closed <= last))


def attainment(cube: Cube) -> Floats:
    """Divide what was won by the target."""
    return ratio(won_to_date(cube), target(cube))


def target_gap(cube: Cube) -> Floats:
    """Take what was won from the target; negative once it is passed, unknown without a target."""
    wanted = target(cube)
    return np.where(wanted == 0, np.nan, to_cents(wanted - won_to_date(cube)))


def expected_value(cube: Cube) -> Floats:
    """Sum the open deals expected to close in the target period; only today knows."""
    if not cube.today:
        return cube.nothing()
    return cube.total(cube.amount, expected(cube))


def expected_count(cube: Cube) -> Floats:
    """Count the open deals expected to close in the target period; only today knows."""
    return cube.count(expected(cube)) if cube.today else cube.nothing()


def expected(cube: Cube) -> Mask:
    """Tell which open deals are expected to close in the target period."""
    first, last = target_period(cube)
    close = cube.dates("expected_close")
    return np.asarray(cube.open & (close >= first) & (close <= last))


def coverage(cube: Cube) -> Floats:
    """Divide what is expected by what is still to be won; unknown once nothing is."""
    gap = target_gap(cube)
    return ratio(expected_value(cube), np.where(gap > 0, gap, np.nan))


def required_coverage(cube: Cube) -> Floats:
    """Divide one by the win rate by value."""
    return ratio(np.ones(cube.size), win_rate_by_value(cube))


def velocity(cube: Cube) -> Floats:
    """Multiply open deals, mean won value and win rate, and divide by the mean won cycle, to the cent per day."""
    expected = open_count(cube) * mean_won_value(cube) * win_rate(cube)
    return to_cents(ratio(expected, cycle_days_won_mean(cube)))


IN_PERIOD = (c.Criterion("from", ">=", FIRST), c.Criterion("to", "<=", LAST))
_ANYBODY = c.Criterion("owner", "<>", "")


def target_formula(*inside: c.Criterion) -> str:
    """Return the sum of the targets that match, as target_within finds them."""
    chosen = tuple(c.Criterion(column, "=", f'IF(Any{name[4:]}=1,"",{name})') for column, name in SLICES.items())
    none = tuple(c.Criterion(column, "=", '""') for column in SLICES if column != "owner")
    exact, owners = (*inside, *chosen), (*inside, _ANYBODY, *none)
    total = c.total("target")
    fallback = f"IF(ViewAll=1,{total('Targets', owners)},0)"
    found = f"IF({c.count('Targets', exact)}>0,{total('Targets', exact)},{fallback})"
    unknown = "AnySource*AnyRegion*AnyPlaybook=0"
    return f'IF({unknown},"",ROUND({found},2))'


WON_IN_PERIOD = (c.WON, *c.between("closed", FIRST, LAST))
EXPECTED = (c.OPEN, *c.between("expected_close", FIRST, LAST))
_NO_SAMPLE = Formula('""')
_EXPECTED_COUNT = Formula(c.today_only(c.count, "open", *EXPECTED))
_VELOCITY = 'OR(mean_won_value="",win_rate="",cycle_days_won_mean="")'

TARGETS: tuple[Metric[Cube], ...] = (
    Metric(
        "target",
        Text("Target", "目标"),
        Text(
            "Targets that lie inside the period (no period: the year of the as-of date) for exactly the owner, product and "
            "channel chosen; for everything, the team's targets, else the owners' together.",
            "期间内（未设期间时为截至日期所在年）的目标，按所选负责人、产品与渠道精确匹配；全部时取团队目标，没有则合计各负责人目标。",
        ),
        Unit.MONEY, Formula(target_formula(*IN_PERIOD)), target, _NO_SAMPLE, Cube.nothing,
    ),
    Metric(
        "won_to_date",
        Text("Won towards the target", "目标已完成"),
        Text(
            "Sum of the deals won in the period of the target, by their closing date in either reading.",
            "目标期间内赢单的金额合计，两种口径均按关闭日期统计。",
        ),
        Unit.MONEY, Formula(f"ROUND({c.deals(c.total('amount'), 'always', *WON_IN_PERIOD)},2)"), won_to_date,
        Formula(c.deals(c.count, "always", *WON_IN_PERIOD)), won_to_date_count,
    ),
    Metric(
        "attainment",
        Text("Attainment", "目标达成率"),
        Text("Won value ÷ target, both of the target's period.", "目标期间内的赢单金额 ÷ 目标。"),
        Unit.RATIO, Formula('IF(target="","",IF(target=0,"",won_to_date/target))'), attainment,
        _NO_SAMPLE, Cube.nothing,
    ),
    Metric(
        "target_gap",
        Text("Still to win", "目标缺口"),
        Text("Target − won so far; negative once the target is passed.", "目标 − 已赢单金额；超额后为负。"),
        Unit.MONEY, Formula('IF(target="","",IF(target=0,"",ROUND(target-won_to_date,2)))'), target_gap,
        _NO_SAMPLE, Cube.nothing,
    ),
    Metric(
        "expected_value",
        Text("Expected in the period", "期内预计金额"),
        Text(
            "Sum of the open deals whose expected close lies in the period of the target. Only today's snapshot knows it.",
            "预计成交日在目标期间内的进行中商机金额；仅当前快照可知。",
        ),
        Unit.MONEY,
        Formula(f'IF({{sample}}="","",ROUND({c.today_only(c.total("amount"), "open", *EXPECTED)},2))'), expected_value,
        _EXPECTED_COUNT, expected_count,
    ),
    Metric(
        "coverage",
        Text("Coverage", "管道覆盖率"),
        Text(
            "Open value expected in the period ÷ (target − won so far); nothing once the target is reached.",
            "期内预计金额 ÷（目标 − 已赢单金额）；达成后不再显示。",
        ),
        Unit.TIMES,
        Formula('IF(OR(expected_value="",target_gap=""),"",IF(target_gap<=0,"",expected_value/target_gap))'), coverage,
        _EXPECTED_COUNT, expected_count,
    ),
    Metric(
        "required_coverage",
        Text("Coverage required", "所需覆盖率"),
        Text("1 ÷ win rate by value: how much must be open to win one.", "1 ÷ 金额赢单率：赢得一份金额所需的管道倍数。"),
        Unit.TIMES, Formula('IF(win_rate_by_value="","",IF(win_rate_by_value=0,"",1/win_rate_by_value))'),
        required_coverage, Formula("won_count+lost_count"), closed_count,
    ),
    Metric(
        "velocity",
        Text("Velocity", "销售速度"),
        Text(
            "Open deals × mean won value × win rate ÷ mean won cycle: value the pipeline yields per day.",
            "进行中商机数 × 平均赢单金额 × 赢单率 ÷ 赢单平均周期：每天产出的金额。",
        ),
        Unit.MONEY_PER_DAY,
        Formula(
            f'IF({_VELOCITY},"",IF(cycle_days_won_mean=0,"",'
            "ROUND(open_count*mean_won_value*win_rate/cycle_days_won_mean,2)))"
        ),
        velocity, Formula("won_count"), won_count,
    ),
)  # fmt: skip
