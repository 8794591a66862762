"""What managers look at: the funnel, forecast and sales plan tables, follow-ups, findings and targets."""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import BY_FORMULA, BY_PRODUCT, SheetGroup, T, TableSchema, declare_column

METRICS_TABLE = TableSchema(
    "Metrics", Text("Funnel", "销售漏斗"), Text("Every number with its definition beside it", "每个指标及其定义"), SheetGroup.MANAGE,
    (
        declare_column("metric", "Metric", "指标编号", T.KEY, "The stable name used by the command line", "命令行使用的固定名称", writer=BY_PRODUCT, width=24),
        declare_column("name", "Name", "名称", T.TEXT, "What it is called", "指标名称", writer=BY_PRODUCT, width=30),
        declare_column("value", "Value", "数值", T.NUMBER, "The live formula", "实时公式", writer=BY_FORMULA, width=16),
        declare_column("unit", "Unit", "单位", T.TEXT, "Deals, money, days or a ratio", "商机数、金额、天数或比率", writer=BY_PRODUCT, width=10),
        declare_column("sample", "Deals behind it", "样本数", T.INTEGER, "How many deals the number stands on", "该数值所依据的商机数", writer=BY_FORMULA, width=11),
        declare_column("mark", "Small sample", "样本提示", T.TEXT, "Marks numbers over fewer than 30 deals", "少于 30 个商机时提示", writer=BY_FORMULA, width=14),
        declare_column("definition", "Definition", "定义", T.LONG, "How it is worked out", "计算方法", writer=BY_PRODUCT, width=70),
    ), key="metric", visible=True, sheet="Funnel",
)  # fmt: skip

STAGE_METRICS_TABLE = TableSchema(
    "StageMetrics", Text("Funnel", "销售漏斗"), Text("Conversion, value and time, stage by stage", "各阶段转化、金额与时间"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "Order in the playbook", "流程中的顺序", writer=BY_PRODUCT, width=9),
        declare_column("stage", "Stage", "阶段", T.TEXT, "From the sheet Stages", "取自“阶段”表", writer=BY_FORMULA, width=20),
        declare_column("order", "Order", "流程序号", T.INTEGER, "Its position in the sheet Stages", "在“阶段”表中的序号", writer=BY_FORMULA, width=8),
        declare_column("kind", "Kind", "类别", T.CHOICE, "Open or won, from the sheet Stages", "进行中或赢单，取自“阶段”表", options="kind", writer=BY_FORMULA, width=9),
        declare_column("reached", "Reached", "到达数", T.INTEGER, "Deals that reached the stage", "到达该阶段的商机数", writer=BY_FORMULA, width=10),
        declare_column("step_conversion", "To next", "进入下一阶段", T.PERCENT, "Share that reached the next stage", "进入下一阶段的比例", writer=BY_FORMULA, width=10),
        declare_column("cumulative_conversion", "From first", "累计转化", T.PERCENT, "Share of the first stage that got here", "占首阶段的比例", writer=BY_FORMULA, width=10),
        declare_column("open_count", "Open now", "当前商机", T.INTEGER, "Open deals in the stage", "当前在该阶段的商机数", writer=BY_FORMULA, width=10),
        declare_column("open_value", "Open value", "当前金额", T.MONEY, "Their amount", "其金额合计", writer=BY_FORMULA),
        declare_column("weighted_value", "Weighted value", "加权金额", T.MONEY, "Amount × probability", "金额 × 赢率", writer=BY_FORMULA),
        declare_column("visits", "Finished visits", "已离开次数", T.INTEGER, "Visits behind the days", "天数所依据的次数", writer=BY_FORMULA, width=10),
        declare_column("mean_days", "Mean days", "平均天数", T.NUMBER, "Mean days of finished visits", "已离开者的平均停留天数", writer=BY_FORMULA, width=10),
        declare_column("median_days", "Median days", "中位天数", T.NUMBER, "Half are quicker, half slower", "一半更快，一半更慢", writer=BY_FORMULA, width=10),
        declare_column("p90_days", "90 % within", "90% 天数", T.NUMBER, "Nine of ten visits are quicker", "九成停留不超过", writer=BY_FORMULA, width=10),
        declare_column("day_limit", "Limit", "期限", T.INTEGER, "From the sheet Stages", "取自“阶段”表", writer=BY_FORMULA, width=9),
        declare_column("over_limit", "Over limit", "超期数", T.INTEGER, "Open deals longer in the stage than its limit", "超过期限的当前商机数", writer=BY_FORMULA, width=10),
    ), key="position", visible=True, sheet="Funnel",
)  # fmt: skip

