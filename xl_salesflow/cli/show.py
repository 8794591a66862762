"""How answers look on the screen: JSON for programs, aligned lines for people."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.texts import say
from xl_salesflow.metrics import METRICS, Unit
from xl_salesflow.model.choices import label
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding, Plan
from xl_salesflow.model.text import Language

_STAGES = (
    "stage", "reached", "step_conversion", "cumulative_conversion", "open_count", "open_value", "weighted_value",
    "median_days", "p90_days", "day_limit", "over_limit",
)  # fmt: skip
_GROUPED = (
    "key", "deal_count", "open_count", "open_value", "weighted_value", "won_count", "lost_count", "won_value", "win_rate",
)  # fmt: skip
_COMPARED = ("reached", "open_count", "open_value", "median_days")
_SHOWN = 20  # findings and changes on the screen; --json has them all


def as_json(answer: Mapping[str, Any]) -> None:
    """Print *answer* as JSON."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))


def findings(plan: Plan, wants_json: bool) -> None:
    """Print what a check found."""
    if wants_json:
        as_json(plan.answer)
        return
    if restored := plan.answer.get("restored"):
        click.echo(say("Restored: {what}.", "已恢复：{what}。", what=", ".join(restored)))
    if plan.repairs:
        count = sum(len(rows) for columns in plan.repairs.values() for rows in columns.values())
        click.echo(say("{count} formulas put back.", "已恢复 {count} 个公式。", count=count))
    _findings(plan.findings)
    formulas_of_yours(plan.answer)


def plan(path: Path, plan: Plan, dry_run: bool, wants_json: bool) -> None:
    """Print what a run did, or would do."""
    if wants_json:
        as_json({"book": str(path), "dry_run": dry_run, **plan.answer})
        return
    _findings(plan.findings)
    if dry_run:
        _changes(plan)
    added = ", ".join(f"{table} +{count}" for table, count in plan.answer.get("added", {}).items()) or say("none", "无")
    facts = {"path": path, "changes": plan.answer["changes"], "added": added, "followups": plan.answer["followups"]}
    if not plan.writes:
        click.echo(say("{path}: nothing to change.", "{path}：无需修改。", **facts))
    elif dry_run:
        click.echo(
            say(
                "{path}: would change {changes} cells; rows added: {added}; follow-ups: {followups}. Nothing was written.",
                "{path}：将修改 {changes} 个单元格；新增行：{added}；跟进：{followups} 条。未写入。",
                **facts,
            )
        )
    else:
        click.echo(
            say(
                "{path}: {changes} cells changed; rows added: {added}; follow-ups: {followups}.",
                "{path}：修改 {changes} 个单元格；新增行：{added}；跟进：{followups} 条。",
                **facts,
            )
        )
    formulas_of_yours(plan.answer)


