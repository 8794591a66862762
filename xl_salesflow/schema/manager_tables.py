"""The tables that managers look at: funnel, forecast, sales plan, follow-ups, findings and targets."""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import (
    BY_FORMULA,
    BY_PRODUCT,
    DEAL_NAME_COLUMN,
    SheetGroup,
    T,
    TableSchema,
    declare_column,
)

METRICS_TABLE = TableSchema(
    "Metrics", Text("Funnel"), Text("Every number with its definition"), SheetGroup.MANAGE,
    (
        declare_column("metric", Text("Metric", context="Metrics"), T.KEY, "The stable name used by the command line", writer=BY_PRODUCT, width=24),
        declare_column("name", "Name", T.TEXT, "What it is called", writer=BY_PRODUCT, width=30),
        declare_column("value", "Value", T.NUMBER, "The live formula", writer=BY_FORMULA, width=16),
        declare_column("unit", "Unit", T.TEXT, "Deals, money, days or a ratio", writer=BY_PRODUCT, width=10),
        declare_column("sample", "Deals behind it", T.INTEGER, "How many deals the number is based on", writer=BY_FORMULA, width=11),
        declare_column("mark", "Small sample", T.TEXT, "Marks numbers based on fewer than 30 deals", writer=BY_FORMULA, width=14),
        declare_column("definition", "Definition", T.LONG, Text("How it is calculated", context="Metrics"), writer=BY_PRODUCT, width=70),
    ), key="metric", visible=True, sheet="Funnel",
)  # fmt: skip

STAGE_METRICS_TABLE = TableSchema(
    "StageMetrics", Text("Funnel"), Text("Conversion, value and time, stage by stage"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "Order in the playbook", writer=BY_PRODUCT, width=9),
        declare_column("stage", "Stage", T.TEXT, "From the sheet Stages", writer=BY_FORMULA, width=20),
        declare_column("order", "Order", T.INTEGER, "Its position in the sheet Stages", writer=BY_FORMULA, width=8),
        declare_column("kind", "Kind", T.CHOICE, "Open or won, from the sheet Stages", options="kind", writer=BY_FORMULA, width=9),
        declare_column("reached", "Reached", T.INTEGER, "Deals that reached the stage", writer=BY_FORMULA, width=10),
        declare_column("step_conversion", "To next", T.PERCENT, "Share that reached the next stage", writer=BY_FORMULA, width=10),
        declare_column("cumulative_conversion", "From first", T.PERCENT, "Share of the first stage that got here", writer=BY_FORMULA, width=10),
        declare_column("open_count", "Open now", T.INTEGER, "Open deals in the stage", writer=BY_FORMULA, width=10),
        declare_column("open_value", Text("Open value", context="StageMetrics"), T.MONEY, "Their amount", writer=BY_FORMULA),
        declare_column("weighted_value", "Weighted value", T.MONEY, "Amount × probability", writer=BY_FORMULA),
        declare_column("visits", Text("Finished visits", context="StageMetrics"), T.INTEGER, "Visits behind the days", writer=BY_FORMULA, width=10),
        declare_column("mean_days", "Mean days", T.NUMBER, "Mean days of finished visits", writer=BY_FORMULA, width=10),
        declare_column("median_days", "Median days", T.NUMBER, "Half are quicker, half slower", writer=BY_FORMULA, width=10),
        declare_column("p90_days", "90 % within", T.NUMBER, "Nine of ten visits are shorter", writer=BY_FORMULA, width=10),
        declare_column("day_limit", "Limit", T.INTEGER, "From the sheet Stages", writer=BY_FORMULA, width=9),
        declare_column("over_limit", Text("Over limit", context="StageMetrics"), T.INTEGER, "Open deals longer in the stage than its limit", writer=BY_FORMULA, width=10),
    ), key="position", visible=True, sheet="Funnel",
)  # fmt: skip

