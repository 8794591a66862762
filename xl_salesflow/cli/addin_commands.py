"""The commands of ``salesflow addin``: build, install, remove, examine and test the Excel add-in."""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xl_salesflow.cli.command_options import TERMINAL_LANGUAGE, terminal_text

if TYPE_CHECKING:
    from xl_salesflow.excel.addin.addin_doctor import Diagnosis


@click.group("addin", help=terminal_text("The Excel add-in: build, install, examine."))
def addin_group() -> None:
    """Group the commands of the add-in."""


@addin_group.command("build", help=terminal_text("Build the add-in from its text."))
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("salesflow.xlam"), show_default=True, metavar="FILE"
)
def build_addin_command(output: Path) -> int:
    from xl_salesflow.excel.addin.addin_build import build_addin

    click.echo(str(build_addin(output)))
    return 0


@addin_group.command("install", help=terminal_text("Install the add-in where Excel loads it."))
def install_addin_command() -> int:
    from xl_salesflow.excel.addin.installation import find_addin_places, install_addin

    for file in install_addin(find_addin_places()):
        click.echo(str(file))
    click.echo(terminal_text("Start Excel again to see the tab Sales."))
    return 0


@addin_group.command("uninstall", help=terminal_text("Remove the add-in and its settings."))
def uninstall_addin_command() -> int:
    from xl_salesflow.excel.addin.installation import find_addin_places, uninstall_addin

    files = uninstall_addin(find_addin_places())
    for file in files:
        click.echo(str(file))
    if not files:
        click.echo(terminal_text("The add-in is not installed."))
    return 0


@addin_group.command(
    "doctor",
    help=terminal_text("Show what keeps the add-in from working, and the remedy."),
)
@click.argument("workbook", required=False, default="", metavar="[BOOK]")
def doctor_command(workbook: str) -> int:
    from xl_salesflow.excel.addin.addin_doctor import diagnose_addin, process_environment
    from xl_salesflow.excel.addin.installation import find_addin_places
    from xl_salesflow.excel.addin.installation_checks import DoctorCase

    found = diagnose_addin(DoctorCase(find_addin_places(), process_environment(), workbook))
    for one in found:
        click.echo(_format_diagnosis(one))
    return 0 if all(one.well for one in found) else 1


@addin_group.command("selftest", help=terminal_text("Test the add-in in the Excel of this computer."))
def selftest_command() -> int:
    from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
    from xl_salesflow.excel.addin.excel_selftest import run_selftest_in_excel
    from xl_salesflow.excel.addin.installation import find_addin_places

    find_addin_places()  # reports an error if Excel is not installed

    folder = Path(tempfile.mkdtemp(prefix="salesflow-"))
    steps = run_selftest_in_excel(
        folder / "selftest.xlsx",
        TERMINAL_LANGUAGE,
        datetime.now().replace(microsecond=0),
        partial(generate_pipeline, count=30, since_days=120),
    )
    for name, well, message in steps:
        click.echo(f"{'✓' if well else '✗'} {name}: {message}")
    return 0 if all(well for _, well, _ in steps) else 1


def _format_diagnosis(one: Diagnosis) -> str:
    return f"{'✓' if one.well else '✗'} {one.message.in_(TERMINAL_LANGUAGE)}"
