"""The outcome of deals: counts and values by state, win rates and the length of the sales cycle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.array_arithmetic import (
    MetricMask,
    column_days,
    count_by_group,
    divide_or_unknown,
    round_array_to_cents,
)
from xl_salesflow.metrics.deal_cube import Cube, match_view_filters
from xl_salesflow.metrics.formula_criteria import (
    HAS_AMOUNT,
    ONGOING_STAY,
    OUTCOME_ENDED,
    OUTCOME_LOST,
    OUTCOME_OPEN,
    OUTCOME_RECORDED,
    OUTCOME_WON,
    Criteria,
    Criterion,
    PeriodRule,
    count_formula,
    criterion_is_dated,
    criterion_is_number,
    deals_formula,
    deals_formula_past,
    deals_formula_today,
    known_sum_formula,
    median_formula,
    sum_formula,
)
from xl_salesflow.metrics.history_workings import working_median
from xl_salesflow.metrics.metric_declaration import Metric, MetricArray, MetricFormula, Unit

_CYCLE_DATED = (criterion_is_dated("created"), criterion_is_dated("closed"))
_CYCLE_ENDS: dict[str, tuple[Text, Criteria, Callable[[Cube], MetricMask]]] = {
    "won": (Text("won"), (OUTCOME_WON,), lambda cube: cube.won),
    "lost": (Text("lost"), (OUTCOME_LOST,), lambda cube: cube.lost),
    "closed": (Text("closed"), OUTCOME_ENDED, lambda cube: cube.won | cube.lost),
}


def _count_dated_cycles(mask: Callable[[Cube], MetricMask]) -> Callable[[Cube], MetricArray]:
    return lambda cube: cube.count(mask(cube) & ~np.isnan(cube.cycle_days))


def _mean_cycle(mask: Callable[[Cube], MetricMask]) -> Callable[[Cube], MetricArray]:
    return lambda cube: cube.mean(cube.cycle_days, mask(cube))


def _median_cycle(mask: Callable[[Cube], MetricMask]) -> Callable[[Cube], MetricArray]:
    return lambda cube: cube.median(cube.cycle_days, mask(cube))


cycle_days_won_mean = _mean_cycle(lambda cube: cube.won)


def _cycle_days_formula(table: str, criteria: Criteria) -> str:
    return f"{sum_formula('closed')(table, criteria)}-{sum_formula('created')(table, criteria)}"


def _cycle_metrics(end: str) -> tuple[Metric[Cube], Metric[Cube]]:
    name, criteria, mask = _CYCLE_ENDS[end]
    closed_then = (ONGOING_STAY, *criteria)
    sample = MetricFormula(
        deals_formula(
            count_formula, "closed", *criteria, *_CYCLE_DATED, then=(*closed_then, criterion_is_number("cycle_days"))
        )
    )
    dated = (*criteria, *_CYCLE_DATED)
    total_now, total_then = (
        deals_formula_today(_cycle_days_formula, "closed", *dated),
        deals_formula_past(sum_formula("cycle_days"), "closed", *closed_then),
    )
    mean = f"IF(IsToday=1,{total_now},{total_then})"
    now = deals_formula_today(median_formula("closed", minus="created"), "closed", *dated)
    median = f"IF(IsToday=1,{now},{working_median(f'{end.title()}Cycle')})"
    return (
        Metric(
            f"cycle_days_{end}_mean",
            Text("Average cycle, {name}").with_facts(name=name),
            Text(
                "Mean days from creation to closing of {name} deals; deals without either date are left out."
            ).with_facts(name=name),
            Unit.DAYS, MetricFormula(f'IF({{sample}}=0,"",({mean})/{{sample}})'), _mean_cycle(mask),
            sample, _count_dated_cycles(mask),
        ),
        Metric(
            f"cycle_days_{end}_median",
            Text("Median cycle, {name}").with_facts(name=name),
            Text(
                "Half of the {name} deals took fewer days from creation to closing; "
                "deals without either date are left out."
            ).with_facts(name=name),
            Unit.DAYS, MetricFormula(f'IF({{sample}}=0,"",{median})', array=True), _median_cycle(mask),
            sample, _count_dated_cycles(mask),
        ),
    )  # fmt: skip


CYCLE_METRICS: tuple[Metric[Cube], ...] = tuple(metric for end in _CYCLE_ENDS for metric in _cycle_metrics(end))


def deal_count(cube: Cube) -> MetricArray:
    """Count every deal."""
    return cube.count(np.ones(len(cube.group), dtype=bool))


def created_count(cube: Cube) -> MetricArray:
    """Count the deals created in the period."""
    return cube.count(cube.created_in_period)


def open_deal_count(cube: Cube) -> MetricArray:
    """Count the open deals."""
    return cube.count(cube.open)


def won_deal_count(cube: Cube) -> MetricArray:
    """Count the won deals."""
    return cube.count(cube.won)


def lost_deal_count(cube: Cube) -> MetricArray:
    """Count the lost deals."""
    return cube.count(cube.lost)


def closed_count(cube: Cube) -> MetricArray:
    """Count the won and the lost deals."""
    return cube.count(cube.won | cube.lost)


def open_deal_value(cube: Cube) -> MetricArray:
    """Sum the amounts of open deals; unknown if there are some and none has an amount."""
    return cube.known_total(cube.amount, cube.open)


def won_deal_value(cube: Cube) -> MetricArray:
    """Sum the amounts of won deals; unknown if there are some and none has an amount."""
    return cube.known_total(cube.amount, cube.won)


def lost_deal_value(cube: Cube) -> MetricArray:
    """Sum the amounts of lost deals; unknown if there are some and none has an amount."""
    return cube.known_total(cube.amount, cube.lost)


def valued_open_count(cube: Cube) -> MetricArray:
    """Count the open deals that have an amount."""
    return cube.count(cube.open & ~np.isnan(cube.amount))


def valued_won_count(cube: Cube) -> MetricArray:
    """Count the won deals that have an amount."""
    return cube.count(cube.won & ~np.isnan(cube.amount))


def valued_lost_count(cube: Cube) -> MetricArray:
    """Count the lost deals that have an amount."""
    return cube.count(cube.lost & ~np.isnan(cube.amount))


def unvalued_open_count(cube: Cube) -> MetricArray:
    """Count the open deals that have no amount."""
    return open_deal_count(cube) - valued_open_count(cube)


def unvalued_won_count(cube: Cube) -> MetricArray:
    """Count the won deals that have no amount."""
    return won_deal_count(cube) - valued_won_count(cube)


def unvalued_lost_count(cube: Cube) -> MetricArray:
    """Count the lost deals that have no amount."""
    return lost_deal_count(cube) - valued_lost_count(cube)


def valued_closed_count(cube: Cube) -> MetricArray:
    """Count the won and lost deals that have an amount."""
    return valued_won_count(cube) + valued_lost_count(cube)


def mean_won_value(cube: Cube) -> MetricArray:
    """Divide the won value by the won deals that have an amount, to the cent; half a cent is rounded away from zero."""
    return round_array_to_cents(divide_or_unknown(won_deal_value(cube), valued_won_count(cube)))


def median_won_value(cube: Cube) -> MetricArray:
    """Find the median amount of the won deals, to the cent."""
    return round_array_to_cents(cube.median(cube.amount, cube.won))


def closed_win_rate(cube: Cube) -> MetricArray:
    """Divide won by closed."""
    return divide_or_unknown(won_deal_count(cube), closed_count(cube))


def win_rate_of_all(cube: Cube) -> MetricArray:
    """Divide won by created."""
    return divide_or_unknown(won_deal_count(cube), created_count(cube))


def win_rate_by_value(cube: Cube) -> MetricArray:
    """Divide won value by closed value; unknown if the deals of one side have no amounts."""
    return divide_or_unknown(won_deal_value(cube), won_deal_value(cube) + lost_deal_value(cube))


def undated_count(cube: Cube) -> MetricArray:
    """Count today's deals without a creation date, for any as-of date, because past snapshots leave them out."""
    deals = cube.pipeline["Deals"]
    group = cube.group_of(deals)
    mask = (deals["outcome"] != "").to_numpy() & np.isnan(column_days(deals["created"]))
    return count_by_group(mask & match_view_filters(deals, cube.query.filters) & (group >= 0), group, cube.size)


