"""A plain workbook with our tables, names and formulas, made from a pipeline: without formatting, only for recalculation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table as SheetTable
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.computed_columns import compute_deal_columns, compute_history_columns, compute_stage_columns
from xl_salesflow.metrics.day_comparison import COMPARISON_CELLS
from xl_salesflow.metrics.metric_declaration import MetricFormula
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS, metric_row_formulas
from xl_salesflow.ooxml.workbook_editor import Workbook as Editor
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.named_values import ALL_VALUES_LABEL, NAMED_CELLS, QUERY_FILTERS, SETTINGS_BY_ID
from xl_salesflow.schema.row_names import ROW_NAMES
from xl_salesflow.schema.table_columns import Column, TableSchema
from xl_salesflow.schema.table_registry import TABLES, render_formula
from xl_salesflow.workbook.row_name_texts import declared_layout, render_row_name
from xl_salesflow.workbook.template.defined_names import add_dropdowns_sheet, add_workings_sheet

READ = (
    "Deals", "History", "Stages", "Targets", "Feedback", "Activities", "Lists", "Team", "Products", "Payments", "Subscriptions",
    "Credits", "CommissionPlans",
)  # fmt: skip
_BANT = ("bant_known", "bant_score", "bant_grade")  # formulas of another package


def build(pipeline: Pipeline, path: Path, instead: Mapping[str, str] | None = None, live_rows: bool = True) -> Path:
    """Write the workbook of *pipeline*, with its query in the named cells.

    *instead* replaces formulas of metrics by wrong ones; without *live_rows*, the formula columns of deals and stage
    stays are values, which is faster.
    """
    computed = compute_history_columns(pipeline)[["weighted_value", "step"]]
    pipeline = pipeline.with_tables(
        History=pipeline["History"].assign(**{str(column): computed[column] for column in computed})
    )
    if not live_rows:
        tables = {"Deals": compute_deal_columns, "History": compute_history_columns, "Stages": compute_stage_columns}
        pipeline = pipeline.with_tables(**{
            name: pipeline[name].assign(**{str(column): cells for column, cells in columns(pipeline).items()})
            for name, columns in tables.items()
        })  # fmt: skip
    book = Workbook()
    book.remove(book.active)
    for name in READ:
        _data_sheet(book, TABLES[name], pipeline[name], pipeline.language, live_rows)
    for name, keys, cells in metric_tables(pipeline.language):
        if name == "Metrics":
            cells |= {
                metric: {**cells[metric], "value": MetricFormula(text)} for metric, text in (instead or {}).items()
            }
        _formula_sheet(book, TABLES[name], keys, cells, pipeline)
    add_workings_sheet(book, pipeline.language)
    add_dropdowns_sheet(book, pipeline.language)
    _names(book, pipeline)
    _compared(book, pipeline.language)
    _row_names(book, pipeline.language)
    book.save(path)
    return path


def ask(book: Path, pipeline: Pipeline, path: Path) -> Path:
    """Write *book*, which `build` made of the same rows without a query, to *path* with the query of *pipeline*."""
    workbook = Editor.open(book)
    set_cells = {setting.cell: setting.id for setting in SETTINGS_BY_ID.values() if setting.cell}
    settings = {
        cell: pipeline.settings.values[name] for cell, name in set_cells.items() if name in pipeline.settings.values
    }
    for name, value in (_asked(pipeline) | settings).items():
        workbook.set_name(name, value)
    with path.open("wb") as file:
        workbook.write_to(file)
    return path


def metric_tables(language: Language) -> list[tuple[str, list[Any], dict[Any, dict[str, MetricFormula]]]]:
    """Yield each table of formulas, its keys in order, and the formulas of each row."""
    return [(table, list(keys), dict(metric_row_formulas(table, language))) for table, keys in METRIC_ROW_KEYS.items()]


def _data_sheet(book: Workbook, table: TableSchema, frame: pd.DataFrame, language: Language, live: bool) -> None:
    sheet = book.create_sheet(table.name)
    for number, column in enumerate(table.columns, 1):
        sheet.cell(1, number, column.header.in_(language))
        if live and column.is_formula and column.id not in _BANT:
            text = "=" + render_formula(column.formula or "", language, table)
            for row in range(len(frame)):
                sheet.cell(row + 2, number, text)
            continue
        for row, value in enumerate(frame[column.id], 2):
            if value == value and value != "" and value is not pd.NaT:
                sheet.cell(row, number, _cell(column, value, language))
    _as_table(sheet, table, len(frame))


def _cell(column: Column, value: Any, language: Language) -> Any:
    if column.type.is_date:
        return pd.Timestamp(value).to_pydatetime()
    label = {**CHOICES, **LISTS}.get(column.options or "", {}).get(value)
    return label.in_(language) if label else value


def _formula_sheet(
    book: Workbook, table: TableSchema, keys: list[Any], cells: dict[Any, dict[str, MetricFormula]], pipeline: Pipeline
) -> None:
    sheet, language = book.create_sheet(table.name), pipeline.language
    typed = pipeline[table.name].set_index(table.key or "")
    for number, column in enumerate(table.columns, 1):
        sheet.cell(1, number, column.header.in_(language))
        letter = get_column_letter(number)
        for row, key in enumerate(keys, 2):
            formula = cells[key].get(column.id)
            if column.id == table.key:
                sheet.cell(row, number, key)
            elif formula:
                text = "=" + formula.text
                sheet[f"{letter}{row}"] = ArrayFormula(f"{letter}{row}", text) if formula.array else text
            elif column.id == "what_if" and key in typed.index:
                sheet.cell(row, number, typed.at[key, column.id])
            if table.name == "Metrics" and column.id == "value":
                book.defined_names[key] = DefinedName(key, attr_text=f"{table.name}!${letter}${row}")
    _as_table(sheet, table, len(keys))


def _as_table(sheet: Worksheet, table: TableSchema, rows: int) -> None:
    last = get_column_letter(len(table.columns))
    sheet.add_table(SheetTable(displayName=table.name, ref=f"A1:{last}{max(rows, 1) + 1}"))


def _names(book: Workbook, pipeline: Pipeline) -> None:
    sheet, language = book.create_sheet("Names"), pipeline.language
    asked = _asked(pipeline)
    for row, (name, cell) in enumerate(NAMED_CELLS.items(), 1):
        sheet.cell(row, 1, name)
        if name in asked:
            sheet.cell(row, 2, asked[name])
        elif cell.formula:
            sheet.cell(row, 2, "=" + render_formula(cell.formula, language))
        elif cell.default:
            sheet.cell(row, 2, cell.default.in_(language))
        book.defined_names[name] = DefinedName(name, attr_text=f"Names!$B${row}")
    for row, setting in enumerate((s for s in SETTINGS_BY_ID.values() if s.cell), len(NAMED_CELLS) + 1):
        default = pipeline.settings.values.get(setting.id, setting.default_in(language))
        sheet.cell(row, 1, setting.cell)
        sheet.cell(row, 2, default)
        book.defined_names[setting.cell or ""] = DefinedName(setting.cell or "", attr_text=f"Names!$B${row}")


def _compared(book: Workbook, language: Language) -> None:
    sheet = book.create_sheet("Compared")
    for row, (name, text) in enumerate(COMPARISON_CELLS.items(), 1):
        sheet.cell(row, 1, "=" + render_formula(text, language))
        book.defined_names[name] = DefinedName(name, attr_text=f"Compared!$A${row}")


def _row_names(book: Workbook, language: Language) -> None:
    layout = declared_layout(language)
    for name, one in ROW_NAMES.items():
        letters = {column.id: get_column_letter(at) for at, column in enumerate(TABLES[one.table].columns, 1)}
        book.defined_names[name] = DefinedName(name, attr_text=render_row_name(name, one.table, letters, layout))


def _asked(pipeline: Pipeline) -> dict[str, Any]:
    view, language = pipeline.query, pipeline.language
    labels = TABLES["Deals"]
    asked: dict[str, Any] = {"Today": pipeline.today, "ViewEverything": ALL_VALUES_LABEL.in_(language)}
    for name, column in QUERY_FILTERS.items():
        if column in view.filters:
            asked[name] = _cell(labels[column], view.filters[column], language)
    typed = ("PlanTarget", "PlanBy", "GroupBy", "SegmentA", "SegmentB", "CompareInput")
    asked |= {name: pipeline.named[name] for name in typed if name in pipeline.named}
    dates = {"AsOfInput": view.as_of, "PeriodFromInput": view.start, "PeriodToInput": view.end}
    asked |= {name: day for name, day in dates.items() if day}
    asked["Reading"] = CHOICES["reading"][view.reading].in_(language)
    asked["Reach"] = CHOICES["reach"][view.reach].in_(language)
    return asked
