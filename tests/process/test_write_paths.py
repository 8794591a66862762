"""A gate holds on every path by which a stage can reach a deal: each path, each gate check, each supplied playbook.

The second stage of each playbook is guarded by one gate of each check, and each deal lacks what one gate asks for. Whatever
the path, only the deal that lacks nothing may enter, and the others are told what they lack and nothing else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from xl_salesflow.batch.batch_tasks import BatchTask
from xl_salesflow.batch.verb_jobs import VERB_JOBS
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.excel.deal_buttons import make_move_changes
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.bant_cards import compute_bant_columns
from xl_salesflow.process.gate_judging import GATE_CHECKS
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.process.playbook_files import list_playbook_names, make_shipped_setup
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import apply, bring_in, change_sheet, merge, update

TODAY = date(2026, 3, 31)
RUN = Run("Li", datetime(2026, 3, 31, 9))


def list_gates(language: Language) -> dict[str, tuple[str, str]]:
    """Return what each check asks for, its columns What and Value as a workbook in *language* has them."""

    def column(name: str) -> str:
        return TABLES["Deals"].header(name, language)

    def label(options: str, *values: str) -> str:
        return ", ".join(choice_label(options, value, language) for value in values)

    return {
        "filled": (column("next_step"), ""),
        "at_least": (column("amount"), "100"),
        "at_most": (column("timeline"), "2"),
        "one_of": (column("source"), label("source", "referral", "website")),
        "before_today": (column("created"), ""),
        "task_done": ("", ""),
        "activity_within": (label("activity_type", "call"), "30"),
        "quote_is": ("", label("quote_status", "sent")),
        "bant_at_least": ("", "60"),
        "approved_by": ("Wang", ""),
        "contact_is": (label("decision_role", "decision_maker"), "against us"),
        "objections_closed": (label("objection_type", "price"), ""),
        "activity_outcome": (label("activity_type", "demo"), label("activity_outcome", "interested")),
        "payment_received": ("Deposit", "50 %"),
    }


CHECKS = tuple(list_gates("en"))

GOOD = {
    "next_step": "Call", "amount": 500.0, "need": 3.0, "budget": 3.0, "authority": 3.0, "timeline": 1.0, "source": "referral",
    "created": date(2026, 3, 1), "owner": "Li", "account": "Acme",
}  # fmt: skip
LACKING: Mapping[str, dict[str, Any]] = {
    "filled": {"next_step": ""},
    "at_least": {"amount": 99.0},
    "at_most": {"timeline": 3.0},
    "one_of": {"source": "trade_show"},
    "before_today": {"created": TODAY},
    "bant_at_least": {"need": 0.0, "budget": 1.0, "authority": 1.0},
    "contact_is": {"account": "Other"},
}
"""The cells of a deal that lacks what the check asks for; the other checks ask for rows of other tables."""


GREETING = "Greet them"


@dataclass(frozen=True)
class Deal:
    """A deal of *playbook* that *lacks* what one check asks for, or nothing."""

    key: str
    playbook: str
    lacks: str

    def cells(self) -> dict[str, Any]:
        return {"deal": self.key, "playbook": self.playbook, **GOOD, **LACKING.get(self.lacks, {})}


class Team:
    """Deals in the first stage of each of *playbooks*: for each check one that lacks it, and one that lacks nothing.

    With *copies*, there are several of each. Workbook and playbooks are in *language*.
    """

    def __init__(self, *playbooks: str, language: Language, copies: int = 1) -> None:
        self.language, gates_of_checks = language, list_gates(language)
        setups = {name: make_shipped_setup(name, language) for name in playbooks}
        self.first = {name: setup["Stages"]["stage"].iloc[0] for name, setup in setups.items()}
        self.second = {name: setup["Stages"]["stage"].iloc[1] for name, setup in setups.items()}
        self.deals = [
            Deal(f"D-{name}-{lacks}-{copy}", name, lacks)
            for copy in range(copies)
            for name in playbooks
            for lacks in (*CHECKS, "nothing")
        ]
        gates = [
            {
                **{"gate": f"{name} {check}", "playbook": name, "stage": self.second[name], "effect": "block"},
                **{"check": check, "subject": subject, "value": value, "remedy": f"It lacks {check}!"},
            }
            for name in playbooks
            for check, (subject, value) in gates_of_checks.items()
        ]
        tasks = [
            {"playbook": name, "stage": self.first[name], "task": GREETING, "required": "yes"} for name in playbooks
        ]
        self.setup = {
            "Stages": pd.concat([setup["Stages"] for setup in setups.values()], ignore_index=True),
            "Gates": make_table_frame(TABLES["Gates"], gates),
            "StageTasks": make_table_frame(TABLES["StageTasks"], tasks),
        }

    def pipeline(self, typed: Mapping[str, str], known: bool = True) -> Pipeline:
        """Return the workbook with the deals on record in the first stage, as the last update left it, and the stages *typed*.

        If the deals are not *known*, only what was done for them is there.
        """
        done, deals = date(2026, 3, 30), self.deals
        on_record = [
            {
                **deal.cells(),
                "recorded_stage": self.first[deal.playbook],
                "outcome": "open",
                "stage": typed[deal.playbook],
            }
            for deal in deals
        ]
        stays = [{"deal": deal.key, "stage": self.first[deal.playbook], "entered": GOOD["created"]} for deal in deals]
        tasks = [
            {
                **{"task_id": f"T-{deal.key}", "deal": deal.key, "stage": self.first[deal.playbook], "task": GREETING},
                **{"required": "yes", "status": "open" if deal.lacks == "task_done" else "done"},
            }
            for deal in deals
        ]
        calls = [
            {"activity": f"A-{deal.key}", "deal": deal.key, "type": "call", "date": done, "outcome": "reached"}
            for deal in deals
            if deal.lacks != "activity_within"
        ]
        approvals = [
            {**{"activity": f"B-{deal.key}", "deal": deal.key, "type": "approval"}, **{"date": done, "by": "Wang"}}
            | {"outcome": "approved"}
            for deal in deals
            if deal.lacks != "approved_by"
        ]
        quotes = [
            {"quote": f"Q-{deal.key}", "deal": deal.key, "status": "sent", "sent": done}
            for deal in deals
            if deal.lacks != "quote_is"
        ]
        people = [{"person": "Li", "role": "rep"}, {"person": "Wang", "role": "manager"}]
        demos = [
            {"activity": f"C-{deal.key}", "deal": deal.key, "type": "demo", "date": done, "outcome": "interested"}
            for deal in deals
            if deal.lacks != "activity_outcome"
        ]
        objections = [
            {
                **{"objection": f"O-{deal.key}", "deal": deal.key, "type": "price"},
                "status": "open" if deal.lacks == "objections_closed" else "resolved",
            }
            for deal in deals
        ]
        contacts = [
            {"contact": "Ada", "account": "Acme", "decision_role": "decision_maker"},
            {"contact": "Eve", "account": "Other", "decision_role": "decision_maker", "attitude": "Against us"},
        ]
        payments = [
            {
                **{"payment": f"P-{deal.key}", "deal": deal.key, "name": "Deposit", "amount": 100.0, "paid_on": done},
                "paid": 49.99 if deal.lacks == "payment_received" else 50.0,
            }
            for deal in deals
        ]
        tables = {"Team": people, "Tasks": tasks, "Activities": calls + approvals + demos, "Quotes": quotes}
        tables |= {"Objections": objections, "Contacts": contacts, "Payments": payments}
        if known:
            tables |= {"Deals": on_record, "History": stays}
        made = build_pipeline(TODAY, self.language, **tables).with_tables(**self.setup)
        made = replace(made, settings=Settings({"playbook": next(iter(self.first))}))
        scored = compute_bant_columns(made)
        return made.with_tables(Deals=made["Deals"].assign(**{column: scored[column] for column in scored}))

    def file(self, folder: Path, columns: Iterable[str]) -> Path:
        """Write a list of the deals in the second stage, as another program would export it."""
        table, path = TABLES["Deals"], folder / "deals.csv"
        rows = [{**deal.cells(), "stage": self.second[deal.playbook]} for deal in self.deals]
        frame = pd.DataFrame(rows)[list(columns)].rename(columns=lambda column: table.header(column, self.language))
        source = table.header("source", self.language)
        if source in frame:
            frame[source] = [choice_label("source", value, self.language) for value in frame[source]]
        frame.to_csv(path, index=False)
        return path


ALL = tuple(list_playbook_names())


def typed(team: Team) -> Pipeline:
    before = team.pipeline(team.second)
    return apply_change_set(before, update(before, RUN))


def pasted(team: Team) -> Pipeline:
    """Paste all deals as one block of rows: the first half over rows that are there, the other below the table."""
    before = team.pipeline(team.second)
    deals, over = before["Deals"], len(team.deals) // 2
    recorded = ["recorded_stage", "outcome"]
    block = deals.drop(columns=recorded).assign(stage=[team.second[deal.playbook] for deal in team.deals])
    there = team.pipeline(team.first)["Deals"].iloc[:over]
    block.loc[there.index, recorded] = there[recorded]
    block.loc[deals.index[over:], recorded] = ""
    assert len(block) >= PASTED_ROWS
    stays = before["History"]
    stays = stays[stays["deal"].isin(there["deal"])].reset_index(drop=True)
    now = before.with_tables(Deals=block[deals.columns], History=stays)
    return apply_change_set(now, update(now, RUN))


def imported(team: Team, before: Pipeline, columns: Iterable[str]) -> Pipeline:
    with tempfile.TemporaryDirectory() as folder:
        file = team.file(Path(folder), columns)
        planned = build_import_changes(before, [file], propose_import_map([file], before))
    return apply_change_set(before, bring_in(before, planned, RUN))


def imported_for_known_deals(team: Team) -> Pipeline:
    # the next update judges what was typed, as the path "typed" shows
    now = imported(team, team.pipeline(team.first), ("deal", "stage"))
    return apply_change_set(now, judge_stage_moves(now, "Li"))


def imported_as_new_deals(team: Team) -> Pipeline:
    return imported(team, team.pipeline(team.first, known=False), ("deal", "stage", *GOOD))


def in_a_batch(team: Team) -> Pipeline:
    before = team.pipeline(team.second)
    task = BatchTask("book.xlsx", "update", by="Li", now=RUN.now, number="1")
    return apply_change_set(before, VERB_JOBS["update"](before, task))


def ticked_and_applied(team: Team) -> Pipeline:
    before = team.pipeline(team.second)
    sheet = change_sheet(before, update(before, RUN), "update", RUN)
    ticked = replace(sheet, lines=tuple(replace(line, apply=True) for line in sheet.lines))
    return apply_change_set(before, apply(before, ticked, RUN))


def merged(team: Team) -> Pipeline:
    # as with an import, the next update judges
    ours, theirs = team.pipeline(team.first), team.pipeline(team.second)
    now = apply_change_set(ours, merge(ours, theirs, ours, RUN))
    return apply_change_set(now, judge_stage_moves(now, "Li"))


def pressed(team: Team) -> Pipeline:
    now = team.pipeline(team.first)
    for deal in team.deals:
        pressing = make_move_changes(now, deal.key, {"stage": team.second[deal.playbook]}, "move", RUN)
        now = apply_change_set(now, pressing)
    return now


PASTED_ROWS = 200


@dataclass(frozen=True)
class WritePath:
    """A path by which stages get into a workbook, and how many of each deal take it."""

    take: Callable[[Team], Pipeline]
    copies: int = 1
    one_by_one: bool = False
    """Whether each playbook needs a workbook of its own: an import is into one playbook."""


PATHS: Mapping[str, WritePath] = {
    "typed": WritePath(typed),
    "pasted over 200 rows": WritePath(pasted, copies=3),
    "import, known deals": WritePath(imported_for_known_deals, one_by_one=True),
    "import, new deals": WritePath(imported_as_new_deals, one_by_one=True),
    "batch": WritePath(in_a_batch),
    "apply": WritePath(ticked_and_applied),
    "merge": WritePath(merged),
    "button": WritePath(pressed, one_by_one=True),
}


def find_where_deals_are(path: str, team: Team) -> pd.DataFrame:
    """Return, for the deals of *team*, the stage on record, the expected one, and which gates' remedies they are told."""
    deals = PATHS[path].take(team)["Deals"].set_index("deal")
    assert set(deals.index) == {deal.key for deal in team.deals}
    why = [deals.at[deal.key, "move_reasons"] for deal in team.deals]
    return pd.DataFrame(
        {
            "playbook": [deal.playbook for deal in team.deals],
            "lacks": [deal.lacks for deal in team.deals],
            "stage": [deals.at[deal.key, "recorded_stage"] for deal in team.deals],
            "expected": [
                (team.second if deal.lacks == "nothing" else team.first)[deal.playbook] for deal in team.deals
            ],
            "told": [", ".join(check for check in CHECKS if f"It lacks {check}!" in text) for text in why],
        }
    )


