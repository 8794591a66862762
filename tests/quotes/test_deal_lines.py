"""The products of a deal before there is a quote: what they come to, what the deal takes from them, and the first quote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.quotes.desk import RUN, desk, done
from tests.tables import rows
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.quotes.quote_upkeep import take_deal_lines
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.sheet_modules import MODULE_TABLES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import draft, undo, update

LINES = """
    line | deal | product | quantity | price | discount | net
    L-1  | D-2  | Pump    | 2        |       |          | 200
    L-2  | d-2  | Valve   | 3        | 33.35 | 0.1      | 90.05
    L-3  | D-2  | Hose    | 4        |       |          | 0
    L-4  | D-1  | Pump    | 1        | 7     |          | 7
"""


def listed(follow: str = "yes", **tables: list[dict[str, Any]]) -> Pipeline:
    """Return the desk with the lines; the amounts of deals follow them if *follow* is yes."""
    given = [{key: cell for key, cell in row.items() if key != "net"} for row in rows(LINES, "DealLines")]
    products = [{"product": "Pump", "price": 100.0}, {"product": "Valve"}, {"product": "Hose"}]
    made = desk(DealLines=given, Products=products, **tables)
    return recompute_formula_columns(replace(made, settings=Settings({"amount_follows_lines": follow})))


def test_a_line_comes_to_quantity_times_price_less_discount() -> None:
    assert listed()["DealLines"]["net"].tolist() == [row["net"] for row in rows(LINES, "DealLines")]


@pytest.mark.parametrize(("follow", "amounts"), [("yes", [None, 290.05, 500.0]), ("no", [None, None, 500.0])])
def test_the_amount_follows_when_asked_unless_there_is_a_quote(follow: str, amounts: list[float | None]) -> None:
    """D-1 has a draft as its primary quote, D-3 is won."""
    after = done(listed(follow), take_deal_lines(listed(follow)))
    assert [None if amount != amount else amount for amount in after["Deals"]["amount"]] == amounts
    assert not take_deal_lines(after).edits


def test_a_deal_without_a_product_takes_that_of_its_largest_line() -> None:
    deals = [
        {**deal, "product": "" if deal["deal"] == "D-2" else "Hose"} for deal in desk()["Deals"].to_dict("records")
    ]
    after = done(listed(Deals=deals), take_deal_lines(listed(Deals=deals)))  # type: ignore[list-item]  # rows read back have keys of any type
    assert after["Deals"]["product"].tolist() == ["Hose", "Pump", "Hose"]


def test_an_update_does_it_and_undo_takes_it_back() -> None:
    before = listed()
    after = done(before, update(before, RUN))
    assert after["Deals"].set_index("deal").at["D-2", "amount"] == 290.05
    assert done(after, undo(after, RUN))["Deals"].set_index("deal")["amount"].isna()["D-2"]


def test_the_first_quote_takes_the_lines_over() -> None:
    before = listed()
    number = draft(before, "D-2", RUN).answer.result.quote
    after = done(before, draft(before, "D-2", RUN))
    made = after["QuoteLines"][after["QuoteLines"]["quote"] == number]
    assert made[["position", "product", "quantity"]].values.tolist() == [
        [1, "Pump", 2],
        [2, "Valve", 3],
        [3, "Hose", 4],
    ]
    assert made["net"].tolist() == [200.0, 90.05, 0.0]


def test_a_line_without_any_price_is_a_finding() -> None:
    found = [one for one in check_pipeline(listed()) if one.rule == "deal_line_price"]
    assert [(one.table, one.key, one.column) for one in found] == [("DealLines", "L-3", "price")]


def test_the_sheet_is_hidden_until_it_is_used() -> None:
    assert not TABLES["DealLines"].visible
    assert MODULE_TABLES["products"] == ("DealLines", "Products")
