"""Buttons of the module forecast: each fills its sheets, which every update then keeps up to date, and shows them.

Inspect fills none: it writes its page beside the workbook.
"""

from __future__ import annotations

from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import Text
from xl_salesflow.verbs import inspect, write_sheet


def press_flow(context: ButtonContext) -> Text:
    """Fill the sheet Flow for the Funnel's period and activate it."""
    steps = _fill_sheet(context, "flow", "FlowSteps")["FlowSteps"].set_index("step")["value"]
    return Text("Pipeline: {opening} became {closing}; the sheet Flow deals lists the deals behind it.").with_facts(
        opening=f"{steps['opening']:,.2f}", closing=f"{steps['closing']:,.2f}"
    )


def press_inspect(context: ButtonContext) -> Text:
    """Write the page of the deal inspection into the workbook's folder and open it."""
    from xl_salesflow.documents.document_writer import write_document_files
    from xl_salesflow.metrics.readings.deal_inspection import InspectionRequest

    pipeline = context.read()
    (document,) = inspect(pipeline, InspectionRequest()).documents
    (file,) = write_document_files(document, context.folder, pipeline.language, ("html",))
    context.open_file(file)
    return Text("Inspection: {file}.").with_facts(file=file)


def press_forecast(context: ButtonContext) -> Text:
    """Fill the sheet Outlook and activate it."""
    rows = _fill_sheet(context, "forecast", "Outlook")["Outlook"]
    if rows["note"].iloc[0]:
        return Text("No outlook: {why}").with_facts(why=rows["note"].iloc[0])
    quarter = rows[rows["period"].str.contains("-Q")].iloc[0]
    return Text("{period}: between {low} and {high} in four of five cases.").with_facts(
        period=quarter["period"], low=f"{quarter['p10']:,.0f}", high=f"{quarter['p90']:,.0f}"
    )


def press_accuracy(context: ButtonContext) -> Text:
    """Fill the sheet Accuracy and activate it."""
    now = _fill_sheet(context, "accuracy", "ForecastErrors")
    verdicts = [verdict for verdict in now["ForecastErrors"]["verdict"] if verdict]
    if now["PastForecasts"].empty:
        return Text("No accuracy: {why}").with_facts(why=verdicts[0])
    count = now["PastForecasts"]["period"].nunique()
    return Text("{count} past {count:period|periods} compared with what was forecast.").with_facts(count=count)


def press_cohorts(context: ButtonContext) -> Text:
    """Fill the sheet Cohorts and activate it."""
    rows = _fill_sheet(context, "cohorts", "Cohorts")["Cohorts"]
    if rows.empty:
        return Text("No deal of the last months says when it was created.")
    return Text("Cohorts: {won} of {deals} deals created since {month} are won.").with_facts(
        won=f"{rows['won'].sum():,.0f}", deals=f"{rows['deals'].sum():,.0f}", month=rows["created"].iloc[0]
    )


def _fill_sheet(context: ButtonContext, verb: str, table: str) -> Pipeline:
    """Fill the sheets of *verb*, activate the one of *table*, and return the pipeline as it is then."""
    pipeline = context.read()
    plan = write_sheet(pipeline, verb)
    context.book.write(plan)
    context.show_table(table)
    return apply_change_set(pipeline, plan)