STAGE_CHANGES_TABLE = TableSchema(
    "StageChanges", Text("Compare", "对比"), Text("Each stage now and on the day compared with", "各阶段现状与对比日"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "Order in the playbook", "流程中的顺序", writer=BY_PRODUCT, width=9),
        declare_column("stage", "Stage", "阶段", T.TEXT, "From the sheet Stages", "取自“阶段”表", writer=BY_FORMULA, width=20),
        declare_column("reached", "Reached", "到达数", T.INTEGER, "Deals that reached the stage, as the Funnel counts them", "到达该阶段的商机数，口径同“销售漏斗”", writer=BY_FORMULA, width=12),
        declare_column("reached_then", "Reached then", "当时到达数", T.INTEGER, "The same on the day compared with", "对比日的同一数值", writer=BY_FORMULA, width=12),
        declare_column("reached_change", "Reached, change", "到达数变化", T.INTEGER, "Now less then", "现在减当时", writer=BY_FORMULA, width=12),
        declare_column("open_count", "Open now", "当前商机", T.INTEGER, "Open deals in the stage", "当前在该阶段的商机数", writer=BY_FORMULA, width=12),
        declare_column("open_count_then", "Open then", "当时商机", T.INTEGER, "Open deals in the stage on the day compared with", "对比日在该阶段的商机数", writer=BY_FORMULA, width=12),
        declare_column("open_count_change", "Open, change", "商机变化", T.INTEGER, "Now less then", "现在减当时", writer=BY_FORMULA, width=12),
        declare_column("open_value", "Open value", "当前金额", T.MONEY, "Their amount", "其金额合计", writer=BY_FORMULA),
        declare_column("open_value_then", "Value then", "当时金额", T.MONEY, "Their amount on the day compared with, as it was when they entered the stage", "对比日的金额合计，取进入阶段时的金额", writer=BY_FORMULA),
        declare_column("open_value_change", "Value, change", "金额变化", T.MONEY, "Now less then", "现在减当时", writer=BY_FORMULA),
    ), key="position",
)  # fmt: skip

TREND_TABLE = TableSchema(
    "Trend", Text("Trends", "趋势"), Text("The last twelve months", "最近十二个月"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "12 is the month of the as-of date", "12 为截至日期所在月", writer=BY_PRODUCT, width=9),
        declare_column("month", "Month", "月份", T.DATE, "First day of the month; the period does not matter here", "月初日期；此表与期间无关", writer=BY_FORMULA),
        declare_column("created", "Created", "新建", T.INTEGER, "Deals created in the month", "当月创建的商机数", writer=BY_FORMULA, width=10),
        declare_column("won_count", "Won", "赢单数", T.INTEGER, "Deals won in the month; cohort reading: of those created in it", "当月赢单数；群组口径：当月创建者中的赢单", writer=BY_FORMULA, width=10),
        declare_column("lost_count", "Lost", "丢单数", T.INTEGER, "Deals lost in the month; cohort reading: of those created in it", "当月丢单数；群组口径：当月创建者中的丢单", writer=BY_FORMULA, width=10),
        declare_column("win_rate", "Win rate", "赢单率", T.PERCENT, "Won ÷ (won + lost)", "赢单 ÷（赢单 + 丢单）", writer=BY_FORMULA, width=10),
        declare_column("won_value", "Won value", "赢单金额", T.MONEY, "Sum of the amounts of the won deals", "赢单的金额合计", writer=BY_FORMULA),
        declare_column("mark", "Small sample", "样本提示", T.TEXT, "Marks win rates over fewer than 30 deals", "赢单率样本少于 30 时提示", writer=BY_FORMULA, width=14),
    ), key="position", sheet="Trends",
)  # fmt: skip

