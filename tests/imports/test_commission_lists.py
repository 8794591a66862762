"""Lists of credit splits, commission plans and tiers, with Chinese and English headers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.engine import Run
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.verbs import bring_in

Csv = Callable[..., Path]
LISTS = {
    "Credits": (
        "商机编号|业绩归属人|业绩占比\nD-00001|李雷|60%\nD-00001|韩梅|40%",
        "Opportunity ID|Split owner|Split percentage\nD-00001|李雷|60%\nD-00001|韩梅|40%",
    ),
    "CommissionPlans": (
        "方案名称|适用岗位|生效日期|计提时点|计提周期|阶梯方式|提成上限|追回天数\n"
        "2026 销售|销售代表|2026-01-01|签单|季度|本期全部业绩|20000|90",
        "Commission plan|Applies to role|Valid from|Earned on|Commission period|Tier mode|Commission cap|Clawback days\n"
        "2026 销售|Sales rep|2026-01-01|Signature|Quarterly|Everything of the period|20000|90",
    ),
    "CommissionTiers": (
        "提成方案|起始达成率|提成比例\n2026 销售|0%|5%\n2026 销售|100%|8%",
        "Commission plan|Quota attainment|Commission rate\n2026 销售|0%|5%\n2026 销售|100%|8%",
    ),
}
EXPECTED = {
    "Credits": [["D-00001", "李雷", 0.6], ["D-00001", "韩梅", 0.4]],
    "CommissionPlans": [["2026 销售", "rep", "signature", "quarter", "retroactive", 20000.0, 90.0]],
    "CommissionTiers": [["2026 销售", 0.0, 0.05], ["2026 销售", 1.0, 0.08]],
}
COLUMNS = {
    "Credits": ["deal", "person", "share"],
    "CommissionPlans": ["plan", "role", "basis", "period", "mode", "cap", "clawback_days"],
    "CommissionTiers": ["plan", "from_attainment", "commission_rate"],
}


@pytest.mark.parametrize("language", [0, 1], ids=["zh", "en"])
@pytest.mark.parametrize("table", LISTS)
def test_a_list_is_recognised(table: str, language: int, csv: Csv) -> None:
    before = crm(Deals=[{"deal": "D-00001", "name": "Offer"}], Team=[{"person": "李雷"}, {"person": "韩梅"}])
    path = csv("list.csv", LISTS[table][language], delimiter="|")
    proposed = propose_import_map([path], before)
    assert [file.table for file in proposed.files] == [table]
    run = Run("Li", datetime.combine(TODAY, datetime.min.time()))
    after = apply_change_set(before, bring_in(before, build_import_changes(before, [path], proposed), run))
    assert after[table][COLUMNS[table]].to_numpy().tolist() == EXPECTED[table]
