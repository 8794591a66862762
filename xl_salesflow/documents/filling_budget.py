"""Fill a team's own templates in a child process, within a budget of time and memory.

Neither Jinja nor Typst can be bounded from within: a template may multiply text, repeat a loop without end or ask for gibibytes.
The child fills one template after another; one that uses up its budget is ended, and the template is told. The child has no
network: Typst would load packages from it.
"""

from __future__ import annotations

import atexit
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Sentence, Text

FILLING_SECONDS = 10  # of CPU time, for one template
FILLING_MEBIBYTES = 512
_FILLING_WALL_SECONDS = 300  # it may wait for something that never comes, such as a pipe in the folder
_FILLED_BYTES = 64 << 20
_BUDGET_POLL_SECONDS = 0.02
_FOLDER_ENTRIES = 20_000
_LENGTH_BYTES = 8
_NO_PROXY = "http://127.0.0.1:9"  # the port "discard": nobody answers
_CHILD = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from xl_salesflow.documents.filling_child import "
_OUT_OF_TIME, _OUT_OF_MEMORY, _TOO_LARGE = (
    Text("it takes more than {limit} seconds; does it repeat something without end?"),
    Text("it needs more than {limit:,} MiB of memory; does it multiply a text or a picture?"),
    Text("it gives more than {limit} MB"),
)


@dataclass(frozen=True, slots=True)
class FillingAnswer:
    """What the child returns: a *value*, or the sentence that refuses the template; neither if the memory was used up."""

    value: Any = None
    refused: Text | None = None
    is_out_of_memory: bool = False


def call_within_budget(what: str, name: str, *given: Any) -> Any:
    """Return what the function *what* of the child (filling_child.py) returns for *given*; messages call the template *name*.

    Raises:
        UsageError: the template cannot be filled, or not within its budget.
    """
    answer = _filling_process().call(what, given)
    if isinstance(answer, Text):
        raise UsageError("The template {name} cannot be filled: {why}", name=name, why=Sentence(answer))
    if answer.refused is not None:
        raise UsageError(answer.refused)
    return answer.value


class FillingProcess:
    """The child. It is started when it is first needed, and again after it was ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def call(self, what: str, given: tuple[Any, ...]) -> FillingAnswer | Text:
        """Return the answer of the child, or why there is none."""
        request = pickle.dumps((what, given))
        with self._lock:
            process = self._process if self._process and self._process.poll() is None else self._start()
            received: list[bytes] = []
            reader = threading.Thread(target=_exchange, args=(process, request, received), daemon=True)
            reader.start()
            why = _watch(psutil.Process(process.pid), reader)
            if why is None and received:
                found: FillingAnswer = pickle.loads(received[0])
                if not found.is_out_of_memory:
                    return found
            self.close()
            reader.join()
            return why or _OUT_OF_MEMORY.with_facts(limit=FILLING_MEBIBYTES)

    def _start(self) -> subprocess.Popen[bytes]:
        proxies = dict.fromkeys(
            ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), _NO_PROXY
        )
        environment = {**os.environ, **proxies, "no_proxy": "", "NO_PROXY": ""}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", f"{_CHILD}answer_requests; answer_requests()", json.dumps(sys.path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        return self._process

    def close(self) -> None:
        """End the child."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        self._process = None


@cache
def _filling_process() -> FillingProcess:
    process = FillingProcess()
    atexit.register(process.close)
    return process


def _exchange(process: subprocess.Popen[bytes], request: bytes, received: list[bytes]) -> None:
    with suppress(OSError, ValueError):  # the child ended, or was ended
        if process.stdin and process.stdout:
            process.stdin.write(len(request).to_bytes(_LENGTH_BYTES, "big") + request)
            process.stdin.flush()
            length = int.from_bytes(process.stdout.read(_LENGTH_BYTES), "big")
            found = process.stdout.read(length)
            if length and len(found) == length:
                received.append(found)


def _watch(child: psutil.Process, reader: threading.Thread) -> Text | None:
    """Wait for the reader; return what was used up meanwhile."""
    start, waited = _cpu_seconds(child), 0.0
    while reader.is_alive():
        reader.join(_BUDGET_POLL_SECONDS)
        waited += _BUDGET_POLL_SECONDS
        if _cpu_seconds(child) - start > FILLING_SECONDS or waited > _FILLING_WALL_SECONDS:
            return _OUT_OF_TIME.with_facts(limit=FILLING_SECONDS)
        with suppress(psutil.Error):
            if child.memory_info().rss > FILLING_MEBIBYTES << 20:
                return _OUT_OF_MEMORY.with_facts(limit=FILLING_MEBIBYTES)
    return None


def _cpu_seconds(child: psutil.Process) -> float:
    try:
        times = child.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def refuse_large_output(filled: bytes, name: str) -> bytes:
    """Return *filled*.

    Raises:
        UsageError: no mail would take it.
    """
    if len(filled) > _FILLED_BYTES:
        why = _TOO_LARGE.with_facts(limit=_FILLED_BYTES >> 20)
        raise UsageError("The template {name} cannot be filled: {why}", name=name, why=Sentence(why))
    return filled


def refuse_links_out_of(folder: Path) -> None:
    """Refuse a folder with a link to a file outside: a template could print whatever it leads to.

    Raises:
        UsageError: there is such a link; the message names it.
    """
    root = folder.resolve()
    for number, path in enumerate(_walk_folder(root)):
        if number > _FOLDER_ENTRIES:
            raise UsageError(
                "{folder} has too many files for a folder of templates; use one of its own.", folder=folder
            )
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise link_out_error(path)


def link_out_error(path: Path) -> UsageError:
    """Return the error for a link that leads out of a folder of templates."""
    return UsageError("{path} leads out of the folder of templates; put a copy of the file there instead.", path=path)


def _walk_folder(root: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(root):
        yield from (Path(place, name) for name in (*folders, *names))
