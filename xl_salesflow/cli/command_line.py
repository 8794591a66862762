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
from xl_salesflow.cli.approval_commands import approvals_command
from xl_salesflow.cli.batch_commands import batch_command, watch_command
from xl_salesflow.cli.change_commands import apply_command, undo_command
from xl_salesflow.cli.column_commands import column_command
from xl_salesflow.cli.command_options import ENVIRONMENT_PREFIX, TERMINAL_LANGUAGE, read_configuration, terminal_text
from xl_salesflow.cli.commission_commands import commission_command
from xl_salesflow.cli.copy_commands import diff_command, merge_command
from xl_salesflow.cli.customer_commands import bant_command, followups_command, prepare_command
from xl_salesflow.cli.customer_page_commands import customer_command
from xl_salesflow.cli.digest_commands import digest_command
from xl_salesflow.cli.document_commands import print_command, quote_command, revise_command
from xl_salesflow.cli.export_commands import export_command
from xl_salesflow.cli.flow_commands import flow_command
from xl_salesflow.cli.forecast_commands import accuracy_command, forecast_command
from xl_salesflow.cli.import_commands import adopt_command, import_command
from xl_salesflow.cli.insight_commands import insights_command
from xl_salesflow.cli.inspect_commands import inspect_command
from xl_salesflow.cli.lead_commands import lead_command
from xl_salesflow.cli.log_commands import log_command
from xl_salesflow.cli.metric_commands import (
    audit_command,
    compare_command,
    funnel_command,
    report_command,
    sales_plan_command,
)
from xl_salesflow.cli.payment_commands import payments_command
from xl_salesflow.cli.playbook_commands import playbook_group
from xl_salesflow.cli.recurring_commands import recurring_command
from xl_salesflow.cli.rename_commands import merge_accounts_command, rename_command
from xl_salesflow.cli.rollup_commands import rollup_command
from xl_salesflow.cli.share_commands import collect_command, share_command
from xl_salesflow.cli.team_commands import assign_command, holidays_command
from xl_salesflow.cli.template_commands import template_group
from xl_salesflow.cli.workbook_commands import check_command, demo_command, init_command, update_command
from xl_salesflow.errors import SalesflowError
from xl_salesflow.locale.texts import Text

_COMMAND_GROUPS: tuple[tuple[Text, tuple[click.Command, ...]], ...] = (
    (
        Text("Every day", context="commands"),
        (
            *(update_command, check_command, followups_command, customer_command, prepare_command, bant_command),
            *(lead_command, log_command, quote_command, print_command, revise_command, undo_command),
        ),
    ),
    (
        Text("For managers"),
        (
            *(funnel_command, flow_command, inspect_command, sales_plan_command, forecast_command),
            *(accuracy_command, insights_command, report_command, digest_command),
            *(payments_command, recurring_command, commission_command),
            *(compare_command, audit_command, assign_command, approvals_command),
        ),
    ),
    (
        Text("Setting up"),
        (
            *(init_command, import_command, adopt_command, playbook_group, template_group, holidays_command),
            *(column_command, rename_command, merge_accounts_command, addin_group, demo_command),
        ),
    ),
    (
        Text("Many workbooks"),
        (
            *(batch_command, watch_command, apply_command, diff_command, merge_command),
            *(share_command, collect_command, rollup_command, export_command),
        ),
    ),
)
"""The commands as --help lists them."""


class _CommandGroups(click.Group):
    """Lists the commands of each group under its heading, in the order of the groups."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        longest = max(map(len, self.commands))
        width = formatter.width - longest - 6
        for heading, commands in _COMMAND_GROUPS:
            with formatter.section(heading.in_(TERMINAL_LANGUAGE)):
                formatter.write_dl(
                    [(str(one.name).ljust(longest), one.get_short_help_str(width * 2)) for one in commands]
                )


@click.group(
    "salesflow",
    cls=_CommandGroups,
    help=terminal_text("An Excel workbook as the store of a sales pipeline."),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="salesflow")
def salesflow_group() -> None:
    """Group the verbs."""


for _, grouped in _COMMAND_GROUPS:
    for command in grouped:
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
    except OSError as error:  # a name that is too long, a drive that is gone, a folder that nobody may enter
        file, reason = _shorten_name(error.filename), error.strerror or type(error).__name__
        click.echo(terminal_text("{file} cannot be used: {reason}.", file=file, reason=reason), err=True)
        return 3
    return int(code or 0)


_LONGEST_SHOWN_NAME = 100


def _shorten_name(name: object) -> str:
    text = "?" if name is None else str(name)
    return text if len(text) <= _LONGEST_SHOWN_NAME else f"{text[:_LONGEST_SHOWN_NAME]}…"
