"""Two people's copies of one workbook: what differs in words, and both made one, row by row and cell by cell."""

from xl_salesflow.merging.ancestor import Ancestor, related, remembered
from xl_salesflow.merging.decided import MESSAGES, resolved
from xl_salesflow.merging.differences import Difference, differences
from xl_salesflow.merging.merge import merged

__all__ = ["MESSAGES", "Ancestor", "Difference", "differences", "merged", "related", "remembered", "resolved"]
