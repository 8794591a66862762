"""The tables that managers plan with: measures to improve the process, what each person does a week, and competitors."""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import BY_FORMULA, BY_PRODUCT, SheetGroup, T, TableSchema, declare_column

TEAM_OWNER_ROWS = 12
"""The rows of owners on the sheets Team plan and Team activity, before those of channels."""

MEASURES_TABLE = TableSchema(
    "Measures", Text("Measures"), Text("What you do to improve the process, and what came of it in numbers"), SheetGroup.MANAGE,
    (
        declare_column("measure", Text("Measure no.", context="Measures"), T.KEY, "Counts up; filled in when blank", required=True, width=12),
        declare_column("problem", "Problem", T.LONG, "What goes wrong, and where you saw it", width=34),
        declare_column("stage", "Stage", T.TEXT, "The step to improve: measured is the share that reaches the next stage, unless a metric is named", width=18),
        declare_column("metric", "Metric", T.TEXT, "A number of the sheet Funnel, by its name or metric id; blank: the stage's conversion", width=24),
        declare_column("action", "What is done", T.LONG, "What you do about it", width=34),
        declare_column("owner", "Owner", T.REF, "Who is responsible for it", options="Team", width=18),
        declare_column("start", "Start", T.DATE, "The day it starts: the number of that day is what the effect is measured against"),
        declare_column("due", Text("Due", context="Measures"), T.DATE, "The day on which its effect should show"),
        declare_column("expected", "Expected effect", T.NUMBER, "By how much the number should change: 0.05 is five points of a rate", width=11),
        declare_column("value_start", "Value at start", T.NUMBER, "The number on the start day, over all deals", writer=BY_PRODUCT, width=12),
        declare_column("value_now", "Value now", T.NUMBER, "The number today; on the day it was closed once the measure is closed", writer=BY_PRODUCT, width=12),
        declare_column("effect", "Effect", T.NUMBER, "Value now − value at start", writer=BY_PRODUCT, width=12),
        declare_column("closed", Text("Closed", context="Measures"), T.DATE, "The day you decided what came of it"),
        declare_column("result", Text("Result", context="Measures"), T.LONG, "What came of it, and what you do next"),
    ), key="measure", added="0.2",
)  # fmt: skip

CALLS_TABLE = TableSchema(
    "Calls", Text("Commit calls"), Text("What you commit to win in a period; a new call is a new row"), SheetGroup.MANAGE,
    (
        declare_column("call", Text("Call no.", context="Calls"), T.KEY, "Counts up; filled in when blank", required=True, width=12),
        declare_column("from", Text("From", context="Targets"), T.DATE, "First day of the period", required=True),
        declare_column("to", Text("To", context="Targets"), T.DATE, "Last day of the period", required=True),
        declare_column("owner", "Owner", T.REF, "Whose call it is; blank: the whole team", options="Team", width=18),
        declare_column("value", Text("Called value", context="Calls"), T.MONEY, "What will be won in the period, with what is already won", required=True),
        declare_column("day", Text("Called on", context="Calls"), T.DATE, "The day of the call; filled in when blank"),
        declare_column("by", Text("Called by", context="Calls"), T.TEXT, "Who made the call", width=18),
        declare_column("note", Text("Note", context="Calls"), T.LONG, "What it rests on", width=40),
    ), key="call", added="0.2",
)  # fmt: skip

_GOAL_TIP = Text("The goal of the person, from the sheet Team")

