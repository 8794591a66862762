"""Many workbooks: all at once, or each as it is saved."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.batch.verbs import OPTIONS
from xl_salesflow.cli.options import BY_WHOM, DRY, TODAY, option, verb
from xl_salesflow.cli.texts import say

_VERB = option(
    "--verb",
    "What is done to each.",
    "对每个工作簿执行的操作。",
    type=click.Choice(tuple(OPTIONS)),
    default="update",
    show_default=True,
)
_SET = option(
    "--set",
    "An option of that verb, such as format=ics.",
    "该操作的选项，如 format=ics。",
    multiple=True,
    metavar="NAME=VALUE",
)
_JOBS = option(
    "--jobs",
    "Worker processes.",
    "工作进程数。",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default=True,
    metavar="N",
)
_TRIES = option(
    "--tries", "How often a workbook is tried that is locked or changed meanwhile.", "工作簿被占用或同时被修改时的尝试次数。",
    type=click.IntRange(1), default=4, show_default=True, metavar="N",
)  # fmt: skip
_WAIT = option(
    "--wait", "Seconds before the second try; they double each time.", "第二次尝试前等待的秒数，之后每次加倍。",
    type=click.FloatRange(0), default=2.0, show_default=True, metavar="S",
)  # fmt: skip
_TIMEOUT = option(
    "--timeout",
    "Seconds that one workbook may take.",
    "单个工作簿的最长秒数。",
    type=click.FloatRange(1),
    default=900.0,
    show_default=True,
    metavar="S",
)
_MEMORY = option(
    "--memory", "MiB that one worker may hold before it is ended.", "单个工作进程的内存上限（MiB）。",
    type=click.FloatRange(128), default=2048.0, show_default=True, metavar="MIB",
)  # fmt: skip
_LINES = option("--json", "One line of JSON for each workbook.", "每个工作簿输出一行 JSON。", is_flag=True)
_DETAILS = option(
    "--details",
    "Tell the findings too, which may name customers.",
    "同时输出检查结果，其中可能含客户信息。",
    is_flag=True,
)


@verb("batch")
@click.argument("paths", nargs=-1, metavar=say("PATHS…", "路径…"))
@_VERB
@_SET
@_JOBS
@option("--cluster", "Work on this Dask cluster instead.", "改用此 Dask 集群。", metavar="ADDRESS")
@option("--resume", "Go on with the run that was stopped, if one was.", "继续中断的运行（如有）。", is_flag=True)
@option(
    "--journal", "The run journal.", "运行日志文件。", type=click.Path(path_type=Path, dir_okay=False),
    default=Path("salesflow-batch.jsonl"), show_default=True, metavar="FILE",
)  # fmt: skip
@_TRIES
@_WAIT
@_TIMEOUT
@_MEMORY
@DRY
@_LINES
@_DETAILS
@TODAY
@BY_WHOM
def batch(paths: tuple[str, ...], json: bool, resume: bool, today: date | None, **asked: Any) -> int:
    from xl_salesflow.batch.processes import Bounds
    from xl_salesflow.batch.run import Batch
    from xl_salesflow.batch.turns import Patience
    from xl_salesflow.batch.verbs import options
    from xl_salesflow.cli import batching

    by, now = batching.who_and_when(asked["as"], today)
    given = options(asked["verb"], asked["set"])
    wanted = Batch(
        paths, asked["verb"], by, now, given, asked["dry_run"], asked["details"], asked["journal"],
        Patience(asked["tries"], asked["wait"]),
    )  # fmt: skip
    bounds = Bounds(memory=asked["memory"], seconds=asked["timeout"])
    return batching.batch(wanted, batching.workers(asked["jobs"], asked["cluster"], bounds), resume, json)


@verb("watch")
@click.argument("folder", type=click.Path(path_type=Path))
@_VERB
@_SET
@option(
    "--every", "Seconds between two looks at the folder.", "两次查看文件夹的间隔秒数。",
    type=click.FloatRange(0.1), default=2.0, show_default=True, metavar="S",
)  # fmt: skip
@option(
    "--still", "Seconds for which a saved workbook must not change.", "保存后须保持不变的秒数。",
    type=click.FloatRange(0), default=3.0, show_default=True, metavar="S",
)  # fmt: skip
@option("--only-new", "Leave what is there until it is saved again.", "现有文件在再次保存前不处理。", is_flag=True)
@option(
    "--jobs", "Worker processes.", "工作进程数。", type=click.IntRange(1), default=1, show_default=True, metavar="N"
)
@_TIMEOUT
@_MEMORY
@_LINES
@_DETAILS
@BY_WHOM
def watch(folder: Path, json: bool, details: bool, **asked: Any) -> int:
    from xl_salesflow.batch.processes import Bounds
    from xl_salesflow.batch.verbs import options
    from xl_salesflow.batch.watch import Pace
    from xl_salesflow.cli import batching

    given = options(asked["verb"], asked["set"])
    bounds = Bounds(memory=asked["memory"], seconds=asked["timeout"])
    pace = Pace(asked["every"], asked["still"], asked["only_new"])
    return batching.watch(folder, asked["verb"], given, asked["as"], asked["jobs"], bounds, pace, details, json)
