"""What a manager sets up: the process (stages, gates, tasks), the questions, the team, the settings.

The sheet Lists is made of the open lists (lists.py), one column each, so it is declared in tables/__init__.py.
"""

from __future__ import annotations

from xl_salesflow.model.column import Group, Table, Type, Writer, column
from xl_salesflow.model.text import Text

T, P = Type, Writer.PRODUCT

STAGES = Table(
    "Stages", Text("Stages", "阶段"), Text("The steps of your sales process", "销售流程的各个阶段"), Group.SETUP,
    (
        column("playbook", "Playbook", "销售流程", T.TEXT, "Which process the stage belongs to", "所属销售流程", required=True, width=18),
        column("position", "Position", "序号", T.INTEGER, "Order in the process, from 1", "在流程中的顺序，从 1 开始", required=True, width=9),
        column("stage", "Stage", "阶段", T.TEXT, "Its name, unique in the process", "阶段名称，流程内唯一", required=True, width=20),
        column("kind", "Kind", "类别", T.CHOICE, "Open, won, lost or aftercare", "进行中、赢单、丢单或售后", options="kind", required=True),
        column("probability", "Probability", "赢率", T.PERCENT, "Chance that a deal here is won", "处于该阶段的赢单概率", width=10),
        column("day_limit", "Day limit", "期限（天）", T.INTEGER, "Days a deal should stay at most", "停留天数上限", width=9),
        column("cadence", "Contact every", "联系间隔（天）", T.INTEGER, "Days between contacts at most", "两次联系的最长间隔", width=10),
        column("may_skip", "May skip", "可跳过", T.CHOICE, "May a deal pass without entering?", "是否允许跳过", options="yes_no", width=9),
        column("buyer_stage", "Buyer's stage", "客户购买阶段", T.CHOICE, "Where the customer should be by then", "此时客户应处的阶段", options="buyer_stage"),
        column("purpose", "Purpose", "目的", T.LONG, "What the stage is for", "该阶段的目的"),
        column("action", "Recommended action", "建议行动", T.LONG, "What to do when a deal is stuck here", "商机停滞时的建议"),
        column("role", "Responsible", "责任角色", T.LIST, "Who answers for the stage", "负责该阶段的角色", options="role"),
        column("standard", "Work standard", "工作标准", T.LONG, "How well it should be done", "应达到的标准"),
        column("key", "Key", "键", T.TEXT, "Playbook and stage in one, for lookups", "流程与阶段的组合键，供查找", formula='{playbook}&"|"&{stage}', width=24),
    ),
)  # fmt: skip

GATES = Table(
    "Gates", Text("Gates", "关卡"), Text("What must hold before a deal enters a stage", "进入阶段前必须满足的条件"), Group.SETUP,
    (
        column("gate", "Gate", "关卡编号", T.KEY, "A short name of its own", "唯一的简短编号", required=True, width=16),
        column("playbook", "Playbook", "销售流程", T.TEXT, "Blank: every process", "留空适用全部流程", width=18),
        column("stage", "Before entering", "进入阶段", T.TEXT, "The stage the gate guards", "关卡所守的阶段", required=True, width=18),
        column("subject", "What", "检查对象", T.TEXT, "A column of Deals, a task, an activity type or a person, as the check asks", "“商机”表的列、任务、活动类型或人员", width=22),
        column("check", "Check", "检查方式", T.CHOICE, "What must hold", "须满足的条件", options="check", required=True, width=22),
        column("value", "Value", "值", T.TEXT, "A number, a list with commas, days or a quote state", "数字、逗号分隔的列表、天数或报价状态", width=18),
        column("effect", "Effect", "效果", T.CHOICE, "Block the move or only warn", "阻止或提醒", options="effect", required=True),
        column("remedy", "What to do", "处理办法", T.LONG, "Shown to the rep when the gate does not hold", "未满足时显示给销售", width=44),
        column("active", "Active", "启用", T.CHOICE, "No: kept but not judged", "否：保留但不检查", options="yes_no", width=9),
    ), key="gate",
)  # fmt: skip

