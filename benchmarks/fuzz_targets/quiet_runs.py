"""Run the command line in this process without its output, and say what is a fault."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout

from xl_salesflow.cli import main

_LONGEST_ANSWER = 1 << 20


class FuzzFault(AssertionError):
    """The product did what it must not do with this input."""


def run_quietly(*arguments: object) -> tuple[int, str]:
    """Run salesflow; return its exit code and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(one) for one in arguments])
    said = out.getvalue() + err.getvalue()
    if "Traceback" in err.getvalue() or code not in (0, 1, 2, 3):
        raise FuzzFault(f"exit code {code}: {said[-2_000:]}")
    if code > 1 and not said.strip():
        raise FuzzFault(f"exit code {code} without a word")
    if len(said) > _LONGEST_ANSWER:
        raise FuzzFault(f"an answer of {len(said):,} characters")
    return code, said
