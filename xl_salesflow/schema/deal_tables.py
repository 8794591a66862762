"""The deals a rep works in, one row per stage stay of each, and the change log of every run."""

from __future__ import annotations

from datetime import date

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import BY_PRODUCT, Column, SheetGroup, T, TableSchema, declare_column

# 1 when the row matches every dropdown of the Funnel sheet. ViewAll short-cuts the common case: nothing is filtered. The formula
# stands in every row of Deals and History, so it is as short as it can be said; AnyOwner is 1 when that filter is off.
IN_VIEW_FORMULA = (
    "IF(ViewAll=1,1,IF((AnyOwner+({owner}=ViewOwner))*(AnyProduct+({product}=ViewProduct))*(AnySource+({source}=ViewSource))"
    "*(AnyRegion+({region}=ViewRegion))*(AnyChannel+({sales_channel}=ViewChannel))*(AnyPlaybook+({playbook}=ViewPlaybook))>0,1,0))"
)

_DEAL_MAIN_COLUMNS: tuple[Column, ...] = (
    declare_column("deal", "Deal", "商机编号", T.KEY, "A number of its own for every deal; never used twice", "每个商机的唯一编号，不重复使用", required=True),
    declare_column("name", "Name", "商机名称", T.TEXT, "What the deal is about, in a few words", "用几个字说明商机内容", width=26),
    declare_column("account", "Account", "客户", T.REF, "The customer; from the Accounts sheet", "客户名称，取自“客户”表", options="Accounts", width=22),
    declare_column("owner", "Owner", "负责人", T.REF, "Who works the deal; from the Team sheet", "负责人，取自“团队”表", options="Team", width=18),
    declare_column("stage", "Stage", "阶段", T.REF, "Choose the stage the deal should be in; the next update judges the move by the gates", "选择目标阶段；下次更新时按关卡规则审核", options="Stages", required=True, width=18),
    declare_column("amount", "Amount", "金额", T.MONEY, "Expected value in the workbook's currency, without tax", "预计金额（不含税，本位币）"),
    declare_column("created", "Created", "创建日期", T.DATE, "The day the deal began", "商机开始日期"),
    declare_column("expected_close", "Expected close", "预计成交日", T.DATE, "The day you expect the decision", "预计客户做出决定的日期"),
    declare_column("next_step", "Next step", "下一步", T.TEXT, "What you will do next", "下一步要做的事", width=26),
    declare_column("next_step_date", "Next step on", "下一步日期", T.DATE, "The day you will do it", "计划执行日期"),
)  # fmt: skip

_DEAL_RECORD_COLUMNS: tuple[Column, ...] = (
    declare_column("recorded_stage", "Recorded stage", "已确认阶段", T.TEXT, "The stage every number counts; changes only through an accepted move", "所有统计使用的阶段，只因通过审核的变更而改变", writer=BY_PRODUCT),
    declare_column("since", "Since", "进入日期", T.DATE, "The day the deal entered its recorded stage", "进入已确认阶段的日期", writer=BY_PRODUCT),
    declare_column("move_status", "Move", "变更状态", T.CHOICE, "What became of the last stage you typed", "最近一次阶段变更的结果", options="move_status", writer=BY_PRODUCT),
    declare_column("move_reasons", "Why", "原因", T.LONG, "Why the move was refused or warned about, and what to do", "未通过或提醒的原因及处理办法", writer=BY_PRODUCT),
    declare_column("warnings", "Warnings", "预警", T.LONG, "Early warnings for this deal and what to do about them", "该商机的预警及建议", writer=BY_PRODUCT),
    declare_column("warned", "Warned", "预警标记", T.INTEGER, "The same for formulas: 1 for the first rule, 2 for the second, 4 for the third…, added up", "供公式统计：第一条规则计 1、第二条 2、第三条 4……相加", writer=BY_PRODUCT, width=9),
)  # fmt: skip