STAGE_CHANGES_TABLE = TableSchema(
    "StageChanges", Text("Compare"), Text("Each stage now and on the comparison day"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "Order in the playbook", writer=BY_PRODUCT, width=9),
        declare_column("stage", "Stage", T.TEXT, "From the sheet Stages", writer=BY_FORMULA, width=20),
        declare_column("reached", "Reached", T.INTEGER, "Deals that reached the stage, as the Funnel counts them", writer=BY_FORMULA, width=12),
        declare_column("reached_then", "Reached then", T.INTEGER, "The same on the comparison day", writer=BY_FORMULA, width=12),
        declare_column("reached_change", "Reached, change", T.INTEGER, "Now less then", writer=BY_FORMULA, width=12),
        declare_column("open_count", "Open now", T.INTEGER, "Open deals in the stage", writer=BY_FORMULA, width=12),
        declare_column("open_count_then", "Open then", T.INTEGER, "Open deals in the stage on the comparison day", writer=BY_FORMULA, width=12),
        declare_column("open_count_change", "Open, change", T.INTEGER, "Now less then", writer=BY_FORMULA, width=12),
        declare_column("open_value", Text("Open value", context="StageChanges"), T.MONEY, "Their amount", writer=BY_FORMULA),
        declare_column("open_value_then", "Value then", T.MONEY, "Their amount on the comparison day, as it was when they entered the stage", writer=BY_FORMULA),
        declare_column("open_value_change", "Value, change", T.MONEY, "Now less then", writer=BY_FORMULA),
    ), key="position",
)  # fmt: skip

TREND_TABLE = TableSchema(
    "Trend", Text("Trends"), Text("The last twelve months"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "12 is the month of the as-of date", writer=BY_PRODUCT, width=9),
        declare_column("month", "Month", T.DATE, "First day of the month; the period is ignored here", writer=BY_FORMULA),
        declare_column("created", "Created", T.INTEGER, "Deals created in the month", writer=BY_FORMULA, width=10),
        declare_column("won_count", Text("Won", context="Trend"), T.INTEGER, "Deals won in the month; cohort reading: of those created in it", writer=BY_FORMULA, width=10),
        declare_column("lost_count", Text("Lost", context="Trend"), T.INTEGER, "Deals lost in the month; cohort reading: of those created in it", writer=BY_FORMULA, width=10),
        declare_column("win_rate", "Win rate", T.PERCENT, "Won ÷ (won + lost)", writer=BY_FORMULA, width=10),
        declare_column("won_value", "Won value", T.MONEY, "Sum of the amounts of the won deals", writer=BY_FORMULA),
        declare_column("mark", "Small sample", T.TEXT, "Marks win rates based on fewer than 30 deals", writer=BY_FORMULA, width=14),
    ), key="position", sheet="Trends",
)  # fmt: skip

GROUPS_TABLE = TableSchema(
    "Groups", Text("Trends"), Text("Group by group"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "The first twelve names of the list; the last row is everything else", writer=BY_PRODUCT, width=9),
        declare_column("name", "Group", T.TEXT, "An owner, product, source…, as chosen above", writer=BY_FORMULA, width=20),
        declare_column("open_count", "Open", T.INTEGER, Text("Open deals", context="Groups"), writer=BY_FORMULA, width=10),
        declare_column("open_value", "Open value", T.MONEY, "Their amount", writer=BY_FORMULA),
        declare_column("won_count", Text("Won", context="Groups"), T.INTEGER, "Won deals, as the Funnel counts them", writer=BY_FORMULA, width=10),
        declare_column("lost_count", Text("Lost", context="Groups"), T.INTEGER, "Lost deals, as the Funnel counts them", writer=BY_FORMULA, width=10),
        declare_column("win_rate", "Win rate", T.PERCENT, "Won ÷ (won + lost)", writer=BY_FORMULA, width=10),
        declare_column("won_value", "Won value", T.MONEY, "Sum of the amounts of the won deals", writer=BY_FORMULA),
        declare_column("mark", "Small sample", T.TEXT, "Marks win rates based on fewer than 30 deals", writer=BY_FORMULA, width=14),
    ), key="position", sheet="Trends",
)  # fmt: skip

