"""The arithmetic of an offer, the draft of a new quote, and what a quote prints."""

from xl_salesflow.quotes.arithmetic import line_columns, quote_columns
from xl_salesflow.quotes.offering import offer

__all__ = ["line_columns", "offer", "quote_columns"]
