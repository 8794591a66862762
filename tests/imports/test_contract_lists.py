"""Lists of contracts and subscriptions, with Chinese and English headers."""

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
    "合同台账.csv": """
        合同编号|客户名称|服务内容|合同开始|到期日|每期金额|付费周期|自动续约|提前通知天数|续约|终止日|流失原因|负责人
        HT-001|Acme|平台|2025-06-01|2026-08-31|1,200.50|年付|否|30||||李雷
        HT-002|Beta|维保|2025-01-01||99.90|按季|是|||||李雷
        HT-003|Acme|短信|2025-01-01|2025-12-31|10|月|否|||2025-11-30|价格|李雷
    """,
    "subscriptions.csv": """
        Contract no|Customer|Plan|Start date|End date|Fee|Billing cycle|Auto-renewal|Notice period|Cancelled on|Churn reason|CSM
        HT-001|Acme|平台|2025-06-01|2026-08-31|1,200.50|annually|no|30|||李雷
        HT-002|Beta|维保|2025-01-01||99.90|Quarterly|yes||||李雷
        HT-003|Acme|短信|2025-01-01|2025-12-31|10|monthly|no||2025-11-30|Price|李雷
    """,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_becomes_contracts(name: str, csv: Csv) -> None:
    before = crm(Accounts=[{"account": "Acme"}, {"account": "Beta"}], Team=[{"person": "李雷"}])
    path = csv(name, LISTS[name], delimiter=";")
    proposed = propose_import_map([path], before)
    assert [file.table for file in proposed.files] == ["Subscriptions"]
    planned = build_import_changes(before, [path], proposed)
    run = Run("Li", datetime.combine(TODAY, datetime.min.time()))
    rows = apply_change_set(before, bring_in(before, planned, run))["Subscriptions"]
    assert rows["subscription"].tolist() == ["HT-001", "HT-002", "HT-003"]
    assert rows["account"].tolist() == ["Acme", "Beta", "Acme"]
    assert rows["name"].tolist() == ["平台", "维保", "短信"]
    assert rows["start"].dt.strftime("%Y-%m-%d").tolist() == ["2025-06-01", "2025-01-01", "2025-01-01"]
    assert rows["end"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["2026-08-31", "", "2025-12-31"]
    assert rows["amount"].tolist() == [1200.5, 99.9, 10.0]
    assert rows["period"].tolist() == ["year", "quarter", "month"]
    assert rows["automatic"].tolist() == ["no", "yes", "no"]
    assert rows["notice_days"].fillna(0).tolist() == [30, 0, 0]
    assert rows["ended"].dt.strftime("%m-%d").fillna("").tolist() == ["", "", "11-30"]
    assert rows["churn_reason"].tolist() == ["", "", "price"]
    assert set(rows["owner"]) == {"李雷"}
    assert rows["status"].tolist() == ["running", "running", "ended"]
