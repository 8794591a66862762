"""Judge gates that check a column of Deals: filled, at least, at most, one of, before today, BANT.

A blank never passes a limit. 0 points mean "unknown" and count as blank.
"""

from __future__ import annotations

import pandas as pd

from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.core.rule_declarations import (
    GateCheck,
    GateFinding,
    GateResult,
    find_bad_limit,
    find_bad_subject,
    format_column_values,
    format_short_number,
    gate_items,
    gate_limit,
    identify_option,
    subject_column,
)
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_registry import TABLES


def _judge_filled(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column = subject_column(gate)
    assert column is not None
    cells = deals[column.id]
    if column.type is ColumnType.POINTS:
        holds = cells > 0
    elif column.type.is_text:
        holds = cells.str.strip() != ""
    else:
        holds = cells.notna()
    return GateResult(holds.to_numpy(bool), {"what": column.header.in_(pipeline.language)})


def _check_filled_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_subject(gate)


FILLED = GateCheck(
    "filled",
    Text("{what} is blank."),
    Text("Fill it in."),
    _judge_filled,
    _check_filled_gate,
)


def _judge_at_least(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column, floor = subject_column(gate), gate_limit(gate)
    assert column is not None
    assert floor is not None
    cells, language = deals[column.id], pipeline.language
    return GateResult(
        (cells >= floor).to_numpy(bool),
        {
            "what": column.header.in_(language),
            "is_": format_column_values(column, cells, language),
            "limit": format_column_values(column, pd.Series([floor]), language)[0],
        },
    )


def _check_number_column_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    number = Text("numbers")
    return find_bad_subject(
        gate, wanted=lambda column_type: not (column_type.is_text or column_type.is_date), kind=number
    ) or find_bad_limit(gate)


AT_LEAST = GateCheck(
    "at_least",
    Text("{what} is {is_}; it must be at least {limit}."),
    Text("Bring it up to {limit}, or fill it in."),
    _judge_at_least,
    _check_number_column_gate,
)


def _judge_at_most(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column, ceiling = subject_column(gate), gate_limit(gate)
    assert column is not None
    assert ceiling is not None
    cells, language = deals[column.id], pipeline.language
    return GateResult(
        (cells <= ceiling).to_numpy(bool),
        {
            "what": column.header.in_(language),
            "is_": format_column_values(column, cells, language),
            "limit": format_column_values(column, pd.Series([ceiling]), language)[0],
        },
    )


AT_MOST = GateCheck(
    "at_most",
    Text("{what} is {is_}; it may be {limit} at most."),
    Text("Bring it down to {limit}, or fill it in."),
    _judge_at_most,
    _check_number_column_gate,
)


def _judge_one_of(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column = subject_column(gate)
    assert column is not None
    cells, allowed = deals[column.id], {identify_option(column, item) for item in gate_items(gate)}
    if not column.type.is_text:
        cells = cells.map(lambda cell: format_short_number(cell).replace(",", ""), na_action="ignore")
    return GateResult(
        cells.astype(object).str.strip().str.casefold().isin(allowed).to_numpy(bool),
        {
            "what": column.header.in_(pipeline.language),
            "is_": format_column_values(column, deals[column.id], pipeline.language),
            "list": ", ".join(gate_items(gate)),
        },
    )


def _check_one_of_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    misconfiguration = find_bad_subject(
        gate, wanted=lambda column_type: not column_type.is_date, kind=Text("texts or numbers")
    )
    if misconfiguration is None and not gate_items(gate):
        return "value", Text("no values are listed; separate them with commas")
    return misconfiguration


ONE_OF = GateCheck(
    "one_of",
    Text("{what} is {is_}; it must be one of: {list}."),
    Text("Choose one of them."),
    _judge_one_of,
    _check_one_of_gate,
)


def _judge_before_today(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    column = subject_column(gate)
    assert column is not None
    cells = deals[column.id]
    return GateResult(
        (cells < pd.Timestamp(pipeline.today)).to_numpy(bool),
        {"what": column.header.in_(pipeline.language), "is_": format_column_values(column, cells, pipeline.language)},
    )


def _check_before_today_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_subject(gate, wanted=lambda column_type: column_type.is_date, kind=Text("dates"))


BEFORE_TODAY = GateCheck(
    "before_today",
    Text("{what} is {is_}; it must lie before today."),
    Text("Wait until it has passed, or fill it in."),
    _judge_before_today,
    _check_before_today_gate,
)


def _judge_bant_at_least(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    floor, score = gate_limit(gate), TABLES["Deals"]["bant_score"]
    assert floor is not None
    cells = deals["bant_score"]
    return GateResult(
        (cells >= floor).to_numpy(bool),
        {"is_": format_column_values(score, cells, pipeline.language), "limit": format_short_number(floor)},
    )


def _check_bant_at_least_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_limit(gate)


BANT_AT_LEAST = GateCheck(
    "bant_at_least",
    Text("The BANT score is {is_}; it must be at least {limit}."),
    Text("Ask what is still unknown of budget, authority, need and timeline."),
    _judge_bant_at_least,
    _check_bant_at_least_gate,
)
