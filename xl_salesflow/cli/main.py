"""From the shell to an exit code: every error is one sentence."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from xl_salesflow.cli.commands import cli
from xl_salesflow.cli.configuration import PREFIX, configured
from xl_salesflow.cli.texts import LANGUAGE
from xl_salesflow.errors import SalesflowError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # Windows consoles default to a code page
    try:
        said = configured(cli)
        code = cli.main(
            arguments, prog_name="salesflow", standalone_mode=False, auto_envvar_prefix=PREFIX, default_map=said
        )
    except click.exceptions.Abort:
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SalesflowError as error:
        click.echo(error.in_(LANGUAGE), err=True)
        return error.exit_code
    return int(code or 0)