STAGE_TASKS = Table(
    "StageTasks", Text("Stage tasks", "阶段任务"), Text("Tasks every deal gets on entering a stage", "进入阶段时为每个商机生成的任务"), Group.SETUP,
    (
        column("playbook", "Playbook", "销售流程", T.TEXT, "Blank: every process", "留空适用全部流程", width=18),
        column("stage", "Stage", "阶段", T.TEXT, "The stage", "阶段", required=True, width=18),
        column("task", "Task", "任务", T.TEXT, "What is to be done", "要做的事", required=True, width=36),
        column("required", "Required", "必做", T.CHOICE, "Needed before the deal may move on", "推进前必须完成", options="yes_no", width=9),
        column("due_days", "Due after days", "几天内完成", T.INTEGER, "Days after entering the stage", "进入阶段后几天内", width=10),
        column("done_by", "Done by activity", "由活动完成", T.LIST, "An activity of this type ticks it off", "有此类型活动即视为完成", options="activity_type"),
    ),
)  # fmt: skip

QUESTIONS = Table(
    "Questions", Text("Questions", "问题库"), Text("The sixteen BANT questions; yours to word", "十六个 BANT 问题，可自行修改"), Group.SETUP,
    (
        column("question", "Question", "问题编号", T.KEY, "Such as B1", "如 B1", required=True, width=10),
        column("dimension", "Dimension", "维度", T.CHOICE, "Budget, authority, need or timeline", "预算、权限、需求或时间线", options="dimension", required=True),
        column("text", "Text", "问题", T.LONG, "What to ask", "提问内容", required=True, width=60),
        column("weak", "1 point", "1 分", T.LONG, "What a weak answer sounds like", "弱：典型回答"),
        column("fair", "2 points", "2 分", T.LONG, "What a fair answer sounds like", "中：典型回答"),
        column("strong", "3 points", "3 分", T.LONG, "What a strong answer sounds like", "强：典型回答"),
    ), key="question",
)  # fmt: skip

TEAM = Table(
    "Team", Text("Team", "团队"), Text("Who sells, for whom, and what they may grant", "销售人员、上级与授权"), Group.SETUP,
    (
        column("person", "Person", "姓名", T.KEY, "Name as used in Owner", "与“负责人”一致的姓名", required=True, width=20),
        column("role", "Role", "角色", T.LIST, "Rep, manager…", "销售代表、经理等", options="role"),
        column("manager", "Manager", "上级", T.TEXT, "Who they report to", "直属上级", width=20),
        column("region", "Region", "区域", T.LIST, "Where they sell", "负责区域", options="region"),
        column("email", "E-mail", "邮箱", T.TEXT, "For their follow-up list", "用于发送跟进清单", width=24),
        column("discount_limit", "Discount limit", "折扣上限", T.PERCENT, "The most they may grant alone", "无需批准的最高折扣"),
        column("quota", "Open deals at most", "在手商机上限", T.INTEGER, "For lead assignment", "用于线索分配"),
        column("active", "Active", "在职", T.CHOICE, "No: kept for old deals only", "否：仅为历史商机保留", options="yes_no", width=9),
        column("skills", "Skills and training", "技能与培训", T.LONG, "What they know well, and what to learn next", "擅长的内容与下一步培训"),
    ), key="person",
)  # fmt: skip

SETTINGS = Table(
    "Settings", Text("Settings", "设置"), Text("Company, currency, weights and limits", "公司、币种、权重与上限"), Group.SETUP,
    (
        column("setting", "Setting", "设置编号", T.KEY, "The stable name", "固定名称", writer=P, width=24),
        column("name", "Name", "名称", T.TEXT, "What it is", "含义", writer=P, width=34),
        column("value", "Value", "值", T.TEXT, "Change it here", "在此修改", width=26),
        column("tip", "Explanation", "说明", T.LONG, "What it does", "作用", writer=P, width=70),
    ), key="setting",
)  # fmt: skip
