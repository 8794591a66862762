"""Buttons of the module forecast: each fills its sheets, which every update then keeps up to date, and shows them."""

from __future__ import annotations

from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import Text
from xl_salesflow.verbs import write_sheet


def press_flow(context: ButtonContext) -> Text:
    """Fill the sheet Flow for the Funnel's period and activate it."""
    steps = _fill_sheet(context, "flow", "FlowSteps")["FlowSteps"].set_index("step")["value"]
    return Text("Pipeline: {opening} became {closing}; the sheet Flow deals lists the deals behind it.").with_facts(
        opening=f"{steps['opening']:,.2f}", closing=f"{steps['closing']:,.2f}"
    )


def _fill_sheet(context: ButtonContext, verb: str, table: str) -> Pipeline:
    """Fill the sheets of *verb*, activate the one of *table*, and return the pipeline as it is then."""
    pipeline = context.read()
    plan = write_sheet(pipeline, verb)
    context.book.write(plan)
    context.show_table(table)
    return apply_change_set(pipeline, plan)
