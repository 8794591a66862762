"""Propose the target of each column of a file, and clean up its values.

A column gets its target and its date and number formats. Values that are a known value in another spelling ("GTXPro"
and "GTX Pro") are cleaned up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from rapidfuzz import fuzz, process

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_values import tidy_texts
from xl_salesflow.imports.import_vocabulary import IMPORTABLE_TABLES, REFERABLE_TABLES, squeeze_name, targets_of_table
from xl_salesflow.imports.map_parts import FileMap
from xl_salesflow.imports.proposal_notes import ProposalNotes
from xl_salesflow.imports.table_matching import TableMatch, is_reference_to
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_registry import TABLES

ColumnTargets = Mapping[str, str]
MappedSources = Sequence[tuple[ImportSource, FileMap]]


def add_reference_columns(
    source: ImportSource,
    match: TableMatch,
    matches: Iterable[tuple[ImportSource, TableMatch | None]],
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
    return columns


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
    alike = process.extract(
        squeeze_name(name),
        {k: squeeze_name(k) for k in known},
        scorer=fuzz.ratio,
        score_cutoff=_VALUE_LIKENESS,
        limit=2,
    )
    # model numbers that differ by one digit are different products
    same = [found[2] for found in alike if _MODEL_NUMBER_DIGITS.findall(found[2]) == _MODEL_NUMBER_DIGITS.findall(name)]
    return str(same[0]) if len(same) == 1 else None


def propose_cleaned_values(found: MappedSources, pipeline: Pipeline) -> dict[str, dict[str, str]]:
    """Return, by vocabulary, the values that differ from a known value only in spelling."""
    proposed: dict[str, dict[str, str]] = {}
    for table in REFERABLE_TABLES:
        own = texts_of_target(found, table, str(TABLES[table].key))
        known = list(dict.fromkeys([*pipeline[table][str(TABLES[table].key)], *own]))
        proposed[table] = find_name_variants(
            pd.concat([own, _texts_of_vocabulary(found, table)]), known, likeness=table == "Products"
        )
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
