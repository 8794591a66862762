"""What follows for quotes from dates and from what people typed: states, the one primary quote, the deal's amount.

sent on a day               a draft is sent, with a last day when it has none
past its last day           a sent quote is expired; given a later one, it is sent again
accepted, rejected          decided today, when no day is said
replaced by one that went out    superseded
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.difference import difference
from xl_salesflow.model.discounts import unapproved
from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Edit, Plan
from xl_salesflow.model.primary import LIVE, values
from xl_salesflow.model.text import Text
from xl_salesflow.quotes.numbers import next_numbers

BECAUSE = Text("amount of quote {quote}", "取自报价单 {quote}")


def keep(pipeline: Pipeline) -> Plan:
    """Return what brings Quotes up to date; a second run plans nothing."""
    quotes = _numbered(pipeline)
    if not len(quotes):
        return Plan()
    quotes = _stated(pipeline, quotes)
    return difference(pipeline, pipeline.with_tables(Quotes=_with_one_primary(quotes)), "update")


def amounts(pipeline: Pipeline) -> Plan:
    """Return the amounts that deals take from their primary quotes.

    A quote gives its amount once, and again when it comes to another one: an amount that a person typed since stands.
    """
    if pipeline.settings.text("amount_follows_quote").casefold() == "no" or not len(pipeline["Quotes"]):
        return Plan()
    deals, quotes = pipeline["Deals"], pipeline["Quotes"]
    found = values(pipeline)
    found = found[~(unapproved(pipeline) & quotes["status"].isin(["sent", "accepted"])).reindex(found.index)]
    given = quotes["followed"].reindex(found.index)
    found = found[~((given - found["value"]).abs() < 0.005)]
    if not len(found):
        return Plan()
    rows = pd.Index(found["row"])
    after = found["value"].set_axis(rows)
    numbers = quotes["quote"].reindex(found.index)
    why = pd.Series([BECAUSE.in_(pipeline.language, quote=number) for number in numbers], index=rows, dtype=object)
    amount = Edit("Deals", "amount", deals.loc[rows, "deal"], deals.loc[rows, "amount"], after, why)
    followed = Edit("Quotes", "followed", numbers, given, found["value"], "update")
    return Plan(edits=(amount, followed))


def _numbered(pipeline: Pipeline) -> pd.DataFrame:
    # a quote typed into the sheet gets its number there
    quotes = pipeline["Quotes"]
    blank = (quotes["quote"] == "") & (quotes["deal"] != "")
    if not blank.any():
        return quotes
    number = quotes["quote"].copy()
    number[blank] = np.array(next_numbers(pipeline, int(blank.sum())), object)
    return quotes.assign(quote=number)


def _stated(pipeline: Pipeline, quotes: pd.DataFrame) -> pd.DataFrame:
    today, status = pd.Timestamp(pipeline.today).as_unit("s"), quotes["status"]
    keyed = (quotes["quote"] != "") & (quotes["deal"] != "")
    open_ = status.isin(["", "draft"])
    status = status.mask(keyed & (status == ""), "draft").mask(keyed & open_ & quotes["sent"].notna(), "sent")
    unsent = keyed & (status == "sent") & quotes["sent"].isna() & ~(quotes["valid_until"] < today)
    sent = quotes["sent"].mask(unsent, today)
    decided = quotes["decided"].mask(keyed & status.isin(["accepted", "rejected"]) & quotes["decided"].isna(), today)
    days = pd.Timedelta(days=pipeline.settings.number("quote_days"))
    lasts = (quotes["date"].fillna(sent) + days).astype(quotes["valid_until"].dtype)
    until = quotes["valid_until"].mask((status == "sent") & quotes["valid_until"].isna(), lasts)
    over = keyed & (until < today) & decided.isna()
    status = status.mask(over & (status == "sent"), "expired")
    status = status.mask(keyed & (status == "expired") & (until >= today) & sent.notna() & decided.isna(), "sent")
    went_out = quotes["supersedes"][status.isin(["sent", "accepted"]) & (quotes["supersedes"] != "")]
    replaced = folded(quotes["quote"]).isin(set(folded(went_out))) & status.isin(["", "draft", "sent", "expired"])
    status = status.mask(keyed & replaced, "superseded")
    return quotes.assign(status=status, sent=sent, decided=decided, valid_until=until)


def _with_one_primary(quotes: pd.DataFrame) -> pd.DataFrame:
    """Return *quotes* with one primary per deal, where it can be told: an accepted one, the marked one, the latest one."""
    keyed = quotes[(quotes["deal"] != "") & (quotes["quote"] != "")]
    deal, live = folded(keyed["deal"]), keyed["status"].isin(LIVE)
    marked = keyed["primary"] == "yes"
    rank = (keyed["status"] == "accepted") * 4.0 + (marked & live) * 2.0 + (keyed["status"] == "sent")
    order = pd.DataFrame({"deal": deal, "rank": rank, "date": keyed["date"], "version": keyed["version"]})[live]
    order = order.sort_values(["rank", "date", "version"], na_position="first", kind="stable")
    best = order.drop_duplicates("deal", keep="last")
    # two that a person marked, and neither or both accepted, are for a person to choose between
    alike = order.merge(best[["deal", "rank"]], on=["deal", "rank"])["deal"].value_counts()
    torn = set(alike.index[alike > 1]) & set(best.loc[best["rank"] >= 2, "deal"])
    chosen = best[~best["deal"].isin(torn)]
    settled = deal.isin(set(chosen["deal"]))
    first = keyed.index.isin(chosen.index)
    primary = keyed["primary"].mask(settled & first, "yes").mask(settled & ~first & marked, "no")
    return quotes.assign(
        primary=primary.reindex(quotes.index, fill_value="").where(quotes.index.isin(keyed.index), quotes["primary"])
    )