SEGMENTS_TABLE = TableSchema(
    "Segments", Text("Trends"), Text("Two groups side by side: a difference, or chance?"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "1 is the first group, 2 the second", writer=BY_PRODUCT, width=9),
        declare_column("name", "Group", T.TEXT, "As chosen above", writer=BY_FORMULA, width=20),
        declare_column("won_count", Text("Won", context="Segments"), T.INTEGER, "From the table of groups", writer=BY_FORMULA, width=10),
        declare_column("closed_count", "Won and lost", T.INTEGER, "From the table of groups", writer=BY_FORMULA, width=10),
        declare_column("win_rate", "Win rate", T.PERCENT, "Won ÷ (won + lost)", writer=BY_FORMULA, width=10),
        declare_column("difference", "Difference", T.PERCENT, "This win rate less the other", writer=BY_FORMULA, width=10),
        declare_column("low", Text("From", context="Segments"), T.PERCENT, "The difference is above this, with 95 % confidence", writer=BY_FORMULA, width=10),
        declare_column("high", "To", T.PERCENT, "The difference is below this, with 95 % confidence", writer=BY_FORMULA, width=10),
        declare_column("p_value", "p-value", T.NUMBER, "How often chance alone would produce such a difference", writer=BY_FORMULA, width=10),
        declare_column("verdict", "What it says", T.TEXT, "Below the small-sample limit there is no verdict", writer=BY_FORMULA, width=24),
    ), key="position", sheet="Trends",
)  # fmt: skip

FORECAST_MONTHS_TABLE = TableSchema(
    "ForecastMonths", Text("Forecast"), Text("Expected closings month by month"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "0 is the month of the as-of date", writer=BY_PRODUCT, width=9),
        declare_column("month", "Month", T.DATE, "First day of the month", writer=BY_FORMULA),
        declare_column("deals", "Open deals", T.INTEGER, "Open deals expected to close in the month", writer=BY_FORMULA),
        declare_column("open_value", Text("Open value", context="ForecastMonths"), T.MONEY, "Their amount", writer=BY_FORMULA),
        declare_column("weighted_value", "Weighted value", T.MONEY, "Amount × probability", writer=BY_FORMULA),
        declare_column("commit", "Commit", T.MONEY, "Amount in the category commit", writer=BY_FORMULA),
        declare_column("best_case", "Best case", T.MONEY, "Amount in the category best case", writer=BY_FORMULA),
        declare_column("pipeline", "Pipeline", T.MONEY, "Amount in the category pipeline, or in none", writer=BY_FORMULA),
        declare_column("closed", Text("Closed", context="ForecastMonths"), T.MONEY, "Won in the month", writer=BY_FORMULA),
        declare_column("cumulative", "Closed, commit and best case", T.MONEY, "Best case includes commit and closed", writer=BY_FORMULA, width=16),
        declare_column("target", "Target", T.MONEY, "Targets that begin in the month", writer=BY_FORMULA),
    ), key="position", sheet="Forecast",
)  # fmt: skip

