"""What a quote takes off the price list, and who may grant that much."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.model.frames import folded, looked_up
from xl_salesflow.model.pipeline import Pipeline

OF_ROLE: Mapping[str, str] = MappingProxyType({"manager": "discount_manager", "director": "discount_director"})
"""Role → the setting that holds its limit; any other role has the general one."""

SLACK = 1e-9  # shares are typed in per cent, sums of them come out a hair off
_AND = re.compile(r"\s*[,，、;；/&+]\s*")


def granted(pipeline: Pipeline) -> pd.Series:
    """Return the share that each quote takes off, by row of Quotes: of its most reduced line, with what comes off the whole.

    A price of its own below the list price is a discount too, without the tax it may contain and in the workbook's currency.
    """
    quotes, lines = pipeline["Quotes"], pipeline["QuoteLines"]
    quoted = folded(lines["quote"])
    left = (1 - lines["discount"].fillna(0)) * _price_ratio(pipeline, quoted)
    least = looked_up(folded(quotes["quote"]), left[quoted != ""].groupby(quoted[quoted != ""]).min()).fillna(1.0)
    return 1 - least * (1 - quotes["discount"].fillna(0))


def limits(pipeline: Pipeline, people: pd.Series) -> pd.Series:
    """Return the most that each of *people* may grant alone: their own limit, else their role's, else everybody's."""
    team, settings = pipeline["Team"], pipeline.settings
    general = settings.number("discount_limit")
    of_role = team["role"].map({role: settings.number(setting) for role, setting in OF_ROLE.items()}).fillna(general)
    held = team["discount_limit"].fillna(of_role).set_axis(folded(team["person"]).to_numpy())
    return looked_up(folded(people), held[~held.index.duplicated()]).fillna(general)


def owners(pipeline: Pipeline) -> pd.Series:
    """Return the owner of each quote's deal, by row of Quotes; "" where nobody knows the deal."""
    deals = pipeline["Deals"]
    held = deals["owner"].set_axis(folded(deals["deal"]).to_numpy())
    return looked_up(folded(pipeline["Quotes"]["deal"]), held[~held.index.duplicated()]).fillna("").astype(object)


def unapproved(pipeline: Pipeline) -> pd.Series:
    """Tell by row of Quotes which take off more than the deal's owner may grant and nobody who may has approved."""
    off = granted(pipeline)
    above = off > limits(pipeline, owners(pipeline)) + SLACK
    owner, names = owners(pipeline), pipeline["Quotes"]["approved_by"]
    approved = pd.Series(
        [_may_grant(pipeline, names[row], off[row], owner[row]) for row in above.index[above]], above.index[above], bool
    )
    return above & ~approved.reindex(above.index, fill_value=False)


def _may_grant(pipeline: Pipeline, typed: str, share: float, owner: str) -> bool:
    # somebody of the team who still works here, and may grant that much; where no team is written down, anybody but the owner
    team, names = pipeline["Team"], [name for name in _AND.split(typed.strip()) if name]
    if not (team["person"] != "").any():
        return any(name.casefold() != owner.strip().casefold() for name in names)
    known = set(folded(team.loc[team["active"] != "no", "person"])) - {""}
    people = pd.Series([name for name in names if name.casefold() in known], dtype=object)
    return bool(len(people)) and bool((limits(pipeline, people) >= share - SLACK).any())


def _price_ratio(pipeline: Pipeline, quoted: pd.Series) -> pd.Series:
    # the line's own price against the list's, at most 1; a price that cannot be compared counts as the list's
    quotes, lines, products = pipeline["Quotes"], pipeline["QuoteLines"], pipeline["Products"]
    prices = products["price"].set_axis(folded(products["product"]).to_numpy())
    listed = looked_up(folded(lines["product"]), prices[~prices.index.duplicated()])
    worth = _worth(pipeline, quotes).set_axis(folded(quotes["quote"]).to_numpy())
    own = lines["price"] * looked_up(quoted, worth[~worth.index.duplicated()])
    ratio = (own / listed.where(listed > 0)).clip(lower=0.0, upper=1.0)
    return ratio.fillna(1.0)


def _worth(pipeline: Pipeline, quotes: pd.DataFrame) -> pd.Series:
    """Return what one unit of each quote's prices is worth in the price list's money; NaN where nothing tells."""
    base = pipeline.settings.text("currency").strip().upper()
    foreign = ~quotes["currency"].str.strip().str.upper().isin(["", base])
    rate = quotes["rate"].where(foreign, 1.0).where(lambda rates: rates > 0)
    tax = quotes["tax_rate"].fillna(pipeline.settings.number("tax_rate"))
    contained = np.where(quotes["tax_mode"] == "inclusive", 1 + tax, 1.0)
    worth: pd.Series = rate / np.where(contained > 0, contained, np.nan)
    return worth
