"""Read a file with options, salesflow.toml: the user's own, or one in the working folder, which may set less."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.toml_files import TOML_LIST, TOML_NUMBER, TOML_SWITCH, TOML_TEXT, is_toml_value, read_toml_file
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text

OPTION_FILE_NAME = "salesflow.toml"
_FOLDER_OPTIONS = frozenset(
    (
        *("jobs", "tries", "wait", "timeout", "memory", "every", "still", "only-new", "resume", "journal", "output"),
        *("json", "dry-run", "format", "lang", "by", "how", "reclaim", "year", "beside", "keep"),
        *("from", "to", "as-of", "compare-to", "today", "cohort", "entered", "target"),
        *("owner", "product", "source", "region", "channel", "playbook", "status"),
    )
)
"""Options that a file in a working folder may set. Everybody can put a file there, so it decides how much work is done at
once and how the answer looks, but not who acts, which code runs, what is read, or what a person is asked about."""
_FOLDER_PATHS = frozenset(("journal", "output"))  # within the folder


def _own_option_file() -> Path:
    return Path(click.get_app_dir("salesflow")) / OPTION_FILE_NAME


class OptionFile:
    """A file with options: the user's *own*, or one that lies in the working folder, which may set less."""

    def __init__(
        self,
        commands: Mapping[str, click.Command],
        known: Mapping[str, Mapping[str, click.Option]],
        file: Path,
        is_own: bool,
    ) -> None:
        self._commands, self._known, self._file, self._is_own = commands, known, file, is_own

    def read(self) -> dict[str, Any]:
        """Return command → parameter → value."""
        content = read_toml_file(self._file)
        commands, known = self._commands, self._known
        for section, values in content.items():
            if section not in known:
                raise unknown_option_error(self._file, f"[{section}]", section, known)
            if not isinstance(values, dict):
                raise UsageError("{file}: {section} must be a section, [{section}].", file=self._file, section=section)
        return {
            section: self._section(section, values, known[section], commands[section])
            for section, values in content.items()
        }

    def _section(
        self, section: str, values: Mapping[str, Any], known: Mapping[str, click.Option], command: click.Command
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in values.items():
            option, place = known.get(name), f"[{section}] {name}"
            if option is None:
                raise unknown_option_error(self._file, place, name, known)
            if not self._is_own and name not in _FOLDER_OPTIONS:
                raise self._personal_option_error(place)
            found[option.name or name] = self._value(place, option, value, command)
            if not self._is_own and name in _FOLDER_PATHS and not _is_below_working_folder(value):
                raise self._outer_path_error(place)
        return found

    def _personal_option_error(self, place: str) -> UsageError:
        return UsageError(
            "{file} may not set {place}, because anybody can put a file into a folder; set it in your own file "
            "{own} or on the command line.",
            file=self._file,
            place=place,
            own=_own_option_file(),
        )

    def _outer_path_error(self, place: str) -> UsageError:
        return UsageError(
            "{file}, {place} leads out of this folder, which only your own file {own} or the command line may do.",
            file=self._file,
            place=place,
            own=_own_option_file(),
        )

    def _value(self, place: str, option: click.Option, value: Any, command: click.Command) -> Any:
        """Return *value* unchanged if the option accepts it."""
        if option.is_flag and not is_toml_value(value, TOML_SWITCH):
            raise self._wrong_type(place, TOML_SWITCH)
        if option.multiple and not isinstance(value, list):
            raise self._wrong_type(place, TOML_LIST)
        with click.Context(command) as context:
            for one in value if option.multiple else (value,):
                if not option.is_flag:
                    self._check_plain_value(place, option, one)
                try:
                    option.type.convert(one, option, context)
                except click.BadParameter as error:
                    raise UsageError(
                        "{file}, {place}: {message}", file=self._file, place=place, message=error.message
                    ) from error
        return value

    def _check_plain_value(self, place: str, option: click.Option, value: Any) -> None:
        """Refuse a value that click would convert or fail on: a table, a list, a truth value, a number without end."""
        takes_days = isinstance(option.type, click.types.StringParamType)
        if (type(value) is date and takes_days) or (is_toml_value(value, TOML_TEXT) and "\0" not in value):
            return
        asked = TOML_NUMBER if isinstance(option.type, click.IntRange | click.FloatRange) else TOML_TEXT
        if asked is TOML_TEXT or not is_toml_value(value, asked):
            raise self._wrong_type(place, asked)

    def _wrong_type(self, place: str, asked: Text) -> UsageError:
        return UsageError("{file}, {place} must be {asked}.", file=self._file, place=place, asked=asked)


def _is_below_working_folder(value: str) -> bool:
    """Return whether the path leads to a place in the working folder, also through links."""
    try:
        return Path(value).resolve().is_relative_to(Path().resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def unknown_option_error(file: Path | None, place: str, name: str, known: Iterable[str]) -> UsageError:
    """Return the error for a section, an option or a variable that does not exist; it names the nearest one."""
    where = Text("{file}, {place}").with_facts(file=file, place=place) if file else place
    hint = suggest_names(name, sorted(known))
    return UsageError("{where} is unknown to salesflow; {hint}", where=where, hint=hint)
