"""The tables that the module forecast fills: values that come from the record or a simulation, written by every update.

A table is off as long as it is empty: nothing is computed for it. A button, or the command with ``--write``, fills it for
the first time.
"""

from __future__ import annotations

from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import (
    BY_PRODUCT,
    SheetGroup,
    T,
    TableSchema,
    declare_column,
)

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

OUTLOOK_TABLE = TableSchema(
    "Outlook", Text("Outlook", context="sheet"), Text("What will be won by month and quarter, and how sure that is"), SheetGroup.MANAGE,
    (
        declare_column("period", "Period", T.TEXT, "A month or a quarter", writer=BY_PRODUCT, width=12),
        declare_column("from", Text("From", context="Targets"), T.DATE, "First day of the period", writer=BY_PRODUCT, width=12),
        declare_column("to", Text("To", context="Targets"), T.DATE, "Last day of the period", writer=BY_PRODUCT, width=12),
        declare_column("won", "Won so far", T.MONEY, "Won in the period by the day of the simulation; part of every other value", writer=BY_PRODUCT, width=15),
        declare_column("p10", "P10", T.MONEY, "Nine of ten simulated futures pass it", writer=BY_PRODUCT, width=15),
        declare_column("p50", "P50", T.MONEY, "Half of the simulated futures pass it", writer=BY_PRODUCT, width=15),
        declare_column("p90", "P90", T.MONEY, "One of ten simulated futures passes it", writer=BY_PRODUCT, width=15),
        declare_column("deals", Text("Deals won", context="forecast"), T.INTEGER, "P50 of the number of won deals", writer=BY_PRODUCT, width=11),
        declare_column("target", Text("Target", context="Targets"), T.MONEY, "The share of each target that falls on the days of the period; blank if a month of it has none", writer=BY_PRODUCT, width=15),
        declare_column("chance", "Chance", T.PERCENT, "Share of the simulated futures that reach the target", writer=BY_PRODUCT, width=11),
        declare_column("call", "Commit call", T.MONEY, "The newest call of the team for exactly this period", writer=BY_PRODUCT, width=15),
        declare_column("day", Text("As of", context="Funnel"), T.DATE, "The day of the simulation", writer=BY_PRODUCT, width=12),
        declare_column("note", Text("Note", context="Calls"), T.LONG, "Why nothing is simulated, if so", writer=BY_PRODUCT, width=50),
    ), generated=True, added="0.2", shows=("DecidingDeals",),
)  # fmt: skip

DECIDING_DEALS_TABLE = TableSchema(
    "DecidingDeals", Text("Deciding deals", context="sheet"), Text("The open deals that spread the outlook most"), SheetGroup.MANAGE,
    (
        declare_column("deal", "Deal", T.TEXT, "By amount² × chance × (1 − chance), the largest first", writer=BY_PRODUCT, width=11),
        declare_column("name", "Deal name", T.TEXT, "What the deal is about", writer=BY_PRODUCT, width=30),
        declare_column("owner", "Owner", T.TEXT, "Who works it", writer=BY_PRODUCT, width=18),
        declare_column("stage", "Stage", T.TEXT, "Recorded stage", writer=BY_PRODUCT, width=18),
        declare_column("amount", "Amount", T.MONEY, "Deal value", writer=BY_PRODUCT, width=14),
        declare_column("expected_close", "Expected close", T.DATE, "The day its owner expects the decision", writer=BY_PRODUCT, width=13),
        declare_column("chance", "Chance", T.PERCENT, "Chance to be won by the end of the last period of the sheet Outlook", writer=BY_PRODUCT, width=11),
        declare_column("swing", "Moves the target by", T.PERCENT, "Chance to reach the target if it is won, less that if it is not", writer=BY_PRODUCT, width=13),
    ), generated=True, added="0.2",
)  # fmt: skip

FORECAST_ERRORS_TABLE = TableSchema(
    "ForecastErrors", Text("Accuracy", context="sheet"), Text("Mean error of each method, by weeks before the end of the period"), SheetGroup.MANAGE,
    (
        declare_column("kind", "Kind of period", T.CHOICE, "Months or quarters", options="forecast_period", writer=BY_PRODUCT, width=12),
        declare_column("method", "Method", T.CHOICE, "What the forecast rests on; the smallest mean error first", options="forecast_method", writer=BY_PRODUCT, width=34),
        declare_column("periods", "Periods", T.INTEGER, "Periods for which the method said something", writer=BY_PRODUCT, width=9),
        declare_column("error_12", Text("12 weeks", context="accuracy"), T.MONEY, "Mean of the size of forecast − won, twelve weeks before the end", writer=BY_PRODUCT, width=13),
        declare_column("error_8", Text("8 weeks", context="accuracy"), T.MONEY, "The same eight weeks before", writer=BY_PRODUCT, width=13),
        declare_column("error_4", Text("4 weeks", context="accuracy"), T.MONEY, "The same four weeks before", writer=BY_PRODUCT, width=13),
        declare_column("error_2", Text("2 weeks", context="accuracy"), T.MONEY, "The same two weeks before", writer=BY_PRODUCT, width=13),
        declare_column("error_0", Text("Last day"), T.MONEY, "The same on the last day, at its end", writer=BY_PRODUCT, width=13),
        declare_column("mean_absolute_error", "Mean error", T.MONEY, "Mean of 2, 4, 8 and 12 weeks", writer=BY_PRODUCT, width=14),
        declare_column("bias", "Bias", T.MONEY, "Mean of forecast − won over the same weeks; above 0, too much was forecast", writer=BY_PRODUCT, width=14),
        declare_column("verdict", "What it says", T.TEXT, "Names the best method, if it is better than every other by more than chance; or why there is nothing to say", writer=BY_PRODUCT, width=50),
    ), generated=True, added="0.2", shows=("PastForecasts",),
)  # fmt: skip

