"""The command line: one file for each group of related verbs, loaded when one of them is called.

Only the console script may import this package.

Public names, by file:

    __init__: main
    answer_catalogue: PRINTED_ANSWERS
    command_line: salesflow_group
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

_NEW_OBJECTS_BEFORE_COLLECTION = 500_000  # a save makes millions, hardly any of them in cycles; the default is 700


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; commands are imported only now."""
    from xl_salesflow.cli.command_line import run_command_line

    gc.set_threshold(_NEW_OBJECTS_BEFORE_COLLECTION, *gc.get_threshold()[1:])
    return run_command_line(arguments)
