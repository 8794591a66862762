"""The group of all commands, and the conversion of errors to exit codes.

Names and help texts of the commands come from the declared verbs. Slow imports wait until a command runs. Every error
is printed as one sentence. Exit codes: 0 no problem, 1 blocking findings, 2 usage error, 3 workbook not usable.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from xl_salesflow import __version__
from xl_salesflow.cli.addin_commands import addin_group
from xl_salesflow.cli.batch_commands import batch_command, watch_command
from xl_salesflow.cli.change_commands import apply_command, undo_command
from xl_salesflow.cli.command_options import ENVIRONMENT_PREFIX, TERMINAL_LANGUAGE, read_configuration, terminal_text
from xl_salesflow.cli.copy_commands import diff_command, merge_command
from xl_salesflow.cli.customer_commands import bant_command, followups_command, prepare_command
from xl_salesflow.cli.document_commands import print_command, quote_command, revise_command
from xl_salesflow.cli.export_commands import export_command
from xl_salesflow.cli.import_commands import adopt_command, import_command
from xl_salesflow.cli.metric_commands import (
    audit_command,
    compare_command,
    funnel_command,
    report_command,
    sales_plan_command,
)
from xl_salesflow.cli.playbook_commands import playbook_group
from xl_salesflow.cli.rename_commands import merge_accounts_command, rename_command
from xl_salesflow.cli.team_commands import assign_command, holidays_command, rollup_command
from xl_salesflow.cli.template_commands import template_group
from xl_salesflow.cli.workbook_commands import check_command, demo_command, init_command, update_command
from xl_salesflow.errors import SalesflowError


@click.group(
    "salesflow",
    help=terminal_text("An Excel workbook as the store of a sales pipeline."),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="salesflow")
def salesflow_group() -> None:
    """Group the verbs."""


for command in (
    *(init_command, import_command, adopt_command, check_command, update_command, apply_command, undo_command),
    *(funnel_command, sales_plan_command, report_command),
    *(followups_command, revise_command, holidays_command, quote_command, print_command, template_group),
    *(batch_command, watch_command),
    *(diff_command, merge_command, assign_command, rollup_command),
    *(rename_command, merge_accounts_command),
    *(bant_command, prepare_command, compare_command, export_command),
    *(playbook_group, audit_command, addin_group, demo_command),
):
    salesflow_group.add_command(command)


def run_command_line(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # Windows consoles default to a code page
    try:
        configuration = read_configuration(salesflow_group)
        code = salesflow_group.main(
            arguments,
            prog_name="salesflow",
            standalone_mode=False,
            auto_envvar_prefix=ENVIRONMENT_PREFIX,
            default_map=configuration,
        )
    except click.exceptions.Abort:
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SalesflowError as error:
        click.echo(error.in_(TERMINAL_LANGUAGE), err=True)
        return error.exit_code
    return int(code or 0)
