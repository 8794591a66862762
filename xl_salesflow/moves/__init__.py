"""Stage moves: judged by the gates, written into History, with the tasks that a stage brings."""

from __future__ import annotations

from xl_salesflow.moves.judge import judge
from xl_salesflow.moves.preparing import prepared
from xl_salesflow.moves.switching import Switch, switch
from xl_salesflow.moves.upkeep import upkeep

__all__ = ["Switch", "judge", "prepared", "switch", "upkeep"]
