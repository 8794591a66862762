"""The tables that a manager sets up: stages, gates, stage tasks, questions, team, settings, holidays and lists.

The sheet Lists has one column per open list, filled downwards; a team adds its own values.
"""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import BY_PRODUCT, Column, ColumnType, SheetGroup, T, TableSchema, declare_column

STAGES_TABLE = TableSchema(
    "Stages", Text("Stages"), Text("The steps of your sales process"), SheetGroup.SETUP,
    (
        declare_column("playbook", "Playbook", T.TEXT, "Which process the stage belongs to", required=True, width=18),
        declare_column("position", "Position", T.INTEGER, "Order in the process, from 1", required=True, width=9),
        declare_column("stage", "Stage", T.TEXT, "Its name, unique in the process", required=True, width=20),
        declare_column("kind", "Kind", T.CHOICE, "Open, won, lost or aftercare", options="kind", required=True),
        declare_column("probability", "Probability", T.PERCENT, "Chance that a deal here is won", width=10),
        declare_column("day_limit", "Day limit", T.INTEGER, "Days a deal should stay at most", width=9),
        declare_column("cadence", "Contact every", T.INTEGER, "Days between contacts at most", width=10),
        declare_column("may_skip", "May skip", T.CHOICE, "May a deal pass without entering?", options="yes_no", width=9),
        declare_column("buyer_stage", "Buyer's stage", T.CHOICE, "Where the customer should be by then", options="buyer_stage"),
        declare_column("purpose", "Purpose", T.LONG, Text("What the stage is for", context="Stages")),
        declare_column("action", "Recommended action", T.LONG, "What to do when a deal is stuck here"),
        declare_column("role", "Responsible", T.LIST, "Who is responsible for the stage", options="role"),
        declare_column("standard", "Work standard", T.LONG, "The standard of work expected"),
        declare_column("key", Text("Key", context="Stages"), T.TEXT, "Playbook and stage in one, for lookups", formula='{playbook}&"|"&{stage}', width=24),
        declare_column("assumed_conversion", "Assumed conversion", T.PERCENT, "For the plan: the share that reaches the next stage, until as many deals were here as a small sample asks for", width=11, added="0.2"),
        declare_column("assumed_days", "Assumed days", T.NUMBER, "For the plan: the days of a deal in the stage, until as many deals have left it", width=10, added="0.2"),
        declare_column("assumed_activities", "Assumed activities", T.NUMBER, "For the plan: the activities that a deal takes in the stage, until as many deals are won", width=10, added="0.2"),
    ),
)  # fmt: skip

GATES_TABLE = TableSchema(
    "Gates", Text("Gates"), Text("What a deal needs before it enters a stage"), SheetGroup.SETUP,
    (
        declare_column("gate", "Gate", T.KEY, "A short unique name", required=True, width=16),
        declare_column("playbook", "Playbook", T.TEXT, "Blank: every process", width=18),
        declare_column("stage", "Before entering", T.TEXT, "The stage the gate guards", required=True, width=18),
        declare_column("subject", Text("What", context="Gates"), T.TEXT, "As the check asks: a column of Deals, also one of your own; a column of another sheet, as in Accounts: Class; a task, a type or a person", width=22),
        declare_column("check", Text("Check", context="Gates"), T.CHOICE, "The condition", options="check", required=True, width=22),
        declare_column("value", Text("Value", context="Gates"), T.TEXT, "A number, a list with commas, days, a quote state or an outcome", width=18),
        declare_column("effect", "Effect", T.CHOICE, "Block the move or only warn", options="effect", required=True),
        declare_column("remedy", Text("What to do", context="Gates"), T.LONG, "Shown to the rep when the gate is not passed", width=44),
        declare_column("active", "Active", T.CHOICE, "No: kept but not applied", options="yes_no", width=9),
        declare_column("condition", "Only if", T.TEXT, "Deals the gate is for: Amount > 100000; Channel = Agent; or New customer. Blank: every deal", width=30, added="0.2"),
    ), key="gate",
)  # fmt: skip

