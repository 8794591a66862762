"""What happened: one row per visit of a stage, and every change a run made."""

from __future__ import annotations

from datetime import date

from xl_salesflow.model.column import Group, Table, Type, Writer, column
from xl_salesflow.model.tables.deals import IN_VIEW
from xl_salesflow.model.text import Text

T, P = Type, Writer.PRODUCT

FOREVER = date(9999, 12, 31)
"""`left` of a visit that goes on: as-of counts are then plain comparisons."""

# The one formula of a visit, so that everything about visits is one plain comparison. A spreadsheet reads formula cells one by
# one, wherever they lie in its memory: a second formula in every row makes each question to the first twice as slow.
_STAGE = "(1+IF({playbook}=StagePlaybook,INT({step}/10000),0))"
STATE = (
    f"IF({{entered}}>BegunTo,0,IF({{entered}}<BegunFrom,0,IF({IN_VIEW}=0,0,"
    f'IF({{left}}<=AsOf,IF({{left}}="",-30,-1)*{_STAGE},IF({{created}}>BegunTo,-1000,IF({{created}}<BegunFrom,-1000,1))*{_STAGE}'
    "+IF({created}>BegunTo,0,IF({created}<BegunFrom,0,100*MOD(INT({step}/1000),10)))))))"
)

HISTORY = Table(
    "History", Text("History", "历史"), Text("Every stage visit of every deal; append only", "各商机的阶段停留记录，只追加"), Group.RECORD,
    (
        column("visit", "Visit", "记录号", T.KEY, "Counts up", "递增", writer=P, width=10),
        column("deal", "Deal", "商机编号", T.TEXT, "The deal", "商机", writer=P),
        column("playbook", "Playbook", "销售流程", T.TEXT, "Its sales process", "销售流程", writer=P),
        column("stage", "Stage", "阶段", T.TEXT, "The stage entered", "进入的阶段", writer=P),
        column("position", "Position", "序号", T.INTEGER, "The stage's order", "阶段序号", writer=P, width=9),
        column("outcome", "Outcome", "结果", T.CHOICE, "Open, won or lost while here", "停留期间的结果", options="outcome", writer=P),
        column("entered", "Entered", "进入", T.DATE, "First day of the visit; blank when unknown", "进入日期，未知为空", writer=P),
        column("left", "Left", "离开", T.DATE, "9999-12-31 while the visit goes on", "仍在阶段时为 9999-12-31", writer=P),
        column("days", "Days", "天数", T.INTEGER, "Left − entered, once left", "离开 − 进入", writer=P, width=8),
        column("moved_to", "Moved to", "移至", T.TEXT, "The next stage", "下一阶段", writer=P),
        column("move", "Move", "方向", T.CHOICE, "Which way it left", "离开方向", options="move", writer=P),
        column("furthest", "Furthest", "最远序号", T.INTEGER, "Furthest position reached so far", "至此到达的最远序号", writer=P, width=9),
        column("first", "First", "首次", T.INTEGER, "1 on the first visit of this stage", "首次进入该阶段为 1", writer=P, width=8),
        column("created", "Created", "创建", T.DATE, "When the deal was created", "商机创建日期", writer=P),
        column("closed", "Closed", "关闭", T.DATE, "When it was won or lost, for closed visits", "赢单或丢单日期", writer=P),
        column("cycle_days", "Cycle days", "周期天数", T.INTEGER, "Closed − created, for closed visits", "关闭 − 创建", writer=P, width=9),
        column("amount", "Amount", "金额", T.MONEY, "The deal's amount when it entered", "进入时金额", writer=P),
        column("probability", "Probability", "赢率", T.PERCENT, "Its probability when it entered", "进入时赢率", writer=P),
        column("owner", "Owner", "负责人", T.TEXT, "Its owner when it entered", "进入时负责人", writer=P),
        column("product", "Product", "产品", T.TEXT, "Its product when it entered", "进入时产品", writer=P),
        column("source", "Source", "来源", T.LIST, "Its source when it entered", "进入时来源", options="source", writer=P),
        column("region", "Region", "区域", T.LIST, "Its region when it entered", "进入时区域", options="region", writer=P),
        column("sales_channel", "Channel", "渠道", T.LIST, "Its channel when it entered", "进入时渠道", options="sales_channel", writer=P),
        column("by", "By", "操作人", T.TEXT, "Who moved it here", "变更人", writer=P),
        column("reason", "Reason", "原因", T.LONG, "Loss reason, reason for a move back, import…", "丢单原因、退回理由、导入等", writer=P),
        column("override_by", "Override by", "特批人", T.TEXT, "Who let it pass a gate", "特批人", writer=P),
        column("override_reason", "Override reason", "特批理由", T.TEXT, "Why", "特批理由", writer=P),
        column("gates", "Gates", "关卡", T.TEXT, "Gates that warned or were overridden", "提醒或特批的关卡", writer=P),
        column("weighted_value", "Weighted value", "加权金额", T.MONEY, "Amount × probability when it entered, rounded to cents", "进入时金额 × 赢率，四舍五入到分", writer=P),
        column("step", "Step", "步骤码", T.INTEGER, "Number of its stage among the steps of its process × 10000 + outcome (1 open, 2 lost, 3 won) × 1000 + way it left × 100 + number of the stage it went to", "阶段在其销售流程各步中的序号 × 10000 + 结果（1 进行中、2 丢单、3 赢单）× 1000 + 离开方向 × 100 + 去向阶段的序号", writer=P, width=9),
        column("state", "State then", "当时状态", T.INTEGER, "At the as-of date, for rows in view: 1 + row of its stage + outcome × 100 while the deal stands there, minus (1 + row) once it has left; 0 out of view or not begun", "截至日期且符合筛选时：停留中为 1 + 阶段行号 + 结果 × 100，已离开为 −（1 + 阶段行号）；不符合筛选或尚未开始为 0", formula=STATE, width=9),
        column("seal", "Seal", "封印", T.TEXT, "Shows whether this row, or how the visit before it ended, was changed by hand", "用于发现本行或上一次停留的离开记录是否被手工改动", writer=P, width=20),
    ), key="visit",
)  # fmt: skip

JOURNAL = Table(
    "Journal", Text("Journal", "日志"), Text("Every change a run made, so that it can be undone", "每次运行所做的修改，可撤销"), Group.RECORD,
    (
        column("run", "Run", "运行", T.TEXT, "The run's number", "运行编号", writer=P, width=18),
        column("time", "Time", "时间", T.TIME, "When", "时间", writer=P, width=18),
        column("verb", "Verb", "操作", T.TEXT, "Which command", "命令", writer=P, width=10),
        column("operation", "Operation", "类型", T.CHOICE, "Change, add or remove", "修改、新增或删除", options="operation", writer=P),
        column("table", "Table", "表", T.TEXT, "Where", "所在表", writer=P),
        column("key", "Key", "编号", T.TEXT, "The row's key", "行编号", writer=P),
        column("column", "Column", "列", T.TEXT, "The column's id", "列标识", writer=P),
        column("before", "Before", "修改前", T.TEXT, "What stood there", "原值", writer=P),
        column("after", "After", "修改后", T.TEXT, "What was written", "新值", writer=P),
        column("because", "Because", "缘由", T.LONG, "Why", "原因", writer=P),
        column("by", "By", "操作人", T.TEXT, "Who ran it", "操作人", writer=P),
    ),
)  # fmt: skip
