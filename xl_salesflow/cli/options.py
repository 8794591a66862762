"""What commands share: their options, and how dates, amounts and questions are read from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.cli.texts import LANGUAGE, say
from xl_salesflow.model.verbs import VERBS

if TYPE_CHECKING:
    from xl_salesflow.model.view import View

Command = Callable[..., Any]
BY = ("owner", "product", "source", "region", "channel", "playbook")


def verb(id: str) -> Callable[[Command], click.Command]:
    """Return the decorator that makes the command of a declared verb; its tip is the help."""
    tip = VERBS[id].tip.in_(LANGUAGE)
    return click.command(id, help=tip, short_help=tip)


def day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """Read a day as 2026-12-31."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            say("{value} is not a date like 2026-12-31", "{value} 不是 2026-12-31 这样的日期", value=value)
        ) from None


def amount_of(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """Read an amount above nought; commas may group it."""
    try:
        amount = None if value is None else float(value.replace(",", ""))
    except ValueError:
        amount = 0.0
    if amount is not None and not 0 < amount < float("inf"):
        raise click.BadParameter(
            say("{value} is not an amount like 250000", "{value} 不是 250000 这样的金额", value=value)
        )
    return amount


def option(name: str, en: str, zh: str, **settings: Any) -> Callable[[Command], Command]:
    """Return an option with its help in the terminal's language."""
    return click.option(name, help=say(en, zh), **settings)


BOOK = click.argument("book", type=click.Path(path_type=Path))
JSON = option(
    "--json",
    "Answer as JSON, with stable keys.",
    "以 JSON 输出，键名固定。",
    is_flag=True,
    flag_value=True,
    default=False,
)
TODAY = option(
    "--today", "Take this day as today (YYYY-MM-DD).", "以此日期为今天（YYYY-MM-DD）。", callback=day, metavar="D"
)
BY_WHOM = option(
    "--as", "Whose name goes into the record.", "记录中的操作人。", envvar="SALESFLOW_USER", metavar="NAME"
)
DRY = option("--dry-run", "Show what would change and write nothing.", "仅显示将要修改的内容，不写入。", is_flag=True)


def column_of(by: str | None) -> str | None:
    """Return the column that *by* names on the command line."""
    return "sales_channel" if by == "channel" else by


def view(asked: dict[str, Any]) -> View:
    """Return the question that the options of funnel, plan and report ask."""
    from xl_salesflow.model.view import View

    filters = {column_of(name) or "": asked[name] for name in BY if asked.get(name)}
    reading, reach = (
        ("cohort" if asked.get("cohort") else "snapshot"),
        ("entered" if asked.get("entered") else "implied"),
    )
    return View(asked["as_of"], asked["from"], asked["to"], filters, reading, reach)  # type: ignore[arg-type]
