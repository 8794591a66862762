"""The fit of customers with the criteria of the sheet Ideal customer, its reasons, and what it is good for."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.tables import crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.process.customer_fit import score_customers
from xl_salesflow.process.gate_judging import GATE_CHECKS
from xl_salesflow.process.rule_catalogue import check_pipeline


def customers() -> Pipeline:
    """
    account | industry      | employees | revenue | region
    Acme    | manufacturing | 250       | 12      | north
    Bolt    | retail        | 20        |         | south
    Cobb    |               |           |         |
    Dune    | software      | 99        | 3       |
    """
    criteria = """
    subject             | compare  | value                  | points
    Industry            | one_of   | Manufacturing, 软件    | 30
    Employees           | at_least | 100                    | 20
    Accounts: Revenue   | filled   |                        | 5
    Region              | one_of   | South                  | -10
    """
    return crm(Accounts=rows(customers.__doc__ or "", "Accounts"), FitCriteria=rows(criteria, "FitCriteria"))


def fit(pipeline: Pipeline) -> dict[str, tuple[float | None, str]]:
    accounts = apply_change_set(pipeline, score_customers(pipeline))["Accounts"]
    return {
        name: (None if pd.isna(score) else score, why)
        for name, score, why in zip(accounts["account"], accounts["fit_score"], accounts["fit_reasons"], strict=True)
    }


def test_a_customer_has_the_points_of_the_criteria_it_meets() -> None:
    """A customer of whom nothing is known has no score; a blank cell meets nothing, and the reasons say that it is blank."""
    assert fit(customers()) == {
        "Acme": (55.0, "Industry: Manufacturing (+30); Employees: 250 (+20); Revenue: 12 (+5)"),
        "Bolt": (-10.0, "Region: South (-10); Revenue: blank"),
        "Cobb": (None, ""),
        "Dune": (35.0, "Industry: Software (+30); Revenue: 3 (+5); Region: blank"),
    }


def test_a_second_run_changes_nothing_and_no_criteria_mean_no_score() -> None:
    scored = apply_change_set(customers(), score_customers(customers()))
    assert not score_customers(scored).writes
    assert set(fit(scored.with_tables(FitCriteria=scored["FitCriteria"].iloc[:0])).values()) == {(None, "")}
    assert not score_customers(crm(Accounts=[{"account": "Acme"}])).writes


def test_a_gate_can_ask_for_a_fit() -> None:
    scored = apply_change_set(customers(), score_customers(customers()))
    deals = crm(Deals=[{"deal": f"D-{name}", "account": name} for name in ("Acme", "Bolt", "Cobb", "Dune")])["Deals"]
    gate = Gate("fit", "", "", "Accounts: Fit score", "at_least", "35", "block", "")
    assert GATE_CHECKS["at_least"].judge(scored, gate, deals).is_met.tolist() == [True, False, False, True]


@pytest.mark.parametrize(
    ("subject", "compare", "value", "points", "column"),
    [
        ("Industry", "one_of", "Retail", "1", None),
        ("Dreams", "one_of", "Big", "1", "subject"),
        ("Deals: Amount", "at_least", "1", "1", "subject"),
        ("Employees", "at_least", "many", "1", "value"),
        ("Location", "at_least", "1", "1", "subject"),
        ("Industry", "one_of", "", "1", "value"),
        ("Industry", "", "Retail", "1", "compare"),
        ("Industry", "filled", "", "", "points"),
    ],
)
def test_a_criterion_that_cannot_be_judged_is_a_finding_and_scores_nobody(
    subject: str, compare: str, value: str, points: str, column: str | None
) -> None:
    text = f"subject | compare | value | points\n{subject} | {compare} | {value} | {points}"
    pipeline = crm(Accounts=[{"account": "Acme", "industry": "retail"}], FitCriteria=rows(text, "FitCriteria"))
    found = [finding.column for finding in check_pipeline(pipeline) if finding.rule == "fit_criterion"]
    assert found == ([] if column is None else [column])
    assert fit(pipeline)["Acme"][0] == (1.0 if column is None else 0.0 if column == "points" else None)
