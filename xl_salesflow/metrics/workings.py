"""The hidden sheet Workings: questions about all visits at once, each answered in one pass over History.

A stage by itself would read every visit for each of its numbers; a working reads them once and answers for all stages.
Its answers stand beside its keys: `{name}Keys` and `{name}Found` are their defined names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xl_salesflow.metrics import criteria as c
from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.text import Text

ROWS = 12
"""Rows of the tables that hold one step each; a longer funnel shows its first twelve."""

WAYS: tuple[str, ...] = tuple(CHOICES["move"])
"""The ways out of a stage, by id; the step of a visit holds their number, from 1."""

OUTCOMES = {"open": 1, "lost": 2, "won": 3}
"""The hundreds of the state of a visit that goes on; won is the largest, which is asked most."""

MONTHS_BACK = 12
"""Rows of the table Trend; the last is the month of the as-of date."""

SHARES = {"median_days": 0.5, "p90_days": 0.9}
"""Percentiles of the days in a stage, by the column that shows them."""

_STEPS = range(1, ROWS + 1)
_STEP_WEIGHT = 1_000_000  # days of a stage sort behind those of the stage before: nobody waits three thousand years


@dataclass(frozen=True, slots=True)
class Working:
    """*keys* are numbers or formulas, one a row; *formula* is the array formula that answers for all of them.

    *parts* say what a key consists of: defined name → a number for every key.
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


def found(name: str, key: str) -> str:
    """Return the formula that looks up the answer for *key*."""
    return f"SUMIFS({name}Found,{name}Keys,{key})"


def days(column: str, visits: str) -> str:
    """Return the formula of a percentile of the days in the row's stage; *visits* counts them."""
    back = 3 - 2 * list(SHARES).index(column)  # four rows a step: lower and upper neighbour of each percentile
    low, high = (f"INDEX(DaysFound,{{position}}*4-{back - side})" for side in (0, 1))
    rank = f"({visits}-1)*{SHARES[column]}"
    return f"{low}-{{position}}*{_STEP_WEIGHT}+({high}-{low})*({rank}-INT({rank}))"


def left(way: str) -> str:
    """Return the formula that counts the visits of the row's step that ended that way, whenever it was."""
    return f"SUMIFS(MovedFound,MovedFrom,{{position}},MovedWay,{1 + WAYS.index(way)})"


def goes_on(*hundreds: int) -> str:
    """Return the formula that counts the visits that go on in the row's step, of those outcomes; all without any."""
    return "+".join(found("State", f"({100 * each + 1}+{{position}})") for each in hundreds or (0, *OUTCOMES.values()))


def middle(name: str) -> str:
    """Return the formula of a median at a past date."""
    return f"(INDEX({name}Found,1)+INDEX({name}Found,2))/2"


def _frequency(name: str, array: str) -> str:
    return f"FREQUENCY({array},{name}Keys)"


def _window(column: str) -> str:
    return f"({{History.{column}}}>0)*({{History.{column}}}>=PeriodFrom)*({{History.{column}}}<=PeriodTo)"


def _in_period(array: str, snapshot: str, wrap: Callable[[str], str]) -> str:
    """Ask what the period asks: of the creation in the cohort reading, else of the date *snapshot*."""
    created, dated = (wrap(f"{array}*{_window(column)}") for column in ("created", snapshot))
    return f"IF(HasPeriod=0,{wrap(array)},IF(IsCohort=1,{created},{dated}))"


def _by_step(name: str, title: Text, formula: Callable[[Callable[[str], str]], str]) -> Working:
    return Working(name, title, (0, *_STEPS), formula(lambda array: _frequency(name, array)))


_LEFT = "({History.state}<-1)*({History.state}>-2-" + str(ROWS) + ")"
_LEFT_STEP = "(-1-{History.state})"
_WITHOUT_OUTCOME = "INT({History.step}/10000)*10000+MOD({History.step},1000)"
# the dates, since an array of a column with blanks between, as days is, takes six times as long
_DAYS = "({History.left}-{History.entered})"
_KNOWN_DAYS = "({History.entered}>0)*({History.left}>={History.entered})"


def _states() -> Working:
    ended = {sign * (1 + step) for step in _STEPS for sign in (-1, -30, -1000)}
    states = ended | {100 * outcome + 1 + step for step in _STEPS for outcome in (0, *OUTCOMES.values())}
    keys = sorted(states | {state - 1 for state in states})  # FREQUENCY counts from one key to the next
    counted = f"IF(COUNT({{History.state}})=0,0,{_frequency('State', '{History.state}')})"
    return Working("State", Text("Visits by state", "各状态的停留次数"), tuple(keys), counted)


def _moved() -> Working:
    keys = [(step, way, to) for step in _STEPS for way in range(len(WAYS) + 1) for to in range(ROWS + 1)]
    columns = zip(*((0, 0, 0), *keys), strict=True)
    codes = (step * 10_000 + way * 100 + to for step, way, to in keys)
    return Working(
        "Moved", Text("Moves by step, way and step", "按起点、方向与去向的流转次数"), (9_999, *codes),
        _frequency("Moved", f"{_LEFT}*({_WITHOUT_OUTCOME})"),
        dict(zip(("MovedFrom", "MovedWay", "MovedTo"), columns, strict=True)),
    )  # fmt: skip


