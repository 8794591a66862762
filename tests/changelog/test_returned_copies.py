"""A workbook for each rep and back: the cases that people meet."""

from __future__ import annotations

import pytest

from tests.changelog.returned import (
    PEOPLE,
    cell,
    collected,
    main_book,
    merged,
    run,
    share_with,
    shared_book,
    typed,
    with_rows,
    without_row,
)
from tests.tables import crm
from xl_salesflow.changelog.returned_copies import ReturnedCopy
from xl_salesflow.changelog.shared_rows import (
    COLLECTED_TABLES,
    COMMISSION_TABLES,
    KEPT_BACK_TABLES,
    SETUP_COPIES,
    find_share_run,
    select_shared_rows,
)
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.history_seal import find_broken_seals
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.table_columns import ColumnWriter
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import undo, update


def test_only_the_rows_of_a_person_travel_and_no_number_of_a_manager() -> None:
    main, ann = main_book(), shared_book("Ann")
    assert set(ann["Deals"]["owner"]) == {"Ann"}
    assert len(ann["Deals"]) == 4
    for table in ("Activities", "History", "Tasks"):
        assert set(ann[table]["deal"]) <= set(ann["Deals"]["deal"]), table
    assert set(ann["Accounts"]["account"]) < {"Customer 0", "Customer 1", "Customer 2", "Customer 3"} | {"x"}
    assert list(ann["Targets"]["owner"]) == ["Ann"]
    assert ann["Targets"]["cost"].isna().all()
    assert ann["Deals"]["sales_cost"].isna().all() or ann["Deals"]["sales_cost"].max() <= 5
    assert ann["Activities"]["cost"].notna().tolist() == (ann["Activities"]["by"] == "Ann").tolist()
    others = ann["Team"][ann["Team"]["person"] != "Ann"]
    assert others[["quota", "goal_calls"]].isna().all(axis=None)
    assert cell(ann, "Team", "Ann", "goal_calls") == 20
    for table in ("Calls", "Measures"):
        assert len(main[table])
        assert ann[table].empty
    assert find_share_run(ann) == ("20260331-090100", "Ann")


def test_a_subscription_without_a_deal_goes_with_its_customer_to_whoever_answers_for_it() -> None:
    main = crm(
        Team=[{"person": person} for person in PEOPLE],
        Accounts=[{"account": "Acme"}],
        Subscriptions=[{"subscription": "S-00001", "account": "Acme", "owner": "Ann"}],
    )
    counts = {
        person: [len(select_shared_rows(main, person)[table]) for table in ("Subscriptions", "Accounts")]
        for person in PEOPLE
    }
    assert counts == {"Ann": [1, 1], "Bob": [0, 0], "李雷": [0, 0]}


def test_every_table_is_declared_to_travel_or_to_stay() -> None:
    """A table that comes with a later version stays behind until somebody decides; here is where to say so."""
    named = COLLECTED_TABLES | {*SETUP_COPIES, *COMMISSION_TABLES} | KEPT_BACK_TABLES | {"Targets"}
    typed_in = {
        table.name
        for table in TABLES.values()
        if any(one.writer is ColumnWriter.PERSON for one in table.columns) and table.name != "PlanStages"
    }
    assert typed_in - named == set()


def test_a_shared_workbook_has_nothing_wrong_with_its_record() -> None:
    rules = {finding.rule for finding in check_pipeline(shared_book("Ann"))}
    assert not rules & {"missing_visits", "broken_seal", "unsealed"}


def test_what_a_rep_typed_is_taken_and_stage_moves_with_their_stays() -> None:
    ann = shared_book("Ann")
    back = typed(ann, "Deals", "D-00003", amount=777.0, stage="Qualified")
    back = apply_change_set(back, update(back, run(5, "Ann")))
    done = collected(main_book(), ReturnedCopy(ann, back))
    assert cell(done, "Deals", "D-00003", "amount") == 777
    assert cell(done, "Deals", "D-00003", "recorded_stage") == cell(back, "Deals", "D-00003", "recorded_stage")
    stays = done["History"]
    assert list(stays.loc[stays["deal"] == "D-00003", "stage"]) == list(
        back["History"].loc[back["History"]["deal"] == "D-00003", "stage"]
    )
    assert done["Conflicts"].empty
    assert not len(find_broken_seals(done["History"]).itself)