SAID_AND_WON_TABLE = TableSchema(
    "SaidAndWon", Text("Accuracy", context="sheet"), Text("What was said four weeks before the end of the last months"), SheetGroup.MANAGE,
    (
        declare_column("period", "Period", T.TEXT, "A past month", writer=BY_PRODUCT, width=12),
        declare_column("won", "Won", T.MONEY, "Won in the month", writer=BY_PRODUCT, width=14),
        declare_column("simulation", "Simulation", T.MONEY, "P50 of the simulation four weeks before its end", writer=BY_PRODUCT, width=14),
        declare_column("weighted", "Weighted", T.MONEY, "Weighted value on that day, and won by then", writer=BY_PRODUCT, width=14),
        declare_column("call", "Commit call", T.MONEY, "The newest call of the team by that day", writer=BY_PRODUCT, width=14),
    ), generated=True, added="0.2",
)  # fmt: skip

PAST_FORECASTS_TABLE = TableSchema(
    "PastForecasts", Text("Past forecasts", context="sheet"), Text("What was said before the end of each past period, against what was won"), SheetGroup.MANAGE,
    (
        declare_column("period", "Period", T.TEXT, "A past month or quarter", writer=BY_PRODUCT, width=12),
        declare_column("weeks", "Weeks before the end", T.INTEGER, "When it was said; 0 is the last day", writer=BY_PRODUCT, width=13),
        declare_column("day", "Day", T.DATE, "The day, at its end", writer=BY_PRODUCT, width=12),
        declare_column("won", "Won", T.MONEY, "Won in the period", writer=BY_PRODUCT, width=15),
        declare_column("simulation", "Simulation", T.MONEY, "P50 of the simulation on that day", writer=BY_PRODUCT, width=15),
        declare_column("p10", "P10", T.MONEY, "Nine of ten simulated futures passed it", writer=BY_PRODUCT, width=15),
        declare_column("p90", "P90", T.MONEY, "One of ten simulated futures passed it", writer=BY_PRODUCT, width=15),
        declare_column("weighted", "Weighted", T.MONEY, "Won, and amount × probability of the open deals expected to close in the period", writer=BY_PRODUCT, width=15),
        declare_column("commit", "Won and commit", T.MONEY, "Won, and the category commit", writer=BY_PRODUCT, width=15),
        declare_column("best_case", "Won, commit and best case", T.MONEY, "The same with the category best case", writer=BY_PRODUCT, width=17),
        declare_column("pipeline", "Won, commit, best case and pipeline", T.MONEY, "The same with all others but omitted", writer=BY_PRODUCT, width=19),
        declare_column("call", "Commit call", T.MONEY, "The newest call of the team by that day", writer=BY_PRODUCT, width=15),
    ), generated=True, added="0.2",
)  # fmt: skip

COHORT_MONTHS = 12
"""Months of creation that are shown, and months since creation that each is followed."""

_MONTHS_SINCE = (
    Text("Month 0"), Text("Month 1"), Text("Month 2"), Text("Month 3"), Text("Month 4"), Text("Month 5"),
    Text("Month 6"), Text("Month 7"), Text("Month 8"), Text("Month 9"), Text("Month 10"), Text("Month 11"),
)  # fmt: skip


_MONTH_TIP = Text("Month 0 is the month of creation. Known when the month is over; ~ in grey: projected")
_MONTH_HEADERS = tuple((f"month_{month}", header) for month, header in enumerate(_MONTHS_SINCE))

COHORTS_TABLE = TableSchema(
    "Cohorts", Text("Cohorts"), Text("Share of the deals created in a month that was won by the end of the months since"), SheetGroup.MANAGE,
    (
        declare_column("created", Text("Created", context="cohorts"), T.TEXT, "Month in which the deals were created", writer=BY_PRODUCT, width=11),
        declare_column("deals", Text("Deals", context="number"), T.INTEGER, "Deals created in it", writer=BY_PRODUCT, width=9),
        declare_column("won", Text("Deals won", context="forecast"), T.INTEGER, "Those won by the as-of date", writer=BY_PRODUCT, width=12),
        declare_column("won_value", Text("Won value"), T.MONEY, "Sum of their amounts", writer=BY_PRODUCT, width=14),
        declare_column("coming", "Still projected", T.MONEY, "Projected value of the last month since that has one, less what is won", writer=BY_PRODUCT, width=14),
        *(declare_column(each, header, T.PERCENT, _MONTH_TIP, writer=BY_PRODUCT, width=9) for each, header in _MONTH_HEADERS),
        declare_column("known", "Months known", T.INTEGER, "How many of the months since are over; all later ones are projected", writer=BY_PRODUCT, width=9),
    ), generated=True, added="0.2", shows=("CohortValues",),
)  # fmt: skip

COHORT_VALUES_TABLE = TableSchema(
    "CohortValues", Text("Cohort values", context="sheet"), Text("Value of the deals created in a month that was won by the end of the months since"), SheetGroup.MANAGE,
    (
        declare_column("created", Text("Created", context="cohorts"), T.TEXT, "Month in which the deals were created", writer=BY_PRODUCT, width=11),
        declare_column("deals", Text("Deals", context="number"), T.INTEGER, "Deals created in it", writer=BY_PRODUCT, width=9),
        *(declare_column(each, header, T.MONEY, _MONTH_TIP, writer=BY_PRODUCT, width=14) for each, header in _MONTH_HEADERS),
        declare_column("known", "Months known", T.INTEGER, "How many of the months since are over; all later ones are projected", writer=BY_PRODUCT, width=9),
    ), generated=True, added="0.2",
)  # fmt: skip