STAGE_TASKS_TABLE = TableSchema(
    "StageTasks", Text("Stage tasks"), Text("Tasks every deal gets on entering a stage"), SheetGroup.SETUP,
    (
        declare_column("playbook", "Playbook", T.TEXT, "Blank: every process", width=18),
        declare_column("stage", "Stage", T.TEXT, "The stage", required=True, width=18),
        declare_column("task", "Task", T.TEXT, "What is to be done", required=True, width=36),
        declare_column("required", "Required", T.CHOICE, "Required before the deal may move on", options="yes_no", width=9),
        declare_column("due_days", "Due after days", T.INTEGER, "Days after entering the stage", width=10),
        declare_column("done_by", "Done by activity", T.TEXT, "Activity types that complete it, with commas between: Call, E-mail, Meeting", width=22),
        declare_column("outcomes", "With the outcome", T.TEXT, "Activity outcomes that complete it, with commas between; blank: all but No answer and Postponed. An activity without an outcome counts", width=22, added="0.2"),
    ),
)  # fmt: skip

QUESTIONS_TABLE = TableSchema(
    "Questions", Text("Questions"), Text("The sixteen BANT questions; yours to word"), SheetGroup.SETUP,
    (
        declare_column("question", "Question", T.KEY, "Such as B1", required=True, width=10),
        declare_column("dimension", "Dimension", T.CHOICE, "Budget, authority, need or timeline", options="dimension", required=True),
        declare_column("text", "Text", T.LONG, "What to ask", required=True, width=60),
        declare_column("weak", "1 point", T.LONG, "What a weak answer sounds like"),
        declare_column("fair", "2 points", T.LONG, "What a fair answer sounds like"),
        declare_column("strong", "3 points", T.LONG, "What a strong answer sounds like"),
    ), key="question",
)  # fmt: skip

TEAM_TABLE = TableSchema(
    "Team", Text("Team"), Text("Who sells, for whom, and what they may grant"), SheetGroup.SETUP,
    (
        declare_column("person", "Person", T.KEY, "Name as used in Owner", required=True, width=20, printed=True),
        declare_column("role", "Role", T.LIST, "Rep, manager…", options="role"),
        declare_column("manager", "Manager", T.TEXT, "Who they report to", width=20),
        declare_column("region", "Region", T.LIST, "Where they sell", options="region"),
        declare_column("email", "E-mail", T.TEXT, "For their follow-up list", width=24, printed=True),
        declare_column("discount_limit", "Discount limit", T.PERCENT, "The most they may grant alone"),
        declare_column("quota", "Open deals at most", T.INTEGER, "For lead assignment"),
        declare_column("active", Text("Active", context="Team"), T.CHOICE, "No: kept for old deals only", options="yes_no", width=9),
        declare_column("skills", "Skills and training", T.LONG, "What they know well, and what to learn next"),
        declare_column("may_override", "May override", T.TEXT, "Gates or stages that they may let deals of others pass, with commas between, or Yes: all. If nobody has an entry, anybody but the owner may", width=20, added="0.2"),
        declare_column("override_limit", "Override up to", T.MONEY, "Only deals up to this amount; blank: any", added="0.2"),
        declare_column("may_switch", "May switch playbooks", T.CHOICE, "If nobody has an entry, anybody may", options="yes_no", width=10, added="0.2"),
        declare_column("may_record", "May record history", T.CHOICE, "Import deals in the stages of a file, unjudged; if nobody has an entry, anybody may", options="yes_no", width=10, added="0.2"),
        declare_column("goal_calls", "Calls a week", T.INTEGER, "The goal; the sheet Team activity compares it with what was done", width=9, added="0.2"),
        declare_column("goal_visits", "Customer visits a week", T.INTEGER, "The goal", width=9, added="0.2"),
        declare_column("goal_demos", "Demos a week", T.INTEGER, "The goal", width=9, added="0.2"),
        declare_column("goal_meetings", "Meetings a week", T.INTEGER, "The goal", width=9, added="0.2"),
        declare_column("goal_first_meetings", "First meetings a week", T.INTEGER, "The goal", width=9, added="0.2"),
    ), key="person",
)  # fmt: skip

SETTINGS_TABLE = TableSchema(
    "Settings", Text("Settings"), Text("Company, currency, weights and limits"), SheetGroup.SETUP,
    (
        declare_column("setting", "Setting", T.KEY, "The stable name", writer=BY_PRODUCT, width=24),
        declare_column("name", "Name", T.TEXT, "What it is", writer=BY_PRODUCT, width=34),
        declare_column("value", Text("Value", context="Settings"), T.TEXT, "Change it here", width=26),
        declare_column("tip", "Explanation", T.LONG, "What it does", writer=BY_PRODUCT, width=70),
    ), key="setting",
)  # fmt: skip

