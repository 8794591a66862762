"""What the rows of files say about their stages: won or lost, how probable, and where deals begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from xl_salesflow.core.pipelines import Playbook
from xl_salesflow.core.written_values import yes_no_of_word
from xl_salesflow.imports.import_sources import ImportSource
from xl_salesflow.imports.import_stages import StageEvidence, StageProposal
from xl_salesflow.imports.import_values import tidy_texts
from xl_salesflow.imports.map_parts import ColumnMap, FileMap, NewStage
from xl_salesflow.imports.table_matching import words_of_file_name

MappedSources = Sequence[tuple[ImportSource, FileMap]]
_LEAD_WORDS = frozenset({"lead", "leads", "\u7ebf\u7d22"})  # the last one is Chinese for leads
_FEWEST_STAGE_DEALS = 3  # deals; fewer are no evidence about a stage


def rows_of_targets(found: MappedSources, *targets: str) -> pd.DataFrame:
    """Return the texts of *targets* in the rows of deals, from the files that have a column for each of them."""
    parts = []
    for source, file in found:
        headers = {how.to: header for header, how in file.columns.items()}
        if file.table == "Deals" and set(targets) <= set(headers):
            parts.append(pd.DataFrame({target: tidy_texts(source.cells[headers[target]]) for target in targets}))
    return (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({target: [] for target in targets}, dtype=object)
    )


def find_stage_evidence(found: MappedSources, names: Sequence[str]) -> Mapping[str, StageEvidence]:
    """Return what the rows say about each stage: won or lost if all its deals are, and their mean probability."""
    outcomes, probabilities = dict[str, str](), dict[str, float]()
    rows = rows_of_targets(found, "stage", "is_won", "is_closed")
    if len(rows):
        kinds = {("yes", "yes"): "won", ("yes", "no"): "won", ("no", "yes"): "lost"}
        flags = zip(rows["is_won"].map(yes_no_of_word), rows["is_closed"].map(yes_no_of_word), strict=True)
        outcomes = _find_shared_values(rows["stage"], pd.Series([kinds.get(flag) for flag in flags]))
    elif len(rows := rows_of_targets(found, "stage", "is_won")):
        outcomes = _find_shared_values(rows["stage"], rows["is_won"].map(yes_no_of_word).map({"yes": "won"}))
    rows = rows_of_targets(found, "stage", "probability_override")
    ratios = _read_probabilities(rows["probability_override"])
    if ratios.nunique() > 1:  # one probability for all stages is a default
        means = ratios.groupby(rows["stage"].to_numpy()).mean().dropna().round(4)
        probabilities = {str(name): float(mean) for name, mean in means.items()}
    return {name: StageEvidence(outcomes.get(name), probabilities.get(name)) for name in names}


def _find_shared_values(keys: pd.Series, values: pd.Series) -> dict[str, str]:
    """Return key → value where all rows of the key have this one value."""
    grouped = pd.Series(values.to_numpy(dtype=object)).groupby(keys.to_numpy()).agg(set)
    return {
        str(key): only
        for key, found in grouped.items()
        if len(found) == 1 and isinstance(only := next(iter(found)), str)
    }


def _read_probabilities(texts: pd.Series) -> pd.Series:
    """Return probabilities as ratios; numbers above 1 are percentages."""
    texts = texts.astype("str")
    numbers = pd.to_numeric(texts.str.strip(" %\uff05"), errors="coerce")
    is_percent = bool(texts.str.contains("[%\uff05]", regex=True).any() or (numbers > 1).any())
    ratios = numbers / 100 if is_percent else numbers
    return ratios.where((ratios >= 0) & (ratios <= 1))


_SAYS_STAGE = frozenset({"stage", "outcome", "is_won", "is_closed", "won_date", "lost_date"})
_CERTAIN_SHARES = (0.0, 1.0)


def find_closing_probability(source: ImportSource, columns: Mapping[str, ColumnMap]) -> str | None:
    """Return the header of the probabilities among which 0 or 100 % may be all that says that a deal is closed, or None."""
    targets = {how.to: header for header, how in columns.items()}
    header = targets.get("probability_override")
    if header is None or _SAYS_STAGE & set(targets):
        return None
    shares = _read_probabilities(tidy_texts(source.cells[header]))
    told = set(shares.dropna())
    is_default = told == {0.0} or (told == {1.0} and len(shares) == 1)
    return header if told & set(_CERTAIN_SHARES) and not is_default else None


def find_starting_stage(found: MappedSources, proposed: StageProposal, playbook: Playbook) -> str:
    """Return the stage that deals enter on the day they are created.

    This is the first stage, unless several of its deals have no creation date while those of a later stage have one.
    """
    order = _order_proposed_stages(proposed.new, playbook)
    rows = rows_of_targets(found, "stage", "created")
    if rows.empty:
        return order[0]
    dated = (rows["created"] != "").groupby(rows["stage"].map(proposed.stages)).agg(["mean", "size"])
    undated = {str(s) for s in dated.index[(dated["mean"] < 0.5) & (dated["size"] >= _FEWEST_STAGE_DEALS)]}
    first = next((stage for stage in order if stage not in undated), order[0])
    return first if first in dated.index else order[0]


def _order_proposed_stages(new: Sequence[NewStage], playbook: Playbook) -> list[str]:
    order = [stage.name for stage in playbook.open_stages]
    for stage in new:
        order.insert(stage.position - playbook.first.position, stage.stage)
    return order


def is_list_of_leads(found: MappedSources) -> bool:
    """Return whether the stages are statuses of leads, as the header tells, or the name of the file or sheet."""
    return any(
        how.to == "stage" and (_LEAD_WORDS & words_of_file_name(f"{header} {source.path.stem} {source.sheet}"))
        for source, file in found
        if file.table == "Deals"
        for header, how in file.columns.items()
    )
