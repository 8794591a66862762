"""A pipeline with one deal, a price list and a small team, with computed formula columns, as every step sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.named_values import Settings

TODAY = date(2026, 11, 23)
PRODUCTS = [{"product": "Pump", "price": 100.0, "unit": "piece"}, {"product": "Valve", "price": 8.0}]
TEAM = [
    {"person": "Li", "role": "rep"},
    {"person": "Ann", "role": "manager"},
    {"person": "Bo", "role": "director"},
    {"person": "Cy", "role": "rep", "discount_limit": 0.5},
    {"person": "Dan", "role": "director", "active": "no"},
]


def ago(days: int) -> date:
    """Return the day that is *days* days before the run."""
    return TODAY - timedelta(days=days)


def selling(
    *quotes: dict[str, Any], deal: dict[str, Any] | None = None, language: Language = "en",
    settings: dict[str, Any] | None = None, **tables: list[dict[str, Any]],
) -> Pipeline:  # fmt: skip
    """Make a pipeline with deal D-1 and *quotes* (Q-1, Q-2… of D-1); a quote without given lines offers ten pumps."""
    rows = [{"quote": f"Q-{n}", "deal": "D-1", **quote} for n, quote in enumerate(quotes, 1)]
    lines = [{"quote": row["quote"], "position": 1, "product": "Pump", "quantity": 10} for row in rows]
    deals = [{"deal": "D-1", "owner": "Li", "outcome": "open", **(deal or {})}]
    held = {"Deals": deals, "Quotes": rows, "QuoteLines": lines, "Products": PRODUCTS, "Team": TEAM, **tables}
    return recompute_formula_columns(
        replace(build_pipeline(TODAY, language, **held), settings=Settings(settings or {}))
    )