def undated_closed_count(cube: Cube) -> MetricArray:
    """Count today's won and lost deals without a closing date, for any as-of date, because every period leaves them out."""
    deals = cube.pipeline["Deals"]
    group = cube.group_of(deals)
    mask = deals["outcome"].isin(["won", "lost"]).to_numpy() & np.isnan(column_days(deals["closed"]))
    return count_by_group(mask & match_view_filters(deals, cube.query.filters) & (group >= 0), group, cube.size)


def _outcome_count_formula(when: PeriodRule, *criteria: Criterion) -> MetricFormula:
    return MetricFormula(deals_formula(count_formula, when, *criteria))


def _outcome_value_formula(count: str, when: PeriodRule, *criteria: Criterion) -> MetricFormula:
    total = deals_formula(sum_formula("amount"), when, *criteria)
    return MetricFormula(known_sum_formula(count, "{sample}", total))


_DEAL_COUNT = _outcome_count_formula("always", OUTCOME_RECORDED)
_CREATED_COUNT = _outcome_count_formula("created", OUTCOME_RECORDED)
_OPEN_COUNT = _outcome_count_formula("open", OUTCOME_OPEN)
_WON_COUNT = _outcome_count_formula("closed", OUTCOME_WON)
_LOST_COUNT = _outcome_count_formula("closed", OUTCOME_LOST)
_VALUED_OPEN_COUNT = _outcome_count_formula("open", OUTCOME_OPEN, HAS_AMOUNT)
VALUED_WON_COUNT = _outcome_count_formula("closed", OUTCOME_WON, HAS_AMOUNT)
_VALUED_LOST_COUNT = _outcome_count_formula("closed", OUTCOME_LOST, HAS_AMOUNT)
_MEDIAN_WON_TODAY = deals_formula_today(median_formula("amount"), "closed", OUTCOME_WON)
_UNDATED_COUNT = MetricFormula(
    'COUNTIFS({Deals.in_view},1,{Deals.outcome},"<>")-COUNTIFS({Deals.in_view},1,{Deals.outcome},"<>",{Deals.created},">0")'
)
_UNDATED_CLOSED_COUNT = MetricFormula(
    'COUNTIFS({Deals.in_view},1,{Deals.outcome},{outcome:won},{Deals.closed},"")'
    '+COUNTIFS({Deals.in_view},1,{Deals.outcome},{outcome:lost},{Deals.closed},"")'
)