GROUPS_TABLE = TableSchema(
    "Groups", Text("Trends", "趋势"), Text("Group by group", "各组对比"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "The first twelve names of the list; the last row is everything else", "取列表前十二项，末行为其余合计", writer=BY_PRODUCT, width=9),
        declare_column("name", "Group", "分组", T.TEXT, "An owner, product, source…, as chosen above", "上方所选维度的取值", writer=BY_FORMULA, width=20),
        declare_column("open_count", "Open", "进行中", T.INTEGER, "Open deals", "进行中商机数", writer=BY_FORMULA, width=10),
        declare_column("open_value", "Open value", "进行中金额", T.MONEY, "Their amount", "其金额合计", writer=BY_FORMULA),
        declare_column("won_count", "Won", "赢单数", T.INTEGER, "Won deals, as the Funnel counts them", "赢单数，口径同“销售漏斗”", writer=BY_FORMULA, width=10),
        declare_column("lost_count", "Lost", "丢单数", T.INTEGER, "Lost deals, as the Funnel counts them", "丢单数，口径同“销售漏斗”", writer=BY_FORMULA, width=10),
        declare_column("win_rate", "Win rate", "赢单率", T.PERCENT, "Won ÷ (won + lost)", "赢单 ÷（赢单 + 丢单）", writer=BY_FORMULA, width=10),
        declare_column("won_value", "Won value", "赢单金额", T.MONEY, "Sum of the amounts of the won deals", "赢单的金额合计", writer=BY_FORMULA),
        declare_column("mark", "Small sample", "样本提示", T.TEXT, "Marks win rates over fewer than 30 deals", "赢单率样本少于 30 时提示", writer=BY_FORMULA, width=14),
    ), key="position", sheet="Trends",
)  # fmt: skip

SEGMENTS_TABLE = TableSchema(
    "Segments", Text("Trends", "趋势"), Text("Two groups side by side: a difference, or chance?", "两组对比：真有差异还是偶然"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "1 is the first group, 2 the second", "1 为第一组，2 为第二组", writer=BY_PRODUCT, width=9),
        declare_column("name", "Group", "分组", T.TEXT, "As chosen above", "上方所选", writer=BY_FORMULA, width=20),
        declare_column("won_count", "Won", "赢单数", T.INTEGER, "From the table of groups", "取自分组表", writer=BY_FORMULA, width=10),
        declare_column("closed_count", "Won and lost", "已关闭", T.INTEGER, "From the table of groups", "取自分组表", writer=BY_FORMULA, width=10),
        declare_column("win_rate", "Win rate", "赢单率", T.PERCENT, "Won ÷ (won + lost)", "赢单 ÷（赢单 + 丢单）", writer=BY_FORMULA, width=10),
        declare_column("difference", "Difference", "差异", T.PERCENT, "This win rate less the other", "本组赢单率减另一组", writer=BY_FORMULA, width=10),
        declare_column("low", "From", "下限", T.PERCENT, "The difference lies above this, with 95 % confidence", "差异的 95% 置信下限", writer=BY_FORMULA, width=10),
        declare_column("high", "To", "上限", T.PERCENT, "The difference lies below this, with 95 % confidence", "差异的 95% 置信上限", writer=BY_FORMULA, width=10),
        declare_column("p_value", "p-value", "P 值", T.NUMBER, "How often chance alone would make such a difference", "纯属偶然也会出现此差异的概率", writer=BY_FORMULA, width=10),
        declare_column("verdict", "What it says", "结论", T.TEXT, "Below the small-sample limit no difference is called", "样本低于界限时不下结论", writer=BY_FORMULA, width=24),
    ), key="position", sheet="Trends",
)  # fmt: skip

