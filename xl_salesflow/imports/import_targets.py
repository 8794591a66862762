"""The targets that the columns of a file may have, among them the columns that a team declared."""

from __future__ import annotations

from typing import Any

from xl_salesflow.schema.table_columns import Column, find_own_column


class ImportTargets(dict[str, Column]):
    """The targets of a table by id, in which the columns that teams declared are found too, though not listed."""

    def __missing__(self, target_id: str) -> Column:
        if own := find_own_column(target_id):
            return own
        raise KeyError(target_id)

    def __contains__(self, target_id: object) -> bool:
        return super().__contains__(target_id) or (
            isinstance(target_id, str) and find_own_column(target_id) is not None
        )

    def get(self, target_id: str, default: Any = None) -> Any:
        """Return the target, or *default*."""
        found = super().get(target_id) or find_own_column(target_id)
        return found or default
