"""The tables that reps work in: deals, their stage stays, and the change log of every run."""

from __future__ import annotations

from datetime import date

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import BY_PRODUCT, Column, SheetGroup, T, TableSchema, declare_column

_DEAL_MAIN_COLUMNS: tuple[Column, ...] = (
    declare_column("deal", "Deal", T.KEY, "A unique number for every deal; never reused", required=True, printed=True),
    declare_column("name", Text("Name", context="Deals"), T.TEXT, "What the deal is about, in a few words", width=26, printed=True),
    declare_column("account", "Account", T.REF, "The customer; from the Accounts sheet", options="Accounts", width=22),
    declare_column("owner", "Owner", T.REF, "Who works the deal; from the Team sheet", options="Team", width=18),
    declare_column("stage", "Stage", T.REF, "Choose the stage the deal should be in; the next update judges the move by the gates", options="Stages", required=True, width=18),
    declare_column("amount", "Amount", T.MONEY, "Expected value in the workbook's currency, without tax"),
    declare_column("created", Text("Created", context="Deals"), T.DATE, "The day the deal began"),
    declare_column("expected_close", "Expected close", T.DATE, "The day you expect the decision"),
    declare_column("next_step", "Next step", T.TEXT, "What you will do next", width=26),
    declare_column("next_step_date", "Next step on", T.DATE, "The day you will do it"),
)  # fmt: skip

_DEAL_RECORD_COLUMNS: tuple[Column, ...] = (
    declare_column("recorded_stage", "Recorded stage", T.TEXT, "The stage every number counts; changes only through an accepted move", writer=BY_PRODUCT),
    declare_column("since", "Since", T.DATE, "The day the deal entered its recorded stage", writer=BY_PRODUCT),
    declare_column("move_status", "Move", T.CHOICE, "The outcome of the last stage you typed", options="move_status", writer=BY_PRODUCT),
    declare_column("move_reasons", "Why", T.LONG, "Why the move was refused, and what to do", writer=BY_PRODUCT),
    declare_column("move_warnings", "Move warnings", T.LONG, "What the gates only warned about at the last move; it refuses nothing", writer=BY_PRODUCT, added="0.2"),
    declare_column("warnings", "Warnings", T.LONG, "Early warnings for this deal and what to do about them", writer=BY_PRODUCT),
    declare_column("warned", "Warned", T.INTEGER, "The same for formulas: 1 for the first rule, 2 for the second, 4 for the third…, added up", writer=BY_PRODUCT, width=9),
)  # fmt: skip

_DEAL_VALUE_COLUMNS: tuple[Column, ...] = (
    declare_column("probability_override", "Own probability", T.PERCENT, "Only if you know better than the stage; give the reason next to it"),
    declare_column("probability_reason", "Probability reason", T.TEXT, "Why the deal has its own probability"),
    declare_column("probability", "Probability", T.PERCENT, "The deal's own probability, or else its stage's",
           formula="DealProbability"),
    declare_column("weighted_value", "Weighted value", T.MONEY, "Amount × probability, rounded to cents",
           formula="DealWeightedValue"),
    declare_column("forecast", Text("Forecast", context="Deals"), T.CHOICE, "How sure you are for the forecast; separate from stage and probability", options="forecast"),
    declare_column("learned_probability", "Learned probability", T.PERCENT, "Probability learned from the workbook's own won and lost deals; shown next to yours, never counted", writer=BY_PRODUCT, width=11),
    declare_column("learned_why", "Learned from", T.TEXT, "The strongest factors: how many times more frequent among won deals than among lost ones", writer=BY_PRODUCT, width=34),
)  # fmt: skip