def calculated(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return of *answer* what became of formulas of the user's own, where a run concerned some."""
    return {id: answer[id] for id in ("recalculated", "to_calculate") if id in answer}


def formulas_of_yours(answer: Mapping[str, Any]) -> None:
    """Print what became of formulas of the user's own; nothing where a run concerned none."""
    done, left = answer.get("recalculated", []), answer.get("to_calculate", [])
    if not done and not left:
        return
    named = ", ".join(f"{one['cell']} ({one['why']})" for one in left[:_SHOWN]) + (" …" if len(left) > _SHOWN else "")
    said = (
        say(
            "{done} formulas of yours recalculated; {left} left for Excel: {named}.",
            "已重算您的 {done} 个公式；{left} 个待 Excel 计算：{named}。",
            done=len(done),
            left=len(left),
            named=named,
        )
        if left
        else say("{done} formulas of yours recalculated.", "已重算您的 {done} 个公式。", done=len(done))
    )
    click.echo(said)


def funnel(plan: Plan, pipeline: Pipeline, wants_json: bool) -> None:
    """Print the funnel: every metric, then the stages, then the groups."""
    if wants_json:
        as_json(plan.answer)
        return
    language = pipeline.language
    if "comparison" in plan.answer:
        _comparison(plan.answer, language)
    else:
        rows = [
            (METRICS[id].name.in_(language), number(value, METRICS[id].unit))
            for id, value in plan.answer["metrics"].items()
        ]
        table((say("Metric", "指标"), say("Value", "数值")), rows)
    for part, columns in (("stages", _STAGES), ("by", _GROUPED)):
        if part == "stages" and "stage_comparison" in plan.answer:
            _stage_comparison(plan.answer)
        elif plan.answer[part]:
            click.echo("")
            table(columns, [[number(row[column], _unit(column)) for column in columns] for row in plan.answer[part]])


def _stage_comparison(answer: Mapping[str, Any]) -> None:
    click.echo("")
    heads = [f"{column} {day}" for column in _COMPARED for day in (answer["as_of"], answer["compared_to"])]
    rows = [
        [row["stage"], *(number(row[c][when], _unit(c)) for c in _COMPARED for when in ("now", "then"))]
        for row in answer["stage_comparison"]
    ]
    table(("stage", *heads), rows)


def _unit(column: str) -> Unit | None:
    if column.endswith("_conversion"):
        return Unit.RATIO
    return METRICS[column].unit if column in METRICS else None


def _comparison(answer: Mapping[str, Any], language: Language) -> None:
    rows = [
        (METRICS[id].name.in_(language), *(number(value, METRICS[id].unit) for value in found.values()))
        for id, found in answer["comparison"].items()
    ]
    table((say("Metric", "指标"), answer["as_of"], answer["compared_to"], say("Difference", "差异")), rows)


def followups(plan: Plan, pipeline: Pipeline, wants_json: bool) -> None:
    """Print who to call and why."""
    if wants_json:
        as_json(plan.answer)
        return
    rows = plan.answer["followups"]
    for row in rows:
        priority = label("priority", row["priority"] or "", pipeline.language)
        head = f"{row['owner'] or '—'} · {row['day']} · {row['rank']}. [{priority}]"
        click.echo(f"{head} {row['deal']} {row['account'] or ''} — {row['why']}")
        if row["next_step"]:
            click.echo(f"    → {row['next_step']}")
    click.echo(say("{count} follow-ups.", "共 {count} 条跟进。", count=len(rows)))
    if plan.findings:
        _findings(plan.findings)


def files(plan: Plan, files: Sequence[Path], wants_json: bool) -> None:
    """Print where documents went."""
    if wants_json:
        as_json({**plan.answer, "files": [str(file) for file in files]})
        return
    _findings(plan.findings)
    for file in files:
        click.echo(str(file))
    formulas_of_yours(plan.answer)


def _findings(found: Iterable[Finding]) -> None:
    found = sorted(found, key=lambda finding: ("block", "warn", "note").index(finding.severity))
    marks = {"block": "✗", "warn": "!", "note": "·"}
    for finding in found[:_SHOWN]:
        click.echo(f"{marks[finding.severity]} {_place(finding)}{finding.message}")
    if len(found) > _SHOWN:
        click.echo(
            say(
                "… and {count} more; the sheet Findings and --json have them all.",
                "…… 另有 {count} 条；见“检查结果”表或 --json。",
                count=len(found) - _SHOWN,
            )
        )
    elif not found:
        click.echo(say("No findings.", "未发现问题。"))


def _place(finding: Finding) -> str:
    # a row to come has no address yet, and is named by its key
    if not finding.cell or finding.message.startswith(finding.cell):
        return ""
    return f"{finding.cell}: " if "!" in finding.cell or not finding.key else f"{finding.cell} {finding.key}: "


def _changes(plan: Plan) -> None:
    for shown, change in enumerate(plan.changes):
        if shown == _SHOWN:
            click.echo("…")
            break
        click.echo(
            f"  {change.table} {change.key}: {change.column}: {change.before} → {change.after}  ({change.because})"
        )


def number(value: Any, unit: Unit | None = None) -> str:
    """Return a value as people read it; a dash is what nobody knows."""
    if value is None:
        return "—"
    if unit is Unit.RATIO:
        return f"{value:.2%}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns, all but the first to the right."""
    widths = [max(map(_width, column)) for column in zip(headers, *rows, strict=True)]
    for row in (headers, *rows):
        cells = [_padded(cell, width, place > 0) for place, (cell, width) in enumerate(zip(row, widths, strict=True))]
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, right: bool) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap
