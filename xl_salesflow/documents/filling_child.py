"""The child process that fills a team's own templates (see filling_budget.py)."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from xl_salesflow.documents.filling_budget import FILLING_MEBIBYTES, FillingAnswer
from xl_salesflow.documents.template_filling import fill_template_here
from xl_salesflow.documents.template_findings import inspect_template_here
from xl_salesflow.errors import UsageError

_CHILD_FUNCTIONS: Mapping[str, Callable[..., Any]] = {"fill": fill_template_here, "inspect": inspect_template_here}
_ADDRESS_SPACE = 4 * FILLING_MEBIBYTES << 20  # more than the memory, because libraries and fonts are only mapped


def answer_requests() -> None:
    """Answer requests from the standard input until it ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints
    _limit_address_space()
    while length := int.from_bytes(requests.read(8), "big"):
        _send_answer(answers, _answer_request(requests.read(length)))


def _answer_request(request: bytes) -> FillingAnswer:
    what, given = pickle.loads(request)
    try:
        return FillingAnswer(_CHILD_FUNCTIONS[what](*given))
    except UsageError as error:
        return FillingAnswer(refused=error.text)
    except MemoryError:
        return FillingAnswer(is_out_of_memory=True)


def _send_answer(answers: BinaryIO, answer: FillingAnswer) -> None:
    data = pickle.dumps(answer)
    answers.write(len(data).to_bytes(8, "big") + data)
    answers.flush()


def _limit_address_space() -> None:
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limits; the parent watches the memory too
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
