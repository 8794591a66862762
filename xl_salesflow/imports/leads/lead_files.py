"""Read leads from files: what the form saves, and the lists of other web forms."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from xl_salesflow.core.written_dates import read_written_date
from xl_salesflow.core.written_numbers import read_written_number
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_sources import read_import_sources
from xl_salesflow.imports.import_values import remove_invisible_characters
from xl_salesflow.imports.leads.lead_values import LEAD_FIELDS, LEAD_LABELS, Lead
from xl_salesflow.locale.texts import fold_text

LEAD_FORM_MARK = "salesflow-lead"
"""The value of the key `form` in a file that our form saved."""

LEAD_SUFFIXES = (".json", ".csv", ".xlsx")
"""The names of files in a folder that may hold leads."""

_MOST_LEAD_FILES = 5_000
_LARGEST_LEAD_FILE = 5 << 20
_MOST_LEADS = 5_000
_LONGEST_LEAD_TEXT = 2_000
_ONE_LINE_LEAD_TEXT = 200


def list_lead_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files at *paths*, and for each folder those directly in it that may hold leads, by name.

    Links in a folder are not followed.

    Raises:
        UsageError: a path does not exist, or a folder holds no such file.
    """
    found = list[Path]()
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [one for one in sorted(path.iterdir()) if one.suffix.casefold() in LEAD_SUFFIXES]
        inside = [one for one in inside if one.is_file() and not one.is_symlink()]
        if not inside:
            raise UsageError("{path} holds no leads (.json, .csv, .xlsx).", path=path)
        found += inside[:_MOST_LEAD_FILES]
    return found


def read_lead_files(paths: Sequence[Path]) -> Iterator[Lead]:
    """Yield the leads in the files at *paths*: JSON of our form, or lists with a header for company, contact or e-mail.

    Raises:
        UsageError: a file is missing, too large, or holds no leads.
    """
    for path in paths:
        if not path.is_file():
            raise UsageError("{path} does not exist; check the name.", path=path)
        if path.stat().st_size > _LARGEST_LEAD_FILE:
            raise UsageError("{path} is too large for a list of leads; import it with salesflow import.", path=path)
        raw = path.read_bytes()
        if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
            yield from _read_saved_form(raw, path)
        else:
            yield from _read_lead_list(path)


def _read_saved_form(raw: bytes, path: Path) -> Iterator[Lead]:
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise UsageError("{path} is not a file that the form of salesflow lead saved.", path=path) from None
    saved = content if isinstance(content, list) else [content]
    for number, one in enumerate(saved[:_MOST_LEADS], 1):
        if not isinstance(one, dict) or one.get("form") != LEAD_FORM_MARK:
            raise UsageError("{path} is not a file that the form of salesflow lead saved.", path=path)
        told = {name: str(one[name]) for name in LEAD_FIELDS if isinstance(one.get(name), str | int | float)}
        yield make_lead(told, path.name if len(saved) == 1 else f"{path.name} › {number}")


def _read_lead_list(path: Path) -> Iterator[Lead]:
    for source in read_import_sources(path):
        columns = match_lead_headers(source.headers)
        if not {"company", "contact", "email"} & set(columns.values()):
            raise UsageError("{path}: no header is that of a company, a name or an e-mail address.", path=path)
        cells = source.cells[list(columns)]
        for number, row in zip(cells.index[:_MOST_LEADS], cells.itertuples(index=False), strict=False):
            told = dict(zip(columns.values(), map(str, row), strict=True))
            if any(value.strip() for value in told.values()):
                yield make_lead(told, f"{path.name} › {number}")


def match_lead_headers(headers: Sequence[str]) -> dict[str, str]:
    """Return header → field of a lead; of several headers for a field, the first."""
    found = dict[str, str]()
    for header in headers:
        field = _known_lead_headers().get(_fold_lead_header(header), "")
        if field and field not in found.values():
            found[header] = field
    return found


@cache
def _known_lead_headers() -> Mapping[str, str]:
    listed = tomllib.loads(files(__package__).joinpath("lead_headers.toml").read_text(encoding="utf-8"))
    known = {_fold_lead_header(header): field for field, headers in listed.items() for header in headers}
    labels = {_fold_lead_header(text): field for field, label in LEAD_LABELS.items() for text in label.translations()}
    return {**known, **labels}


def _fold_lead_header(header: str) -> str:
    return fold_text(header).rstrip("*:? \uff1a\uff1f").replace(" ", "")


def make_lead(told: Mapping[str, Any], place: str = "") -> Lead:
    """Return the lead that *told* describes: field → text as typed. What cannot be read stays blank or in the notes."""
    texts = {name: _tidy_lead_text(str(told.get(name) or ""), name in ("need", "notes")) for name in LEAD_FIELDS}
    amount, received = texts.pop("amount"), texts.pop("received")
    number, day = (
        read_written_number(amount).value if amount else None,
        read_written_date(received).value if received else None,
    )
    if amount and number is None:  # “about 20,000 or more” is for a person to read
        texts["notes"] = "\n".join(filter(None, (texts["notes"], amount)))
    known = number if number is not None and number >= 0 else None
    return Lead(**texts, amount=known, received=day.date() if day else None, place=place)


def _tidy_lead_text(text: str, lines: bool) -> str:
    plain = remove_invisible_characters(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not lines:
        return " ".join(plain.split())[:_ONE_LINE_LEAD_TEXT]
    return "\n".join(" ".join(line.split()) for line in plain.split("\n")).strip()[:_LONGEST_LEAD_TEXT]
