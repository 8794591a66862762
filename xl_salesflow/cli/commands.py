"""One command a verb; names, labels and tips come from the verbs' declarations. Heavy imports wait until a verb runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.addin import addin
from xl_salesflow.cli.auditing import audit
from xl_salesflow.cli.playbook import playbook as playbooks
from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.model.text import LANGUAGES
from xl_salesflow.model.verbs import VERBS

if TYPE_CHECKING:
    from xl_salesflow.model.view import View

Command = Callable[..., Any]
BY = ("owner", "product", "source", "region", "channel", "playbook")


@click.group(
    help=say("An Excel workbook as the store of a sales pipeline.", "以 Excel 工作簿为销售管道的存储。"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="xl-salesflow", prog_name="salesflow")
def cli() -> None:
    """Gather the verbs."""


cli.add_command(playbooks)
cli.add_command(audit)
cli.add_command(addin)


def _verb(id: str) -> Callable[[Command], Command]:
    verb = VERBS[id]
    return cli.command(id, help=verb.tip.in_(LANGUAGE), short_help=verb.tip.in_(LANGUAGE))


def _day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            say("{value} is not a date like 2026-12-31", "{value} 不是 2026-12-31 这样的日期", value=value)
        ) from None


def _amount(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    try:
        amount = None if value is None else float(value.replace(",", ""))
    except ValueError:
        amount = 0.0
    if amount is not None and not 0 < amount < float("inf"):
        raise click.BadParameter(
            say("{value} is not an amount like 250000", "{value} 不是 250000 这样的金额", value=value)
        )
    return amount


def _option(name: str, en: str, zh: str, **settings: Any) -> Callable[[Command], Command]:
    return click.option(name, help=say(en, zh), **settings)


_book = click.argument("book", type=click.Path(path_type=Path))
_json = _option(
    "--json",
    "Answer as JSON, with stable keys.",
    "以 JSON 输出，键名固定。",
    is_flag=True,
    flag_value=True,
    default=False,
)
_today = _option(
    "--today", "Take this day as today (YYYY-MM-DD).", "以此日期为今天（YYYY-MM-DD）。", callback=_day, metavar="D"
)
_by_whom = _option(
    "--as", "Whose name goes into the record.", "记录中的操作人。", envvar="SALESFLOW_USER", metavar="NAME"
)
_dry = _option("--dry-run", "Show what would change and write nothing.", "仅显示将要修改的内容，不写入。", is_flag=True)


@_verb("init")
@_book
@_option(
    "--playbook", "The sales process to begin with.", "初始销售流程。", default="crm", show_default=True, metavar="NAME"
)
@_option(
    "--lang",
    "Language of the workbook.",
    "工作簿语言。",
    type=click.Choice(LANGUAGES),
    default=LANGUAGE,
    show_default=True,
)
@_today
def init(book: Path, playbook: str, lang: Any, today: date | None) -> int:
    from xl_salesflow.cli import work

    return work.init(book, playbook, lang, today)


@_verb("import")
@_book
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@_option(
    "--map",
    "A mapping file, as proposed and edited.",
    "映射文件（由程序建议，可编辑）。",
    type=click.Path(path_type=Path),
    metavar="MAP.toml",
)
@_option("--yes", "Accept the proposed mapping.", "接受建议的映射。", is_flag=True)
@_dry
@_json
@_today
@_by_whom
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


@_verb("check")
@_book
@_option("--repair", "Put typed-over formulas back.", "恢复被覆盖的公式。", is_flag=True)
@_json
@_today
def check(book: Path, repair: bool, json: bool, today: date | None) -> int:
    from xl_salesflow.cli import work

    return work.check(book, repair, json, today)


@_verb("update")
@click.argument("books", type=click.Path(path_type=Path), nargs=-1, required=True)
@_dry
@_json
@_today
@_by_whom
def update(books: tuple[Path, ...], dry_run: bool, json: bool, today: date | None, **who: Any) -> int:
    from xl_salesflow.cli import work

    return work.update(books, dry_run, json, today, who["as"])


@_verb("funnel")
@_book
@_option("--as-of", "What was true on this day.", "查看该日的情况。", callback=_day, metavar="D")
@_option("--from", "First day of the period.", "期间第一天。", callback=_day, metavar="D")
@_option("--to", "Last day of the period.", "期间最后一天。", callback=_day, metavar="D")
@_option("--by", "One group of numbers per value.", "按此维度分组。", type=click.Choice(BY))
@_option("--compare-to", "What every number was on this day.", "与该日的数值比较。", callback=_day, metavar="D")
@_option("--cohort", "Count won and lost by the day of creation.", "按创建日期统计赢单与丢单。", is_flag=True)
@_option("--entered", "Count only stages that were really entered.", "仅统计实际进入的阶段。", is_flag=True)
@_option("--owner", "Only this owner.", "仅此负责人。", metavar="NAME")
@_option("--product", "Only this product.", "仅此产品。", metavar="NAME")
@_option("--source", "Only this source.", "仅此来源。", metavar="NAME")
@_option("--region", "Only this region.", "仅此区域。", metavar="NAME")
@_option("--channel", "Only this channel.", "仅此渠道。", metavar="NAME")
@_option("--playbook", "Only this playbook.", "仅此流程。", metavar="NAME")
@_json
@_today
def funnel(book: Path, json: bool, today: date | None, by: str | None, compare_to: date | None, **asked: Any) -> int:
    from xl_salesflow.cli import work

    return work.funnel(book, _view(asked), _column(by), compare_to, json, today)


@_verb("plan")
@_book
@_option(
    "--target",
    "Value to win; else the workbook's own target.",
    "目标金额；默认取工作簿中的目标。",
    callback=_amount,
    metavar="VALUE",
)
@_option(
    "--by", "Last day to win it; else the end of the year.", "最迟赢单日期；默认年末。", callback=_day, metavar="D"
)
@_option("--as-of", "What was true on this day.", "查看该日的情况。", callback=_day, metavar="D")
@_option("--from", "First day of the period.", "期间第一天。", callback=_day, metavar="D")
@_option("--to", "Last day of the period.", "期间最后一天。", callback=_day, metavar="D")
@_option("--owner", "Only this owner.", "仅此负责人。", metavar="NAME")
@_option("--product", "Only this product.", "仅此产品。", metavar="NAME")
@_option("--channel", "Only this channel.", "仅此渠道。", metavar="NAME")
@_json
@_today
def plan(book: Path, target: float | None, by: date | None, json: bool, today: date | None, **asked: Any) -> int:
    from xl_salesflow.cli import work

    return work.plan(book, target, by, _view(asked), json, today)


@_verb("followups")
@_book
@_option("--owner", "Only this owner's list.", "仅此负责人的清单。", metavar="NAME")
@_option("--format", "Write the list as a file.", "将清单写成文件。", type=click.Choice(["md", "html", "ics", "csv"]))
@_option(
    "--output",
    "The file, or - for the screen.",
    "输出文件，- 为屏幕。",
    type=click.Path(path_type=Path),
    metavar="FILE",
)
@_json
@_today
def followups(
    book: Path, owner: str | None, format: str | None, output: Path | None, json: bool, today: date | None
) -> int:
    from xl_salesflow.cli import work

    return work.followups(book, owner, format, output, json, today)


@_verb("quote")
@_book
@click.argument("key", metavar=say("DEAL-OR-QUOTE", "商机或报价单号"))
@_option(
    "--format",
    "Kind of document; may be given more than once.",
    "文件格式，可多次指定。",
    type=click.Choice(["pdf", "html"]),
    multiple=True,
    default=("pdf", "html"),
)
@_option(
    "--output",
    "Folder for the documents; else beside the workbook.",
    "输出文件夹，默认与工作簿同目录。",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
)
@_dry
@_json
@_today
@_by_whom
def quote(
    book: Path,
    key: str,
    format: tuple[str, ...],
    output: Path | None,
    dry_run: bool,
    json: bool,
    today: date | None,
    **who: Any,
) -> int:
    from xl_salesflow.cli import work

    return work.quote(book, key, format, output, dry_run, json, today, who["as"])


@_verb("report")
@_book
@_option(
    "--output",
    "The page to write.",
    "输出网页文件。",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.html"),
    show_default=True,
    metavar="FILE",
)
@_option("--as-of", "What was true on this day.", "查看该日的情况。", callback=_day, metavar="D")
@_option("--from", "First day of the period.", "期间第一天。", callback=_day, metavar="D")
@_option("--to", "Last day of the period.", "期间最后一天。", callback=_day, metavar="D")
@_today
def report(book: Path, output: Path, today: date | None, **asked: Any) -> int:
    from xl_salesflow.cli import work

    return work.report(book, output, _view(asked), today)


@_verb("undo")
@_book
@click.argument("run", required=False, metavar=say("[RUN]", "[运行编号]"))
@_option("--force", "Put back even what somebody changed since.", "即使之后已被修改也恢复。", is_flag=True)
@_dry
@_json
@_today
@_by_whom
def undo(book: Path, run: str | None, force: bool, dry_run: bool, json: bool, today: date | None, **who: Any) -> int:
    from xl_salesflow.cli import undoing

    return undoing.undo(book, run, force, dry_run, json, today, who["as"])


@_verb("demo")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo"), metavar="[DIR]")
@_option(
    "--lang",
    "Language of the workbook.",
    "工作簿语言。",
    type=click.Choice(LANGUAGES),
    default=LANGUAGE,
    show_default=True,
)
@_today
def demo(folder: Path, lang: Any, today: date | None) -> int:
    from xl_salesflow.demo.show import show

    for path in show(folder, lang, datetime.combine(today, datetime.min.time()) if today else datetime.now()):
        click.echo(str(path))
    return 0


def _column(by: str | None) -> str | None:
    return "sales_channel" if by == "channel" else by


def _view(asked: dict[str, Any]) -> View:
    from xl_salesflow.model.view import View

    filters = {_column(name) or "": asked[name] for name in BY if asked.get(name)}
    reading, reach = (
        ("cohort" if asked.get("cohort") else "snapshot"),
        ("entered" if asked.get("entered") else "implied"),
    )
    return View(asked["as_of"], asked["from"], asked["to"], filters, reading, reach)  # type: ignore[arg-type]
