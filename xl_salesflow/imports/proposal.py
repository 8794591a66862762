"""A mapping proposed from what the files say: tables, columns, stages, dates, values to clean up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from xl_salesflow.imports import mapping as maps
from xl_salesflow.imports.clean_up import clean_values
from xl_salesflow.imports.columns import Found, column_maps, foreign_keys, texts_of
from xl_salesflow.imports.headers import Match, best_match
from xl_salesflow.imports.mapping import FileMap
from xl_salesflow.imports.new_stages import usable
from xl_salesflow.imports.remarks import Remarks
from xl_salesflow.imports.siblings import siblings
from xl_salesflow.imports.sources import Source, read
from xl_salesflow.imports.stage_evidence import flagged, starts_in
from xl_salesflow.imports.stages import propose_stages
from xl_salesflow.imports.targets import NAMED
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES


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
    proposed = replace(proposed, values=clean_values(found, pipeline), missing=_missing(found))
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
    columns = {} if match is None or source.hidden else foreign_keys(source, match, matches, pipeline, remarks)
    table = match.table if match and not source.hidden else ""
    if match and source.hidden:
        remarks.hidden(source, match.table)
    elif not table:
        remarks.no_table(source)
    layout = source.layout
    mapped = column_maps(source, table, columns, remarks)
    named = sum(path.name == source.path.name for path in {other.path for other, _ in matches}) == 1
    return source, FileMap(
        source.path.name if named else str(source.path), table, source.sheet, layout.encoding, layout.delimiter, mapped
    )


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
    names = [name for name in texts_of(found, "Deals", "stage").unique() if name]
    stages = propose_stages(names, playbook, flagged(found, names))
    start = starts_in(found, stages, playbook)
    remarks.stages(stages, playbook, start)
    return replace(
        proposed, stages=stages.stages, new_stages=stages.new, starts_in=start,
        playbook_stages=tuple(stage.name for stage in playbook.stages),
    )  # fmt: skip
