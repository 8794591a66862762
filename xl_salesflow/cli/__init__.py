"""The command line: one file for each group of related verbs, loaded when one of them is called.

Only the console script may import this package.

Public names, by file:

    __init__: main
    answer_catalogue: PRINTED_ANSWERS
    command_line: salesflow_group
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; commands are imported only now."""
    from xl_salesflow.cli.command_line import run_command_line

    return run_command_line(arguments)
