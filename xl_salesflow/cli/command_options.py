"""The options that several commands share, and their defaults from the file ``salesflow.toml``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.catalogues import SOURCE_LANGUAGE
from xl_salesflow.locale.language_traits import match_language
from xl_salesflow.locale.texts import Language, Text, as_text
from xl_salesflow.schema.verb_catalogue import VERBS

if TYPE_CHECKING:
    from xl_salesflow.schema.named_values import Query


ENVIRONMENT_PREFIX = "SALESFLOW"
_OPTION_FILE = "salesflow.toml"
_UNCONFIGURABLE_OPTIONS = {"help", "version"}


def read_configuration(cli: click.Group, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the options of file and environment in the form that click expects: command → parameter → value.

    Raises:
        UsageError: an unknown name, in which case the message gives the nearest known one, or an invalid value.
    """
    _check_variable_names(cli, environ)
    found = _find_option_file(environ)
    if found is None:
        return {}
    from xl_salesflow.cli.option_files import OptionFile

    known = {name: options for name, command in cli.commands.items() if (options := _configurable_options(command))}
    return OptionFile(cli.commands, known, *found).read()


def _find_option_file(environ: Mapping[str, str]) -> tuple[Path, bool] | None:
    """Return the file with options, and whether it is the user's own."""
    if named := environ.get(f"{ENVIRONMENT_PREFIX}_CONFIG"):
        if not Path(named).is_file():
            raise UsageError(
                "{prefix}_CONFIG names {named}, which is not a file.",
                prefix=ENVIRONMENT_PREFIX,
                named=named,
            )
        return Path(named), True
    own = Path(click.get_app_dir("salesflow")) / _OPTION_FILE
    places = ((Path(_OPTION_FILE), False), (own, True))
    for place, is_own in places:
        if place.is_file():
            return place, is_own
    return None


def _check_variable_names(cli: click.Group, environ: Mapping[str, str]) -> None:
    """Refuse variables that have the prefix of a command but name none of its options."""
    for name, command in cli.commands.items():
        start = f"{ENVIRONMENT_PREFIX}_{name.upper().replace('-', '_')}_"
        known = {start + option.upper().replace("-", "_") for option in _configurable_options(command)}
        for variable in environ:
            if known and variable.startswith(start) and variable not in known:
                from xl_salesflow.cli.option_files import unknown_option_error

                raise unknown_option_error(None, variable, variable, known)


def _configurable_options(command: click.Command) -> dict[str, click.Option]:
    """Return the options of *command* by their long names."""
    return {
        opt.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option) and option.name not in _UNCONFIGURABLE_OPTIONS
        for opt in option.opts
        if opt.startswith("--")
    }


def _detect_terminal_language() -> Language:
    for name in ("SALESFLOW_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return match_language(value)
    return match_language(_read_windows_language()) if sys.platform == "win32" else SOURCE_LANGUAGE


def _read_windows_language() -> str:
    """Return the language in which Windows shows its own texts, such as zh_CN; Windows sets no variable for it."""
    import ctypes
    from locale import windows_locale

    code = ctypes.windll.kernel32.GetUserDefaultUILanguage()  # type: ignore[attr-defined,unused-ignore]
    return windows_locale.get(code, SOURCE_LANGUAGE)


TERMINAL_LANGUAGE: Language = _detect_terminal_language()


_BOOK_LANGUAGE: ContextVar[Language | None] = ContextVar("_BOOK_LANGUAGE", default=None)


def terminal_text(message: str | Text, /, **facts: object) -> str:
    """Return one text in the language of the terminal, or of the workbook that it is about (texts_in)."""
    return as_text(message).in_(_BOOK_LANGUAGE.get() or TERMINAL_LANGUAGE, **facts)


@contextmanager
def texts_in(language: Language) -> Iterator[None]:
    """Let `terminal_text` answer in *language*: a report on a workbook has one language, that of its findings."""
    token = _BOOK_LANGUAGE.set(language)
    try:
        yield
    finally:
        _BOOK_LANGUAGE.reset(token)


CommandFunction = Callable[..., Any]
GROUP_BY_CHOICES = ("owner", "product", "source", "region", "channel", "playbook")


def verb_command(verb_id: str) -> Callable[[CommandFunction], click.Command]:
    """Return the decorator that makes the command of a declared verb; the verb's tip becomes the help."""
    tip = VERBS[verb_id].tip.in_(TERMINAL_LANGUAGE)
    return click.command(verb_id, help=tip, short_help=tip)


def parse_day_option(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """Parse a day such as 2026-12-31."""
    from xl_salesflow.schema.deal_tables import USABLE_YEARS

    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
        USABLE_YEARS.index(day.year)
        return day
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


class _GroupColumn(click.Choice[str]):
    """What numbers are grouped by: one of GROUP_BY_CHOICES, or the header of a column that the team declared."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return *value*; the workbook says whether it has such a column."""
        return value


GROUP_OR_HEADER = _GroupColumn(GROUP_BY_CHOICES)


def parse_where_options(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return column → value of conditions such as Region=North."""
    found: dict[str, str] = {}
    for value in values:
        column, sign, wanted = value.partition("=")
        if not sign or not column.strip() or not wanted.strip():
            raise click.BadParameter(terminal_text("{value} is not a condition like Region=North", value=value))
        found[column.strip()] = wanted.strip()
    return found


WHERE_OPTION = translated_option(
    "--where",
    "Only deals with this value, also in a column of your own: Region=North.",
    multiple=True,
    callback=parse_where_options,
    metavar="COLUMN=VALUE",
)


def group_by_column(by: str | None) -> str | None:
    """Return the column for the value *by* of the command line."""
    return "sales_channel" if by == "channel" else by


def read_query_options(options: dict[str, Any]) -> Query:
    """Return the query for the options of funnel, plan and report."""
    from xl_salesflow.schema.named_values import Query

    filters = {group_by_column(name) or "": options[name] for name in GROUP_BY_CHOICES if options.get(name)}
    filters |= options.get("where") or {}
    reading, reach = (
        ("cohort" if options.get("cohort") else "snapshot"),
        ("entered" if options.get("entered") else "implied"),
    )
    return Query(options["as_of"], options["from"], options["to"], filters, reading, reach)  # type: ignore[arg-type]


def day_or_today(today: date | None) -> date:
    return today or date.today()
