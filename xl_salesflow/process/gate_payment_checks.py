"""Judge gates that ask for a payment: a deposit before the work begins, half of the contract before delivery."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.core.rule_declarations import (
    GateCheck,
    GateFinding,
    GateResult,
    find_bad_limit,
    format_short_number,
    gate_limit,
)
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.payment_upkeep import PAYMENT_TOLERANCE, find_contract_amounts, read_due_amounts
from xl_salesflow.schema.table_frames import fold_keys, look_up_values

_OF_CONTRACT = Text("Of the contract, {paid} is paid; it must be {needed}")
_OF_INSTALMENT = Text("Of the instalment “{name}”, {paid} is paid; it must be {needed}")
_NO_INSTALMENT = Text("There is no instalment “{name}”")
_NO_CONTRACT_AMOUNT = Text("The deal has no amount that could be paid")


def _judge_payment_received(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> GateResult:
    language, name, keys = pipeline.language, gate.subject.strip(), fold_keys(deals["deal"])
    payments = pipeline["Payments"]
    if name:
        payments = payments[fold_keys(payments["name"]) == fold_text(name)]
    deal = fold_keys(payments["deal"])
    paid = look_up_values(keys, payments["paid"].groupby(deal).sum()).fillna(0.0)
    whole = look_up_values(
        keys, read_due_amounts(payments).groupby(deal).sum(min_count=1) if name else find_contract_amounts(pipeline)
    ).astype("float64")
    needed = _compute_needed(gate, whole)
    unknown = _NO_INSTALMENT if name else _NO_CONTRACT_AMOUNT
    said = [
        unknown.in_(language, name=name)
        if pd.isna(limit)
        else (_OF_INSTALMENT if name else _OF_CONTRACT).in_(
            language, name=name, paid=format_short_number(came), needed=format_short_number(limit)
        )
        for came, limit in zip(paid, needed, strict=True)
    ]
    return GateResult(
        (paid - needed > -PAYMENT_TOLERANCE).to_numpy(bool), {"is_": pd.Series(said, deals.index, dtype=object)}
    )


def _compute_needed(gate: Gate, whole: pd.Series) -> pd.Series:
    # a value up to 1 is a share, such as 30 %; a larger one is an amount; without one, all of it
    limit = gate_limit(gate) if gate.value.strip() else 1.0
    if limit is None or limit > 1:
        return whole.mask(whole.notna(), limit)
    return (whole * limit).round(2)


def _check_payment_received_gate(pipeline: Pipeline, gate: Gate) -> GateFinding | None:
    return find_bad_limit(gate) if gate.value.strip() else None


PAYMENT_RECEIVED = GateCheck(
    "payment_received",
    Text("{is_}."),
    Text("Wait for the money, and enter it in the sheet Payments."),
    _judge_payment_received,
    _check_payment_received_gate,
)
