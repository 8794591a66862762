"""Count the cells of a workbook whose value cannot be used, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.verb_answers import LostCells
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_findings import CellFinding


def count_lost_cells(
    file: str, pipeline: Pipeline, findings: Mapping[str, Iterable[CellFinding]], rules: frozenset[str]
) -> Iterator[LostCells]:
    """Yield for each column of *pipeline* with *findings* of *rules* how many of its cells, in the workbook *file*, they are."""
    for table, found in findings.items():
        rows: dict[str, list[int]] = {}
        for one in found:
            if one.rule in rules and not TABLES[table][one.column].is_formula:
                rows.setdefault(one.column, []).append(one.row)
        for column, lost in rows.items():
            cells = pipeline[table][column]
            filled = int(np.count_nonzero(cells != "" if cells.dtype == object else cells.notna()))
            header = TABLES[table].header(column, pipeline.language)
            yield LostCells(file, header, table, column, len(lost), filled + len(lost), tuple(sorted(lost)))
