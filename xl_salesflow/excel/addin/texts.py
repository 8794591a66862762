"""The texts of the add-in in both languages; they travel on its sheet Texts, because VBA sources are ASCII."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xl_salesflow.excel.menus import MENUS
from xl_salesflow.excel.wizard import ARGUMENTS, FUNCTIONS
from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text
from xl_salesflow.model.verbs import GROUPS, VERBS

OWN: Mapping[str, Text] = {
    "sf_tab": Text("Sales", "销售"),
    "sf_live": Text("Live check", "即时检查"),
    "sf_live.tip": Text(
        "Say at once whether the gates let a deal pass when you change its stage; off by default",
        "修改阶段后立即提示能否通过关卡；默认关闭",
    ),
    "running": Text("Working…", "处理中……"),
    "nothing": Text("Nothing to choose here", "此处没有可选项"),
    "no_workbook": Text("Open a sales workbook first.", "请先打开销售工作簿。"),
    "workbooks": Text("Excel workbooks", "Excel 工作簿"),
    "failed": Text(
        "Python could not be started; run “salesflow addin doctor” in a terminal, it names the remedy.",
        "无法启动 Python；请在终端运行 salesflow addin doctor 查看解决办法。",
    ),
}

_READ_BY_MENUS = ("Deals.deal", "Deals.stage", "Deals.playbook", "Stages.stage", "Stages.playbook", "Stages.kind")


def texts() -> dict[str, Text]:
    """Return every text by the key that the VBA looks up."""
    return dict(_all())


def _all() -> Iterator[tuple[str, Text]]:
    yield from OWN.items()
    for id, group in GROUPS.items():
        yield f"sf_group_{id}", group
    for verb in VERBS.values():
        if verb.group:
            yield f"sf_{verb.id}", verb.label
            yield f"sf_{verb.id}.tip", verb.tip
        yield from ((f"sf_{verb.id}_{at}", entry) for at, entry in enumerate(MENUS.get(verb.menu, ()), 1))
    lists = [f"Lists.{verb.menu}" for verb in VERBS.values() if verb.menu in TABLES["Lists"].by_id]
    for name in (*_READ_BY_MENUS, *lists):
        table, _, column = name.partition(".")
        yield name, TABLES[table][column].header
    yield "kind.lost", CHOICES["kind"]["lost"]
    for id, function in FUNCTIONS.items():
        yield f"fx.{id}", function.says
    for id, argument in ARGUMENTS.items():
        yield f"fx.argument.{id}", argument
