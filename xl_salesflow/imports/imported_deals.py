"""Determine stage, outcome and dates of imported deals, and build their stage stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Finding, Pipeline, Playbook
from xl_salesflow.imports.import_accounts import SourceAccount
from xl_salesflow.imports.import_findings import (
    NOT_WON_IN_FILE,
    UNKNOWN_STAGE_IN_FILE,
    WON_AMOUNTS_IN_FILE,
    format_cell_fault,
    make_import_finding,
)
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_values import map_distinct_texts
from xl_salesflow.imports.import_vocabulary import ENTERED_TARGET, WON_AMOUNT_TARGET
from xl_salesflow.imports.row_matching import (
    FILE_COLUMN,
    ROW_COLUMN,
    ImportedRows,
    column_or_blanks,
    complete_imported_frame,
)
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.table_frames import DATE_DTYPE, OPEN_STAY_LEFT
from xl_salesflow.schema.table_registry import TABLES

LAST_OPEN_STAGE_COLUMN = "last_open"
"""Additional column: the last open stage of the deal, as far as the file tells."""

STAGE_GIVEN_COLUMN = "said"
"""Additional column: whether the file says anything about the deal's stage; if not, a new deal gets the starting stage."""

STAGE_SINCE_COLUMN = "in_stage_since"
"""Additional column: the day the deal entered its stage, if the file tells."""

_CLOSING_FACTS = (WON_AMOUNT_TARGET, "won_date", "lost_date", "is_won", "is_closed", "stage_since")


@dataclass(frozen=True)
class DealResolver:
    """What the stages of imported deals are told by; collects *findings*, and faults in the *accounts* of the files."""

    mapping: ImportMap
    playbook: Playbook
    language: Language
    findings: list[Finding]
    accounts: Mapping[str, SourceAccount]

    def stage_of(self, text: str) -> str:
        """Return the stage of the playbook that *text* is mapped to or called, or ""."""
        stage = self.mapping.stages.get(text, text)
        return stage if stage in self.playbook.by_name else ""


def resolve_imported_deals(rows: ImportedRows, resolver: DealResolver) -> tuple[pd.DataFrame, list[str]]:
    """Return the deals with `stage`, `outcome`, `closed` and LAST_OPEN filled in, and the columns to write into input cells.

    A stage that the playbook does not have is left blank with a finding; a deal without a stage in the file gets the
    starting stage.
    """
    playbook = resolver.playbook
    deals, start = rows.frame, resolver.mapping.starts_in or playbook.first.name
    stage = _resolve_deal_stages(rows, resolver)
    outcome = _resolve_deal_outcomes(deals, stage, playbook)
    _report_open_refusals(deals, outcome, resolver)
    deals = _take_won_amounts(deals, outcome, resolver)
    closing = pd.Series({"won": playbook.won.name, "lost": playbook.lost.name})
    kinds = stage.map({s.name: s.outcome for s in playbook.stages}).astype(object).fillna("")
    decided = outcome.isin(["won", "lost"]) & (kinds != outcome)
    is_open = {s.name: s.name for s in playbook.open_stages}
    last_open = stage.map(is_open).astype(object).fillna("").where(outcome != "open", stage).replace("", start)
    now = stage.mask(decided, outcome.map(closing)).astype(object)
    day = column_or_blanks(deals, "closed", "Deals")
    for fact in ("won_date", "lost_date"):
        day = column_or_blanks(deals, fact, "Deals").fillna(day)
    since = column_or_blanks(deals, "stage_since", "Deals")
    if "stage_since" in deals:  # a deal was closed on the day it entered its last stage
        day = day.mask((outcome != "open") & day.isna(), since)
    settled = deals.drop(columns=[c for c in _CLOSING_FACTS if c in deals]).assign(
        stage=now,
        outcome=outcome,
        closed=day.where(outcome != "open"),
        **{LAST_OPEN_STAGE_COLUMN: last_open.astype(object), STAGE_SINCE_COLUMN: since},
    )
    settled[STAGE_GIVEN_COLUMN] = (column_or_blanks(deals, "stage", "Deals") != "") | (outcome != "open")
    given = [
        column_id
        for column_id in rows.given
        if column_id not in (*_CLOSING_FACTS, "outcome", "closed") and not column_id.startswith(ENTERED_TARGET)
    ]
    if "closed" in rows.given:
        settled["expected_close"] = column_or_blanks(deals, "expected_close", "Deals").fillna(
            day.where(outcome == "open")
        )
        given.append("expected_close")
    return settled, list(dict.fromkeys([*given, "stage"]))


def is_stage_recorded(stage: pd.Series, recorded: pd.Series, playbook: Playbook) -> pd.Series:
    """Return where a file's *stage* equals the *recorded* stage, whatever a person typed since.

    Aftercare also counts as won.
    """
    after = [s.name for s in playbook.stages if s.kind == "aftercare"]
    return (stage == recorded) | ((stage == playbook.won.name) & recorded.isin(after))


