"""The arithmetic of an offer, the draft of a new quote, and what a quote prints."""

from xl_salesflow.quotes.arithmetic import line_columns, quote_columns
from xl_salesflow.quotes.keeping import amounts, keep
from xl_salesflow.quotes.offering import offer
from xl_salesflow.quotes.revising import revise

__all__ = ["amounts", "keep", "line_columns", "offer", "quote_columns", "revise"]
