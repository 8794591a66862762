"""A BANT card: what it asks about a deal, and what a filled one brings back as rows of Answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import blank, folded, frame
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.tables.card import ANSWERED, BANT_CARD
from xl_salesflow.model.text import Text

Address = Callable[[int, str], str]
"""Row of a card and column id → where the cell is, with the file."""

_DEAL = Text(
    "{cell}: there is no deal “{is_}” in the workbook; is it “{near}”?",
    "{cell}：工作簿中没有商机“{is_}”；是否为“{near}”？",
)
_QUESTION = Text(
    "{cell}: the sheet Questions has no question “{is_}”; is it “{near}”?",
    "{cell}：“问题库”中没有问题“{is_}”；是否为“{near}”？",
)
_POINTS = Text(
    "{cell}: {is_} is no number of points; write 0, 1, 2 or 3.", "{cell}：{is_} 不是有效分值；请填写 0、1、2 或 3。"
)


def asked(pipeline: Pipeline, deal: str) -> pd.DataFrame:
    """Return the card of *deal*: every question of the library, with what is known already.

    Raises:
        UsageError: there is no such deal.
    """
    keys = pipeline["Deals"]["deal"]
    found = keys[folded(keys) == deal.strip().casefold()]
    if found.empty:
        near = nearest(deal, keys)
        raise UsageError(
            f"There is no deal {deal}" + (f"; did you mean {near}?" if near else "."),
            f"没有商机 {deal}" + (f"；是否指 {near}？" if near else "。"),
        )
    questions = pipeline["Questions"]
    asked_ = questions[(questions["question"] != "") & (questions["text"] != "")].assign(deal=str(found.iloc[0]))
    known = _known(pipeline)
    answers = pipeline["Answers"]
    rows = []
    for question in asked_.to_dict("records"):
        row = known.get(_pair(question["deal"], question["question"]))
        told: dict[str, Any] = {} if row is None else {id: answers.at[row, id] for id in ANSWERED}
        rows.append({**{str(id): cell for id, cell in question.items()}, **told})
    return frame(BANT_CARD, rows)


def taken(pipeline: Pipeline, card: pd.DataFrame, address: Address) -> Plan:
    """Return the plan that writes what *card* says into Answers; what it leaves blank stays, and a second time plans nothing.

    What names no deal or question of the workbook, and points that are none, become findings with the cell's address.
    """
    answers, known = pipeline["Answers"].copy(), _known(pipeline)
    found, new = list[Finding](), dict[tuple[str, str], dict[str, Any]]()
    for row, line in zip(card.index, card.to_dict("records"), strict=True):
        told = {id: line[id] for id in ANSWERED if not _blank(id, line[id])}
        if not told:
            continue
        wrong = list(_wrong(pipeline, line, lambda id, row=row: address(int(row), id)))  # type: ignore[misc]
        found += wrong
        if any(finding.column in ("deal", "question") for finding in wrong):
            continue
        if wrong and told.pop("points", None) and not told:
            continue
        pair = _pair(line["deal"], line["question"])
        at = known.get(pair)
        if at is None:
            new[pair] = {"date": pipeline.today, **new.get(pair, {}), **_named(pipeline, pair), **told}
        else:
            for id, value in told.items():
                answers.at[at, id] = value
    now = pipeline.with_tables(Answers=_grown(answers, list(new.values())))
    plan = difference(pipeline, now, "bant")
    changed = len(new) + len({row for edit in plan.edits for row in edit.after.index})
    return Plan(edits=plan.edits, appends=plan.appends, findings=tuple(found), answer={"answers": changed})


def _wrong(pipeline: Pipeline, line: dict[Any, Any], cell: Callable[[str], str]) -> Iterator[Finding]:
    for id, text, keys in (
        ("deal", _DEAL, pipeline["Deals"]["deal"]),
        ("question", _QUESTION, pipeline["Questions"]["question"]),
    ):
        if not (folded(keys) == str(line[id]).strip().casefold()).any():
            near = nearest(str(line[id]), keys) or next(iter(keys), "?")
            yield _finding(pipeline, text, line, id, cell(id), near=near)
    if not _blank("points", line["points"]) and line["points"] not in (0.0, 1.0, 2.0, 3.0):
        yield _finding(pipeline, _POINTS, line, "points", cell("points"))


def _finding(pipeline: Pipeline, text: Text, line: dict[Any, Any], id: str, cell: str, **facts: str) -> Finding:
    is_ = f"{line[id]:g}" if id == "points" else str(line[id])
    said = text.in_(pipeline.language, cell=cell, is_=is_, **facts)
    return Finding("card_cell", "warn", said, "Answers", str(line["deal"]), id, cell)


def _known(pipeline: Pipeline) -> dict[tuple[str, str], int]:
    answers = pipeline["Answers"]
    pairs = zip(answers.index, answers["deal"], answers["question"], strict=True)
    return {_pair(deal, question): int(row) for row, deal, question in reversed(list(pairs))}


def _named(pipeline: Pipeline, pair: tuple[str, str]) -> dict[str, str]:
    # as the workbook spells them
    deals, questions = pipeline["Deals"]["deal"], pipeline["Questions"]["question"]
    spelled = [keys[folded(keys) == name].iloc[0] for keys, name in zip((deals, questions), pair, strict=True)]
    return {"deal": spelled[0], "question": spelled[1]}


def _grown(answers: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return answers
    lowest = min([0, *answers.index])
    added = frame(TABLES["Answers"], rows)
    return pd.concat([answers, added.set_axis(range(lowest - 1, lowest - 1 - len(rows), -1), axis=0)])


def _pair(deal: str, question: str) -> tuple[str, str]:
    return deal.strip().casefold(), question.strip().casefold()


def _blank(id: str, value: Any) -> bool:
    return value == "" or value is blank(TABLES["Answers"][id]) or value != value
