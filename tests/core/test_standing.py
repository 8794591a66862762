"""Open deals combined with the data of their stage."""

from __future__ import annotations

import pandas as pd

from tests.tables import crm
from xl_salesflow.core.deal_standing import select_open_deals


def test_open_deals_get_the_data_of_their_stage() -> None:
    """The deal's own probability takes precedence over the stage's; an unknown stage gives no data."""
    pipeline = crm(
        Deals=[
            {"deal": "D1", "outcome": "open", "recorded_stage": "Presentation"},
            {"deal": "D2", "outcome": "open", "recorded_stage": "Lead", "probability_override": 0.9},
            {"deal": "D3", "outcome": "open", "recorded_stage": "Gone"},
            {"deal": "D4", "outcome": "won", "recorded_stage": "Won"},
        ]
    )
    standing = select_open_deals(pipeline)
    assert standing["deal"].tolist() == ["D1", "D2", "D3"]
    assert standing["position"].tolist()[:2] == [3, 1]
    assert standing["day_limit"].tolist()[:2] == [21, 14]
    assert standing["buyer_due"].tolist() == ["definition", "indifference", ""]
    assert standing["chance"].tolist()[:2] == [0.45, 0.9]
    assert pd.isna(standing[["position", "day_limit", "chance"]].iloc[2]).all()
