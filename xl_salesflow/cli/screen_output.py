"""Print answers on the terminal: JSON for programs, aligned lines for people."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from xl_salesflow.cli.command_options import TERMINAL_LANGUAGE, terminal_text
from xl_salesflow.cli.printed_answers import BookAnswer, CheckReport, FilesAnswer, ImportReport
from xl_salesflow.cli.screen_layout import (
    SCREEN_WIDTH,
    format_screen_value,
    print_screen_table,
    print_wrapped_line,
    style_text,
)
from xl_salesflow.core.answers import Answer, OwnFormulaResults, SomeAnswer, answer_to_json
from xl_salesflow.core.approval_answers import SealedStays
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.deal_titles import deal_title, name_row
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.verb_answers import (
    CheckAnswer,
    FollowUpsAnswer,
    ImportedFiles,
    LeftOutRows,
    LostCells,
    RunAnswer,
)
from xl_salesflow.locale.text_widths import screen_width, wrap_to_width
from xl_salesflow.locale.texts import COMMA_SEPARATOR, Language, Text
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.plain_values import json_value
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.schema.verb_catalogue import VERBS

_ROW_FATES: Mapping[str, Text] = MappingProxyType(
    {
        "created": Text("{count:,} created"),
        "updated": Text("{count:,} updated"),
        "unchanged": Text("{count:,} unchanged"),
        "joined": Text("{count:,} joined to rows of another file"),
        "left_out": Text("{count:,} left out"),
    }
)
"""What may become of the rows of a file (ImportedRowCounts) → its words."""

_MAX_REASON_LINES = 5  # reasons for rows left out
_MAX_SCREEN_LINES = 20  # lines of findings and changes on the screen; --json prints all


def print_json(answer: Answer) -> None:
    """Print *answer* as JSON."""
    click.echo(json.dumps(answer_to_json(answer), ensure_ascii=False, indent=2))


def print_check(plan: ChangeSet[CheckAnswer], wants_json: bool) -> None:
    """Print the findings of a check."""
    if wants_json:
        print_json(CheckReport(plan.answer, plan.own_formulas))
        return
    if restored := plan.answer.restored:
        click.echo(terminal_text("Restored: {what}.", what=", ".join(restored)))
    if plan.repairs:
        count = sum(len(rows) for columns in plan.repairs.values() for rows in columns.values())
        click.echo(terminal_text("{count} {count:formula|formulas} restored.", count=count))
    print_finding_lines(plan.findings)
    print_own_formulas(plan.own_formulas)


def print_seal_check(answer: CheckAnswer, counts: SealedStays, wants_json: bool) -> None:
    """Print how much of History is sealed and signed, and what its seals reveal."""
    if wants_json:
        print_json(CheckReport(answer))
        return
    print_finding_lines(answer.findings)
    facts = {"stays": counts.stays, "sealed": counts.sealed, "signed": counts.signed, "broken": counts.broken}
    click.echo(
        terminal_text("Stage history: {stays} stays, {sealed} sealed, {signed} signed, {broken} broken.", **facts)
    )
    if counts.signed and not counts.key_known:
        click.echo(terminal_text("Signatures were not checked, because SALESFLOW_KEY is not set."))


def print_change_set(
    path: Path,
    plan: ChangeSet[RunAnswer[SomeAnswer]],
    dry_run: bool,
    wants_json: bool,
    pipeline: Pipeline | None = None,
) -> None:
    """Print what a run changed, or would change in *pipeline*, which names the deals."""
    if wants_json:
        print_json(BookAnswer(str(path), dry_run, plan.answer, plan.own_formulas))
        return
    print_finding_lines(plan.findings)
    _print_run_result(path, plan, dry_run, pipeline)
    print_own_formulas(plan.own_formulas)


def print_import(
    path: Path, plan: ChangeSet[RunAnswer[ImportedFiles]], dry_run: bool, wants_json: bool, files: Sequence[Path]
) -> None:
    """Print what an import changed, the rows and amounts of its files, and *files*, which hold what is left to mend."""
    if wants_json:
        print_json(ImportReport(str(path), dry_run, plan.answer, tuple(map(str, files)), plan.own_formulas))
        return
    print_lost_cells(plan.answer.result.not_understood)
    print_finding_lines(plan.findings)
    _print_row_counts(plan.answer.result)
    _print_amounts(plan.answer.result)
    _print_judged_deals(plan.answer.result)
    for rows, how in zip(files[::2], files[1::2], strict=True):
        click.echo(
            terminal_text(
                "The rows to mend are in {rows}; import them again with --map {map}.", rows=f'"{rows}"', map=f'"{how}"'
            )
        )
    _print_run_result(path, plan, dry_run)
    print_own_formulas(plan.own_formulas)


def _print_row_counts(imported: ImportedFiles) -> None:
    """Print what became of the rows of each file, and which rows were left out and why."""
    for counts in imported.rows:
        parts = [
            terminal_text(text, count=count) for name, text in _ROW_FATES.items() if (count := getattr(counts, name))
        ]
        facts = {
            "file": counts.file,
            "read": counts.read,
            "table": terminal_text(TABLES[counts.table].title) if counts.table in TABLES else counts.table,
            "fates": terminal_text(COMMA_SEPARATOR).join(parts) or "0",
        }
        click.echo(terminal_text("{file} → {table}: {read:,} {read:row|rows} read: {fates}.", **facts))
        _print_left_out_reasons([run for run in imported.left_out if run.file == counts.file])


def _print_left_out_reasons(runs: Sequence[LeftOutRows]) -> None:
    """Print why rows of one file were left out, with their number and the first of them."""
    reasons, firsts = Counter[str](), dict[str, int]()
    for run in runs:
        reasons[run.reason] += run.last - run.first + 1
        firsts.setdefault(run.reason, run.first)
    for reason, count in list(reasons.items())[:_MAX_REASON_LINES]:
        click.echo(
            "  "
            + terminal_text("left out: {count:,}, from row {row}: {why}", count=count, row=firsts[reason], why=reason)
        )
    if len(reasons) > _MAX_REASON_LINES:
        left = sum(reasons.values()) - sum(list(reasons.values())[:_MAX_REASON_LINES])
        click.echo("  " + terminal_text("… and {count} more; --json has them all.", count=left))


def _print_amounts(imported: ImportedFiles) -> None:
    """Print the sum of each column of amounts in the file and in the workbook side by side."""
    if not imported.sums:
        return
    headers = (terminal_text("Sum"), terminal_text("In the file"), terminal_text("In the workbook"), "")
    lines = [
        (
            terminal_text("{file}, {header}", file=sums.file, header=sums.header),
            format_screen_value(sums.in_file) + ("" if sums.factor == 1 else f" × {sums.factor:,.10g}"),
            format_screen_value(sums.in_workbook),
            "" if round(sums.in_file * sums.factor, 2) == round(sums.in_workbook, 2) else "≠",
        )
        for sums in imported.sums
    ]
    print_screen_table(headers, lines)


def _print_run_result(
    path: Path, plan: ChangeSet[RunAnswer[SomeAnswer]], dry_run: bool, pipeline: Pipeline | None = None
) -> None:
    """Print the last line about a run: how many cells and rows it changed, or would change."""
    if dry_run:
        _print_cell_changes(plan, pipeline)
    added = terminal_text(COMMA_SEPARATOR).join(
        f"{terminal_text(TABLES[table].title)} +{count}" for table, count in plan.answer.added.items()
    ) or terminal_text("none")
    facts = {"path": path, "changes": plan.answer.changes, "added": added, "followups": plan.answer.followups}
    if not plan.writes:
        click.echo(terminal_text("{path}: nothing to change.", **facts))
    elif dry_run:
        click.echo(
            terminal_text(
                "{path}: would change {changes} {changes:cell|cells}; rows added: {added}; follow-ups: {followups}. "
                "Nothing was written.",
                **facts,
            )
        )
    else:
        click.echo(
            terminal_text(
                "{path}: {changes} {changes:cell|cells} changed; rows added: {added}; follow-ups: {followups}.",
                **facts,
            )
        )


def print_lost_cells(columns: Iterable[LostCells]) -> None:
    """Print first which columns of files have cells that could not be read, and how many."""
    for lost in columns:
        click.echo(
            terminal_text(
                "Not understood and left blank: {cells:,} of {filled:,} cells of “{header}” in {file}.",
                cells=lost.cells,
                filled=lost.filled,
                header=lost.header,
                file=lost.file,
            )
        )


def _print_judged_deals(imported: ImportedFiles) -> None:
    """Print whether the gates judged the new deals of an import."""
    if imported.as_history:
        click.echo(
            terminal_text(
                "{count:,} new {count:deal was|deals were} recorded as history, in the stages of the file; the "
                "gates did not judge them.",
                count=imported.as_history,
            )
        )
    if imported.judged:
        click.echo(
            terminal_text(
                "{count:,} new {count:deal was|deals were} judged like typed ones, and {refused:,} "
                "{refused:move was|moves were} refused; "
                "for a migration, import with --as-history.",
                count=imported.judged,
                refused=imported.refused,
            )
        )


def print_own_formulas(results: OwnFormulaResults | None) -> None:
    """Print what happened to formulas that users added; nothing if the run affected none."""
    done, left = (results.recalculated, results.to_calculate) if results else ((), ())
    if not done and not left:
        return
    named = ", ".join(f"{one.cell} ({one.why})" for one in left[:_MAX_SCREEN_LINES]) + (
        " …" if len(left) > _MAX_SCREEN_LINES else ""
    )
    lines = (
        terminal_text(
            "{done} of your formulas recalculated; {left} left to Excel: {named}.",
            done=len(done),
            left=len(left),
            named=named,
        )
        if left
        else terminal_text("{done} of your formulas recalculated.", done=len(done))
    )
    click.echo(lines)


def print_followups(plan: ChangeSet[FollowUpsAnswer], pipeline: Pipeline, wants_json: bool) -> None:
    """Print whom to call and why."""
    if wants_json:
        print_json(plan.answer)
        return
    rows = sorted(plan.answer.followups, key=lambda row: str(row["owner"] or ""))  # a stable sort: by rank within
    for owner, group in groupby(rows, key=lambda row: str(row["owner"] or "")):
        calls = list(group)
        click.echo(style_text(f"{owner or terminal_text('No owner')} · {len(calls)}", "head"))
        for row in calls:
            _print_followup(row, pipeline.language)
        click.echo("")
    click.echo(terminal_text("{count} {count:follow-up|follow-ups}.", count=len(rows)))
    if plan.findings:
        print_finding_lines(plan.findings)


_PRIORITY_MARKS = {"high": ("!", "bad"), "medium": ("·", "warning"), "low": ("·", "dim")}


def _print_followup(row: Mapping[str, Any], language: Language) -> None:
    """Print one call: the customer and the deal with day and priority, then the next step, the person, and why."""
    mark, style = _PRIORITY_MARKS.get(str(row["priority"] or ""), ("·", "dim"))
    when = f"{row['day']}  {choice_label('priority', str(row['priority'] or ''), language)}"
    title = " · ".join((deal_title(*(str(row[key] or "") for key in ("deal", "name", "account"))), str(row["deal"])))
    gap = " " * max(2, SCREEN_WIDTH - 4 - screen_width(title) - screen_width(when))
    click.echo(style_text(f"  {mark} ", style) + title + gap + style_text(when, style))
    person = " ".join(filter(None, (str(row["contact"] or ""), str(row["phone"] or row["email"] or ""))))
    if step := " — ".join(filter(None, (str(row["next_step"] or ""), person))):
        print_wrapped_line(step, 4)
    print_wrapped_line(str(row["why"]), 4)


def print_files(plan: ChangeSet[SomeAnswer], files: Sequence[Path], wants_json: bool) -> None:
    """Print where documents were written."""
    if wants_json:
        print_json(FilesAnswer(plan.answer, plan.own_formulas, tuple(map(str, files))))
        return
    print_finding_lines(plan.findings)
    for file in files:
        click.echo(str(file))
    print_own_formulas(plan.own_formulas)


_SEVERITY_STYLES = {"block": "bad", "warn": "warning", "note": "dim"}


def print_finding_lines(found: Iterable[Finding]) -> None:
    """Print the findings that block first, and no more than a screen takes."""
    found = sorted(found, key=lambda finding: ("block", "warn", "note").index(finding.severity))
    marks = {"block": "✗", "warn": "!", "note": "·"}
    for finding in found[:_MAX_SCREEN_LINES]:
        mark = style_text(marks[finding.severity], _SEVERITY_STYLES[finding.severity])
        if not sys.stdout.isatty():  # one finding a line, for a program that reads them
            click.echo(f"{mark} {_format_finding_place(finding)}{finding.message}")
            continue
        first, *more = wrap_to_width(f"{_format_finding_place(finding)}{finding.message}", SCREEN_WIDTH - 2)
        for line in (f"{mark} {first}", *(f"  {line}" for line in more)):
            click.echo(line)
    if len(found) > _MAX_SCREEN_LINES:
        click.echo(
            terminal_text(
                "… and {count} more; the sheet Findings and --json have them all.",
                count=len(found) - _MAX_SCREEN_LINES,
            )
        )
    elif not found:
        click.echo(terminal_text("No findings."))


def _format_finding_place(finding: Finding) -> str:
    # a new row has no address yet, so use its key
    if not finding.cell or finding.message.startswith(finding.cell):
        return ""
    key = "" if "!" in finding.cell else finding.key
    return " ".join(filter(None, (finding.cell, key, finding.deal_name))) + ": "


def _print_cell_changes(plan: ChangeSet, pipeline: Pipeline | None) -> None:
    for count, change in enumerate(plan.changes):
        if count == _MAX_SCREEN_LINES:
            click.echo("…")
            break
        table = TABLES[change.table]
        header = terminal_text(table[change.column].header)
        row = name_row(pipeline, change.table, change.key) if pipeline else change.key
        before, after = (
            format_shown_cell(change.table, change.column, value) for value in (change.before, change.after)
        )
        why = terminal_text(VERBS[change.because].label) if change.because in VERBS else change.because
        click.echo(f"  {terminal_text(table.title)} {row}: {header}: {before} → {after}  ({why})")


def format_shown_cell(table: str, column: str, value: Any) -> str:
    """Return the first line of a cell's value as a sheet shows it: choices by their labels."""
    plain = json_value(value)
    if plain is None or plain == "":
        return terminal_text("blank")
    first, *more = choice_label(TABLES[table][column].options, str(plain), TERMINAL_LANGUAGE).splitlines() or [""]
    return f"{first} …" if more else first
