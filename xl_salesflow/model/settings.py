"""Every setting of the sheet Settings, declared once; formulas reach the value by the setting's cell name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xl_salesflow.model.column import Type
from xl_salesflow.model.text import Language, Text

Value = str | float


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the sheet Settings. *cell* is the defined name of its value, for formulas."""

    id: str
    name: Text
    type: Type
    default: Value | Text
    tip: Text
    cell: str | None = None
    options: str | None = None

    def default_in(self, language: Language) -> Value:
        """Return the default as a new workbook of *language* holds it."""
        return self.default.in_(language) if isinstance(self.default, Text) else self.default


def _setting(
    id: str,
    en: str,
    zh: str,
    type: Type,
    default: Value | Text,
    tip_en: str,
    tip_zh: str,
    cell: str | None = None,
    options: str | None = None,
) -> Setting:
    return Setting(id, Text(en, zh), type, default, Text(tip_en, tip_zh), cell, options)


T = Type

_DECLARED = (
    _setting("company", "Company", "公司名称", T.TEXT, Text("Your company", "贵公司"), "Printed on quotes", "打印在报价单上"),
    _setting("address", "Address", "公司地址", T.TEXT, "", "Printed on quotes", "打印在报价单上"),
    _setting("phone", "Phone", "公司电话", T.TEXT, "", "Printed on quotes", "打印在报价单上"),
    _setting("email", "E-mail", "公司邮箱", T.TEXT, "", "Printed on quotes", "打印在报价单上"),
    _setting("bank", "Bank details", "开户行及账号", T.TEXT, "", "Printed on quotes", "打印在报价单上"),
    _setting("logo", "Logo file", "标志文件", T.TEXT, "", "A picture beside the workbook", "与工作簿同目录的图片"),
    _setting("templates", "Template folder", "模板文件夹", T.TEXT, "", "Where your own templates lie; the folder templates beside the workbook is looked in too", "自有模板所在文件夹；同目录的 templates 文件夹也会查找"),
    _setting("language", "Language", "语言", T.CHOICE, Text("English", "中文"), "Language of messages and documents", "提示与文件的语言", None, "language"),
    _setting("currency", "Currency", "本位币", T.TEXT, Text("USD", "CNY"), "ISO code of the workbook's money", "金额的币种代码"),
    _setting("playbook", "Default playbook", "默认销售流程", T.TEXT, "crm", "Used by deals that name none", "未指明时使用的流程", "DefaultPlaybook"),
    _setting("tax_rate", "Tax rate", "默认税率", T.PERCENT, Text("0", "0.13"), "Used by quotes that name none", "报价未填写税率时使用", "TaxRate"),
    _setting("quote_days", "Quote validity in days", "报价有效天数", T.INTEGER, 30.0, "Used when a quote has no last day", "报价未填有效期时使用"),
    _setting("quote_prefix", "Quote number prefix", "报价单号前缀", T.TEXT, "Q-", "Quote numbers begin with it", "报价单号开头"),
    _setting("refusal", "A refused move", "未通过的变更", T.CHOICE, Text("Keep the cell as typed", "保留填写的阶段"), "Keep what was typed, or put the stage back", "保留填写内容或恢复原阶段", None, "refusal"),
    *(
        _setting(f"bant_{dimension}", f"BANT weight: {dimension}", f"BANT 权重：{zh}", T.NUMBER, weight, "Its share of the score", "在得分中的权重", f"Bant{dimension.title()}")
        for dimension, zh, weight in (("budget", "预算", 25.0), ("authority", "权限", 25.0), ("need", "需求", 30.0), ("timeline", "时间线", 20.0))
    ),
    *(
        _setting(f"grade_{grade}", f"Grade {grade.upper()} from", f"等级 {grade.upper()} 起点", T.NUMBER, floor, "Lowest BANT score of the grade", "该等级的最低得分", f"Grade{grade.upper()}")
        for grade, floor in (("a", 83.3), ("b", 66.7), ("c", 50.0), ("d", 33.3))
    ),
    _setting("qualified_points", "Qualified from points", "合格所需分值", T.INTEGER, 2.0, "Need, budget and authority each at least this", "需求、预算、权限各不低于此值"),
    _setting("small_sample", "Small sample below", "小样本界限", T.INTEGER, 30.0, "Numbers over fewer deals are marked", "样本少于此数时提示", "SmallSample"),
    _setting("idle_limit", "Idle limit in days", "停滞上限（天）", T.INTEGER, 14.0, "A deal without activity for longer is warned about", "超过此天数无活动则预警", "IdleLimit"),
    _setting("age_factor", "Too old: times the median won cycle", "超龄：赢单周期中位数的倍数", T.NUMBER, 2.0, "Older open deals are warned about", "超过则预警"),
    _setting("push_limit", "Close pushed at most", "延期次数上限", T.INTEGER, 2.0, "Pushed this often or more is warned about", "达到此次数则预警", "PushLimit"),
    _setting("contacts_from_stage", "Contacts needed from stage no.", "自第几阶段起查联系人", T.INTEGER, 2.0, "From this stage on, one contact only or no decision-maker is warned about", "自此阶段起检查联系人与决策者"),
    _setting("expiry_notice", "Quote expiry notice in days", "报价到期提前（天）", T.INTEGER, 7.0, "Quotes about to expire are warned about", "报价将到期时预警"),
    _setting("answer_days", "Answer to a quote expected within days", "报价应答期限（天）", T.INTEGER, 5.0, "A quote or contract sent longer ago asks for a follow-up", "报价或合同发出后超过此天数需跟进"),
    _setting("concentration", "One deal's share of the forecast", "单一商机占预测比例", T.PERCENT, 0.3, "A larger share is warned about", "超过则预警"),
    _setting("discount_limit", "Discount limit", "折扣上限", T.PERCENT, 0.1, "Where neither the Team sheet nor the role gives one", "“团队”表与角色均未规定时使用"),
    _setting("discount_manager", "Discount limit: sales manager", "折扣上限：销售经理", T.PERCENT, 0.2, "What the role may grant; a limit in the Team sheet wins", "该角色可批准的折扣；“团队”表中的上限优先"),
    _setting("discount_director", "Discount limit: director", "折扣上限：总监", T.PERCENT, 0.35, "What the role may grant; a limit in the Team sheet wins", "该角色可批准的折扣；“团队”表中的上限优先"),
    _setting("amount_follows_quote", "Amount follows the quote", "金额随主报价", T.CHOICE, Text("Yes", "是"), "Yes: a deal's amount is its primary quote without tax; No: a difference is only told", "是：商机金额取主报价的不含税金额；否：仅提示差异", None, "yes_no"),
    _setting("feedback_floor", "Satisfaction floor", "满意度下限", T.NUMBER, 3.0, "Feedback below it asks for a follow-up", "低于此值需跟进"),
    _setting("followups_per_day", "Follow-ups per person and day", "每人每日跟进上限", T.INTEGER, 20.0, "What is more moves to the next working day", "超出部分顺延至下一个工作日"),
    _setting("followup_days", "Follow-up list: working days", "跟进清单包含的工作日数", T.INTEGER, 5.0, "How many days the list may fill; what is still more is counted", "清单最多安排几个工作日；再多的只计数"),
    _setting("plan_next_contact", "Plan the next contact", "自动安排下次联系", T.CHOICE, Text("Yes", "是"), "Yes: a follow-up done without a next step plans one by the stage's contact rhythm", "是：完成跟进而未填下一步时，按阶段联系频率安排", None, "yes_no"),
    _setting("workweek", "Working week", "工作周", T.CHOICE, Text("Monday to Friday", "周一至周五"), "Days off and make-up working days are on the sheet Holidays", "节假日与调休上班日见“节假日”表", None, "workweek"),
    _setting("due_ahead", "Show next steps ahead, in days", "提前显示下一步（天）", T.INTEGER, 1.0, "0: only what is due", "0：只显示到期的"),
    _setting("assignment", "Deals without owner", "无负责人商机的分配", T.CHOICE, Text("Leave them", "不分配"), "Who gets them at an update: nobody, each in turn, or whoever has the fewest open deals; regions and limits of the Team sheet hold", "更新时分配给谁：不分配、轮流，或在手商机最少者；遵守“团队”表的区域与上限", None, "assignment"),
    _setting("reclaim_days", "Back to the pool after days", "回收公海天数", T.INTEGER, 0.0, "An open deal nobody worked on for longer loses its owner; 0: never", "超过此天数无人跟进的进行中商机回收到公海；0 为不回收"),
    _setting("reclaim_stages", "Back to the pool up to stage no.", "回收公海的最后阶段", T.INTEGER, 2.0, "Deals beyond this stage stay with their owner", "此阶段之后的商机不回收"),
    _setting("backups", "Backups kept", "保留的备份数", T.INTEGER, 0.0, "Earlier versions that every run keeps beside the workbook, as NAME.backup-1.xlsx and so on; 0: none", "每次运行在工作簿旁保留的历史版本数（名称.backup-1.xlsx 等）；0 为不保留"),
    _setting("adopted", "Mapping of adopted sheets", "原有工作表的映射", T.TEXT, "", "Filled by salesflow adopt: how your own sheets become rows; edit it, and adopt again", "由 salesflow adopt 填写：原有工作表如何转成各行；可修改后再次执行"),
    _setting("process_version", "Process version", "流程版本", T.TEXT, "1", "Counts up when the process changes", "流程变更时递增"),
    _setting("process_review", "Next process review", "下次流程评审", T.DATE, "", "When to look at the process again", "下次评审日期"),
)  # fmt: skip

SETTINGS_BY_ID: Mapping[str, Setting] = MappingProxyType({setting.id: setting for setting in _DECLARED})


@dataclass(frozen=True)
class Settings:
    """The values of one workbook, defaults where it holds none. Choices are ids, numbers floats, dates ISO text."""

    values: Mapping[str, Value]

    def text(self, id: str) -> str:
        """Return setting *id* as text."""
        return str(self._value(id))

    def number(self, id: str) -> float:
        """Return setting *id* as a number; percent as a fraction, days as days."""
        return float(self._value(id))

    def _value(self, id: str) -> Value:
        declared = SETTINGS_BY_ID[id]
        value = self.values.get(id, "")
        return value if value != "" else declared.default_in("en")
