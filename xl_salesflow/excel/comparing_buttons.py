"""Buttons that compare: two days, two groups of deals, two copies of the workbook."""

from __future__ import annotations

from datetime import timedelta

from xl_salesflow.core.answers import JsonCell
from xl_salesflow.core.change_sets import ChangeSet, NamedCellChange
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.rule_declarations import BLANK_LABEL
from xl_salesflow.core.verb_answers import CellDifference, RowDifference
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.addin_declarations import COMPARISON_SPANS
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.group_metrics import find_grouping_column
from xl_salesflow.metrics.segment_metrics import VERDICT_CHOICES
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import compare, diff, merge

_BUTTON_DIFFERENCE_TEXTS = {
    "only_first": Text("{key} is in this workbook only, not in {file}."),
    "only_second": Text("{key} is in {file} only."),
    "changed": Text("{header}: {first} here, {second} in {file}."),
}


def press_dates(context: ButtonContext) -> Text:
    """Compare the funnel with the day that many days before its as-of date, as chosen in the menu."""
    if not 1 <= context.choice <= len(COMPARISON_SPANS):
        raise UsageError("Choose an entry of the menu.")
    pipeline, days = context.read_as_needed(), list(COMPARISON_SPANS)[context.choice - 1]
    if "CompareInput" not in context.xw_book.names:
        raise UsageError(
            "This workbook is of an older version; close it and run: salesflow check --repair.",
        )
    day = pipeline.as_of - timedelta(days=days) if days else None
    context.book.write(
        ChangeSet(named_cells=(NamedCellChange("CompareInput", pipeline.named.get("CompareInput"), day, cached=False),))
    )
    context.xw_book.app.calculate()
    context.show_table("StageChanges")
    if day is None:
        return Text("The comparison is switched off.")
    return Text("Headline numbers and stages compared with {day}.").with_facts(day=day)


def press_compare(context: ButtonContext) -> Text:
    """Activate the comparison of two groups and say whether their win rates differ significantly."""
    context.xw_book.app.calculate()
    pipeline = context.read()
    context.show_table("Segments")
    sides = [str(pipeline.named.get(name) or "") for name in ("SegmentA", "SegmentB")]
    if not all(sides):
        raise UsageError(
            "Choose what to compare by, and the first and the second group, on this sheet.",
        )
    answer = compare(pipeline, find_grouping_column(pipeline), *sides).answer
    first, second = (
        f"{name} {_format_win_rate(rate)}"
        for name, rate in zip(sides, (answer.first_rate, answer.second_rate), strict=True)
    )
    verdict = CHOICES["verdict"][VERDICT_CHOICES[answer.verdict]]
    return Text("Win rates: {first}, {second}. {verdict}.").with_facts(first=first, second=second, verdict=verdict)


def press_diff(context: ButtonContext) -> Text:
    """List the differences from another copy of the workbook, each with a link to its cell here."""
    ours, theirs, name = *_read_both_books(context), _other_book_name(context)
    found = diff(ours, theirs).answer.differences
    context.show_findings(_make_difference_finding(ours, one, name) for one in found)
    return Text("{count} differences from {name}.").with_facts(count=len(found), name=name)


def press_merge(context: ButtonContext) -> Text:
    """Merge another copy into the workbook; conflicts are listed on their sheet, where a person decides."""
    from xl_salesflow.workbook.closed_book import ClosedBook, find_common_backup

    ours, theirs = _read_both_books(context)
    found, _ = find_common_backup(ours, theirs)
    plan = merge(ours, theirs, ClosedBook(found).read(context.now.date()) if found else None, context.run)
    context.book.write(plan)
    merged = plan.answer.result
    if merged.conflicts:
        context.show_table("Conflicts")
    return Text("{taken} cells and {rows} rows taken, {conflicts} conflicts to decide.").with_facts(
        taken=merged.cells, rows=merged.rows, conflicts=merged.conflicts
    )


def _read_both_books(context: ButtonContext) -> tuple[Pipeline, Pipeline]:
    from xl_salesflow.workbook.closed_book import ClosedBook

    if context.file is None:
        raise UsageError("Choose another workbook.")

    return context.read(), ClosedBook(context.file).read(context.now.date())


def _other_book_name(context: ButtonContext) -> str:
    return context.file.name if context.file else ""


def _make_difference_finding(ours: Pipeline, one: CellDifference | RowDifference, file: str) -> Finding:
    table, language = TABLES[one.table], ours.language
    facts, column = {"key": one.key, "file": file}, ""
    if one.what == "changed":
        column = one.column
        facts |= {
            "header": table.header(column, language),
            "first": _format_difference_side(one.first, language),
            "second": _format_difference_side(one.second, language),
        }
    message = _BUTTON_DIFFERENCE_TEXTS[one.what].in_(language, **facts)
    rows = ours[table.name].index[ours[table.name][table.key or table.columns[0].id] == one.key]
    cell = ours.cell_address(table.name, int(rows[0]), column) if len(rows) == 1 else ""
    return Finding("difference", "note", message, table.name, one.key, column, cell)


def _format_difference_side(value: JsonCell, language: Language) -> str:
    return BLANK_LABEL.in_(language) if value is None else str(value)


def _format_win_rate(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}"
