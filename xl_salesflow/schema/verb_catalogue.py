"""Every verb, declared once: the command line, the ribbon, the VBA and the docs are made from it.

A verb's function lives in verbs.py under the verb's id, or with the Excel buttons for verbs that only the ribbon has. It is
found by name, so that help needs no pandas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xl_salesflow.locale.texts import Text

RIBBON_GROUPS: Mapping[str, Text] = MappingProxyType(
    {
        "deals": Text("Deals", "商机"),
        "qualify": Text("Qualify", "资格评估"),
        "today": Text("Today", "今日"),
        "quotes": Text("Quotes", "报价"),
        "manage": Text("Manage", "管理"),
        "more": Text("More", "更多"),
        "tools": Text("Tools", "工具"),
    }
)
"""The groups of the ribbon tab, from left to right."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing the product does. *icon* is an Office imageMso name; *reads* verbs answer with --json and write nothing.

    *group* is its place in the ribbon, "" for none; a *menu* asks for one of "stages", of MENUS, or of a list of lists.py, and "file"
    for another workbook. Verbs that are no *command* exist only in the ribbon.
    """

    id: str
    label: Text
    tip: Text
    icon: str
    reads: bool = False
    group: str = ""
    menu: str = ""
    command: bool = True
    large: bool = False


def _declare_verb(
    id: str, en: str, zh: str, tip_en: str, tip_zh: str, icon: str, reads: bool = False, *, group: str = "", menu: str = "",
    large: bool = False,
) -> Verb:  # fmt: skip
    return Verb(id, Text(en, zh), Text(tip_en, tip_zh), icon, reads, group, menu, large=large)


def _declare_button(
    id: str, en: str, zh: str, tip_en: str, tip_zh: str, icon: str, group: str, *, menu: str = "", large: bool = False,
) -> Verb:  # fmt: skip
    return Verb(id, Text(en, zh), Text(tip_en, tip_zh), icon, False, group, menu, False, large)


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        verb.id: verb
        for verb in (
            _declare_verb("init", "New workbook", "新建工作簿", "Make a new workbook from the template", "由模板新建工作簿", "FileNew"),
            _declare_verb("import", "Import", "导入", "Bring in rows from CSV or xlsx by a mapping you can edit", "按可编辑的映射从 CSV 或 xlsx 导入", "ImportTextFile"),
            _declare_verb("adopt", "Adopt", "接管", "Make a team's own workbook a store: its sheets stay, ours join them, its rows come in", "将团队现有工作簿变为存储：保留原有工作表，加入本产品工作表并导入数据", "FileSaveAsExcelXlsx"),
            _declare_verb("check", "Check", "检查", "Say what is wrong with which row; --repair restores formulas", "指出各行问题；--repair 恢复公式", "ErrorChecking", True, group="deals", large=True),
            _declare_verb("update", "Update", "更新", "Judge stage moves, score, warn, list follow-ups, refresh every number", "审核阶段变更、评分、预警、生成跟进并刷新数据", "RefreshAll", group="deals", large=True),
            _declare_verb("funnel", "Funnel", "销售漏斗", "Show every metric, as of any date, by any slice", "显示各项指标，可按日期与维度查看", "ChartInsert", True, group="manage", large=True),
            _declare_verb("plan", "Plan from target", "目标倒推", "Back from a target: deals per stage, leads, activities a week, by when", "由目标倒推各阶段商机、线索、每周活动与最迟日期", "GoalSeek", True),
            _declare_verb("followups", "Follow-ups", "跟进清单", "Who to call today and why", "今天联系谁、为什么", "MailMergeRecipientsEditList", True, group="today", large=True),
            _declare_verb("quote", "Quote", "报价", "Print the quote of a deal", "打印商机的报价单", "FilePrint", group="quotes"),
            _declare_verb("print", "Print", "打印", "Print a quote, proposal, contract, BANT card, pre-call sheet or visit report", "打印报价单、方案、合同、BANT 卡、拜访前准备或拜访报告", "FilePrintPreview", group="quotes", menu="papers"),
            _declare_verb("template", "Templates", "模板", "List, check and make templates of your own for what is printed", "列出、检查与新建打印所用的自有模板", "FileNew"),
            _declare_verb("report", "Report", "报告", "Write one HTML page with funnel, trend, ageing and leaks", "生成包含漏斗、趋势、账龄与流失的网页报告", "CreateReport", group="manage"),
            _declare_verb("playbook", "Playbooks", "销售流程", "List, show, check and export sales processes, and change over to another one", "列出、显示、检查、导出销售流程，并可转用另一流程", "SmartArtInsert", group="more", menu="playbooks"),
            _declare_verb("audit", "Audit", "流程自查", "Answer thirteen questions about how the team sells, from the data", "根据数据回答关于团队销售方式的十三个问题", "ReviewAcceptChange", True, group="manage"),
            _declare_verb("assign", "Assign", "分配", "Give deals without an owner to people; take back those nobody works on", "将无负责人的商机分配给团队成员，并回收无人跟进的商机", "DistributionListSelectMembers", group="manage"),
            _declare_verb("diff", "Differences", "差异", "Say what differs between two workbooks", "说明两个工作簿有何不同", "ReviewCompareTwoVersions", True, group="more", menu="file"),
            _declare_verb("merge", "Merge", "合并", "Take into a workbook what another copy of it says; contradictions go to a sheet", "将另一副本的修改并入工作簿；矛盾之处列入“合并冲突”表", "ReviewCombineRevisions", group="more", menu="file"),
            _declare_verb("apply", "Apply ticked changes", "执行勾选的修改", "Do what is ticked on a change sheet that update --dry-run --sheet made", "执行由 update --dry-run --sheet 生成的修改清单中勾选的项", "AcceptInvitation"),
            _declare_verb("batch", "Many workbooks", "批量处理", "Do a verb to every workbook of files, folders and patterns, in parallel", "对文件、文件夹与通配符所指的全部工作簿并行执行操作", "RefreshAll"),
            _declare_verb("rollup", "Roll up", "汇总", "Make one team workbook, or Parquet files, of many workbooks", "将多个工作簿汇总为一个团队工作簿或 Parquet 文件", "DataConsolidate"),
            _declare_verb("watch", "Watch a folder", "监视文件夹", "Do a verb to every workbook of a folder whenever somebody saves it", "文件夹中的工作簿一经保存即执行操作", "FilePrintPreview"),
            _declare_verb("demo", "Demo", "演示", "Make a filled workbook and every document, to look at", "生成示例工作簿与全部文件", "Help"),
            _declare_button("next_stage", "Next stage", "下一阶段", "Move the selected deal to a stage you choose; the gates judge it at once", "将所选商机移至所选阶段，并立即按关卡审核", "MacroPlay", "deals", menu="stages"),
            _declare_button("won", "Won", "赢单", "Mark the selected deal as won; the gates judge it at once", "将所选商机标记为赢单，并立即按关卡审核", "AcceptInvitation", "deals"),
            _declare_button("lost", "Lost", "丢单", "Mark the selected deal as lost, for a reason you choose", "选择原因并将所选商机标记为丢单", "DeclineInvitation", "deals", menu="loss_reason"),
            _declare_button("explain", "Why not?", "为何不能推进", "Say what keeps the selected deal from the stage you typed; nothing is written", "说明所选商机为何不能进入所填阶段，不写入任何内容", "FunctionWizard", "deals"),
            _declare_verb("bant", "BANT card", "BANT 卡", "Lay out the BANT questions of a deal to be answered; a filled card is read back", "列出商机的 BANT 问题以便填写，填好的卡可读回", "FormControlCheckBox", group="qualify", large=True),
            _declare_verb("compare", "Compare groups", "组间对比", "Compare the win rates of two sources, owners or products: is it more than chance?", "对比两个来源、负责人或产品的赢单率，判断差异是否出于偶然", "WhatIfAnalysisMenu", True, group="more"),
            _declare_verb("export", "Export", "导出", "Write every table as CSV or JSON: the data is yours, on your machine", "将全部表导出为 CSV 或 JSON：数据归您所有，留在本机", "ExportTextFile"),
            _declare_verb("prepare", "Prepare a visit", "拜访准备", "Give a deal the checklist before a visit, as tasks", "将拜访前准备清单作为任务加入商机", "ListMacros", group="today"),
            _declare_button("score", "Score", "评分", "Work out BANT points from the answers and the trait scores", "由问答得出 BANT 分值并计算特质得分", "CalculateNow", "qualify"),
            _declare_button("activity", "Log activity", "记录活动", "Add an activity of today to the selected deal", "为所选商机添加一条今天的活动", "ReviewNewComment", "today", menu="activity_type"),
            _declare_button("calendar", "Calendar", "日历", "Write the follow-ups as a calendar file beside the workbook", "将跟进清单写成日历文件，与工作簿同目录", "ViewAppointmentInCalendar", "today"),
            _declare_button("new_quote", "New quote", "新建报价", "Draft a quote for the selected deal", "为所选商机起草报价", "TableInsert", "quotes", large=True),
            _declare_verb("holidays", "Holidays", "节假日", "Fill the sheet Holidays with a country's days off and make-up days", "填写某国的放假日与调休上班日", "CalendarsMenu"),
            _declare_verb("revise", "Revise", "修订", "Copy a quote into its next version; the old one is superseded", "将报价复制为下一版本，旧版被替代", "Copy", group="quotes"),
            _declare_button("dates", "Compare dates", "日期对比", "Set the funnel beside itself a week, a month, a quarter or a year before", "将销售漏斗与一周、一月、一季或一年之前对比", "DateAndTimeInsert", "more", menu="spans"),
            _declare_button("targets", "Plan", "计划", "Show how many deals each stage needs to reach the target", "显示达成目标各阶段所需商机数", "GoalSeek", "manage"),
            _declare_verb("undo", "Undo run", "撤销运行", "Put back what the last run changed", "恢复最近一次运行所做的修改", "Undo", group="tools"),
            _declare_button("repair", "Repair", "修复", "Write back the formulas that somebody typed over", "恢复被覆盖的公式", "AutoSum", "tools"),
            _declare_button("language", "中文 / English", "English / 中文", "Switch the language of ribbon, messages and documents", "切换功能区、提示与文件的语言", "FontDialog", "tools"),
            _declare_button("help", "Help", "帮助", "Say what each button does and what to do when one fails", "说明各按钮的作用与故障处理", "Help", "tools"),
        )
    }
)  # fmt: skip
