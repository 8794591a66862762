"""The terminal: one file for verbs that belong together, loaded when one of them is called.

Nobody enters but the console script.

Public names, by file:

    : main
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; every command is loaded only now."""
    from xl_salesflow.cli.command_line import run_command_line

    return run_command_line(arguments)
