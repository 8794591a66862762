"""The days on which nobody works, and those on which everybody does all the same."""

from __future__ import annotations

from xl_salesflow.model.column import Group, Table, Type, column
from xl_salesflow.model.text import Text

T = Type

HOLIDAYS = Table(
    "Holidays", Text("Holidays", "节假日"), Text("Days off, and working days at weekends", "放假日与调休上班日"), Group.SETUP,
    (
        column("day", "Day", "日期", T.DATE, "A day that differs from the working week", "与工作周不同的日期", required=True),
        column("name", "Name", "名称", T.TEXT, "What it is", "节日或调休名称", width=30),
        column("kind", "Kind", "类别", T.CHOICE, "Blank: a day off; a make-up day is a working day", "留空为休息；调休补班选“上班”", options="day_kind", width=14),
    ),
)  # fmt: skip
