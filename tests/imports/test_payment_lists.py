"""Payment lists of finance departments: receivables, receipts and invoices, with Chinese and English headers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
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
    "回款计划.csv": """
        商机编号 | 客户名称 | 期次   | 应收金额  | 计划回款日期 | 发票号码 | 开票日期   | 到账金额 | 到账日期   | 备注
        D-1      | Acme     | 预付款 | 3,000.50 | 2026-03-01   | 0012     | 2026-02-20 | 3,000.50 | 2026-03-02 |
        D-1      | Acme     | 尾款   | 6,999.50 | 2026-05-01   |          |            | 500      | 2026-03-20 | 电汇
    """,
    "开票明细.csv": """
        合同编号 | 款项名称 | 开票金额 | 开票日期   | 发票号 | 到期日     | 实收金额 | 实收日期
        D-1      | 预付款   | 3000.50  | 2026-02-20 | 0012   | 2026-03-01 | 3000.50  | 2026-03-02
        D-1      | 尾款     | 6999.50  |            |        | 2026-05-01 | 500      | 2026-03-20
    """,
    "payments.csv": """
        Deal ID | Milestone | Amount due | Due date   | Invoice number | Invoice date | Amount paid | Payment date
        D-1     | 预付款    | 3000.50    | 2026-03-01 | 0012           | 2026-02-20   | 3000.50     | 2026-03-02
        D-1     | 尾款      | 6999.50    | 2026-05-01 |                |              | 500         | 2026-03-20
    """,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_becomes_instalments(name: str, csv: Csv) -> None:
    before = crm(Deals=[{"deal": "D-1", "stage": "Lead", "amount": 10000.0, "created": date(2026, 1, 5)}])
    path = csv(name, LISTS[name], delimiter=";")
    proposed = propose_import_map([path], before)
    assert [file.table for file in proposed.files] == ["Payments"]
    planned = build_import_changes(before, [path], proposed)
    run = Run("Li", datetime.combine(TODAY, datetime.min.time()))
    now = apply_change_set(before, bring_in(before, planned, run))
    rows = now["Payments"]
    assert rows["payment"].tolist() == ["P-00001", "P-00002"]
    assert rows["deal"].tolist() == ["D-1", "D-1"]
    assert rows["name"].tolist() == ["预付款", "尾款"]
    assert rows["amount"].tolist() == [3000.5, 6999.5]
    assert rows["invoice"].tolist() == ["0012", ""]
    assert rows["invoiced"].dt.strftime("%m-%d").fillna("").tolist() == ["02-20", ""]
    assert rows["due"].dt.strftime("%m-%d").tolist() == ["03-01", "05-01"]
    assert rows["paid"].tolist() == [3000.5, 500.0]
    assert rows["paid_on"].dt.strftime("%m-%d").tolist() == ["03-02", "03-20"]
    assert rows["status"].tolist() == ["paid", "partly"]
