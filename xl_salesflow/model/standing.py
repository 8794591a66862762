"""Open deals beside what their recorded stage says: where they stand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.pipeline import Pipeline


def open_deals(pipeline: Pipeline) -> pd.DataFrame:
    """Return the deals whose outcome is open, with their stage's `position`, `day_limit`, `buyer_due` and `chance`.

    `buyer_due` is the buyer's stage that the seller's stage expects; `chance` the deal's own probability, else its stage's.
    A deal whose stage the playbook does not have keeps blanks.
    """
    deals = pipeline["Deals"]
    deals = deals[deals["outcome"] == "open"]
    stages = [(id, stage) for id, playbook in pipeline.playbooks.items() for stage in playbook.stages]
    keys = pd.Index([f"{id}|{stage.name}" for id, stage in stages], dtype=object)
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    at = keys.drop_duplicates().get_indexer(pd.Index(named + "|" + deals["recorded_stage"], dtype=object))
    first = [stage for (_, stage), again in zip(stages, keys.duplicated(), strict=True) if not again]
    chance = _taken([stage.probability for stage in first], at)
    return deals.assign(
        position=_taken([stage.position for stage in first], at),
        day_limit=_taken([np.nan if stage.day_limit is None else stage.day_limit for stage in first], at),
        buyer_due=np.array([*(stage.buyer_stage for stage in first), ""], object)[at],
        chance=deals["probability_override"].fillna(pd.Series(chance, index=deals.index)),
    )


def _taken(values: list[float], at: np.ndarray) -> np.ndarray:
    # -1, the place of a stage that was not found, takes the last one
    taken: np.ndarray = np.array([*values, np.nan], float)[at]
    return taken
