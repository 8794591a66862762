"""Score how well each customer fits the criteria of the sheet Ideal customer.

The fit score is the sum of the points of the criteria that the customer meets, and its reasons name them, and what is not
known. It is blank as long as nothing that the criteria ask about is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, apply_change_set, diff_pipelines
from xl_salesflow.core.pipelines import Gate, Pipeline
from xl_salesflow.core.rule_declarations import BLANK_LABEL, GateCheck, GateFinding, Rule, RuleMatch
from xl_salesflow.locale.texts import LABEL_AND_VALUE, Text
from xl_salesflow.process.account_scores import score_account_traits
from xl_salesflow.process.gate_checks import AT_LEAST, AT_MOST, FILLED, ONE_OF
from xl_salesflow.process.gate_subjects import find_gate_subject

_COMPARISONS: Mapping[str, GateCheck] = MappingProxyType(
    {check.id: check for check in (ONE_OF, AT_LEAST, AT_MOST, FILLED)}
)


def score_customers(pipeline: Pipeline) -> ChangeSet:
    """Write the trait score of every account, and how well it fits the criteria of the sheet Ideal customer."""
    now = apply_change_set(pipeline, score_account_traits(pipeline))
    now = now.with_tables(Accounts=now["Accounts"].assign(**compute_customer_fit(now)))
    return diff_pipelines(pipeline, now, "scores")


def compute_customer_fit(pipeline: Pipeline) -> dict[str, pd.Series]:
    """Return the columns fit_score and fit_reasons of Accounts."""
    accounts = pipeline["Accounts"]
    # the checks are those of gates, which ask about the customers of deals
    customers = pd.DataFrame({"account": accounts["account"]})
    score, is_known = pd.Series(0.0, accounts.index), pd.Series(False, accounts.index)
    met, unknown = pd.Series("", accounts.index, dtype=object), pd.Series("", accounts.index, dtype=object)
    for criterion, points in _list_criteria(pipeline):
        subject = find_gate_subject(pipeline, criterion.subject)
        if subject is None or _find_criterion_error(pipeline, criterion):
            continue
        cells = subject.describe_cells(pipeline, customers)
        blank = cells == BLANK_LABEL.in_(pipeline.language)
        holds = ~blank & _COMPARISONS[criterion.check].judge(pipeline, criterion, customers).is_met
        name = subject.column.header.in_(pipeline.language)
        reasons = cells.map(
            {cell: LABEL_AND_VALUE.in_(pipeline.language, label=name, value=cell) for cell in set(cells)}
        )
        score, is_known = score + np.where(holds, points, 0.0), is_known | ~blank
        met = met.mask(holds, met + reasons + f" ({points:+g}); ")
        unknown = unknown.mask(blank, unknown + reasons + "; ")
    is_known &= accounts["account"] != ""
    return {
        "fit_score": score.where(is_known),
        "fit_reasons": (met + unknown).str.removesuffix("; ").where(is_known, "").astype(object),
    }


def _list_criteria(pipeline: Pipeline) -> Iterator[tuple[Gate, float]]:
    rows = pipeline["FitCriteria"]
    columns = (rows[column] for column in ("subject", "compare", "value", "points"))
    for row, subject, check, value, points in zip(rows.index, *columns, strict=True):
        if subject.strip():
            of_accounts = f"Accounts: {subject.strip()}"
            asked = subject if find_gate_subject(pipeline, of_accounts) is None else of_accounts
            yield Gate("", "", "", asked, check, value, "", "", row), 0.0 if np.isnan(points) else points


def _find_criterion_error(pipeline: Pipeline, criterion: Gate) -> GateFinding | None:
    """Return the column with an error and what is wrong with it, or None."""
    check = _COMPARISONS.get(criterion.check)
    if check is None:
        return "compare", Text("choose a comparison from the list")
    subject = find_gate_subject(pipeline, criterion.subject)
    if subject is None or subject.table != "Accounts":
        return "subject", Text("Accounts has no such column")
    return check.find_misconfiguration(pipeline, criterion)


def _find_wrong_criteria(pipeline: Pipeline) -> Iterable[RuleMatch]:
    rows = pipeline["FitCriteria"]
    for criterion, _ in _list_criteria(pipeline):
        if error := _find_criterion_error(pipeline, criterion):
            column, why = error
            facts = {"what": str(rows.at[criterion.row, "subject"]), "why": why.in_(pipeline.language)}
            yield RuleMatch("FitCriteria", rows.index[rows.index == criterion.row], column, facts)
    blank = rows[(rows["subject"].str.strip() != "") & rows["points"].isna()]
    no_points = Text("it has no points").in_(pipeline.language)
    yield RuleMatch("FitCriteria", blank.index, "points", {"what": blank["subject"], "why": no_points})


WRONG_CRITERION = Rule(
    "fit_criterion",
    Text("A criterion that scores nobody"),
    Text("The criterion about “{what}” counts for nothing: {why}."),
    "warn",
    _find_wrong_criteria,
    needs=("FitCriteria",),
)
"""The rule about rows of the sheet Ideal customer."""
