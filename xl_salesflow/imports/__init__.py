"""Rows from other people's files: a mapping is proposed, a person edits it, a plan carries it out."""

from __future__ import annotations

from xl_salesflow.imports.mapping import ColumnMap, FileMap, Mapping, NewStage
from xl_salesflow.imports.planning import plan
from xl_salesflow.imports.proposal import propose

__all__ = ["ColumnMap", "FileMap", "Mapping", "NewStage", "plan", "propose"]