FORECAST_MONTHS_TABLE = TableSchema(
    "ForecastMonths", Text("Forecast", "预测"), Text("Expected closings month by month", "按月预测成交"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "0 is the month of the as-of date", "0 为截至日期所在月", writer=BY_PRODUCT, width=9),
        declare_column("month", "Month", "月份", T.DATE, "First day of the month", "月初日期", writer=BY_FORMULA),
        declare_column("deals", "Open deals", "进行中商机", T.INTEGER, "Open deals expected to close in the month", "预计当月成交的商机数", writer=BY_FORMULA),
        declare_column("open_value", "Open value", "金额", T.MONEY, "Their amount", "其金额合计", writer=BY_FORMULA),
        declare_column("weighted_value", "Weighted value", "加权金额", T.MONEY, "Amount × probability", "金额 × 赢率", writer=BY_FORMULA),
        declare_column("commit", "Commit", "承诺", T.MONEY, "Amount in the category commit", "“承诺”类金额", writer=BY_FORMULA),
        declare_column("best_case", "Best case", "乐观", T.MONEY, "Amount in the category best case", "“乐观”类金额", writer=BY_FORMULA),
        declare_column("pipeline", "Pipeline", "储备", T.MONEY, "Amount in the category pipeline, or in none", "“储备”或未分类金额", writer=BY_FORMULA),
        declare_column("closed", "Closed", "已成交", T.MONEY, "Won in the month", "当月赢单金额", writer=BY_FORMULA),
        declare_column("cumulative", "Closed, commit and best case", "成交+承诺+乐观", T.MONEY, "Best case includes commit and closed", "乐观包含承诺与已成交", writer=BY_FORMULA, width=16),
        declare_column("target", "Target", "目标", T.MONEY, "Targets that begin in the month", "当月开始的目标", writer=BY_FORMULA),
    ), key="position", sheet="Forecast",
)  # fmt: skip

PLAN_STAGES_TABLE = TableSchema(
    "PlanStages", Text("Plan", "计划"), Text("Back from the target to leads, and by when", "由目标反推线索数量与时间"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "Order in the playbook", "流程中的顺序", writer=BY_PRODUCT, width=9),
        declare_column("stage", "Stage", "阶段", T.TEXT, "From the sheet Stages", "取自“阶段”表", writer=BY_FORMULA, width=20),
        declare_column("step_conversion", "Own conversion", "自身转化率", T.PERCENT, "What the team's History shows", "团队历史转化率", writer=BY_FORMULA),
        declare_column("what_if", "What if", "假设转化率", T.PERCENT, "Type another conversion to see what it would need", "填写假设的转化率", width=11),
        declare_column("deals_needed", "Deals needed", "所需商机", T.INTEGER, "Deals that must reach the stage, rounded up", "须到达该阶段的商机数（向上取整）", writer=BY_FORMULA),
        declare_column("deals_now", "There now or beyond", "已到达", T.INTEGER, "Open deals in this stage or later", "当前在该阶段或更后的商机数", writer=BY_FORMULA),
        declare_column("gap", "Gap", "缺口", T.INTEGER, "Still missing", "尚缺", writer=BY_FORMULA),
        declare_column("median_days", "Median days", "中位天数", T.NUMBER, "Of finished visits", "已离开者的中位停留天数", writer=BY_FORMULA),
        declare_column("by_when", "By when", "最迟日期", T.DATE, "The day they must be there", "最迟到达日期", writer=BY_FORMULA),
        declare_column("one_point_more", "One point more", "提高一个百分点", T.MONEY, "Won value that one percentage point more of conversion would bring; the largest is the shortest stave", "转化率提高一个百分点可增加的赢单金额，最大者即短板", writer=BY_FORMULA, width=15),
    ), key="position", sheet="Plan",
)  # fmt: skip

