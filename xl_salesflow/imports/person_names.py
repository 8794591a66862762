"""Recognise one person in the ways that files write names: with a mail address, as an address, or last name first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from xl_salesflow.imports.import_values import LONGEST_NAME
from xl_salesflow.imports.import_vocabulary import squeeze_name

PEOPLE_TABLES = ("Contacts", "Team")
"""The tables whose rows are people."""

_NAME_WITH_ADDRESS = re.compile(r"([^();<>]*[^();<>\s])\s*[(<\[][^()<>\[\]\s@]+@[^()<>\[\]\s@]+[)>\]]")
_LAST_NAME_FIRST = re.compile(r"(?P<last>[^\W\d_][^,;\d@()<>\[\]]*?)\s*,\s*(?P<first>[^\W\d_][^,;\d@()<>\[\]]*)")
_MAIL_ADDRESS = re.compile(r"(?P<name>[^@\s]+)@[^@\s]+\.[^@\s]+")
_LONGEST_LIST_OF_PEOPLE = 8 * LONGEST_NAME  # of people in one cell
_NO_FIRST_NAMES = frozenset(
    {"jr", "sr", "ii", "iii", "phd", "md", "mba", "esq", "inc", "ltd", "llc", "gmbh", "ag", "co"}
)


def names_several_people(text: str) -> bool:
    """Return whether *text* lists several names with their mail addresses."""
    return len(text) <= _LONGEST_LIST_OF_PEOPLE and len(_NAME_WITH_ADDRESS.findall(text)) > 1


def take_first_person(text: str) -> str:
    """Return the first name of "Bob Ray (bob@acme.example);Sue Day (sue@acme.example)": the name identifies the person."""
    if len(text) > _LONGEST_LIST_OF_PEOPLE or not _NAME_WITH_ADDRESS.match(text):
        return text
    return _NAME_WITH_ADDRESS.sub(r"\1", text, count=1).partition(";")[0].strip()


def find_person_variants(texts: Iterable[str], known: Iterable[str], turns: bool) -> Mapping[str, str]:
    """Return the replacements of *texts* that are a name of *known* or of *texts* with its last name first, or as an address.

    With *turns*, a last name in front is put behind even if the name is not known.
    """
    distinct = dict.fromkeys(texts)
    written = dict.fromkeys(take_first_person(text) for text in distinct if not _is_other_form(text))
    names = {squeeze_name(name): name for name in (*written, *known) if name}
    found: dict[str, str] = {}
    for text in distinct:
        name = "" if text in known else turn_last_name(text)
        if name and (turns or squeeze_name(name) in names):
            found[text] = names.setdefault(squeeze_name(name), name)
    for text in distinct:
        mail = _MAIL_ADDRESS.fullmatch(text)
        if mail and text not in known and (written_name := names.get(squeeze_name(mail["name"]))):
            found[text] = written_name
    return found


def turn_last_name(text: str) -> str:
    """Return "Mara Voss" for "Voss, Mara", or ""."""
    match = _LAST_NAME_FIRST.fullmatch(text) if len(text) <= LONGEST_NAME else None
    if match is None or squeeze_name(match["first"]) in _NO_FIRST_NAMES:
        return ""
    return f"{match['first'].strip()} {match['last'].strip()}"


def _is_other_form(text: str) -> bool:
    return bool(turn_last_name(text) or _MAIL_ADDRESS.fullmatch(text))
