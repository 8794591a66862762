"""The commands batch and watch: many workbooks at once, or each one as it is saved."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.batch.batch_tasks import BATCH_VERB_OPTIONS
from xl_salesflow.cli.command_options import (
    DRY_RUN_OPTION,
    TODAY_OPTION,
    USER_OPTION,
    terminal_text,
    translated_option,
    verb_command,
)
from xl_salesflow.errors import UsageError

_BATCH_VERB_OPTION = translated_option(
    "--verb",
    "The verb to run on each workbook.",
    type=click.Choice(tuple(BATCH_VERB_OPTIONS)),
    default="update",
    show_default=True,
)
_VERB_SETTING_OPTION = translated_option(
    "--set",
    "An option of that verb, such as format=ics.",
    multiple=True,
    metavar="NAME=VALUE",
)
_JOBS_OPTION = translated_option(
    "--jobs",
    "Worker processes.",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default=True,
    metavar="N",
)
_TRIES_OPTION = translated_option(
    "--tries", "How often to try a workbook that is locked or was changed meanwhile.",
    type=click.IntRange(1), default=4, show_default=True, metavar="N",
)  # fmt: skip
_WAIT_OPTION = translated_option(
    "--wait", "Seconds before the second try; they double each time.",
    type=click.FloatRange(0), default=2.0, show_default=True, metavar="S",
)  # fmt: skip
_TIMEOUT_OPTION = translated_option(
    "--timeout",
    "Seconds that one workbook may take.",
    type=click.FloatRange(1),
    default=900.0,
    show_default=True,
    metavar="S",
)
_MEMORY_OPTION = translated_option(
    "--memory", "MiB of memory that a worker may use before it is stopped.",
    type=click.FloatRange(128), default=2048.0, show_default=True, metavar="MIB",
)  # fmt: skip
_JSON_LINES_OPTION = translated_option("--json", "One line of JSON for each workbook.", is_flag=True)
_DETAILS_OPTION = translated_option(
    "--details",
    "Include the findings, which may name customers.",
    is_flag=True,
)


@verb_command("batch")
@click.argument("paths", nargs=-1, metavar=terminal_text("PATHS…"))
@_BATCH_VERB_OPTION
@_VERB_SETTING_OPTION
@_JOBS_OPTION
@translated_option("--cluster", "Use this Dask cluster instead.", metavar="ADDRESS")
@translated_option("--resume", "Continue the last run if it was interrupted.", is_flag=True)
@translated_option(
    "--journal", "The run log.", type=click.Path(path_type=Path, dir_okay=False),
    default=Path("salesflow-batch.jsonl"), show_default=True, metavar="FILE",
)  # fmt: skip
@_TRIES_OPTION
@_WAIT_OPTION
@_TIMEOUT_OPTION
@_MEMORY_OPTION
@DRY_RUN_OPTION
@_JSON_LINES_OPTION
@_DETAILS_OPTION
@TODAY_OPTION
@USER_OPTION
def batch_command(paths: tuple[str, ...], json: bool, resume: bool, today: date | None, **options: Any) -> int:
    from xl_salesflow.batch.batch_run import Batch, RetryPolicy
    from xl_salesflow.batch.batch_tasks import parse_verb_options
    from xl_salesflow.batch.worker_pools import WorkerLimits
    from xl_salesflow.cli.batch_progress import batch_user_and_time, show_batch, workers_factory

    by, now = batch_user_and_time(options["as"], today)
    given = parse_verb_options(options["verb"], options["set"])
    batch = Batch(
        paths, options["verb"], by, now, given, options["dry_run"], options["details"], options["journal"],
        RetryPolicy(options["tries"], options["wait"]),
    )  # fmt: skip
    bounds = WorkerLimits(memory=options["memory"], seconds=options["timeout"])
    return show_batch(batch, workers_factory(options["jobs"], options["cluster"], bounds), resume, json)


@verb_command("watch")
@click.argument("folder", type=click.Path(path_type=Path))
@_BATCH_VERB_OPTION
@_VERB_SETTING_OPTION
@translated_option(
    "--every", "Seconds between two scans of the folder.",
    type=click.FloatRange(0.1), default=2.0, show_default=True, metavar="S",
)  # fmt: skip
@translated_option(
    "--still", "Seconds that a saved workbook must stay unchanged before it is processed.",
    type=click.FloatRange(0), default=3.0, show_default=True, metavar="S",
)  # fmt: skip
@translated_option("--only-new", "Ignore existing files until they are saved again.", is_flag=True)
@translated_option(
    "--into", "Take leads and mails that come into the folder into this workbook instead.",
    type=click.Path(path_type=Path), metavar="BOOK",
)  # fmt: skip
@translated_option("--once", "With --into: take what is in the folder, and end.", is_flag=True)
@translated_option("--jobs", "Worker processes.", type=click.IntRange(1), default=1, show_default=True, metavar="N")
@_TIMEOUT_OPTION
@_MEMORY_OPTION
@_JSON_LINES_OPTION
@_DETAILS_OPTION
@USER_OPTION
def watch_command(folder: Path, json: bool, details: bool, **options: Any) -> int:
    from xl_salesflow.batch.batch_tasks import parse_verb_options
    from xl_salesflow.batch.folder_watch import WatchPace
    from xl_salesflow.batch.worker_pools import WorkerLimits
    from xl_salesflow.cli.batch_progress import show_watched_folder

    pace = WatchPace(options["every"], options["still"], options["only_new"])
    if options["into"] is not None:
        from xl_salesflow.cli.inbox_watch import watch_inbox

        return watch_inbox(folder, options["into"], pace, options["as"], options["once"], json)
    if options["once"]:
        raise UsageError("--once needs --into BOOK; salesflow batch runs a verb on the workbooks of a folder once.")
    given = parse_verb_options(options["verb"], options["set"])
    bounds = WorkerLimits(memory=options["memory"], seconds=options["timeout"])
    return show_watched_folder(
        folder, options["verb"], given, options["as"], options["jobs"], bounds, pace, details, json
    )