def _resolve_deal_stages(rows: ImportedRows, resolver: DealResolver) -> pd.Series:
    mapping, playbook, language = resolver.mapping, resolver.playbook, resolver.language
    texts = column_or_blanks(rows.frame, "stage", "Deals")
    stage = map_distinct_texts(texts, resolver.stage_of)
    header, files, numbers = _find_stage_header(mapping), rows.frame[FILE_COLUMN], rows.frame[ROW_COLUMN]
    unknown = (texts != "") & (stage == "")
    for row in rows.frame.index[unknown]:
        hint = suggest_names(texts[row], playbook.by_name).in_(language)
        resolver.findings.append(
            make_import_finding(
                "stage", UNKNOWN_STAGE_IN_FILE, str(files[row]), int(numbers[row]), language, header=header,
                table="Deals", column="stage", severity="block", text=texts[row], hint=hint,
            )
        )  # fmt: skip
        why = format_cell_fault(header, UNKNOWN_STAGE_IN_FILE, texts[row], language, hint=hint)
        resolver.accounts[files[row]].add_fault(pd.Index([numbers[row]]), why)
    for name in files[unknown].unique():
        lost = numbers[unknown & (files == name)]
        resolver.accounts[name].count_lost(
            header, "stage", pd.Index(lost), int(((texts != "") & (files == name)).sum())
        )
    return stage.mask(texts == "", mapping.starts_in or playbook.first.name).astype(object)


def _resolve_deal_outcomes(deals: pd.DataFrame, stage: pd.Series, playbook: Playbook) -> pd.Series:
    """Return open, won or lost: the file's outcome, or else the outcome implied by a won or lost date, or by the stage."""
    stated = column_or_blanks(deals, "outcome", "Deals")
    won, closed = column_or_blanks(deals, "is_won", "Deals"), column_or_blanks(deals, "is_closed", "Deals")
    by_stage: Mapping[str, str] = {s.name: s.outcome for s in playbook.stages}
    first: list[tuple[pd.Series, object]] = [
        (stated.isin(["won", "lost"]), stated),
        (won == "yes", "won"),
        ((closed == "yes") & (won == "no"), "lost"),
        ((won == "no") & (column_or_blanks(deals, "loss_reason", "Deals") != ""), "lost"),
        (stage.map(by_stage).isin(["won", "lost"]), stage.map(by_stage)),
        (stated == "open", "open"),
        (column_or_blanks(deals, "won_date", "Deals").notna(), "won"),
        (column_or_blanks(deals, "lost_date", "Deals").notna(), "lost"),
    ]
    chosen = np.select(
        [when.to_numpy() for when, _ in first], [np.asarray(is_, dtype=object) for _, is_ in first], "open"
    )
    return pd.Series(chosen, index=deals.index, dtype=object)


def _take_won_amounts(deals: pd.DataFrame, outcome: pd.Series, resolver: DealResolver) -> pd.DataFrame:
    """Return *deals* with the amounts that won deals were won for; the account of each file counts them as one column."""
    if WON_AMOUNT_TARGET not in deals:
        return deals
    won, expected = deals[WON_AMOUNT_TARGET], column_or_blanks(deals, "amount", "Deals")
    taken = (outcome == "won") & won.notna() & (won != 0)
    for name in deals[FILE_COLUMN].unique():
        rows = deals[FILE_COLUMN] == name
        changed = rows & taken & (won != expected)
        gained = float((won.fillna(0) - expected.fillna(0))[changed].sum())
        resolver.accounts[name].join_amounts("amount", WON_AMOUNT_TARGET, gained)
        if changed.any():
            first = deals[changed].iloc[0]
            resolver.findings.append(
                make_import_finding(
                    "won_amount", WON_AMOUNTS_IN_FILE, str(name), int(first[ROW_COLUMN]), resolver.language, table="Deals",
                    column="amount", severity="note", count=int(changed.sum()), won=float(won[changed].sum()),
                    expected=float(expected[changed].sum()),
                )
            )  # fmt: skip
    return deals.assign(amount=expected.mask(taken, won))


def _report_open_refusals(deals: pd.DataFrame, outcome: pd.Series, resolver: DealResolver) -> None:
    """Report deals that are not won while others are undecided: nothing says that they are lost, so they stay open."""
    won, stated = column_or_blanks(deals, "is_won", "Deals"), column_or_blanks(deals, "stage", "Deals")
    waiting = deals[(won == "no") & (stated == "") & (outcome == "open")]
    for name in waiting[FILE_COLUMN].unique():
        rows = waiting[waiting[FILE_COLUMN] == name]
        if (won[deals[FILE_COLUMN] == name] == "").any():
            resolver.findings.append(
                make_import_finding(
                    "not_won", NOT_WON_IN_FILE, str(name), int(rows[ROW_COLUMN].iloc[0]), resolver.language,
                    table="Deals", column="stage", count=len(rows),
                )
            )  # fmt: skip


def _find_stage_header(mapping: ImportMap) -> str:
    return next((h for file in mapping.files for h, how in file.columns.items() if how.to == "stage"), "")