def list_ways() -> Iterator[tuple[str, Language, tuple[str, ...]]]:
    """Yield each path with each playbook, half of the playbooks in each language; the next path swaps the languages."""
    for number, (name, path) in enumerate(PATHS.items()):
        for place, language in enumerate(LANGUAGES):
            playbooks = ALL[(number + place) % 2 :: 2]
            for team in [(one,) for one in playbooks] if path.one_by_one else [playbooks]:
                yield name, language, team


WAYS = list(list_ways())


@pytest.mark.parametrize(
    ("path", "language", "playbooks"),
    WAYS,
    ids=[f"{name}, {language}, {', '.join(team)}" for name, language, team in WAYS],
)
def test_a_gate_holds_on_every_path(path: str, language: Language, playbooks: tuple[str, ...]) -> None:
    """Every deal that lacks what a check asks for stays where it is and is told that, and nothing else."""
    team = Team(*playbooks, language=language, copies=PATHS[path].copies)
    deals = find_where_deals_are(path, team)
    assert {*zip(deals["playbook"], deals["lacks"], strict=True)} == {
        (playbook, lacks) for playbook in playbooks for lacks in (*CHECKS, "nothing")
    }
    wrong = (deals["stage"] != deals["expected"]) | (deals["told"] != deals["lacks"].replace("nothing", ""))
    assert deals[wrong].to_dict("records") == []


def test_every_path_takes_every_playbook_and_both_languages() -> None:
    for path in PATHS:
        ways = [(language, playbook) for name, language, team in WAYS if name == path for playbook in team]
        assert sorted(playbook for _, playbook in ways) == sorted(ALL)
        assert {language for language, _ in ways} == set(LANGUAGES)


def test_no_check_is_left_out() -> None:
    assert set(CHECKS) == set(GATE_CHECKS)
