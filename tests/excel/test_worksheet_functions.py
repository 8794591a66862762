"""Every worksheet function from cell to cell, in memory and in a running LibreOffice: a column of a real open workbook goes in
as one block, and the answer comes out as one block and equals that of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlwings as xw

from tests.excel.conftest import NOW
from tests.excel.engines.calc import open_in_calc
from tests.excel.engines.memory import open_in_memory
from tests.excel.engines.worksheet import Call, connected
from tests.excel.rep import Rep
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.excel import worksheet_functions
from xl_salesflow.excel.addin_declarations import FUNCTION_DECLARATIONS, FUNCTION_PREFIX
from xl_salesflow.excel.open_tables import find_open_tables
from xl_salesflow.excel.worksheet_functions import WORKSHEET_FUNCTIONS, _cell_to_decimal
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.funnel_answers import compute_metrics_by
from xl_salesflow.quotes.quote_arithmetic import round_to_cents, spell_chinese_amount
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import update

SCRATCH = "Scratch"


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    return connected(monkeypatch)


@pytest.fixture(params=["memory", pytest.param("calc", marks=pytest.mark.slow)])
def rep(request: pytest.FixtureRequest, workbook: Callable[[Language], Path]) -> Iterator[Rep]:
    path = workbook("en")
    memory = request.param == "memory"
    book = open_in_memory(path) if memory else open_in_calc(request.getfixturevalue("calc"), path)
    book.sheets.add(SCRATCH)
    yield Rep(book)
    book.close()


def column(book: xw.Book, column_id: str) -> xw.Range:
    """Return the cells of a column of Deals."""
    place = find_open_tables(book)["Deals"]
    col = place.column_of(TABLES["Deals"].header(column_id, "en"))
    return place.cell_range(place.first_row, place.last_row, col, col)


def typed(book: xw.Book, rows: list[list[Any]], top: int = 1, left: int = 20) -> xw.Range:
    """Type *rows* into the scratch sheet and return the block."""
    block = book.sheets[SCRATCH].range((top, left), (top + len(rows) - 1, left + len(rows[0]) - 1))
    block.value = rows
    return block


def test_whole_columns_of_deals_equal_the_results_of_the_engine(
    rep: Rep, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This takes one call of the function, one read for each given column, and one write."""
    book, stage = rep.book, rep.playbooks["crm"].won.name
    for deal in ("D-00001", "D-00002", "D-00003"):
        rep.type(deal, "stage", stage)  # a pending move
    pipeline = recompute_formula_columns(rep.read())
    asked: dict[str, tuple[list[xw.Range], list[Any]]] = {
        "bant_score": (
            [column(book, column_id) for column_id in ("budget", "authority", "need", "timeline")],
            _of(pipeline, "bant_score"),
        ),
        "bant_grade": (
            [column(book, column_id) for column_id in ("budget", "authority", "need", "timeline")],
            _of(pipeline, "bant_grade"),
        ),
        "weighted_value": ([column(book, "amount"), column(book, "probability")], _of(pipeline, "weighted_value")),
        "days_in_stage": ([column(book, "since"), typed(book, [[NOW.date()]])], _of(pipeline, "days_in_stage")),
        "amount_in_capitals": ([column(book, "amount")], [_capitals(amount) for amount in pipeline["Deals"]["amount"]]),
        "next_stages": ([column(book, "deal")], _following(pipeline)),
        "cannot_move": ([column(book, "deal")], _refused(pipeline)),
        "win_rate": _rates(book, pipeline),
    }
    assert {f"{FUNCTION_PREFIX}{name}" for name in asked} == set(FUNCTION_DECLARATIONS)
    for at, (name, (blocks, expected)) in enumerate(asked.items(), start=1):
        times = _counted(monkeypatch, name)
        own = name not in ("next_stages", "cannot_move")  # these two also read the workbook
        rep.grid.calls.clear()
        answer = call(f"{FUNCTION_PREFIX}{name}", *blocks)
        assert times == [len(expected)], name
        if own:
            assert asked_of(rep) == len(blocks), name
        rep.grid.calls.clear()
        shown = book.sheets[SCRATCH].range((1, at), (len(answer), at))
        shown.value = answer
        assert asked_of(rep) == 1, name
        assert _plain(shown.options(ndim=1).value) == _plain(expected), name


def asked_of(rep: Rep) -> int:
    """Return the number of blocks read and written."""
    return sum(rep.grid.calls[what] for what in ("read", "write", "range"))


def _of(pipeline: Pipeline, column_id: str) -> list[Any]:
    return list(pipeline["Deals"][column_id])


def _capitals(amount: float) -> str:
    return "" if amount != amount else spell_chinese_amount(round_to_cents(_cell_to_decimal(amount) or 0))


def _following(pipeline: Pipeline) -> list[str]:
    """Return the stages of the deal's process after its own, without Lost, from the sheet Stages alone."""
    stages, found = pipeline["Stages"], []
    for _, deal in pipeline["Deals"].iterrows():
        own = stages[stages["playbook"] == (deal["playbook"] or pipeline.default_playbook)]
        at = own[own["stage"] == deal["recorded_stage"]]["position"]
        after = own[(own["position"] > (at.iloc[0] if len(at) else 0)) & own["kind"].isin(["open", "won"])]
        found.append(", ".join(after.sort_values("position")["stage"]))
    return found


def _refused(pipeline: Pipeline) -> list[str]:
    """Return the result of a whole update."""
    after = pipeline["Deals"].assign(move_status="", move_reasons="")
    for edit in update(pipeline, Run("Ann", NOW)).edits:
        if edit.table == "Deals" and edit.column in ("move_status", "move_reasons"):
            after.loc[edit.after.index, edit.column] = edit.after
    kept = pipeline["Deals"]["move_status"].where(after["move_status"] == "", after["move_status"])
    reasons = pipeline["Deals"]["move_reasons"].where(after["move_reasons"] == "", after["move_reasons"])
    return list(reasons.where(kept == "refused", ""))


