"""A mapping proposed from what the files say: tables, columns, stages, dates, values to clean up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from xl_salesflow.imports import mapping as maps
from xl_salesflow.imports.cells import tidied
from xl_salesflow.imports.columns import column_maps, foreign_keys
from xl_salesflow.imports.headers import Match, best_match
from xl_salesflow.imports.mapping import FileMap, NewStage
from xl_salesflow.imports.new_stages import usable
from xl_salesflow.imports.remarks import Remarks
from xl_salesflow.imports.siblings import siblings
from xl_salesflow.imports.sources import Source, read
from xl_salesflow.imports.stages import StageProposal, kind_of, propose_stages
from xl_salesflow.imports.targets import NAMED, TAKES_ROWS, targets
from xl_salesflow.imports.variants import same_names
from xl_salesflow.imports.words import truth
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.tables import TABLES

Found = list[tuple[Source, FileMap]]

_TELLING = 3  # deals; fewer say nothing about a stage


def propose(paths: Sequence[Path], pipeline: Pipeline) -> maps.Mapping:
    """Return how the files at *paths* would become rows of *pipeline*; nothing is decided until a person agrees.

    Files beside one that holds deals are proposed too when they share its keys. `remarks` tell every guess.

    Raises:
        UsageError: a file cannot be read.
    """
    remarks = Remarks(pipeline.language)
    sources = [source for path in paths for source in read(Path(path))]
    matches = [(source, best_match(source)) for source in sources]
    matches += siblings(matches, pipeline.source, remarks)
    found = [_file_map(source, match, matches, pipeline, remarks) for source, match in matches]
    proposed = maps.Mapping(tuple(file for _, file in found), playbook=pipeline.default_playbook)
    proposed = replace(proposed, values=_values(found, pipeline), missing=_missing(found))
    if any(file.table == "Deals" for _, file in found):
        proposed = _with_stages(proposed, found, pipeline, remarks)
    remarks.columns_left_out(proposed.files)
    remarks.questions(proposed)
    return replace(proposed, remarks=tuple(remarks))


def _file_map(
    source: Source,
    match: Match | None,
    matches: Iterable[tuple[Source, Match | None]],
    pipeline: Pipeline,
    remarks: Remarks,
) -> tuple[Source, FileMap]:
    columns = {} if match is None else foreign_keys(source, match, matches, pipeline, remarks)
    table = match.table if match else ""
    if not table:
        remarks.no_table(source)
    layout = source.layout
    mapped = column_maps(source, table, columns, remarks)
    named = sum(path.name == source.path.name for path in {other.path for other, _ in matches}) == 1
    return source, FileMap(
        source.path.name if named else str(source.path), table, source.sheet, layout.encoding, layout.delimiter, mapped
    )


def _texts(found: Found, table: str, target: str) -> pd.Series:
    """Return the texts of every file's column that becomes *target* of *table*."""
    columns = [
        source.cells[header]
        for source, file in found
        if file.table == table
        for header, how in file.columns.items()
        if how.to == target
    ]
    return tidied(pd.concat(columns)) if columns else pd.Series([], dtype=object)


def _values(found: Found, pipeline: Pipeline) -> dict[str, dict[str, str]]:
    """Return, by vocabulary, the values that differ from a known one in writing only."""
    proposed: dict[str, dict[str, str]] = {}
    for table in NAMED:
        own = _texts(found, table, str(TABLES[table].key))
        known = list(dict.fromkeys([*pipeline[table][str(TABLES[table].key)], *own]))
        proposed[table] = same_names(pd.concat([own, _used(found, table)]), known, likeness=table == "Products")
    for name, choices in {**LISTS, **CHOICES}.items():
        own_values = list(pipeline["Lists"][name]) if name in LISTS else []
        labels = [
            label for text in choices.values() for label in text.both()[:: 1 if pipeline.language == "en" else -1]
        ]
        used = _used(found, name)
        unknown = used[used.map(lambda value, known=choices: identify(known, value) is None).astype(bool)]
        proposed[name] = same_names(unknown, [*labels, *own_values], likeness=True)
    return {name: same for name, same in proposed.items() if same}


def _used(found: Found, vocabulary: str) -> pd.Series:
    """Return the texts of every file's column whose values come from *vocabulary*: a table's name or a list's."""
    parts = [
        _texts(found, name, c.id) for name in TAKES_ROWS for c in targets(name).values() if c.options == vocabulary
    ]
    used: pd.Series = pd.concat(parts or [pd.Series([], dtype=object)])
    return used


def _missing(found: Found) -> tuple[str, ...]:
    used = {
        str(TABLES[file.table][how.to].options)
        for _, file in found
        if file.table
        for how in file.columns.values()
        if how.to in TABLES[file.table].by_id
    }
    return tuple(table for table in NAMED if table in used)


def _with_stages(proposed: maps.Mapping, found: Found, pipeline: Pipeline, remarks: Remarks) -> maps.Mapping:
    playbook = pipeline.playbooks.get(proposed.playbook)
    if playbook is None or not usable(playbook):
        return proposed  # plan says so, in one sentence
    names = [name for name in _texts(found, "Deals", "stage").unique() if name]
    stages = propose_stages(names, playbook, _kinds(found, names))
    starts_in = _starts_in(found, stages, playbook)
    remarks.stages(stages, playbook, starts_in)
    return replace(
        proposed, stages=stages.stages, new_stages=stages.new, starts_in=starts_in,
        playbook_stages=tuple(stage.name for stage in playbook.stages),
    )  # fmt: skip


def _kinds(found: Found, names: Sequence[str]) -> Mapping[str, str]:
    """Return won or lost for each stage name whose rows all say so in other columns."""
    won, closed, outcome = (
        _texts(found, "Deals", "is_won"),
        _texts(found, "Deals", "is_closed"),
        _texts(found, "Deals", "outcome"),
    )
    stage = _texts(found, "Deals", "stage")
    kinds: dict[str, str] = {}
    for name in names:
        rows = (stage == name).to_numpy()
        if len(won) == len(stage) and all(truth(cell) == "yes" for cell in won[rows].unique()):
            kinds[name] = "won"
        elif len(won) == len(closed) == len(stage) and {truth(c) for c in closed[rows]} == {"yes"} and {truth(c) for c in won[rows]} == {"no"}:  # fmt: skip  # noqa: E501
            kinds[name] = "lost"
        elif len(outcome) == len(stage):
            said = {kind_of(cell) for cell in outcome[rows].unique()}
            kinds[name] = next(iter(said - {None}), "open") or "open" if len(said) == 1 else "open"
    return kinds


def _starts_in(found: Found, proposed: StageProposal, playbook: Playbook) -> str:
    """Return the stage that deals enter on the day they are created.

    That is the first stage, unless several deals stand there without such a day, and those of a later one have it.
    """
    order = _order(proposed.new, playbook)
    stages, days = _texts(found, "Deals", "stage").map(proposed.stages), _texts(found, "Deals", "created")
    if len(stages) != len(days):
        return order[0]  # they come from different files
    dated = pd.Series(days.to_numpy() != "").groupby(stages.to_numpy()).agg(["mean", "size"])
    undated = {str(s) for s in dated.index[(dated["mean"] < 0.5) & (dated["size"] >= _TELLING)]}
    first = next((stage for stage in order if stage not in undated), order[0])
    return first if first in dated.index else order[0]


def _order(new: Sequence[NewStage], playbook: Playbook) -> list[str]:
    order = [stage.name for stage in playbook.open_stages]
    for stage in new:
        order.insert(stage.position - playbook.first.position, stage.stage)
    return order
