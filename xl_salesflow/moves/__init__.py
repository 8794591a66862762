"""Stage moves: judged by the gates, written into History, with the tasks that a stage brings."""

from __future__ import annotations

from xl_salesflow.moves.judge import judge
from xl_salesflow.moves.upkeep import upkeep

__all__ = ["judge", "upkeep"]