TEAM_PLAN_TABLE = TableSchema(
    "TeamPlan", Text("Team plan", "团队计划"), Text("Owners and channels with a target of their own, side by side", "有自身目标的负责人与渠道并列"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "First the twelve first names of Team, then eight channels", "先为团队前十二人，后为八个渠道", writer=BY_PRODUCT, width=9),
        declare_column("part", "Kind", "类别", T.TEXT, "Owner or channel", "负责人或渠道", writer=BY_FORMULA, width=10),
        declare_column("name", "Name", "名称", T.TEXT, "From the sheets Team and Lists", "取自“团队”与“列表”表", writer=BY_FORMULA, width=20),
        declare_column("target", "Target", "目标", T.MONEY, "From the sheet Targets, for exactly this name; blank is none", "取自“销售目标”，精确匹配此名称；空为没有", writer=BY_FORMULA, width=16),
        declare_column("won_to_date", "Won so far", "已赢金额", T.MONEY, "Won in the period of the target, by the closing date", "目标期间内按关闭日期赢得的金额", writer=BY_FORMULA, width=17),
        declare_column("attainment", "Attainment", "达成率", T.PERCENT, "Won so far ÷ target", "已赢金额 ÷ 目标", writer=BY_FORMULA, width=11),
        declare_column("gap", "Still to win", "缺口", T.MONEY, "Target − won so far; negative once the target is passed", "目标 − 已赢金额；超额后为负", writer=BY_FORMULA, width=17),
        declare_column("won_count", "Won deals", "赢单数", T.INTEGER, "Behind the mean won value and the conversion, as the Funnel counts them", "平均赢单金额与转化率的依据，口径同“销售漏斗”", writer=BY_FORMULA, width=10),
        declare_column("mean_won_value", "Mean won value", "平均赢单金额", T.MONEY, "Of their own won deals", "自身赢单的平均金额", writer=BY_FORMULA, width=16),
        declare_column("reached_first", "Reached first stage", "到达首阶段", T.INTEGER, "Their own deals that reached the first stage", "自身到达首阶段的商机数", writer=BY_FORMULA, width=10),
        declare_column("reached_won", "Reached Won", "到达赢单", T.INTEGER, "Their own deals that reached Won", "自身到达赢单的商机数", writer=BY_FORMULA, width=10),
        declare_column("conversion", "First stage to Won", "首阶段至赢单", T.PERCENT, "Reached Won ÷ reached first stage", "到达赢单 ÷ 到达首阶段", writer=BY_FORMULA, width=11),
        declare_column("won_needed", "Won deals needed", "所需赢单数", T.INTEGER, "Still to win ÷ mean won value, rounded up", "缺口 ÷ 平均赢单金额，向上取整", writer=BY_FORMULA, width=11),
        declare_column("leads_needed", "Leads needed", "所需线索数", T.INTEGER, "Won deals needed ÷ conversion, rounded up", "所需赢单数 ÷ 转化率，向上取整", writer=BY_FORMULA, width=11),
        declare_column("mark", "Small sample", "样本提示", T.TEXT, "Marks plans that fewer than 30 won deals stand behind", "依据的赢单少于 30 时提示", writer=BY_FORMULA, width=13),
    ), key="position",
)  # fmt: skip

LEAKS_TABLE = TableSchema(
    "Leaks", Text("Leaks", "流失分析"), Text("Where deals are lost and which step costs most", "商机在哪里流失、哪一步代价最大"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "Order in the playbook", "流程中的顺序", writer=BY_PRODUCT, width=9),
        declare_column("stage", "Stage", "阶段", T.TEXT, "From the sheet Stages", "取自“阶段”表", writer=BY_FORMULA, width=20),
        declare_column("lost_count", "Lost", "丢单数", T.INTEGER, "Visits of the stage that ended with the deal lost, in the period", "期内在该阶段丢失的次数", writer=BY_FORMULA, width=10),
        declare_column("lost_value", "Lost value", "丢单金额", T.MONEY, "What those deals were worth when they entered the stage", "进入该阶段时的金额合计", writer=BY_FORMULA),
        declare_column("lost_share", "Share", "占比", T.PERCENT, "Of all losses", "占全部丢单的比例", writer=BY_FORMULA, width=10),
        declare_column("lost_cumulative", "Cumulative share", "累计占比", T.PERCENT, "Of the stages that lose at least as many", "丢单数不少于该阶段的各阶段合计占比", writer=BY_FORMULA, width=11),
        declare_column("one_point_more", "One point more", "提高一个百分点", T.MONEY, "Won value that one percentage point more of conversion would bring", "转化率提高一个百分点可增加的赢单金额", writer=BY_FORMULA),
        declare_column("limit_ratio", "Days against limit", "天数与期限之比", T.NUMBER, "Median days ÷ the stage's limit", "天数中位数 ÷ 阶段期限", writer=BY_FORMULA, width=11),
        declare_column("days_per_deal", "Days per deal", "每商机天数", T.NUMBER, "Days of all finished visits ÷ those that were a deal's first: a return adds its days", "全部已离开停留的天数 ÷ 其中的首次停留数：返回再停留会累加", writer=BY_FORMULA, width=11),
    ), key="position",
)  # fmt: skip

