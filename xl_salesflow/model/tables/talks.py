"""What happens with a deal: activities, tasks, answers to the BANT questions, objections."""

from __future__ import annotations

from xl_salesflow.model.column import Group, Table, Type, Writer, column
from xl_salesflow.model.text import Text

T, P = Type, Writer.PRODUCT

ACTIVITIES = Table(
    "Activities", Text("Activities", "活动"), Text("Calls, visits, demos: what was done and said", "通话、拜访、演示：做了什么、说了什么"), Group.WORK,
    (
        column("activity", "Activity", "活动编号", T.KEY, "A number of its own; filled in when blank", "唯一编号；留空自动填写"),
        column("date", "Date", "日期", T.DATE, "The day it happened", "发生日期", required=True),
        column("deal", "Deal", "商机编号", T.REF, "The deal it belongs to", "所属商机", options="Deals", required=True),
        column("contact", "Contact", "联系人", T.REF, "Whom you spoke with", "沟通对象", options="Contacts"),
        column("type", "Type", "类型", T.LIST, "What kind of activity", "活动类型", options="activity_type", required=True),
        column("contact_channel", "Channel", "方式", T.LIST, "Phone, e-mail, in person…", "电话、邮件、面对面等", options="contact_channel"),
        column("outcome", "Outcome", "结果", T.LIST, "What came of it", "结果", options="activity_outcome"),
        column("by", "By", "执行人", T.REF, "Who did it", "执行人", options="Team", width=18),
        column("summary", "Summary", "纪要", T.LONG, "What was said, in a few lines", "沟通要点"),
        column("situation", "Situation", "情境", T.LONG, "SPIN: facts about where they stand", "SPIN：客户现状"),
        column("problem", "Problem", "问题", T.LONG, "SPIN: difficulties they name", "SPIN：客户提到的困难"),
        column("implication", "Implication", "暗示", T.LONG, "SPIN: what the problem leads to", "SPIN：问题带来的后果"),
        column("need_payoff", "Need-payoff", "需求回报", T.LONG, "SPIN: what solving it is worth to them", "SPIN：解决后的收益"),
        column("cost", "Cost", "费用", T.MONEY, "What it cost: travel, samples, a stand at a fair", "差旅、样品、展位等费用"),
        column("materials", "Materials sent", "发送资料", T.TEXT, "Brochures, cases, decks", "手册、案例、演示稿"),
        column("verbal_terms", "Verbal terms", "口头约定", T.TEXT, "What was agreed by word of mouth", "口头约定的条款"),
        column("next_step", "Next step", "下一步", T.TEXT, "What was agreed to do next", "约定的下一步"),
        column("next_step_date", "Next step on", "下一步日期", T.DATE, "When", "日期"),
    ), key="activity", shown=True,
)  # fmt: skip

TASKS = Table(
    "Tasks", Text("Tasks", "任务"), Text("What each deal still needs in its stage", "各商机在当前阶段的任务"), Group.WORK,
    (
        column("task_id", "Task no.", "任务编号", T.KEY, "A number of its own", "唯一编号", required=True),
        column("deal", "Deal", "商机编号", T.REF, "The deal it belongs to", "所属商机", options="Deals", required=True),
        column("stage", "Stage", "阶段", T.TEXT, "The stage it belongs to", "所属阶段"),
        column("task", "Task", "任务", T.TEXT, "What is to be done", "要做的事", required=True, width=34),
        column("owner", "Owner", "负责人", T.REF, "Who does it", "负责人", options="Team", width=18),
        column("due", "Due", "截止日期", T.DATE, "By when", "截止日期"),
        column("status", "Status", "状态", T.CHOICE, "Tick it off here", "在此标记完成", options="task_status"),
        column("done", "Done on", "完成日期", T.DATE, "When it was done", "完成日期"),
        column("required", "Required", "必做", T.CHOICE, "Needed before the deal may move on", "推进前必须完成", options="yes_no", width=9),
        column("evidence", "Evidence", "依据", T.TEXT, "What shows it was done", "完成依据"),
    ), key="task_id",
)  # fmt: skip

ANSWERS = Table(
    "Answers", Text("Answers", "BANT问答"), Text("Answers to the BANT questions, with points and evidence", "BANT 问题的回答、分值与依据"), Group.WORK,
    (
        column("deal", "Deal", "商机编号", T.REF, "The deal", "商机", options="Deals", required=True),
        column("question", "Question", "问题编号", T.REF, "From the Questions sheet, such as B1", "取自“问题库”，如 B1", options="Questions", required=True),
        column("points", "Points", "分值", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong", "0 未知，1 弱，2 中，3 强", width=9),
        column("answer", "Answer", "回答", T.LONG, "What the customer said", "客户的回答"),
        column("evidence", "Evidence", "依据", T.LONG, "Where you know it from", "信息来源"),
        column("date", "Date", "日期", T.DATE, "When you learned it", "获知日期"),
        column("by", "By", "记录人", T.REF, "Who asked", "提问人", options="Team"),
    ),
)  # fmt: skip

OBJECTIONS = Table(
    "Objections", Text("Objections", "异议"), Text("What holds customers back and the answer that worked", "客户的顾虑与有效的应对"), Group.WORK,
    (
        column("objection", "Objection", "异议编号", T.KEY, "A number of its own", "唯一编号", required=True),
        column("deal", "Deal", "商机编号", T.REF, "The deal", "商机", options="Deals", required=True),
        column("type", "Type", "类型", T.LIST, "Price, contract terms…", "价格、合同条款等", options="objection_type"),
        column("concern", "Concern", "顾虑", T.LONG, "In the customer's words", "客户原话"),
        column("answer", "Answer", "应对", T.LONG, "What you answered", "如何应对"),
        column("status", "Status", "状态", T.CHOICE, "Open, answered or resolved", "未解决、已答复或已解决", options="objection_status"),
        column("worked", "Worked", "有效", T.CHOICE, "Did the answer convince?", "应对是否有效？", options="yes_no", width=9),
        column("date", "Date", "日期", T.DATE, "When it came up", "提出日期"),
    ), key="objection",
)  # fmt: skip
