"""Several playbooks in one workbook: each deal uses the stages, gates and tasks of its own playbook."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from tests.tables import TODAY, crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run, apply_query
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.named_values import Query
from xl_salesflow.verbs import update

RUN = Run("Mara", datetime(TODAY.year, TODAY.month, TODAY.day, 9))

DEALS = """
deal | playbook | stage   | source | amount | created    | loss_reason
D1   |          | Lead    |        | 900    | 2026-03-01 |
D2   | b2c      | Attract | search | 20     | 2026-03-01 |
D3   | b2c      | Convert | search | 30     | 2026-03-01 |
D4   | b2c      | Lead    | search | 40     | 2026-03-01 |
D5   | b2c      | Lost    | search | 50     | 2026-03-01 |
D6   | b2c      | Lost    | search | 60     | 2026-03-01 | price
"""


def both() -> Pipeline:
    """Return a pipeline with two playbooks in Stages, Gates and StageTasks, after an update."""
    pipeline, second = crm(Deals=rows(DEALS)), make_shipped_setup("b2c", "en")
    grown = {
        name: pd.concat([pipeline[name], second[name]], ignore_index=True) for name in ("Stages", "Gates", "StageTasks")
    }
    pipeline = pipeline.with_tables(**{name: frame.set_axis(frame.index + 2) for name, frame in grown.items()})
    return apply_change_set(pipeline, update(pipeline, RUN))


def test_a_deal_enters_the_stages_of_its_own_playbook() -> None:
    """A stage of another playbook is unknown (D4); a deal without a playbook uses the default (D1)."""
    deals = both()["Deals"].set_index("deal")
    assert deals["recorded_stage"].to_dict() == {
        "D1": "Lead", "D2": "Attract", "D3": "Convert", "D4": "", "D5": "Attract", "D6": "Lost",
    }  # fmt: skip
    assert deals["playbook"].to_dict() == {"D1": "crm", **dict.fromkeys(("D2", "D3", "D4", "D5", "D6"), "b2c")}


def test_the_gates_of_its_playbook_guard_it() -> None:
    deals = both()["Deals"].set_index("deal")
    assert deals.at["D5", "move_status"] == "refused"
    assert "Choose why the deal was lost." in str(deals.at["D5", "move_reasons"])


def test_it_gets_the_tasks_of_its_playbook() -> None:
    tasks = both()["Tasks"]
    given = {deal: set(found["task"]) for deal, found in tasks.groupby("deal")}
    assert "Note where the lead came from and who recommended us" in given["D1"]
    assert given["D2"] == {"Note the channel they came by", "Send the offer of the week"}


def test_each_playbook_has_its_own_funnel() -> None:
    pipeline = both()
    for playbook, first, deals in (("crm", "Lead", 1), ("b2c", "Attract", 4)):
        asked = apply_query(pipeline, Query(filters={"playbook": playbook}))
        stages = compute_funnel(asked).stages
        assert (stages[0]["stage"], stages[0]["reached"]) == (first, deals)