def _rates(book: xw.Book, pipeline: Pipeline) -> tuple[list[xw.Range], list[Any]]:
    owners = compute_metrics_by(pipeline, "owner")
    won, lost = ([[one.metrics[metric_id]] for one in owners] for metric_id in ("won_count", "lost_count"))
    return [typed(book, won, 10), typed(book, lost, 10, 21)], [one.metrics["win_rate"] for one in owners]


def _counted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """Record the number of cells given to each call of a function."""
    times: list[int] = []
    real = next(one for one in WORKSHEET_FUNCTIONS if one.__name__ == name)

    def counting(*cells: Any) -> list[Any]:
        times.append(len(cells[0]))
        return real(*cells)

    counting.__name__ = name
    kept = tuple(counting if one.__name__ == name else _original(one) for one in WORKSHEET_FUNCTIONS)
    monkeypatch.setattr(worksheet_functions, "WORKSHEET_FUNCTIONS", kept)
    monkeypatch.delitem(__import__("sys").modules, "xl_salesflow.excel.udfs", raising=False)
    __import__("xlwings.udfs").udfs.udf_modules.clear()
    return times


def _original(function: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    return getattr(worksheet_functions, function.__name__)


def _plain(cells: list[Any]) -> list[Any]:
    return [
        None
        if cell in (None, "") or cell is pd.NaT or cell != cell
        else round(cell, 9)
        if isinstance(cell, int | float)
        else cell
        for cell in cells
    ]


N, DAY, NOON = None, date(2026, 1, 1), date(2026, 1, 5)
CASES: list[tuple[str, list[list[list[Any]]], list[list[Any]]]] = [
    # function             blocks of cells, row by row                                the cells afterwards
    # one cell
    ("bant_score",         [[[3]], [[3]], [[3]], [[2]]],                              [[93.3]]),
    ("weighted_value",     [[[100.05]], [[0.5]]],                                     [[50.03]]),
    ("amount_in_capitals", [[[120.5]]],                                               [["壹佰贰拾元伍角"]]),
    # a column, with empty cells, text where a number is expected, and points that are unknown
    ("bant_score",         [[[3], [1], [N], ["x"]], [[3], [N], [N], [N]], [[3], [N], [N], [N]], [[2], [N], [N], [N]]],
                                                                                      [[93.3], [8.3], [N], [N]]),
    ("bant_grade",         [[[3], [1], [N], ["x"]], [[3], [N], [N], [N]], [[3], [N], [N], [N]], [[2], [N], [N], [N]]],
                                                                                      [["A"], ["F"], [N], [N]]),
    ("weighted_value",     [[[100.05], [0.15], [N], ["ask"], [-10]], [[0.5], [0.5], [0.5], [0.5], [0.5]]],
                                                                                      [[50.03], [0.08], [N], [N], [-5]]),
    ("win_rate",           [[[3], [0], [N], ["x"]], [[1], [0], [4], [1]]],            [[0.75], [N], [0], [0]]),
    ("amount_in_capitals", [[[0], [N], ["ask"], [1e16]]],                             [["零元整"], [N], [N], [N]]),
    ("days_in_stage",      [[[DAY], [N], ["soon"], [46023]], [[NOON], [NOON], [NOON], [NOON]]],
                                                                                      [[4], [N], [N], [4]]),
    # a row gives a row, a block gives a block
    ("weighted_value",     [[[100, 200, N]], [[0.5, 0.1, 1]]],                        [[50, 20, N]]),
    ("win_rate",           [[[1, 2], [3, N]], [[1, 2], [1, N]]],                      [[0.5, 0.5], [0.75, N]]),
    # a single cell beside a column applies to every row
    ("weighted_value",     [[[100], [200]], [[0.5]]],                                 [[50], [100]]),
    ("days_in_stage",      [[[DAY], [NOON]], [[NOON]]],                               [[4], [0]]),
    # deals: unknown ones and blanks are blank
    ("next_stages",        [[["nobody"], [N], [7]]],                                  [[N], [N], [N]]),
    ("cannot_move",        [[["nobody"], [N]]],                                       [[N], [N]]),
    # sizes that do not match
    ("win_rate",           [[[1], [2]], [[1], [2], [3]]],
     [["The ranges differ in size (2 × 1, 3 × 1); give ranges of one size, or single cells."]]),
]  # fmt: skip


def test_cells_of_every_kind_and_shape(rep: Rep, call: Call) -> None:
    for case, (name, blocks, expected) in enumerate(CASES):
        top = 1 + 20 * case  # each in different cells: a cell that once contained a day keeps showing days
        given = [typed(rep.book, block, top, 20 + 5 * at) for at, block in enumerate(blocks)]
        shown = typed(rep.book, call(f"{FUNCTION_PREFIX}{name}", *given), top, 50)
        assert [_plain(row) for row in shown.options(ndim=2).value] == expected, (name, blocks)


def test_a_day_that_is_left_out_is_today(rep: Rep, call: Call) -> None:
    block = typed(rep.book, [[date.today()]])
    assert call("sf_days_in_stage", block, None) == [[0]]


def test_the_sentence_is_in_the_language_of_the_add_in(rep: Rep, call: Call) -> None:
    blocks = typed(rep.book, [[1], [2]]), typed(rep.book, [[1], [2], [3]], 1, 30)
    assert call("sf_win_rate", *blocks, language="zh")[0][0].startswith("各区域大小不一")
