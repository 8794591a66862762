"""What a manager sets up: stages, gates, stage tasks, questions, team, settings, holidays and lists.

The sheet Lists has one column per open list, filled downwards; a team adds its own values.
"""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.table_columns import BY_PRODUCT, Column, ColumnType, SheetGroup, T, TableSchema, declare_column

STAGES_TABLE = TableSchema(
    "Stages", Text("Stages", "阶段"), Text("The steps of your sales process", "销售流程的各个阶段"), SheetGroup.SETUP,
    (
        declare_column("playbook", "Playbook", "销售流程", T.TEXT, "Which process the stage belongs to", "所属销售流程", required=True, width=18),
        declare_column("position", "Position", "序号", T.INTEGER, "Order in the process, from 1", "在流程中的顺序，从 1 开始", required=True, width=9),
        declare_column("stage", "Stage", "阶段", T.TEXT, "Its name, unique in the process", "阶段名称，流程内唯一", required=True, width=20),
        declare_column("kind", "Kind", "类别", T.CHOICE, "Open, won, lost or aftercare", "进行中、赢单、丢单或售后", options="kind", required=True),
        declare_column("probability", "Probability", "赢率", T.PERCENT, "Chance that a deal here is won", "处于该阶段的赢单概率", width=10),
        declare_column("day_limit", "Day limit", "期限（天）", T.INTEGER, "Days a deal should stay at most", "停留天数上限", width=9),
        declare_column("cadence", "Contact every", "联系间隔（天）", T.INTEGER, "Days between contacts at most", "两次联系的最长间隔", width=10),
        declare_column("may_skip", "May skip", "可跳过", T.CHOICE, "May a deal pass without entering?", "是否允许跳过", options="yes_no", width=9),
        declare_column("buyer_stage", "Buyer's stage", "客户购买阶段", T.CHOICE, "Where the customer should be by then", "此时客户应处的阶段", options="buyer_stage"),
        declare_column("purpose", "Purpose", "目的", T.LONG, "What the stage is for", "该阶段的目的"),
        declare_column("action", "Recommended action", "建议行动", T.LONG, "What to do when a deal is stuck here", "商机停滞时的建议"),
        declare_column("role", "Responsible", "责任角色", T.LIST, "Who answers for the stage", "负责该阶段的角色", options="role"),
        declare_column("standard", "Work standard", "工作标准", T.LONG, "How well it should be done", "应达到的标准"),
        declare_column("key", "Key", "键", T.TEXT, "Playbook and stage in one, for lookups", "流程与阶段的组合键，供查找", formula='{playbook}&"|"&{stage}', width=24),
    ),
)  # fmt: skip

GATES_TABLE = TableSchema(
    "Gates", Text("Gates", "关卡"), Text("What must hold before a deal enters a stage", "进入阶段前必须满足的条件"), SheetGroup.SETUP,
    (
        declare_column("gate", "Gate", "关卡编号", T.KEY, "A short name of its own", "唯一的简短编号", required=True, width=16),
        declare_column("playbook", "Playbook", "销售流程", T.TEXT, "Blank: every process", "留空适用全部流程", width=18),
        declare_column("stage", "Before entering", "进入阶段", T.TEXT, "The stage the gate guards", "关卡所守的阶段", required=True, width=18),
        declare_column("subject", "What", "检查对象", T.TEXT, "A column of Deals, a task, an activity type or a person, as the check asks", "“商机”表的列、任务、活动类型或人员", width=22),
        declare_column("check", "Check", "检查方式", T.CHOICE, "What must hold", "须满足的条件", options="check", required=True, width=22),
        declare_column("value", "Value", "值", T.TEXT, "A number, a list with commas, days or a quote state", "数字、逗号分隔的列表、天数或报价状态", width=18),
        declare_column("effect", "Effect", "效果", T.CHOICE, "Block the move or only warn", "阻止或提醒", options="effect", required=True),
        declare_column("remedy", "What to do", "处理办法", T.LONG, "Shown to the rep when the gate does not hold", "未满足时显示给销售", width=44),
        declare_column("active", "Active", "启用", T.CHOICE, "No: kept but not judged", "否：保留但不检查", options="yes_no", width=9),
    ), key="gate",
)  # fmt: skip

STAGE_TASKS_TABLE = TableSchema(
    "StageTasks", Text("Stage tasks", "阶段任务"), Text("Tasks every deal gets on entering a stage", "进入阶段时为每个商机生成的任务"), SheetGroup.SETUP,
    (
        declare_column("playbook", "Playbook", "销售流程", T.TEXT, "Blank: every process", "留空适用全部流程", width=18),
        declare_column("stage", "Stage", "阶段", T.TEXT, "The stage", "阶段", required=True, width=18),
        declare_column("task", "Task", "任务", T.TEXT, "What is to be done", "要做的事", required=True, width=36),
        declare_column("required", "Required", "必做", T.CHOICE, "Needed before the deal may move on", "推进前必须完成", options="yes_no", width=9),
        declare_column("due_days", "Due after days", "几天内完成", T.INTEGER, "Days after entering the stage", "进入阶段后几天内", width=10),
        declare_column("done_by", "Done by activity", "由活动完成", T.LIST, "An activity of this type ticks it off", "有此类型活动即视为完成", options="activity_type"),
    ),
)  # fmt: skip

