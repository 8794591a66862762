"""The names that other programs' files use, how names are compared, and the targets that a column can have.

A target is a column that a person fills in, a fact that makes the history of a deal, or a part of a name.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from xl_salesflow.imports.import_targets import ImportTargets
from xl_salesflow.schema.table_columns import Column, ColumnType, ColumnWriter, declare_column
from xl_salesflow.schema.table_registry import TABLES

_CAMEL_CASE_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BRACKETED_UNIT = re.compile(r"[(\[][^()\[\]]*[)\]]")
_VOCABULARY_MARKS = re.compile(r"[\W_]+")
_PARTS_OF_NAME = re.compile(
    r"\s+[-\u2013\u2014]\s*|[\u2014:;,()/|\uff1a\uff1b\uff0c\uff08\uff09\u3001]|\b(?:but|aber|mais|pero|ma|mas|maar|ale|но|men)\b",
    re.IGNORECASE,
)
_FIRST_CJK_CHARACTER = 0x2E80


@dataclass(frozen=True, slots=True)
class StageVocabulary:
    """A stage that many processes have: its names, its usual position, and the stages that may replace it."""

    id: str
    names: frozenset[str]
    rank: int
    kind: str
    falls_to: tuple[str, ...]


_LONGEST_FOLDED_NAME = 300  # a longer text is no name


def fold_name(name: str) -> str:
    """Return *name* without width, case, punctuation and bracketed units, its words separated by one blank."""
    wide = _normalize_name(name[:_LONGEST_FOLDED_NAME])
    bare = _BRACKETED_UNIT.sub(" ", wide)
    return _split_name_words(bare) or _split_name_words(wide)


def squeeze_name(name: str) -> str:
    """Return *name* without case, blanks and punctuation: "GTX Pro", "GTXPro" and "gtx-pro" become equal."""
    return _VOCABULARY_MARKS.sub("", _normalize_name(name).casefold())


def _normalize_name(name: str) -> str:
    """Return *name* without width, and with simplified Chinese characters instead of traditional ones."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name).translate(_read_simplified_characters())


@cache
def _read_simplified_characters() -> Mapping[int, int]:
    pairs: Mapping[str, str] = read_vocabulary()["traditional"]
    return str.maketrans(pairs["written"], pairs["compared"])


def _split_name_words(name: str) -> str:
    return _VOCABULARY_MARKS.sub(" ", _CAMEL_CASE_BREAK.sub(" ", name)).strip().casefold()


@cache
def read_vocabulary() -> Mapping[str, Any]:
    """Return the words that other programs' files use, by kind."""
    return tomllib.loads(files(__package__).joinpath("vocabulary.toml").read_text(encoding="utf-8"))


