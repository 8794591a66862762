"""Which formulas people have overwritten, and the cells blanked so that their results count as changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.schema.table_registry import TABLES

RowsToRepair = Mapping[str, Mapping[str, Sequence[int]]]  # table → column → sheet rows


def find_typed_over_formulas(findings: Iterable[Finding]) -> dict[str, dict[str, list[int]]]:
    """Return the rows of each column whose formula was overwritten."""
    rows: dict[str, dict[str, list[int]]] = {}
    for finding in findings:
        if finding.rule == "formula_typed_over" and finding.table:
            first, _, last = finding.cell.rpartition("!")[2].partition(":")  # neighbours are reported together
            rows.setdefault(finding.table, {}).setdefault(finding.column, []).extend(
                range(_row_of_address(first), _row_of_address(last or first) + 1)
            )
    return rows


def _row_of_address(cell: str) -> int:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def blank_typed_over_cells(pipeline: Pipeline, rows: RowsToRepair) -> Pipeline:
    """Blank the cells that are repaired, so that their values count as changed."""
    tables = {}
    for table, columns in rows.items():
        frame = pipeline[table].copy()
        for column_id, places in columns.items():
            there = frame.index.intersection(list(places))
            frame.loc[there, column_id] = "" if TABLES[table][column_id].type.is_text else None
        tables[table] = frame
    return pipeline.with_tables(**tables)
