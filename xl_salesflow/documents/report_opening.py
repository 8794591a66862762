"""The opening of the report: the result against the target, what is still needed, the deals at risk, and the owners.

Facts, beside those of report_page.py:

    result      {target, won, commit, best_case, value_to_win, by (a date), won_needed, basis, missing, missing_stage}; an
                amount is None when unknown; *basis* says what the plan assumes, if anything; *missing* is the number of
                deals that *missing_stage* lacks
    bottleneck  a Bottleneck, or None
    risks       list of {deal, name, account, owner, stage, days_in_stage, amount, warnings}, the largest deal first
    owners      list of {key, target, won_value, attainment, open_value, open_count, overdue, win_rate, won_count,
                lost_count, activities, satisfaction, answers, small}; activities are those of the last seven days,
                satisfaction is the mean of so many answers; both are None where they are not known
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from xl_salesflow.core.deal_titles import deal_title
from xl_salesflow.documents.report_formatter import ReportColumn, ReportFormatter
from xl_salesflow.documents.template_values import DocumentFacts, localize_day
from xl_salesflow.locale.texts import SEMICOLON_SEPARATOR
from xl_salesflow.process.rule_catalogue import list_warning_sentences

_RESULT_BAR = (
    '<svg class="result" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{label}">'
    '<rect class="track" width="100" height="6"/>{bars}<rect class="aim" x="{aim}" width="0.4" height="6"/></svg>'
)
_RISK_COLUMNS: tuple[ReportColumn, ...] = (
    ("deal", "title", "name"),
    ("amount", "amount", "money"),
    ("stage", "stage", "name"),
    ("days_in_stage", "days_in_stage", "count"),
    ("owner", "owner", "name"),
    ("why_at_risk", "why", "name"),
)
_OWNER_COLUMNS: tuple[ReportColumn, ...] = (
    ("name", "key", "name"),
    ("target", "target", "money"),
    ("won_value", "won_value", "money"),
    ("attainment", "attainment", "ratio"),
    ("open_value", "open_value", "money"),
    ("open_now", "open_count", "count"),
    ("overdue", "overdue", "count"),
    ("activities_of_week", "activities", "count"),
    ("satisfaction", "satisfied", "name"),
    ("win_rate", "win_rate", "ratio"),  # the last one has the mark of a small sample
)


def report_opening_fields(facts: DocumentFacts, show: ReportFormatter) -> dict[str, Any]:
    """Return the bar and the sentences about the result, and the tables of deals at risk and of owners."""
    return {
        "bar": _draw_report_bar(facts["result"], show),
        "sentences": [*_result_sentences(facts["result"], show), *_bottleneck_sentences(facts, show)],
        "risks": show.table(_RISK_COLUMNS, [_risk_fields(row, show) for row in facts["risks"]]),
        "owners": _owner_table(facts["owners"], show),
    }


def _draw_report_bar(result: Mapping[str, Any], show: ReportFormatter) -> Markup | str:
    if not result["target"] or result["won"] is None:
        return ""
    reached = (("best", result["best_case"]), ("commit", result["commit"]), ("won", result["won"]))
    return draw_result_bar(result["target"], reached, _result_sentences(result, show)[0])


def draw_result_bar(target: float, reached: Sequence[tuple[str, float | None]], label: str) -> Markup:
    """Return what is *reached* against *target* as a bar: looks and amounts, the largest first; *label* says it in words."""
    whole = max(target, *(amount or 0 for _, amount in reached))
    bars = Markup("").join(
        Markup('<rect class="{}" width="{:.2f}" height="6"/>').format(look, 100 * max(amount, 0) / whole)
        for look, amount in reached
        if amount is not None
    )
    return Markup(_RESULT_BAR).format(label=label, bars=bars, aim=f"{min(100 * target / whole, 99.6):.2f}")


def _result_sentences(result: Mapping[str, Any], show: ReportFormatter) -> list[str]:
    facts = {key: show.money(result[key]) for key in ("target", "won", "commit", "best_case", "value_to_win")}
    if not result["target"] or result["won"] is None:
        return [show.document_text("result_without_target", won=facts["won"])]
    share = show.value(result["won"] / result["target"], "ratio")
    sentences = [show.document_text("result_of_target", share=share, **facts)]
    if result["commit"] is not None and result["best_case"] is not None:
        sentences.append(show.document_text("result_forecast", **facts))
    if result["value_to_win"] and result["won_needed"] is not None:
        needed, day = show.count(result["won_needed"]), localize_day(result["by"], show.language)
        sentences.append(show.document_text("result_needed", deals=needed, day=day, **facts))
        if basis := result.get("basis"):
            sentences.append(basis.strip())
    if result["missing"]:
        missing = show.count(result["missing"])
        sentences.append(show.document_text("result_missing", count=missing, stage=result["missing_stage"]))
    return sentences


def _bottleneck_sentences(facts: DocumentFacts, show: ReportFormatter) -> list[str]:
    found = facts["bottleneck"]
    if found is None:
        return []
    told = (found.describe_value(show.money(found.one_point_more), show.language), found.describe_action(show.language))
    return [sentence for sentence in told if sentence]


def _risk_fields(row: Mapping[str, Any], show: ReportFormatter) -> dict[str, Any]:
    """Return a deal by its name and customer, and its warnings without the advice."""
    lines = list_warning_sentences(str(row["warnings"]))
    title = deal_title(str(row["deal"]), str(row["name"] or ""), str(row["account"] or ""))
    return {**row, "title": title, "why": SEMICOLON_SEPARATOR.in_(show.language).join(lines)}


def _satisfaction(row: Mapping[str, Any], show: ReportFormatter) -> str | None:
    """Return the mean satisfaction and the number of scores; None without one."""
    if not row["answers"]:
        return None
    mean = show.value(round(row["satisfaction"], 1), "points")
    return show.document_text("satisfaction_of", mean=mean, count=show.count(row["answers"]))


def _owner_table(owners: Sequence[Mapping[str, Any]], show: ReportFormatter) -> dict[str, Any]:
    rows = [
        {**row, "key": row["key"] or show.document_text("blank"), "satisfied": _satisfaction(row, show)}
        for row in owners
    ]
    return {"flags": [show.small_sample(row) for row in rows], **show.table(_OWNER_COLUMNS, rows)}
