"""Quotes and contracts that the customer has and has not answered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xl_salesflow.followups.signal import NEVER, SLIPPING, URGENT, Days, Deals, Signal, where
from xl_salesflow.model.text import Text

ENDING = Text("quote {quote} expires on {until}", "报价单 {quote} 将于 {until} 到期")
ENDED = Text("quote {quote} expired on {until} without an answer", "报价单 {quote} 已于 {until} 过期，客户未答复")
SILENT = Text("no answer to quote {quote} sent {days} days ago", "报价单 {quote} 已发出 {days} 天，未获答复")
CONTRACT = Text("contract sent {days} days ago is not signed", "合同已发出 {days} 天，尚未签署")


def offers(deals: Deals) -> Iterator[Signal]:
    """Yield quotes about to expire, expired or unanswered, and contracts that are not back yet.

    Who was asked since is given the same days to answer again, so that a call does not ask for the next one at once.
    """
    sent = _waiting(deals)
    until = sent["valid_until"].to_numpy().astype("datetime64[D]")
    notice = np.timedelta64(int(deals.pipeline.settings.number("expiry_notice")), "D")
    touched = np.append(deals.last_touch, NEVER)[deals.rows_of(sent["deal"])]
    answer = _answer_due(deals, _sent(sent), touched)
    ending, ended = (until >= deals.today) & (until <= deals.today + notice), until < deals.today
    silent = ~ending & ~ended & (answer < deals.day)
    lapsed = np.where(touched > until, _answer_due(deals, until, touched), until)
    yield _signal(deals, "quote_ending", ENDING, URGENT, sent, where(ending, deals.calendar.on_or_before(until)))
    yield _signal(deals, "quote_ended", ENDED, SLIPPING, sent, where(ended & (lapsed < deals.day), lapsed))
    yield _signal(deals, "quote_silent", SILENT, SLIPPING, sent, where(silent, answer))
    yield from _contracts(deals)


def _waiting(deals: Deals) -> pd.DataFrame:
    # what the customers of open deals have and have not decided on; an offer that was renewed is no longer theirs
    quotes = deals.pipeline["Quotes"]
    out = quotes["status"].isin(("sent", "expired")) & quotes["decided"].isna()
    sent = quotes[out & ~quotes["quote"].isin(quotes["supersedes"])]
    return sent[np.append(deals.open, False)[deals.rows_of(sent["deal"])]]


def _sent(quotes: pd.DataFrame) -> Days:
    return np.asarray(quotes["sent"].fillna(quotes["date"]).to_numpy().astype("datetime64[D]"))


def _answer_due(deals: Deals, out: Days, touched: Days) -> Days:
    days = np.timedelta64(int(deals.pipeline.settings.number("answer_days")), "D")
    since: Days = np.where(np.isnat(out), NEVER, np.fmax(out, touched))
    return deals.moved(since + days)


def _signal(deals: Deals, id: str, text: Text, level: int, quotes: pd.DataFrame, due: np.ndarray) -> Signal:
    # of several quotes of one deal, the one that is due first speaks
    at = np.flatnonzero(~np.isnat(due))
    at = at[np.argsort(due[at], kind="stable")][::-1]
    rows, quotes = deals.rows_of(quotes["deal"].iloc[at]), quotes.iloc[at]
    sent = _sent(quotes)
    facts = {
        "quote": deals.spread(rows, quotes["quote"].to_numpy(), ""),
        "until": deals.spread(rows, quotes["valid_until"].to_numpy().astype("datetime64[D]"), NEVER),
        "days": deals.since(deals.spread(rows, sent, NEVER)),
    }
    return Signal(id, text, level, deals.spread(rows, due[at], NEVER), facts)


def _contracts(deals: Deals) -> Iterator[Signal]:
    done = deals.pipeline["Activities"]
    done = done[(done["type"] == "contract_sent") & done["date"].notna()].sort_values("date", kind="stable")
    rows = deals.rows_of(done["deal"])
    known = rows >= 0
    sent = deals.spread(rows[known], done["date"].to_numpy().astype("datetime64[D]")[known], NEVER)
    answer = _answer_due(deals, sent, deals.last_touch)
    waiting = deals.open & np.isnat(deals.days("contract_signed")) & (answer < deals.day)
    yield Signal("contract_waiting", CONTRACT, URGENT, where(waiting, answer), {"days": deals.since(sent)})
