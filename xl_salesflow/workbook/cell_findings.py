"""Declare the kinds of findings about single cells, and word them.

The reader makes these findings. The cell is not changed; if its value cannot be used, the frame holds a blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from xl_salesflow.core.pipelines import Finding, Pipeline, TypedTexts
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_registry import TABLES

MAX_FINDINGS_PER_RULE = 100  # findings of one rule in one column; the rest are reported as a number


class CellFindingKind(NamedTuple):
    """A kind of finding about a cell.

    With *joins_rows*, findings in adjacent rows of a column are reported as one, without a limit; otherwise only the
    first MAX_FINDINGS_PER_RULE are reported.
    """

    severity: str
    message: Text
    joins_rows: bool = False


CELL_FINDING_KINDS: Mapping[str, CellFindingKind] = MappingProxyType(
    {
        "not_a_number": CellFindingKind("warn", Text(
            "{cell} ({header}) needs a number and holds “{shown}”; type one such as 1234.50.")),
        "not_whole": CellFindingKind("warn", Text(
            "{cell} ({header}) needs a whole number and holds {shown}; round it.")),
        "too_large": CellFindingKind("warn", Text(
            "{cell} ({header}) holds {shown}, and Excel loses digits of numbers from 1,000,000,000,000,000 on; type a "
            "smaller one.")),
        "ambiguous_number": CellFindingKind("warn", Text(
            "{cell} ({header}) holds the text “{shown}”, which may mean {first} or {second}; type the one you "
            "mean as a number.")),
        "rough_number": CellFindingKind("warn", Text(
            "{cell} ({header}) holds “{shown}”, which is not exact; {number} is used, but the sheet's formulas ignore it: "
            "type the number.")),
        "number_range": CellFindingKind("warn", Text(
            "{cell} ({header}) holds “{shown}”, a range or a limit; type the one number that you expect.")),
        "undecided": CellFindingKind("note", Text(
            "{cell} ({header}) holds “{shown}”, which counts as blank; type the value once it is known."), joins_rows=True),
        "not_a_share": CellFindingKind("warn", Text(
            "{cell} ({header}) holds “{shown}”, which is not between 0 and 100 %; type a share such as 20 %.")),
        "other_currency": CellFindingKind("warn", Text(
            "{cell} ({header}) holds “{shown}”, but the workbook's currency is {currency}; convert it "
            "and type the number alone.")),
        "number_as_text": CellFindingKind("note", Text(
            "{cell} ({header}) holds “{shown}” as text, which the sheet's formulas do not count; type it again "
            "as a number."), joins_rows=True),
        "not_a_date": CellFindingKind("warn", Text(
            "{cell} ({header}) needs a date and holds “{shown}”; type one such as 2025-05-01.")),
        "impossible_date": CellFindingKind("warn", Text(
            "{cell} ({header}): there is no day “{shown}”; type the right one, such as 2025-05-01.")),
        "unlikely_date": CellFindingKind("warn", Text(
            "{cell} ({header}) holds {shown}, which is not a plausible date for a deal; type the "
            "right date, such as 2025-05-01.")),
        "ambiguous_date": CellFindingKind("warn", Text(
            "{cell} ({header}): “{shown}” may mean {first} or {second}; type the one you mean that way.")),
        "date_as_text": CellFindingKind("note", Text(
            "{cell} ({header}) holds “{shown}” as text, which the sheet's formulas do not count; type it again "
            "as a date."), joins_rows=True),
        "period_as_date": CellFindingKind("warn", Text(
            "{cell} ({header}) holds “{shown}”, which is not a single day; {day} is used, but the "
            "sheet's formulas ignore it: type the day.")),
        "day_without_year": CellFindingKind("warn", Text(
            "{cell} ({header}) holds “{shown}” without a year; {day} is used today, but the sheet's formulas ignore it: "
            "type the day with its year.")),
        "no_year": CellFindingKind("warn", Text(
            "{cell} ({header}) holds “{shown}” without a year, which may be {first} or {second}; type the day with its year.")),
        "relative_date": CellFindingKind("warn", Text(
            "{cell} ({header}) holds “{shown}”, which is {day} today and another day tomorrow; type the day.")),
        "error_value": CellFindingKind("warn", Text(
            "{cell} ({header}) shows the error {shown}; type the value, or correct the formula you put there.")),
        "lost_character": CellFindingKind("note", Text(
            "{cell} ({header}) holds a character that was lost and is shown as \ufffd; type the text again."), joins_rows=True),
        "choice_in_other_words": CellFindingKind("note", Text(
            "{cell} ({header}) holds “{shown}”, which is read as {label}; choose it from the list, so "
            "that formulas count it."), joins_rows=True),
        "unknown_choice": CellFindingKind("warn", Text(
            "{cell} ({header}): “{shown}” is not one of the choices; {hint}")),
        "formula_typed_over": CellFindingKind("warn", Text(
            "{cell} ({header}) no longer holds the sheet's own formula; salesflow check --repair "
            "restores it."), joins_rows=True),
        "missing_row": CellFindingKind("warn", Text(
            "The row of {shown} is missing from the table {table}, and everything that uses it shows "
            "an error; salesflow check --repair restores it.")),
        "missing_name": CellFindingKind("warn", Text(
            "The cell named {shown} is gone, so the sheets cannot use it; salesflow check --repair names it again.")),
        "missing_sheet": CellFindingKind("warn", Text(
            "The sheet {shown} is gone, and everything that uses it shows errors; salesflow check "
            "--repair restores it.")),
        "missing_chart": CellFindingKind("note", Text(
            "The sheet {shown} has lost charts ({count} of {all} are there); copy them from a new workbook (salesflow init).")),
        "broken_reference": CellFindingKind("warn", Text(
            "{shown} refers to cells that are gone (#REF!); correct its formula, or restore a backup.")),
        "damaged_part": CellFindingKind("warn", Text(
            "The part {shown} of the file is damaged. It is kept as it is, and Excel may offer to repair the workbook; "
            "restore it from a backup.")),
        "broken_name": CellFindingKind("warn", Text(
            "The name {shown} refers to cells that are gone (#REF!); correct or delete it in Excel "
            "(Formulas › Name Manager).")),
    }
)  # fmt: skip

OTHER_SPELLING = "other_spelling"
"""A cell whose text is not spelled as its value would be written; it is not reported here, a run spells it."""

MORE_CELLS_TEXT = Text("{header}: {count} more {count:cell|cells} like {cell}.")


class ValueFinding(NamedTuple):
    """A finding about the content of a cell: a rule of CELL_FINDING_KINDS and the facts of its message."""

    rule: str
    facts: Mapping[str, str | Text] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CellFinding:
    """A finding about the cell in *row* of *column*; *cell_text* is its content, *last* the last of several joined rows."""

    rule: str
    row: int
    column: str
    cell_text: str
    facts: Mapping[str, str | Text] = field(default_factory=dict)
    last: int = 0


def describe_cell_findings(pipeline: Pipeline, table: str, findings: Iterable[CellFinding]) -> Iterator[Finding]:
    """Yield the findings about one table in the pipeline's language, with address and key, limited in number."""
    by_kind: dict[tuple[str, str], list[CellFinding]] = {}
    for finding in findings:
        if finding.rule == OTHER_SPELLING:
            continue
        by_kind.setdefault((finding.column, finding.rule), []).append(finding)
    for (_, rule), alike in by_kind.items():
        joined = CELL_FINDING_KINDS[rule].joins_rows
        alike = _join_adjacent_findings(alike) if joined else alike
        reported = [
            _describe_cell_finding(pipeline, table, finding)
            for finding in (alike if joined else alike[:MAX_FINDINGS_PER_RULE])
        ]
        yield from reported
        if len(reported) < len(alike):
            header = TABLES[table].header(alike[0].column, pipeline.language)
            yield _count_more_findings(reported[-1], header, len(alike) - MAX_FINDINGS_PER_RULE, pipeline)


