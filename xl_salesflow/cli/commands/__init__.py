"""One command a verb; names, labels and tips come from the verbs' declarations. Heavy imports wait until a verb runs."""

from __future__ import annotations

import click

from xl_salesflow.cli.commands import (
    books,
    comparing,
    copies,
    days,
    many,
    numbers,
    own_data,
    papers,
    press,
    talks,
    teams,
    trying,
    versions,
)
from xl_salesflow.cli.commands.addin import addin
from xl_salesflow.cli.commands.audit import audit
from xl_salesflow.cli.commands.playbook import playbook
from xl_salesflow.cli.texts import say


@click.group(
    help=say("An Excel workbook as the store of a sales pipeline.", "以 Excel 工作簿为销售管道的存储。"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="xl-salesflow", prog_name="salesflow")
def cli() -> None:
    """Gather the verbs."""


for command in (
    *(books.init, books.import_, books.adopt, books.check, books.update, books.apply, books.undo),
    *(numbers.funnel, numbers.plan, numbers.report),
    *(papers.followups, versions.revise, days.holidays, press.quote, press.print_, press.template),
    *(many.batch, many.watch),
    *(copies.diff, copies.merge, teams.assign, teams.rollup),
    *(talks.bant, talks.prepare, comparing.compare, own_data.export),
    *(playbook, audit, addin, trying.demo),
):
    cli.add_command(command)
