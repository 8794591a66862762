"""What several owners together won in a period and will win by its end, from one simulation for all groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from xl_salesflow.core.digest_answers import GroupOutlook
from xl_salesflow.core.forecast_answers import ForecastRange
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.metrics.deal_cube import build_cube, days_since_1970
from xl_salesflow.metrics.forecasting.forecast_simulation import simulate_forecast
from xl_salesflow.metrics.forecasting.stated_forecasts import PeriodDays, number_or_none, sum_stated_forecasts
from xl_salesflow.metrics.forecasting.stay_record import build_stay_record
from xl_salesflow.metrics.forecasting.team_forecast import (
    chance_to_reach,
    find_target_of_days,
    list_deals_today,
    list_targets_of_days,
    measure_range,
    select_simulated_deals,
    weigh_samples,
)
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.table_frames import fold_keys


@dataclass(frozen=True)
class OutlookRecord:
    """What the outlook of any group of owners is made from: the *deals* of today, the targets, and the simulation.

    *runs* holds what each of *simulated_owners* (folded) wins from today to the end, by owner and run; its last row is of
    deals that nobody owns. It is empty if nothing is simulated, for the reason *why_not*.
    """

    period: PeriodDays
    deals: pd.DataFrame
    team_target: float | None
    owner_targets: Mapping[str, float | None]
    simulated_owners: Sequence[str]
    runs: MetricArray
    why_not: Text | None

    def describe(self, owners: Collection[str] | None) -> GroupOutlook:
        """Return the outlook of *owners* (folded names) together; None is everybody."""
        deals, target, runs = self.deals, self.team_target, self.runs
        if owners is not None:
            deals = deals[fold_keys(deals["owner"]).isin(owners).to_numpy(dtype=bool)]
            known = [self.owner_targets[owner] for owner in owners if self.owner_targets.get(owner) is not None]
            target = round(sum(value for value in known if value is not None), 2) if known else None
            mine = [place for place, owner in enumerate(self.simulated_owners) if owner in owners]
            runs = runs[mine] if len(runs) else runs
        stated = sum_stated_forecasts(deals, self.period, np.zeros(len(deals), dtype=np.int64), 1)
        won, spread, chance = float(stated.won[0]), ForecastRange(None, None, None), None
        if self.why_not is None:
            total = won + runs.sum(axis=0)
            spread, chance = measure_range(total), chance_to_reach(total, target)
        return GroupOutlook(
            won, int(stated.won_count[0]), target, spread, chance, number_or_none(stated.weighted[0]),
            number_or_none(stated.commit[0]),
        )  # fmt: skip


def record_outlooks(pipeline: Pipeline, start: date, end: date) -> OutlookRecord:
    """Simulate once what every owner wins until *end*, beside what is won since *start*; today is in between."""
    pipeline = replace(pipeline, query=Query())
    deals, record, day = list_deals_today(pipeline), build_stay_record(pipeline), days_since_1970(pipeline.today)
    _, why_not = weigh_samples(record, day, pipeline.settings.number("small_sample"))
    runs = np.zeros((0, 0))
    if why_not is None:
        open_deals, _ = select_simulated_deals(deals[(deals["outcome"] == "open").to_numpy(dtype=bool)], record, day)
        runs = simulate_forecast(record, day, open_deals, [(end - pipeline.today).days]).owner_value
    return OutlookRecord(
        (days_since_1970(start), days_since_1970(end)), deals, find_target_of_days(pipeline, start, end),
        _find_owner_targets(pipeline, start, end), tuple(map(fold_text, record.owners)), runs, why_not,
    )  # fmt: skip


def _find_owner_targets(pipeline: Pipeline, start: date, end: date) -> Mapping[str, float | None]:
    """Return the target of each owner (folded), those without a deal included."""
    cube = build_cube(pipeline, "owner")
    targets = dict(zip(map(fold_text, cube.keys), list_targets_of_days(cube, start, end), strict=True))
    for owner in sorted({fold_text(owner) for owner in pipeline["Targets"]["owner"]} - targets.keys() - {""}):
        query = Query(filters={"owner": owner})
        targets[owner] = find_target_of_days(replace(pipeline, query=query), start, end)
    return targets