TEAM_ACTIVITY_TABLE = TableSchema(
    "TeamActivity", Text("Team activity"), Text("What each person does a week against the goal, and what winning costs"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "The first twelve names of Team, then eight channels", writer=BY_PRODUCT, width=9),
        declare_column("part", "Kind", T.TEXT, "Owner or channel", writer=BY_FORMULA, width=10),
        declare_column("name", "Name", T.TEXT, "From the sheets Team and Lists", writer=BY_FORMULA, width=20),
        declare_column("activities", "Activities in the week", T.INTEGER, "All activities of the seven days up to the as-of date; blank while the Funnel is filtered", writer=BY_FORMULA, width=11),
        declare_column("calls", "Calls", T.INTEGER, "Activities of the type Call in the week", writer=BY_FORMULA, width=9),
        declare_column("calls_goal", "Goal: calls", T.INTEGER, _GOAL_TIP, writer=BY_FORMULA, width=9),
        declare_column("visits", "Customer visits", T.INTEGER, "Activities of the type Customer visit in the week", writer=BY_FORMULA, width=9),
        declare_column("visits_goal", "Goal: visits", T.INTEGER, _GOAL_TIP, writer=BY_FORMULA, width=9),
        declare_column("demos", "Demos", T.INTEGER, "Activities of the type Demo in the week", writer=BY_FORMULA, width=9),
        declare_column("demos_goal", "Goal: demos", T.INTEGER, _GOAL_TIP, writer=BY_FORMULA, width=9),
        declare_column("meetings", "Meetings", T.INTEGER, "Activities of the type Meeting in the week", writer=BY_FORMULA, width=10),
        declare_column("meetings_goal", "Goal: meetings", T.INTEGER, _GOAL_TIP, writer=BY_FORMULA, width=10),
        declare_column("first_meetings", "First meetings", T.INTEGER, "First meetings and first customer visits with a customer in the week", writer=BY_FORMULA, width=10),
        declare_column("first_meetings_goal", "Goal: first meetings", T.INTEGER, _GOAL_TIP, writer=BY_FORMULA, width=10),
        declare_column("answers", "Satisfaction answers", T.INTEGER, "Scores about their deals and customers, dated in the period", writer=BY_FORMULA, width=11),
        declare_column("satisfaction", "Satisfaction", T.NUMBER, "Mean of these scores, 1 to 5", writer=BY_FORMULA, width=11),
        declare_column("spent", "Spent", T.MONEY, "Cost of their activities in the period of the target; of a channel: of the activities for its deals", writer=BY_FORMULA),
        declare_column("budget", "Budget", T.MONEY, "Budgets of the sheet Targets for exactly this name, in the period of the target", writer=BY_FORMULA),
        declare_column("won_count", "Won deals", T.INTEGER, "Deals won in the period of the target", writer=BY_FORMULA, width=10),
        declare_column("cost_per_won", "Cost per won deal", T.MONEY, "Spent ÷ won deals, to the cent", writer=BY_FORMULA),
    ), key="position", added="0.2",
)  # fmt: skip

COMPETITORS_TABLE = TableSchema(
    "Competitors", Text("Competitors"), Text("How often you win against each competitor"), SheetGroup.MANAGE,
    (
        declare_column("position", "Position", T.INTEGER, "1 if the deal names nobody, then the list of the sheet Lists; the last one for names that the list does not have", writer=BY_PRODUCT, width=9),
        declare_column("competitor", "Competitor", T.TEXT, "From the sheet Lists", writer=BY_FORMULA, width=26),
        declare_column("open_count", "Open", T.INTEGER, "Open deals with this competitor; only today's snapshot knows", writer=BY_FORMULA, width=10),
        declare_column("won_count", Text("Won", context="Groups"), T.INTEGER, "Won deals, as the Funnel counts them", writer=BY_FORMULA, width=10),
        declare_column("lost_count", Text("Lost", context="Groups"), T.INTEGER, "Lost deals, as the Funnel counts them", writer=BY_FORMULA, width=10),
        declare_column("win_rate", "Win rate", T.PERCENT, "Won ÷ (won + lost)", writer=BY_FORMULA, width=10),
        declare_column("won_value", "Won value", T.MONEY, "Sum of the amounts of the won deals", writer=BY_FORMULA),
        declare_column("lost_value", "Lost value", T.MONEY, "Their amount", writer=BY_FORMULA),
        declare_column("mark", "Small sample", T.TEXT, "Marks win rates based on fewer than 30 deals", writer=BY_FORMULA, width=14),
    ), key="position", added="0.2",
)  # fmt: skip