def _unvalued_metric(
    outcome: str, name: Text, definition: Text, valued: MetricFormula, compute: Callable[[Cube], MetricArray]
) -> Metric[Cube]:
    formula = MetricFormula(f"{outcome}_count-{valued.text}")
    return Metric(f"unvalued_{outcome}_count", name, definition, Unit.DEALS, formula, compute, formula, compute)


OUTCOME_METRICS: tuple[Metric[Cube], ...] = (
    Metric(
        "deal_count",
        Text("Deals", context="metric"),
        Text("All deals that existed on the as-of date, open or closed; the period is ignored."),
        Unit.DEALS, _DEAL_COUNT, deal_count, _DEAL_COUNT, deal_count,
    ),
    Metric(
        "created_count",
        Text("Created", context="metric"),
        Text("Deals created in the period; without a period all deals, including those without a creation date."),
        Unit.DEALS, _CREATED_COUNT, created_count, _CREATED_COUNT, created_count,
    ),
    Metric(
        "open_count",
        Text("Open deals"),
        Text("Deals still open on the as-of date; in the cohort reading, only those created in the period."),
        Unit.DEALS, _OPEN_COUNT, open_deal_count, _OPEN_COUNT, open_deal_count,
    ),
    Metric(
        "won_count",
        Text("Won deals"),
        Text(
            "Won deals closed in the period (cohort reading: created in it); aftercare counts as won. "
            "Won deals without a closing date count only when no period is set."
        ),
        Unit.DEALS, _WON_COUNT, won_deal_count, _WON_COUNT, won_deal_count,
    ),
    Metric(
        "lost_count",
        Text("Lost deals"),
        Text(
            "Lost deals closed in the period (cohort reading: created in it). "
            "Lost deals without a closing date count only when no period is set."
        ),
        Unit.DEALS, _LOST_COUNT, lost_deal_count, _LOST_COUNT, lost_deal_count,
    ),
    Metric(
        "undated_count",
        Text("Without a creation date"),
        Text(
            "Deals without a creation date: counted in today's snapshot, left out of every past date and of every period."
        ),
        Unit.DEALS, _UNDATED_COUNT, undated_count, _UNDATED_COUNT, undated_count,
    ),
    Metric(
        "undated_closed_count",
        Text("Closed without a closing date"),
        Text(
            "Won and lost deals without a closing date: counted in today's snapshot without a period, left out of every period."
        ),
        Unit.DEALS, _UNDATED_CLOSED_COUNT, undated_closed_count, _UNDATED_CLOSED_COUNT, undated_closed_count,
    ),
    Metric(
        "open_value",
        Text("Open value"),
        Text("Sum of the amounts of the open deals; blank if there are some and none has an amount."),
        Unit.MONEY, _outcome_value_formula("open_count", "open", OUTCOME_OPEN), open_deal_value,
        _VALUED_OPEN_COUNT, valued_open_count,
    ),
    Metric(
        "won_value",
        Text("Won value"),
        Text("Sum of the amounts of the won deals; blank if there are some and none has an amount."),
        Unit.MONEY, _outcome_value_formula("won_count", "closed", OUTCOME_WON), won_deal_value,
        VALUED_WON_COUNT, valued_won_count,
    ),
    Metric(
        "lost_value",
        Text("Lost value"),
        Text("Sum of the amounts of the lost deals; blank if there are some and none has an amount."),
        Unit.MONEY, _outcome_value_formula("lost_count", "closed", OUTCOME_LOST), lost_deal_value,
        _VALUED_LOST_COUNT, valued_lost_count,
    ),
    *(
        _unvalued_metric(*declared)
        for declared in (
            (
                "open",
                Text("Open deals without an amount"),
                Text("Open deals whose amount is blank; 0 is an amount. The values above leave them out."),
                _VALUED_OPEN_COUNT,
                unvalued_open_count,
            ),
            (
                "won",
                Text("Won deals without an amount"),
                Text("Won deals whose amount is blank; 0 is an amount. The values above leave them out."),
                VALUED_WON_COUNT,
                unvalued_won_count,
            ),
            (
                "lost",
                Text("Lost deals without an amount"),
                Text("Lost deals whose amount is blank; 0 is an amount. The values above leave them out."),
                _VALUED_LOST_COUNT,
                unvalued_lost_count,
            ),
        )
    ),
    Metric(
        "mean_won_value",
        Text("Mean won value"),
        Text("Won value ÷ won deals that have an amount; a blank amount does not count as zero."),
        Unit.MONEY, MetricFormula('IF({sample}=0,"",ROUND(won_value/{sample},2))'), mean_won_value,
        VALUED_WON_COUNT, valued_won_count,
    ),
    Metric(
        "median_won_value",
        Text("Median won value"),
        Text("Half of the won deals are smaller, half larger."),
        Unit.MONEY,
        MetricFormula(
            f'IF({{sample}}=0,"",ROUND(IF(IsToday=1,{_MEDIAN_WON_TODAY},{working_median("WonValue")}),2))', array=True
        ),
        median_won_value, VALUED_WON_COUNT, valued_won_count,
    ),
    Metric(
        "win_rate",
        Text("Win rate"),
        Text("Won ÷ (won + lost), closed in the period."),
        Unit.RATIO, MetricFormula('IF({sample}=0,"",won_count/{sample})'), closed_win_rate,
        MetricFormula("won_count+lost_count"), closed_count,
    ),
    Metric(
        "win_rate_of_all",
        Text("Win rate of all created"),
        Text(
            "Won ÷ created, both in the period; open deals lower it. Without a period, won ÷ all deals."
        ),
        Unit.RATIO, MetricFormula('IF({sample}=0,"",won_count/{sample})'), win_rate_of_all,
        MetricFormula("created_count"), created_count,
    ),
    Metric(
        "win_rate_by_value",
        Text("Win rate by value"),
        Text("Won value ÷ (won value + lost value); blank if the won or the lost deals have no amounts."),
        Unit.RATIO,
        MetricFormula(
            'IF(OR(won_value="",lost_value=""),"",IF(won_value+lost_value=0,"",won_value/(won_value+lost_value)))'
        ),
        win_rate_by_value, MetricFormula(f"{VALUED_WON_COUNT.text}+{_VALUED_LOST_COUNT.text}"), valued_closed_count,
    ),
)  # fmt: skip
