"""The quote that stands for a deal, and what the deal is worth by it."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline

LIVE = ("", "draft", "sent", "accepted")
"""States in which a quote is an offer."""


def primaries(pipeline: Pipeline) -> pd.DataFrame:
    """Return deal (folded), row of Deals and value (NaN where it cannot be told) of every live primary quote, by row of Quotes.

    The value is the net sum, which is the formula column of Quotes, in the workbook's currency; a quote without a line has none.
    """
    quotes, deals = pipeline["Quotes"], pipeline["Deals"]
    live = quotes[(quotes["primary"] == "yes") & quotes["status"].isin(LIVE) & (quotes["deal"] != "")]
    keys = folded(deals["deal"])
    known = pd.Series(deals.index, index=keys.to_numpy())
    known = known[~known.index.duplicated()]
    deal = folded(live["deal"])
    lines = folded(pipeline["QuoteLines"]["quote"])
    base = pipeline.settings.text("currency").strip().upper()
    foreign = ~live["currency"].str.strip().str.upper().isin(["", base])
    value = (live["net"] * live["rate"].where(live["rate"] > 0).where(foreign, 1.0)).round(2)
    return pd.DataFrame(
        {"deal": deal, "row": deal.map(known), "value": value.where(folded(live["quote"]).isin(lines))},
        index=live.index,
    )


def values(pipeline: Pipeline) -> pd.DataFrame:
    """Return row of Deals and value of the open deals that one primary quote stands for, by row of Quotes."""
    found = primaries(pipeline)
    found = found[~found["deal"].duplicated(keep=False) & found["row"].notna() & found["value"].notna()]
    outcome = pipeline["Deals"]["outcome"].reindex(found["row"]).set_axis(found.index)
    found = found[~outcome.isin(["won", "lost"])]
    return found.assign(row=found["row"].astype("int64"))
