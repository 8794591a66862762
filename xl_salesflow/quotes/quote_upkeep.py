"""Keep Quotes up to date: numbers, statuses, the one primary quote, and the amount of the deal.

Numbers are prefix, year and a counter, such as Q-2026-0007, without gaps or duplicates. If two runs write the same
file, the second starts over from the new file; if two copies are merged, the other copy's quote gets a new number.

sent on a day               a draft becomes sent, with a last day if it has none
past its last day           a sent quote becomes expired; with a later last day, sent again
accepted, rejected          decided today, unless a day is given
replaced by a sent quote    superseded
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, Edit, diff_pipelines
from xl_salesflow.core.deal_standing import (
    LIVE_QUOTE_STATES,
    find_primary_quotes,
    find_primary_values,
    find_unapproved_discounts,
)
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import LABEL_AND_VALUE, Text
from xl_salesflow.quotes.quote_lookup import PRINTED_NEED_COLUMNS
from xl_salesflow.schema.table_frames import fold_keys, look_up_values
from xl_salesflow.schema.table_registry import TABLES

QUOTE_AMOUNT_REASON = Text("amount of quote {quote}")
DEAL_LINES_REASON = Text("deal lines")


def update_quotes(pipeline: Pipeline) -> ChangeSet:
    """Return the changes that bring Quotes up to date; a second run changes nothing."""
    quotes = _number_typed_quotes(pipeline)
    if not len(quotes):
        return ChangeSet()
    quotes = _draft_customer_texts(pipeline, _update_quote_statuses(pipeline, quotes))
    return diff_pipelines(pipeline, pipeline.with_tables(Quotes=_choose_primary_quotes(quotes)), "update")


def take_quote_amounts(pipeline: Pipeline) -> ChangeSet:
    """Return the amounts that deals take from their primary quotes.

    A deal takes the amount once, and again when the quote's amount changes; an amount that a person typed since then is
    kept.
    """
    if pipeline.settings.text("amount_follows_quote").casefold() == "no" or not len(pipeline["Quotes"]):
        return ChangeSet()
    deals, quotes = pipeline["Deals"], pipeline["Quotes"]
    found = find_primary_values(pipeline)
    found = found[
        ~(find_unapproved_discounts(pipeline) & quotes["status"].isin(["sent", "accepted"])).reindex(found.index)
    ]
    given = quotes["followed"].reindex(found.index)
    found = found[~((given - found["value"]).abs() < 0.005)]
    if not len(found):
        return ChangeSet()
    rows = pd.Index(found["row"])
    after = found["value"].set_axis(rows)
    numbers = quotes["quote"].reindex(found.index)
    why = pd.Series(
        [QUOTE_AMOUNT_REASON.in_(pipeline.language, quote=number) for number in numbers], index=rows, dtype=object
    )
    amount = Edit("Deals", "amount", deals.loc[rows, "deal"], deals.loc[rows, "amount"], after, why)
    followed = Edit("Quotes", "followed", numbers, given, found["value"], "update")
    return ChangeSet(edits=(amount, followed))


def take_deal_lines(pipeline: Pipeline) -> ChangeSet:
    """Return what open deals take from their deal lines: the product of the largest line if they name none, and the sum.

    The sum becomes the amount if Settings ask for it and the deal has no primary quote; a deal whose lines have no price
    keeps its amount.
    """
    lines = pipeline["DealLines"]
    lines = lines[(lines["deal"] != "") & (lines["product"] != "")]
    if lines.empty:
        return ChangeSet()
    deals, of_deal = pipeline["Deals"], fold_keys(lines["deal"])
    keys, is_open = fold_keys(deals["deal"]), deals["outcome"].isin(["", "open"])
    largest = lines.assign(deal=of_deal).sort_values("net", ascending=False, kind="stable").drop_duplicates("deal")
    product = look_up_values(keys, largest.set_index("deal")["product"]).fillna("").astype(object)
    unnamed = deals.index[is_open & (deals["product"] == "") & (product != "")]
    changes = [("product", unnamed, product)]
    if pipeline.settings.text("amount_follows_lines").casefold() == "yes":
        sums = look_up_values(keys, (lines["net"].groupby(of_deal).sum() * 100).round() / 100).astype("float64")
        quoted = keys.isin(set(find_primary_quotes(pipeline)["deal"]))
        changes.append(("amount", deals.index[is_open & ~quoted & (sums > 0) & (deals["amount"] != sums)], sums))
    why = DEAL_LINES_REASON.in_(pipeline.language)
    return ChangeSet(
        edits=tuple(
            Edit("Deals", column, deals.loc[rows, "deal"], deals.loc[rows, column], after[rows], why)
            for column, rows, after in changes
            if len(rows)
        )
    )


def _number_typed_quotes(pipeline: Pipeline) -> pd.DataFrame:
    # a quote typed into the sheet gets its number there
    quotes = pipeline["Quotes"]
    blank = (quotes["quote"] == "") & (quotes["deal"] != "")
    if not blank.any():
        return quotes
    number = quotes["quote"].copy()
    number[blank] = np.array(next_keys(pipeline, "Quotes", int(blank.sum())), object)
    return quotes.assign(quote=number)


def _update_quote_statuses(pipeline: Pipeline, quotes: pd.DataFrame) -> pd.DataFrame:
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
    replaced = fold_keys(quotes["quote"]).isin(set(fold_keys(went_out))) & status.isin(["", "draft", "sent", "expired"])
    status = status.mask(keyed & replaced, "superseded")
    return quotes.assign(status=status, sent=sent, decided=decided, valid_until=until)


_DRAFTED_COLUMNS: Mapping[str, str] = MappingProxyType({**PRINTED_NEED_COLUMNS, "next_step": "next_steps"})


def _draft_customer_texts(pipeline: Pipeline, quotes: pd.DataFrame) -> pd.DataFrame:
    # the notes of the deal beside a draft, to reword and copy; nothing beside a quote that is out or has its texts
    columns = list(_DRAFTED_COLUMNS.values())
    bare = quotes["status"].isin(["", "draft"]) & (quotes[columns].apply(lambda cells: cells.str.strip()) == "").all(
        axis=1
    )
    deals = pipeline["Deals"].drop_duplicates("deal").set_index("deal")
    text = pd.Series("", index=quotes.index, dtype=object)
    for note, printed in _DRAFTED_COLUMNS.items():
        header = TABLES["Quotes"].header(printed, pipeline.language)
        said = look_up_values(quotes["deal"], deals[note]).fillna("").str.strip()
        line = said.map(lambda words, label=header: LABEL_AND_VALUE.in_(pipeline.language, label=label, value=words))
        text = (text + "\n" + line).str.strip().where(said != "", text)
    return quotes.assign(draft_texts=text.where(bare, ""))


def _choose_primary_quotes(quotes: pd.DataFrame) -> pd.DataFrame:
    """Return *quotes* with one primary per deal where that is clear: the accepted, the marked or the latest one."""
    keyed = quotes[(quotes["deal"] != "") & (quotes["quote"] != "")]
    deal, live = fold_keys(keyed["deal"]), keyed["status"].isin(LIVE_QUOTE_STATES)
    marked = keyed["primary"] == "yes"
    rank = (keyed["status"] == "accepted") * 4.0 + (marked & live) * 2.0 + (keyed["status"] == "sent")
    order = pd.DataFrame({"deal": deal, "rank": rank, "date": keyed["date"], "version": keyed["version"]})[live]
    order = order.sort_values(["rank", "date", "version"], na_position="first", kind="stable")
    best = order.drop_duplicates("deal", keep="last")
    # if a person marked two, and neither or both are accepted, a person has to choose
    alike = order.merge(best[["deal", "rank"]], on=["deal", "rank"])["deal"].value_counts()
    torn = set(alike.index[alike > 1]) & set(best.loc[best["rank"] >= 2, "deal"])
    chosen = best[~best["deal"].isin(torn)]
    settled = deal.isin(set(chosen["deal"]))
    first = keyed.index.isin(chosen.index)
    primary = keyed["primary"].mask(settled & first, "yes").mask(settled & ~first & marked, "no")
    return quotes.assign(
        primary=primary.reindex(quotes.index, fill_value="").where(quotes.index.isin(keyed.index), quotes["primary"])
    )
