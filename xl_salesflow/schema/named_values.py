"""The settings, the query of the Funnel sheet, and the named cells that hold it.

Every setting of the sheet Settings is declared once; formulas reach its value by the name of its cell. The query is the as-of
date, the period, the filters and the switches between definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.table_columns import ColumnType, T

SettingValue = str | float


@dataclass(frozen=True, slots=True)
class SettingSchema:
    """One row of the sheet Settings. *cell* is the defined name of its value, for formulas."""

    id: str
    name: Text
    type: ColumnType
    default: SettingValue | Text
    tip: Text
    cell: str | None = None
    options: str | None = None

    def default_in(self, language: Language) -> SettingValue:
        """Return the default as a new workbook of *language* holds it."""
        return self.default.in_(language) if isinstance(self.default, Text) else self.default


def _declare_setting(
    id: str,
    en: str,
    zh: str,
    type: ColumnType,
    default: SettingValue | Text,
    tip_en: str,
    tip_zh: str,
    cell: str | None = None,
    options: str | None = None,
) -> SettingSchema:
    return SettingSchema(id, Text(en, zh), type, default, Text(tip_en, tip_zh), cell, options)


_SETTING_SCHEMAS = (
    _declare_setting("company", "Company", "公司名称", T.TEXT, Text("Your company", "贵公司"), "Printed on quotes", "打印在报价单上"),
    _declare_setting("address", "Address", "公司地址", T.TEXT, "", "Printed on quotes", "打印在报价单上"),
    _declare_setting("phone", "Phone", "公司电话", T.TEXT, "", "Printed on quotes", "打印在报价单上"),
    _declare_setting("email", "E-mail", "公司邮箱", T.TEXT, "", "Printed on quotes", "打印在报价单上"),
    _declare_setting("bank", "Bank details", "开户行及账号", T.TEXT, "", "Printed on quotes", "打印在报价单上"),
    _declare_setting("logo", "Logo file", "标志文件", T.TEXT, "", "A picture beside the workbook", "与工作簿同目录的图片"),
    _declare_setting("templates", "Template folder", "模板文件夹", T.TEXT, "", "Where your own templates lie; the folder templates beside the workbook is looked in too", "自有模板所在文件夹；同目录的 templates 文件夹也会查找"),
    _declare_setting("language", "Language", "语言", T.CHOICE, Text("English", "中文"), "Language of messages and documents", "提示与文件的语言", None, "language"),
    _declare_setting("currency", "Currency", "本位币", T.TEXT, Text("USD", "CNY"), "ISO code of the workbook's money", "金额的币种代码"),
    _declare_setting("playbook", "Default playbook", "默认销售流程", T.TEXT, "crm", "Used by deals that name none", "未指明时使用的流程", "DefaultPlaybook"),
    _declare_setting("tax_rate", "Tax rate", "默认税率", T.PERCENT, Text("0", "0.13"), "Used by quotes that name none", "报价未填写税率时使用", "TaxRate"),
    _declare_setting("quote_days", "Quote validity in days", "报价有效天数", T.INTEGER, 30.0, "Used when a quote has no last day", "报价未填有效期时使用"),
    _declare_setting("quote_prefix", "Quote number prefix", "报价单号前缀", T.TEXT, "Q-", "Quote numbers begin with it", "报价单号开头"),
    _declare_setting("refusal", "A refused move", "未通过的变更", T.CHOICE, Text("Keep the cell as typed", "保留填写的阶段"), "Keep what was typed, or put the stage back", "保留填写内容或恢复原阶段", None, "refusal"),
    *(
        _declare_setting(f"bant_{dimension}", f"BANT weight: {dimension}", f"BANT 权重：{zh}", T.NUMBER, weight, "Its share of the score", "在得分中的权重", f"Bant{dimension.title()}")
        for dimension, zh, weight in (("budget", "预算", 25.0), ("authority", "权限", 25.0), ("need", "需求", 30.0), ("timeline", "时间线", 20.0))
    ),
    *(
        _declare_setting(f"grade_{grade}", f"Grade {grade.upper()} from", f"等级 {grade.upper()} 起点", T.NUMBER, floor, "Lowest BANT score of the grade", "该等级的最低得分", f"Grade{grade.upper()}")
        for grade, floor in (("a", 83.3), ("b", 66.7), ("c", 50.0), ("d", 33.3))
    ),
    _declare_setting("qualified_points", "Qualified from points", "合格所需分值", T.INTEGER, 2.0, "Need, budget and authority each at least this", "需求、预算、权限各不低于此值"),
    _declare_setting("small_sample", "Small sample below", "小样本界限", T.INTEGER, 30.0, "Numbers over fewer deals are marked", "样本少于此数时提示", "SmallSample"),
    _declare_setting("idle_limit", "Idle limit in days", "停滞上限（天）", T.INTEGER, 14.0, "A deal without activity for longer is warned about", "超过此天数无活动则预警", "IdleLimit"),
    _declare_setting("age_factor", "Too old: times the median won cycle", "超龄：赢单周期中位数的倍数", T.NUMBER, 2.0, "Older open deals are warned about", "超过则预警"),
    _declare_setting("push_limit", "Close pushed at most", "延期次数上限", T.INTEGER, 2.0, "Pushed this often or more is warned about", "达到此次数则预警", "PushLimit"),
    _declare_setting("contacts_from_stage", "Contacts needed from stage no.", "自第几阶段起查联系人", T.INTEGER, 2.0, "From this stage on, one contact only or no decision-maker is warned about", "自此阶段起检查联系人与决策者"),
    _declare_setting("expiry_notice", "Quote expiry notice in days", "报价到期提前（天）", T.INTEGER, 7.0, "Quotes about to expire are warned about", "报价将到期时预警"),
    _declare_setting("answer_days", "Answer to a quote expected within days", "报价应答期限（天）", T.INTEGER, 5.0, "A quote or contract sent longer ago asks for a follow-up", "报价或合同发出后超过此天数需跟进"),
    _declare_setting("concentration", "One deal's share of the forecast", "单一商机占预测比例", T.PERCENT, 0.3, "A larger share is warned about", "超过则预警"),
    _declare_setting("discount_limit", "Discount limit", "折扣上限", T.PERCENT, 0.1, "Where neither the Team sheet nor the role gives one", "“团队”表与角色均未规定时使用"),
    _declare_setting("discount_manager", "Discount limit: sales manager", "折扣上限：销售经理", T.PERCENT, 0.2, "What the role may grant; a limit in the Team sheet wins", "该角色可批准的折扣；“团队”表中的上限优先"),
    _declare_setting("discount_director", "Discount limit: director", "折扣上限：总监", T.PERCENT, 0.35, "What the role may grant; a limit in the Team sheet wins", "该角色可批准的折扣；“团队”表中的上限优先"),
    _declare_setting("amount_follows_quote", "Amount follows the quote", "金额随主报价", T.CHOICE, Text("Yes", "是"), "Yes: a deal's amount is its primary quote without tax; No: a difference is only told", "是：商机金额取主报价的不含税金额；否：仅提示差异", None, "yes_no"),
    _declare_setting("feedback_floor", "Satisfaction floor", "满意度下限", T.NUMBER, 3.0, "Feedback below it asks for a follow-up", "低于此值需跟进"),
    _declare_setting("followups_per_day", "Follow-ups per person and day", "每人每日跟进上限", T.INTEGER, 20.0, "What is more moves to the next working day", "超出部分顺延至下一个工作日"),
    _declare_setting("followup_days", "Follow-up list: working days", "跟进清单包含的工作日数", T.INTEGER, 5.0, "How many days the list may fill; what is still more is counted", "清单最多安排几个工作日；再多的只计数"),
    _declare_setting("plan_next_contact", "Plan the next contact", "自动安排下次联系", T.CHOICE, Text("Yes", "是"), "Yes: a follow-up done without a next step plans one by the stage's contact rhythm", "是：完成跟进而未填下一步时，按阶段联系频率安排", None, "yes_no"),
    _declare_setting("workweek", "Working week", "工作周", T.CHOICE, Text("Monday to Friday", "周一至周五"), "Days off and make-up working days are on the sheet Holidays", "节假日与调休上班日见“节假日”表", None, "workweek"),
    _declare_setting("due_ahead", "Show next steps ahead, in days", "提前显示下一步（天）", T.INTEGER, 1.0, "0: only what is due", "0：只显示到期的"),
    _declare_setting("assignment", "Deals without owner", "无负责人商机的分配", T.CHOICE, Text("Leave them", "不分配"), "Who gets them at an update: nobody, each in turn, or whoever has the fewest open deals; regions and limits of the Team sheet hold", "更新时分配给谁：不分配、轮流，或在手商机最少者；遵守“团队”表的区域与上限", None, "assignment"),
    _declare_setting("reclaim_days", "Back to the pool after days", "回收公海天数", T.INTEGER, 0.0, "An open deal nobody worked on for longer loses its owner; 0: never", "超过此天数无人跟进的进行中商机回收到公海；0 为不回收"),
    _declare_setting("reclaim_stages", "Back to the pool up to stage no.", "回收公海的最后阶段", T.INTEGER, 2.0, "Deals beyond this stage stay with their owner", "此阶段之后的商机不回收"),
    _declare_setting("backups", "Backups kept", "保留的备份数", T.INTEGER, 0.0, "Earlier versions that every run keeps beside the workbook, as NAME.backup-1.xlsx and so on; 0: none", "每次运行在工作簿旁保留的历史版本数（名称.backup-1.xlsx 等）；0 为不保留"),
    _declare_setting("adopted", "Mapping of adopted sheets", "原有工作表的映射", T.TEXT, "", "Filled by salesflow adopt: how your own sheets become rows; edit it, and adopt again", "由 salesflow adopt 填写：原有工作表如何转成各行；可修改后再次执行"),
    _declare_setting("process_version", "Process version", "流程版本", T.TEXT, "1", "Counts up when the process changes", "流程变更时递增"),
    _declare_setting("process_review", "Next process review", "下次流程评审", T.DATE, "", "When to look at the process again", "下次评审日期"),
)  # fmt: skip

SETTINGS_BY_ID: Mapping[str, SettingSchema] = MappingProxyType({setting.id: setting for setting in _SETTING_SCHEMAS})


@dataclass(frozen=True)
class Settings:
    """The values of one workbook, defaults where it holds none. Choices are ids, numbers floats, dates ISO text."""

    values: Mapping[str, SettingValue]

    def text(self, id: str) -> str:
        """Return setting *id* as text."""
        return str(self._value(id))

    def number(self, id: str) -> float:
        """Return setting *id* as a number; percent as a fraction, days as days."""
        return float(self._value(id))

    def _value(self, id: str) -> SettingValue:
        declared = SETTINGS_BY_ID[id]
        value = self.values.get(id, "")
        return value if value != "" else declared.default_in("en")


METRIC_NAME_PREFIXES = ("", "Card_", "Then_", "Change_")
"""What stands before the id of a metric in the name of a cell: its value, its card, what it was then, and the change."""

ALL_VALUES_LABEL = Text("(All)", "（全部）")

QUERY_FILTERS: Mapping[str, str] = MappingProxyType(
    {
        "ViewOwner": "owner",
        "ViewProduct": "product",
        "ViewSource": "source",
        "ViewRegion": "region",
        "ViewChannel": "sales_channel",
        "ViewPlaybook": "playbook",
    }
)
"""Named dropdown cell → the column it filters, in Deals and in History."""


@dataclass(frozen=True)
class Query:
    """A question to the funnel. *filters* maps a column of FILTERS to the one value wanted; dates are whole days, None is open.

    *reading* "snapshot" counts won and lost by their closing, "cohort" by creation; *reach* as in definitions (implied, entered).
    """

    as_of: date | None = None
    start: date | None = None
    end: date | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    reading: Literal["snapshot", "cohort"] = "snapshot"
    reach: Literal["implied", "entered"] = "implied"

    @property
    def has_period(self) -> bool:
        """Tell whether the question is about a period rather than all time."""
        return self.start is not None or self.end is not None


@dataclass(frozen=True, slots=True)
class NamedCell:
    """One cell with a defined name: an input (no formula) or worked out by *formula* (a template of formulas.render)."""

    name: str
    label: Text
    type: ColumnType
    tip: Text
    sheet: Literal["Funnel", "Settings", "Plan", "Trends"]
    formula: str | None = None
    options: str | None = None
    default: Text | None = None


def _declare_named_cell(
    name: str, en: str, zh: str, type: ColumnType, tip_en: str, tip_zh: str, sheet: Literal["Funnel", "Settings", "Plan", "Trends"] = "Funnel", *,
    formula: str | None = None, options: str | None = None, default: Text | None = None,
) -> NamedCell:  # fmt: skip
    return NamedCell(name, Text(en, zh), type, Text(tip_en, tip_zh), sheet, formula, options, default)


_FILTER_LABELS = {
    "ViewOwner": Text("Owner", "负责人"),
    "ViewProduct": Text("Product", "产品"),
    "ViewSource": Text("Source", "线索来源"),
    "ViewRegion": Text("Region", "区域"),
    "ViewChannel": Text("Channel", "渠道"),
    "ViewPlaybook": Text("Playbook", "销售流程"),
}
_FILTER_TIP = ("Choose one; (All) or blank does not filter", "选择一项；（全部）或留空为不筛选")

_GROUP_NUMBER_FORMULA = "1"
for _number, _column in reversed(list(enumerate(QUERY_FILTERS.values(), 1))):
    _GROUP_NUMBER_FORMULA = f"IF(GroupBy={{group:{_column}}},{_number},{_GROUP_NUMBER_FORMULA})"

NAMED_CELLS: Mapping[str, NamedCell] = MappingProxyType(
    {
        cell.name: cell
        for cell in (
            _declare_named_cell("AsOfInput", "As of", "截至", T.DATE, "Blank is today; a past date shows what was true then", "留空为今天；填写过去日期可查看当时情况"),
            _declare_named_cell("PeriodFromInput", "From", "期间起", T.DATE, "First day of the period; blank is all time", "期间第一天；留空不限"),
            _declare_named_cell("PeriodToInput", "To", "期间止", T.DATE, "Last day of the period, included", "期间最后一天（含）"),
            *(
                _declare_named_cell(name, *_FILTER_LABELS[name].both(), type, *_FILTER_TIP, options=options, default=ALL_VALUES_LABEL)
                for name, type, options in (
                    ("ViewOwner", T.REF, "Team"), ("ViewProduct", T.REF, "Products"), ("ViewSource", T.LIST, "source"),
                    ("ViewRegion", T.LIST, "region"), ("ViewChannel", T.LIST, "sales_channel"), ("ViewPlaybook", T.TEXT, None),
                )
            ),
            _declare_named_cell("Reading", "Won and lost are", "赢丢单口径", T.CHOICE, "Closed in the period (snapshot) or created in it (cohort)", "按关闭日期（快照）或创建日期（群组）", options="reading", default=Text("Closed in the period", "期内关闭")),
            _declare_named_cell("Reach", "A stage counts when", "阶段计数口径", T.CHOICE, "Reached or passed (implied), or really entered", "到达或越过（推定），或实际进入", options="reach", default=Text("Reached or passed", "到达或越过")),
            _declare_named_cell("CompareInput", "Compare with", "对比日期", T.DATE, "A day before the as-of date: headline numbers and stages then, and the change since; blank compares nothing", "截至日期之前的某日：显示当时的主要指标与阶段，以及此后的变化；留空不对比"),
            _declare_named_cell("Today", "Today", "今天", T.DATE, "The only volatile formula of the workbook", "工作簿中唯一的易变公式", "Settings", formula="TODAY()"),
            _declare_named_cell("BantTotal", "Sum of BANT weights", "BANT 权重合计", T.NUMBER, "The four weights together", "四项权重之和", "Settings", formula="BantBudget+BantAuthority+BantNeed+BantTimeline"),
            _declare_named_cell("ViewEverything", "No filter", "不筛选", T.TEXT, "What a dropdown shows when it filters nothing", "下拉框不筛选时的显示", "Settings", default=ALL_VALUES_LABEL),
            _declare_named_cell("AsOf", "As of", "截至日期", T.DATE, "The as-of date, or today", "截至日期，或今天", "Settings", formula='IF(AsOfInput="",Today,AsOfInput)'),
            _declare_named_cell("IsToday", "Today's snapshot", "当前快照", T.INTEGER, "1 when the as-of date is today or later", "截至日期为今天或以后时为 1", "Settings", formula="IF(AsOf>=Today,1,0)"),
            _declare_named_cell("BegunFrom", "Known from", "已知起点", T.INTEGER, "1 for a past date, which knows nothing of what began nobody knows when; 0 for today", "过去日期为 1，不计开始日期未知者；当前快照为 0", "Settings", formula="IF(IsToday=1,0,1)"),
            _declare_named_cell("BegunTo", "Begun by", "已开始", T.DATE, "What had begun by the as-of date; today counts everything", "截至日期已开始者；当前快照计入全部", "Settings", formula="IF(IsToday=1,DATE(9999,12,31),AsOf)"),
            _declare_named_cell("PeriodFrom", "Period from", "期间起点", T.DATE, "First day, or the beginning of time", "期间第一天，或最早", "Settings", formula='IF(PeriodFromInput="",0,PeriodFromInput)'),
            _declare_named_cell("PeriodTo", "Period to", "期间终点", T.DATE, "Last day, or the end of time", "期间最后一天，或最晚", "Settings", formula='IF(PeriodToInput="",DATE(9999,12,31),PeriodToInput)'),
            _declare_named_cell("HasPeriod", "A period is set", "已设期间", T.INTEGER, "1 when From or To is filled in", "填写起止日期之一时为 1", "Settings", formula='IF(AND(PeriodFromInput="",PeriodToInput=""),0,1)'),
            *(
                _declare_named_cell(f"Any{name[4:]}", f"Any {what.en.lower()}", f"不限{what.zh}", T.INTEGER, "1 when this filter is off", "未按此项筛选时为 1", "Settings", formula=f'IF(OR({name}="",{name}=ViewEverything),1,0)')
                for name, what in _FILTER_LABELS.items()
            ),
            _declare_named_cell("ViewAll", "Nothing is filtered", "未筛选", T.INTEGER, "1 when every filter is off", "所有筛选均关闭时为 1", "Settings", formula="*".join(f"Any{name[4:]}" for name in QUERY_FILTERS)),
            _declare_named_cell("StagePlaybook", "Playbook of the stage table", "阶段表所用流程", T.TEXT, "The chosen playbook, or the default", "所选流程，或默认流程", "Settings", formula="IF(AnyPlaybook=1,DefaultPlaybook,ViewPlaybook)"),
            _declare_named_cell("IsCohort", "Cohort reading", "群组口径", T.INTEGER, "1 when won and lost are counted by creation", "按创建日期统计时为 1", "Settings", formula="IF(Reading={reading:cohort},1,0)"),
            _declare_named_cell("IsEntered", "Entered reading", "实际进入口径", T.INTEGER, "1 when only stages really entered count", "仅统计实际进入时为 1", "Settings", formula="IF(Reach={reach:entered},1,0)"),
            _declare_named_cell("GroupBy", "Compare by", "按何分组", T.CHOICE, "What the rows of the table are", "表中各行的维度", "Trends", options="group", default=Text("Owner", "负责人")),
            _declare_named_cell("SegmentA", "First", "第一组", T.TEXT, "One of the rows of the table, to compare with the second", "表中一行，与第二组比较", "Trends"),
            _declare_named_cell("SegmentB", "Second", "第二组", T.TEXT, "Another row of the table", "表中另一行", "Trends"),
            _declare_named_cell("GroupNumber", "Number of the grouping", "分组编号", T.INTEGER, "The column of names that Compare by chooses", "“按何分组”所选的列", "Settings", formula=_GROUP_NUMBER_FORMULA),
            _declare_named_cell("CompareTo", "Compared with", "对比日", T.DATE, "The day to compare with; nothing when it lies after the as-of date", "对比的日期；晚于截至日期时不对比", "Settings", formula='IF(CompareInput="","",IF(CompareInput>AsOf,"",CompareInput))'),
            _declare_named_cell("PlanTarget", "Target", "目标金额", T.MONEY, "Value to win; blank takes the Targets sheet", "应赢单金额；留空取“销售目标”", "Plan"),
            _declare_named_cell("PlanBy", "By", "截止日期", T.DATE, "The last day to win it; blank is the end of the year", "最迟赢单日期；留空为年末", "Plan"),
        )
    }
)  # fmt: skip
