"""Traits: golden minus bad, only with evidence."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.tables import crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.process.account_scores import score_account_traits


def test_golden_minus_bad_with_evidence() -> None:
    """
    account | kind   | trait               | evidence
    Acme    | golden | Needs it urgently   | deadline in May
    acme    | golden | 需求迫切            | said so again
    Acme    | golden | Close by            |
    Acme    | bad    | Too far away        | two flights
    Acme    | golden | Pays in gold        | their own words
    Bolt    | bad    | Too far away        | an island
    Cobb    | golden | Close by            |
    """
    pipeline = crm(
        Accounts=[{"account": name} for name in ("Acme", "Bolt", "Cobb", "Dune")],
        Traits=rows(test_golden_minus_bad_with_evidence.__doc__ or "", "Traits"),
    )
    after = apply_change_set(pipeline, score_account_traits(pipeline))
    scores = after["Accounts"]["trait_score"].tolist()
    assert scores[:2] == [0, -1]  # nobody knows "Pays in gold"
    assert pd.isna(scores[2:]).all()
    assert not score_account_traits(after).writes


@pytest.mark.parametrize(("before", "after"), [(5.0, None)])
def test_a_score_without_traits_is_cleared(before: float, after: None) -> None:
    pipeline = crm(Accounts=[{"account": "Acme", "trait_score": before}])
    assert pd.isna(apply_change_set(pipeline, score_account_traits(pipeline))["Accounts"]["trait_score"].iloc[0])


def test_a_trait_of_the_team_counts() -> None:
    """
    account | kind   | trait        | evidence
    Acme    | golden | PAYS in gold | their own words
    """
    pipeline = crm(
        Accounts=[{"account": "Acme"}],
        Traits=rows(test_a_trait_of_the_team_counts.__doc__ or "", "Traits"),
        Lists=[{"golden_trait": "Pays in gold"}],
    )
    assert apply_change_set(pipeline, score_account_traits(pipeline))["Accounts"]["trait_score"].tolist() == [1]
