"""What is printed: quotes and other papers, and the templates they are put into."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, Command, option, verb
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.verbs import VERBS

FORMATS = ("pdf", "html", "docx", "xlsx", "eml")
KINDS = tuple(CHOICES["paper"])

_OPTIONS = (
    option("--all-of-week", "All that are dated this week.", "本周的全部。", is_flag=True),
    option("--status", "All quotes in this state, such as draft.", "处于此状态的全部报价。", default="", metavar="STATE"),
    option("--format", "Kind of file; may be given more than once.", "文件格式，可多次指定。", type=click.Choice(FORMATS),
           multiple=True, default=("pdf", "html")),
    option("--lang", "Language of the paper; else the workbook's.", "文件语言，默认与工作簿相同。",
           type=click.Choice(("en", "zh", "both"))),
    option("--output", "Folder for the files; else beside the workbook.", "输出文件夹，默认与工作簿同目录。",
           type=click.Path(path_type=Path, file_okay=False), metavar="DIR"),
    option("--sent", "It goes out today; written down, and a later change is found.", "今日发出；将予记录，此后的改动会被指出。",
           is_flag=True),
    option("--to", "To whom it goes; else the contact.", "发送对象，默认为联系人。", default="", metavar="NAME"),
    DRY, JSON, TODAY, BY_WHOM,
)  # fmt: skip


def _options(command: Command) -> Command:
    for one in reversed(_OPTIONS):
        command = one(command)
    return command


@verb("quote")
@BOOK
@click.argument("keys", nargs=-1, metavar=say("[DEAL-OR-QUOTE]…", "[商机或报价单号]…"))
@_options
def quote(book: Path, keys: tuple[str, ...], **asked: Any) -> int:
    return _printed(book, "quote", keys, **asked)


@verb("print")
@BOOK
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("keys", nargs=-1, metavar=say("[DEAL-QUOTE-OR-ACTIVITY]…", "[商机、报价单或活动编号]…"))
@_options
def print_(book: Path, kind: str, keys: tuple[str, ...], **asked: Any) -> int:
    return _printed(book, kind, keys, **asked)


def _printed(
    book: Path, kind: str, keys: tuple[str, ...], *, dry_run: bool, json: bool, today: date | None, **asked: Any
) -> int:
    from xl_salesflow.cli import pressing

    wanted = pressing.Asked(
        kind,
        keys,
        asked["all_of_week"],
        asked["status"],
        asked["format"],
        asked["lang"],
        asked["output"],
        asked["sent"],
        asked["to"],
    )
    return pressing.printed(book, wanted, dry_run, json, today, asked["as"])


@click.group(help=VERBS["template"].tip.in_(LANGUAGE))
def template() -> None:
    """Gather what can be done with templates."""


_KIND = click.argument("kind", metavar=say("KIND", "类型"))
_AT_BOOK: Callable[[Command], Command] = option(
    "--book",
    "Look where this workbook's templates lie.",
    "在此工作簿的模板文件夹中查找。",
    type=click.Path(path_type=Path),
    metavar="BOOK",
)


@template.command("list", help=say("Every kind and format, and which template is used.", "列出类型、格式与所用模板。"))
@_AT_BOOK
@JSON
def list_(book: Path | None, json: bool) -> int:
    from xl_salesflow.cli import shelving

    return shelving.listed(book, json)


@template.command(help=say("Every field that a template of this kind may use.", "列出此类模板可用的字段。"))
@_KIND
@JSON
def fields(kind: str, json: bool) -> int:
    from xl_salesflow.cli import shelving

    return shelving.fielded(kind, json)


@template.command(help=say("Name unknown and misspelt fields, with their place.", "指出未知或拼错的字段及位置。"))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar=say("[FILE]…", "[文件]…"))
@_AT_BOOK
@JSON
def check(files: tuple[Path, ...], book: Path | None, json: bool) -> int:
    from xl_salesflow.cli import shelving

    return shelving.checked(files, book, json)


@template.command(help=say("Copy a template that ships, to edit it.", "复制内置模板以供编辑。"))
@_KIND
@option("--format", "Of which format.", "模板格式。", type=click.Choice(FORMATS), default="docx", show_default=True)
@option(
    "--output",
    "Into this folder.",
    "输出文件夹。",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("templates"),
    show_default=True,
    metavar="DIR",
)
def new(kind: str, format: str, output: Path) -> int:
    from xl_salesflow.cli import shelving

    return shelving.made(kind, format, output)
