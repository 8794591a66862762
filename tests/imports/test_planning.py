"""The changes that an import proposes, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.written_columns import DAY_OR_MONTH_FIRST
from xl_salesflow.core.written_dates import MONTH_FIRST
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.map_parts import ColumnMap, FileMap
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.process.pending_moves import find_pending_moves
from xl_salesflow.schema.table_registry import TABLES

Csv = Callable[..., Path]


def brought_in(pipeline: Pipeline, *paths: Path) -> tuple[Pipeline, ChangeSet]:
    planned = build_import_changes(pipeline, paths, propose_import_map(paths, pipeline), as_history=True)
    return apply_change_set(pipeline, planned), planned


def cells(frame: pd.DataFrame, *columns: str) -> list[list[Any]]:
    def plain(value: Any) -> Any:
        if value is pd.NaT or value != value:
            return None
        return value.date().isoformat() if isinstance(value, pd.Timestamp) else value

    return [[plain(value) for value in row] for row in frame[list(columns)].itertuples(index=False)]


def messages(planned: ChangeSet) -> list[str]:
    return [finding.message for finding in planned.findings]


def test_deals_and_their_history_are_planned_from_the_dates(csv: Csv, empty: Pipeline) -> None:
    """
    deal | stage     | created    | closed
    1    | Won       | 2025-01-01 | 2025-02-01   two visits
    2    | Lost      | 2025-01-05 | 2025-01-15   two visits
    3    | Qualified | 2025-03-01 |              one visit that goes on
    4    | Lead      |            |              one visit, entered nobody knows when
    5    | Won       |            | 2025-02-02   no cycle
    6    | Won       | 2025-02-02 |              won nobody knows when
    """
    table = "deal | stage | amount | created | close_date\n1 | Won | 100 | 2025-01-01 | 2025-02-01\n2 | Lost | 0 | 2025-01-05 | 2025-01-15\n3 | Qualified | 50 | 2025-03-01 |\n4 | Lead | | |\n5 | Won | 7 | | 2025-02-02\n6 | Won | 8 | 2025-02-02 |"  # noqa: E501
    after, planned = brought_in(empty, csv("deals.csv", table))
    assert not planned.findings
    assert cells(after["Deals"], "deal", "stage", "recorded_stage", "outcome", "since", "closed", "furthest") == [
        ["1", "Won", "Won", "won", "2025-02-01", "2025-02-01", 6],
        ["2", "Lost", "Lost", "lost", "2025-01-15", "2025-01-15", 1],
        ["3", "Qualified", "Qualified", "open", "2025-03-01", None, 2],
        ["4", "Lead", "Lead", "open", None, None, 1],
        ["5", "Won", "Won", "won", "2025-02-02", "2025-02-02", 6],
        ["6", "Won", "Won", "won", None, None, 6],
    ]
    columns = ("deal", "stage", "entered", "left", "days", "moved_to", "move", "closed", "cycle_days", "furthest")
    forever = "9999-12-31"
    assert cells(after["History"], *columns) == [
        ["1", "Lead", "2025-01-01", "2025-02-01", 31, "Won", "won", None, None, 1],
        ["1", "Won", "2025-02-01", forever, None, "", "", "2025-02-01", 31, 6],
        ["2", "Lead", "2025-01-05", "2025-01-15", 10, "Lost", "lost", None, None, 1],
        ["2", "Lost", "2025-01-15", forever, None, "", "", "2025-01-15", 10, 1],
        ["3", "Qualified", "2025-03-01", forever, None, "", "", None, None, 2],
        ["4", "Lead", None, forever, None, "", "", None, None, 1],
        ["5", "Lead", None, "2025-02-02", None, "Won", "won", None, None, 1],
        ["5", "Won", "2025-02-02", forever, None, "", "", "2025-02-02", None, 6],
        ["6", "Lead", "2025-02-02", None, None, "Won", "won", None, None, 1],
        ["6", "Won", None, forever, None, "", "", None, None, 6],
    ]
    assert set(after["History"]["reason"]) == {"Imported from deals.csv"}
    assert list(after["History"]["visit"]) == [f"V{number:06d}" for number in range(1, 11)]


def test_nothing_is_pending_and_a_second_import_changes_nothing(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | account | owner | stage | source\n1 | Acme | Ann | Contract | Moon\n2 | Bolt | Bob | Prospecting | ")  # fmt: skip  # noqa: E501
    after, _ = brought_in(empty, path)
    assert find_pending_moves(after).empty
    assert not brought_in(after, path)[1].writes


def test_a_deal_in_aftercare_was_won_first(csv: Csv, empty: Pipeline) -> None:
    table = "deal | stage | created | close_date\n1 | Nurture | 2025-01-01 | 2025-02-01"
    after, _ = brought_in(empty, csv("deals.csv", table))
    assert cells(after["History"], "stage", "entered", "left", "moved_to", "move", "outcome", "furthest") == [
        ["Lead", "2025-01-01", "2025-02-01", "Won", "won", "open", 1],
        ["Won", "2025-02-01", "2025-02-01", "Nurture", "aftercare", "won", 6],
        ["Nurture", "2025-02-01", "9999-12-31", "", "", "won", 6],
    ]


def test_a_closed_outcome_beside_an_open_stage_decides_and_the_stage_is_kept(csv: Csv, empty: Pipeline) -> None:
    """
    deal | stage    | status | won time   | lost time    the deal is
    1    | Contract | Won    | 2025-02-01 |              Won, was in Contract
    2    | Contract | Lost   |            | 2025-03-01   Lost, was in Contract
    3    | Contract | Open   |            |              in Contract
    """
    table = "deal | stage | status | created | won time | lost time\n1 | Contract | Won | 2025-01-01 | 2025-02-01 |\n2 | Contract | Lost | 2025-01-01 | | 2025-03-01\n3 | Contract | Open | 2025-01-01 | |"  # noqa: E501
    after, _ = brought_in(empty, csv("deals.csv", table))
    assert cells(after["Deals"], "stage", "outcome", "closed", "furthest") == [
        ["Won", "won", "2025-02-01", 6],
        ["Lost", "lost", "2025-03-01", 5],
        ["Contract", "open", None, 5],
    ]
    assert list(after["History"]["stage"]) == ["Contract", "Won", "Contract", "Lost", "Contract"]


def test_the_close_date_of_an_open_deal_is_the_expected_one(csv: Csv, empty: Pipeline) -> None:
    table = "deal | stage | close date\n1 | Lead | 2025-09-01\n2 | Won | 2025-05-01"
    after, _ = brought_in(empty, csv("deals.csv", table))
    assert cells(after["Deals"], "expected_close", "closed") == [["2025-09-01", None], [None, "2025-05-01"]]


def test_an_added_stage_moves_the_later_ones_on(csv: Csv, empty: Pipeline) -> None:
    before, _ = brought_in(
        empty, csv("old.csv", "deal | stage | created\n1 | Qualified | 2025-01-01\n2 | Won | 2025-01-01")
    )
    path = csv("new.csv", "deal | stage | created\n3 | Engaging | 2025-02-01\n4 | Lead | 2025-02-01")
    after, _ = brought_in(before, path)
    order = after["Stages"].sort_values("position")
    assert list(order["stage"])[:3] == ["Lead", "Engaging", "Qualified"]
    assert list(order["position"]) == list(range(1, 10))
    assert cells(after["Deals"], "deal", "furthest") == [["1", 3], ["2", 7], ["3", 2], ["4", 1]]
    assert cells(after["History"], "stage", "position", "furthest") == [
        ["Qualified", 3, 3],
        ["Lead", 1, 1],
        ["Won", 7, 7],
        ["Engaging", 2, 2],
        ["Lead", 1, 1],
    ]


def test_a_second_file_updates_by_key_and_never_blanks(csv: Csv, empty: Pipeline) -> None:
    before, _ = brought_in(
        empty, csv("deals.csv", "deal | name | amount | stage\n1 | Old | 5 | Lead\n2 | Kept | 6 | Lead")
    )
    after, planned = brought_in(
        before, csv("deals.csv", "deal | name | amount | stage\n1 | New | 7.5 | Qualified\n2 | | | Lead")
    )
    changes = [(change.key, change.column, change.before, change.after) for change in planned.changes]
    assert changes == [("1", "name", "Old", "New"), ("1", "amount", 5.0, 7.5), ("1", "stage", "Lead", "Qualified")]
    assert not planned.appends
    assert list(find_pending_moves(after)["to"]) == ["Qualified"]


def test_an_unchanged_file_does_not_take_back_what_a_person_typed(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage\n1 | Lead")
    after, _ = brought_in(empty, path)
    typed = after.with_tables(Deals=after["Deals"].assign(stage="Contract"))
    assert not brought_in(typed, path)[1].writes


def test_deals_without_keys_are_numbered_and_recognized_again(csv: Csv, empty: Pipeline) -> None:
    table = "name | account | stage | amount\nRoof | Acme | Lead | 5\nRoof | Acme | Lead | 5\nDoor | Bolt | Lead | 6"
    after, _ = brought_in(empty, csv("deals.csv", table))
    assert list(after["Deals"]["deal"]) == ["D-00001", "D-00002", "D-00003"]
    again, planned = brought_in(after, csv("deals.csv", table.replace("6", "8") + "\nNew | Acme | Lead | 9"))
    assert [(change.key, change.column, change.after) for change in planned.changes] == [("D-00003", "amount", 8.0)]
    assert list(again["Deals"]["deal"])[3:] == ["D-00004"]


def test_names_that_rows_use_get_a_row_of_their_own(csv: Csv, empty: Pipeline) -> None:
    table = "deal | account | owner | product | stage\n1 | Acme | Ann | GTX | Lead\n2 | Acme | N/A | | Lead"
    after, _ = brought_in(empty, csv("deals.csv", table))
    assert [
        list(after[table][key]) for table, key in (("Accounts", "account"), ("Team", "person"), ("Products", "product"))
    ] == [
        ["Acme"],
        ["Ann"],
        ["GTX"],
    ]


def test_new_list_values_join_the_lists(csv: Csv, empty: Pipeline) -> None:
    after, _ = brought_in(empty, csv("deals.csv", "deal | stage | source\n1 | Lead | Moon\n2 | Lead | Referral"))
    assert list(after["Deals"]["source"]) == ["Moon", "referral"]
    assert {"Moon", "referral"} <= set(after["Lists"]["source"])


def test_several_tables_are_imported_at_once(csv: Csv, empty: Pipeline) -> None:
    paths = [
        csv("deals.csv", "deal | account | contact | stage\n1 | Acme | Eve | Lead"),
        csv("accounts.csv", "account | sector | employees\nAcme | retail | 1,200"),
        csv("contacts.csv", "full name | job title | email | company\nEve | CFO | e@a.com | Acme"),
        csv("activities.csv", "date | deal | type | summary\n2025-05-01 | 1 | Call | hello"),
    ]
    after, planned = brought_in(empty, *paths)
    assert cells(after["Accounts"], "account", "industry", "employees") == [["Acme", "retail", 1200]]
    assert cells(after["Contacts"], "contact", "title", "account") == [["Eve", "CFO", "Acme"]]
    assert cells(after["Activities"], "activity", "date", "deal", "type") == [["A000001", "2025-05-01", "1", "call"]]
    assert not planned.findings
    assert not brought_in(after, *paths)[1].writes


def test_a_second_file_completes_the_same_deals(csv: Csv, empty: Pipeline) -> None:
    leads = csv("leads.csv", "lead_id | first_contact_date\na | 2025-01-01\nb | 2025-01-02")
    closed = csv("closed.csv", "lead_id | won_date | sales rep\nb | 2025-02-02 | Ann")
    after, _ = brought_in(empty, leads, closed)
    assert cells(after["Deals"], "deal", "stage", "created", "closed", "owner") == [
        ["a", "Lead", "2025-01-01", None, ""],
        ["b", "Won", "2025-01-02", "2025-02-02", "Ann"],
    ]


@pytest.mark.parametrize(
    ("row", "column", "value", "says"),
    [
        ("1 | Lead | much | 2025-01-01", "amount", None, "deals.csv, row 2, amount: “much” is not a number; the cell is left"),
        ("1 | Lead | 5 | 2025-02-30", "created", None, "deals.csv, row 2, created: “2025-02-30” is not a valid date"),
        ("1 | Lead | #DIV/0! | 2025-01-01", "amount", None, "deals.csv, row 2, amount: “#DIV/0!” is a formula that failed"),
        ("1 | Lead | n/a | -", "amount", None, None),
    ],
)  # fmt: skip
def test_an_unusable_cell_stays_blank_and_is_reported(
    csv: Csv, empty: Pipeline, row: str, column: str, value: Any, says: str | None
) -> None:
    path = csv("deals.csv", "deal | stage | amount | created\n" + row)
    columns = {
        "deal": ColumnMap("deal"),
        "stage": ColumnMap("stage"),
        "amount": ColumnMap("amount"),
        "created": ColumnMap("created"),
    }
    planned = build_import_changes(
        empty, [path], ImportMap((FileMap("deals.csv", "Deals", columns=columns),)), as_history=True
    )
    after = apply_change_set(empty, planned)
    assert cells(after["Deals"], column) == [[value]]
    assert [message.startswith(says or "") for message in messages(planned)] == ([True] if says else [])


def test_an_unknown_stage_is_left_blank_and_reported(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage\n1 | Leed\n2 | Lead")
    mapping = replace(propose_import_map([path], empty), stages={"Lead": "Lead"}, new_stages=())
    planned = build_import_changes(empty, [path], mapping, as_history=True)
    assert messages(planned) == [
        "deals.csv, row 2, stage: the playbook has no stage “Leed”; did you mean “Lead”? The stage is left blank; "
        "name it under [stages] in the map."
    ]
    after = apply_change_set(empty, planned)
    assert cells(after["Deals"], "stage", "recorded_stage", "outcome") == [["", "", ""], ["Lead", "Lead", "open"]]
    assert list(after["History"]["deal"]) == ["2"]


def test_a_row_without_a_number_gets_one_and_a_doubled_one_is_left_out(csv: Csv, empty: Pipeline) -> None:
    path = csv(
        "deals.csv", "deal | name | stage\n1 | A | Lead\n | B | Lead\n1 | C | Won\n2 | D | Lead\nD-00001 | E | Lead"
    )
    after, planned = brought_in(empty, path)
    assert cells(after["Deals"], "deal", "name") == [["1", "A"], ["D-00002", "B"], ["2", "D"], ["D-00001", "E"]]
    assert [(finding.rule, finding.severity, finding.cell) for finding in planned.findings] == [
        ("import_doubled", "block", "deals.csv, row 4, deal"),
    ]


def test_a_row_without_a_key_that_is_a_name_is_left_out(csv: Csv, empty: Pipeline) -> None:
    path = csv("accounts.csv", "account | industry\nAcme | Retail\n | Steel")
    after, planned = brought_in(empty, path)
    assert list(after["Accounts"]["account"]) == ["Acme"]
    assert [(finding.rule, finding.severity) for finding in planned.findings] == [("import_key", "block")]


def test_a_number_that_stands_for_another_deal_in_a_second_file_is_replaced(csv: Csv, empty: Pipeline) -> None:
    """Two programs that count from 1: the second list must not overwrite the first."""
    first = csv(
        "north.csv",
        "deal | name | account | stage | amount\n1 | Pumps | Acme | Lead | 10\n2 | Hoses | Bolt | Lead | 20",
    )
    second = csv(
        "south.csv", "deal | name | account | stage | amount\n1 | Gears | Crux | Won | 30\n2 | hoses | Bolt | Won | 25"
    )
    after, planned = brought_in(empty, first, second)
    assert cells(after["Deals"], "deal", "name", "stage", "amount") == [
        ["1", "Pumps", "Lead", 10],
        ["2", "hoses", "Won", 25],
        ["D-00001", "Gears", "Won", 30],
    ]
    told = {finding.rule: finding.message for finding in planned.findings}
    assert told["import_other_deal"].startswith("south.csv, row 2: 1 row from here on has the number of another deal")
    assert "in Name, Stage, Amount, such as “2”" in told["import_other_values"]


def test_a_lead_and_the_deal_it_became_are_one_deal(csv: Csv, empty: Pipeline) -> None:
    leads = csv(
        "leads.csv",
        "lead id | source | created | status\n"
        "L1 | Fair | 2025-01-01 | New\nL2 | Web | 2025-01-02 | New\nL3 | Web | 2025-01-03 | New",
    )
    deals = csv(
        "deals.csv",
        "deal id | origin lead | name | stage | amount\nD1 | L1 | Pumps | Won | 10\nD2 | L2 | Hoses | Lost | 20",
    )
    after, planned = brought_in(empty, leads, deals)
    assert cells(after["Deals"], "deal", "name", "stage", "source", "created") == [
        ["L3", "", "Lead", "Web", "2025-01-03"],
        ["D1", "Pumps", "Won", "Fair", "2025-01-01"],
        ["D2", "Hoses", "Lost", "Web", "2025-01-02"],
    ]
    assert "2 leads from here on became deals of another file" in next(
        finding.message for finding in planned.findings if finding.rule == "import_joined_lead"
    )


def test_namesakes_are_told_apart(csv: Csv, empty: Pipeline) -> None:
    path = csv(
        "contacts.csv",
        "last name | company | email\nBrown | Acme | b@a.example\nBrown | Bolt | b@b.example\nGreen | Acme | g@a.example\n"
        "White | Acme | w1@a.example\nWhite | Acme | w2@a.example\nGreen | Acme | g@a.example",
    )
    after, planned = brought_in(empty, path)
    assert list(after["Contacts"]["contact"]) == [
        "Brown (Acme)", "Brown (Bolt)", "Green", "White (w1@a.example)", "White (w2@a.example)",
    ]  # fmt: skip
    assert [finding.rule for finding in planned.findings] == ["import_doubled"]


def test_rows_that_were_put_away_are_left_out_and_counted(csv: Csv, empty: Pipeline) -> None:
    path = csv(
        "deals.csv",
        "name | stage | active | lost reason | archived\nA | Lead | Yes | | no\nB | Qualified | No | Price | no\n"
        "C | Lead | No | | no\nD | Lead | Yes | | yes",
    )
    after, planned = brought_in(empty, path)
    assert cells(after["Deals"], "name", "stage") == [["A", "Lead"], ["B", "Lost"]]
    assert "2 rows from here on are archived" in next(
        f.message for f in planned.findings if f.rule == "import_put_away"
    )


def test_findings_are_in_the_language_of_the_workbook(csv: Csv) -> None:
    path = csv("deals.csv", "商机编号 | 阶段\n1 | 线索\n1 | 线索")
    _, planned = brought_in(workbook("zh"), path)
    assert messages(planned) == ["deals.csv，第 3 行，商机编号：商机编号“1”已在第 2 行出现；该行已略过。"]


def test_a_deal_closed_before_it_was_created_is_reported(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage | created | close date\n1 | Won | 2025-02-01 | 2025-01-01")
    after, planned = brought_in(empty, path)
    assert messages(planned) == [
        "deals.csv, row 2: closed 2025-01-01 before it was created 2025-02-01; both dates are kept, please correct the wrong one."
    ]
    assert cells(after["History"], "days", "cycle_days") == [[-31, None], [None, -31]]


def test_text_that_looks_like_a_formula_is_imported_as_text(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | name | account | stage\n=1+1 | =HYPERLINK(1) | @cmd | Lead\n+49 | -x | +y | Lead")
    after, _ = brought_in(empty, path)
    assert cells(after["Deals"], "deal", "name", "account") == [["=1+1", "=HYPERLINK(1)", "@cmd"], ["+49", "-x", "+y"]]


def test_columns_go_to_notes_when_a_person_asks(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage | notes | shoe size | hat\n1 | Lead | tall | 43 | \n2 | Lead | | | 7")
    mapping = propose_import_map([path], empty)
    columns = {**mapping.files[0].columns, "shoe size": ColumnMap("notes+"), "hat": ColumnMap("notes+")}
    planned = build_import_changes(
        empty, [path], replace(mapping, files=(replace(mapping.files[0], columns=columns),)), as_history=True
    )
    assert list(apply_change_set(empty, planned)["Deals"]["notes"]) == ["tall\nshoe size: 43", "hat: 7"]


def test_invisible_characters_and_double_blanks_are_removed(empty: Pipeline, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("deal,name,stage\n1,\u00a0 Two\u3000 words\x07 ,Lead\n", encoding="utf-8")
    after, _ = brought_in(empty, path)
    assert list(after["Deals"]["name"]) == ["Two words"]


def test_a_text_that_is_too_long_is_cut_and_reported(csv: Csv, empty: Pipeline) -> None:
    after, planned = brought_in(empty, csv("deals.csv", f"deal | notes | stage\n1 | {'x' * 40_000} | Lead"))
    assert len(after["Deals"]["notes"].iloc[0]) == 32_767
    assert [finding.rule for finding in planned.findings] == ["import_long"]


def test_percentages_stay_between_0_and_100(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage | probability\n1 | Lead | 60\n2 | Lead | 5%\n3 | Lead | 1000")
    after, planned = brought_in(empty, path)
    assert cells(after["Deals"], "probability_override") == [[0.6], [0.05], [None]]
    assert [finding.rule for finding in planned.findings] == ["import_range"]


def test_every_appended_row_is_a_complete_frame(csv: Csv, empty: Pipeline) -> None:
    _, planned = brought_in(empty, csv("deals.csv", "deal | account | stage | source\n1 | Acme | Engaging | Moon"))
    for append in planned.appends:
        assert list(append.rows) == [column.id for column in TABLES[append.table].columns]


def usage_error(pipeline: Pipeline, paths: Sequence[Path], mapping: ImportMap) -> str:
    with pytest.raises(UsageError) as error:
        build_import_changes(pipeline, paths, mapping, as_history=True)
    assert error.value.in_("zh") != str(error.value)
    return str(error.value)


def test_an_import_map_that_does_not_fit_is_refused_in_one_sentence(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage | created\n1 | Lead | 03/04/2025")
    good = propose_import_map([path], empty)
    (file,) = good.files
    missing = replace(good, files=(replace(file, columns={"daal": ColumnMap("deal")}),))
    keyless = replace(good, files=(replace(file, table="Accounts", columns={"stage": ColumnMap("industry")}),))
    assert "the dates of “created” can be read in two ways" in usage_error(empty, [path], good)
    good = replace(good, files=(replace(file, columns={**file.columns, "created": ColumnMap("created", MONTH_FIRST)}),))
    assert cells(
        apply_change_set(empty, build_import_changes(empty, [path], good, as_history=True))["Deals"], "created"
    ) == [["2025-03-04"]]
    assert "has no column “daal”; did you mean “deal”?" in usage_error(empty, [path], missing)
    assert "no column gives account" in usage_error(empty, [path], keyless)
    assert "did you mean “Contract”?" in usage_error(empty, [path], replace(good, stages={"Lead": "Contrakt"}))
    assert "cannot start in a closed stage" in usage_error(empty, [path], replace(good, starts_in="Won"))
    assert "no playbook “saas”" in usage_error(empty, [path], replace(good, playbook="saas"))
    assert "neither given nor next to" in usage_error(
        empty, [path], replace(good, files=(FileMap("gone.csv", "Deals"),))
    )


def test_an_open_question_that_is_left_out_asks_nothing(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage | created\n1 | Lead | 03/04/2025")
    mapping = propose_import_map([path], empty)
    columns = {**mapping.files[0].columns, "created": ColumnMap("", DAY_OR_MONTH_FIRST)}
    planned = build_import_changes(
        empty, [path], replace(mapping, files=(replace(mapping.files[0], columns=columns),)), as_history=True
    )
    assert cells(apply_change_set(empty, planned)["Deals"], "created") == [[None]]


def test_today_does_not_matter(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage | created\n1 | Lead | 2025-01-01")
    later = replace(empty, today=date(2030, 1, 1))
    first, second = (
        apply_change_set(p, build_import_changes(p, [path], propose_import_map([path], p), as_history=True))
        for p in (empty, later)
    )
    assert first["History"].equals(second["History"])


def test_units_and_dates_of_a_chinese_workbook_are_read(tmp_path: Path) -> None:
    """
    金额(万元) 12.5 → 125,000    签约日期 2025年5月1日, a date cell, a day number    赢率 60%, 0.3
    """
    book = openpyxl.Workbook()
    book.active.append(["商机编号", "客户名称", "阶段", "预计金额(万元)", "创建时间", "赢率"])
    book.active.append([1, "甲公司", "报价", 12.5, "2025年5月1日", "60%"])
    book.active.append([2, "乙公司", "线索", "1,000", date(2025, 5, 2), 0.3])
    book.active.append([3, "丙公司", "成交", "8万", 45780, ""])
    book.save(tmp_path / "商机.xlsx")
    after, planned = brought_in(workbook("zh"), tmp_path / "商机.xlsx")
    assert cells(after["Deals"], "deal", "stage", "amount", "created", "probability_override") == [
        ["1", "呈现", 125_000, "2025-05-01", 0.6],
        ["2", "线索", 10_000_000, "2025-05-02", 0.3],
        ["3", "赢单", 80_000, "2025-05-03", None],
    ]
    assert not planned.findings


def test_an_amount_that_may_lack_the_unit_of_its_header_is_reported(csv: Csv) -> None:
    """A cell with its own unit is read literally, however extreme; a cell without one may not be in the header's unit."""
    path = csv(
        "deals.csv", "deal | stage | 金额（万元）\n1 | Lead | 12.5\n2 | Lead | ¥380000\n3 | Lead | 8\n4 | Lead | 40亿"
    )
    chinese = workbook("en", "CNY")
    planned = build_import_changes(chinese, [path], propose_import_map([path], chinese), as_history=True)
    assert cells(apply_change_set(chinese, planned)["Deals"], "amount") == [
        [125_000],
        [3_800_000_000],
        [80_000],
        [4_000_000_000],
    ]
    (message,) = messages(planned)
    assert message.startswith("deals.csv, row 3, 金额（万元）: “¥380000” in the unit of the header")


