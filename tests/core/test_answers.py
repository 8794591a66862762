"""Answers: frozen values that become JSON in one way, and are read by attribute everywhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import FrozenInstanceError, dataclass, field, is_dataclass
from datetime import date
from enum import StrEnum

import pandas as pd
import pytest

from tests.parts import ROOT
from xl_salesflow.core import metric_answers, verb_answers
from xl_salesflow.core.answers import (
    INLINED,
    NO_ANSWER,
    OPTIONAL,
    Answer,
    OwnFormulaResults,
    answer_to_json,
    list_json_rows,
)
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Finding
from xl_salesflow.core.verb_answers import RunAnswer, UndoneRun

PACKAGE = ROOT / "xl_salesflow"
MODULES = sorted(PACKAGE.rglob("*.py"))


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner(Answer):
    size: int
    name: str


@dataclass(frozen=True)
class Outer(Answer):
    """An answer with every kind of field."""

    from_: date
    inner: Inner | Answer | None = field(metadata=INLINED)
    name: str
    colour: Colour
    rows: tuple[Inner, ...]
    counts: Mapping[str, float | None]
    note: str | None = field(default=None, metadata=OPTIONAL)


def outer(inner: Inner | Answer | None, note: str | None = None) -> Outer:
    return Outer(date(2026, 1, 2), inner, "outer", Colour.RED, (Inner(1, "row"),), {"a": 1.5, "b": None}, note)


REST = {"colour": "red", "rows": [{"size": 1, "name": "row"}], "counts": {"a": 1.5, "b": None}}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (outer(None), {"from": "2026-01-02", "name": "outer", **REST}),
        (outer(NO_ANSWER, "said"), {"from": "2026-01-02", "name": "outer", **REST, "note": "said"}),
        # an inlined key keeps its place; what stands later gives its value
        (outer(Inner(7, "inner")), {"from": "2026-01-02", "size": 7, "name": "outer", **REST}),
        (OwnFormulaResults((), ()), {"recalculated": [], "to_calculate": []}),
        (NO_ANSWER, {}),
    ],
)
def test_fields_become_keys_in_order(answer: Answer, told: dict[str, object]) -> None:
    found = answer_to_json(answer)
    assert found == told
    assert list(found) == list(told)


def test_a_finding_ends_with_its_message() -> None:
    finding = Finding("rule", "warn", "what", "Deals", "D-1", "amount", "Deals!F2")
    told = answer_to_json(RunAnswer(UndoneRun("7", "update", 3, 0), 1, {}, {}, 2, 0, (finding,)))
    assert list(told)[:6] == ["run", "verb", "undone", "left", "changes", "added"]
    assert told["findings"] == [
        {
            "rule": "rule", "severity": "warn", "table": "Deals", "key": "D-1", "deal_name": "", "column": "amount",
            "cell": "Deals!F2", "message": "what",
        }
    ]  # fmt: skip


def test_what_has_no_form_in_json_is_an_error() -> None:
    with pytest.raises(TypeError, match="has no form in JSON"):
        answer_to_json(outer(None, {1, 2}))  # type: ignore[arg-type]


def test_rows_of_a_frame_become_plain_cells() -> None:
    rows = pd.DataFrame(
        {"amount": [2.0, 2.5, None], "day": pd.to_datetime(["2026-01-02", None, None]), "name": ["a", "", "b"]}
    )
    assert list(list_json_rows(rows)) == [
        {"amount": 2, "day": "2026-01-02", "name": "a"},
        {"amount": 2.5, "day": None, "name": None},
        {"amount": None, "day": None, "name": "b"},
    ]


def test_change_sets_keep_the_last_answer() -> None:
    undone = UndoneRun("7", "update", 3, 0)
    assert (ChangeSet(answer=undone) + ChangeSet()).answer == undone
    assert (ChangeSet() + ChangeSet(answer=undone)).answer == undone
    assert ChangeSet(findings=(Finding("r", "note", "m"),)).with_answer(undone).findings[0].rule == "r"


@pytest.mark.parametrize("module", [verb_answers, metric_answers], ids=lambda module: module.__name__)
def test_every_answer_is_frozen(module: object) -> None:
    classes = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Answer)]
    assert len(classes) > 10
    assert [one.__name__ for one in classes if not (is_dataclass(one) and one.__dataclass_params__.frozen)] == []  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError):
        UndoneRun("7", "update", 3, 0).left = 1  # type: ignore[misc]


def is_answer(node: ast.expr) -> bool:
    """Tell whether an expression is called an answer: ``answer``, ``plan.answer``, ``plan.answer.result``, ``run_answer``."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    if isinstance(node, ast.Attribute) and name == "result" and is_answer(node.value):
        return True
    return name == "answer" or name.endswith("_answer")


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


DICT_METHODS = ("get", "items", "keys", "values", "pop", "setdefault")


def find_lookups(tree: ast.AST) -> Iterator[int]:
    """Yield the lines where something is looked up in an answer by its key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and is_answer(node.value):
            yield node.lineno
        if isinstance(node, ast.Compare) and is_text(node.left) and any(map(is_answer, node.comparators)):
            yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr in DICT_METHODS and is_answer(node.value):
            yield node.lineno
        if isinstance(node, ast.Dict):
            yield from (
                value.lineno for key, value in zip(node.keys, node.values, strict=True) if not key and is_answer(value)
            )


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('plan.answer["left"]', True), ('answer.get("left")', True), ('answer[f"{side}_rate"]', True), ("answer[name]", True),
        ('"left" in plan.answer', True), ("{**plan.answer}", True), ('plan.answer.result["left"]', True),
        ("answer.items()", True), ("plan.answer.result.left", False), ('answer.metrics["win_rate"]', False),
        ('answers["deal"]', False), ('pipeline["Answers"]', False),
    ],
)  # fmt: skip
def test_a_lookup_in_an_answer_is_found(code: str, found: bool) -> None:
    assert bool(list(find_lookups(ast.parse(code)))) is found


def test_the_package_reads_answers_by_attribute() -> None:
    sources = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in MODULES}
    found = {name: list(find_lookups(ast.parse(source))) for name, source in sources.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}
