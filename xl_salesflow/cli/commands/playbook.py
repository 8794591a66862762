"""``salesflow playbook …``: look at the sales processes that ship, check one of your own, change over to one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, option
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.model.verbs import VERBS

_json = click.option("--json", is_flag=True, help=say("Answer as JSON, with stable keys.", "以 JSON 输出，键名固定。"))


@click.group(help=VERBS["playbook"].tip.in_(LANGUAGE))
def playbook() -> None:
    """Gather what can be done with a playbook."""


@playbook.command("list", help=say("Name every playbook that ships.", "列出内置的全部销售流程。"))
@_json
def list_(json: bool) -> int:
    from xl_salesflow.cli import processes

    return processes.listed(json)


@playbook.command(help=say("Show the stages, tasks and gates of a playbook.", "显示流程的阶段、任务与关卡。"))
@click.argument("name", metavar=say("NAME-OR-FILE", "名称或文件"))
@_json
def show(name: str, json: bool) -> int:
    from xl_salesflow.cli import processes

    return processes.shown(name, json)


@playbook.command(help=say("Say what is wrong with a playbook file or a book's.", "检查流程文件或工作簿中的流程。"))
@click.argument("file", type=click.Path(path_type=Path), metavar=say("FILE-OR-BOOK", "文件或工作簿"))
@_json
def check(file: Path, json: bool) -> int:
    from xl_salesflow.cli import processes

    return processes.checked(file, json)


@playbook.command(help=say("Move a book's open deals to another playbook.", "将工作簿中进行中的商机转入另一流程。"))
@BOOK
@click.argument("name", metavar=say("NAME-OR-FILE", "名称或文件"))
@option(
    "--map",
    "A stage that goes elsewhere than proposed; may be repeated.",
    "指定与建议不同的阶段对应，可重复使用。",
    multiple=True,
    metavar=say("OLD=NEW", "旧=新"),
)
@option(
    "--from", "The playbook they leave; else the default one.", "原流程；默认为默认流程。", default="", metavar="NAME"
)
@DRY
@JSON
@TODAY
@BY_WHOM
def use(book: Path, name: str, **asked: Any) -> int:
    from xl_salesflow.cli import processes

    return processes.used(
        book, name, asked["map"], asked["from"], asked["dry_run"], asked["json"], asked["today"], asked["as"]
    )


@playbook.command(help=say("Write a playbook out, to be edited.", "导出流程文件以便编辑。"))
@click.argument("name", metavar=say("NAME", "名称"))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=say("The file; else the screen.", "输出文件；默认为屏幕。"),
)
def export(name: str, output: Any) -> int:
    from xl_salesflow.cli import processes

    return processes.exported(name, output)
