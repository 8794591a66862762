"""Decide whether two names are one person, however they are spelled, so that nobody approves what is their own.

Names are compared without case, width, spaces, accents and punctuation, and with letters that look alike taken as one: a
Cyrillic or Greek A for a Latin one, a zero for an O, a capital I for a small L.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from unicodedata import combining, normalize

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.table_frames import fold_keys

# small letters, after folding: Cyrillic, then Greek, then what looks like a letter
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131\u0251\u0261" + "01",
    "abekmhopctyxijshdqw" + "abezhikmnoptyxiag" + "ol",
)


# without accents, punctuation and spaces; a capital I is either an i, as in ANNI, or stands for an l
_list_person_forms = lru_cache(maxsize=4096)(
    lambda name: (
        frozenset(
            "".join(letter for letter in plain if letter.isalnum())
            for written in (name, name.replace("I", "l"))
            for folded in [normalize("NFKD", normalize("NFKC", written).casefold())]
            for plain in ["".join(letter for letter in folded if not combining(letter)).translate(_LOOK_ALIKES)]
        )
        - {""}
    )
)


def is_same_person(one: str, other: str) -> bool:
    """Return whether two names are one person; a blank name is nobody."""
    return not _list_person_forms(one).isdisjoint(_list_person_forms(other))


def list_active_people(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return the active rows of the sheet Team; of several rows of one person, the first counts."""
    team, seen, found = pipeline["Team"], set[str](), list[dict[str, Any]]()
    for row in team[(team["person"].str.strip() != "") & (team["active"] != "no")].to_dict("records"):
        forms = _list_person_forms(str(row["person"]))
        if seen.isdisjoint(forms):
            found.append({str(key): value for key, value in row.items()})
        seen |= forms
    return found


def list_people_besides(pipeline: Pipeline, owner: str) -> list[dict[str, Any]]:
    """Return the active rows of the sheet Team that are not *owner*, however spelled."""
    mails = _list_emails_of(pipeline, owner)
    return [
        row
        for row in list_active_people(pipeline)
        if not is_same_person(row["person"], owner) and fold_text(row["email"]) not in mails
    ]


def is_somebody_besides(pipeline: Pipeline, person: str, owner: str) -> bool:
    """Return whether *person* is not *owner*, however spelled, and is on the sheet Team if anybody is; left people count."""
    if is_same_person(person, owner) or not person.strip():
        return False
    named = pipeline["Team"]["person"]
    mails = _list_emails_of(pipeline, person)
    known = fold_text(person) in set(fold_keys(named)) or not (named.str.strip() != "").any()
    return known and mails.isdisjoint(_list_emails_of(pipeline, owner))


def _list_emails_of(pipeline: Pipeline, person: str) -> set[str]:
    # a second row of a person has the same e-mail
    team = pipeline["Team"]
    own = team[team["person"].map(lambda name: is_same_person(name, person)).astype(bool)]
    return {fold_text(mail) for mail in own["email"]} - {""}
