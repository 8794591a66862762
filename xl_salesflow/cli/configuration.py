"""Read options from the file ``salesflow.toml``, which is checked completely before a command runs.

    [batch]                 # a section per command
    jobs = 2                # an option by its long name
    journal = "/var/lib/salesflow/batch.jsonl"

The first existing file of these is used: the file named by SALESFLOW_CONFIG, ``salesflow.toml`` in the current folder,
the same in the user's configuration folder. The environment (``SALESFLOW_BATCH_JOBS``) overrides it, and the command
line overrides both.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text, TextList

ENVIRONMENT_PREFIX = "SALESFLOW"
OPTION_FILE_NAME = "salesflow.toml"
_UNCONFIGURABLE_OPTIONS = {"help", "version"}


def read_configuration(cli: click.Group, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the options of file and environment in the form that click expects: command → parameter → value.

    Raises:
        UsageError: an unknown name, in which case the message gives the nearest known one, or an invalid value.
    """
    _check_variable_names(cli, environ)
    file = _find_option_file(environ)
    return {} if file is None else _read_option_file(cli, file)


def _find_option_file(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get(f"{ENVIRONMENT_PREFIX}_CONFIG"):
        if not Path(named).is_file():
            raise UsageError(
                "{prefix}_CONFIG names {named}, which is not a file.",
                prefix=ENVIRONMENT_PREFIX,
                named=named,
            )
        return Path(named)
    places = (Path(OPTION_FILE_NAME), Path(click.get_app_dir("salesflow")) / OPTION_FILE_NAME)
    return next((place for place in places if place.is_file()), None)


def _read_option_file(cli: click.Group, file: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("{file} is not valid TOML: {error}.", file=file, error=error) from error
    known = {name: options for name, command in cli.commands.items() if (options := _configurable_options(command))}
    found: dict[str, Any] = {}
    for section, values in content.items():
        if section not in known:
            raise _unknown_option_error(file, f"[{section}]", section, known)
        if not isinstance(values, dict):
            raise UsageError("{file}: {section} must be a section, [{section}].", file=file, section=section)
        found[section] = _read_option_section(file, section, values, known[section], cli.commands[section])
    return found


def _read_option_section(
    file: Path, section: str, values: Mapping[str, Any], known: Mapping[str, click.Option], command: click.Command
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        option = known.get(name)
        if option is None:
            raise _unknown_option_error(file, f"[{section}] {name}", name, known)
        found[option.name or name] = _check_option_value(file, f"[{section}] {name}", option, value, command)
    return found


def _check_option_value(file: Path, place: str, option: click.Option, value: Any, command: click.Command) -> Any:
    """Return *value* unchanged if the option accepts it."""
    if option.is_flag and not isinstance(value, bool):
        raise UsageError("{file}, {place} must be true or false.", file=file, place=place)
    if option.multiple and not isinstance(value, list):
        raise UsageError("{file}, {place} must be a list.", file=file, place=place)
    with click.Context(command) as context:
        for one in value if option.multiple else (value,):
            try:
                option.type.convert(one, option, context)
            except click.BadParameter as error:
                raise UsageError("{file}, {place}: {message}", file=file, place=place, message=error.message) from error
    return value


def _check_variable_names(cli: click.Group, environ: Mapping[str, str]) -> None:
    """Refuse variables that have the prefix of a command but name none of its options."""
    for name, command in cli.commands.items():
        start = f"{ENVIRONMENT_PREFIX}_{name.upper().replace('-', '_')}_"
        known = {start + option.upper().replace("-", "_") for option in _configurable_options(command)}
        for variable in environ:
            if known and variable.startswith(start) and variable not in known:
                raise _unknown_option_error(None, variable, variable, known)


def _configurable_options(command: click.Command) -> dict[str, click.Option]:
    """Return the options of *command* by their long names."""
    return {
        opt.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option) and option.name not in _UNCONFIGURABLE_OPTIONS
        for opt in option.opts
        if opt.startswith("--")
    }


def _unknown_option_error(file: Path | None, place: str, name: str, known: Iterable[str]) -> UsageError:
    from xl_salesflow.core.name_suggestions import find_nearest

    near = find_nearest(name, known)
    where = Text("{file}, {place}").with_facts(file=file, place=place) if file else place
    if near:
        return UsageError("{where} is unknown to salesflow; did you mean {near}?", where=where, near=near)
    listed = TextList(tuple(sorted(known)))
    return UsageError("{where} is unknown to salesflow; known are {known}.", where=where, known=listed)
