"""A workbook for each rep and back: of random edits on both sides, none is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.changelog.returned import (
    PEOPLE,
    cell,
    main_book,
    merged,
    run,
    shared_book,
    typed,
    with_rows,
    without_row,
)
from tests.examples import SCALE
from xl_salesflow.changelog.returned_copies import ReturnedCopy
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import update


@dataclass
class Edits:
    """Random edits of one side: cells typed, rows added (by a text that nothing else has) and rows deleted."""

    cells: dict[tuple[str, str, str], Any]
    added: set[str]
    deleted: set[tuple[str, str]]


def edit_at_random(random: Random, pipeline: Pipeline, label: str) -> tuple[Pipeline, Edits]:
    done = Edits({}, set(), set())
    choices = {
        "Deals": ("amount", "name", "next_step", "owner", "pain"),
        "Activities": ("summary",),
        "Accounts": ("notes",),
    }
    for number in range(random.randrange(1, 7)):
        table = random.choice(["Deals", "Deals", "Deals", "Activities", "Accounts"])
        keys = [key for key in pipeline[table][TABLES[table].key or ""] if key and (table, key) not in done.deleted]
        what, text = random.random(), f"{label} {number}"
        if what < 0.2 and table != "Accounts":
            row = (
                {"name": text, "owner": random.choice(PEOPLE), "stage": "Lead"}
                if table == "Deals"
                else {"summary": text}
            )
            deals = [key for key in pipeline["Deals"]["deal"] if key]
            row = row if table == "Deals" or not deals else {**row, "deal": random.choice(deals)}
            pipeline = with_rows(pipeline, table, row)
            done.added.add(text)
        elif what < 0.3 and keys and table != "Accounts":
            key = random.choice(keys)
            pipeline = without_row(pipeline, table, key)
            done.deleted.add((table, key))
        elif keys:
            key, column = random.choice(keys), random.choice(choices[table])
            value = float(random.randrange(1, 9)) if column == "amount" else text
            value = random.choice(PEOPLE) if column == "owner" else value
            pipeline = typed(pipeline, table, key, **{column: value})
            done.cells[table, key, column] = value
    return pipeline, done


def assert_nothing_lost(done: Pipeline, edits: Edits, before: Pipeline) -> None:
    conflicts = {(row["table"], row["key"], row["column"]) for row in done["Conflicts"].to_dict("records")}
    asked = {(table, key) for table, key, column in conflicts if not column}
    texts = {*done["Deals"]["name"], *done["Activities"]["summary"]}
    for text in edits.added:
        assert text in texts, text
    for (table, key, column), value in edits.cells.items():
        if (table, key) in edits.deleted or key not in set(before[table][TABLES[table].key or ""]):
            continue
        header = TABLES[table].header(column, "en")
        there = key in set(done[table][TABLES[table].key or ""])
        held = there and cell(done, table, key, column) == value
        was = cell(before, table, key, column) == value
        assert held or was or (table, key, header) in conflicts or (table, key) in asked, (table, key, column, value)
    for table, key in edits.deleted:
        gone = key not in set(done[table][TABLES[table].key or ""])
        assert gone or (table, key) in asked, (table, key)


@settings(max_examples=5 if SCALE == 1 else 200, deadline=None)
@given(st.integers(0, 2**32))
def test_sharing_and_collecting_loses_nothing(seed: int) -> None:
    random, main = Random(seed), main_book()
    people = random.sample(PEOPLE, 2)
    shared = {person: shared_book(person) for person in people}
    main, here = edit_at_random(random, main, "here")
    started = main
    copies, made = [], []
    for person in people:
        back, edits = edit_at_random(random, shared[person], person)
        if random.random() < 0.3:
            back = apply_change_set(back, update(back, run(6, person)))
        copies.append(ReturnedCopy(shared[person], back))
        made.append((person, edits))
    done = merged(main, *copies)
    for person, edits in made:
        assert_nothing_lost(done, edits, shared[person])
    for (table, key, column), value in here.cells.items():  # ours stays, whatever they typed
        if key in set(started[table][TABLES[table].key or ""]) and key in set(done[table][TABLES[table].key or ""]):
            typed_there = any((table, key, column) in edits.cells for _, edits in made)
            assert (
                cell(done, table, key, column) == value
                or not typed_there
                or cell(main_book(), table, key, column) == value
            )
    for table in ("Deals", "Activities", "Accounts"):
        keys = done[table][TABLES[table].key or ""]
        assert keys[keys != ""].is_unique
    known = [replace(copy, collected=copy.returned) for copy in copies]
    again = merged(done, *known)
    assert len(again["Conflicts"]) == len(done["Conflicts"])
    for table in ("Deals", "Activities", "Accounts", "History"):
        assert len(again[table]) == len(done[table]), table