_DEAL_VALUE_COLUMNS: tuple[Column, ...] = (
    declare_column("probability_override", "Own probability", "自定赢率", T.PERCENT, "Only when you know better than the stage; give the reason beside it", "仅在比阶段赢率更有把握时填写，并说明理由"),
    declare_column("probability_reason", "Probability reason", "赢率理由", T.TEXT, "Why the deal has a probability of its own", "自定赢率的理由"),
    declare_column("probability", "Probability", "赢率", T.PERCENT, "The deal's own probability, else its stage's", "优先取自定赢率，否则取阶段赢率",
           formula='IF({probability_override}<>"",{probability_override},IFERROR(INDEX({Stages.probability},MATCH({playbook}&"|"&{recorded_stage},{Stages.key},0)),""))'),
    declare_column("weighted_value", "Weighted value", "加权金额", T.MONEY, "Amount × probability, rounded to cents", "金额 × 赢率，四舍五入到分",
           formula='IF(OR({amount}="",{probability}=""),"",ROUND({amount}*{probability},2))'),
    declare_column("forecast", "Forecast", "预测类别", T.CHOICE, "How sure you are for the forecast; separate from stage and probability", "用于预测的把握程度，与阶段和赢率无关", options="forecast"),
    declare_column("learned_probability", "Learned probability", "历史赢率", T.PERCENT, "What the workbook's own won and lost deals say; shown beside yours, never counted", "由本工作簿赢丢单历史得出，仅供参考，不参与统计", writer=BY_PRODUCT, width=11),
    declare_column("learned_why", "Learned from", "历史依据", T.TEXT, "What weighs most: how many times likelier among won deals than among lost ones", "影响最大的因素：在赢单中出现的可能性是丢单中的几倍", writer=BY_PRODUCT, width=34),
)  # fmt: skip

