"""The answer of accuracy: what the forecasts of past periods said, against what was won.

Every error is forecast − won: a positive bias means that too much was forecast. None means unknown: nobody said it then, or
the record of that day is too short.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from xl_salesflow.core.answers import Answer, Money, Ratio

PeriodKind = Literal["month", "quarter"]
ForecastMethod = Literal["weighted", "commit", "best_case", "pipeline", "call", "simulation"]


@dataclass(frozen=True)
class PastForecast(Answer):
    """What each method said some weeks before the end of a period, with what was won by then."""

    weeks: int
    """Weeks before the end."""
    day: date
    """The day, at its end."""
    weighted: Money | None
    """Won, and the weighted value of the open deals expected to close in the period."""
    commit: Money | None
    """Won and commit."""
    best_case: Money | None
    """Won, commit and best case."""
    pipeline: Money | None
    """Won, commit, best case and pipeline."""
    call: Money | None
    """Commit call of the team."""
    simulation: Money | None
    """P50 of the simulation."""
    p10: Money | None
    """P10 of the simulation."""
    p90: Money | None
    """P90 of the simulation."""


@dataclass(frozen=True)
class PastPeriod(Answer):
    """One past month or quarter."""

    kind: PeriodKind
    """Month or quarter."""
    from_: date
    """First day."""
    to: date
    """Last day."""
    won: Money
    """Won in it."""
    forecasts: tuple[PastForecast, ...]
    """What was said before its end, earliest first."""


@dataclass(frozen=True)
class MethodAccuracy(Answer):
    """How right one method was."""

    kind: PeriodKind
    """Months or quarters."""
    method: ForecastMethod
    """The method."""
    owner: str | None
    """Whose forecast; null for the team."""
    weeks: int | None
    """Weeks before the end; null for the mean of 2, 4, 8 and 12 weeks."""
    periods: int
    """Periods for which the method said something."""
    bias: Money
    """Mean of forecast − won."""
    mean_absolute_error: Money
    """Mean of the size of forecast − won."""


@dataclass(frozen=True)
class BestMethod(Answer):
    """Which method was the most accurate, if that is more than chance."""

    kind: PeriodKind
    """Months or quarters."""
    method: ForecastMethod | None
    """The method that beats every other one by more than chance; null if none does."""
    p_value: float | None
    """The largest p-value against another method, multiplied by the number of pairs; null without a best method."""
    periods: int
    """The fewest periods that it was compared over; of all pairs, if there is no best method."""


@dataclass(frozen=True)
class RangeCoverage(Answer):
    """How often what was won lay between P10 and P90; four of five if the simulation knows how sure it is."""

    kind: PeriodKind
    """Months or quarters."""
    weeks: int
    """Weeks before the end."""
    periods: int
    """Periods that were simulated."""
    inside: Ratio
    """Share of them that ended between P10 and P90."""


@dataclass(frozen=True)
class CalibrationBin(Answer):
    """The deals whose probability was in one band."""

    low: Ratio
    """Lowest probability of the band."""
    high: Ratio
    """Highest probability of the band."""
    deals: int
    """Number of deals."""
    predicted: Ratio
    """Their mean probability."""
    won: Ratio
    """Share of them that was won."""


@dataclass(frozen=True)
class Calibration(Answer):
    """Whether deals with a probability were won as often as it said."""

    probability: Literal["learned", "simulated"]
    """Learned: to be won at all, of the deals that closed since; simulated: to be won by the end of the quarter."""
    deals: int
    """Number of deals, each counted once a quarter."""
    brier: float | None
    """Brier score: mean of (probability − 1 if won, else 0)²; null with too few deals."""
    brier_of_mean: float | None
    """Brier score of giving every deal the same probability, the share that was won."""
    bins: tuple[CalibrationBin, ...]
    """The reliability table: ten bands of probability, without empty ones."""


@dataclass(frozen=True)
class AccuracyAnswer(Answer):
    """How right the forecasts of the past were."""

    as_of: date
    """Day of the answer."""
    best: tuple[BestMethod, ...]
    """The most accurate method for months and for quarters."""
    methods: tuple[MethodAccuracy, ...]
    """Bias and mean absolute error of the team's forecasts."""
    owners: tuple[MethodAccuracy, ...]
    """The same for every owner, over 2, 4, 8 and 12 weeks."""
    coverage: tuple[RangeCoverage, ...]
    """How often what was won lay between P10 and P90."""
    calibration: tuple[Calibration, ...]
    """Whether the probabilities of deals are right."""
    periods: tuple[PastPeriod, ...]
    """Every past month and quarter, with what was said."""
    why_not: str | None
    """Why nothing can be said, in the language of the workbook; null if something can."""
