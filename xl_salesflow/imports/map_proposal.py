"""Propose an import map from the contents of files: tables, columns, stages, dates, values to clean up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline, Playbook
from xl_salesflow.core.written_words import yes_no_of_word
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_sources import ImportSource, read_import_sources
from xl_salesflow.imports.import_stages import StageProposal, is_usable_playbook, propose_stages
from xl_salesflow.imports.import_vocabulary import REFERABLE_TABLES
from xl_salesflow.imports.map_parts import FileMap, NewStage
from xl_salesflow.imports.proposal_notes import ProposalNotes
from xl_salesflow.imports.proposed_columns import (
    MappedSources,
    add_reference_columns,
    propose_cleaned_values,
    texts_of_target,
)
from xl_salesflow.imports.proposed_styles import StyleProposal
from xl_salesflow.imports.source_reader import make_import_context
from xl_salesflow.imports.table_matching import TableMatch, find_best_table, find_sibling_files
from xl_salesflow.schema.table_registry import TABLES

_FEWEST_STAGE_DEALS = 3  # deals; fewer are no evidence about a stage


def find_flagged_stages(found: MappedSources, names: Sequence[str]) -> Mapping[str, str]:
    """Return won or lost for each stage name whose deals all carry that flag."""
    stage = texts_of_target(found, "Deals", "stage")
    won, closed = (texts_of_target(found, "Deals", flag).map(yes_no_of_word) for flag in ("is_won", "is_closed"))
    if not len(stage) == len(won) == len(closed):
        return {}
    flags = pd.Series(zip(won, closed, strict=True), dtype=object).groupby(stage.to_numpy()).agg(set)
    kinds = {("yes", "yes"): "won", ("yes", "no"): "won", ("no", "yes"): "lost"}
    return {
        name: kinds[only]
        for name in names
        if len(stage_flags := flags[name]) == 1 and (only := next(iter(stage_flags))) in kinds
    }


def find_starting_stage(found: MappedSources, proposed: StageProposal, playbook: Playbook) -> str:
    """Return the stage that deals enter on the day they are created.

    This is the first stage, unless several of its deals have no creation date while those of a later stage have one.
    """
    order = _order_proposed_stages(proposed.new, playbook)
    stages, days = (
        texts_of_target(found, "Deals", "stage").map(proposed.stages),
        texts_of_target(found, "Deals", "created"),
    )
    if len(stages) != len(days):
        return order[0]  # they come from different files
    dated = pd.Series(days.to_numpy() != "").groupby(stages.to_numpy()).agg(["mean", "size"])
    undated = {str(s) for s in dated.index[(dated["mean"] < 0.5) & (dated["size"] >= _FEWEST_STAGE_DEALS)]}
    first = next((stage for stage in order if stage not in undated), order[0])
    return first if first in dated.index else order[0]


def _order_proposed_stages(new: Sequence[NewStage], playbook: Playbook) -> list[str]:
    order = [stage.name for stage in playbook.open_stages]
    for stage in new:
        order.insert(stage.position - playbook.first.position, stage.stage)
    return order


def propose_import_map(paths: Sequence[Path], pipeline: Pipeline) -> ImportMap:
    """Return a proposal for importing the files at *paths* into *pipeline*; a person has to confirm it.

    Files in the same folder as one that holds deals are proposed too if they share its keys. `notes` lists every guess.

    Raises:
        UsageError: a file cannot be read.
    """
    remarks = ProposalNotes(pipeline.language)
    sources = [source for path in paths for source in read_import_sources(Path(path))]
    matches = [(source, find_best_table(source)) for source in sources]
    matches += find_sibling_files(matches, pipeline.source, remarks)
    found = [_propose_file_map(source, match, matches, pipeline, remarks) for source, match in matches]
    proposed = ImportMap(tuple(file for _, file in found), playbook=pipeline.default_playbook)
    proposed = replace(proposed, values=propose_cleaned_values(found, pipeline), missing=_find_missing_tables(found))
    if any(file.table == "Deals" for _, file in found):
        proposed = _add_proposed_stages(proposed, found, pipeline, remarks)
    remarks.add_left_out_columns(proposed.files)
    remarks.add_questions(proposed)
    return replace(proposed, notes=tuple(remarks))


def _propose_file_map(
    source: ImportSource,
    match: TableMatch | None,
    matches: Iterable[tuple[ImportSource, TableMatch | None]],
    pipeline: Pipeline,
    remarks: ProposalNotes,
) -> tuple[ImportSource, FileMap]:
    columns = {} if match is None or source.hidden else add_reference_columns(source, match, matches, pipeline, remarks)
    table = match.table if match and not source.hidden else ""
    if match and source.hidden:
        remarks.add_hidden_sheet(source, match.table)
    elif not table:
        remarks.add_no_table(source)
    layout = source.layout
    mapped = StyleProposal(source, table, make_import_context(pipeline).currency, remarks).propose(columns)
    named = sum(path.name == source.path.name for path in {other.path for other, _ in matches}) == 1
    return source, FileMap(
        source.path.name if named else str(source.path), table, source.sheet, layout.encoding, layout.delimiter, mapped
    )


def _find_missing_tables(found: MappedSources) -> tuple[str, ...]:
    used = {
        str(TABLES[file.table][how.to].options)
        for _, file in found
        if file.table
        for how in file.columns.values()
        if how.to in TABLES[file.table].by_id
    }
    return tuple(table for table in REFERABLE_TABLES if table in used)


def _add_proposed_stages(
    proposed: ImportMap, found: MappedSources, pipeline: Pipeline, remarks: ProposalNotes
) -> ImportMap:
    playbook = pipeline.playbooks.get(proposed.playbook)
    if playbook is None or not is_usable_playbook(playbook):
        return proposed  # the import says so, in one sentence
    names = [name for name in texts_of_target(found, "Deals", "stage").unique() if name]
    stages = propose_stages(names, playbook, find_flagged_stages(found, names))
    start = find_starting_stage(found, stages, playbook)
    remarks.add_stages(stages, playbook, start)
    return replace(
        proposed, stages=stages.stages, new_stages=stages.new, starts_in=start,
        playbook_stages=tuple(stage.name for stage in playbook.stages),
    )  # fmt: skip
