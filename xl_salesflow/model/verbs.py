"""Every verb, declared once: the command line, the ribbon, the VBA and the docs are made from it.

A verb's function lives in flow.py under the verb's id; it is found by name so that help needs no pandas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xl_salesflow.model.text import Text


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing the product does. *icon* is an Office imageMso name; *reads* verbs answer with --json and write nothing."""

    id: str
    label: Text
    tip: Text
    icon: str
    reads: bool = False


def _verb(id: str, en: str, zh: str, tip_en: str, tip_zh: str, icon: str, reads: bool = False) -> Verb:
    return Verb(id, Text(en, zh), Text(tip_en, tip_zh), icon, reads)


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        verb.id: verb
        for verb in (
            _verb("init", "New workbook", "新建工作簿", "Make a new workbook from the template", "由模板新建工作簿", "FileNew"),
            _verb("import", "Import", "导入", "Bring in rows from CSV or xlsx by a mapping you can edit", "按可编辑的映射从 CSV 或 xlsx 导入", "ImportTextFile"),
            _verb("check", "Check", "检查", "Say what is wrong with which row; --repair restores formulas", "指出各行问题;--repair 恢复公式", "AcceptInvitation", True),
            _verb("update", "Update", "更新", "Judge stage moves, score, warn, list follow-ups, refresh every number", "审核阶段变更、评分、预警、生成跟进并刷新数据", "RefreshAll"),
            _verb("funnel", "Funnel", "销售漏斗", "Show every metric, as of any date, by any slice", "显示各项指标,可按日期与维度查看", "ChartInsert", True),
            _verb("followups", "Follow-ups", "跟进清单", "Who to call today and why", "今天联系谁、为什么", "TaskList", True),
            _verb("quote", "Quote", "报价", "Print the quote of a deal", "打印商机的报价单", "FilePrint"),
            _verb("report", "Report", "报告", "Write one HTML page with funnel, trend, ageing and leaks", "生成包含漏斗、趋势、账龄与流失的网页报告", "CreateReport"),
            _verb("demo", "Demo", "演示", "Make a filled workbook and every document, to look at", "生成示例工作簿与全部文件", "Help"),
        )
    }
)  # fmt: skip