_DEAL_BANT_COLUMNS: tuple[Column, ...] = (
    declare_column("budget", "Budget", "预算", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong: is there money for it?", "0 未知，1 弱，2 中，3 强：是否有资金？", width=9),
    declare_column("authority", "Authority", "权限", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong: do we talk to who decides?", "0 未知，1 弱，2 中，3 强：是否接触到决策者？", width=9),
    declare_column("need", "Need", "需求", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong: do they really need it?", "0 未知，1 弱，2 中，3 强：是否真正需要？", width=9),
    declare_column("timeline", "Timeline", "时间线", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong: will they decide in time?", "0 未知，1 弱，2 中，3 强：是否会及时决定？", width=9),
    declare_column("bant_known", "BANT known", "BANT 已知项", T.INTEGER, "How many of the four are known", "四项中已知的项数",
           formula='COUNTIF({budget:timeline},">0")', width=9),
    declare_column("bant_score", "BANT score", "BANT 得分", T.NUMBER, "100 × Σ weight × points ÷ (3 × Σ weight); blank while nothing is known", "100 × Σ 权重 × 分值 ÷ （3 × Σ 权重）；全部未知时为空",
           formula='IF({bant_known}=0,"",ROUND(100*({budget}*BantBudget+{authority}*BantAuthority+{need}*BantNeed+{timeline}*BantTimeline)/(3*BantTotal),1))', width=10),
    declare_column("bant_grade", "BANT grade", "BANT 等级", T.TEXT, "A to F by the thresholds in Settings", "按“设置”中的阈值分为 A 至 F",
           formula='IF({bant_score}="","",IF({bant_score}>=GradeA,"A",IF({bant_score}>=GradeB,"B",IF({bant_score}>=GradeC,"C",IF({bant_score}>=GradeD,"D","F")))))', width=9),
    declare_column("bant_answered", "BANT from answers", "问答得分", T.TEXT, "The points the sheet Answers gave, as B/A/N/T; a number you type yourself wins", "由“BANT 问答”得出的分值（B/A/N/T）；手工填写优先", writer=BY_PRODUCT),
    declare_column("score_trail", "Score trail", "得分轨迹", T.TEXT, "The last scores with their days, to notice when one falls", "最近的得分与日期，用于发现下降", writer=BY_PRODUCT),
)  # fmt: skip

_DEAL_CLOCK_COLUMNS: tuple[Column, ...] = (
    declare_column("days_in_stage", "Days in stage", "在阶段天数", T.INTEGER, "Days since the deal entered its recorded stage", "进入已确认阶段以来的天数",
           formula='IF({since}="","",Today-{since})', width=10),
    declare_column("idle_days", "Idle days", "停滞天数", T.INTEGER, "Days since the last activity or move of an open deal", "进行中商机自最近活动或变更以来的天数",
           formula='IF(OR({outcome}<>{outcome:open},COUNT({since},{last_activity})=0),"",Today-MAX({since},{last_activity}))', width=10),
    declare_column("age_days", "Age", "总天数", T.INTEGER, "Days since an open deal was created", "进行中商机自创建以来的天数",
           formula='IF(OR({outcome}<>{outcome:open},{created}=""),"",Today-{created})', width=9),
    declare_column("last_activity", "Last activity", "最近活动", T.DATE, "The day of the latest activity", "最近一次活动日期", writer=BY_PRODUCT),
    declare_column("closed", "Closed", "关闭日期", T.DATE, "The day the deal was won or lost", "赢单或丢单日期", writer=BY_PRODUCT),
    declare_column("outcome", "Outcome", "结果", T.CHOICE, "Open, won or lost, by the recorded stage", "按已确认阶段：进行中、赢单或丢单", options="outcome", writer=BY_PRODUCT),
    declare_column("furthest", "Furthest stage", "最远阶段序号", T.INTEGER, "The order of the furthest stage the deal has reached", "已到达的最远阶段的序号", writer=BY_PRODUCT, width=9),
    declare_column("attempts", "Contacts so far", "已联系次数", T.INTEGER, "Activities with the customer until today", "至今与客户的活动次数", writer=BY_PRODUCT, width=9),
    declare_column("contact_days", "Days between contacts", "平均联系间隔", T.NUMBER, "Days from the first activity to the last, by the contacts between", "首末两次活动之间的天数 ÷ 间隔次数", writer=BY_PRODUCT, width=10),
    declare_column("sales_cost", "Cost so far", "已用费用", T.MONEY, "What the deal's activities have cost", "该商机各项活动的费用合计", writer=BY_PRODUCT),
    declare_column("pushes", "Close pushed", "延期次数", T.INTEGER, "How often the expected close was pushed back", "预计成交日被推迟的次数", writer=BY_PRODUCT, width=9),
    declare_column("last_expected_close", "Close last seen", "上次预计成交日", T.DATE, "The expected close of the last update, to notice when it is pushed", "上次更新时的预计成交日，用于发现推迟", writer=BY_PRODUCT),
)  # fmt: skip

_DEAL_BUYER_COLUMNS: tuple[Column, ...] = (
    declare_column("contact", "Main contact", "主要联系人", T.REF, "From the Contacts sheet", "取自“联系人”表", options="Contacts"),
    declare_column("buyer_stage", "Buyer's stage", "客户购买阶段", T.CHOICE, "Where the customer is in their own decision", "客户所处的购买决策阶段", options="buyer_stage"),
    declare_column("pain", "Pain", "痛点", T.LONG, "The problem the customer wants solved", "客户想解决的问题"),
    declare_column("explicit_needs", "Explicit needs", "显性需求", T.LONG, "What the customer says they need", "客户明确提出的需求"),
    declare_column("latent_needs", "Latent needs", "隐性需求", T.LONG, "What they need and have not said", "客户未说出的需求"),
    declare_column("cost_of_inaction", "Cost of not buying", "不购买的代价", T.LONG, "What it costs the customer to do nothing", "客户不采取行动的成本或风险"),
    declare_column("spin_kinds", "SPIN kinds", "SPIN 类数", T.INTEGER, "How many of the four kinds of SPIN notes the deal's activities have", "活动中已记录的 SPIN 类数（共四类）", writer=BY_PRODUCT, width=9),
    declare_column("spin", "SPIN notes", "SPIN 记录", T.TEXT, "Notes of each kind: S situation, P problem, I implication, N need-payoff; filter for what is missing", "各类记录数：S 情境、P 问题、I 暗示、N 需求回报；可筛选缺少的类别", writer=BY_PRODUCT, width=14),
    declare_column("solution_version", "Solution version", "方案版本", T.INTEGER, "How often the solution was put forward: proposals sent, or the newest quote's version", "方案提出的次数：已提交的提案数，或最新报价的版本", writer=BY_PRODUCT, width=9),
    declare_column("competitor", "Competitor", "竞争对手", T.TEXT, "Who else they consider", "客户还在考虑谁"),
    declare_column("source", "Source", "线索来源", T.LIST, "Where the deal came from", "商机来源", options="source"),
    declare_column("product", "Product", "产品", T.REF, "The main product; quote lines say the rest", "主要产品；明细见报价行", options="Products"),
    declare_column("region", "Region", "区域", T.LIST, "Sales region", "销售区域", options="region"),
    declare_column("sales_channel", "Channel", "渠道", T.LIST, "Direct, agent, e-commerce…", "直销、代理、电商等", options="sales_channel"),
    declare_column("referred_by", "Referred by", "推荐来源商机", T.TEXT, "The deal whose customer referred this one", "推荐本商机的客户所在商机编号"),
)  # fmt: skip

_DEAL_DECISION_COLUMNS: tuple[Column, ...] = (
        declare_column("assigned", "Assigned", "分配日期", T.DATE, "When it was given to its owner, or back to the pool", "分配给负责人或回收公海的日期", writer=BY_PRODUCT),
    declare_column("contract_signed", "Contract signed", "合同签署日", T.DATE, "The day the signed contract came back", "收到签署合同的日期"),
    declare_column("loss_reason", "Loss reason", "丢单原因", T.LIST, "Needed before a deal is marked lost", "标记丢单前必填", options="loss_reason"),
    declare_column("move_reason", "Move reason", "变更理由", T.TEXT, "Needed to move a deal back; cleared once the move is recorded", "退回阶段时必填；记录后清空"),
    declare_column("override_by", "Override by", "特批人", T.TEXT, "Who lets this move pass a gate", "特批通过关卡的人"),
    declare_column("override_reason", "Override reason", "特批理由", T.TEXT, "Why it may pass; recorded in History", "特批理由，记入历史"),
    declare_column("playbook", "Playbook", "销售流程", T.TEXT, "The sales process of this deal; filled in when blank", "该商机使用的销售流程；留空自动填写"),
    declare_column("notes", "Notes", "备注", T.LONG, "Anything else", "其他说明"),
    declare_column("in_view", "In view", "在视图中", T.INTEGER, "1 when the row matches the dropdowns of the Funnel sheet", "符合“销售漏斗”筛选条件时为 1", formula=IN_VIEW_FORMULA, width=8),
)  # fmt: skip

DEALS_TABLE = TableSchema(
    "Deals",
    Text("Deals", "商机"),
    Text("Every deal, its stage and its next step", "全部商机、阶段与下一步"),
    SheetGroup.WORK,
    _DEAL_MAIN_COLUMNS
    + _DEAL_RECORD_COLUMNS
    + _DEAL_VALUE_COLUMNS
    + _DEAL_BANT_COLUMNS
    + _DEAL_CLOCK_COLUMNS
    + _DEAL_BUYER_COLUMNS
    + _DEAL_DECISION_COLUMNS,
    key="deal",
    visible=True,
)

OPEN_STAY_END = date(9999, 12, 31)
"""`left` of a visit that goes on: as-of counts are then plain comparisons."""

# The one formula of a visit, so that everything about visits is one plain comparison. A spreadsheet reads formula cells one by
# one, wherever they lie in its memory: a second formula in every row makes each question to the first twice as slow.
_STAY_STAGE_FORMULA = "(1+IF({playbook}=StagePlaybook,INT({step}/10000),0))"
STAY_STATE_FORMULA = (
    f"IF({{entered}}>BegunTo,0,IF({{entered}}<BegunFrom,0,IF({IN_VIEW_FORMULA}=0,0,"
    f'IF({{left}}<=AsOf,IF({{left}}="",-30,-1)*{_STAY_STAGE_FORMULA},IF({{created}}>BegunTo,-1000,IF({{created}}<BegunFrom,-1000,1))*{_STAY_STAGE_FORMULA}'
    "+IF({created}>BegunTo,0,IF({created}<BegunFrom,0,100*MOD(INT({step}/1000),10)))))))"
)

HISTORY_TABLE = TableSchema(
    "History", Text("History", "历史"), Text("Every stage visit of every deal; append only", "各商机的阶段停留记录，只追加"), SheetGroup.RECORD,
    (
        declare_column("visit", "Visit", "记录号", T.KEY, "Counts up", "递增", writer=BY_PRODUCT, width=10),
        declare_column("deal", "Deal", "商机编号", T.TEXT, "The deal", "商机", writer=BY_PRODUCT),
        declare_column("playbook", "Playbook", "销售流程", T.TEXT, "Its sales process", "销售流程", writer=BY_PRODUCT),
        declare_column("stage", "Stage", "阶段", T.TEXT, "The stage entered", "进入的阶段", writer=BY_PRODUCT),
        declare_column("position", "Position", "序号", T.INTEGER, "The stage's order", "阶段序号", writer=BY_PRODUCT, width=9),
        declare_column("outcome", "Outcome", "结果", T.CHOICE, "Open, won or lost while here", "停留期间的结果", options="outcome", writer=BY_PRODUCT),
        declare_column("entered", "Entered", "进入", T.DATE, "First day of the visit; blank when unknown", "进入日期，未知为空", writer=BY_PRODUCT),
        declare_column("left", "Left", "离开", T.DATE, "9999-12-31 while the visit goes on", "仍在阶段时为 9999-12-31", writer=BY_PRODUCT),
        declare_column("days", "Days", "天数", T.INTEGER, "Left − entered, once left", "离开 − 进入", writer=BY_PRODUCT, width=8),
        declare_column("moved_to", "Moved to", "移至", T.TEXT, "The next stage", "下一阶段", writer=BY_PRODUCT),
        declare_column("move", "Move", "方向", T.CHOICE, "Which way it left", "离开方向", options="move", writer=BY_PRODUCT),
        declare_column("furthest", "Furthest", "最远序号", T.INTEGER, "Furthest position reached so far", "至此到达的最远序号", writer=BY_PRODUCT, width=9),
        declare_column("first", "First", "首次", T.INTEGER, "1 on the first visit of this stage", "首次进入该阶段为 1", writer=BY_PRODUCT, width=8),
        declare_column("created", "Created", "创建", T.DATE, "When the deal was created", "商机创建日期", writer=BY_PRODUCT),
        declare_column("closed", "Closed", "关闭", T.DATE, "When it was won or lost, for closed visits", "赢单或丢单日期", writer=BY_PRODUCT),
        declare_column("cycle_days", "Cycle days", "周期天数", T.INTEGER, "Closed − created, for closed visits", "关闭 − 创建", writer=BY_PRODUCT, width=9),
        declare_column("amount", "Amount", "金额", T.MONEY, "The deal's amount when it entered", "进入时金额", writer=BY_PRODUCT),
        declare_column("probability", "Probability", "赢率", T.PERCENT, "Its probability when it entered", "进入时赢率", writer=BY_PRODUCT),
        declare_column("owner", "Owner", "负责人", T.TEXT, "Its owner when it entered", "进入时负责人", writer=BY_PRODUCT),
        declare_column("product", "Product", "产品", T.TEXT, "Its product when it entered", "进入时产品", writer=BY_PRODUCT),
        declare_column("source", "Source", "来源", T.LIST, "Its source when it entered", "进入时来源", options="source", writer=BY_PRODUCT),
        declare_column("region", "Region", "区域", T.LIST, "Its region when it entered", "进入时区域", options="region", writer=BY_PRODUCT),
        declare_column("sales_channel", "Channel", "渠道", T.LIST, "Its channel when it entered", "进入时渠道", options="sales_channel", writer=BY_PRODUCT),
        declare_column("by", "By", "操作人", T.TEXT, "Who moved it here", "变更人", writer=BY_PRODUCT),
        declare_column("reason", "Reason", "原因", T.LONG, "Loss reason, reason for a move back, import…", "丢单原因、退回理由、导入等", writer=BY_PRODUCT),
        declare_column("override_by", "Override by", "特批人", T.TEXT, "Who let it pass a gate", "特批人", writer=BY_PRODUCT),
        declare_column("override_reason", "Override reason", "特批理由", T.TEXT, "Why", "特批理由", writer=BY_PRODUCT),
        declare_column("gates", "Gates", "关卡", T.TEXT, "Gates that warned or were overridden", "提醒或特批的关卡", writer=BY_PRODUCT),
        declare_column("weighted_value", "Weighted value", "加权金额", T.MONEY, "Amount × probability when it entered, rounded to cents", "进入时金额 × 赢率，四舍五入到分", writer=BY_PRODUCT),
        declare_column("step", "Step", "步骤码", T.INTEGER, "Number of its stage among the steps of its process × 10000 + outcome (1 open, 2 lost, 3 won) × 1000 + way it left × 100 + number of the stage it went to", "阶段在其销售流程各步中的序号 × 10000 + 结果（1 进行中、2 丢单、3 赢单）× 1000 + 离开方向 × 100 + 去向阶段的序号", writer=BY_PRODUCT, width=9),
        declare_column("state", "State then", "当时状态", T.INTEGER, "At the as-of date, for rows in view: 1 + row of its stage + outcome × 100 while the deal stands there, minus (1 + row) once it has left; 0 out of view or not begun", "截至日期且符合筛选时：停留中为 1 + 阶段行号 + 结果 × 100，已离开为 −（1 + 阶段行号）；不符合筛选或尚未开始为 0", formula=STAY_STATE_FORMULA, width=9),
        declare_column("seal", "Seal", "封印", T.TEXT, "Shows whether this row, or how the visit before it ended, was changed by hand", "用于发现本行或上一次停留的离开记录是否被手工改动", writer=BY_PRODUCT, width=20),
    ), key="visit",
)  # fmt: skip

JOURNAL_TABLE = TableSchema(
    "Journal", Text("Journal", "日志"), Text("Every change a run made, so that it can be undone", "每次运行所做的修改，可撤销"), SheetGroup.RECORD,
    (
        declare_column("run", "Run", "运行", T.TEXT, "The run's number", "运行编号", writer=BY_PRODUCT, width=18),
        declare_column("time", "Time", "时间", T.TIME, "When", "时间", writer=BY_PRODUCT, width=18),
        declare_column("verb", "Verb", "操作", T.TEXT, "Which command", "命令", writer=BY_PRODUCT, width=10),
        declare_column("operation", "Operation", "类型", T.CHOICE, "Change, add or remove", "修改、新增或删除", options="operation", writer=BY_PRODUCT),
        declare_column("table", "Table", "表", T.TEXT, "Where", "所在表", writer=BY_PRODUCT),
        declare_column("key", "Key", "编号", T.TEXT, "The row's key", "行编号", writer=BY_PRODUCT),
        declare_column("column", "Column", "列", T.TEXT, "The column's id", "列标识", writer=BY_PRODUCT),
        declare_column("before", "Before", "修改前", T.TEXT, "What stood there", "原值", writer=BY_PRODUCT),
        declare_column("after", "After", "修改后", T.TEXT, "What was written", "新值", writer=BY_PRODUCT),
        declare_column("because", "Because", "缘由", T.LONG, "Why", "原因", writer=BY_PRODUCT),
        declare_column("by", "By", "操作人", T.TEXT, "Who ran it", "操作人", writer=BY_PRODUCT),
    ),
)  # fmt: skip
