"""``salesflow addin …``: build, install, remove, examine and try the Excel add-in."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xl_salesflow.cli.texts import LANGUAGE, say

if TYPE_CHECKING:
    from xl_salesflow.excel.addin.doctor import Diagnosis


@click.group(help=say("The Excel add-in: build, install, examine.", "Excel 加载项：构建、安装、诊断。"))
def addin() -> None:
    """Gather what can be done with the add-in."""


@addin.command(help=say("Build the add-in from its text.", "由文本构建加载项。"))
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("salesflow.xlam"), show_default=True, metavar="FILE"
)
def build(output: Path) -> int:
    from xl_salesflow.excel.addin.build import build

    click.echo(str(build(output)))
    return 0


@addin.command(help=say("Put the add-in where Excel starts it.", "将加载项安装到 Excel 启动位置。"))
def install() -> int:
    from xl_salesflow.excel.addin.install import install
    from xl_salesflow.excel.addin.places import here

    for file in install(here()):
        click.echo(str(file))
    click.echo(say("Start Excel again to see the tab Sales.", "请重新启动 Excel，即可看到“销售”选项卡。"))
    return 0


@addin.command(help=say("Remove the add-in and its settings.", "移除加载项及其设置。"))
def uninstall() -> int:
    from xl_salesflow.excel.addin.install import uninstall
    from xl_salesflow.excel.addin.places import here

    files = uninstall(here())
    for file in files:
        click.echo(str(file))
    if not files:
        click.echo(say("The add-in is not installed.", "尚未安装加载项。"))
    return 0


@addin.command(help=say("Say what keeps the add-in from working, with the remedy.", "诊断加载项问题并给出解决办法。"))
@click.argument("workbook", required=False, default="", metavar="[BOOK]")
def doctor(workbook: str) -> int:
    from xl_salesflow.excel.addin.doctor import Case, diagnose, environment
    from xl_salesflow.excel.addin.places import here

    found = diagnose(Case(here(), environment(), workbook))
    for one in found:
        click.echo(_line(one))
    return 0 if all(one.well for one in found) else 1


@addin.command(help=say("Try the add-in inside this computer's Excel.", "在本机 Excel 中自检。"))
def selftest() -> int:
    from xl_salesflow.excel.addin.places import here

    here()  # says so where there is no Excel
    from xl_salesflow.excel.addin.selftest import in_excel

    folder = Path(tempfile.mkdtemp(prefix="salesflow-"))
    steps = in_excel(folder / "selftest.xlsx", LANGUAGE, datetime.now().replace(microsecond=0))
    for name, well, says in steps:
        click.echo(f"{'✓' if well else '✗'} {name}: {says}")
    return 0 if all(well for _, well, _ in steps) else 1


def _line(one: Diagnosis) -> str:
    return f"{'✓' if one.well else '✗'} {one.says.in_(LANGUAGE)}"