ROUNDS = [
    # amount here, there → amount after, conflicts; the amount shared is 300
    (300.0, 310.0, 310.0, 0),
    (320.0, 300.0, 320.0, 0),
    (320.0, 310.0, 320.0, 1),
    (320.0, 320.0, 320.0, 0),
]


@pytest.mark.parametrize(("here", "there", "after", "conflicts"), ROUNDS)
def test_what_both_changed_is_a_conflict(here: float, there: float, after: float, conflicts: int) -> None:
    ann = shared_book("Ann")
    main = typed(main_book(), "Deals", "D-00003", amount=here)
    done = merged(main, ReturnedCopy(ann, typed(ann, "Deals", "D-00003", amount=there)))
    assert cell(done, "Deals", "D-00003", "amount") == after
    assert len(done["Conflicts"]) == conflicts


AGAIN = [
    # amounts: shared 300; collected first, here then, there then → after, conflicts
    (310.0, 310.0, 350.0, 350.0, 0),  # the rep went on
    (310.0, 310.0, 310.0, 310.0, 0),
    (310.0, 330.0, 310.0, 330.0, 0),  # the manager changed it after it was collected
    (310.0, 330.0, 350.0, 330.0, 1),
    (310.0, 310.0, 300.0, 310.0, 1),  # taken back, or an older copy: a person decides
    (300.0, 330.0, 310.0, 330.0, 1),
]


@pytest.mark.parametrize(("first", "here", "there", "after", "conflicts"), AGAIN)
def test_a_workbook_that_comes_back_again(
    first: float, here: float, there: float, after: float, conflicts: int
) -> None:
    ann = shared_book("Ann")
    once = typed(ann, "Deals", "D-00003", amount=first)
    main = typed(merged(main_book(), ReturnedCopy(ann, once)), "Deals", "D-00003", amount=here)
    again = ReturnedCopy(ann, typed(once, "Deals", "D-00003", amount=there), once)
    done = merged(main, again)
    assert cell(done, "Deals", "D-00003", "amount") == after
    assert len(done["Conflicts"]) == conflicts


def test_stage_moves_of_a_workbook_that_comes_back_again_are_one_chain() -> None:
    """The stays have other numbers in the main workbook by then, because others moved deals too."""
    main = main_book()
    ann, bob = shared_book("Ann"), shared_book("Bob")
    copies = []
    for person, book, deal in (("Bob", bob, "D-00001"), ("Ann", ann, "D-00003")):
        back = typed(book, "Deals", deal, stage="Lost", loss_reason="Price")
        copies.append(ReturnedCopy(book, apply_change_set(back, update(back, run(5, person)))))
    main = collected(main, *copies)
    once = copies[1].returned
    back = typed(once, "Deals", "D-00003", stage="Lead", move_reason="They call again")
    back = apply_change_set(back, update(back, run(7, "Ann")))
    done = collected(main, ReturnedCopy(ann, back, once), minute=40)
    for pipeline in (back, done):
        stays = pipeline["History"][pipeline["History"]["deal"] == "D-00003"]
        assert list(stays["stage"]) == ["Lead", "Lost", "Lead"]
        assert list(stays["moved_to"]) == ["Lost", "Lead", ""]
    assert done["History"]["visit"].is_unique
    assert done["Conflicts"].empty
    broken = find_broken_seals(done["History"])
    assert not len(broken.itself) + len(broken.before) + len(broken.unsealed)


def test_new_rows_of_two_reps_get_numbers_that_never_meet() -> None:
    copies = []
    for person in ("Ann", "Bob"):
        book = shared_book(person)
        new = {"name": f"New of {person}", "owner": person, "stage": "Lead"}
        back = with_rows(book, "Deals", new)
        if person == "Bob":  # whose own run numbered it; Ann's is numbered when it is collected
            back = apply_change_set(back, update(back, run(5, person)))
        copies.append(ReturnedCopy(book, back))
    done = merged(main_book(), *copies)
    keys = dict(zip(done["Deals"]["name"], done["Deals"]["deal"], strict=True))
    assert (keys["New of Ann"], keys["New of Bob"]) == ("D-AN-00001", "D-BO-00001")
    again = apply_change_set(done, update(done, run(50)))
    assert merged(again, *copies)["Deals"].equals(again["Deals"]) or len(merged(again, *copies)["Deals"]) == len(
        again["Deals"]
    )


