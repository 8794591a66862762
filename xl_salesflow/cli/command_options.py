"""The options that commands share, and what the terminal says in its own language.

The language is that of SALESFLOW_LANG, else of the locale. Nothing heavy is imported here: every help text reads this file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.locale.catalogues import SOURCE_LANGUAGE
from xl_salesflow.locale.language_traits import match_language
from xl_salesflow.locale.texts import Language, Text, as_text
from xl_salesflow.schema.verb_catalogue import VERBS

if TYPE_CHECKING:
    from xl_salesflow.schema.named_values import Query


def _detect_terminal_language() -> Language:
    for name in ("SALESFLOW_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return match_language(value)
    return SOURCE_LANGUAGE


TERMINAL_LANGUAGE: Language = _detect_terminal_language()


def terminal_text(message: str | Text, /, **facts: object) -> str:
    """Return one text in the terminal's language."""
    return as_text(message).in_(TERMINAL_LANGUAGE, **facts)


CommandFunction = Callable[..., Any]
GROUP_BY_CHOICES = ("owner", "product", "source", "region", "channel", "playbook")


def verb_command(verb_id: str) -> Callable[[CommandFunction], click.Command]:
    """Return the decorator that makes the command of a declared verb; its tip is the help."""
    tip = VERBS[verb_id].tip.in_(TERMINAL_LANGUAGE)
    return click.command(verb_id, help=tip, short_help=tip)


def parse_day_option(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """Read a day as 2026-12-31."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(terminal_text("{value} is not a date like 2026-12-31", value=value)) from None


def parse_amount_option(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """Read an amount above nought; commas may group it."""
    try:
        amount = None if value is None else float(value.replace(",", ""))
    except ValueError:
        amount = 0.0
    if amount is not None and not 0 < amount < float("inf"):
        raise click.BadParameter(terminal_text("{value} is not an amount like 250000", value=value))
    return amount


def translated_option(name: str, message: str, **settings: Any) -> Callable[[CommandFunction], CommandFunction]:
    """Return an option with its help in the terminal's language."""
    return click.option(name, help=terminal_text(message), **settings)


BOOK_ARGUMENT = click.argument("book", type=click.Path(path_type=Path))
JSON_OPTION = translated_option(
    "--json",
    "Answer as JSON, with stable keys.",
    is_flag=True,
    flag_value=True,
    default=False,
)
TODAY_OPTION = translated_option(
    "--today",
    "Take this day as today (YYYY-MM-DD).",
    callback=parse_day_option,
    metavar="D",
)
USER_OPTION = translated_option("--as", "Whose name goes into the record.", envvar="SALESFLOW_USER", metavar="NAME")
DRY_RUN_OPTION = translated_option("--dry-run", "Show what would change and write nothing.", is_flag=True)


def group_by_column(by: str | None) -> str | None:
    """Return the column that *by* names on the command line."""
    return "sales_channel" if by == "channel" else by


def read_query_options(asked: dict[str, Any]) -> Query:
    """Return the question that the options of funnel, plan and report ask."""
    from xl_salesflow.schema.named_values import Query

    filters = {group_by_column(name) or "": asked[name] for name in GROUP_BY_CHOICES if asked.get(name)}
    reading, reach = (
        ("cohort" if asked.get("cohort") else "snapshot"),
        ("entered" if asked.get("entered") else "implied"),
    )
    return Query(asked["as_of"], asked["from"], asked["to"], filters, reading, reach)  # type: ignore[arg-type]


def day_or_today(today: date | None) -> date:
    return today or date.today()