@cache
def read_header_words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return table → target → the names for it, as returned by fold_name."""
    read: Mapping[str, Mapping[str, list[str]]] = read_vocabulary()["headers"]
    return {
        table: {target: tuple(fold_name(n) for n in names) for target, names in words.items()}
        for table, words in read.items()
    }


@cache
def read_header_parts() -> Mapping[str, frozenset[str]]:
    """Return the words that composed headers are made of, by kind, as returned by fold_name."""
    return {kind: frozenset(map(fold_name, words)) for kind, words in read_vocabulary()["header_parts"].items()}


@cache
def read_amount_words() -> Mapping[str, frozenset[str]]:
    """Return the words in headers of amounts by kind: nouns for amounts, and what makes one expected, actual or derived."""
    return {kind: frozenset(map(fold_name, words)) for kind, words in read_vocabulary()["amount_words"].items()}


@cache
def read_known_headers() -> frozenset[str]:
    """Return every name for a column of any table, as returned by fold_name."""
    declared = (text for table in TABLES.values() for c in table.columns for text in (c.id, *c.header.translations()))
    return frozenset(map(fold_name, declared)).union(
        *(names for words in read_header_words().values() for names in words.values())
    )


@cache
def read_file_words() -> Mapping[str, frozenset[str]]:
    """Return table → the words in a file name that suggest it."""
    return {table: frozenset(words) for table, words in read_vocabulary()["files"].items()}


@cache
def read_stage_vocabulary() -> tuple[StageVocabulary, ...]:
    """Return the common stages in their usual order."""
    return tuple(
        StageVocabulary(
            entry["id"], frozenset(fold_name(name) for name in entry["names"]), entry["rank"], entry["kind"],
            tuple(entry.get("falls_to", ())),
        )
        for entry in read_vocabulary()["stages"]
    )  # fmt: skip


@cache
def find_stage_vocabulary(name: str) -> StageVocabulary | None:
    """Return the common stage that *name* is a usual name of, whatever its case, blanks and punctuation."""
    return _stage_vocabulary_by_name().get(squeeze_name(name))


@cache
def _stage_vocabulary_by_name() -> Mapping[str, StageVocabulary]:
    return {squeeze_name(name): words for words in reversed(read_stage_vocabulary()) for name in words.names}


@cache
def find_vocabulary_of_parts(name: str) -> StageVocabulary | None:
    """Return the open stage that a part of *name* is a usual name of: "Negotiation/Revision", "Offer presented".

    None if the parts are different stages, or if one of them tells an outcome.
    """
    words = read_vocabulary()["stage_parts"]
    parts = [name]
    for joint in words["joints"]:
        parts = [part for whole in parts for part in whole.casefold().split(joint)]
    bare = [fold_name(part) for part in parts]
    found = {known.id: known for part in bare for known in [_vocabulary_without_verb(part, words["done"])] if known}
    if len(found) != 1 or any(_read_words_of_outcome(part) for part in parts):
        return None
    (only,) = found.values()
    return only if only.kind == "open" else None


def _vocabulary_without_verb(part: str, verbs: list[str]) -> StageVocabulary | None:
    """Return the stage that *part* names, also without the word for done, sent or planned that it ends with."""
    if known := find_stage_vocabulary(part):
        return known
    ends = (verb for verb in verbs if part.endswith(verb if not verb.isascii() else f" {verb}") and part != verb)
    return next((known for verb in ends if (known := find_stage_vocabulary(part.removesuffix(verb)))), None)


def find_outcome_in_name(name: str) -> str | None:
    """Return won or lost if *name* has words of that outcome and none of the other, such as "Closed Won - New Business".

    Words of doubt leave it open ("Won back later", "Won?"), unless they follow a loss as its reason ("Lost - maybe later").
    """
    outcome = _read_words_of_outcome(name)
    if outcome is None:
        return None
    parts = _PARTS_OF_NAME.split(name) if outcome == "lost" else [name]
    return (
        None
        if any(_is_doubtful(part) for part in parts if len(parts) == 1 or _read_words_of_outcome(part))
        else outcome
    )


def leaves_outcome_open(name: str, outcome: str) -> bool:
    """Return whether a usual name of *outcome* has a question mark, or a doubt in brackets if it is "won"."""
    beside = " ".join(_BRACKETED_UNIT.findall(_normalize_name(name))) if outcome == "won" else ""
    return _has_question_mark(name) or _is_doubtful(beside)


def _has_question_mark(name: str) -> bool:
    return name.rstrip(" )\uff09").endswith(("?", "\uff1f"))


def _is_doubtful(name: str) -> bool:
    if _has_question_mark(name):
        return True
    folded = f" {_split_name_words(_normalize_name(name))} "
    return any(_is_word_inside(word, folded) for word in _read_outcome_words()["doubts"])


def _read_words_of_outcome(name: str) -> str | None:
    return _read_words_of_bare_outcome(fold_name(name)) or _read_words_of_bare_outcome(
        _split_name_words(_normalize_name(name))  # the outcome may stand in brackets
    )


def _read_words_of_bare_outcome(name: str) -> str | None:
    words = _read_outcome_words()
    folded = f" {name} "
    for phrase in words["not_won"]:
        folded = folded.replace(f" {phrase} ", " lost ")
    for word in (*words["won"], *words["lost"]):
        for denial in words["denials"] if _is_word_inside(word, folded) else ():
            phrase = (
                f" {denial} {word} " if word.isascii() or not _is_word_inside(word, f"x{word}x") else f"{denial}{word}"
            )
            folded = folded.replace(phrase, " ")
    told = {outcome for outcome in ("won", "lost") if any(_is_word_inside(word, folded) for word in words[outcome])}
    return told.pop() if len(told) == 1 else None


def is_name_of_stage(name: str) -> bool:
    """Return whether *name* is a usual name of a stage or has words of an outcome."""
    return bool(name.strip()) and (
        find_stage_vocabulary(fold_name(name)) is not None or find_outcome_in_name(name) is not None
    )


def outcome_of_stage_name(name: str) -> str:
    """Return won or lost if *name* is a stage of that outcome, or ""."""
    words = find_stage_vocabulary(fold_name(name))
    kind = words.kind if words else find_outcome_in_name(name)
    return kind if kind in ("won", "lost") else ""


def outcome_of_title(title: str) -> str:
    """Return won or lost if *title* says of a list that its deals are, such as "Won deals 2025", or ""."""
    rest = fold_name(title)
    for word in _read_title_words():
        rest = rest.replace(word, " ") if ord(word[0]) >= _FIRST_CJK_CHARACTER else rest
    left = [word for word in rest.split() if word not in _read_title_words() and not word.isdigit()]
    return outcome_of_stage_name(" ".join(left)) if find_stage_vocabulary(" ".join(left)) else ""


@cache
def _read_title_words() -> tuple[str, ...]:
    return tuple(sorted(map(fold_name, read_vocabulary()["list_titles"]["words"]), key=lambda one: (-len(one), one)))


def is_status_in_progress(name: str) -> bool:
    """Return whether *name* is a status of open deals that says nothing about their stage."""
    return fold_name(name) in _read_outcome_words()["in_progress"]


def choice_of_word(options: str, text: str) -> str | None:
    """Return the choice of *options* that *text* names in other words than its label, such as “annually”, or None."""
    return _read_payment_periods().get(fold_name(text)) if options == "subscription_period" else None


@cache
def _read_payment_periods() -> Mapping[str, str]:
    listed = read_vocabulary()["period_words"]
    return {fold_name(word): period for period, words in listed.items() for word in words}


def is_pipeline_header(header: str) -> bool:
    """Return whether a column with this header tells deals of several processes apart."""
    return fold_name(header) in _read_pipeline_headers()


@cache
def _read_pipeline_headers() -> frozenset[str]:
    return frozenset(map(fold_name, read_vocabulary()["pipelines"]["headers"]))


def is_header_of_status(header: str) -> bool:
    """Return whether *header* is made of words for the status of a row, such as "Record state"."""
    words = fold_name(header).split()
    return bool(words) and all(word in _read_status_words() for word in words)


@cache
def _read_status_words() -> frozenset[str]:
    return frozenset(map(fold_name, read_vocabulary()["put_away"]["headers"]))


def is_put_away_word(text: str) -> bool:
    """Return whether *text* says that another program has archived or deleted its row."""
    folded = fold_name(text)
    return folded in _read_put_away_words() or _put_away_phrase().match(folded) is not None


@cache
def _put_away_phrase() -> re.Pattern[str]:
    """Return the pattern of "in archive", "moved to trash" and "deleted by Ann"."""
    read = read_vocabulary()["put_away"]
    words, before, behind = (
        "|".join(map(re.escape, found)) for found in (_read_put_away_words(), read["before"], read["behind"])
    )
    return re.compile(rf"(?:{before}) (?:{words})$|(?:{words}) (?:{behind}) \S")


@cache
def _read_put_away_words() -> frozenset[str]:
    return frozenset(map(fold_name, read_vocabulary()["put_away"]["words"]))


def _is_word_inside(word: str, folded: str) -> bool:
    # Chinese, Japanese and Korean are written without blanks between words
    return f" {word} " in folded if ord(word[0]) < _FIRST_CJK_CHARACTER else word in folded


@cache
def _read_outcome_words() -> Mapping[str, tuple[str, ...]]:
    words: Mapping[str, list[str]] = read_vocabulary()["outcome_words"]
    return {kind: tuple(map(fold_name, names)) for kind, names in words.items()}


IMPORTABLE_TABLES = (
    "Deals", "Accounts", "Contacts", "Activities", "Products", "Team", "Tasks", "Answers", "Traits", "Objections",
    "Quotes", "QuoteLines", "Payments", "Subscriptions", "Feedback", "Targets", "Credits",
    "CommissionPlans", "CommissionTiers",
)  # fmt: skip
"""The tables that rows can be imported into."""

REFERABLE_TABLES = ("Accounts", "Contacts", "Products", "Team")
"""The tables that other tables refer to by a name."""

NOTES_TARGET = "notes+"
"""The target of a column that is appended to Notes as "header: value"."""

CURRENCY_TARGET = "currency+"
"""The target of a column with the currency of the row's amounts."""

