"""Rows that may be the same thing twice: customers, people and deals, with the reason beside each pair."""

from xl_salesflow.duplicates.pairs import Pair, pairs
from xl_salesflow.duplicates.told import MESSAGES, findings

__all__ = ["MESSAGES", "Pair", "findings", "pairs"]
