"""Declare the hidden sheet Workings: the results of one pass over History for all stages at once.

Without it, every number of every stage would read all of History; a working reads it once for all stages. Its results
are next to its keys: `{name}Keys` and `{name}Found` are their defined names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.formula_criteria import (
    ONGOING_STAY,
    OUTCOME_ENDED,
    OUTCOME_LOST,
    OUTCOME_RECORDED,
    OUTCOME_WON,
    Criterion,
    array_condition,
    criteria_by_state,
    deals_formula_past,
    largest_formula,
)
from xl_salesflow.schema.choice_lists import CHOICES

STEP_ROWS = 12
"""Number of rows in tables with one step per row; a longer funnel shows its first twelve."""

STAGE_EXITS: tuple[str, ...] = tuple(CHOICES["move"])
"""The ways out of a stage, by id; the column `step` of a stay holds their number, from 1."""

OUTCOME_HUNDREDS = {"open": 1, "lost": 2, "won": 3}
"""The hundreds digit of an ongoing stay's state; won, which is used most, is the largest, so that one criterion finds it."""

TREND_MONTHS = 12
"""Number of rows of the table Trend; the last one is the month of the as-of date."""

STAY_PERCENTILES = {"median_days": 0.5, "p90_days": 0.9}
"""Percentiles of the days in a stage, by the column that shows them."""

_STEP_NUMBERS = range(1, STEP_ROWS + 1)
_STEP_WEIGHT = 1_000_000  # sorts the days of a stage after those of the previous stage; no stay lasts a million days


@dataclass(frozen=True, slots=True)
class Working:
    """*keys* are numbers or formulas, one per row; *formula* is the array formula that computes the results for all of them.

    *parts* are the components of a key: defined name → a number for every key.
    """

    name: str
    title: Text
    keys: tuple[int | str, ...]
    formula: str
    parts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the defined names of its columns, from left to right."""
        return (*self.parts, f"{self.name}Keys", f"{self.name}Found")


def working_lookup(name: str, key: str) -> str:
    """Return the formula that looks up the result for *key*."""
    return f"SUMIFS({name}Found,{name}Keys,{key})"


def stay_percentile_formula(column: str, stays: str) -> str:
    """Return the formula of a percentile of the days in the row's stage; *stays* is the operand that counts them."""
    # four rows per step: the lower and the upper neighbour of each percentile
    back = 3 - 2 * list(STAY_PERCENTILES).index(column)
    low, high = (f"INDEX(DaysFound,{{position}}*4-{back - side})" for side in (0, 1))
    rank = f"({stays}-1)*{STAY_PERCENTILES[column]}"
    return f"{low}-{{position}}*{_STEP_WEIGHT}+({high}-{low})*({rank}-INT({rank}))"


def stage_exits_formula(way: str) -> str:
    """Return the formula that counts the stays in the row's step that ended in that way, at any time."""
    return f"SUMIFS(MovedFound,MovedFrom,{{position}},MovedWay,{1 + STAGE_EXITS.index(way)})"


def ongoing_stays_formula(*hundreds: int) -> str:
    """Return the formula that counts the ongoing stays in the row's step with those outcomes; without any, all of them."""
    return "+".join(
        working_lookup("State", f"({100 * each + 1}+{{position}})")
        for each in hundreds or (0, *OUTCOME_HUNDREDS.values())
    )


def working_median(name: str) -> str:
    """Return the formula of a median at a past date."""
    return f"(INDEX({name}Found,1)+INDEX({name}Found,2))/2"


def _frequency_formula(name: str, array: str) -> str:
    return f"FREQUENCY({array},{name}Keys)"


def _period_window(column: str) -> str:
    return f"({{History.{column}}}>0)*({{History.{column}}}>=PeriodFrom)*({{History.{column}}}<=PeriodTo)"


