"""The options that several commands share, and the texts of the terminal in its language.

The language is taken from SALESFLOW_LANG, or else from the locale. This module imports nothing slow, because every help
text needs it.
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
    """Return one text in the language of the terminal."""
    return as_text(message).in_(TERMINAL_LANGUAGE, **facts)


CommandFunction = Callable[..., Any]
GROUP_BY_CHOICES = ("owner", "product", "source", "region", "channel", "playbook")


def verb_command(verb_id: str) -> Callable[[CommandFunction], click.Command]:
    """Return the decorator that makes the command of a declared verb; the verb's tip becomes the help."""
    tip = VERBS[verb_id].tip.in_(TERMINAL_LANGUAGE)
    return click.command(verb_id, help=tip, short_help=tip)


def parse_day_option(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """Parse a day such as 2026-12-31."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(terminal_text("{value} is not a date like 2026-12-31", value=value)) from None


def parse_amount_option(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """Parse an amount above zero, with or without commas between groups of digits."""
    try:
        amount = None if value is None else float(value.replace(",", ""))
    except ValueError:
        amount = 0.0
    if amount is not None and not 0 < amount < float("inf"):
        raise click.BadParameter(terminal_text("{value} is not an amount like 250000", value=value))
    return amount


def translated_option(name: str, message: str, **settings: Any) -> Callable[[CommandFunction], CommandFunction]:
    """Return an option with its help in the language of the terminal."""
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
    "Use this day as today (YYYY-MM-DD).",
    callback=parse_day_option,
    metavar="D",
)
USER_OPTION = translated_option("--as", "The name to record for the run.", envvar="SALESFLOW_USER", metavar="NAME")
DRY_RUN_OPTION = translated_option("--dry-run", "Show what would change and write nothing.", is_flag=True)


def group_by_column(by: str | None) -> str | None:
    """Return the column for the value *by* of the command line."""
    return "sales_channel" if by == "channel" else by


def read_query_options(options: dict[str, Any]) -> Query:
    """Return the query for the options of funnel, plan and report."""
    from xl_salesflow.schema.named_values import Query

    filters = {group_by_column(name) or "": options[name] for name in GROUP_BY_CHOICES if options.get(name)}
    reading, reach = (
        ("cohort" if options.get("cohort") else "snapshot"),
        ("entered" if options.get("entered") else "implied"),
    )
    return Query(options["as_of"], options["from"], options["to"], filters, reading, reach)  # type: ignore[arg-type]


def day_or_today(today: date | None) -> date:
    return today or date.today()