HOLIDAYS_TABLE = TableSchema(
    "Holidays", Text("Holidays"), Text("Days off, and working days at weekends"), SheetGroup.SETUP,
    (
        declare_column("day", "Day", T.DATE, "A day that differs from the working week", required=True),
        declare_column("name", "Name", T.TEXT, Text("What it is", context="Holidays"), width=30),
        declare_column("kind", "Kind", T.CHOICE, "Blank: a day off; a make-up day is a working day", options="day_kind", width=14),
    ),
)  # fmt: skip

FIT_CRITERIA_TABLE = TableSchema(
    "FitCriteria", Text("Ideal customer"), Text("What your ideal customer is like from outside; an update scores every customer by it"), SheetGroup.SETUP,
    (
        declare_column("subject", Text("What", context="FitCriteria"), T.TEXT, "A column of Accounts, also one of your own: Industry, Employees, Revenue", required=True, width=22),
        declare_column("compare", Text("Comparison", context="FitCriteria"), T.CHOICE, "The condition", options="comparison", required=True, width=18),
        declare_column("value", Text("Value", context="FitCriteria"), T.TEXT, "A number, or a list with commas", width=26),
        declare_column("points", "Points", T.NUMBER, "What meeting it counts; below 0 for what speaks against a customer", required=True, width=10),
    ), named_by="subject", added="0.2",
)  # fmt: skip

COLUMNS_TABLE = TableSchema(
    "Columns", Text("Own columns"), Text("Columns that your team added and that count like ours"), SheetGroup.SETUP,
    (
        declare_column("table", Text("Sheet", context="Columns"), T.CHOICE, "The sheet with the column", options="column_table", required=True, width=16),
        declare_column("column", "Column", T.TEXT, "Its header there, exactly as written", required=True, width=24),
        declare_column("other_title", "Other title", T.TEXT, "Its header in the other language, for copies of the workbook and for papers in it", width=24),
        declare_column("kind", "Type", T.CHOICE, "What its cells hold; blank: text", options="column_kind"),
        declare_column("values", "Values", T.LONG, "The values of a list, with semicolons between"),
        declare_column("stage", Text("Needed before", context="Columns"), T.TEXT, "A stage that a deal enters only with this cell filled in; blank: never asked", width=20),
        declare_column("effect", Text("If blank", context="Columns"), T.CHOICE, "Block the move, or only warn; blank: block", options="effect", width=10),
        declare_column("condition", Text("Only if", context="Columns"), T.TEXT, "Deals that are asked, as in Gates: Amount > 100000; blank: every deal", width=26),
        declare_column("slice", "Group by it", T.CHOICE, "Yes: numbers can be grouped and filtered by it", options="yes_no", width=11),
        declare_column("aliases", "Import names", T.TEXT, "Headers that other programs give it, with semicolons between", width=26),
        declare_column("printed", "Printed", T.CHOICE, "Yes: papers show it, those for customers too", options="yes_no", width=9),
    ), named_by="column", added="0.2",
)  # fmt: skip

_LIST_TITLES = {
    "source": Text("Source"),
    "region": Text("Region"),
    "sales_channel": Text("Sales channel"),
    "contact_channel": Text("Contact channel"),
    "activity_type": Text("Activity type"),
    "activity_outcome": Text("Activity outcome"),
    "loss_reason": Text("Loss reason"),
    "objection_type": Text("Objection type"),
    "industry": Text("Industry"),
    "unit": Text("Unit"),
    "role": Text("Role"),
    "preparation": Text("Before a visit"),
    "golden_trait": Text("Golden trait"),
    "bad_trait": Text("Bad trait"),
    "account_class": Text("Account class"),
    "competitor": Text("Competitor"),
}
_LISTS_ADDED_LATER = {"competitor": "0.2"}
_LIST_TIP = Text("Add your own values below; the dropdowns follow")

LISTS_TABLE = TableSchema(
    "Lists",
    Text("Lists"),
    Text("What the dropdowns offer"),
    SheetGroup.SETUP,
    tuple(
        Column(name, title, ColumnType.LIST, _LIST_TIP, options=name, width=24, added=_LISTS_ADDED_LATER.get(name, ""))
        for name, title in _LIST_TITLES.items()
    ),
)
