"""Judge gates that check a column: of Deals, or of the row that the deal refers to in another sheet."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.core.rule_declarations import (
    GateCheck,
    GateFinding,
    GateResult,
    find_bad_limit,
    format_column_values,
    format_short_number,
    gate_items,
    gate_limit,
    identify_option,
)
from xl_salesflow.locale.texts import Text, TextList
from xl_salesflow.process.gate_subjects import (
    DATES,
    NUMBERS,
    GateSubject,
    find_bad_subject,
    find_gate_subject,
    holds_numbers,
)
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES


def _find_known_subject(pipeline: Pipeline, gate: Gate) -> GateSubject:
    subject = find_gate_subject(pipeline, gate.subject)
    assert subject is not None  # a gate whose subject is unknown is not judged
    return subject


def _judge_filled(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    subject = _find_known_subject(pipeline, gate)
    cells = subject.read_cells(pipeline, deals, ColumnType.TEXT)
    if subject.type is ColumnType.POINTS:
        holds = cells > 0
    elif subject.type is None or subject.type.is_text:
        holds = cells.str.strip() != ""
    else:
        holds = cells.notna()
    return GateResult(holds.to_numpy(bool), {"what": subject.name_in(pipeline.language)})


def _check_filled_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_subject(pipeline, gate)


FILLED = GateCheck(
    "filled",
    Text("“{what}” is blank."),
    Text("Fill it in."),
    _judge_filled,
    _check_filled_gate,
)


def _judge_at_least(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    subject, floor = _find_known_subject(pipeline, gate), gate_limit(gate)
    assert floor is not None
    cells = subject.read_cells(pipeline, deals, ColumnType.NUMBER)
    return GateResult((cells >= floor).to_numpy(bool), _state_number_facts(pipeline, subject, deals, floor))


def _state_number_facts(
    pipeline: Pipeline, subject: GateSubject, deals: pd.DataFrame, limit: float
) -> dict[str, str | pd.Series]:
    written = (
        format_short_number(limit)
        if subject.is_own
        else format_column_values(subject.column, pd.Series([limit]), pipeline.language)[0]
    )
    return {
        "what": subject.name_in(pipeline.language),
        "is_": subject.describe_cells(pipeline, deals),
        "limit": written,
    }


def _check_number_column_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_subject(pipeline, gate, wanted=holds_numbers, kind=NUMBERS) or find_bad_limit(gate)


AT_LEAST = GateCheck(
    "at_least",
    Text("{what} is {is_}; it must be at least {limit}."),
    Text("Bring it up to {limit}, or fill it in."),
    _judge_at_least,
    _check_number_column_gate,
)


def _judge_at_most(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    subject, ceiling = _find_known_subject(pipeline, gate), gate_limit(gate)
    assert ceiling is not None
    cells = subject.read_cells(pipeline, deals, ColumnType.NUMBER)
    return GateResult((cells <= ceiling).to_numpy(bool), _state_number_facts(pipeline, subject, deals, ceiling))


AT_MOST = GateCheck(
    "at_most",
    Text("{what} is {is_}; it may be {limit} at most."),
    Text("Bring it down to {limit}, or fill it in."),
    _judge_at_most,
    _check_number_column_gate,
)


def _judge_one_of(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    subject = _find_known_subject(pipeline, gate)
    cells = subject.read_cells(pipeline, deals, ColumnType.TEXT)
    allowed = {identify_option(subject.column, item) for item in gate_items(gate)}
    if subject.type is not None and not subject.type.is_text:
        cells = cells.map(lambda cell: format_short_number(cell).replace(",", ""), na_action="ignore")
    return GateResult(
        fold_keys(cells.astype(object).fillna("")).isin(allowed).to_numpy(bool),
        {
            "what": subject.name_in(pipeline.language),
            "is_": subject.describe_cells(pipeline, deals),
            "list": TextList(tuple(gate_items(gate))),
        },
    )


def _check_one_of_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    misconfiguration = find_bad_subject(
        pipeline, gate, wanted=lambda column_type: not column_type.is_date, kind=Text("texts or numbers")
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
    subject = _find_known_subject(pipeline, gate)
    cells = subject.read_cells(pipeline, deals, ColumnType.DATE)
    return GateResult(
        (cells < pd.Timestamp(pipeline.today)).to_numpy(bool),
        {"what": subject.name_in(pipeline.language), "is_": subject.describe_cells(pipeline, deals)},
    )


def _check_before_today_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_subject(pipeline, gate, wanted=lambda column_type: column_type.is_date, kind=DATES)


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
    asks="bant_score",
)
