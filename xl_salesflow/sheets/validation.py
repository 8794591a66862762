"""What a cell accepts. Closed choices stop, open lists and references warn; the range grows with its table."""

from __future__ import annotations

from typing import Literal

from openpyxl.worksheet.datavalidation import DataValidation

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.column import Column, Type, Writer
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import wording
from xl_salesflow.sheets.names import REFERENCES
from xl_salesflow.sheets.table_sheet import Placed

Kind = Literal["whole", "decimal", "list", "date", "custom"]
Style = Literal["stop", "warning"]
_LONGEST = 255  # characters of a list written into the rule itself
_ALSO = {
    ("Gates", "stage"): "list_stage",
    ("StageTasks", "stage"): "list_stage",
    ("Tasks", "stage"): "list_stage",
    ("Gates", "playbook"): "list_playbook",
    ("StageTasks", "playbook"): "list_playbook",
    ("Deals", "playbook"): "list_playbook",
    ("Deals", "referred_by"): "list_deal",
    ("Team", "manager"): "list_owner",
}
"""Text columns that hold what another sheet has: offered, not insisted on."""


def validate(placed: Placed, language: Language) -> None:
    """Give every column of *placed* that a person writes its rule."""
    for column in placed.table.columns:
        if column.writer is not Writer.PERSON:
            continue
        rule = _rule(placed, column, language)
        if rule is not None:
            rule.add(placed.body(column.id))
            placed.sheet.add_data_validation(rule)


def _rule(placed: Placed, column: Column, language: Language) -> DataValidation | None:
    also = _ALSO.get((placed.table.name, column.id))
    if also:
        return offering(f"={also}", language)
    if column.type is Type.KEY:
        return _unique(placed, column, language)
    if column.type is Type.LIST and placed.table.name == "Lists":
        return None
    return for_type(column.type, column.options, language)


def for_type(type: Type, options: str | None, language: Language) -> DataValidation | None:
    """Return the rule for a cell of *type*, or None where anything goes."""
    match type:
        case Type.CHOICE:
            return choosing(options or "", language)
        case Type.LIST:
            return _warning("list", language, wording.WRONG_LIST, f"=list_{options}")
        case Type.REF:
            return _reference(options or "", language)
        case Type.DATE:
            return _stop("date", language, wording.WRONG_DATE, "1", "2958465")
        case Type.POINTS:
            return _stop("whole", language, wording.WRONG_POINTS, "0", "3")
        case Type.PERCENT:
            return _stop("decimal", language, wording.WRONG_PERCENT, "0", "1")
        case Type.MONEY | Type.NUMBER | Type.INTEGER:
            return _stop("decimal", language, wording.WRONG_NUMBER, "-999999999999", "999999999999")
        case _:
            return None


def choosing(choice: str, language: Language) -> DataValidation:
    """Return the rule of a closed list: its labels and nothing else."""
    labels = [text.in_(language) for text in CHOICES[choice].values()]
    inline = ",".join(labels)
    if len(inline) > _LONGEST or any("," in label for label in labels):
        raise ValueError(f"The labels of {choice} do not fit a dropdown: {inline}")
    return _stop("list", language, wording.WRONG_CHOICE, f'"{inline}"')


def offering(source: str, language: Language) -> DataValidation:
    """Return a rule that offers values and accepts any other without a word."""
    return DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)


def insisting(source: str, language: Language) -> DataValidation:
    """Return a rule that accepts only the values of *source*, blank included in none."""
    rule = _stop("list", language, wording.WRONG_CHOICE, source)
    rule.allow_blank = False
    return rule


def _reference(table: str, language: Language) -> DataValidation:
    source = f"={REFERENCES[table][1]}"
    if table == "Stages":
        return _stop("list", language, wording.WRONG_STAGE, source)
    said = Text(*(wording.WRONG_REF.in_(code, sheet=TABLES[table].title.in_(code)) for code in ("en", "zh")))
    return _warning("list", language, said, source)


def _unique(placed: Placed, column: Column, language: Language) -> DataValidation:
    letter, first, last = placed.letter(column.id), placed.first, placed.last
    taken = f"COUNTIF(${letter}${first}:${letter}${last},{letter}{first})<=1"
    name = dict(REFERENCES.values()).get(column.id)
    if name and REFERENCES.get(placed.table.name, ("",))[0] == column.id:
        taken = f"COUNTIF({name},{letter}{first})<=1"
    return _stop("custom", language, wording.WRONG_KEY, taken)


def _stop(kind: Kind, language: Language, said: Text, first: str, second: str | None = None) -> DataValidation:
    return _made(kind, "stop", language, said, first, second)


def _warning(kind: Kind, language: Language, said: Text, source: str) -> DataValidation:
    return _made(kind, "warning", language, said, source, None)


def _made(kind: Kind, style: Style, language: Language, said: Text, first: str, second: str | None) -> DataValidation:
    return DataValidation(
        type=kind,
        operator="between" if second is not None else None,
        formula1=first,
        formula2=second,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle=style,
        errorTitle=wording.WRONG.in_(language),
        error=said.in_(language),
    )