def test_a_playbook_without_open_stages_is_reported(csv: Csv, empty: Pipeline) -> None:
    path, stages = csv("deals.csv", "deal | stage\n1 | Lead"), empty["Stages"]
    closed = empty.with_tables(Stages=stages[stages["kind"] != "open"])
    assert "no playbook “crm” with open stages" in usage_error(closed, [path], propose_import_map([path], closed))


def moved_on(pipeline: Pipeline, stage: str) -> Pipeline:
    """Return *pipeline* with every deal in *stage*, as after an accepted move."""
    return pipeline.with_tables(Deals=pipeline["Deals"].assign(stage=stage, recorded_stage=stage))


def test_a_file_without_stages_does_not_move_deals_back(csv: Csv, empty: Pipeline) -> None:
    path = csv("leads.csv", "lead_id | first_contact_date\na | 2025-01-01")
    after, _ = brought_in(empty, path)
    assert not brought_in(moved_on(after, "Contract"), path)[1].writes


def test_a_won_deal_in_aftercare_stays_there(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage\n1 | Won")
    after, _ = brought_in(empty, path)
    assert not brought_in(moved_on(after, "Nurture"), path)[1].writes


def test_a_new_stage_from_a_file_is_typed(csv: Csv, empty: Pipeline) -> None:
    path = csv("deals.csv", "deal | stage\n1 | Lead")
    after, _ = brought_in(empty, path)
    again, planned = brought_in(moved_on(after, "Contract"), path)
    assert [(change.column, change.before, change.after) for change in planned.changes] == [
        ("stage", "Contract", "Lead")
    ]
    assert list(find_pending_moves(again)["from"]) == ["Contract"]


NAMES = [
    # first name, last name → the person
    ("Ann", "Lee", "Ann Lee"),
    ("", "Lee", "Lee"),
    ("雷", "李", "李雷"),
]


@pytest.mark.parametrize(("first", "last", "person"), NAMES)
def test_first_and_last_names_are_one_name(csv: Csv, empty: Pipeline, first: str, last: str, person: str) -> None:
    path = csv("contacts.csv", f"First Name | Last Name | Email | Account Name\n{first} | {last} | a@b.c | Acme")
    after, _ = brought_in(empty, path)
    assert cells(after["Contacts"], "contact", "account") == [[person, "Acme"]]


def test_a_probability_from_another_program_brings_its_own_reason(csv: Csv, empty: Pipeline) -> None:
    """Without a reason, there would be a finding for every deal of another program."""
    after, planned = brought_in(empty, csv("deals.csv", "deal | stage | probability\n1 | Lead | 30\n2 | Lead |"))
    assert cells(after["Deals"], "probability_override", "probability_reason") == [
        [0.3, "As deals.csv has it"], [None, ""],
    ]  # fmt: skip
    assert not planned.findings


def test_people_are_recognized_by_name_without_their_address(tmp_path: Path, empty: Pipeline) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(
        "deal,stage,owner,contact\n"
        "1,Lead,Ann Lee (ann@x.example),Bob Ray (bob@acme.example);Sue Day (sue@acme.example)\n"
        '2,Lead,"Lee, Ann (Sales)",Bill (William) Low\n',
        encoding="utf-8",
    )
    after, planned = brought_in(empty, path)
    assert cells(after["Deals"], "owner", "contact") == [
        ["Ann Lee", "Bob Ray"], ["Lee, Ann (Sales)", "Bill (William) Low"],
    ]  # fmt: skip
    assert [finding.severity for finding in planned.findings] == ["note"]
    assert "row 2, contact: “Bob Ray (bob@acme.example);Sue Day (sue@…” names several people" in messages(planned)[0]


def test_totals_and_a_hidden_sheet_are_left_out_and_reported(tmp_path: Path, empty: Pipeline) -> None:
    book = openpyxl.Workbook()
    sheet, old = book.worksheets[0], book.create_sheet("old")
    for row in (["Deal", "Stage", "Amount"], ["1", "Lead", 5], ["Total", None, 5]):
        sheet.append(row)
        old.append(row)
    old.sheet_state = "hidden"
    book.save(path := tmp_path / "deals.xlsx")
    proposed = propose_import_map([path], empty)
    assert [file.table for file in proposed.files] == ["Deals", ""]
    assert 'is a hidden sheet and is left out; set its table to "Deals" to import it.' in " ".join(proposed.notes)
    after, planned = brought_in(empty, path)
    assert list(after["Deals"]["deal"]) == ["1"]
    assert messages(planned) == ["deals.xlsx › Sheet, row 3: a line of totals, left out."]