LOSS_REASONS_TABLE = TableSchema(
    "LossReasons", Text("Loss reasons", "丢单原因分析"), Text("Why deals are lost", "商机为何丢失"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "Row of the sheet Lists; 0 is no reason given", "“列表”表中的行；0 为未填写原因", writer=BY_PRODUCT, width=9),
        declare_column("reason", "Reason", "原因", T.TEXT, "From the sheet Lists", "取自“列表”表", writer=BY_FORMULA, width=26),
        declare_column("lost_count", "Lost", "丢单数", T.INTEGER, "Lost deals with this reason; only today's snapshot knows", "因该原因丢失的商机数；仅当前快照可知", writer=BY_FORMULA, width=10),
        declare_column("lost_value", "Lost value", "丢单金额", T.MONEY, "Their amount", "其金额合计", writer=BY_FORMULA),
        declare_column("lost_share", "Share", "占比", T.PERCENT, "Of all lost deals", "占全部丢单的比例", writer=BY_FORMULA, width=10),
        declare_column("lost_cumulative", "Cumulative share", "累计占比", T.PERCENT, "Of the reasons that lose at least as many", "丢单数不少于该原因的各原因合计占比", writer=BY_FORMULA, width=11),
    ), key="position",
)  # fmt: skip

MOVES_TABLE = TableSchema(
    "Moves", Text("Moves", "阶段流转"), Text("Every move between stages, and the check that none is missing", "各阶段之间的全部流转与平衡检查"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "Order in the playbook", "流程中的顺序", writer=BY_PRODUCT, width=9),
        declare_column("stage", "From", "自阶段", T.TEXT, "From the sheet Stages", "取自“阶段”表", writer=BY_FORMULA, width=20),
        declare_column("entries", "Entries", "进入次数", T.INTEGER, "Visits begun by the as-of date", "截至日期进入的次数", writer=BY_FORMULA, width=10),
        declare_column("forward", "Forward", "推进", T.INTEGER, "To the next stage", "进入下一阶段", writer=BY_FORMULA, width=10),
        declare_column("skip", "Skip", "跳过", T.INTEGER, "Beyond the next stage", "越过下一阶段", writer=BY_FORMULA, width=10),
        declare_column("back", "Back", "退回", T.INTEGER, "To an earlier stage", "退回之前阶段", writer=BY_FORMULA, width=10),
        declare_column("won", "Won", "赢单", T.INTEGER, "To Won", "赢单", writer=BY_FORMULA, width=10),
        declare_column("lost", "Lost", "丢单", T.INTEGER, "To Lost", "丢单", writer=BY_FORMULA, width=10),
        declare_column("aftercare", "Aftercare", "转售后", T.INTEGER, "From Won to a stage after it", "由赢单转入售后", writer=BY_FORMULA, width=10),
        declare_column("reopened", "Reopened", "重新打开", T.INTEGER, "From closed back to open", "由已关闭重新打开", writer=BY_FORMULA, width=10),
        declare_column("switched", "Switched", "换流程", T.INTEGER, "To another playbook", "转入其他销售流程", writer=BY_FORMULA, width=10),
        declare_column("there", "Still there", "仍在阶段", T.INTEGER, "Visits that go on", "尚未离开的次数", writer=BY_FORMULA, width=10),
        declare_column("check", "Check", "平衡检查", T.INTEGER, "Entries less every way out: nought, or a row of History is missing", "进入次数减去全部去向，应为 0，否则历史缺行", writer=BY_FORMULA, width=10),
        *(
            declare_column(f"to_{step}", f"To {step}", f"至 {step}", T.INTEGER, f"Moves to the stage of row {step}", f"移至第 {step} 行阶段的次数", writer=BY_FORMULA, width=7)
            for step in range(1, 13)
        ),
    ), key="position",
)  # fmt: skip

