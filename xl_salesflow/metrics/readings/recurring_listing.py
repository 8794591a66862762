"""Answer what contracts come to, how that changed month by month, and which contracts end next."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.core.answers import list_json_rows
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.recurring_answers import RecurringAnswer, RecurringFigures, RecurringMonth
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.funnel_answers import metric_table_rows
from xl_salesflow.process.subscription_columns import compute_subscription_columns
from xl_salesflow.schema.table_frames import fold_keys


def answer_recurring(pipeline: Pipeline, owner: str = "", ending_only: bool = False) -> RecurringAnswer:
    """Return the numbers of *pipeline*, recomputed, and its contracts: all, of one *owner*, or only those to be renewed."""
    if owner:
        pipeline = _keep_owner(pipeline, owner)
    cube = build_cube(pipeline)
    (figures,) = metric_table_rows("Recurring", cube)
    return RecurringAnswer(
        pipeline.as_of,
        RecurringFigures(**figures),
        tuple(RecurringMonth(**row) for row in metric_table_rows("RecurringMonths", cube)),
        tuple(list_json_rows(select_current_contracts(pipeline, ending_only))),
    )


def _keep_owner(pipeline: Pipeline, owner: str) -> Pipeline:
    # the changes of a customer are counted among the contracts of the owner
    contracts = pipeline["Subscriptions"]
    kept = pipeline.with_tables(Subscriptions=contracts[fold_keys(contracts["owner"]) == fold_text(owner)])
    columns = compute_subscription_columns(kept)
    return kept.with_tables(
        Subscriptions=kept["Subscriptions"].assign(**{str(name): column for name, column in columns.items()})
    )


def select_current_contracts(pipeline: Pipeline, ending_only: bool) -> pd.DataFrame:
    """Return the contracts that are not over today, those that end first at the top; those without an end last."""
    contracts = pipeline["Subscriptions"]
    wanted = ("ending",) if ending_only else ("upcoming", "running", "ending", "leaving")
    return contracts[contracts["status"].isin(wanted)].sort_values("last", kind="stable", na_position="last")
