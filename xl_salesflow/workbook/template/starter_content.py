"""What a new workbook says and holds: the words no declaration has, and the rows of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

import pandas as pd

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.process.working_days import make_shipped_holidays
from xl_salesflow.schema.choice_lists import CHOICES, LISTS
from xl_salesflow.schema.named_values import SETTINGS_BY_ID, SettingSchema
from xl_salesflow.schema.table_columns import Column, ColumnType, ColumnWriter, SheetGroup, TableSchema
from xl_salesflow.schema.table_registry import TABLES

START_TITLE = Text("Start", "开始")
DROPDOWNS_TITLE = Text("Dropdowns", "下拉数据")
TEMPLATE_TITLE = Text("Sales pipeline", "销售管道")
TEMPLATE_SUBTITLE = Text(
    "This workbook is your pipeline. Type in the tinted cells; everything else is worked out.",
    "本工作簿就是您的销售管道。请在着色单元格中填写，其余内容自动得出。",
)
START_STEPS = (
    (
        Text("Set up once", "一次性设置"),
        Text(
            "Fill in Team, Products and Settings; look through Stages and Gates. Unhide a sheet by right-clicking any tab.",
            "填写“团队”“产品”“设置”，查看“阶段”与“关卡”。右键任一工作表标签即可取消隐藏。",
        ),
    ),
    (
        Text("Work every day", "每日使用"),
        Text(
            "Enter deals and activities. To move a deal, choose another stage: it counts once the gate lets it pass.",
            "登记商机与活动。推进商机时改选阶段，通过关卡后计入统计。",
        ),
    ),
    (
        Text("Update and read", "更新与查看"),
        Text(
            "Press Update on the Sales ribbon, or run: salesflow update BOOK.xlsx. Then read Follow-ups, Findings and Funnel.",
            "点击功能区的“更新”，或运行：salesflow update 工作簿.xlsx，然后查看“跟进清单”“检查结果”“销售漏斗”。",
        ),
    ),
)
SHEET_GROUP_TITLES = {
    SheetGroup.WORK: Text("Work", "日常"),
    SheetGroup.MANAGE: Text("Manage", "管理"),
    SheetGroup.SETUP: Text("Set up", "设置"),
    SheetGroup.RECORD: Text("Record", "记录"),
}
WRITER_LEGEND = {
    ColumnWriter.PERSON: Text("You type here", "由您填写"),
    ColumnWriter.FORMULA: Text("A formula; do not type over it", "公式，请勿覆盖"),
    ColumnWriter.PRODUCT: Text("Written by an update", "由“更新”写入"),
}

REQUIRED_NOTE = Text("Required.", "必填。")
WRITER_NOTES = {
    ColumnWriter.PERSON: Text("", ""),
    ColumnWriter.FORMULA: Text("A formula; do not type over it.", "公式，请勿覆盖。"),
    ColumnWriter.PRODUCT: Text("Written by an update.", "由“更新”写入。"),
}
LIST_NOTE = Text("Choose from the list; add values on the sheet Lists.", "从列表中选择；可在“列表”工作表中添加选项。")

WRONG_TITLE = Text("Please check", "请检查")
WRONG_CHOICE = Text("Choose a value from the list.", "请从列表中选择。")
WRONG_LIST = Text(
    "This value is not on the list yet. Add it on the sheet Lists, or keep it as it is.",
    "列表中尚无此值。可在“列表”工作表中添加，或保留现值。",
)
WRONG_REF = Text(
    "There is no such row on the sheet “{sheet}” yet. Keep it if you are about to add it.",
    "工作表“{sheet}”中尚无此项。若稍后添加，可保留。",
)
WRONG_STAGE = Text("Choose a stage of the sheet Stages.", "请选择“阶段”工作表中的阶段。")
WRONG_DATE = Text("Enter a date such as 2026-03-31.", "请输入日期，例如 2026-03-31。")
WRONG_POINTS = Text(
    "Enter 0 (unknown), 1 (weak), 2 (fair) or 3 (strong).", "请输入 0（未知）、1（弱）、2（中）或 3（强）。"
)
WRONG_PERCENT = Text("Enter a percentage from 0 % to 100 %.", "请输入 0% 至 100% 之间的百分比。")
WRONG_NUMBER = Text("Enter a number, without currency sign or unit.", "请输入数字，不带货币符号或单位。")
WRONG_KEY = Text("This number is already taken; every row needs its own.", "该编号已被使用，每行须有唯一编号。")

PAGE_FOOTER = Text("Page &P of &N", "第 &P 页，共 &N 页")

TemplateRow = Mapping[str, Any]
BLANK_TEMPLATE_ROW: TemplateRow = {}


def build_starter_rows(language: Language, playbook: str) -> dict[str, list[TemplateRow]]:
    """Return the rows of every table of a new workbook; a table that starts empty has one blank row."""
    rows: dict[str, list[TemplateRow]] = {name: [BLANK_TEMPLATE_ROW] for name in TABLES}
    rows |= {
        name: frame_to_template_rows(TABLES[name], frame, language)
        for name, frame in make_shipped_setup(playbook, language).items()
    }
    if language == "zh":  # an English workbook may be anywhere: its team says which days are off
        rows["Holidays"] = frame_to_template_rows(TABLES["Holidays"], make_shipped_holidays("CN", language), language)
    rows["Lists"] = _lists_table_rows(language)
    rows["Settings"] = _settings_table_rows(language, playbook)
    return rows


def frame_to_template_rows(table: TableSchema, frame: pd.DataFrame, language: Language) -> list[TemplateRow]:
    """Return the rows of a frame of *table* as cells show them."""
    records: list[dict[Any, Any]] = frame.to_dict("records")
    return [
        {
            column.id: template_cell_value(column, record[column.id], language)
            for column in table.columns
            if not column.is_formula
        }
        for record in records
    ]


def template_cell_value(column: Column, value: Any, language: Language) -> Any:
    """Return what a cell of *column* holds for a frame's *value*; None is blank."""
    if value == "" or value is pd.NaT or value != value:
        return None
    if column.type in (ColumnType.CHOICE, ColumnType.LIST):
        known = {**CHOICES, **LISTS}.get(column.options or "", {}).get(value)
        return known.in_(language) if known else value
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime() if column.type is ColumnType.TIME else value.date()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def setting_default_cell(setting: SettingSchema, language: Language) -> Any:
    """Return the default of *setting* as its cell holds it: a number where it is one."""
    value = setting.default_in(language)
    if value == "":
        return None
    if setting.type is ColumnType.DATE:
        return date.fromisoformat(str(value))
    if setting.type.is_text:
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _lists_table_rows(language: Language) -> list[TemplateRow]:
    columns: Sequence[list[str]] = [[text.in_(language) for text in values.values()] for values in LISTS.values()]
    return [dict(zip(LISTS, row, strict=True)) for row in zip_longest(*columns)]


def _settings_table_rows(language: Language, playbook: str) -> list[TemplateRow]:
    return [
        {
            "setting": setting.id,
            "name": setting.name.in_(language),
            "value": playbook if setting.id == "playbook" else setting_default_cell(setting, language),
            "tip": setting.tip.in_(language),
        }
        for setting in SETTINGS_BY_ID.values()
    ]
