"""Deals without an owner get one, and deals nobody works on go back to the pool."""

from xl_salesflow.assigning.assign import MESSAGES, assign
from xl_salesflow.assigning.reclaim import distribute, reclaim

__all__ = ["MESSAGES", "assign", "distribute", "reclaim"]
