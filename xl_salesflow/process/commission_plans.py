"""Commission plans as values: whom and when each applies to, its periods, targets, tiers, and what a value earns.

Money is in whole cents and rates are exact fractions, so that what a value earns is rounded once. A plan that names a
person goes before the plans of the person's role, and these go before the plans for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.process.credit_upkeep import read_cents, read_fraction, round_half_up
from xl_salesflow.schema.table_frames import fold_keys

_PERIOD_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}

FirstAndLastDay = tuple[date, date]
"""The first and the last day of a period."""


@dataclass(frozen=True, slots=True)
class PlanTier:
    """A rate and where it begins: at a value in cents, or at a share of the target."""

    value: int | None
    attainment: Fraction
    rate: Fraction


@dataclass(frozen=True, slots=True)
class RateBand:
    """A rate, and the value in cents from which it applies, for one person and period."""

    start: int
    rate: Fraction


@dataclass(frozen=True, slots=True)
class CommissionPlan:
    """One row of CommissionPlans with its tiers; *person*, *role* and *series* are folded, blank for all."""

    name: str
    person: str
    role: str
    start: date
    end: date
    basis: str
    period: str
    retroactive: bool
    series: str
    cap: int | None
    clawback_days: int | None
    tiers: tuple[PlanTier, ...]
    notes: str = ""

    def period_of(self, day: date) -> FirstAndLastDay:
        """Return the period of the plan that *day* is in."""
        return find_calendar_period(self.period, day)

    @property
    def uses_target(self) -> bool:
        """Return whether a tier begins at a share of the target."""
        return any(tier.value is None and tier.attainment for tier in self.tiers)

    def set_bands(self, target: int | None) -> tuple[RateBand, ...]:
        """Return the tiers by the value at which they begin, for a *target* in cents; without one, those by attainment rest."""
        bands = [
            RateBand(
                tier.value if tier.value is not None else round_half_up(tier.attainment * (target or 0)), tier.rate
            )
            for tier in self.tiers
            if tier.value is not None or not tier.attainment or target is not None
        ]
        return tuple(sorted(bands, key=lambda band: band.start))

    def takes_back(self, won: date, lost: date) -> bool:
        """Return whether what was earned on a deal won on one day is taken back on the other."""
        return self.clawback_days is not None and (lost - won).days <= self.clawback_days


def find_calendar_period(period: str, day: date) -> FirstAndLastDay:
    """Return the calendar month, quarter, half-year or year that *day* is in."""
    months = _PERIOD_MONTHS[period]
    month = (day.month - 1) // months * months + 1
    after = date(day.year + (month + months > 12), (month + months - 1) % 12 + 1, 1)
    return date(day.year, month, 1), after - timedelta(days=1)


def compute_commission(bands: Sequence[RateBand], value: int, retroactive: bool, total: int) -> Fraction:
    """Return what a running *value* of the period has earned, in cents, before rounding and cap.

    With *retroactive* tiers, the rate that the *total* of the period reaches applies to all of it.
    """
    if retroactive:
        return value * find_rate(bands, total)
    return sum((share * band.rate for band, share in split_into_bands(bands, 0, value)), Fraction(0))


def find_rate(bands: Sequence[RateBand], value: int) -> Fraction:
    """Return the rate of the last tier that *value* reaches."""
    return next((band.rate for band in reversed(bands) if band.start <= value), Fraction(0))


def split_into_bands(bands: Sequence[RateBand], low: int, high: int) -> list[tuple[RateBand, int]]:
    """Return the parts of the step from *low* to *high* in each tier, in cents; a step down has negative parts."""
    sign = 1 if high >= low else -1
    low, high = min(low, high), max(low, high)
    ends = [*(band.start for band in bands), max(high, bands[-1].start) + 1 if bands else 0]
    parts = []
    for number, (band, (start, end)) in enumerate(zip(bands, pairwise(ends), strict=True)):
        # what is below zero, after money was credited back, is at the rate of the first tier
        start = min(start, low) if not number and band.start <= 0 else start
        part = min(high, end) - max(low, start)
        if part > 0:
            parts.append((band, sign * part))
    return parts


def read_plans(pipeline: Pipeline) -> list[CommissionPlan]:
    """Return the plans that can be used: those with a name, a basis, a period and a tier with a rate."""
    tiers = _read_tiers(pipeline)
    found = []
    for row in pipeline["CommissionPlans"].to_dict("records"):
        own = tiers.get(fold_text(row["plan"]), ())
        if row["plan"] and row["basis"] and row["period"] in _PERIOD_MONTHS and own:
            found.append(_read_plan(row, own))
    return found


def _read_plan(row: Mapping[Any, Any], tiers: tuple[PlanTier, ...]) -> CommissionPlan:
    return CommissionPlan(
        str(row["plan"]),
        fold_text(row["person"]),
        fold_text(row["role"]),
        date.min if pd.isna(row["from"]) else row["from"].date(),
        date.max if pd.isna(row["to"]) else row["to"].date(),
        row["basis"],
        row["period"],
        row["mode"] == "retroactive",
        fold_text(row["series"]),
        None if pd.isna(row["cap"]) else read_cents(row["cap"]),
        None if pd.isna(row["clawback_days"]) else int(row["clawback_days"]),
        tiers,
        str(row["notes"]).strip(),
    )


def _read_tiers(pipeline: Pipeline) -> dict[str, tuple[PlanTier, ...]]:
    found: dict[str, tuple[PlanTier, ...]] = {}
    for row in pipeline["CommissionTiers"].to_dict("records"):
        if row["plan"] and not pd.isna(row["commission_rate"]):
            tier = PlanTier(
                None if pd.isna(row["from_value"]) else read_cents(row["from_value"]),
                Fraction(0) if pd.isna(row["from_attainment"]) else read_fraction(row["from_attainment"]),
                read_fraction(row["commission_rate"]),
            )
            found[fold_text(row["plan"])] = (*found.get(fold_text(row["plan"]), ()), tier)
    return found


def choose_plans(plans: Iterable[CommissionPlan], person: str, role: str, day: date) -> list[CommissionPlan]:
    """Return the plans of *person* that are valid on *day*: the person's own, or else those of the role, or of everybody."""
    valid = [plan for plan in plans if plan.start <= day <= plan.end]
    return (
        [plan for plan in valid if person and plan.person == person]
        or [plan for plan in valid if not plan.person and role and plan.role == role]
        or [plan for plan in valid if not plan.person and not plan.role]
    )


def find_personal_target(targets: pd.DataFrame, person: str, days: FirstAndLastDay) -> int | None:
    """Return the target of *person* (folded) for a period, in cents, or None.

    Targets within the period are added up; without one, a target for a longer time counts by its days in the period.
    """
    rows = targets[(fold_keys(targets["owner"]) == person) & (targets["product"] == "")]
    rows = rows[(rows["sales_channel"] == "") & rows["target"].notna() & rows["from"].notna() & rows["to"].notna()]
    listed = [
        (start.date(), end.date(), read_cents(target))
        for start, end, target in zip(rows["from"], rows["to"], rows["target"], strict=True)
    ]
    inside = [cents for start, end, cents in listed if days[0] <= start and end <= days[1]]
    if inside:
        return sum(inside)
    touching = [
        Fraction(cents * ((min(end, days[1]) - max(start, days[0])).days + 1), (end - start).days + 1)
        for start, end, cents in listed
        if start <= end and start <= days[1] and days[0] <= end
    ]
    return round_half_up(sum(touching, Fraction(0))) if touching else None
