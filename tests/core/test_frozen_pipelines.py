"""A pipeline is frozen: nothing of it can be set or replaced, and no verb changes one of its frames in place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from tests.parts import ROOT
from xl_salesflow import verbs
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.kept_values import KeptValues
from xl_salesflow.core.lazy_frames import LazyFrames, LoadedFrames
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.process.bant_cards import make_bant_card
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.process.playbook_switch import PlaybookSwitch
from xl_salesflow.quotes.document_requests import PrintJob
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

DAY = date(2026, 3, 31)
RUN = Run("Mara", datetime(2026, 3, 31, 9))
PACKAGE = ROOT / "xl_salesflow"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a workbook with thirty deals of half a year."""
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    new_workbook(path, "en", "crm")
    closed = ClosedBook(path)
    empty = closed.read(DAY)
    closed.write(verbs.bring_in(empty, generate_pipeline(empty, 30, since_days=180), RUN))
    return path


@pytest.fixture(scope="module")
def pipeline(book: Path) -> Pipeline:
    return ClosedBook(book).read(DAY)


@pytest.mark.parametrize("name", [one.name for one in fields(Pipeline)])
def test_no_attribute_can_be_set(pipeline: Pipeline, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(pipeline, name, getattr(pipeline, name))
    with pytest.raises(FrozenInstanceError):
        delattr(pipeline, name)


def read_states(book: Path) -> dict[str, Pipeline]:
    whole, lazy = ClosedBook(book).read(DAY), ClosedBook(book).read_as_needed(DAY)
    deals = whole["Deals"].assign(owner="Zed")
    return {
        "built": build_pipeline(DAY), "read": whole, "read, replaced": whole.with_tables(Deals=deals), "lazy": lazy,
        "lazy, replaced": lazy.with_tables(Deals=deals),
    }  # fmt: skip


def test_no_table_can_be_replaced_in_place(book: Path) -> None:
    for name, state in read_states(book).items():
        frame = state["Deals"]
        with pytest.raises(TypeError):
            state.tables["Deals"] = frame.head(0)  # type: ignore[index]
        with pytest.raises(TypeError):
            del state.tables["Deals"]  # type: ignore[attr-defined]
        assert not hasattr(state.tables, "update"), name
        assert state["Deals"] is frame, name
        if isinstance(state.tables, LazyFrames):
            with pytest.raises(TypeError):
                state.tables.replaced["Deals"] = frame.head(0)  # type: ignore[index]


def test_another_state_leaves_the_first_as_it_is(pipeline: Pipeline) -> None:
    deals = pipeline["Deals"]
    other = pipeline.with_tables(Deals=deals.head(2))
    assert (pipeline["Deals"] is deals, len(other["Deals"])) == (True, 2)
    assert all(other[name] is pipeline[name] for name in TABLES if name != "Deals")


def test_frames_are_those_of_the_moment_they_were_given(pipeline: Pipeline) -> None:
    given = dict(pipeline.tables)
    state = replace(pipeline, tables=LoadedFrames(given))
    given["Deals"] = given["Deals"].head(0)
    assert len(state["Deals"]) == 30


@pytest.fixture(scope="module")
def before(pipeline: Pipeline) -> dict[str, tuple[object, ...]]:
    """Return the fingerprint of the pipeline as it was read."""
    return fingerprint(pipeline)


def fingerprint(pipeline: Pipeline) -> dict[str, tuple[object, ...]]:
    """Return what tells one content of the frames from another: columns, types, rows and cells."""
    return {
        name: (
            list(frame.columns),
            list(map(str, frame.dtypes)),
            pd.util.hash_pandas_object(frame.astype(object).map(str)).tolist(),
        )
        for name, frame in pipeline.tables.items()
    }


def read_card(pipeline: Pipeline) -> ChangeSet:
    card = make_bant_card(pipeline, "D-00001")
    card.loc[card.index[0], "points"] = 3.0
    return verbs.read_card(pipeline, card, lambda row, column_id: f"{column_id}{row}", RUN)


def merge(pipeline: Pipeline) -> ChangeSet:
    other = pipeline.with_tables(Deals=pipeline["Deals"].assign(amount=700.0))
    return verbs.merge(pipeline, other, pipeline, RUN)


def apply_all(pipeline: Pipeline) -> ChangeSet:
    sheet = verbs.change_sheet(pipeline, verbs.update(pipeline, RUN), "update", RUN)
    return verbs.apply(pipeline, sheet, RUN)


def revise(pipeline: Pipeline) -> ChangeSet:
    quoted = apply_change_set(pipeline, verbs.draft(pipeline, "D-00001", RUN))
    return verbs.revise(quoted, quoted["Quotes"]["quote"].iloc[-1], RUN)


def switch(pipeline: Pipeline) -> ChangeSet:
    return verbs.switch(pipeline, PlaybookSwitch("b2c", make_shipped_setup("b2c", "en"), {}, ""), RUN)


VERBS: Mapping[str, Callable[[Pipeline], object]] = {
    "apply": apply_all,
    "assign": partial(verbs.assign, run=RUN, how="in_turn", days=5),
    "check": partial(verbs.check, repair=True),
    "contributions": lambda pipeline: verbs.contributions({"north": pipeline}),
    "diff": lambda pipeline: verbs.diff(pipeline, pipeline.with_tables(Deals=pipeline["Deals"].head(5))),
    "draft": partial(verbs.draft, deal="D-00001", run=RUN),
    "followups": verbs.followups,
    "funnel": partial(verbs.funnel, by="owner", then=DAY - timedelta(days=30)),
    "holidays": partial(
        verbs.holidays, days=build_pipeline(DAY, Holidays=[{"day": DAY, "kind": "off"}])["Holidays"], run=RUN
    ),
    "merge": merge,
    "paper": lambda pipeline: verbs.paper(pipeline, PrintJob("proposal", ("D-00001",)), RUN),
    "prepare": partial(verbs.prepare, deal="D-00001", run=RUN),
    "read_card": read_card,
    "recompute": recompute_formula_columns,
    "report": verbs.report,
    "revise": revise,
    "sales_plan": partial(verbs.sales_plan, target=1e6),
    "switch": switch,
    "undo": partial(verbs.undo, run=RUN),
    "update": partial(verbs.update, run=RUN),
}


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_changes_a_frame_in_place(pipeline: Pipeline, before: dict[str, tuple[object, ...]], verb: str) -> None:
    """A frame that an earlier verb changed is found too, as the fingerprint is older than all of them."""
    frames = dict(pipeline.tables)
    VERBS[verb](pipeline)
    assert all(pipeline[name] is frame for name, frame in frames.items())
    assert {name for name, print_ in fingerprint(pipeline).items() if print_ != before[name]} == set()


@pytest.mark.parametrize("verb", ["check", "followups", "revise", "update"])
def test_no_verb_changes_or_outdates_a_kept_value(pipeline: Pipeline, verb: str) -> None:
    """What a verb left is what its function computes from the same frames when nothing is known."""
    state = replace(pipeline, kept=KeptValues())
    VERBS[verb](state)
    assert state.kept.by_function
    for function, known in state.kept.by_function.items():
        tables = LoadedFrames({**state.tables, **known.read})
        fresh = function(replace(state, **{**known.rest, "tables": tables, "kept": KeptValues()}))
        assert type(fresh) is type(known.value)
        pd.testing.assert_frame_equal(pd.DataFrame(fresh), pd.DataFrame(known.value))


def test_writing_changes_no_frame_either(book: Path) -> None:
    closed = ClosedBook(book)
    pipeline = closed.read(DAY)
    before = fingerprint(pipeline)
    closed.write(verbs.update(pipeline, RUN))
    assert fingerprint(pipeline) == before


def test_a_change_in_place_is_found(pipeline: Pipeline) -> None:
    for spoil in (
        lambda deals: deals.__setitem__("amount", 1.0),
        lambda deals: deals.loc.__setitem__((deals.index[0], "amount"), 1.0),
        lambda deals: deals.insert(0, "extra", 1.0),
    ):
        copies = {name: frame.copy() for name, frame in pipeline.tables.items()}
        state = replace(pipeline, tables=LoadedFrames(copies))
        before = fingerprint(state)
        spoil(state["Deals"])
        assert fingerprint(state) != before


STATES = ("pipeline", "now", "before", "after", "ours", "theirs")


def find_writes(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that write into a frame as a pipeline gives it, or past a class that is frozen."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else []
        targets += [node.target] if isinstance(node, ast.AugAssign) else []
        yield from (
            target.lineno for target in targets if isinstance(target, ast.Subscript) and is_frame_of_state(target.value)
        )
        if isinstance(node, ast.keyword) and node.arg == "inplace":
            yield node.value.lineno
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("__setattr__", "__delattr__")
            and is_name(node.value, "object")
        ):
            yield node.lineno


def is_frame_of_state(node: ast.expr) -> bool:
    """Tell whether an expression is ``pipeline["Deals"]``, or its ``loc`` and the like."""
    if isinstance(node, ast.Attribute) and node.attr in ("loc", "iloc", "at", "iat"):
        return is_frame_of_state(node.value)
    return isinstance(node, ast.Subscript) and is_name(node.value, *STATES) and isinstance(node.slice, ast.Constant)


def is_name(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('pipeline["Deals"]["amount"] = 1', True), ('now["Deals"].loc[3, "amount"] += 1', True),
        ('del pipeline["Deals"]["amount"]', True), ("frame.sort_values('deal', inplace=True)", True),
        ('object.__setattr__(pipeline, "query", query)', True), ('deals = pipeline["Deals"].copy()', False),
        ('tables["Deals"]["amount"] = 1', False),
    ],
)  # fmt: skip
def test_a_write_is_found(code: str, found: bool) -> None:
    assert bool(list(find_writes(ast.parse(code)))) is found


def test_the_package_writes_into_no_frame_of_a_pipeline() -> None:
    sources = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    found = {name: list(find_writes(ast.parse(source))) for name, source in sources.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_tests_set_no_attribute_of_a_frozen_value() -> None:
    call = "object." + "__setattr__"
    assert {path.name for path in (ROOT / "tests").rglob("*.py") if call in path.read_text("utf-8")} == {
        "com_objects.py",  # sets what an object of the stand-in for Excel is made of, no value of ours
        "test_frozen_pipelines.py",
    }