PLAN_STAGES_TABLE = TableSchema(
    "PlanStages", Text("Plan"), Text("Back from the target to leads, and by when"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "Order in the playbook", writer=BY_PRODUCT, width=9),
        declare_column("stage", "Stage", T.TEXT, "From the sheet Stages", writer=BY_FORMULA, width=20),
        declare_column("step_conversion", "Own conversion", T.PERCENT, "What the team's stage history shows", writer=BY_FORMULA),
        declare_column("what_if", "What if", T.PERCENT, "Type another conversion to see what it would need", width=11),
        declare_column("deals_needed", "Deals needed", T.INTEGER, "Deals that must reach the stage, rounded up", writer=BY_FORMULA),
        declare_column("deals_now", "There now or beyond", T.INTEGER, "Open deals in this stage or later", writer=BY_FORMULA),
        declare_column("gap", "Gap", T.INTEGER, "Still missing", writer=BY_FORMULA),
        declare_column("median_days", "Median days", T.NUMBER, "Of finished visits", writer=BY_FORMULA),
        declare_column("by_when", "By when", T.DATE, "The day they must be there", writer=BY_FORMULA),
        declare_column("one_point_more", "One point more", T.MONEY, "Extra won value from one more percentage point of conversion; the largest marks the weakest step", writer=BY_FORMULA, width=15),
        declare_column("conversion", "Planned conversion", T.PERCENT, "What the plan uses: the what-if, or else the team's own or an assumption of the sheet Stages", writer=BY_FORMULA, width=11, added="0.2"),
        declare_column("conversion_basis", "Conversion: basis", T.TEXT, "Assumed, or the team's own, with the deals that reached the stage", writer=BY_FORMULA, width=17, added="0.2"),
        declare_column("to_won", "To won", T.PERCENT, "Share of the deals here that will be won, as planned", writer=BY_FORMULA, width=10, added="0.2"),
        declare_column("days", "Planned days", T.NUMBER, "What the plan uses: the team's own median days, or an assumption of the sheet Stages", writer=BY_FORMULA, width=10, added="0.2"),
        declare_column("days_basis", "Days: basis", T.TEXT, "Assumed, or the team's own, with the finished visits", writer=BY_FORMULA, width=17, added="0.2"),
        declare_column("activities", "Assumed activities per won deal", T.NUMBER, "Assumed activities ÷ to won: deals that are lost on the way take some too", writer=BY_FORMULA, width=12, added="0.2"),
    ), key="position", sheet="Plan",
)  # fmt: skip

TEAM_PLAN_TABLE = TableSchema(
    "TeamPlan", Text("Team plan"), Text("Owners and channels that have their own target, side by side"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "The first twelve names of Team, then eight channels", writer=BY_PRODUCT, width=9),
        declare_column("part", "Kind", T.TEXT, "Owner or channel", writer=BY_FORMULA, width=10),
        declare_column("name", "Name", T.TEXT, "From the sheets Team and Lists", writer=BY_FORMULA, width=20),
        declare_column("target", "Target", T.MONEY, "From the sheet Targets, for exactly this name; blank is none", writer=BY_FORMULA, width=16),
        declare_column("won_to_date", "Won so far", T.MONEY, "Won in the period of the target, by the closing date", writer=BY_FORMULA, width=17),
        declare_column("attainment", Text("Attainment", context="TeamPlan"), T.PERCENT, "Won so far ÷ target", writer=BY_FORMULA, width=11),
        declare_column("gap", Text("Still to win", context="TeamPlan"), T.MONEY, "Target − won so far; negative once the target is passed", writer=BY_FORMULA, width=17),
        declare_column("won_count", "Won deals", T.INTEGER, "The deals that the mean won value and the conversion are based on, as the Funnel counts them", writer=BY_FORMULA, width=10),
        declare_column("mean_won_value", "Mean won value", T.MONEY, "Of their own won deals", writer=BY_FORMULA, width=16),
        declare_column("reached_first", "Reached first stage", T.INTEGER, "Their own deals that reached the first stage", writer=BY_FORMULA, width=10),
        declare_column("reached_won", "Reached Won", T.INTEGER, "Their own deals that reached Won", writer=BY_FORMULA, width=10),
        declare_column("conversion", "First stage to Won", T.PERCENT, "Reached Won ÷ reached first stage", writer=BY_FORMULA, width=11),
        declare_column("won_needed", "Won deals needed", T.INTEGER, "Still to win ÷ mean won value, rounded up", writer=BY_FORMULA, width=11),
        declare_column("leads_needed", "Leads needed", T.INTEGER, "Won deals needed ÷ conversion, rounded up", writer=BY_FORMULA, width=11),
        declare_column("mark", "Small sample", T.TEXT, "Marks plans based on fewer than 30 won deals", writer=BY_FORMULA, width=13),
    ), key="position",
)  # fmt: skip