QUESTIONS_TABLE = TableSchema(
    "Questions", Text("Questions", "问题库"), Text("The sixteen BANT questions; yours to word", "十六个 BANT 问题，可自行修改"), SheetGroup.SETUP,
    (
        declare_column("question", "Question", "问题编号", T.KEY, "Such as B1", "如 B1", required=True, width=10),
        declare_column("dimension", "Dimension", "维度", T.CHOICE, "Budget, authority, need or timeline", "预算、权限、需求或时间线", options="dimension", required=True),
        declare_column("text", "Text", "问题", T.LONG, "What to ask", "提问内容", required=True, width=60),
        declare_column("weak", "1 point", "1 分", T.LONG, "What a weak answer sounds like", "弱：典型回答"),
        declare_column("fair", "2 points", "2 分", T.LONG, "What a fair answer sounds like", "中：典型回答"),
        declare_column("strong", "3 points", "3 分", T.LONG, "What a strong answer sounds like", "强：典型回答"),
    ), key="question",
)  # fmt: skip

TEAM_TABLE = TableSchema(
    "Team", Text("Team", "团队"), Text("Who sells, for whom, and what they may grant", "销售人员、上级与授权"), SheetGroup.SETUP,
    (
        declare_column("person", "Person", "姓名", T.KEY, "Name as used in Owner", "与“负责人”一致的姓名", required=True, width=20),
        declare_column("role", "Role", "角色", T.LIST, "Rep, manager…", "销售代表、经理等", options="role"),
        declare_column("manager", "Manager", "上级", T.TEXT, "Who they report to", "直属上级", width=20),
        declare_column("region", "Region", "区域", T.LIST, "Where they sell", "负责区域", options="region"),
        declare_column("email", "E-mail", "邮箱", T.TEXT, "For their follow-up list", "用于发送跟进清单", width=24),
        declare_column("discount_limit", "Discount limit", "折扣上限", T.PERCENT, "The most they may grant alone", "无需批准的最高折扣"),
        declare_column("quota", "Open deals at most", "在手商机上限", T.INTEGER, "For lead assignment", "用于线索分配"),
        declare_column("active", "Active", "在职", T.CHOICE, "No: kept for old deals only", "否：仅为历史商机保留", options="yes_no", width=9),
        declare_column("skills", "Skills and training", "技能与培训", T.LONG, "What they know well, and what to learn next", "擅长的内容与下一步培训"),
    ), key="person",
)  # fmt: skip

SETTINGS_TABLE = TableSchema(
    "Settings", Text("Settings", "设置"), Text("Company, currency, weights and limits", "公司、币种、权重与上限"), SheetGroup.SETUP,
    (
        declare_column("setting", "Setting", "设置编号", T.KEY, "The stable name", "固定名称", writer=BY_PRODUCT, width=24),
        declare_column("name", "Name", "名称", T.TEXT, "What it is", "含义", writer=BY_PRODUCT, width=34),
        declare_column("value", "Value", "值", T.TEXT, "Change it here", "在此修改", width=26),
        declare_column("tip", "Explanation", "说明", T.LONG, "What it does", "作用", writer=BY_PRODUCT, width=70),
    ), key="setting",
)  # fmt: skip

HOLIDAYS_TABLE = TableSchema(
    "Holidays", Text("Holidays", "节假日"), Text("Days off, and working days at weekends", "放假日与调休上班日"), SheetGroup.SETUP,
    (
        declare_column("day", "Day", "日期", T.DATE, "A day that differs from the working week", "与工作周不同的日期", required=True),
        declare_column("name", "Name", "名称", T.TEXT, "What it is", "节日或调休名称", width=30),
        declare_column("kind", "Kind", "类别", T.CHOICE, "Blank: a day off; a make-up day is a working day", "留空为休息；调休补班选“上班”", options="day_kind", width=14),
    ),
)  # fmt: skip

_LIST_TITLES = {
    "source": Text("Source", "线索来源"),
    "region": Text("Region", "区域"),
    "sales_channel": Text("Sales channel", "销售渠道"),
    "contact_channel": Text("Contact channel", "联系方式"),
    "activity_type": Text("Activity type", "活动类型"),
    "activity_outcome": Text("Activity outcome", "活动结果"),
    "loss_reason": Text("Loss reason", "丢单原因"),
    "objection_type": Text("Objection type", "异议类型"),
    "industry": Text("Industry", "行业"),
    "unit": Text("Unit", "单位"),
    "role": Text("Role", "角色"),
    "preparation": Text("Before a visit", "拜访前准备"),
    "golden_trait": Text("Golden trait", "黄金特质"),
    "bad_trait": Text("Bad trait", "不良特质"),
    "account_class": Text("Account class", "客户分类"),
}
_LIST_TIP = Text("Add your own values below; the dropdowns follow", "在下方添加自己的选项，下拉列表随之更新")

LISTS_TABLE = TableSchema(
    "Lists",
    Text("Lists", "列表"),
    Text("What the dropdowns offer", "下拉列表的选项"),
    SheetGroup.SETUP,
    tuple(Column(name, _LIST_TITLES[name], ColumnType.LIST, _LIST_TIP, options=name, width=24) for name in LISTS),
)