def collect_typed_texts(findings: Mapping[str, Iterable[CellFinding]]) -> TypedTexts:
    """Return the texts of all cells in *findings*, by table, that are spelled in another way than a run writes them."""
    found: dict[str, dict[str, dict[int, str]]] = {}
    for table, ours in findings.items():
        for finding in ours:
            if finding.rule == OTHER_SPELLING:
                found.setdefault(table, {}).setdefault(finding.column, {})[finding.row] = str(finding.facts["text"])
    return found


def _join_adjacent_findings(findings: list[CellFinding]) -> list[CellFinding]:
    runs: list[CellFinding] = []
    for finding in sorted(findings, key=lambda finding: finding.row):
        before = runs[-1] if runs else None
        if before and finding.row == (before.last or before.row) + 1:
            runs[-1] = CellFinding(before.rule, before.row, before.column, before.cell_text, before.facts, finding.row)
        else:
            runs.append(finding)
    return runs


def _describe_cell_finding(pipeline: Pipeline, table: str, finding: CellFinding) -> Finding:
    language, declared = pipeline.language, TABLES[table]
    cell = pipeline.cell_address(table, finding.row, finding.column)
    if finding.last > finding.row:
        letter = pipeline.table_positions[table].letters[finding.column]
        cell = f"{cell}:{letter}{finding.last}"
    facts = {name: fact.in_(language) if isinstance(fact, Text) else fact for name, fact in finding.facts.items()}
    kind, header = CELL_FINDING_KINDS[finding.rule], declared.header(finding.column, language)
    message = kind.message.in_(language, cell=cell, header=header, shown=finding.cell_text, **facts)
    return Finding(
        finding.rule,
        kind.severity,
        message,
        table,
        _key_of_finding_row(pipeline, table, finding.row),
        finding.column,
        cell,
    )


def _key_of_finding_row(pipeline: Pipeline, table: str, row: int) -> str:
    declared, frame = TABLES[table], pipeline[table]
    return str(frame.at[row, declared.name_column]) if row in frame.index else ""


def _count_more_findings(last: Finding, header: str, count: int, pipeline: Pipeline) -> Finding:
    message = MORE_CELLS_TEXT.in_(pipeline.language, header=header, count=f"{count:,}", cell=last.cell)
    return Finding(last.rule, last.severity, message, last.table, "", last.column, "")