def test_deleted_and_reassigned_deals_follow() -> None:
    ann = shared_book("Ann")
    back = without_row(typed(ann, "Deals", "D-00006", owner="Bob", name="Given away"), "Deals", "D-00003")
    main = typed(main_book(), "Deals", "D-00009", owner="Bob")  # meanwhile
    done = merged(main, ReturnedCopy(ann, typed(back, "Deals", "D-00009", next_step="Call them")))
    assert "D-00003" not in set(done["Deals"]["deal"])
    assert "D-00003" not in set(done["History"]["deal"])
    assert (cell(done, "Deals", "D-00006", "owner"), cell(done, "Deals", "D-00006", "name")) == ("Bob", "Given away")
    assert (cell(done, "Deals", "D-00009", "owner"), cell(done, "Deals", "D-00009", "next_step")) == (
        "Bob",
        "Call them",
    )
    assert set(share_with(done, "Ann")["Deals"]["deal"]) == {"D-00012"}
    assert {"D-00006", "D-00009"} <= set(share_with(done, "Bob")["Deals"]["deal"])


def test_a_customer_that_others_need_stays() -> None:
    ann = shared_book("Ann")
    done = merged(main_book(), ReturnedCopy(ann, without_row(ann, "Accounts", "Customer 3")))
    assert "Customer 3" in set(done["Accounts"]["account"])


def test_set_up_is_not_collected_and_then_the_gates_judge_the_moves() -> None:
    ann = shared_book("Ann")
    eased = {"Gates": ann["Gates"].assign(active="no"), "StageTasks": ann["StageTasks"].assign(required="no")}
    back = typed(ann.with_tables(**eased), "Deals", "D-00003", stage="Contract")
    back = apply_change_set(back, update(back, run(5, "Ann")))
    assert cell(back, "Deals", "D-00003", "recorded_stage") == "Contract"
    copy = ReturnedCopy(ann, back)
    assert "Gates" in copy.setup_changes
    assert copy.holds_moves_back
    done = merged(main_book(), copy)
    assert list(done["Gates"]["active"]) == list(main_book()["Gates"]["active"])
    assert (cell(done, "Deals", "D-00003", "stage"), cell(done, "Deals", "D-00003", "recorded_stage")) == (
        "Contract",
        "Lead",
    )
    judged = apply_change_set(done, update(done, run(50)))
    assert cell(judged, "Deals", "D-00003", "move_status") == "refused"


def test_a_record_changed_by_hand_moves_nothing() -> None:
    ann = shared_book("Ann")
    history = ann["History"].copy()
    history.loc[history["deal"] == "D-00003", "stage"] = "Won"
    for touched in (history, history[history["deal"] != "D-00003"]):
        back = typed(ann, "Deals", "D-00003", recorded_stage="Won", outcome="won", stage="Won")
        done = merged(main_book(), ReturnedCopy(ann, back.with_tables(History=touched)))
        assert cell(done, "Deals", "D-00003", "recorded_stage") == "Lead"
        assert done["History"].equals(main_book()["History"]) or list(done["History"]["stage"]) == list(
            main_book()["History"]["stage"]
        )


def test_a_follow_up_line_filled_in_becomes_an_activity_once() -> None:
    ann = shared_book("Ann")
    lines = ann["FollowUps"]
    if lines.empty:
        lines = make_table_frame(TABLES["FollowUps"], [{"deal": "D-00003", "owner": "Ann", "rank": 1.0}])
    lines = lines.assign(result=["Reached them" if deal == lines["deal"].iloc[0] else "" for deal in lines["deal"]])
    back = ann.with_tables(FollowUps=lines)
    main = main_book().with_tables(FollowUps=main_book()["FollowUps"].iloc[:0])
    done = collected(main, ReturnedCopy(ann, back))
    assert list(done["Activities"]["summary"]).count("Reached them") == 1
    again = collected(done, ReturnedCopy(ann, back, back), minute=45)
    assert list(again["Activities"]["summary"]).count("Reached them") == 1


def test_undo_takes_the_whole_collection_back() -> None:
    main = main_book()
    ann, bob = shared_book("Ann"), shared_book("Bob")
    copies = [
        ReturnedCopy(ann, typed(ann, "Deals", "D-00003", amount=1.0)),
        ReturnedCopy(bob, with_rows(bob, "Deals", {"name": "New", "owner": "Bob"})),
    ]
    done = collected(main, *copies)
    back = apply_change_set(done, undo(done, run(59)))
    assert list(back["Deals"]["deal"]) == list(main["Deals"]["deal"])
    assert list(back["Deals"]["amount"]) == list(main["Deals"]["amount"])
