"""Why deals were lost, quarter by quarter: the lost deals that the query asks for, by the reason on the sheet Deals."""

from __future__ import annotations

from datetime import date

import numpy as np

from xl_salesflow.core.insight_answers import LossReasonQuarters
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import column_numbers, sum_money_by_group
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.schema.choice_lists import LISTS

SHOWN_QUARTERS = 4


def count_loss_reasons(pipeline: Pipeline) -> tuple[tuple[date, ...], tuple[LossReasonQuarters, ...]]:
    """Return the first days of the last four quarters, and the lost deals of each reason in them, the most frequent first."""
    first = pipeline.as_of.year * 4 + (pipeline.as_of.month - 1) // 3 - SHOWN_QUARTERS + 1
    quarters = tuple(date(each // 4, each % 4 * 3 + 1, 1) for each in range(first, first + SHOWN_QUARTERS))
    cube = build_cube(pipeline)
    frame = cube.frame[cube.lost]
    current = pipeline["Deals"].drop_duplicates("deal").set_index("deal")["loss_reason"]
    reasons = current.reindex(frame["deal"]).fillna("").to_numpy(dtype=object)
    closed = frame["closed"].to_numpy("datetime64[M]")
    place = np.where(np.isnat(closed), -1, closed.astype(np.int64) // 3 + 1970 * 4 - first)
    amounts = column_numbers(frame["amount"])
    found = []
    for reason in sorted({str(each) for each in reasons[place >= 0]}):
        mine = (reasons == reason) & (place >= 0)
        counts = np.bincount(place[mine], minlength=SHOWN_QUARTERS)
        known = mine & ~np.isnan(amounts)
        sums = sum_money_by_group(amounts[known], place[known], SHOWN_QUARTERS)
        valued = np.bincount(place[known], minlength=SHOWN_QUARTERS)
        values = tuple(
            None if count and not priced else float(value)
            for count, priced, value in zip(counts, valued, sums, strict=True)
        )
        label = LISTS["loss_reason"][reason].in_(pipeline.language) if reason in LISTS["loss_reason"] else reason
        found.append(LossReasonQuarters(label, tuple(map(int, counts)), values))
    return quarters, tuple(sorted(found, key=lambda each: (-sum(each.counts), each.reason)))
