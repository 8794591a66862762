"""Formulas put back with the values they come to, so that the next run finds nothing left to refresh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.settling import Run, settled

Rows = Mapping[str, Mapping[str, Sequence[int]]]  # table → column → sheet rows


def repaired(pipeline: Pipeline) -> Plan:
    """Return the plan that restores typed-over formulas and refreshes every cached value; nothing else changes."""
    rows = typed_over(pipeline.faults)
    fresh = settled(
        _blanked(pipeline, rows), (), "check", Run("", datetime.combine(pipeline.today, datetime.min.time()))
    )
    return Plan(repairs=rows, caches=fresh.caches, cells=fresh.cells)


def typed_over(faults: Iterable[Finding]) -> dict[str, dict[str, list[int]]]:
    """Return the rows of each column whose formula somebody replaced."""
    rows: dict[str, dict[str, list[int]]] = {}
    for fault in faults:
        if fault.rule == "formula_typed_over" and fault.table:
            first, _, last = fault.cell.rpartition("!")[2].partition(":")  # neighbours are told together
            rows.setdefault(fault.table, {}).setdefault(fault.column, []).extend(
                range(_row(first), _row(last or first) + 1)
            )
    return rows


def _row(cell: str) -> int:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def _blanked(pipeline: Pipeline, rows: Rows) -> Pipeline:
    """Forget what stands in cells that are repaired, so that their values count as changed."""
    tables = {}
    for table, columns in rows.items():
        frame = pipeline[table].copy()
        for id, places in columns.items():
            there = frame.index.intersection(list(places))
            frame.loc[there, id] = "" if TABLES[table][id].type.is_text else None
        tables[table] = frame
    return pipeline.with_tables(**tables)
