"""The estimated win probability: checked by hand, explained, and blank while there are too few closed deals."""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.tables import crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.win_probability import estimate_win_probability, fill_win_probability


def deals(outcome: str, count: int, **cells: Any) -> list[dict[str, Any]]:
    return [{"outcome": outcome, "playbook": "crm", **cells} for _ in range(count)]


def workbook(*groups: list[dict[str, Any]], **tables: Any) -> Pipeline:
    rows = [{"deal": f"D{n}", **row} for n, row in enumerate(row for group in groups for row in group)]
    return crm(Deals=rows, **tables)


NOW = deals("open", 1, recorded_stage="Presentation", source="referral")
WON = deals("won", 30, furthest=6, source="referral") + deals("won", 10, furthest=6, source="website")
LOST = deals("lost", 5, furthest=3, source="referral") + deals("lost", 15, furthest=1, source="website")


def test_a_calculation_by_hand() -> None:
    """
    won ÷ lost                                40 ÷ 20
    Presentation: lost deals that came there  5.1 of 20.1, won deals all
    Referral: 30.1 of 40.2 won, 5.1 of 20.2 lost
    """
    estimate = estimate_win_probability(workbook(NOW, WON, LOST))
    odds = 40 / 20 * (20.1 / 5.1) * (30.1 / 40.2) / (5.1 / 20.2)
    assert estimate.closed == 60
    assert estimate.probability.iloc[0] == pytest.approx(odds / (1 + odds))
    assert estimate.weights.iloc[0].dropna().to_dict() == {
        "stage": pytest.approx(log(20.1 / 5.1)),
        "source": pytest.approx(log(30.1 / 40.2 * 20.2 / 5.1)),
    }


def test_it_is_written_beside_the_deal_and_explained() -> None:
    pipeline = workbook(NOW, WON, LOST)
    after = apply_change_set(pipeline, fill_win_probability(pipeline))
    deal = after["Deals"].iloc[0]
    assert deal["learned_probability"] == 0.959
    assert deal["learned_why"] == "Stage Presentation ×3.9; Source Referral ×3"
    assert after["Deals"]["learned_why"].iloc[1:].eq("").all()
    assert not fill_win_probability(after).writes


def test_a_persons_own_probability_stays() -> None:
    pipeline = workbook([{**NOW[0], "probability_override": 0.2}], WON, LOST)
    assert {edit.column for edit in fill_win_probability(pipeline).edits} == {"learned_probability", "learned_why"}


@pytest.mark.parametrize(
    ("won", "lost", "silent"), [(25, 24, True), (25, 25, False), (50, 0, True), (0, 50, True), (49, 1, False)]
)
def test_no_estimate_below_fifty_closed_deals(won: int, lost: int, silent: bool) -> None:
    estimate = estimate_win_probability(workbook(NOW, deals("won", won), deals("lost", lost)))
    assert estimate.probability.empty == silent


def test_an_estimate_that_no_longer_applies_is_cleared() -> None:
    pipeline = workbook([{**NOW[0], "learned_probability": 0.9, "learned_why": "Stage"}])
    deal = apply_change_set(pipeline, fill_win_probability(pipeline))["Deals"].iloc[0]
    assert pd.isna(deal["learned_probability"])
    assert deal["learned_why"] == ""


def test_blank_and_unseen_values_have_no_weight() -> None:
    pipeline = workbook(deals("open", 1, source="") + deals("open", 1, source="search"), WON, LOST)
    assert estimate_win_probability(pipeline).weights["source"].isna().all()


def test_the_customers_industry_counts() -> None:
    accounts = [{"account": "Acme", "industry": "retail"}, {"account": "Bolt", "industry": "medical"}]
    pipeline = workbook(
        deals("open", 1, account="Acme") + deals("open", 1, account="Bolt"),
        deals("won", 30, account="Acme"), deals("lost", 30, account="Bolt"), Accounts=accounts,
    )  # fmt: skip
    acme, bolt = estimate_win_probability(pipeline).probability
    assert acme > 0.9
    assert bolt < 0.1


@examples(10)
@given(st.integers(0, 2**32 - 1))
def test_the_factors_add_up_and_a_later_stage_never_lowers_the_probability(seed: int) -> None:
    rng = np.random.default_rng(seed)
    closed = [
        {"outcome": outcome, "playbook": "crm", "furthest": furthest, "source": source, "owner": owner}
        for outcome, furthest, source, owner in zip(
            rng.choice(["won", "lost"], 80), rng.integers(1, 6, 80), rng.choice(["referral", "search", ""], 80),
            rng.choice(["Li", "Wu"], 80), strict=True,
        )
    ]  # fmt: skip
    stages = ["Lead", "Qualified", "Presentation", "Objections", "Contract"]
    now = [{"outcome": "open", "playbook": "crm", "recorded_stage": stage, "source": "search"} for stage in stages]
    estimate = estimate_win_probability(workbook(now, closed))
    logits = estimate.prior + estimate.weights.fillna(0).sum(axis=1)
    assert estimate.probability.tolist() == pytest.approx([1 / (1 + exp(-logit)) for logit in logits])
    assert estimate.probability.is_monotonic_increasing