def _formula_in_period(array: str, snapshot: str, wrap: Callable[[str], str]) -> str:
    """Restrict *array* to the period: by the creation date in the cohort reading, otherwise by the date *snapshot*."""
    created, dated = (wrap(f"{array}*{_period_window(column)}") for column in ("created", snapshot))
    return f"IF(HasPeriod=0,{wrap(array)},IF(IsCohort=1,{created},{dated}))"


def _working_by_step(name: str, title: Text, formula: Callable[[Callable[[str], str]], str]) -> Working:
    return Working(name, title, (0, *_STEP_NUMBERS), formula(lambda array: _frequency_formula(name, array)))


_STAY_ENDED = "({History.state}<-1)*({History.state}>-2-" + str(STEP_ROWS) + ")"
_ENDED_STEP = "(-1-{History.state})"
_STEP_WITHOUT_OUTCOME = "INT({History.step}/10000)*10000+MOD({History.step},1000)"
# uses the dates, because an array over a column with blanks, such as `days`, takes six times as long
_STAY_DAYS = "({History.left}-{History.entered})"
_STAY_DAYS_KNOWN = "({History.entered}>0)*({History.left}>={History.entered})"


def _state_working() -> Working:
    ended = {sign * (1 + step) for step in _STEP_NUMBERS for sign in (-1, -30, -1000)}
    states = ended | {100 * outcome + 1 + step for step in _STEP_NUMBERS for outcome in (0, *OUTCOME_HUNDREDS.values())}
    keys = sorted(states | {state - 1 for state in states})  # FREQUENCY counts from one key to the next
    counted = f"IF(COUNT({{History.state}})=0,0,{_frequency_formula('State', '{History.state}')})"
    return Working("State", Text("Visits by state"), tuple(keys), counted)


def _move_working() -> Working:
    keys = [
        (step, way, to) for step in _STEP_NUMBERS for way in range(len(STAGE_EXITS) + 1) for to in range(STEP_ROWS + 1)
    ]
    columns = zip(*((0, 0, 0), *keys), strict=True)
    codes = (step * 10_000 + way * 100 + to for step, way, to in keys)
    return Working(
        "Moved", Text("Moves by step, way and step"), (9_999, *codes),
        _frequency_formula("Moved", f"{_STAY_ENDED}*({_STEP_WITHOUT_OUTCOME})"),
        dict(zip(("MovedFrom", "MovedWay", "MovedTo"), columns, strict=True)),
    )  # fmt: skip


def _reached_working() -> Working:
    """Count the deals at a past date by their furthest step; a key is the order of a step plus one half."""
    order = ("INDEX({StageMetrics.order}," + str(row) + ")" for row in _STEP_NUMBERS)
    above: int | str = 1_000_000_000
    keys = (*(f'IF({one}="",1E9,{one}+0.5)' for one in order), above)
    array = _formula_in_period(_REACHED_ORDER, "closed", lambda kept: _frequency_formula("Reached", kept))
    title = Text("Deals then, by furthest step")
    return Working("Reached", title, keys, f"IF(IsToday=1,0,{array})", {"ReachedStep": (0, *_STEP_NUMBERS)})


def _stay_days_working() -> Working:
    keys = []
    for step in _STEP_NUMBERS:
        stays, later = working_lookup("Ended", str(step)), f'SUMIFS(EndedFound,EndedKeys,">{step}")'
        for share in STAY_PERCENTILES.values():
            below = f"{stays}-INT(({stays}-1)*{share})"  # counted from the largest, as LARGE does
            keys += [f"IF({stays}=0,1,{later}+{rank})" for rank in (below, f"MAX(1,{below}-1)")]
    array = f"{_STAY_ENDED}*{_STAY_DAYS_KNOWN}*({_ENDED_STEP}*{_STEP_WEIGHT}+{_STAY_DAYS})"
    ordered = _formula_in_period(array, "left", lambda kept: f"LARGE({kept},DaysKeys)")
    return Working("Days", Text("Median and 90th percentile of days"), tuple(keys), ordered)


