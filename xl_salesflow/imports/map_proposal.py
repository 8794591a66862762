"""Propose an import map from the contents of files: tables, the target of each column, stages, dates, values to clean up."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from xl_salesflow.core.declared_columns import list_declared_columns
from xl_salesflow.core.name_suggestions import find_similar
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.amount_columns import AmountChoice, settle_amount_columns
from xl_salesflow.imports.copied_lists import leave_out_copied_lists
from xl_salesflow.imports.exchange_rates import find_rate_column, settle_rate_columns
from xl_salesflow.imports.import_findings import OPEN_SHAPES
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import ImportSource, read_import_sources
from xl_salesflow.imports.import_stages import (
    is_usable_playbook,
    propose_stages,
)
from xl_salesflow.imports.import_values import tidy_texts
from xl_salesflow.imports.import_vocabulary import (
    ENTERED_TARGET,
    IMPORTABLE_TABLES,
    IMPORTED_HISTORY_TABLE,
    LAST_NAME_TARGET,
    LEAD_NUMBER_TARGET,
    NOTES_TARGET,
    REFERABLE_TABLES,
    ROW_ID_TARGET,
    is_pipeline_header,
    is_put_away_word,
    squeeze_name,
    targets_of_table,
)
from xl_salesflow.imports.map_parts import IMPORT_HIDDEN, OPEN_COLUMN, OPEN_TABLE, ColumnMap, FileMap
from xl_salesflow.imports.person_names import PEOPLE_TABLES, find_person_variants, take_first_person
from xl_salesflow.imports.proposal_notes import ProposalNotes
from xl_salesflow.imports.proposed_styles import StyleProposal
from xl_salesflow.imports.row_ids import find_list_of_users, find_reference_by_ids, find_row_ids
from xl_salesflow.imports.source_reader import make_import_context
from xl_salesflow.imports.stage_evidence import (
    MappedSources,
    find_closing_probability,
    find_stage_evidence,
    find_starting_stage,
    is_list_of_leads,
)
from xl_salesflow.imports.stage_history import find_stage_changes, read_as_history, stage_of_entry_header
from xl_salesflow.imports.table_matching import (
    ColumnTargets,
    TableMatch,
    find_best_table,
    find_rival_columns,
    is_reference_to,
)
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_registry import TABLES


def add_reference_columns(
    source: ImportSource,
    match: TableMatch,
    matches: Sequence[tuple[ImportSource, TableMatch | None]],
    pipeline: Pipeline,
    remarks: ProposalNotes,
) -> ColumnTargets:
    """Return the columns of *match*, and those whose values are keys of a table that no other column refers to yet."""
    columns, targets = dict(match.columns), targets_of_table(match.table)
    for target in targets.values():
        if (
            target.type is not ColumnType.REF
            or target.id in columns.values()
            or target.options in ("Stages", match.table)
        ):
            continue
        keys = _collect_reference_keys(str(target.options), matches, pipeline)
        for header in source.headers:
            if header not in columns and is_reference_to(tidy_texts(source.cells[header]), keys):
                columns[header] = target.id
                remarks.add_reference_column(source, header, target)
                break
        else:
            if by_id := find_reference_by_ids(source, columns, str(target.options), matches):
                columns[by_id] = target.id
                remarks.add_reference_column(source, by_id, target)
    if match.table == "Deals":
        columns |= _find_lead_numbers(source, columns, matches, remarks)
    return columns


def _find_lead_numbers(
    source: ImportSource,
    columns: Mapping[str, str],
    matches: Iterable[tuple[ImportSource, TableMatch | None]],
    remarks: ProposalNotes,
) -> ColumnTargets:
    """Return the column that holds the numbers of rows of another list of deals: the leads that became these deals."""
    for other, match in matches:
        key = next((h for h, to in match.columns.items() if to == "deal"), None) if match else None
        if other is source or match is None or match.table != "Deals" or key is None or "deal" not in columns.values():
            continue
        numbers = set(tidy_texts(other.cells[key])) - {""}
        for header in source.headers:
            if header not in columns and is_reference_to(tidy_texts(source.cells[header]), numbers):
                remarks.add_lead_numbers(source, header, other)
                return {header: LEAD_NUMBER_TARGET}
    return {}


def _collect_reference_keys(
    table: str, matches: Iterable[tuple[ImportSource, TableMatch | None]], pipeline: Pipeline
) -> set[str]:
    key = str(TABLES[table].key)
    keys = set(pipeline[table][key])
    for source, match in matches:
        if match and match.table == table:
            keys |= {
                text for header, to in match.columns.items() if to == key for text in tidy_texts(source.cells[header])
            }
    return keys - {""}


def texts_of_target(found: MappedSources, table: str, target: str) -> pd.Series:
    """Return the texts of the columns of all files that become *target* of *table*."""
    columns = [
        source.cells[header]
        for source, file in found
        if file.table == table
        for header, how in file.columns.items()
        if how.to == target
    ]
    return tidy_texts(pd.concat(columns)) if columns else pd.Series([], dtype=object)


_VALUE_LIKENESS = 92.0
_MODEL_NUMBER_DIGITS = re.compile(r"\d+")


def find_name_variants(texts: pd.Series, known: Sequence[str], likeness: bool = False) -> dict[str, str]:
    """Return the replacements of names among *texts* that differ from *known* ones only in case, blanks or punctuation.

    Of several unknown variants, the most frequent is kept. With *likeness*, a single very similar known name is a
    replacement too.
    """
    counts = texts[texts != ""].value_counts()
    chosen = {squeeze_name(name): name for name in reversed(known) if name}
    for name in counts.index:
        chosen.setdefault(squeeze_name(name), name)
    listed = set(known)
    found: dict[str, str] = {}
    for name in counts.index:
        if name in listed or not squeeze_name(name):
            continue
        replacement = chosen[squeeze_name(name)]
        if replacement == name and likeness:
            replacement = _find_alike_name(name, known) or name
        if replacement != name:
            found[name] = replacement
    return found


def _find_alike_name(name: str, known: Sequence[str]) -> str | None:
    alike = find_similar(squeeze_name(name), {one: squeeze_name(one) for one in known}, _VALUE_LIKENESS, most=2)
    # model numbers that differ by one digit are different products
    same = [one for one, _ in alike if _MODEL_NUMBER_DIGITS.findall(one) == _MODEL_NUMBER_DIGITS.findall(name)]
    return str(same[0]) if len(same) == 1 else None


def propose_cleaned_values(found: MappedSources, pipeline: Pipeline) -> dict[str, dict[str, str]]:
    """Return, by vocabulary, the values that differ from a known value only in spelling."""
    proposed: dict[str, dict[str, str]] = {}
    for table in REFERABLE_TABLES:
        own = texts_of_target(found, table, str(TABLES[table].key))
        known = list(dict.fromkeys([*pipeline[table][str(TABLES[table].key)], *own]))
        used = pd.concat([own, _texts_of_vocabulary(found, table)])
        people = find_person_variants(used, known, turns=table == "Team") if table in PEOPLE_TABLES else {}
        names = [*known, *people.values()] if people else known
        rest = used[~used.isin(people)].map(take_first_person) if table in PEOPLE_TABLES else used
        proposed[table] = {**people, **find_name_variants(rest, names, likeness=table == "Products")}
    for name, choices in {**LISTS, **CHOICES}.items():
        own_values = list(pipeline["Lists"][name]) if name in LISTS else []
        labels = [label for text in choices.values() for label in _labels_own_first(text, pipeline.language)]
        used = _texts_of_vocabulary(found, name)
        unknown = used[used.map(lambda value, known=choices: identify_choice(known, value) is None).astype(bool)]
        proposed[name] = find_name_variants(unknown, [*labels, *own_values], likeness=True)
    return {name: same for name, same in proposed.items() if same}


def _labels_own_first(text: Text, language: Language) -> list[str]:
    # if two labels are equally similar to a name, the first one is used
    return sorted(text.translations(), key=lambda label: label != text.in_(language))


def _texts_of_vocabulary(found: MappedSources, vocabulary: str) -> pd.Series:
    """Return the texts of all columns whose values come from *vocabulary*: the name of a table or of a list."""
    parts = [
        texts_of_target(found, name, c.id)
        for name in IMPORTABLE_TABLES
        for c in targets_of_table(name).values()
        if c.options == vocabulary
    ]
    used: pd.Series = pd.concat(parts or [pd.Series([], dtype=object)])
    return used


def propose_import_map(paths: Sequence[Path], pipeline: Pipeline) -> ImportMap:
    """Return a proposal for importing the files at *paths* into *pipeline*; a person has to confirm it.

    No other file is read. `notes` lists every guess.

    Raises:
        UsageError: a file cannot be read.
    """
    remarks = ProposalNotes(pipeline.language)
    own = list_declared_columns(pipeline)
    sources = [replace(one, own_columns=own) for path in paths for one in read_import_sources(Path(path))]
    matches = leave_out_copied_lists([(source, find_best_table(source)) for source in sources], remarks)
    matches = [(source, read_as_history(source, match, matches)) for source, match in matches]
    matches = [(source, find_list_of_users(source, match, matches)) for source, match in matches]
    matches = [
        (source, match and _with_references(source, match, matches, pipeline, remarks)) for source, match in matches
    ]
    found = [_propose_file_map(source, match, matches, pipeline, remarks) for source, match in matches]
    proposed = ImportMap(tuple(file for _, file in found), playbook=pipeline.default_playbook)
    proposed = replace(proposed, values=propose_cleaned_values(found, pipeline), missing=_find_missing_tables(found))
    if any(file.table == "Deals" for _, file in found):
        proposed = _add_proposed_stages(proposed, found, pipeline, remarks)
    remarks.add_left_out_columns(proposed.files)
    remarks.add_questions(proposed)
    files = tuple(replace(file, table=OPEN_TABLE) if _has_open_shape(source) else file for source, file in found)
    return replace(proposed, files=files, notes=tuple(remarks))


def _with_references(
    source: ImportSource, match: TableMatch, matches: Sequence[tuple[ImportSource, TableMatch | None]], pipeline: Pipeline,
    remarks: ProposalNotes,
) -> TableMatch:  # fmt: skip
    """Return *match* with the columns that refer to rows of other tables."""
    if not match.table or source.hidden:
        return match
    return replace(match, columns=add_reference_columns(source, match, matches, pipeline, remarks))


def _has_open_shape(source: ImportSource) -> bool:
    return not source.hidden and any(notice.rule in OPEN_SHAPES for notice in source.notices)


def _propose_file_map(
    source: ImportSource,
    match: TableMatch | None,
    matches: Sequence[tuple[ImportSource, TableMatch | None]],
    pipeline: Pipeline,
    remarks: ProposalNotes,
) -> tuple[ImportSource, FileMap]:
    columns = {} if match is None or source.hidden else match.columns
    table = match.table if match and not source.hidden else ""
    if match and source.hidden:
        remarks.add_hidden_sheet(source, match.table)
    elif match is None:
        remarks.add_no_table(source)
    layout = source.layout
    if not source.hidden:
        remarks.add_shape(source)
    if table:
        remarks.add_open_encoding(source)
        remarks.add_hidden_rows(source)
        remarks.add_hidden_columns(source)
    mapped = _propose_columns(source, table, columns, pipeline, remarks)
    if table == "Deals" and (pipelines := _find_pipelines(source, mapped)):
        mapped[pipelines] = ColumnMap(NOTES_TARGET)
        remarks.add_pipelines(source, pipelines)
    if match and not source.hidden and (ids := find_row_ids(source, match, matches)):
        mapped[ids] = ColumnMap(ROW_ID_TARGET)
        remarks.add_row_ids(source, ids)
    named = sum(path.name == source.path.name for path in {other.path for other, _ in matches}) == 1
    return source, FileMap(
        source.path.name if named else str(source.path), table, source.sheet, layout.encoding, layout.delimiter, mapped,
        hidden_rows=_import_hidden(table, source.hidden_rows),
        hidden_columns=_import_hidden(table, source.hidden_headers),
    )  # fmt: skip


def _import_hidden(table: str, hidden: Collection[object]) -> str:
    return IMPORT_HIDDEN if table and hidden else ""


def _propose_columns(
    source: ImportSource, table: str, columns: ColumnTargets, pipeline: Pipeline, remarks: ProposalNotes
) -> dict[str, ColumnMap]:
    """Return the mapping of every column; one that may be meant instead of another of the same header is a question."""
    currency = make_import_context(pipeline).currency
    amounts = settle_amount_columns(source, columns, currency) if table == "Deals" else AmountChoice(columns)
    remarks.add_amounts(source, amounts.header, amounts)
    rivals = find_rival_columns(source, table, amounts.columns)
    read = source if not amounts.currencies else replace(source, cells=source.cells.drop(columns=amounts.currencies))
    mapped = StyleProposal(read, table, currency, remarks, pipeline.today).propose({**amounts.columns, **rivals})
    if amounts.currencies:
        mapped[amounts.currencies] = ColumnMap(NOTES_TARGET)
    if (
        table == "Deals"
        and not amounts.converted
        and not amounts.asked
        and (rates := find_rate_column(source, mapped, currency))
    ):
        mapped |= settle_rate_columns(mapped, rates)
        remarks.add_rate_column(source, rates)
    if amounts.asked:
        mapped[amounts.asked] = ColumnMap(OPEN_COLUMN)
    if table == "Deals" and (closes := find_closing_probability(source, mapped)):
        mapped[closes] = replace(mapped[closes], to=OPEN_COLUMN)
        remarks.add_closing_probability(source, closes)
    for header, target in rivals.items():
        mapped[header] = ColumnMap(NOTES_TARGET) if target == "notes" else replace(mapped[header], to=OPEN_COLUMN)
        remarks.add_rival_column(source, header, target)
    return {header: mapped[header] for header in source.headers}


def _find_pipelines(source: ImportSource, mapped: Mapping[str, ColumnMap]) -> str | None:
    """Return the header of the column that tells several pipelines apart, or None."""
    headers = (header for header, how in mapped.items() if not how.to and is_pipeline_header(header))
    return next(
        (header for header in headers if source.cells[header].str.strip().replace("", None).nunique() > 1), None
    )


def _find_missing_tables(found: MappedSources) -> tuple[str, ...]:
    used = {
        str(TABLES[file.table][how.to].options)
        for _, file in found
        if file.table and file.table != IMPORTED_HISTORY_TABLE
        for how in file.columns.values()
        if how.to in TABLES[file.table].by_id
    }
    if any(file.table == "Deals" and how.to == LAST_NAME_TARGET for _, file in found for how in file.columns.values()):
        used.add("Contacts")
    return tuple(table for table in REFERABLE_TABLES if table in used)


def _stages_of_history(found: MappedSources) -> Iterator[str]:
    """Yield the stages that deals entered, by the headers of columns and by the history of changes."""
    for source, file in found:
        if file.table == "Deals":
            yield from (stage_of_entry_header(h) for h, how in file.columns.items() if how.to == ENTERED_TARGET)
        elif file.table == IMPORTED_HISTORY_TABLE:
            columns = {header: how.to for header, how in file.columns.items()}
            rows = find_stage_changes(source.cells, columns)
            for header in (header for header, to in columns.items() if to in ("stage_before", "stage")):
                yield from tidy_texts(source.cells.loc[rows, header])


def _add_proposed_stages(
    proposed: ImportMap, found: MappedSources, pipeline: Pipeline, remarks: ProposalNotes
) -> ImportMap:
    playbook = pipeline.playbooks.get(proposed.playbook)
    if playbook is None or not is_usable_playbook(playbook):
        return proposed  # the import says so, in one sentence
    used = (*texts_of_target(found, "Deals", "stage"), *_stages_of_history(found))
    names = [name for name in dict.fromkeys(used) if name and not is_put_away_word(name)]
    stages = propose_stages(names, playbook, find_stage_evidence(found, names), is_list_of_leads(found))
    start = find_starting_stage(found, stages, playbook)
    remarks.add_stages(stages, playbook, start)
    return replace(
        proposed, stages=stages.stages, new_stages=stages.new, starts_in=start,
        playbook_stages=tuple(stage.name for stage in playbook.stages),
    )  # fmt: skip