_IMPORTED_FROM = Text("Imported from {file}")
_STAY_DEAL_COLUMNS = ("deal", "playbook", "created", "amount", "owner", "product", "source", "region", "sales_channel")


def record_imported_deals(deals: pd.DataFrame, playbook: Playbook) -> pd.DataFrame:
    """Return the product-written columns of new Deals rows, so that no move is pending after the import."""
    position = {stage.name: stage.position for stage in playbook.stages}
    furthest = deals[LAST_OPEN_STAGE_COLUMN].map(position).where(deals["outcome"] != "won", playbook.won.position)
    known = deals["stage"] != ""
    return deals.assign(
        recorded_stage=deals["stage"],
        since=deals["closed"].where(deals["outcome"] != "open", deals["created"]).where(known),
        furthest=furthest.astype("float64").where(known),
        outcome=deals["outcome"].where(known, ""),
        playbook=playbook.id,
    )


def build_imported_stays(
    pipeline: Pipeline, deals: pd.DataFrame, playbook: Playbook, recorded: pd.DataFrame
) -> pd.DataFrame:
    """Return the History rows of new *deals*, as a complete frame; those of some deals are *recorded* (recorded_stays).

    An open deal entered its stage when it was created. A closed one was in its last open stage from then until it was
    won or lost. Unknown days stay blank.
    """
    deals = deals[(deals["stage"] != "") & ~deals["deal"].isin(recorded["deal"])]
    won_first = _is_in_aftercare(deals, playbook)
    steps = (
        _build_stay_step(
            deals[deals["outcome"] != "open"], 0, stage=LAST_OPEN_STAGE_COLUMN, entered="created", left="closed"
        ),
        _build_stay_step(deals[won_first], 1, stage=playbook.won.name, entered="closed", left="closed"),
        _build_stay_step(deals, 2, stage="stage", entered="", left=""),
    )
    parts = [_complete_imported_stays(step, playbook).assign(first=1.0) for step in steps]
    rows = pd.concat([*parts, recorded] if len(recorded) else parts).sort_values(["at", "step"], kind="stable")
    rows = rows.assign(visit=next_keys(pipeline, "History", len(rows)))
    rows["reason"] = rows[FILE_COLUMN].map(
        {file: _IMPORTED_FROM.in_(pipeline.language, file=file) for file in rows[FILE_COLUMN].unique()}
    )
    return complete_imported_frame(TABLES["History"], rows)


def _build_stay_step(deals: pd.DataFrame, step: int, *, stage: str, entered: str, left: str) -> pd.DataFrame:
    rows = deals[[*_STAY_DEAL_COLUMNS, FILE_COLUMN, LAST_OPEN_STAGE_COLUMN, "probability_override"]].copy()
    rows["at"], rows["step"] = deals.index, step
    rows["stage"] = deals.get(stage, stage)
    since = deals["closed"].where(deals["outcome"] != "open", deals["created"])
    rows["entered"] = deals[entered] if entered else since
    rows["left"] = deals[left] if left else pd.Series(OPEN_STAY_LEFT, index=deals.index, dtype=DATE_DTYPE)
    rows["end"], rows["becomes"], rows["shut"] = deals["outcome"], deals["stage"], deals["closed"]
    return rows


def _complete_imported_stays(rows: pd.DataFrame, playbook: Playbook) -> pd.DataFrame:
    """Return stage stays completed with what follows from their stage, and with the stage they led to."""
    stages, current = rows["stage"].map(playbook.by_name), rows["step"] == 2
    position = {stage.name: float(stage.position) for stage in playbook.stages}
    rows["position"] = rows["stage"].map(position)
    rows["outcome"] = [stage.outcome for stage in stages]
    own = rows["probability_override"].where(current)
    rows["probability"] = own.fillna(pd.Series([stage.probability for stage in stages], rows.index, dtype="float64"))
    rows["closed"] = rows["shut"].where(rows["outcome"] != "open")
    rows["cycle_days"] = _count_imported_days(rows["created"], rows["closed"])
    rows["days"] = _count_imported_days(rows["entered"], rows["left"]).where(~current)
    rows["furthest"] = (
        rows[LAST_OPEN_STAGE_COLUMN].map(position).where(rows["outcome"] != "won", position[playbook.won.name])
    )
    rows["moved_to"] = rows["becomes"].mask((rows["step"] == 0) & (rows["end"] == "won"), playbook.won.name)
    rows["move"] = rows["end"].mask(rows["step"] == 1, "aftercare")
    rows[["moved_to", "move"]] = rows[["moved_to", "move"]].mask(current, "")
    return rows


def _is_in_aftercare(deals: pd.DataFrame, playbook: Playbook) -> pd.Series:
    after = [stage.name for stage in playbook.stages if stage.kind == "aftercare"]
    return deals["stage"].isin(after)


def _count_imported_days(start: pd.Series, end: pd.Series) -> pd.Series:
    return (end - start).dt.days.astype("float64")


def find_backward_deals(deals: pd.DataFrame) -> pd.DataFrame:
    """Return the deals that closed before they were created."""
    return deals[deals["closed"] < deals["created"]]
