"""The tables that the module forecast fills: values that come from the record or a simulation, written by every update.

A table is off as long as it is empty: nothing is computed for it. A button, or the command with ``--write``, fills it for
the first time.
"""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import BY_PRODUCT, SheetGroup, T, TableSchema, declare_column

FLOW_STEPS_TABLE = TableSchema(
    "FlowSteps", Text("Flow"), Text("From the opening pipeline to the closing one, step by step"), SheetGroup.MANAGE,
    (
        declare_column("step", Text("Step", context="flow"), T.CHOICE, "From opening to closing; the last row is not part of the sum", options="flow_step", writer=BY_PRODUCT, width=16),
        declare_column("count", Text("Deals", context="number"), T.INTEGER, "How many deals it concerns", writer=BY_PRODUCT, width=11),
        declare_column("value", Text("Value", context="money"), T.MONEY, "Opening + what came in − what went out = closing", writer=BY_PRODUCT, width=16),
        declare_column("meaning", "What it counts", T.LONG, "The definition of the step, with the days that it counts from and to", writer=BY_PRODUCT, width=92),
        declare_column("end", Text("Opening and closing", context="flow"), T.MONEY, "For the chart: the opening and the closing value", writer=BY_PRODUCT, width=14),
        declare_column("gain", Text("Came in", context="flow"), T.MONEY, "For the chart: a step that adds value", writer=BY_PRODUCT, width=14),
        declare_column("drop", Text("Went out", context="flow"), T.MONEY, "For the chart: a step that takes value away", writer=BY_PRODUCT, width=14),
        declare_column("base", Text("Below", context="flow"), T.MONEY, "For the chart: the value below the column, so that each begins where the one before ended", writer=BY_PRODUCT, width=14),
    ), generated=True, added="0.2", shows=("FlowDeals",),
)  # fmt: skip

FLOW_DEALS_TABLE = TableSchema(
    "FlowDeals", Text("Flow deals", context="sheet"), Text("The deals of each step of the sheet Flow; filter it by step"), SheetGroup.MANAGE,
    (
        declare_column("step", Text("Step", context="flow"), T.CHOICE, "What happened to the deal; it has a row for each step", options="flow_step", writer=BY_PRODUCT, width=16),
        declare_column("deal", "Deal", T.TEXT, "The deal", writer=BY_PRODUCT, width=11),
        declare_column("name", "Deal name", T.TEXT, "What the deal is about", writer=BY_PRODUCT, width=26),
        declare_column("account", "Account", T.TEXT, "The customer", writer=BY_PRODUCT, width=22),
        declare_column("owner", "Owner", T.TEXT, "Its owner on the last day", writer=BY_PRODUCT, width=18),
        declare_column("value", Text("Value", context="money"), T.MONEY, "What it adds to the step", writer=BY_PRODUCT, width=14),
        declare_column("amount_before", "Amount before", T.MONEY, "Amount before it was raised or lowered", writer=BY_PRODUCT, width=14),
        declare_column("amount_after", "Amount after", T.MONEY, "Amount after that", writer=BY_PRODUCT, width=14),
        declare_column("close_before", "Expected before", T.DATE, "Expected close before it was pulled in or pushed out", writer=BY_PRODUCT, width=13),
        declare_column("close_after", "Expected after", T.DATE, "Expected close after that", writer=BY_PRODUCT, width=13),
        declare_column("stage_before", "Stage before", T.TEXT, "Stage on the evening before the first day", writer=BY_PRODUCT, width=16),
        declare_column("stage_after", "Stage after", T.TEXT, "Stage on the last day", writer=BY_PRODUCT, width=16),
    ), generated=True, added="0.2",
)  # fmt: skip
