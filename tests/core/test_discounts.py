"""The discount of a quote, who may grant it, and whose approval counts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.quotes.selling import selling
from xl_salesflow.core.deal_standing import compute_discounts, find_unapproved_discounts, look_up_discount_limits

LINE = {"quote": "Q-1", "product": "Pump", "quantity": 1}


@pytest.mark.parametrize(
    ("quote", "lines", "off"),
    [
        ({}, [LINE], 0.0),
        ({"discount": 0.05}, [LINE], 0.05),
        ({"discount": 0.05}, [], 0.05),
        ({}, [{**LINE, "discount": 0.2}, LINE], 0.2),  # the most reduced line counts
        ({"discount": 0.1}, [{**LINE, "discount": 0.1}], 0.19),
        ({}, [{**LINE, "discount": 0.3, "optional": "yes"}], 0.3),  # options count too
        ({}, [{**LINE, "price": 90.0}], 0.1),  # a price below the list is a discount
        ({}, [{**LINE, "price": 120.0}], 0.0),
        ({}, [{**LINE, "price": 90.0, "discount": 0.1}], 0.19),
        ({"tax_mode": "inclusive", "tax_rate": 0.25}, [{**LINE, "price": 112.5}], 0.1),  # excluding tax
        ({"currency": "EUR", "rate": 8.0}, [{**LINE, "price": 10.0}], 0.2),
        ({"currency": "EUR"}, [{**LINE, "price": 10.0}], 0.0),  # its value is unknown
        ({}, [{**LINE, "product": "Unheard of", "price": 1.0}], 0.0),
        ({}, [LINE, {**LINE, "price": 0.0}], 1.0),
        ({}, [LINE, {**LINE, "price": 0.0, "gift": "yes"}], 0.0),  # a present
        ({"discount": 0.05}, [LINE, {**LINE, "price": 0.0, "gift": "yes"}], 0.05),
        ({}, [{**LINE, "price": 50.0, "gift": "yes"}], 0.5),  # a gift has no price
        ({}, [{**LINE, "quote": "q-1", "product": "PUMP", "price": 90.0}], 0.1),
    ],
)
def test_the_discount_from_the_price_list(quote: dict[str, Any], lines: list[dict[str, Any]], off: float) -> None:
    assert compute_discounts(selling(quote, QuoteLines=lines)).iloc[0] == pytest.approx(off)


def test_each_has_their_own_limit_or_their_roles_or_everybodys() -> None:
    people = pd.Series(["Li", " ann ", "Bo", "Cy", "Nobody", ""], dtype=object)
    assert list(look_up_discount_limits(selling(), people)) == [0.1, 0.2, 0.35, 0.5, 0.1, 0.1]
    settings = {"discount_limit": 0.02, "discount_manager": 0.03}
    assert list(look_up_discount_limits(selling(settings=settings), people)) == [0.02, 0.03, 0.35, 0.5, 0.02, 0.02]


@pytest.mark.parametrize(
    ("discount", "approved_by", "owner", "missing"),
    [
        (0.1, "", "Li", False),  # a rep may grant ten per cent
        (0.11, "", "Li", True),
        (0.2, "Ann", "Li", False),
        (0.21, "Ann", "Li", True),  # above the limit of a manager
        (0.21, "Ann, Bo", "Li", False),
        (0.21, "bo", "Li", False),
        (0.21, "Dan", "Li", True),  # somebody who has left cannot approve
        (0.21, "Nobody", "Li", True),
        (0.21, "Li", "Li", True),
        (0.4, "", "Cy", False),
        (0.21, "", "", True),
    ],
)
def test_a_discount_above_the_limit_needs_approval_by_somebody_who_may(
    discount: float, approved_by: str, owner: str, missing: bool
) -> None:
    pipeline = selling({"discount": discount, "approved_by": approved_by}, deal={"owner": owner})
    assert bool(find_unapproved_discounts(pipeline).iloc[0]) is missing


def test_with_an_empty_team_sheet_anybody_except_the_owner_may_approve() -> None:
    for name, missing in (("Li", True), ("Wu", False), ("", True)):
        pipeline = selling({"discount": 0.3, "approved_by": name}, Team=[])
        assert bool(find_unapproved_discounts(pipeline).iloc[0]) is missing
