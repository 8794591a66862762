"""Note amount, forecast category and owner of every recorded deal, so that the next run notices when one has changed.

The Journal records each change of a noted value with the one before it. That is how the amount of a deal on a past day is
known although people type over cells. The expected close is noted with its pushes (`deal_upkeep`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, diff_pipelines
from xl_salesflow.core.pipelines import Pipeline

_NOTED_VALUES: Mapping[str, str] = MappingProxyType(
    {"amount": "last_amount", "forecast": "last_forecast", "owner": "last_owner"}
)


def note_deal_values(pipeline: Pipeline) -> ChangeSet:
    """Note the values of every deal that has a recorded stage, and since when this is done."""
    deals = pipeline["Deals"]
    recorded = (deals["deal"] != "") & (deals["recorded_stage"] != "")
    noted = {last: deals[last].mask(recorded, deals[column]) for column, last in _NOTED_VALUES.items()}
    begins = recorded & deals["recorded_since"].isna()
    since = deals["recorded_since"].mask(begins, pd.Timestamp(pipeline.today))
    now = pipeline.with_tables(Deals=deals.assign(**noted, recorded_since=since.astype(deals["recorded_since"].dtype)))
    return diff_pipelines(pipeline, now, "noted")
