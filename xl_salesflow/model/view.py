"""What the Funnel sheet is asked: as-of date, period, filters, definition switches; and the named cells that hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from xl_salesflow.model.column import Type
from xl_salesflow.model.text import Text

EVERYTHING = Text("(All)", "（全部）")

FILTERS: Mapping[str, str] = MappingProxyType(
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
class View:
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
    type: Type
    tip: Text
    sheet: Literal["Funnel", "Settings", "Plan", "Trends"]
    formula: str | None = None
    options: str | None = None
    default: Text | None = None


def _cell(
    name: str, en: str, zh: str, type: Type, tip_en: str, tip_zh: str, sheet: Literal["Funnel", "Settings", "Plan", "Trends"] = "Funnel", *,
    formula: str | None = None, options: str | None = None, default: Text | None = None,
) -> NamedCell:  # fmt: skip
    return NamedCell(name, Text(en, zh), type, Text(tip_en, tip_zh), sheet, formula, options, default)


T = Type
_FILTERED = {
    "ViewOwner": Text("Owner", "负责人"),
    "ViewProduct": Text("Product", "产品"),
    "ViewSource": Text("Source", "线索来源"),
    "ViewRegion": Text("Region", "区域"),
    "ViewChannel": Text("Channel", "渠道"),
    "ViewPlaybook": Text("Playbook", "销售流程"),
}
_FILTER_TIP = ("Choose one; (All) or blank does not filter", "选择一项；（全部）或留空为不筛选")

_GROUP_NUMBER = "1"
for _number, _column in reversed(list(enumerate(FILTERS.values(), 1))):
    _GROUP_NUMBER = f"IF(GroupBy={{group:{_column}}},{_number},{_GROUP_NUMBER})"

NAMED_CELLS: Mapping[str, NamedCell] = MappingProxyType(
    {
        cell.name: cell
        for cell in (
            _cell("AsOfInput", "As of", "截至", T.DATE, "Blank is today; a past date shows what was true then", "留空为今天；填写过去日期可查看当时情况"),
            _cell("PeriodFromInput", "From", "期间起", T.DATE, "First day of the period; blank is all time", "期间第一天；留空不限"),
            _cell("PeriodToInput", "To", "期间止", T.DATE, "Last day of the period, included", "期间最后一天（含）"),
            *(
                _cell(name, *_FILTERED[name].both(), type, *_FILTER_TIP, options=options, default=EVERYTHING)
                for name, type, options in (
                    ("ViewOwner", T.REF, "Team"), ("ViewProduct", T.REF, "Products"), ("ViewSource", T.LIST, "source"),
                    ("ViewRegion", T.LIST, "region"), ("ViewChannel", T.LIST, "sales_channel"), ("ViewPlaybook", T.TEXT, None),
                )
            ),
            _cell("Reading", "Won and lost are", "赢丢单口径", T.CHOICE, "Closed in the period (snapshot) or created in it (cohort)", "按关闭日期（快照）或创建日期（群组）", options="reading", default=Text("Closed in the period", "期内关闭")),
            _cell("Reach", "A stage counts when", "阶段计数口径", T.CHOICE, "Reached or passed (implied), or really entered", "到达或越过（推定），或实际进入", options="reach", default=Text("Reached or passed", "到达或越过")),
            _cell("CompareInput", "Compare with", "对比日期", T.DATE, "A day before the as-of date: headline numbers and stages then, and the change since; blank compares nothing", "截至日期之前的某日：显示当时的主要指标与阶段，以及此后的变化；留空不对比"),
            _cell("Today", "Today", "今天", T.DATE, "The only volatile formula of the workbook", "工作簿中唯一的易变公式", "Settings", formula="TODAY()"),
            _cell("BantTotal", "Sum of BANT weights", "BANT 权重合计", T.NUMBER, "The four weights together", "四项权重之和", "Settings", formula="BantBudget+BantAuthority+BantNeed+BantTimeline"),
            _cell("ViewEverything", "No filter", "不筛选", T.TEXT, "What a dropdown shows when it filters nothing", "下拉框不筛选时的显示", "Settings", default=EVERYTHING),
            _cell("AsOf", "As of", "截至日期", T.DATE, "The as-of date, or today", "截至日期，或今天", "Settings", formula='IF(AsOfInput="",Today,AsOfInput)'),
            _cell("IsToday", "Today's snapshot", "当前快照", T.INTEGER, "1 when the as-of date is today or later", "截至日期为今天或以后时为 1", "Settings", formula="IF(AsOf>=Today,1,0)"),
            _cell("BegunFrom", "Known from", "已知起点", T.INTEGER, "1 for a past date, which knows nothing of what began nobody knows when; 0 for today", "过去日期为 1，不计开始日期未知者；当前快照为 0", "Settings", formula="IF(IsToday=1,0,1)"),
            _cell("BegunTo", "Begun by", "已开始", T.DATE, "What had begun by the as-of date; today counts everything", "截至日期已开始者；当前快照计入全部", "Settings", formula="IF(IsToday=1,DATE(9999,12,31),AsOf)"),
            _cell("PeriodFrom", "Period from", "期间起点", T.DATE, "First day, or the beginning of time", "期间第一天，或最早", "Settings", formula='IF(PeriodFromInput="",0,PeriodFromInput)'),
            _cell("PeriodTo", "Period to", "期间终点", T.DATE, "Last day, or the end of time", "期间最后一天，或最晚", "Settings", formula='IF(PeriodToInput="",DATE(9999,12,31),PeriodToInput)'),
            _cell("HasPeriod", "A period is set", "已设期间", T.INTEGER, "1 when From or To is filled in", "填写起止日期之一时为 1", "Settings", formula='IF(AND(PeriodFromInput="",PeriodToInput=""),0,1)'),
            *(
                _cell(f"Any{name[4:]}", f"Any {what.en.lower()}", f"不限{what.zh}", T.INTEGER, "1 when this filter is off", "未按此项筛选时为 1", "Settings", formula=f'IF(OR({name}="",{name}=ViewEverything),1,0)')
                for name, what in _FILTERED.items()
            ),
            _cell("ViewAll", "Nothing is filtered", "未筛选", T.INTEGER, "1 when every filter is off", "所有筛选均关闭时为 1", "Settings", formula="*".join(f"Any{name[4:]}" for name in FILTERS)),
            _cell("StagePlaybook", "Playbook of the stage table", "阶段表所用流程", T.TEXT, "The chosen playbook, or the default", "所选流程，或默认流程", "Settings", formula="IF(AnyPlaybook=1,DefaultPlaybook,ViewPlaybook)"),
            _cell("IsCohort", "Cohort reading", "群组口径", T.INTEGER, "1 when won and lost are counted by creation", "按创建日期统计时为 1", "Settings", formula="IF(Reading={reading:cohort},1,0)"),
            _cell("IsEntered", "Entered reading", "实际进入口径", T.INTEGER, "1 when only stages really entered count", "仅统计实际进入时为 1", "Settings", formula="IF(Reach={reach:entered},1,0)"),
            _cell("GroupBy", "Compare by", "按何分组", T.CHOICE, "What the rows of the table are", "表中各行的维度", "Trends", options="group", default=Text("Owner", "负责人")),
            _cell("SegmentA", "First", "第一组", T.TEXT, "One of the rows of the table, to compare with the second", "表中一行，与第二组比较", "Trends"),
            _cell("SegmentB", "Second", "第二组", T.TEXT, "Another row of the table", "表中另一行", "Trends"),
            _cell("GroupNumber", "Number of the grouping", "分组编号", T.INTEGER, "The column of names that Compare by chooses", "“按何分组”所选的列", "Settings", formula=_GROUP_NUMBER),
            _cell("CompareTo", "Compared with", "对比日", T.DATE, "The day to compare with; nothing when it lies after the as-of date", "对比的日期；晚于截至日期时不对比", "Settings", formula='IF(CompareInput="","",IF(CompareInput>AsOf,"",CompareInput))'),
            _cell("PlanTarget", "Target", "目标金额", T.MONEY, "Value to win; blank takes the Targets sheet", "应赢单金额；留空取“销售目标”", "Plan"),
            _cell("PlanBy", "By", "截止日期", T.DATE, "The last day to win it; blank is the end of the year", "最迟赢单日期；留空为年末", "Plan"),
        )
    }
)  # fmt: skip
