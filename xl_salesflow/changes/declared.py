"""A change sheet, declared once: its columns, what it knows of itself, and what is said when a tick cannot be followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from xl_salesflow.journal import MOVE
from xl_salesflow.model.column import Group, Table, Type, Writer, column
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

T, P = Type, Writer.PRODUCT

CHANGES = Table(
    "Changes", Text("Changes", "修改清单"), Text("What a run would change; tick what is to be done", "运行将作的修改；请勾选要执行的"), Group.MANAGE,
    (
        column("apply", "Apply", "执行", T.CHOICE, "Yes: do this; anything else leaves it", "选“是”则执行，否则保持不变", options="yes_no", width=9),
        column("where", "Cell", "单元格", T.TEXT, "Where it stands in the workbook", "在工作簿中的位置", writer=P, width=16),
        column("table", "Table", "表", T.TEXT, "The table", "所在表", writer=P, width=12),
        column("key", "Key", "编号", T.TEXT, "The row's key", "行编号", writer=P, width=12),
        column("name", "Name", "名称", T.TEXT, "What the row is called", "行的名称", writer=P, width=26),
        column("column", "Column", "列", T.TEXT, "What changes", "修改的列", writer=P, width=18),
        column("before", "Before", "修改前", T.TEXT, "What stands there now", "原值", writer=P, width=20),
        column("after", "After", "修改后", T.TEXT, "What will stand there", "新值", writer=P, width=20),
        column("because", "Because", "缘由", T.LONG, "Why", "原因", writer=P, width=40),
        column("follows", "Goes with it", "随之修改", T.LONG, "What else is done with this tick", "勾选后一并执行的内容", writer=P, width=40),
        column("mark", "Mark", "标记", T.TEXT, "Leave as it is", "请勿修改", writer=P),
        column("held", "Held", "所持", T.TEXT, "Leave as it is", "请勿修改", writer=P),
    ),
)  # fmt: skip
"""The table of decisions; the last two columns are hidden."""

FACTS: Mapping[str, Text] = MappingProxyType(
    {
        "book": Text("Workbook", "工作簿"),
        "verb": Text("Verb", "操作"),
        "today": Text("As of", "基准日期"),
        "by": Text("Made by", "制表人"),
    }
)
"""What a change sheet knows of itself, by id."""

HOW = Text(
    "Choose Yes in the column Apply for every change you want, save this file, and run: salesflow apply BOOK THIS-FILE. "
    "What has changed in the workbook since then is not done, and said.",
    "请在“执行”列为需要的修改选择“是”，保存本文件，然后运行：salesflow apply 工作簿 本文件。此后在工作簿中已变动的内容不会执行，并会说明。",
)

MESSAGES: Mapping[str, Text] = MappingProxyType(
    {
        "change_overtaken": Text(
            "{place}: the workbook now holds “{now}” and not “{then}” as when the change sheet was made; it is left as it is.",
            "{place}：工作簿现为“{now}”，不再是制表时的“{then}”；保持不变。",
        ),
        "change_off": Text(
            "{place}: “{after}” is no longer what {verb} would write; it is left as it is. Make a new change sheet.",
            "{place}：{verb} 不再写入“{after}”；保持不变。请重新生成修改清单。",
        ),
        "change_gone": Text(
            "{place}: the row is no longer there; nothing was done about it.", "{place}：该行已不存在；未作处理。"
        ),
    }
)
"""What is told of a tick that cannot be followed; each is a warning."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a change sheet: a decision in words, what it is known by, and whether it was ticked."""

    table: str
    key: str
    column: str
    before: Any
    after: Any
    mark: str
    held: str
    where: str = ""
    name: str = ""
    because: str = ""
    follows: str = ""
    apply: bool = False

    @property
    def is_move(self) -> bool:
        """Tell whether the line is about a move of a deal, or the marks of one that was refused."""
        column = TABLES[self.table].find(self.column) if self.table in TABLES else None
        return self.table == "Deals" and column is not None and column.id in MOVE


@dataclass(frozen=True, slots=True)
class ChangeSheet:
    """A change sheet: for which workbook, verb and day it was made, and its lines."""

    book: str
    verb: str
    today: date
    by: str
    language: Language
    lines: tuple[Line, ...]

    @property
    def moves(self) -> tuple[Line, ...]:
        """Return the ticked lines about moves of deals."""
        return tuple(line for line in self.lines if line.apply and line.is_move)

    @property
    def others(self) -> tuple[Line, ...]:
        """Return the other ticked lines."""
        return tuple(line for line in self.lines if line.apply and not line.is_move)
