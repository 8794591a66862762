"""A second implementation of the definitions of docs/funnel.md, deal by deal and without arrays, independent of the product's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median
from typing import Any

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.named_values import Query

Row = Mapping[str, Any]
CENT = Decimal("0.01")


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows with dates and None."""

    def plain(value: Any) -> Any:
        if isinstance(value, pd.Timestamp):
            return value.date()
        return None if value is pd.NaT or value is None or value != value else value

    return [{str(key): plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class SecondFunnel:
    """The answers for one query; every method is one number, None if it is unknown."""

    pipeline: Pipeline
    query: Query

    @property
    def as_of(self) -> date:
        return self.query.as_of or self.pipeline.today

    @property
    def is_today(self) -> bool:
        return self.as_of >= self.pipeline.today

    def in_view(self, row: Row) -> bool:
        return all(str(row[column]).casefold() == value.casefold() for column, value in self.query.filters.items())

    def in_period(self, day: date | None) -> bool:
        start, end = self.query.start, self.query.end
        if not (start or end):
            return True
        return day is not None and (not start or day >= start) and (not end or day <= end)

    def counts(self, row: Row, snapshot: str) -> bool:
        return self.in_period(row["created" if self.query.reading == "cohort" else snapshot])

    @property
    def stays(self) -> list[dict[str, Any]]:
        found = [row for row in plain_rows(self.pipeline["History"]) if self.in_view(row)]
        return [row for row in found if self.is_today or (row["entered"] and row["entered"] <= self.as_of)]

    @property
    def deals(self) -> list[dict[str, Any]]:
        if self.is_today:
            rows = plain_rows(self.pipeline["Deals"])
            return [{**row, "stage": row["recorded_stage"]} for row in rows if row["outcome"] and self.in_view(row)]
        return [
            row
            for row in self.stays
            if row["left"] > self.as_of and row["outcome"] and row["created"] and row["created"] <= self.as_of
        ]

    def of(self, outcome: str) -> list[dict[str, Any]]:
        rows = [row for row in self.deals if row["outcome"] == outcome]
        if outcome == "open":
            return [row for row in rows if self.query.reading != "cohort" or self.in_period(row["created"])]
        return [row for row in rows if self.counts(row, "closed")]

    def value(self, rows: Iterable[Row], amount: Callable[[Row], Decimal | None] | None = None) -> Decimal | None:
        rows = list(rows)
        read = amount or (lambda row: None if row["amount"] is None else exact(row["amount"]))
        known = [found for row in rows if (found := read(row)) is not None]
        return None if rows and not known else cents(sum(known, Decimal(0)))

    def weighted(self, row: Row) -> Decimal | None:
        if row["amount"] is None:
            return None
        chance = row["probability"] if not self.is_today else row["probability_override"]
        if self.is_today and chance is None:
            chance = next(s["probability"] for s in plain_rows(self.pipeline["Stages"]) if s["stage"] == row["stage"])
        return cents(exact(row["amount"]) * exact(chance))

    def metrics(self) -> dict[str, Any]:
        opened, won, lost = (self.of(outcome) for outcome in ("open", "won", "lost"))
        won_value, lost_value = self.value(won), self.value(lost)
        amounts = [exact(row["amount"]) for row in won if row["amount"] is not None]
        cycles = [(row["closed"] - row["created"]).days for row in won if row["closed"] and row["created"]]
        mean = cents(won_value / len(amounts)) if amounts and won_value is not None else None
        rate = Fraction(len(won), len(won) + len(lost)) if won or lost else None
        both = None if won_value is None or lost_value is None else won_value + lost_value
        cycle = Fraction(sum(cycles), len(cycles)) if cycles else None
        speed = None
        if mean is not None and rate is not None and cycle:
            speed = float(len(opened) * Fraction(mean) * rate / cycle)
        return {
            "deal_count": len(self.deals),
            "created_count": sum(self.in_period(row["created"]) for row in self.deals),
            "open_count": len(opened), "won_count": len(won), "lost_count": len(lost),
            "open_value": self.value(opened), "won_value": won_value, "lost_value": lost_value,
            "unvalued_open_count": sum(row["amount"] is None for row in opened),
            "unvalued_won_count": sum(row["amount"] is None for row in won),
            "unvalued_lost_count": sum(row["amount"] is None for row in lost),
            "weighted_value": self.value(opened, self.weighted),
            "mean_won_value": mean, "median_won_value": cents(median(amounts)) if amounts else None,
            "win_rate": rate, "win_rate_by_value": won_value / both if both and won_value is not None else None,
            "cycle_days_won_mean": cycle, "cycle_days_won_median": median(cycles) if cycles else None,
            "velocity": None if speed is None else round(speed + 1e-9, 2),
        }  # fmt: skip

    def stages(self) -> list[dict[str, Any]]:
        stages = [row for row in plain_rows(self.pipeline["Stages"]) if row["kind"] in ("open", "won")]
        rows = []
        for stage in sorted(stages, key=lambda row: row["position"]):
            name, is_open = stage["stage"], stage["kind"] == "open"
            waiting = [row for row in self.of("open") if row["stage"] == name]
            ended = [row for row in self.stays if row["stage"] == name and self._has_ended(row)]
            days = sorted(row["days"] for row in ended if row["days"] is not None and row["days"] >= 0)
            rows.append({
                "stage": name, "reached": self._reached(stage),
                "open_count": len(waiting) if is_open else None,
                "open_value": self.value(waiting) if is_open else None,
                "weighted_value": self.value(waiting, self.weighted) if is_open else None,
                "visits": len(days) if is_open else None,
                "mean_days": Fraction(sum(map(int, days)), len(days)) if is_open and days else None,
                "median_days": median(days) if is_open and days else None,
                "p90_days": _percentile(days, 0.9) if is_open and days else None,
                "lost_count": sum(row["move"] == "lost" for row in ended),
            })  # fmt: skip
        for row, after in zip(rows, [*rows[1:], None], strict=True):
            is_known = after is not None and row["reached"]
            row["step_conversion"] = Fraction(after["reached"], row["reached"]) if after and is_known else None
        return rows

    def never_entered(self) -> list[str]:
        been = {row["stage"] for row in self.stays}
        names = [row["stage"] for row in self.stages()]
        return [name for name in names if name not in been] if been & set(names) else []

    def _reached(self, stage: Row) -> int:
        if self.query.reach == "entered":
            return sum(
                row["stage"] == stage["stage"]
                and row["first"] == 1
                and self.counts(row, "entered")
                and (self.is_today or (row["created"] is not None and row["created"] <= self.as_of))
                for row in self.stays
            )
        deals = [row for row in self.deals if self.counts(row, "closed")]
        return sum(row["furthest"] is not None and row["furthest"] >= stage["position"] for row in deals)

    def _has_ended(self, row: Row) -> bool:
        return bool(row["left"] <= self.as_of and self.counts(row, "left"))


def _percentile(ordered: list[float], share: float) -> float:
    rank = (len(ordered) - 1) * share
    low = ordered[int(rank)]
    return low + (ordered[min(int(rank) + 1, len(ordered) - 1)] - low) * (rank - int(rank))