MOVE_VALUES_TABLE = TableSchema(
    "MoveValues", Text("Move values", "流转金额"), Text("What the moves between stages were worth", "各阶段之间流转的金额"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", "序号", T.INTEGER, "Order in the playbook", "流程中的顺序", writer=BY_PRODUCT, width=9),
        declare_column("stage", "From", "自阶段", T.TEXT, "From the sheet Stages", "取自“阶段”表", writer=BY_FORMULA, width=20),
        declare_column("lost", "Lost", "丢单", T.MONEY, "Amount of the visits that ended lost, as it was when they began", "在该阶段丢单的金额，取进入时的值", writer=BY_FORMULA, width=16),
        *(
            declare_column(f"to_{step}", f"To {step}", f"至 {step}", T.MONEY, f"Amount of the moves to the stage of row {step}, as it was when the visit began", f"移至第 {step} 行阶段的金额，取进入时的值", writer=BY_FORMULA, width=16)
            for step in range(1, 13)
        ),
    ), key="position",
)  # fmt: skip

FOLLOWUPS_TABLE = TableSchema(
    "FollowUps", Text("Follow-ups", "跟进清单"), Text("Who to call today and why, most important first", "今天联系谁、为什么，按重要性排序"), SheetGroup.MANAGE,
    (
        declare_column("rank", "Rank", "排序", T.INTEGER, "1 is what its owner does first", "1 为该负责人最先处理的一项", writer=BY_PRODUCT, width=8),
        declare_column("priority", "Priority", "优先级", T.CHOICE, "High: a promise is broken or a customer waits; medium: a deal slips; low: something is not planned. Golden customers and large deals one higher", "高：承诺未兑现或客户在等待；中：商机有滑落风险；低：尚无安排。黄金客户与大额商机提高一级", options="priority", writer=BY_PRODUCT, width=9),
        declare_column("owner", "Owner", "负责人", T.TEXT, "Who should act", "应处理的人", writer=BY_PRODUCT, width=18),
        declare_column("day", "On", "安排日", T.DATE, "The working day it is planned for: nobody gets more a day than Settings allow", "安排处理的工作日：每人每日不超过“设置”中的上限", writer=BY_PRODUCT),
        declare_column("deal", "Deal", "商机编号", T.TEXT, "The deal", "商机", writer=BY_PRODUCT),
        declare_column("account", "Account", "客户", T.TEXT, "The customer", "客户", writer=BY_PRODUCT, width=22),
        declare_column("stage", "Stage", "阶段", T.TEXT, "Recorded stage", "已确认阶段", writer=BY_PRODUCT),
        declare_column("amount", "Amount", "金额", T.MONEY, "Deal value", "商机金额", writer=BY_PRODUCT),
        declare_column("due", "Due", "应办日期", T.DATE, "When it was or is due; a day off moves to the next working day", "应处理的日期；遇休息日顺延至工作日", writer=BY_PRODUCT),
        declare_column("days_late", "Days late", "逾期天数", T.INTEGER, "Working days; negative: days to go", "按工作日计；负数表示还有几天", writer=BY_PRODUCT, width=9),
        declare_column("why", "Why", "原因", T.LONG, "Every reason that applies", "所有适用原因", writer=BY_PRODUCT, width=44),
        declare_column("next_step", "Next step", "下一步", T.LONG, "What you planned, or what the stage asks for", "计划的下一步，或该阶段应做的事", writer=BY_PRODUCT),
        declare_column("question", "Ask", "可以问", T.LONG, "A question that is still open", "尚待了解的问题", writer=BY_PRODUCT),
        declare_column("objection", "Objection", "异议", T.LONG, "The objection answered last, and the answer", "最近答复的异议及答复内容", writer=BY_PRODUCT),
        declare_column("contact", "Contact", "联系人", T.TEXT, "Whom to reach", "联系对象", writer=BY_PRODUCT),
        declare_column("phone", "Phone", "电话", T.TEXT, "Their number", "电话", writer=BY_PRODUCT),
        declare_column("email", "E-mail", "邮箱", T.TEXT, "Their address", "邮箱", writer=BY_PRODUCT, width=22),
        declare_column("done", "Done", "已处理", T.CHOICE, "Choose Yes when done; the next update logs it", "处理后选“是”，下次更新时记入活动", options="yes_no", width=9),
        declare_column("result", "Result", "处理结果", T.LONG, "What came of it", "处理结果"),
        declare_column("then", "Then", "之后要做", T.TEXT, "What you do next; the next update puts it into Deals", "接下来要做的事；下次更新时写入“商机”", width=26),
        declare_column("then_on", "Then on", "之后日期", T.DATE, "The day you will do it", "计划执行日期"),
    ), generated=True, visible=True,
)  # fmt: skip

FINDINGS_TABLE = TableSchema(
    "Findings", Text("Findings", "检查结果"), Text("What is wrong with which row, and what to do", "哪一行有什么问题、如何处理"), SheetGroup.MANAGE,
    (
        declare_column("severity", "Severity", "级别", T.CHOICE, "Blocking ones first", "阻止类在前", options="severity", writer=BY_PRODUCT),
        declare_column("rule", "Rule", "规则", T.TEXT, "The rule that found it", "发现问题的规则", writer=BY_PRODUCT, width=22),
        declare_column("table", "Table", "表", T.TEXT, "Where", "所在表", writer=BY_PRODUCT),
        declare_column("key", "Key", "编号", T.TEXT, "The row's key", "该行编号", writer=BY_PRODUCT),
        declare_column("cell", "Cell", "单元格", T.TEXT, "Its address at the time of the run", "检查时的地址", writer=BY_PRODUCT, width=18),
        declare_column("message", "What to do", "说明与处理", T.LONG, "What is wrong and the remedy", "问题与处理办法", writer=BY_PRODUCT, width=90),
    ), generated=True, visible=True,
)  # fmt: skip

MERGE_CONFLICTS_TABLE = TableSchema(
    "Conflicts", Text("Conflicts", "合并冲突"), Text("What two merged copies say differently; you decide here", "合并的两份副本不一致之处，在此决定"), SheetGroup.MANAGE,
    (
        declare_column("kind", "What", "情况", T.CHOICE, "How the copies differ", "两份副本如何不一致", options="conflict", writer=BY_PRODUCT, width=24),
        declare_column("table", "Table", "表", T.TEXT, "Where", "所在表", writer=BY_PRODUCT),
        declare_column("key", "Key", "编号", T.TEXT, "The row's key", "该行编号", writer=BY_PRODUCT),
        declare_column("column", "Column", "列", T.TEXT, "The cell's column", "单元格所在列", writer=BY_PRODUCT),
        declare_column("before", "Before", "原值", T.LONG, "What both copies once said", "两份副本原先的值", writer=BY_PRODUCT),
        declare_column("here", "Here", "本工作簿", T.LONG, "What this workbook says and goes on saying", "本工作簿的值，暂予保留", writer=BY_PRODUCT),
        declare_column("there", "Other copy", "另一副本", T.LONG, "What the other copy says", "另一副本的值", writer=BY_PRODUCT),
        declare_column("cell", "Cell", "单元格", T.TEXT, "Its address at the time of the merge", "合并时的地址", writer=BY_PRODUCT, width=18),
        declare_column("take", "Take the other", "采用另一副本", T.CHOICE, "Yes takes the other copy's value, No keeps this one; the next update does it", "选“是”采用另一副本的值，选“否”保留本值；下次更新时执行", options="yes_no", width=14),
    ), generated=True,
)  # fmt: skip

TARGETS_TABLE = TableSchema(
    "Targets", Text("Targets", "销售目标"), Text("Targets by period, owner, product or channel", "按期间、负责人、产品或渠道的目标"), SheetGroup.MANAGE,
    (
        declare_column("from", "From", "开始", T.DATE, "First day", "第一天", required=True),
        declare_column("to", "To", "结束", T.DATE, "Last day", "最后一天", required=True),
        declare_column("owner", "Owner", "负责人", T.REF, "Blank: the whole team", "留空为全团队", options="Team", width=18),
        declare_column("product", "Product", "产品", T.REF, "Blank: all", "留空为全部", options="Products"),
        declare_column("sales_channel", "Channel", "渠道", T.LIST, "Blank: all", "留空为全部", options="sales_channel"),
        declare_column("target", "Target", "目标金额", T.MONEY, "Value to win in the period", "期内应赢单金额", required=True),
        declare_column("strategy", "Strategy", "策略", T.LONG, "How you mean to get there", "达成策略"),
        declare_column("cost", "Budget", "费用预算", T.MONEY, "What it may cost", "可用费用"),
    ),
)  # fmt: skip