LEAKS_TABLE = TableSchema(
    "Leaks", Text("Leaks"), Text("Where deals are lost and which step costs most"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "Order in the playbook", writer=BY_PRODUCT, width=9),
        declare_column("stage", "Stage", T.TEXT, "From the sheet Stages", writer=BY_FORMULA, width=20),
        declare_column("lost_count", Text("Lost", context="Leaks"), T.INTEGER, "Visits of the stage that ended with the deal lost, in the period", writer=BY_FORMULA, width=10),
        declare_column("lost_value", "Lost value", T.MONEY, "What those deals were worth when they entered the stage", writer=BY_FORMULA),
        declare_column("lost_share", "Share", T.PERCENT, "Of all losses", writer=BY_FORMULA, width=10),
        declare_column("lost_cumulative", "Cumulative share", T.PERCENT, "Share of the stages that lose at least as many", writer=BY_FORMULA, width=11),
        declare_column("one_point_more", "One point more", T.MONEY, "Extra won value from one more percentage point of conversion", writer=BY_FORMULA),
        declare_column("limit_ratio", "Days against limit", T.NUMBER, "Median days ÷ the stage's limit", writer=BY_FORMULA, width=11),
        declare_column("days_per_deal", "Days per deal", T.NUMBER, "Days of all finished visits ÷ those that were a deal's first: a return adds its days", writer=BY_FORMULA, width=11),
    ), key="position",
)  # fmt: skip

LOSS_REASONS_TABLE = TableSchema(
    "LossReasons", Text("Loss reasons"), Text("Why deals are lost", context="LossReasons"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "Row of the sheet Lists; 0 if no reason was given", writer=BY_PRODUCT, width=9),
        declare_column("reason", "Reason", T.TEXT, "From the sheet Lists", writer=BY_FORMULA, width=26),
        declare_column("lost_count", Text("Lost", context="LossReasons"), T.INTEGER, "Lost deals with this reason; only today's snapshot knows", writer=BY_FORMULA, width=10),
        declare_column("lost_value", "Lost value", T.MONEY, "Their amount", writer=BY_FORMULA),
        declare_column("lost_share", "Share", T.PERCENT, "Of all lost deals", writer=BY_FORMULA, width=10),
        declare_column("lost_cumulative", "Cumulative share", T.PERCENT, "Share of the reasons that lose at least as many", writer=BY_FORMULA, width=11),
    ), key="position",
)  # fmt: skip

MOVES_TABLE = TableSchema(
    "Moves", Text("Moves"), Text("Every move between stages, and the check that none is missing"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "Order in the playbook", writer=BY_PRODUCT, width=9),
        declare_column("stage", "From", T.TEXT, "From the sheet Stages", writer=BY_FORMULA, width=20),
        declare_column("entries", "Entries", T.INTEGER, "Visits begun by the as-of date", writer=BY_FORMULA, width=10),
        declare_column("forward", "Forward", T.INTEGER, "To the next stage", writer=BY_FORMULA, width=10),
        declare_column("skip", "Skip", T.INTEGER, "Beyond the next stage", writer=BY_FORMULA, width=10),
        declare_column("back", "Back", T.INTEGER, "To an earlier stage", writer=BY_FORMULA, width=10),
        declare_column("won", "Won", T.INTEGER, "To Won", writer=BY_FORMULA, width=10),
        declare_column("lost", "Lost", T.INTEGER, "To Lost", writer=BY_FORMULA, width=10),
        declare_column("aftercare", "Aftercare", T.INTEGER, "From Won to a stage after it", writer=BY_FORMULA, width=10),
        declare_column("reopened", "Reopened", T.INTEGER, "From closed back to open", writer=BY_FORMULA, width=10),
        declare_column("switched", "Switched", T.INTEGER, "To another playbook", writer=BY_FORMULA, width=10),
        declare_column("there", "Still there", T.INTEGER, "Visits that have not ended", writer=BY_FORMULA, width=10),
        declare_column("check", Text("Check", context="Moves"), T.INTEGER, "Entries minus all exits: 0, or a row of Stage history is missing", writer=BY_FORMULA, width=10),
        *(
            declare_column(f"to_{step}", Text("To {step}").with_facts(step=step), T.INTEGER, Text("Moves to the stage of row {step}").with_facts(step=step), writer=BY_FORMULA, width=7)
            for step in range(1, 13)
        ),
    ), key="position",
)  # fmt: skip

