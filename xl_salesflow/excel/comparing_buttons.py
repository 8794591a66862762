"""Buttons that set things beside each other: two days, two groups of deals, two copies of the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from xl_salesflow import flow
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.desk import Desk
from xl_salesflow.metrics.groups import grouped_by
from xl_salesflow.model.choices import label
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Cell, Finding, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

SPANS: Mapping[int, Text] = MappingProxyType(
    {
        7: Text("A week before", "一周之前"),
        30: Text("A month before (30 days)", "一个月之前（30 天）"),
        91: Text("A quarter before (91 days)", "一季度之前（91 天）"),
        365: Text("A year before (365 days)", "一年之前（365 天）"),
        0: Text("Compare no longer", "取消对比"),
    }
)
"""Days before the as-of date → what the menu calls them."""

_VERDICTS = {"first": "first", "second": "second", "no difference": "same", "too few": "too_few"}
_ONLY = {
    "only_first": Text("{key} is in this workbook only, not in {file}.", "{key} 仅在本工作簿中，{file} 中没有。"),
    "only_second": Text("{key} is in {file} only.", "{key} 仅在 {file} 中。"),
    "changed": Text("{header}: {first} here, {second} in {file}.", "{header}：此处为 {first}，{file} 中为 {second}。"),
}
_BLANK = Text("blank", "空")


def dates(desk: Desk) -> Text:
    """Compare the funnel with the day that the menu names, so long before its as-of date."""
    if not 1 <= desk.choice <= len(SPANS):
        raise UsageError("Choose an entry of the menu.", "请从菜单中选择一项。")
    pipeline, days = desk.read("Deals"), list(SPANS)[desk.choice - 1]
    if "CompareInput" not in desk.xw.names:
        raise UsageError(
            "This workbook is of an older version; close it and run: salesflow check --repair.",
            "此工作簿版本较旧；请关闭后运行：salesflow check --repair。",
        )
    day = pipeline.as_of - timedelta(days=days) if days else None
    desk.book.write(Plan(cells=(Cell("CompareInput", pipeline.named.get("CompareInput"), day, cached=False),)))
    desk.xw.app.calculate()
    desk.show("StageChanges")
    if day is None:
        return Text("Nothing is compared any more.", "已取消对比。")
    return Text(f"Headline numbers and stages beside those of {day}.", f"主要指标与各阶段已与 {day} 对比。")


def groups(desk: Desk) -> Text:
    """Bring the comparison of two groups to the front and say whether their win rates differ by more than chance."""
    desk.xw.app.calculate()
    pipeline = desk.read()
    desk.show("Segments")
    sides = [str(pipeline.named.get(name) or "") for name in ("SegmentA", "SegmentB")]
    if not all(sides):
        raise UsageError(
            "Choose what to compare by, and the first and the second group, on this sheet.",
            "请在此表中选择分组方式及要对比的两组。",
        )
    answer = flow.compare(pipeline, grouped_by(pipeline), *sides).answer
    rates = ", ".join(
        f"{name} {_rate(answer[f'{side}_rate'])}" for name, side in zip(sides, ("first", "second"), strict=True)
    )
    said = {language: label("verdict", _VERDICTS[answer["verdict"]], language) for language in ("en", "zh")}
    return Text(f"Win rates: {rates}. {said['en']}.", f"赢单率：{rates.replace(', ', '，')}。{said['zh']}。")


def differences(desk: Desk) -> Text:
    """List what differs from another copy of the workbook, each linked to its cell here."""
    ours, theirs, name = *_both(desk), _file_name(desk)
    found = flow.diff(ours, theirs).answer["differences"]
    desk.show_findings(_finding(ours, one, name) for one in found)
    return Text(f"{len(found)} differences from {name}.", f"与 {name} 有 {len(found)} 处不同。")


def merge(desk: Desk) -> Text:
    """Take into the workbook what another copy of it says; contradictions go to their sheet, where a person decides."""
    from xl_salesflow.workbook import ClosedBook
    from xl_salesflow.workbook.backups import common_backup

    ours, theirs = _both(desk)
    found, _ = common_backup(ours, theirs)
    plan = flow.merge(ours, theirs, ClosedBook(found).read(desk.now.date()) if found else None, desk.run)
    desk.book.write(plan)
    taken, rows, conflicts = (plan.answer[fact] for fact in ("cells", "rows", "conflicts"))
    if conflicts:
        desk.show("Conflicts")
    return Text(
        f"{taken} cells and {rows} rows taken, {conflicts} conflicts to decide.",
        f"已采用 {taken} 个单元格、{rows} 行，{conflicts} 处冲突待定。",
    )


def _both(desk: Desk) -> tuple[Pipeline, Pipeline]:
    if desk.file is None:
        raise UsageError("Choose another workbook.", "请选择另一个工作簿。")
    from xl_salesflow.workbook import ClosedBook  # only what sets copies side by side reads files

    return desk.read(), ClosedBook(desk.file).read(desk.now.date())


def _file_name(desk: Desk) -> str:
    return desk.file.name if desk.file else ""


def _finding(ours: Pipeline, one: dict[str, Any], file: str) -> Finding:
    table, language = TABLES[one["table"]], ours.language
    sides = {side: _shown(one.get(side), language) for side in ("first", "second")}
    header = table.header(one["column"], language) if one.get("column") else ""
    message = _ONLY[one["what"]].in_(language, key=one["key"], file=file, header=header, **sides)
    rows = ours[table.name].index[ours[table.name][table.key or table.columns[0].id] == one["key"]]
    cell = ours.cell(table.name, int(rows[0]), one.get("column", "")) if len(rows) == 1 else ""
    return Finding("difference", "note", message, table.name, one["key"], one.get("column", ""), cell)


def _shown(value: Any, language: Language) -> str:
    return _BLANK.in_(language) if value is None else str(value)


def _rate(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.1%}"
