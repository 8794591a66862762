"""The rows of some deals: in tables with a column for the deal, and the lines of their quotes.

A run scoped to some deals writes nothing into rows of other deals. Rows of all other tables belong to every deal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, Remove
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

MovedRows = TypeVar("MovedRows", Append, Remove)

_TABLES_OF_DEALS = frozenset({table.name for table in TABLES.values() if "deal" in table.by_id} | {"QuoteLines"})


@dataclass(frozen=True, slots=True)
class DealRows:
    """The rows of *deals*, a set of casefolded keys."""

    deals: frozenset[str]

    def find_rows(self, pipeline: Pipeline, table: str) -> pd.Index:
        """Return the rows of *table* that belong to the deals; all rows if the table has no column for the deal."""
        return self._choose(pipeline, table, pipeline[table]).index

    def narrow(self, pipeline: Pipeline, tables: Iterable[str]) -> Pipeline:
        """Return *pipeline* with *tables* reduced to the rows of the deals."""
        return pipeline.with_tables(**{table: self._choose(pipeline, table, pipeline[table]) for table in tables})

    def select_changes(self, pipeline: Pipeline, plan: ChangeSet) -> ChangeSet:
        """Return *plan*, made from *pipeline*, without its changes to rows of other deals."""
        rows = {table: self.find_rows(pipeline, table) for table in {edit.table for edit in plan.edits}}
        edits = (_select_cells(edit, rows[edit.table]) for edit in plan.edits)
        return replace(
            plan,
            edits=tuple(edit for edit in edits if len(edit)),
            appends=tuple(self._select_rows(append) for append in plan.appends),
            removes=tuple(self._select_rows(remove) for remove in plan.removes),
        )

    def select_findings(self, pipeline: Pipeline, findings: Sequence[Finding]) -> Iterator[Finding]:
        """Yield the findings about rows of the deals, and about Settings, which affect every run."""
        keys: dict[str, set[str]] = {}
        for finding in findings:
            table = TABLES.get(finding.table)
            if table is None:
                continue
            if table.name not in keys:
                named = pipeline[table.name][table.name_column]
                keys[table.name] = (
                    set(named[self.find_rows(pipeline, table.name)]) if table.name in _TABLES_OF_DEALS else set()
                )
            if finding.key in keys[table.name] or table.name == "Settings":
                yield finding

    def _choose(self, pipeline: Pipeline, table: str, rows: pd.DataFrame) -> pd.DataFrame:
        if table not in _TABLES_OF_DEALS:
            return rows
        if "deal" in rows:
            return rows[fold_keys(rows["deal"]).isin(self.deals)]
        quotes = self._choose(pipeline, "Quotes", pipeline["Quotes"])
        return rows[fold_keys(rows["quote"]).isin(set(fold_keys(quotes["quote"])))]

    def _select_rows(self, moved: MovedRows) -> MovedRows:
        # the lines of a quote belong to the deal of the quote
        if "deal" not in moved.rows:
            return moved
        return replace(moved, rows=moved.rows[fold_keys(moved.rows["deal"]).isin(self.deals)])


def _select_cells(edit: Edit, rows: pd.Index) -> Edit:
    kept = edit.after.index.intersection(rows, sort=False)
    if len(kept) == len(edit):
        return edit
    why = edit.because if isinstance(edit.because, str) else edit.because.loc[kept]
    return replace(
        edit, keys=edit.keys.loc[kept], before=edit.before.loc[kept], after=edit.after.loc[kept], because=why
    )