MOVE_VALUES_TABLE = TableSchema(
    "MoveValues", Text("Move values"), Text("What the moves between stages were worth"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "Order in the playbook", writer=BY_PRODUCT, width=9),
        declare_column("stage", "From", T.TEXT, "From the sheet Stages", writer=BY_FORMULA, width=20),
        declare_column("lost", "Lost", T.MONEY, "Amount of the visits that ended lost, as it was when they began", writer=BY_FORMULA, width=16),
        *(
            declare_column(f"to_{step}", Text("To {step}").with_facts(step=step), T.MONEY, Text("Amount of the moves to the stage of row {step}, as it was when the visit began").with_facts(step=step), writer=BY_FORMULA, width=16)
            for step in range(1, 13)
        ),
    ), key="position",
)  # fmt: skip

FOLLOWUPS_TABLE = TableSchema(
    "FollowUps", Text("Follow-ups"), Text("Who to call today and why, most important first"), SheetGroup.MANAGE,
    (
        declare_column("rank", "Rank", T.INTEGER, "1 is what its owner does first", writer=BY_PRODUCT, width=8),
        declare_column("priority", "Priority", T.CHOICE, "High: a broken promise or a waiting customer; medium: a deal at risk; low: something is not planned. Key accounts and large deals count one higher", options="priority", writer=BY_PRODUCT, width=9),
        declare_column("owner", "Owner", T.TEXT, "Who should act", writer=BY_PRODUCT, width=18),
        declare_column("day", "On", T.DATE, "The working day it is planned for: nobody gets more a day than Settings allow", writer=BY_PRODUCT),
        declare_column("deal", "Deal", T.TEXT, "The deal", writer=BY_PRODUCT),
        declare_column("name", "Deal name", T.TEXT, "What the deal is about", writer=BY_PRODUCT, width=24, added="0.2"),
        declare_column("account", "Account", T.TEXT, "The customer", writer=BY_PRODUCT, width=22),
        declare_column("stage", "Stage", T.TEXT, "Recorded stage", writer=BY_PRODUCT),
        declare_column("amount", "Amount", T.MONEY, "Deal value", writer=BY_PRODUCT),
        declare_column("due", Text("Due", context="FollowUps"), T.DATE, "When it was or is due; a day off moves to the next working day", writer=BY_PRODUCT),
        declare_column("days_late", "Days late", T.INTEGER, "Working days; negative: days to go", writer=BY_PRODUCT, width=9),
        declare_column("why", "Why", T.LONG, "Every reason that applies", writer=BY_PRODUCT, width=44),
        declare_column("next_step", "Next step", T.LONG, "What you planned, or what the stage asks for", writer=BY_PRODUCT),
        declare_column("question", "Ask", T.LONG, "A question that is still open", writer=BY_PRODUCT),
        declare_column("objection", "Objection", T.LONG, "The objection answered last, and the answer", writer=BY_PRODUCT),
        declare_column("contact", "Contact", T.TEXT, "Whom to reach", writer=BY_PRODUCT),
        declare_column("phone", "Phone", T.TEXT, "Their number", writer=BY_PRODUCT),
        declare_column("email", "E-mail", T.TEXT, "Their address", writer=BY_PRODUCT, width=22),
        declare_column("done", Text("Done", context="FollowUps"), T.CHOICE, "Choose Yes when done; the next update logs it", options="yes_no", width=9),
        declare_column("result", "Result", T.LONG, "The outcome"),
        declare_column("then", "Then", T.TEXT, "What you do next; the next update puts it into Deals", width=26),
        declare_column("then_on", "Then on", T.DATE, "The day you will do it"),
        declare_column("type", "What was done", T.LIST, "The activity to log; blank: as the contact prefers, else a call, after the sale a check-in", options="activity_type", added="0.2"),
        declare_column("outcome", "Outcome", T.LIST, Text("What came of it: reached, no answer…", context="FollowUps"), options="activity_outcome", added="0.2"),
    ), generated=True, visible=True, named_by="rank",
)  # fmt: skip

