"""The report page: headline numbers, funnel, trend, ages and lost deals, with charts and tables.

Each chart has a sentence for those who do not see it and the same figures as a table. An unknown value is a dash.

Its facts are plain values, so that nothing here depends on how they are computed:

    as_of, start, end      dates; start and end are None for all time
    company, source        text
    currency               ISO code
    filters                list of (name, value) that narrow the numbers; a name is Text or str
    metrics                list of {id, name, definition, foot, unit, value, sample, small, unvalued}; unit is money, deals,
                           days, ratio, per_day or number; value is None when unknown; small marks a small sample; foot is
                           the definition in a few words, for a headline; unvalued counts the deals without an amount, if
                           the value adds up amounts
    headlines              ids of the metrics at the top of the page
    stages                 list of {stage, reached, step_conversion, open_count, open_value, weighted_value, median_days,
                           day_limit, over_limit, never_entered}; conversions are fractions, None when unknown; the chart
                           leaves out the stages that no deal ever entered
    months                 list of {month (a date), created, won, lost, won_value}
    flow                   list of {step, name, count, value, sign (1, −1 or 0 for both ends), start}: the bars from the open
                           pipeline of the first of flow_days to that of the last
    ageing                 list of {label, count, value, late}: open deals by age; late is true beyond the usual cycle
    lost_stages, lost_reasons    list of {name, count, value, share}; share is cumulative
    by                     list of {name, rows}; a row is {key, open_count, open_value, won_count, lost_count, won_value,
                           win_rate, small}

A name, label or definition is Text or str. An empty list leaves its part of the page out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.metric_answers import describe_never_entered
from xl_salesflow.documents.document_texts import texts_in_language
from xl_salesflow.documents.report_formatter import ReportColumn, ReportFormatter
from xl_salesflow.documents.report_opening import report_opening_fields
from xl_salesflow.documents.report_panels import report_panel_fields
from xl_salesflow.documents.svg_charts import ChartRow, ChartSeries, draw_bar_chart, draw_funnel_chart, draw_trend_chart
from xl_salesflow.documents.template_safety import fill_template
from xl_salesflow.documents.template_values import (
    DocumentFacts,
    localize_day,
)
from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import Language

ReportFactRows = Sequence[Mapping[str, Any]]
ReportPlot = dict[str, Any]

_REPORT_STAGE_COLUMNS: tuple[ReportColumn, ...] = (
    ("stage", "stage", "name"),
    ("reached", "reached", "count"),
    ("to_next", "step_conversion", "ratio"),
    ("open_now", "open_count", "count"),
    ("open_value", "open_value", "money"),
    ("weighted", "weighted_value", "money"),
    ("median_days", "median_days", "days"),
    ("limit", "day_limit", "days"),
    ("over_limit", "over_limit", "count"),
)
_REPORT_MONTH_COLUMNS: tuple[ReportColumn, ...] = (
    ("month", "month", "month"),
    ("created", "created", "count"),
    ("won", "won", "count"),
    ("lost", "lost", "count"),
    ("won_value", "won_value", "money"),
)
_REPORT_FLOW_COLUMNS: tuple[ReportColumn, ...] = (
    ("name", "name", "name"),
    ("deals", "count", "count"),
    ("value", "value", "name"),
)
_REPORT_WAITING_COLUMNS: tuple[ReportColumn, ...] = (
    ("stage", "stage", "name"),
    ("median_days", "median_days", "days"),
    ("limit", "day_limit", "days"),
    ("over_limit", "over_limit", "count"),
)
_REPORT_AGE_COLUMNS: tuple[ReportColumn, ...] = (
    ("age", "label", "name"),
    ("deals", "count", "count"),
    ("open_value", "value", "money"),
)
_REPORT_LOST_COLUMNS: tuple[ReportColumn, ...] = (
    ("name", "name", "name"),
    ("deals", "count", "count"),
    ("value", "value", "money"),
    ("cumulative", "share", "ratio"),
)


def _plot_stage_funnel(stages: ReportFactRows, show: ReportFormatter) -> ReportPlot:
    entered = [one for one in stages if not one["never_entered"]]
    rows = [
        ChartRow(
            show.name(one["stage"]),
            one["reached"],
            show.count(one["reached"]),
            "" if one["step_conversion"] is None else show.value(one["step_conversion"], "ratio"),
            "goal" if one is stages[-1] else "bar",
        )
        for one in entered
    ]
    first, last = entered[0], entered[-1]
    description = show.document_text(
        "funnel_told",
        first=rows[0].name,
        reached=show.count(first["reached"]),
        last=rows[-1].name,
        left=show.count(last["reached"]),
    )
    plot = _plot_with_table("funnel", draw_funnel_chart(rows, description), show, _REPORT_STAGE_COLUMNS, stages)
    missing = [show.name(one["stage"]) for one in stages if one["never_entered"]]
    return {**plot, "note": describe_never_entered(missing, show.language)}


def _plot_monthly_trend(months: ReportFactRows, show: ReportFormatter) -> ReportPlot:
    names = [show.value(one["month"], "month") for one in months]
    looks = (("won", "goal"), ("lost", "lost"), ("created", "line"))
    series = [ChartSeries(show.document_text(key), [float(one[key]) for one in months], look) for key, look in looks]
    won, lost = (show.count(sum(one.sizes)) for one in series[:2])
    description = show.document_text("trend_told", start=names[0], end=names[-1], won=won, lost=lost)
    return _plot_with_table(
        "trend", draw_trend_chart(names, series, description, show.count), show, _REPORT_MONTH_COLUMNS, months
    )


def _plot_days_in_stage(stages: ReportFactRows, show: ReportFormatter) -> ReportPlot | None:
    known = [one for one in stages if one["median_days"] is not None]
    if not known:
        return None
    rows = [_days_in_stage_row(one, show) for one in known]
    slowest = max(known, key=lambda one: one["median_days"])
    description = show.document_text(
        "waiting_told", name=show.name(slowest["stage"]), days=show.value(slowest["median_days"], "days")
    )
    return _plot_with_table("waiting", draw_bar_chart(rows, description), show, _REPORT_WAITING_COLUMNS, known)


def _days_in_stage_row(one: Mapping[str, Any], show: ReportFormatter) -> ChartRow:
    days, limit = one["median_days"], one["day_limit"]
    figure = show.value(days, "days")
    if limit is None:
        return ChartRow(show.name(one["stage"]), days, figure)
    figure = show.document_text("limit_of", days=figure, limit=show.count(limit))
    return ChartRow(show.name(one["stage"]), days, figure, kind="lost" if days > limit else "bar", mark=limit)


def _plot_deal_ages(ages: ReportFactRows, show: ReportFormatter) -> ReportPlot:
    priced = any(one["value"] for one in ages)
    rows = [_count_and_value_row(one["label"], one, show, "lost" if one["late"] else "bar", priced) for one in ages]
    late = sum(one["count"] for one in ages if one["late"])
    description = show.document_text(
        "ageing_told", count=show.count(sum(one["count"] for one in ages)), late=show.count(late)
    )
    return _plot_with_table("ageing", draw_bar_chart(rows, description), show, _REPORT_AGE_COLUMNS, ages)


def _plot_pipeline_flow(steps: ReportFactRows, show: ReportFormatter) -> ReportPlot:
    rows = [
        ChartRow(
            show.name(one["name"]),
            one["value"],
            f"{show.count(one['count'])} · {_flow_amount(one, show)}",
            kind="goal" if one["step"] == "won" else "lost" if one["sign"] < 0 else "bar",
            start=one["start"],
        )
        for one in steps
    ]
    first, last = (show.money(steps[end]["value"]) for end in (0, -1))
    description = show.document_text("flow_told", first=first, last=last)
    table = [{**one, "value": _flow_amount(one, show)} for one in steps]
    return _plot_with_table("flow", draw_bar_chart(rows, description), show, _REPORT_FLOW_COLUMNS, table)


def _flow_amount(one: Mapping[str, Any], show: ReportFormatter) -> str:
    mark = {1: "+", -1: "−"}.get(one["sign"], "") if one["value"] else ""
    return mark + show.money(one["value"])


def _lost_deals_plotter(key: str) -> Callable[[ReportFactRows, ReportFormatter], ReportPlot]:
    def part(lost: ReportFactRows, show: ReportFormatter) -> ReportPlot:
        priced = any(one["value"] for one in lost)
        rows = [
            _count_and_value_row(one["name"] or show.document_text("blank"), one, show, "lost", priced) for one in lost
        ]
        most, total = show.count(lost[0]["count"]), show.count(sum(one["count"] for one in lost))
        description = show.document_text("lost_told", name=rows[0].name, count=most, all=total)
        return _plot_with_table(key, draw_bar_chart(rows, description), show, _REPORT_LOST_COLUMNS, lost)

    return part


def _count_and_value_row(name: Any, one: Mapping[str, Any], show: ReportFormatter, kind: str, priced: bool) -> ChartRow:
    # if no deal has an amount, a column of zeros would be useless
    figure = show.count(one["count"])
    if priced and one["count"]:
        figure += f" · {show.money(one['value'])}"
    return ChartRow(show.name(name), one["count"], figure, kind=kind)


def _plot_with_table(
    key: str, drawings: Markup, show: ReportFormatter, columns: Sequence[ReportColumn], rows: ReportFactRows
) -> ReportPlot:
    words = {"note": "", "id": key, "title": show.document_text(key), "about": show.document_text(f"{key}_about")}
    return {**words, "drawings": drawings, **show.table(columns, rows)}


REPORT_PLOTTERS: Sequence[tuple[str, Callable[[ReportFactRows, ReportFormatter], ReportPlot | None]]] = (
    ("stages", _plot_stage_funnel),
    ("months", _plot_monthly_trend),
    ("flow", _plot_pipeline_flow),
    ("stages", _plot_days_in_stage),
    ("ageing", _plot_deal_ages),
    ("lost_stages", _lost_deals_plotter("lost_stages")),
    ("lost_reasons", _lost_deals_plotter("lost_reasons")),
)
"""Fact and the function that draws it, in the order of the page."""


def plot_report(facts: Mapping[str, Any], show: ReportFormatter) -> list[ReportPlot]:
    """Return the plots of a report; those without data are left out."""
    return [part for key, draw in REPORT_PLOTTERS if facts[key] and (part := draw(facts[key], show))]


def render_report_page(document: Document, language: Language) -> bytes:
    """Return the report as one self-contained page."""
    return fill_template(
        "report.html", r=report_page_fields(document.facts, language), t=texts_in_language(language)
    ).encode("utf-8")


def report_page_fields(facts: DocumentFacts, language: Language) -> dict[str, Any]:
    """Return the facts of a report as text and drawings in *language*."""
    show = ReportFormatter(language, facts["currency"])
    metrics = [_report_metric_fields(metric, show) for metric in facts["metrics"]]
    heads = {metric["id"]: metric for metric in metrics}
    return {
        "language": language_traits(language).tag,
        "company": facts["company"],
        "scope": " · ".join(_report_scope_lines(facts, show)),
        **report_opening_fields(facts, show),
        "headlines": [heads[metric] for metric in facts["headlines"] if metric in heads],
        "metrics": metrics,
        "parts": plot_report(facts, show),
        **report_panel_fields(facts, show),
        "by": [_report_group_table(group, show) for group in facts["by"] if group["rows"]],
    }


def _report_metric_fields(metric: DocumentFacts, show: ReportFormatter) -> dict[str, str]:
    return {
        "id": metric["id"],
        "name": show.name(metric["name"]),
        "value": show.value(metric["value"], metric["unit"]),
        "definition": show.name(metric["definition"]),
        "foot": show.name(metric["foot"]),
        "missing": show.document_text("without_amount", count=show.count(metric["unvalued"]))
        if metric["unvalued"]
        else "",
        "behind": ""
        if metric["sample"] is None
        else show.document_text("deals_behind", count=show.count(metric["sample"])),
        "sample": "" if metric["sample"] is None else show.count(metric["sample"]),
        "small": show.document_text("small_sample", count=show.count(metric["sample"])) if metric["small"] else "",
    }


def _report_scope_lines(facts: DocumentFacts, show: ReportFormatter) -> list[str]:
    start, end = (localize_day(facts[side], show.language) for side in ("start", "end"))
    period = "period" if start and end else "period_from" if start else "period_to"
    lines = [show.document_text("as_of", day=localize_day(facts["as_of"], show.language))]
    lines += [show.document_text(period, start=start, end=end)] if start or end else []
    return lines + [f"{show.name(name)}: {value}" for name, value in facts["filters"]]


_REPORT_GROUP_COLUMNS = (
    ("name", "key", "name"),
    ("open_now", "open_count", "count"),
    ("open_value", "open_value", "money"),
    ("won", "won_count", "count"),
    ("lost", "lost_count", "count"),
    ("won_value", "won_value", "money"),
    ("win_rate", "win_rate", "ratio"),
)


def _lower_first_letter(name: str) -> str:
    # a header in the middle of an English title: Owner, but BANT grade
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _report_group_table(group: DocumentFacts, show: ReportFormatter) -> dict[str, Any]:
    rows = [{**row, "key": show.name(row["key"]) or show.document_text("blank")} for row in group["rows"]]
    flags = [show.small_sample(row) for row in rows]
    title = show.document_text("by", name=_lower_first_letter(show.name(group["name"])))
    return {"title": title, "flags": flags, **show.table(_REPORT_GROUP_COLUMNS, rows)}