ENTERED_TARGET = "entered+"
"""The target of a column with the days on which deals entered the stage that its header names."""

IMPORTED_HISTORY_TABLE = "History"
"""The table of a file with the history of changes: it is no list of rows, but tells when deals entered their stages."""

ROW_ID_TARGET = "id+"
"""The target of a column with the ids by which the other files refer to the rows."""

_NEVER_IMPORTED_COLUMNS = (
    "playbook",
    "move_reason",
    "override_by",
    "override_reason",
)  # one import fills one playbook and does not check gates
_TargetType = ColumnType
LEAD_NUMBER_TARGET = "lead_number"
WON_AMOUNT_TARGET = "won_amount"
CLOSING_PROBABILITY_TARGET = "closing_probability"
_DEAL_FACT_TARGETS: tuple[Column, ...] = (
    declare_column("closed", "Closed", _TargetType.DATE, "Closing date; of an open deal the expected close"),
    declare_column("won_date", "Won on", _TargetType.DATE, "A deal with this date is won"),
    declare_column("lost_date", "Lost on", _TargetType.DATE, "A deal with this date is lost"),
    declare_column(WON_AMOUNT_TARGET, "Amount won", _TargetType.MONEY, "The amount of a won deal, where it is filled; other deals have Amount"),
    declare_column("stage_since", "Stage changed", _TargetType.DATE, "The day the deal entered its stage"),
    declare_column("outcome", "Outcome", _TargetType.CHOICE, "Open, won or lost", options="outcome"),
    declare_column("is_won", "Is won", _TargetType.CHOICE, "Yes: the deal is won", options="yes_no"),
    declare_column(CLOSING_PROBABILITY_TARGET, "Probability that closes", _TargetType.PERCENT, "100 %: the deal is won; 0 %: it is lost; otherwise its own probability"),
    declare_column(LEAD_NUMBER_TARGET, "Number of the lead", _TargetType.TEXT, "The lead that became this deal; the two are one row"),
    declare_column("is_active", "Is active", _TargetType.CHOICE, "No, with a loss reason: lost; otherwise no: left out", options="yes_no"),
    declare_column("is_deleted", "Is deleted", _TargetType.CHOICE, "Yes: left out", options="yes_no"),
    declare_column("deleted_on", "Deleted on", _TargetType.TEXT, "A row with any day here is left out"),
    declare_column("record_status", "Record status", _TargetType.TEXT, "A row with a word such as archived or deleted is left out"),
    declare_column("is_closed", "Is closed", _TargetType.CHOICE, "Yes and not won: the deal is lost", options="yes_no"),
)  # fmt: skip