FINDINGS_TABLE = TableSchema(
    "Findings", Text("Findings"), Text("What is wrong with which row, and what to do"), SheetGroup.MANAGE,
    (
        declare_column("severity", "Severity", T.CHOICE, "Blocking ones first", options="severity", writer=BY_PRODUCT),
        declare_column("rule", "Rule", T.TEXT, "The rule that found it", writer=BY_PRODUCT, width=30),
        declare_column("table", "Table", T.TEXT, "Where", writer=BY_PRODUCT),
        declare_column("key", "Key", T.TEXT, Text("The row's key", context="Findings"), writer=BY_PRODUCT),
        DEAL_NAME_COLUMN,
        declare_column("cell", "Cell", T.TEXT, "Its address at the time of the run", writer=BY_PRODUCT, width=18),
        declare_column("message", "What to do", T.LONG, "What is wrong and the remedy", writer=BY_PRODUCT, width=80),
    ), generated=True, visible=True,
)  # fmt: skip

MERGE_CONFLICTS_TABLE = TableSchema(
    "Conflicts", Text("Conflicts"), Text("Differences between two merged copies; you decide here"), SheetGroup.MANAGE,
    (
        declare_column("kind", "What", T.CHOICE, "How the copies differ", options="conflict", writer=BY_PRODUCT, width=24),
        declare_column("table", "Table", T.TEXT, "Where", writer=BY_PRODUCT),
        declare_column("key", "Key", T.TEXT, Text("The row's key", context="Conflicts"), writer=BY_PRODUCT),
        declare_column("column", "Column", T.TEXT, "The cell's column", writer=BY_PRODUCT),
        declare_column("before", Text("Before", context="Conflicts"), T.LONG, "The value before either copy changed it", writer=BY_PRODUCT),
        declare_column("here", "Here", T.LONG, "The value in this workbook, which stays for now", writer=BY_PRODUCT),
        declare_column("there", "Other copy", T.LONG, "The value in the other copy", writer=BY_PRODUCT),
        declare_column("cell", "Cell", T.TEXT, "Its address at the time of the merge", writer=BY_PRODUCT, width=18),
        declare_column("take", "Take the other", T.CHOICE, "Yes takes the other copy's value, No keeps this one; the next update does it", options="yes_no", width=14),
    ), generated=True,
)  # fmt: skip

TARGETS_TABLE = TableSchema(
    "Targets", Text("Targets"), Text("Targets by period, owner, product or channel"), SheetGroup.MANAGE,
    (
        declare_column("from", Text("From", context="Targets"), T.DATE, "First day", required=True),
        declare_column("to", Text("To", context="Targets"), T.DATE, "Last day", required=True),
        declare_column("owner", "Owner", T.REF, "Blank: the whole team", options="Team", width=18),
        declare_column("product", "Product", T.REF, "Blank: all", options="Products"),
        declare_column("sales_channel", "Channel", T.LIST, "Blank: all", options="sales_channel"),
        declare_column("target", Text("Target", context="Targets"), T.MONEY, "Value to win in the period", required=True),
        declare_column("strategy", "Strategy", T.LONG, "How you plan to reach it"),
        declare_column("cost", Text("Budget", context="Targets"), T.MONEY, "The planned cost"),
    ), shows=("ForecastMonths", "PlanStages", "TeamPlan"),
)  # fmt: skip
