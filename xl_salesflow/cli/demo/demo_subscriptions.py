"""The contracts of the demo: customers who stay, grow, pay less, leave and are new, and two that are to be renewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES


class _Story(NamedTuple):
    """One contract: its customer by number, the days from today to its first and last day, and what is paid."""

    customer: int
    first: int
    last: int | None
    amount: float
    period: str
    more: Mapping[str, Any] = MappingProxyType({})


_STORIES = (
    _Story(0, -400, -36, 24_000.0, "year"),
    _Story(0, -35, 329, 27_600.0, "year"),
    _Story(1, -500, None, 800.0, "month", {"automatic": "yes"}),
    _Story(2, -450, -86, 3_000.0, "quarter"),
    _Story(2, -85, 279, 2_700.0, "quarter"),
    _Story(3, -345, 19, 12_000.0, "year", {"renewed": True}),
    _Story(4, -410, -46, 9_600.0, "year", {"ended": True, "churn_reason": "price"}),
    _Story(5, -150, 214, 450.0, "month"),
    _Story(5, -20, 344, 200.0, "month"),
    _Story(6, -130, 51, 6_000.0, "half_year", {"renewed": True, "notice_days": 30.0}),
    _Story(7, -60, 305, 1_500.0, "quarter", {"notice_days": 60.0}),
)


def make_subscription_frame(pipeline: Pipeline) -> pd.DataFrame:
    """Return the rows of the sheet Subscriptions, of customers with an open deal, which renews those that end soon."""
    deals = pipeline["Deals"]
    open_ = deals[(deals["outcome"] == "open") & (deals["account"] != "") & (deals["owner"] != "")]
    customers = open_.sort_values("deal").drop_duplicates("account").to_dict("records")
    return make_table_frame(TABLES["Subscriptions"], list(_tell(pipeline, customers)))


def _tell(pipeline: Pipeline, customers: list[dict[Any, Any]]) -> Iterator[dict[str, Any]]:
    for number, story in enumerate(one for one in _STORIES if one.customer < len(customers)):
        deal, more = customers[story.customer], dict(story.more)
        last = None if story.last is None else _day(pipeline, story.last)
        yield {
            "subscription": f"S-{number + 1:05d}",
            "account": deal["account"],
            "name": deal["product"],
            "start": _day(pipeline, story.first),
            "end": last,
            "amount": story.amount,
            "period": story.period,
            "owner": deal["owner"],
            "renewed_by": deal["deal"] if more.pop("renewed", False) else "",
            "ended": last if more.pop("ended", False) else None,
            **more,
        }


def _day(pipeline: Pipeline, days: int) -> date:
    return pipeline.today + timedelta(days=days)
