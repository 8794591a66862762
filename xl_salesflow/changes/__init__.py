"""A dry run as a change sheet: what a verb wants, one decision a row, for somebody to tick; only what is ticked is done.

    declared   the sheet's columns and its texts
    decision   a plan taken apart into decisions: what belongs together is ticked together
    picking    the ticked ones found again in what the verb wants now, and said of the others why they are not done

A change sheet is a list of wishes, not a second way in: the verb is asked again on the workbook as it is now, and only what it
still wants, from the same cell as before, is done. So the gates hold on this path as on every other.
"""

from xl_salesflow.changes.decision import Decision, decisions
from xl_salesflow.changes.declared import CHANGES, FACTS, MESSAGES, ChangeSheet, Line
from xl_salesflow.changes.picking import lines, picked

__all__ = ["CHANGES", "FACTS", "MESSAGES", "ChangeSheet", "Decision", "Line", "decisions", "lines", "picked"]
