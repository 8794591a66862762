"""The commands of ``salesflow playbook``: list, show, check, use and export.

They show the playbooks that ship, check a team's own, and switch open deals to another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.command_options import (
    BOOK_ARGUMENT,
    DRY_RUN_OPTION,
    JSON_OPTION,
    TERMINAL_LANGUAGE,
    TODAY_OPTION,
    USER_OPTION,
    terminal_text,
    translated_option,
)
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.verb_catalogue import VERBS

if TYPE_CHECKING:
    import pandas as pd

    from xl_salesflow.core.change_sets import ChangeSet
    from xl_salesflow.core.pipelines import Pipeline
    from xl_salesflow.core.verb_answers import RunAnswer, SwitchedPlaybook


@click.group("playbook", help=VERBS["playbook"].tip.in_(TERMINAL_LANGUAGE))
def playbook_group() -> None:
    """Group the commands for playbooks."""


@playbook_group.command("list", help=terminal_text("List the supplied playbooks."))
@JSON_OPTION
def list_playbooks_command(json: bool) -> int:

    return show_playbooks(json)


@playbook_group.command("show", help=terminal_text("Show the stages, tasks and gates of a playbook."))
@click.argument("name", metavar=terminal_text("NAME-OR-FILE"))
@JSON_OPTION
def show_playbook_command(name: str, json: bool) -> int:

    return show_playbook(name, json)


@playbook_group.command("check", help=terminal_text("Check a playbook file, or the playbooks of a workbook."))
@click.argument("file", type=click.Path(path_type=Path), metavar=terminal_text("FILE-OR-BOOK"))
@JSON_OPTION
def check_playbook_command(file: Path, json: bool) -> int:

    return show_playbook_findings(file, json)


@playbook_group.command("use", help=terminal_text("Switch a workbook's open deals to another playbook."))
@BOOK_ARGUMENT
@click.argument("name", metavar=terminal_text("NAME-OR-FILE"))
@translated_option(
    "--map",
    "Map a stage differently than proposed; may be repeated.",
    multiple=True,
    metavar=terminal_text("OLD=NEW"),
)
@translated_option("--from", "The playbook they leave; default: the default playbook.", default="", metavar="NAME")
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def use_playbook_command(book: Path, name: str, **options: Any) -> int:

    return move_to_playbook(
        book,
        name,
        options["map"],
        options["from"],
        options["dry_run"],
        options["json"],
        options["today"],
        options["as"],
    )


@playbook_group.command(
    "add", help=terminal_text("Add a playbook beside those of a workbook; deals choose it, and none is moved.")
)
@BOOK_ARGUMENT
@click.argument("name", metavar=terminal_text("NAME-OR-FILE"))
@DRY_RUN_OPTION
@JSON_OPTION
@TODAY_OPTION
@USER_OPTION
def add_playbook_command(book: Path, name: str, **options: Any) -> int:

    return add_playbook_to_workbook(book, name, options)


@playbook_group.command("export", help=terminal_text("Write a playbook to a file, for editing."))
@click.argument("name", metavar=terminal_text("NAME"))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=terminal_text("The output file; default: the screen."),
)
def export_playbook_command(name: str, output: Any) -> int:

    return write_playbook_file(name, output)


def show_playbooks(as_json: bool) -> int:
    """Print every shipped playbook with its purpose."""
    from xl_salesflow.cli.printed_answers import PlaybookList, ShippedPlaybook
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.process.playbook_files import (
        list_playbook_names,
        make_shipped_setup,
        playbook_purpose,
        playbook_title,
    )

    shipped = tuple(
        ShippedPlaybook(
            name,
            playbook_title(name).in_(TERMINAL_LANGUAGE),
            playbook_purpose(name).in_(TERMINAL_LANGUAGE),
            _playbook_stage_names(make_shipped_setup(name, TERMINAL_LANGUAGE)),
        )
        for name in list_playbook_names()
    )
    if as_json:
        print_json(PlaybookList(shipped))
        return 0
    for one in shipped:
        click.echo(f"{one.name}: {one.title} · {one.purpose}")
        click.echo("    " + " → ".join(one.stages))
    return 0


def show_playbook(name: str, as_json: bool) -> int:
    """Print the stages of a playbook with their tasks and gates."""
    from xl_salesflow.cli.printed_answers import PlaybookDetails
    from xl_salesflow.cli.screen_output import print_json
    from xl_salesflow.core.answers import list_json_rows

    setup = read_setup_frames(name, TERMINAL_LANGUAGE)
    stages, tasks, gates = (tuple(list_json_rows(setup[table])) for table in ("Stages", "StageTasks", "Gates"))
    if as_json:
        print_json(PlaybookDetails(Path(name).stem, stages, tasks, gates))
        return 0
    for stage in stages:
        click.echo(_format_stage_heading(stage))
        for task in (task for task in tasks if task["stage"] == stage["stage"]):
            click.echo(("    ☑ " if task["required"] == "yes" else "    ☐ ") + str(task["task"] or ""))
        for gate in (gate for gate in gates if gate["stage"] == stage["stage"]):
            click.echo(("    ✗ " if gate["effect"] == "block" else "    ! ") + str(gate["remedy"] or ""))
    return 0


def show_playbook_findings(path: Path, as_json: bool) -> int:
    """Print every error in the playbook file or workbook *path*."""
    from xl_salesflow.cli.printed_answers import PlaybookCheck, PlaybookFault
    from xl_salesflow.cli.screen_output import print_finding_lines, print_json
    from xl_salesflow.process.rule_catalogue import find_playbook_findings

    found = find_playbook_findings(_playbook_pipeline(path))
    if as_json:
        print_json(
            PlaybookCheck(tuple(PlaybookFault(f.rule, f.severity, f.table, f.key, f.cell, f.message) for f in found))
        )
    else:
        print_finding_lines(found)
    return 1 if any(finding.blocks for finding in found) else 0


def write_playbook_file(name: str, output: Path | None) -> int:
    """Write the file of playbook *name*; an existing file is never overwritten."""
    from xl_salesflow.core.file_saving import save_file_atomically
    from xl_salesflow.process.playbook_files import copy_playbook_source

    text = copy_playbook_source(name)
    if output is None:
        click.echo(text, nl=False)
        return 0
    if output.exists():
        raise UsageError("{output} exists already; choose another name or move it away.", output=output)
    save_file_atomically(output, text.encode("utf-8"))
    click.echo(str(output))
    return 0


def move_to_playbook(
    path: Path,
    name: str,
    pairs: Sequence[str],
    before: str,
    dry_run: bool,
    as_json: bool,
    today: date | None,
    by: str | None,
) -> int:
    """Switch the open deals of *path* to playbook *name*: one in the workbook, a shipped one, or a file."""
    from xl_salesflow.cli.printed_answers import BookAnswer
    from xl_salesflow.cli.screen_output import print_json, print_own_formulas
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.process.playbook_switch import PlaybookSwitch
    from xl_salesflow.verbs import switch

    session = WorkbookSession(path, by, today, dry_run)

    def make(pipeline: Pipeline) -> ChangeSet[RunAnswer[SwitchedPlaybook]]:
        playbook_id = _playbook_id(name, pipeline)
        setup = {} if playbook_id in pipeline.playbooks else read_setup_frames(name, pipeline.language)
        leaving = _playbook_id(before, pipeline) if before else ""
        return switch(pipeline, PlaybookSwitch(playbook_id, setup, _read_stage_pairs(pairs), leaving), session.run)

    plan = session.write(make)
    if as_json:
        print_json(BookAnswer(str(path), dry_run, plan.answer, plan.own_formulas))
        return 1 if plan.blocks else 0
    switched = plan.answer.result
    for way in switched.stages:
        click.echo(f"    {way.from_} → {way.to}" + (f" ({way.deals})" if way.deals else ""))
    done = terminal_text("would be switched (nothing was written)") if dry_run else terminal_text("switched")
    click.echo(
        terminal_text(
            '{path}: {deals} open {deals:deal|deals} of {before} {done} to {to}. To map differently: --map "OLD=NEW".',
            path=path,
            done=done,
            before=switched.from_,
            deals=switched.deals,
            to=switched.to,
        )
    )
    print_own_formulas(plan.own_formulas)
    return 1 if plan.blocks else 0


def add_playbook_to_workbook(path: Path, name: str, options: dict[str, Any]) -> int:
    """Add playbook *name*, a shipped one or a file, to the workbook and print what was added."""
    from xl_salesflow.cli.screen_output import print_change_set
    from xl_salesflow.cli.workbook_session import WorkbookSession
    from xl_salesflow.verbs import add_playbook

    session = WorkbookSession(path, options["as"], options["today"], options["dry_run"])

    def make(pipeline: Pipeline) -> ChangeSet[RunAnswer]:
        setup = read_setup_frames(name, pipeline.language)
        return add_playbook(pipeline, _playbook_id(name, pipeline), setup, session.run)

    plan = session.write(make)
    print_change_set(path, plan, options["dry_run"], options["json"], session.pipeline)
    return 1 if plan.blocks else 0


def _playbook_id(name: str, pipeline: Pipeline) -> str:
    from xl_salesflow.process.playbook_files import identify_playbook

    if name.casefold().endswith(".toml"):
        return Path(name).stem
    return identify_playbook(name, pipeline.playbooks)


def _read_stage_pairs(pairs: Sequence[str]) -> dict[str, str]:
    stages = {}
    for pair in pairs:
        old, mark, new = pair.partition("=")
        if not (mark and old.strip() and new.strip()):
            raise UsageError('--map {pair} does not name two stages; write --map "Old stage=New stage".', pair=pair)
        stages[old.strip()] = new.strip()
    return stages


def read_setup_frames(name: str, language: Language) -> dict[str, pd.DataFrame]:
    """Return the set-up frames of a shipped playbook or, if the name ends in .toml, of a file."""
    from xl_salesflow.process.playbook_files import identify_playbook, make_shipped_setup, read_own_playbook

    if name.casefold().endswith(".toml"):
        return read_own_playbook(Path(name), language)
    return make_shipped_setup(identify_playbook(name), language)


def _playbook_pipeline(path: Path) -> Pipeline:
    from xl_salesflow.core.pipelines import build_pipeline
    from xl_salesflow.process.playbook_files import read_own_playbook
    from xl_salesflow.schema.named_values import Settings
    from xl_salesflow.workbook.closed_book import ClosedBook

    if path.suffix.casefold() != ".toml":
        return ClosedBook(path).read(date.today())
    settings = Settings({"playbook": path.stem})
    setup = read_own_playbook(path, TERMINAL_LANGUAGE)
    return replace(build_pipeline(date.today(), TERMINAL_LANGUAGE), settings=settings).with_tables(**setup)


def _playbook_stage_names(setup: dict[str, pd.DataFrame]) -> tuple[str, ...]:
    return tuple(str(stage) for stage in setup["Stages"]["stage"])


def _format_stage_heading(stage: dict[str, Any]) -> str:
    parts = [f"{stage['position']}. {stage['stage']} ({stage['probability']:.0%})"]
    if stage["day_limit"] is not None:
        parts.append(terminal_text("at most {days} {days:day|days}", days=stage["day_limit"]))
    if stage["cadence"] is not None:
        parts.append(terminal_text("contact every {days} {days:day|days}", days=stage["cadence"]))
    return " · ".join([*parts, stage["purpose"] or ""]).rstrip(" ·")
