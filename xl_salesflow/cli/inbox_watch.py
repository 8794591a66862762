"""watch --into: take what comes into a folder, leads and mails, into one workbook, each file once.

Nothing in the folder is moved or changed. While the command runs, a file is taken again only if its content changes; a later
run recognises by the Journal and by the marks of the messages what is in the workbook.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xl_salesflow.batch.folder_watch import FileStamp, WatchedFolder, WatchPace, make_change_waiter
from xl_salesflow.cli.batch_progress import catch_stop_signals
from xl_salesflow.cli.command_options import TERMINAL_LANGUAGE, terminal_text
from xl_salesflow.cli.workbook_session import WorkbookSession
from xl_salesflow.core.intake_answers import InboxPass, LoggedMessage, RefusedFile, TakenLead
from xl_salesflow.errors import CannotSave, SalesflowError, UsageError, WorkbookChanged, WorkbookInUse
from xl_salesflow.imports.leads.lead_files import LEAD_SUFFIXES, read_lead_files
from xl_salesflow.imports.messages.message_files import MESSAGE_SUFFIXES

if TYPE_CHECKING:
    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.intake_answers import LoggedMessages
    from xl_salesflow.core.pipelines import Finding, Pipeline
    from xl_salesflow.core.verb_answers import RunAnswer
    from xl_salesflow.imports.leads.lead_values import Lead
    from xl_salesflow.imports.messages.event_recurrence import RecurrenceWindow
    from xl_salesflow.imports.messages.message_values import Message

_LATER = (WorkbookInUse, WorkbookChanged, CannotSave)
"""Obstacles that may be gone at the next look."""

_SECONDS_UNTIL_LATER = 10.0


@dataclass
class _Inbox:
    """What one pass has taken so far."""

    book: Path
    by: str | None
    leads: list[TakenLead] = field(default_factory=list)
    messages: list[LoggedMessage] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def take(self, files: Sequence[Path]) -> InboxPass:
        """Take the leads of *files*, then their messages, so that a mail finds the person of a lead that came with it."""
        if leads := list(self._read_leads([path for path in files if path.suffix.casefold() in LEAD_SUFFIXES])):
            self._take_leads(leads)
        if messages := [path for path in files if path.suffix.casefold() in MESSAGE_SUFFIXES]:
            self._log(messages)
        return InboxPass(
            str(self.book), tuple(path.name for path in files), tuple(self.leads), tuple(self.messages), tuple(self.refused),
            tuple(finding.message for finding in self.findings),
        )  # fmt: skip

    def _read_leads(self, files: Sequence[Path]) -> Iterator[Lead]:
        for path in files:
            try:
                yield from list(read_lead_files([path]))
            except SalesflowError as error:
                self.refused.append(RefusedFile(path.name, error.in_(TERMINAL_LANGUAGE)))

    def _take_leads(self, leads: Sequence[Lead]) -> None:
        from xl_salesflow.imports.leads.lead_intake import take_leads
        from xl_salesflow.verbs import bring_in

        session = WorkbookSession(self.book, self.by, None)
        plan = session.write(lambda pipeline: bring_in(pipeline, take_leads(pipeline, leads), session.run))
        self.leads += plan.answer.result.leads
        self.findings += [finding for finding in plan.findings if finding.rule.startswith("lead_")]

    def _log(self, files: Sequence[Path]) -> None:
        from xl_salesflow.imports.messages.message_log import log_messages, make_recurrence_window
        from xl_salesflow.verbs import bring_in

        session, refused = WorkbookSession(self.book, self.by, None), list[RefusedFile]()

        def log(pipeline: Pipeline) -> ChangeSet[RunAnswer[LoggedMessages]]:
            refused.clear()
            messages = list(_read_each(files, make_recurrence_window(pipeline), refused))
            return bring_in(pipeline, log_messages(pipeline, messages), session.run)

        plan = session.write(log)
        self.refused += refused
        self.messages += plan.answer.result.messages
        self.findings += [finding for finding in plan.findings if not finding.rule.startswith("move_")]


def _read_each(files: Sequence[Path], window: RecurrenceWindow, refused: list[RefusedFile]) -> Iterator[Message]:
    from xl_salesflow.imports.messages.message_files import read_messages

    for path in files:
        try:
            yield from list(read_messages([path], window))
        except UsageError as error:
            refused.append(RefusedFile(path.name, error.in_(TERMINAL_LANGUAGE)))


def watch_inbox(folder: Path, book: Path, pace: WatchPace, by: str | None, once: bool, as_json: bool) -> int:
    """Take what is in *folder*, and unless *once* what comes into it, into the workbook at *book*, until stopped."""
    if not folder.is_dir():
        raise UsageError("{folder} is not a folder; give the one into which leads and mails are saved.", folder=folder)
    WorkbookSession(book, by, None).read(as_needed=True)  # a workbook that cannot be used is told at once
    if once:
        done = _Inbox(book, by).take(sorted(_scan_inbox(folder, book)))
        _print_pass(done, as_json)
        return 1 if done.refused or any(one.fate in ("known", "left_out") for one in done.leads) else 0
    settled, told = WatchedFolder(pace.still), False
    if pace.only_new:
        settled.pass_by(_scan_inbox(folder, book), time.monotonic())
    with catch_stop_signals() as stopping:
        click.echo(terminal_text("Watching {folder}; Ctrl-C stops.", folder=folder), err=True)
        wake = make_change_waiter(folder, pace.every, stopping)
        while not stopping():
            files = sorted(settled.ready(time.monotonic(), _scan_inbox(folder, book)))
            try:
                if files:
                    _print_pass(_Inbox(book, by).take(files), as_json)
                for path in files:
                    settled.note_left(path, "")
                told = False
            except _LATER as error:
                if not told:
                    click.echo(error.in_(TERMINAL_LANGUAGE), err=True)
                told = True
                for path in files:
                    settled.look_again(path, time.monotonic() + _SECONDS_UNTIL_LATER)
            wake()
    return 0


def _scan_inbox(folder: Path, book: Path) -> dict[Path, FileStamp]:
    """Return the stamps of the files directly in *folder* that may be taken; no links, no hidden files, not the workbook."""
    stamps, own = dict[Path, FileStamp](), book.resolve()
    for path in folder.iterdir():
        known = path.suffix.casefold() in (*LEAD_SUFFIXES, *MESSAGE_SUFFIXES) and not path.name.startswith((".", "~$"))
        try:
            if known and path.is_file() and not path.is_symlink() and path.resolve() != own:
                stat = path.stat()
                stamps[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except OSError:
            continue  # deleted since the folder was listed
    return stamps


def _print_pass(done: InboxPass, as_json: bool) -> None:
    from xl_salesflow.cli.batch_progress import print_json_line
    from xl_salesflow.cli.lead_commands import print_taken_leads
    from xl_salesflow.cli.log_commands import print_logged_messages

    if as_json:
        print_json_line(done)
    else:
        print_taken_leads(done.leads)
        print_logged_messages(done.messages)
        for refused in done.refused:
            click.echo(refused.why)
        for finding in done.findings:
            click.echo(finding)
    sys.stdout.flush()
