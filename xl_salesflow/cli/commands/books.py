"""Workbooks: made, filled, checked, brought up to date, put back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.cli.options import BOOK, BY_WHOM, DRY, JSON, TODAY, option, verb
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.model.text import LANGUAGES


@verb("init")
@BOOK
@option(
    "--playbook", "The sales process to begin with.", "初始销售流程。", default="crm", show_default=True, metavar="NAME"
)
@option(
    "--lang",
    "Language of the workbook.",
    "工作簿语言。",
    type=click.Choice(LANGUAGES),
    default=LANGUAGE,
    show_default=True,
)
@TODAY
def init(book: Path, playbook: str, lang: Any, today: date | None) -> int:
    from xl_salesflow.cli import work

    return work.init(book, playbook, lang, today)


@verb("import")
@BOOK
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@option(
    "--map",
    "A mapping file, as proposed and edited.",
    "映射文件（由程序建议，可编辑）。",
    type=click.Path(path_type=Path),
    metavar="MAP.toml",
)
@option("--yes", "Accept the proposed mapping.", "接受建议的映射。", is_flag=True)
@DRY
@JSON
@TODAY
@BY_WHOM
def import_(
    book: Path,
    files: tuple[Path, ...],
    map: Path | None,
    yes: bool,
    dry_run: bool,
    json: bool,
    today: date | None,
    **who: Any,
) -> int:
    from xl_salesflow.cli import importing

    return importing.bring_in(book, files, map, yes, dry_run, json, today, who["as"])


@verb("adopt")
@BOOK
@option(
    "--map",
    "A mapping file, as proposed and edited.",
    "映射文件（由程序建议，可编辑）。",
    type=click.Path(path_type=Path),
    metavar="MAP.toml",
)
@option("--yes", "Accept the proposed mapping.", "接受建议的映射。", is_flag=True)
@option(
    "--lang",
    "Language of our sheets; else that of the headers there.",
    "新增工作表的语言，默认同原有表头。",
    type=click.Choice(LANGUAGES),
)
@option(
    "--playbook", "The sales process to begin with.", "初始销售流程。", default="crm", show_default=True, metavar="NAME"
)
@DRY
@JSON
@TODAY
@BY_WHOM
def adopt(
    book: Path,
    map: Path | None,
    yes: bool,
    lang: Any,
    playbook: str,
    dry_run: bool,
    json: bool,
    today: date | None,
    **who: Any,
) -> int:
    from xl_salesflow.cli import adopting

    return adopting.adopt(book, map, yes, lang, playbook, dry_run, json, today, who["as"])


@verb("check")
@BOOK
@option("--repair", "Put typed-over formulas back.", "恢复被覆盖的公式。", is_flag=True)
@JSON
@TODAY
def check(book: Path, repair: bool, json: bool, today: date | None) -> int:
    from xl_salesflow.cli import work

    return work.check(book, repair, json, today)


@verb("update")
@click.argument("books", type=click.Path(path_type=Path), nargs=-1, required=True)
@DRY
@option(
    "--sheet",
    "With --dry-run: write the changes as a workbook to tick, for salesflow apply.",
    "与 --dry-run 同用：将修改写成可勾选的工作簿，供 salesflow apply 使用。",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CHANGES.xlsx",
)
@JSON
@TODAY
@BY_WHOM
def update(
    books: tuple[Path, ...], dry_run: bool, sheet: Path | None, json: bool, today: date | None, **who: Any
) -> int:
    if sheet is not None:
        if not dry_run or len(books) > 1:
            raise click.UsageError(
                say("--sheet goes with --dry-run and one workbook.", "--sheet 须与 --dry-run 及单个工作簿同用。")
            )
        from xl_salesflow.cli import changing

        return changing.sheet(books[0], sheet, json, today, who["as"])
    from xl_salesflow.cli import work

    return work.update(books, dry_run, json, today, who["as"])


@verb("apply")
@BOOK
@click.argument("changes", type=click.Path(path_type=Path), metavar=say("CHANGES.xlsx", "修改清单.xlsx"))
@DRY
@JSON
@TODAY
@BY_WHOM
def apply(book: Path, changes: Path, dry_run: bool, json: bool, today: date | None, **who: Any) -> int:
    from xl_salesflow.cli import changing

    return changing.apply(book, changes, dry_run, json, today, who["as"])


@verb("undo")
@BOOK
@click.argument("run", required=False, metavar=say("[RUN]", "[运行编号]"))
@option("--force", "Put back even what somebody changed since.", "即使之后已被修改也恢复。", is_flag=True)
@option(
    "--keep", "Leave what somebody changed since, put back the rest.", "保留之后的修改，恢复其余部分。", is_flag=True
)
@DRY
@JSON
@TODAY
@BY_WHOM
def undo(book: Path, run: str | None, json: bool, today: date | None, **asked: Any) -> int:
    from xl_salesflow.cli import undoing

    return undoing.undo(book, run, asked["force"], asked["keep"], asked["dry_run"], json, today, asked["as"])