_DEAL_BANT_COLUMNS: tuple[Column, ...] = (
    declare_column("budget", "Budget", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong: is there money for it?", width=9),
    declare_column("authority", "Authority", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong: do we talk to the person who decides?", width=9),
    declare_column("need", "Need", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong: do they really need it?", width=9),
    declare_column("timeline", "Timeline", T.POINTS, "0 unknown, 1 weak, 2 fair, 3 strong: will they decide in time?", width=9),
    declare_column("bant_known", "BANT known", T.INTEGER, "How many of the four are known",
           formula="DealBantKnown", width=9),
    declare_column("bant_score", "BANT score", T.NUMBER, "100 × Σ weight × points ÷ (3 × Σ weight); blank while nothing is known",
           formula="DealScore", width=10),
    declare_column("bant_grade", "BANT grade", T.TEXT, "A to F by the thresholds in Settings",
           formula="DealGrade", width=9),
    declare_column("bant_answered", "BANT from answers", T.TEXT, "The points from the sheet Answers, as B/A/N/T; a number you type yourself takes precedence", writer=BY_PRODUCT),
    declare_column("score_trail", "Score trail", T.TEXT, "The last scores with their days, to notice when one falls", writer=BY_PRODUCT),
)  # fmt: skip

_DEAL_CLOCK_COLUMNS: tuple[Column, ...] = (
    declare_column("days_in_stage", "Days in stage", T.INTEGER, "Days since the deal entered its recorded stage",
           formula="DealDaysInStage", width=10),
    declare_column("idle_days", "Idle days", T.INTEGER, "Days since the last activity or move of an open deal",
           formula="DealIdleDays", width=10),
    declare_column("age_days", "Age", T.INTEGER, "Days since an open deal was created",
           formula="DealAge", width=9),
    declare_column("last_activity", "Last activity", T.DATE, "The day of the latest activity", writer=BY_PRODUCT),
    declare_column("closed", "Closed", T.DATE, "The day the deal was won or lost", writer=BY_PRODUCT),
    declare_column("outcome", "Outcome", T.CHOICE, "Open, won or lost, by the recorded stage", options="outcome", writer=BY_PRODUCT),
    declare_column("furthest", "Furthest stage", T.INTEGER, "The order of the furthest stage the deal has reached", writer=BY_PRODUCT, width=9),
    declare_column("attempts", "Contacts so far", T.INTEGER, "Activities with the customer until today", writer=BY_PRODUCT, width=9),
    declare_column("contact_days", "Days between contacts", T.NUMBER, "Days from the first to the last activity ÷ the number of intervals between them", writer=BY_PRODUCT, width=10),
    declare_column("sales_cost", "Cost so far", T.MONEY, "What the deal's activities have cost", writer=BY_PRODUCT),
    declare_column("pushes", Text("Close pushed", context="Deals"), T.INTEGER, "How often the expected close was pushed back", writer=BY_PRODUCT, width=9),
    declare_column("last_expected_close", "Close last seen", T.DATE, "The expected close of the last update, to notice when it is pushed", writer=BY_PRODUCT),
    declare_column("last_amount", "Amount last seen", T.MONEY, "The amount of the last update, to record when it changes", writer=BY_PRODUCT, added="0.2"),
    declare_column("last_forecast", "Forecast last seen", T.CHOICE, "The forecast category of the last update, to record when it changes", options="forecast", writer=BY_PRODUCT, added="0.2"),
    declare_column("last_owner", "Owner last seen", T.TEXT, "The owner of the last update, to record when it changes", writer=BY_PRODUCT, added="0.2"),
    declare_column("recorded_since", "Recorded since", T.DATE, "The day from which every change of amount, forecast and owner is recorded in the Journal", writer=BY_PRODUCT, added="0.2"),
)  # fmt: skip

_DEAL_BUYER_COLUMNS: tuple[Column, ...] = (
    declare_column("contact", "Main contact", T.REF, "From the Contacts sheet", options="Contacts"),
    declare_column("buyer_stage", "Buyer's stage", T.CHOICE, "Where the customer is in their own decision", options="buyer_stage"),
    declare_column("pain", "Pain", T.LONG, "The problem the customer wants solved"),
    declare_column("explicit_needs", "Explicit needs", T.LONG, "What the customer says they need"),
    declare_column("latent_needs", "Latent needs", T.LONG, "What they need but have not expressed"),
    declare_column("cost_of_inaction", "Cost of not buying", T.LONG, "What it costs the customer to do nothing"),
    declare_column("spin_kinds", "SPIN kinds", T.INTEGER, "How many of the four kinds of SPIN notes the deal's activities have", writer=BY_PRODUCT, width=9),
    declare_column("spin", "SPIN notes", T.TEXT, "Notes of each kind: S situation, P problem, I implication, N need-payoff; filter for what is missing", writer=BY_PRODUCT, width=14),
    declare_column("solution_version", "Solution version", T.INTEGER, "How often the solution was put forward: proposals sent, or the newest quote's version", writer=BY_PRODUCT, width=9),
    declare_column("competitor", "Competitor", T.LIST, "Who else they are considering", options="competitor"),
    declare_column("source", "Source", T.LIST, "Where the deal came from", options="source"),
    declare_column("product", "Product", T.REF, "The main product; quote lines list the others", options="Products"),
    declare_column("region", "Region", T.LIST, "Sales region", options="region"),
    declare_column("sales_channel", "Channel", T.LIST, "Direct, agent, e-commerce…", options="sales_channel"),
    declare_column("referred_by", "Referred by", T.TEXT, "The deal whose customer referred this one"),
)  # fmt: skip

_DEAL_DECISION_COLUMNS: tuple[Column, ...] = (
        declare_column("assigned", "Assigned", T.DATE, "When it was given to its owner, or back to the pool", writer=BY_PRODUCT),
    declare_column("contract_signed", Text("Contract signed", context="Deals"), T.DATE, "The day the signed contract came back", printed=True),
    declare_column("loss_reason", "Loss reason", T.LIST, "Needed before a deal is marked lost", options="loss_reason"),
    declare_column("move_reason", "Move reason", T.TEXT, "Needed to move a deal back; cleared once the move is recorded"),
    declare_column("override_by", "Override by", T.TEXT, "Who lets this move pass a gate"),
    declare_column("override_reason", "Override reason", T.TEXT, "Why it may pass; recorded in Stage history"),
    declare_column("playbook", "Playbook", T.TEXT, "The sales process of this deal; filled in when blank"),
    declare_column("notes", "Notes", T.LONG, "Anything else"),
    declare_column("in_view", "In view", T.INTEGER, "1 when the row matches the dropdowns of the Funnel sheet", formula="DealInView", width=8),
)  # fmt: skip

DEALS_TABLE = TableSchema(
    "Deals",
    Text("Deals"),
    Text("Every deal, its stage and its next step"),
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
"""`left` of an unfinished stage stay; with it, as-of counts are plain comparisons."""

USABLE_YEARS = range(1900, 2200)
"""The years of a day that a person gives as today: sums of days stay within the calendar."""

HISTORY_TABLE = TableSchema(
    "History", Text("Stage history"), Text("Every stage visit of every deal; append only"), SheetGroup.RECORD,
    (
        declare_column("visit", Text("Visit", context="History"), T.KEY, "Counts up", writer=BY_PRODUCT, width=10),
        declare_column("deal", "Deal", T.TEXT, "The deal", writer=BY_PRODUCT),
        declare_column("playbook", "Playbook", T.TEXT, "Its sales process", writer=BY_PRODUCT),
        declare_column("stage", "Stage", T.TEXT, "The stage entered", writer=BY_PRODUCT),
        declare_column("position", "Position", T.INTEGER, "The stage's order", writer=BY_PRODUCT, width=9),
        declare_column("outcome", "Outcome", T.CHOICE, "Open, won or lost while here", options="outcome", writer=BY_PRODUCT),
        declare_column("entered", "Entered", T.DATE, "First day of the visit; blank when unknown", writer=BY_PRODUCT),
        declare_column("left", "Left", T.DATE, "9999-12-31 until the visit ends", writer=BY_PRODUCT),
        declare_column("days", "Days", T.INTEGER, "Left − entered, once left", writer=BY_PRODUCT, width=8),
        declare_column("moved_to", "Moved to", T.TEXT, "The next stage", writer=BY_PRODUCT),
        declare_column("move", Text("Move", context="History"), T.CHOICE, "Which way it left", options="move", writer=BY_PRODUCT),
        declare_column("furthest", "Furthest", T.INTEGER, "Furthest position reached so far", writer=BY_PRODUCT, width=9),
        declare_column("first", "First", T.INTEGER, "1 on the first visit of this stage", writer=BY_PRODUCT, width=8),
        declare_column("created", Text("Created", context="History"), T.DATE, "When the deal was created", writer=BY_PRODUCT),
        declare_column("closed", Text("Closed", context="History"), T.DATE, "When it was won or lost, for closed visits", writer=BY_PRODUCT),
        declare_column("cycle_days", "Cycle days", T.INTEGER, "Closed − created, for closed visits", writer=BY_PRODUCT, width=9),
        declare_column("amount", "Amount", T.MONEY, "The deal's amount when it entered", writer=BY_PRODUCT),
        declare_column("probability", "Probability", T.PERCENT, "Its probability when it entered", writer=BY_PRODUCT),
        declare_column("owner", "Owner", T.TEXT, "Its owner when it entered", writer=BY_PRODUCT),
        declare_column("product", "Product", T.TEXT, "Its product when it entered", writer=BY_PRODUCT),
        declare_column("source", Text("Source", context="History"), T.LIST, "Its source when it entered", options="source", writer=BY_PRODUCT),
        declare_column("region", "Region", T.LIST, "Its region when it entered", options="region", writer=BY_PRODUCT),
        declare_column("sales_channel", "Channel", T.LIST, "Its channel when it entered", options="sales_channel", writer=BY_PRODUCT),
        declare_column("by", Text("By", context="History"), T.TEXT, "Who moved it here", writer=BY_PRODUCT),
        declare_column("reason", "Reason", T.LONG, "Loss reason, reason for a move back, import…", writer=BY_PRODUCT),
        declare_column("override_by", "Override by", T.TEXT, "Who let it pass a gate", writer=BY_PRODUCT),
        declare_column("override_reason", "Override reason", T.TEXT, Text("Why", context="History"), writer=BY_PRODUCT),
        declare_column("gates", "Gates", T.TEXT, "Gates that warned or were overridden", writer=BY_PRODUCT),
        declare_column("weighted_value", "Weighted value", T.MONEY, "Amount × probability when it entered, rounded to cents", writer=BY_PRODUCT),
        declare_column("step", "Step", T.INTEGER, "Number of its stage among the steps of its process × 10000 + outcome (1 open, 2 lost, 3 won) × 1000 + way it left × 100 + number of the stage it went to", writer=BY_PRODUCT, width=9),
        declare_column("state", "State then", T.INTEGER, "At the as-of date, for rows in view: 1 + row of its stage + outcome × 100 while the deal stands there, minus (1 + row) once it has left; 0 out of view or not begun", formula="StayState", width=9),
        declare_column("seal", "Seal", T.TEXT, "Shows whether this row, or how the previous visit ended, was changed by hand", writer=BY_PRODUCT, width=20),
    ), key="visit",
)  # fmt: skip

JOURNAL_TABLE = TableSchema(
    "Journal", Text("Journal"), Text("Every change a run made, so that it can be undone"), SheetGroup.RECORD,
    (
        declare_column("run", "Run", T.TEXT, "The run's number", writer=BY_PRODUCT, width=18),
        declare_column("time", "Time", T.TIME, "When", writer=BY_PRODUCT, width=18),
        declare_column("verb", "Verb", T.TEXT, "Which command", writer=BY_PRODUCT, width=10),
        declare_column("operation", "Operation", T.CHOICE, "Change, add or remove", options="operation", writer=BY_PRODUCT),
        declare_column("table", "Table", T.TEXT, "Where", writer=BY_PRODUCT),
        declare_column("key", "Key", T.TEXT, "The row's key", writer=BY_PRODUCT),
        declare_column("column", "Column", T.TEXT, "The column's id", writer=BY_PRODUCT),
        declare_column("before", "Before", T.TEXT, "What stood there", writer=BY_PRODUCT),
        declare_column("after", "After", T.TEXT, "What was written", writer=BY_PRODUCT),
        declare_column("because", "Because", T.LONG, "Why", writer=BY_PRODUCT),
        declare_column("by", Text("By", context="Journal"), T.TEXT, "Who ran it", writer=BY_PRODUCT),
        declare_column("account", "System account", T.TEXT, "The account on the computer that ran it", writer=BY_PRODUCT, added="0.2"),
    ),
)  # fmt: skip
