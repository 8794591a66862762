"""One name is one name in every spelling: in sheets, Python, filters and keys, whatever the order of a set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.tables import TODAY, crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.history_seal import find_broken_seals
from xl_salesflow.core.name_spelling import unify_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import list_rule_findings
from xl_salesflow.engine import Run, apply_query
from xl_salesflow.locale.texts import LANGUAGES, Language, fold_text
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.process.name_rules import SPELLING_VARIANT
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import check, funnel, update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

RUN = Run("test", datetime.combine(TODAY, datetime.min.time()))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ann", "ANN", True),
        ("Ann", " ann ", True),
        ("Ann Lee", "Ann   Lee", True),
        ("Ann Lee", "Ann\u00a0Lee", True),
        ("Ann Lee", "Ａｎｎ\u3000Lee", True),
        ("D-1", "D-１", True),
        ("李雷", "李雷 ", True),
        ("Ann", "Anne", False),
        ("Ann Lee", "AnnLee", False),
    ],
)
def test_case_width_and_spaces_do_not_distinguish_names(one: str, other: str, same: bool) -> None:
    assert (fold_text(one) == fold_text(other)) == same


def named(text: str, **tables: list[dict[str, object]]) -> Pipeline:
    return crm(Deals=rows(text), **tables)


def test_the_sheet_that_declares_a_name_says_how_it_is_spelled() -> None:
    """
    deal | owner   | account  | product   | source    | playbook | stage | competitor
    D-1  | Ann     | ACME     | gadget    | Fair 2026 | CRM      | lead  | Other Ltd
    D-2  | ANN     | acme inc | Gadget    | fair 2026 | crm      | Lead  | other ltd
    D-3  | Ａｎｎ  | acme     | ｇadget   | FAIR 2026 | ＣＲＭ   | LEAD  | Other Ltd
    D-4  | bob     |          |           |           | crm      | Lead  |
    D-5  | Bob     |          |           |           | crm      | Lead  |
    D-6  | Bob     |          |           |           | crm      | Lead  |
    """
    pipeline = unify_names(
        named(
            test_the_sheet_that_declares_a_name_says_how_it_is_spelled.__doc__ or "",
            Team=[{"person": "Ann"}],
            Accounts=[{"account": "Acme"}],
            Products=[{"product": "Gadget"}],
            Lists=[{"source": "Fair 2026"}],
            Activities=[{"activity": "A1", "deal": "d-1", "type": "call"}],
        )
    )
    deals = pipeline["Deals"]
    assert deals["owner"].tolist() == ["Ann"] * 3 + ["Bob"] * 3  # nobody declares Bob: most rows say so
    assert deals["account"].tolist()[:3] == ["Acme", "acme inc", "Acme"]
    assert set(deals["product"]) == {"Gadget", ""}
    assert set(deals["source"]) == {"Fair 2026", ""}
    assert set(deals["playbook"]) == {"crm"}
    assert set(deals["stage"]) == {"Lead"}
    assert set(deals["competitor"]) == {"Other Ltd", ""}
    assert pipeline["Activities"]["deal"].tolist() == ["D-1"]
    assert unify_names(pipeline)["Deals"] is pipeline["Deals"]


@pytest.mark.parametrize(
    ("owners", "spelled"),
    [
        (["Bea  Lu", "Bea Lu"], "Bea Lu"),
        (["Bea\u00a0Lu", "Bea Lu"], "Bea Lu"),
        (["Bea  Lu", "Bea  Lu", "Bea Lu"], "Bea  Lu"),
        (["bea lu", "Bea Lu"], "bea lu"),
    ],
)
def test_of_spellings_in_as_many_rows_the_first_without_surplus_spaces_wins(owners: list[str], spelled: str) -> None:
    deals = [{"deal": f"D-{n}", "owner": owner} for n, owner in enumerate(owners, 1)]
    assert set(unify_names(crm(Deals=deals))["Deals"]["owner"]) == {spelled}


def test_every_answer_counts_one_person() -> None:
    """
    deal | owner | stage | recorded_stage | outcome | playbook
    D-1  | Ann   | Lead  | Lead           | open    | crm
    D-2  | ANN   | Lead  | Lead           | open    | crm
    D-3  | Ａnn  | Lead  | Lead           | open    | CRM
    """
    pipeline = named(test_every_answer_counts_one_person.__doc__ or "", Team=[{"person": "Ann"}])
    assert [(group.key, group.metrics["deal_count"]) for group in funnel(pipeline, "owner").answer.by] == [("Ann", 3)]
    for name in ("ann", "ＡＮＮ", " Ann "):
        query = Query(filters={"owner": name, "playbook": "Crm"})
        assert funnel(apply_query(pipeline, query)).answer.metrics["open_count"] == 3


def test_a_check_tells_the_spellings_that_an_update_writes() -> None:
    """
    deal | owner | stage
    D-1  | Ann   | Lead
    D-2  | ANN   | Lead
    D-3  | ANN   | Lead
    """
    pipeline = named(test_a_check_tells_the_spellings_that_an_update_writes.__doc__ or "", Team=[{"person": "Ann"}])
    for plan in (check(pipeline), update(pipeline, RUN)):
        (found,) = [finding for finding in plan.findings if finding.rule == "spelling_variant"]
        assert (found.severity, found.key, found.column) == ("note", "D-2", "owner")
        assert "“ANN” (in 2 rows) is “Ann”" in found.message
    after = apply_change_set(pipeline, update(pipeline, RUN))
    assert not [finding for finding in update(after, RUN).findings if finding.rule == "spelling_variant"]


def test_odd_case_with_and_without_surplus_spaces_is_one_finding() -> None:
    """
    deal | owner | stage
    D-1  | Ann   | Lead
    D-2  | ANN   | Lead
    D-3  | ANN   | Lead
    D-4  | Ann   | Lead
    """
    pipeline = named(
        test_odd_case_with_and_without_surplus_spaces_is_one_finding.__doc__ or "", Team=[{"person": "Ann"}]
    )
    rows_of = dict(zip(pipeline["Deals"]["deal"], pipeline["Deals"].index, strict=True))
    typed = {"Deals": {"owner": {rows_of["D-3"]: "ANN ", rows_of["D-4"]: "Ann "}}}
    found = list_rule_findings(replace(pipeline, typed_texts=typed), SPELLING_VARIANT)
    assert [(finding.key, finding.message.split(" in another")[0]) for finding in found] == [
        ("D-2", "“ANN” (in 2 rows) is “Ann”"),
        ("D-4", "“Ann ” (in 1 row) is “Ann”"),
    ]


def test_seals_stay_intact_and_broken_ones_stay_broken() -> None:
    """
    deal | owner | stage | created
    D-1  | ANN   | Lead  | 2026-01-05
    D-2  | ANN   | Lead  | 2026-01-05
    """
    pipeline = named(test_seals_stay_intact_and_broken_ones_stay_broken.__doc__ or "")
    pipeline = apply_change_set(pipeline, update(pipeline, RUN))
    history = pipeline["History"].copy()
    history.loc[history["deal"] == "D-2", "amount"] = 5.0
    pipeline = unify_names(pipeline.with_tables(History=history, Team=crm(Team=[{"person": "Ann"}])["Team"]))
    assert set(pipeline["History"]["owner"]) == {"Ann"}
    assert pipeline["History"].loc[find_broken_seals(pipeline["History"]).itself, "deal"].tolist() == ["D-2"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_update_writes_what_the_formulas_of_the_sheets_can_count(tmp_path: Path, language: Language) -> None:
    """
    column    | typed            | written
    owner     | Ann \u3000       | Ann
    source    | ＲＥＦＥＲＲＡＬ | the label in the language of the sheets
    stage     | Lead and a space | the stage of the playbook
    """
    path = tmp_path / "team.xlsx"
    new_workbook(path, language)
    lead = ClosedBook(path).read(TODAY).playbooks["crm"].first.name
    label = {"en": "Referral", "zh": "客户推荐"}[language]
    workbook = Workbook.open(path)
    typed = {"deal": "D-1", "owner": "Ann \u3000", "source": "ＲＥＦＥＲＲＡＬ", "stage": f" {lead} "}
    headers = {column: TABLES["Deals"].header(column, language) for column in typed}
    workbook.append_rows("Deals", {headers[column]: [text] for column, text in typed.items()})
    path.write_bytes(workbook.to_bytes())

    book = ClosedBook(path)
    book.write(update(book.read(TODAY), RUN))
    cells = Workbook.open(path).read_table("Deals")
    assert [cells[headers[column]][0] for column in typed] == ["D-1", "Ann", label, lead]
    saved = path.read_bytes()
    book.write(update(book.read(TODAY), RUN))
    assert path.read_bytes() == saved


_ANSWERS = """
import json, sys
from datetime import datetime
from tests.tables import TODAY, crm, rows
from xl_salesflow.core.answers import answer_to_json
from xl_salesflow.engine import Run, apply_query
from xl_salesflow.schema.named_values import Query
from xl_salesflow.verbs import check, followups, funnel, update
deals = [{"deal": f"D-{n}", "owner": owner, "stage": "Lead", "recorded_stage": "Lead", "outcome": "open", "playbook": book,
          "source": source, "competitor": rival}
         for n, (owner, book, source, rival) in enumerate([
             ("ann", "CRM", "fair", "X"), ("Ann", "crm", "Fair", "x"), ("ANN", "Crm", "FAIR", "X "), ("bob", "crm", "", "")])]
pipeline = crm(Deals=deals)
plan = update(pipeline, Run("test", datetime.combine(TODAY, datetime.min.time())))
print(json.dumps([
    [str(list(edit)) for edit in plan.edits],
    [finding.message for finding in (*plan.findings, *check(pipeline).findings)],
    str(funnel(pipeline, "owner").answer.by), str(funnel(pipeline, "source").answer.by),
    str(funnel(apply_query(pipeline, Query(filters={"playbook": "cRM", "owner": "aNN"}))).answer.metrics),
    str(followups(pipeline).answer.followups),
], default=str))
"""


def test_no_answer_depends_on_the_order_of_a_set() -> None:
    answers = set()
    for seed in ("0", "1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", _ANSWERS], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
        answers.add(run.stdout)
    assert len(answers) == 1
    assert len(json.loads(answers.pop())[0]) > 0


def test_blank_names_are_no_name() -> None:
    pipeline = crm(
        Deals=[{"deal": "D-1", "owner": "", "stage": "Lead"}, {"deal": "D-2", "owner": "　", "stage": "Lead"}]
    )
    assert unify_names(pipeline)["Deals"]["owner"].tolist() == ["", ""]
    assert pd.Series(["", "　"]).map(fold_text).tolist() == ["", ""]