_STAGE_CHANGE_TARGETS: tuple[Column, ...] = (
    declare_column("deal", "Deal", _TargetType.TEXT, "The deal that changed"),
    declare_column("field", "Field", _TargetType.TEXT, "What changed; only changes of the stage count"),
    declare_column("stage_before", "Stage before", _TargetType.TEXT, "The stage until then"),
    declare_column("stage", "Stage", _TargetType.TEXT, "The stage from then on"),
    declare_column("entered", "Entered", _TargetType.DATE, "The day of the change"),
)
FIRST_NAME_TARGET, LAST_NAME_TARGET = "first_name", "last_name"
OWNER_FIRST_NAME_TARGET, OWNER_LAST_NAME_TARGET = "owner_first_name", "owner_last_name"
_OWNER_NAME_TARGETS: tuple[Column, ...] = (
    declare_column(
        OWNER_FIRST_NAME_TARGET, "Owner's first name", _TargetType.TEXT, "Joined with the owner's last name"
    ),
    declare_column(OWNER_LAST_NAME_TARGET, "Owner's last name", _TargetType.TEXT, "Joined with the owner's first name"),
)
_PERSON_NAME_TARGETS: tuple[Column, ...] = (
    declare_column(FIRST_NAME_TARGET, "First name", _TargetType.TEXT, "Joined with the last name"),
    declare_column(LAST_NAME_TARGET, "Last name", _TargetType.TEXT, "Joined with the first name"),
)
_TARGETS_BESIDE_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    IMPORTED_HISTORY_TABLE: _STAGE_CHANGE_TARGETS,
    "Deals": (*_DEAL_FACT_TARGETS, *_PERSON_NAME_TARGETS, *_OWNER_NAME_TARGETS),
    "Contacts": _PERSON_NAME_TARGETS,
    "Team": _PERSON_NAME_TARGETS,
}


@cache
def targets_of_table(table: str) -> Mapping[str, Column]:
    """Return the possible targets of a column in *table*, by id; those that a team declared are found, but not listed."""
    typed = (column for column in TABLES[table].columns if column.writer is ColumnWriter.PERSON)
    own = (column for column in typed if column.id not in _NEVER_IMPORTED_COLUMNS)
    return ImportTargets({column.id: column for column in (*own, *_TARGETS_BESIDE_COLUMNS.get(table, ()))})


@cache
def names_of_targets(table: str) -> Mapping[str, frozenset[str]]:
    """Return target → every name for it in *table*, as returned by fold_name."""
    words = read_header_words().get(table, {})
    return {
        target_id: frozenset(
            {
                fold_name(target_id),
                *(fold_name(header) for header in target.header.translations()),
                *words.get(target_id, ()),
            }
        )
        for target_id, target in targets_of_table(table).items()
    }