def _reached() -> Working:
    """Count the deals of a past date by the step they got to; a key is the order of the last step below, and a half."""
    order = ("INDEX({StageMetrics.order}," + str(row) + ")" for row in _STEPS)
    above: int | str = 1_000_000_000
    keys = (*(f'IF({one}="",1E9,{one}+0.5)' for one in order), above)
    array = _in_period(_REACHED, "closed", lambda wanted: _frequency("Reached", wanted))
    title = Text("Deals then, by furthest step", "当时各商机到达的最远步骤")
    return Working("Reached", title, keys, f"IF(IsToday=1,0,{array})", {"ReachedStep": (0, *_STEPS)})


def _finished_days() -> Working:
    keys = []
    for step in _STEPS:
        visits, later = found("Ended", str(step)), f'SUMIFS(EndedFound,EndedKeys,">{step}")'
        for share in SHARES.values():
            below = f"{visits}-INT(({visits}-1)*{share})"  # counted from the largest, as LARGE does
            keys += [f"IF({visits}=0,1,{later}+{rank})" for rank in (below, f"MAX(1,{below}-1)")]
    array = f"{_LEFT}*{_KNOWN_DAYS}*({_LEFT_STEP}*{_STEP_WEIGHT}+{_DAYS})"
    ordered = _in_period(array, "left", lambda wanted: f"LARGE({wanted},DaysKeys)")
    return Working("Days", Text("Days at the middle and at nine tenths", "中位与九成处的天数"), tuple(keys), ordered)


def _middle(name: str, metric: str, title: Text, column: str, *criteria: c.Criterion) -> Working:
    sample = f'INDEX({{Metrics.sample}},MATCH("{metric}",{{Metrics.metric}},0))'
    keys = tuple(f"MAX(1,INT(({sample}+{more})/2))" for more in (1, 2))
    then = c.past(c.largest(f"{name}Keys", column), "closed", c.STANDING_THEN, *criteria)
    return Working(name, title, keys, f"IF(IsToday=1,0,{then})")


def _by_month(name: str, title: Text, *criteria: c.Criterion) -> Working:
    """Count the deals of a past date by the month of their closing, or of their creation; a key is a month's last day."""
    keys = tuple(f"DATE(YEAR(AsOf),MONTH(AsOf)-{back},0)" for back in range(MONTHS_BACK - 1, -2, -1))
    there = c.array_condition("History", c.by_state((c.STANDING_THEN, *criteria)))
    created, closed = (_frequency(name, f"{there}*{{History.{column}}}") for column in ("created", "closed"))
    dated = created if name == "MonthCreated" else f"IF(IsCohort=1,{created},{closed})"
    return Working(name, title, keys, f"IF(IsToday=1,0,{dated})")


_LOST = f"{_LEFT}*({{History.move}}={{move:lost}})*{_LEFT_STEP}"
_OPEN_THEN = "({History.state}>100)*({History.state}<200)*({History.state}-101)"
_REACHED = "({History.state}>100)*({History.playbook}=StagePlaybook)*({History.furthest}+1)"
_FIRST = (
    "({History.state}<>0)*({History.first}=1)*(IsToday+({History.created}>0)*({History.created}<=AsOf)>0)"
    "*({History.playbook}=StagePlaybook)*INT({History.step}/10000)"
)

WORKINGS: tuple[Working, ...] = (
    _states(),
    _moved(),
    _by_step(
        "Ended", Text("Finished visits", "已离开的停留次数"),
        lambda wrap: _in_period(f"{_LEFT}*{_KNOWN_DAYS}*{_LEFT_STEP}", "left", wrap),
    ),
    _by_step(
        "Lost", Text("Visits that ended lost", "丢单的停留次数"),
        lambda wrap: f"IF(HasPeriod=0,0,{_in_period(_LOST, 'left', wrap)})",
    ),
    _by_step(
        "Entered", Text("Deals that entered", "实际进入的商机数"),
        lambda wrap: f"IF(IsEntered=1,{_in_period(_FIRST, 'entered', wrap)},0)",
    ),
    _by_step(
        "Standing", Text("Open deals then", "当时进行中的商机数"),
        # without a cohort the states tell
        lambda wrap: f"IF((1-IsToday)*HasPeriod*IsCohort=0,0,{wrap(_OPEN_THEN + '*' + _window('created'))})",
    ),
    _by_month("MonthCreated", Text("Created then, by month", "当时按月新建"), c.RECORDED),
    _by_month("MonthWon", Text("Won then, by month", "当时按月赢单"), c.WON),
    _by_month("MonthLost", Text("Lost then, by month", "当时按月丢单"), c.LOST),
    _reached(),
    _finished_days(),
    _middle("WonValue", "median_won_value", Text("Won value then", "当时的赢单金额"), "amount", c.WON),
    _middle("WonCycle", "cycle_days_won_median", Text("Won cycle then", "当时的赢单周期"), "cycle_days", c.WON),
    _middle("LostCycle", "cycle_days_lost_median", Text("Lost cycle then", "当时的丢单周期"), "cycle_days", c.LOST),
    _middle("ClosedCycle", "cycle_days_closed_median", Text("Cycle then", "当时的周期"), "cycle_days", *c.ENDED),
)  # fmt: skip
"""Every working, in the order of the sheet."""

WORKING_NAMES: tuple[str, ...] = ("MoveWays", *(name for working in WORKINGS for name in working.names))
"""The defined names that formulas may speak of; MoveWays are the labels of WAYS."""