def _median_working(name: str, metric: str, title: Text, column: str, *criteria: Criterion) -> Working:
    sample = f'INDEX({{Metrics.sample}},MATCH("{metric}",{{Metrics.metric}},0))'
    keys = tuple(f"MAX(1,INT(({sample}+{more})/2))" for more in (1, 2))
    then = deals_formula_past(largest_formula(f"{name}Keys", column), "closed", ONGOING_STAY, *criteria)
    return Working(name, title, keys, f"IF(IsToday=1,0,{then})")


def _month_working(name: str, title: Text, *criteria: Criterion) -> Working:
    """Count the deals at a past date by the month of their closing, or of their creation; a key is a month's last day."""
    keys = tuple(f"DATE(YEAR(AsOf),MONTH(AsOf)-{back},0)" for back in range(TREND_MONTHS - 1, -2, -1))
    deals = array_condition("History", criteria_by_state((ONGOING_STAY, *criteria)))
    created, closed = (_frequency_formula(name, f"{deals}*{{History.{column}}}") for column in ("created", "closed"))
    dated = created if name == "MonthCreated" else f"IF(IsCohort=1,{created},{closed})"
    return Working(name, title, keys, f"IF(IsToday=1,0,{dated})")


_LOST_AT_STEP = f"{_STAY_ENDED}*({{History.move}}={{move:lost}})*{_ENDED_STEP}"
_OPEN_AT_STEP = "({History.state}>100)*({History.state}<200)*({History.state}-101)"
_REACHED_ORDER = "({History.state}>100)*({History.playbook}=StagePlaybook)*({History.furthest}+1)"
_FIRST_STAY_STEP = (
    "({History.state}<>0)*({History.first}=1)*(IsToday+({History.created}>0)*({History.created}<=AsOf)>0)"
    "*({History.playbook}=StagePlaybook)*INT({History.step}/10000)"
)

WORKINGS: tuple[Working, ...] = (
    _state_working(),
    _move_working(),
    _working_by_step(
        "Ended", Text("Finished visits"),
        lambda wrap: _formula_in_period(f"{_STAY_ENDED}*{_STAY_DAYS_KNOWN}*{_ENDED_STEP}", "left", wrap),
    ),
    _working_by_step(
        "Lost", Text("Visits that ended lost"),
        lambda wrap: f"IF(HasPeriod=0,0,{_formula_in_period(_LOST_AT_STEP, 'left', wrap)})",
    ),
    _working_by_step(
        "Entered", Text("Deals that entered"),
        lambda wrap: f"IF(IsEntered=1,{_formula_in_period(_FIRST_STAY_STEP, 'entered', wrap)},0)",
    ),
    _working_by_step(
        "Standing", Text("Open deals then"),
        # without a cohort, the working State has the result
        lambda wrap: f"IF((1-IsToday)*HasPeriod*IsCohort=0,0,{wrap(_OPEN_AT_STEP + '*' + _period_window('created'))})",
    ),
    _month_working("MonthCreated", Text("Created then, by month"), OUTCOME_RECORDED),
    _month_working("MonthWon", Text("Won then, by month"), OUTCOME_WON),
    _month_working("MonthLost", Text("Lost then, by month"), OUTCOME_LOST),
    _reached_working(),
    _stay_days_working(),
    _median_working("WonValue", "median_won_value", Text("Won value then"), "amount", OUTCOME_WON),
    _median_working("WonCycle", "cycle_days_won_median", Text("Won cycle then"), "cycle_days", OUTCOME_WON),
    _median_working("LostCycle", "cycle_days_lost_median", Text("Lost cycle then"), "cycle_days", OUTCOME_LOST),
    _median_working("ClosedCycle", "cycle_days_closed_median", Text("Cycle then"), "cycle_days", *OUTCOME_ENDED),
)  # fmt: skip
"""All workings, in the order of the sheet."""
