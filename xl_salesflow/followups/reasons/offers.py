"""Quotes and contracts that the customer has and has not answered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xl_salesflow.followups.signal import NEVER, SLIPPING, URGENT, Deals, Signal, where
from xl_salesflow.model.text import Text

ENDING = Text("quote {quote} expires on {until}", "报价单 {quote} 将于 {until} 到期")
ENDED = Text("quote {quote} expired on {until} without an answer", "报价单 {quote} 已于 {until} 过期，客户未答复")
SILENT = Text("no answer to quote {quote} sent {days} days ago", "报价单 {quote} 已发出 {days} 天，未获答复")
CONTRACT = Text("contract sent {days} days ago is not signed", "合同已发出 {days} 天，尚未签署")


def offers(deals: Deals) -> Iterator[Signal]:
    """Yield quotes about to expire, expired or unanswered, and contracts that are not back yet."""
    quotes = deals.pipeline["Quotes"]
    sent = quotes[(quotes["status"] == "sent") & quotes["decided"].isna()]
    sent = sent[np.append(deals.open, False)[deals.rows_of(sent["deal"])]]
    until = sent["valid_until"].to_numpy().astype("datetime64[D]")
    out = sent["sent"].fillna(sent["date"]).to_numpy().astype("datetime64[D]")
    notice = np.timedelta64(int(deals.pipeline.settings.number("expiry_notice")), "D")
    answer = np.timedelta64(int(deals.pipeline.settings.number("answer_days")), "D")
    today = deals.today
    ending, ended = (until >= today) & (until <= today + notice), until < today
    silent = ~ending & ~ended & (out + answer < today)
    yield _signal(deals, "quote_ending", ENDING, URGENT, sent, where(ending, until))
    yield _signal(deals, "quote_ended", ENDED, SLIPPING, sent, where(ended, until))
    yield _signal(deals, "quote_silent", SILENT, SLIPPING, sent, where(silent, out + answer))
    yield from _contracts(deals, answer)


def _signal(deals: Deals, id: str, text: Text, level: int, quotes: pd.DataFrame, due: np.ndarray) -> Signal:
    # of several quotes of one deal, the one that is due first speaks
    at = np.flatnonzero(~np.isnat(due))
    at = at[np.argsort(due[at], kind="stable")][::-1]
    rows, quotes = deals.rows_of(quotes["deal"].iloc[at]), quotes.iloc[at]
    sent = quotes["sent"].fillna(quotes["date"]).to_numpy().astype("datetime64[D]")
    facts = {
        "quote": deals.spread(rows, quotes["quote"].to_numpy(), ""),
        "until": deals.spread(rows, quotes["valid_until"].to_numpy().astype("datetime64[D]"), NEVER),
        "days": deals.since(deals.spread(rows, sent, NEVER)),
    }
    return Signal(id, text, level, deals.spread(rows, due[at], NEVER), facts)


def _contracts(deals: Deals, answer: np.timedelta64) -> Iterator[Signal]:
    done = deals.pipeline["Activities"]
    done = done[(done["type"] == "contract_sent") & done["date"].notna()].sort_values("date", kind="stable")
    rows = deals.rows_of(done["deal"])
    known = rows >= 0
    sent = deals.spread(rows[known], done["date"].to_numpy().astype("datetime64[D]")[known], NEVER)
    waiting = deals.open & np.isnat(deals.days("contract_signed")) & (sent + answer < deals.today)
    yield Signal("contract_waiting", CONTRACT, URGENT, where(waiting, sent + answer), {"days": deals.since(sent)})
