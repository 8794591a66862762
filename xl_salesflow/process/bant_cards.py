"""Make the BANT card of a deal, and turn a filled card into rows of Answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, diff_pipelines
from xl_salesflow.core.deal_standing import extend_score_trail
from xl_salesflow.core.name_suggestions import suggest_names, unknown_key_error
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.verb_answers import CardTaken
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.plain_values import is_blank
from xl_salesflow.schema.table_frames import fold_keys, look_up_values, make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.schema.work_tables import BANT_CARD_ANSWER_COLUMNS, BANT_CARD_TABLE


def compute_answered_points(pipeline: Pipeline) -> pd.DataFrame:
    """Return budget, authority, need and timeline for each row of Deals; blank where no question of the dimension is answered.

    0 points mean that the answer is unknown, so the question does not count as answered. If a question is answered
    twice, the later answer counts.
    """
    answers, questions = pipeline["Answers"], pipeline["Questions"]
    known_questions = questions.drop_duplicates("question").set_index(
        fold_keys(questions["question"].drop_duplicates())
    )
    answers = answers.assign(dimension=look_up_values(fold_keys(answers["question"]), known_questions["dimension"]))
    valid = answers["points"].between(1, 3) & (answers["points"] % 1 == 0) & answers["dimension"].notna()
    latest = answers[valid].sort_values("date", kind="stable", na_position="first")
    latest = latest.drop_duplicates(["deal", "question"], keep="last")
    sums = latest.groupby(["deal", "dimension"])["points"].agg(["sum", "count"])
    # (2 × sum + count) ÷ (2 × count), rounded down, is the mean rounded half up, in integer arithmetic
    mean = (2 * sums["sum"] + sums["count"]) // (2 * sums["count"])
    table = mean.unstack("dimension") if len(mean) else pd.DataFrame()
    deals = pipeline["Deals"]
    columns = {
        dimension: look_up_values(deals["deal"], table[dimension]) if dimension in table else np.nan
        for dimension in ("budget", "authority", "need", "timeline")
    }
    return pd.DataFrame(columns, index=deals.index, dtype="float64")


ScoreArray = np.ndarray[Any, np.dtype[np.float64]]

BANT_DIMENSIONS = ("budget", "authority", "need", "timeline")
_BANT_GRADES = ("a", "b", "c", "d")


def compute_bant_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return bant_known, bant_score and bant_grade of every deal as the formulas of Deals compute them."""
    known_points = pipeline["Deals"][list(BANT_DIMENSIONS)].to_numpy("float64")
    weights = np.array([pipeline.settings.number(f"bant_{dimension}") for dimension in BANT_DIMENSIONS])
    known = (known_points > 0).sum(axis=1)
    score = np.full(len(known), np.nan)
    if weights.sum() != 0:
        worth = 100 * (np.nan_to_num(known_points) * weights).sum(axis=1) / (3 * weights.sum())
        score = np.where(known == 0, np.nan, round_score_half_up(worth, 1))
    grades = [score >= pipeline.settings.number(f"grade_{grade}") for grade in _BANT_GRADES]
    grade = np.where(np.isnan(score), "", np.select(grades, [g.upper() for g in _BANT_GRADES], "F")).astype(object)
    index = pipeline["Deals"].index
    made = {
        "bant_known": known.astype("float64"),
        "bant_score": score,
        "bant_grade": pd.Series(grade, index, dtype=object),
    }
    return pd.DataFrame(made, index=index)


def round_score_half_up(values: ScoreArray, digits: int) -> ScoreArray:
    """Return the non-negative *values* rounded half up like ROUND in the sheet, which works on 15 significant digits."""
    # 100 × 25 × 1 ÷ 300 may come out slightly below its exact half; the sheet rounds the 15 digits it shows
    scaled = np.array([float(f"{value:.15g}") if value == value else value for value in values * 10**digits])
    rounded: ScoreArray = np.floor(scaled + 0.5) / 10**digits
    return rounded


def fill_bant_from_answers(pipeline: Pipeline) -> ChangeSet:
    """Write the points of the answered questions into the four columns, and remember them.

    A number that a person typed takes precedence: a cell is written only if it is blank or still holds what was written
    before. The column bant_answered remembers that as B/A/N/T, such as 2/1/-/3.
    """
    deals = pipeline["Deals"].copy()
    answered = compute_answered_points(pipeline)
    before = _parse_answered_points(deals["bant_answered"])
    for dimension in BANT_DIMENSIONS:
        cells, new = deals[dimension], answered[dimension]
        ours = cells.isna() | (cells == before[dimension])
        deals[dimension] = cells.mask(ours & (new.notna() | before[dimension].notna()), new)
    deals["bant_answered"] = _format_answered_points(answered).where(deals["deal"] != "", deals["bant_answered"])
    now = pipeline.with_tables(Deals=deals)
    deals["score_trail"] = extend_score_trail(deals, compute_bant_columns(now)["bant_score"], pipeline.today)
    return diff_pipelines(pipeline, pipeline.with_tables(Deals=deals), "answers")


def _format_answered_points(points: pd.DataFrame) -> pd.Series:
    signs = np.array([*"0123", "-"], object)
    texts = [pd.Series(signs[points[name].fillna(4).to_numpy(int)], index=points.index) for name in BANT_DIMENSIONS]
    formatted = texts[0] + "/" + texts[1] + "/" + texts[2] + "/" + texts[3]
    return formatted.mask(formatted == "-/-/-/-", "").astype(object)


def _parse_answered_points(formatted: pd.Series) -> pd.DataFrame:
    found = formatted.str.extract(r"^([0-3-])/([0-3-])/([0-3-])/([0-3-])$")
    numbers = {name: pd.to_numeric(found[place], errors="coerce") for place, name in enumerate(BANT_DIMENSIONS)}
    return pd.DataFrame(numbers, index=formatted.index)


CardAddress = Callable[[int, str], str]
"""Maps a row of the card and a column id to the address of the cell, including the file name."""

_CARD_DEAL_UNKNOWN = Text("{cell}: there is no deal “{is_}” in the workbook; {hint}")
_CARD_QUESTION_UNKNOWN = Text("{cell}: the sheet Questions has no question “{is_}”; {hint}")
_CARD_POINTS_WRONG = Text("{cell}: {is_} is not a valid number of points; write 0, 1, 2 or 3.")


def make_bant_card(pipeline: Pipeline, deal: str) -> pd.DataFrame:
    """Return the card of *deal*: every question of the library, with the answers known so far.

    Raises:
        UsageError: the deal does not exist.
    """
    keys = pipeline["Deals"]["deal"]
    found = keys[fold_keys(keys) == fold_text(deal)]
    if found.empty:
        raise unknown_key_error(deal, Text("deal"), keys)
    questions = pipeline["Questions"]
    asked_ = questions[(questions["question"] != "") & (questions["text"] != "")].assign(deal=str(found.iloc[0]))
    known = _map_answer_rows(pipeline)
    answers = pipeline["Answers"]
    rows = []
    for question in asked_.to_dict("records"):
        row = known.get(_make_answer_key(question["deal"], question["question"]))
        known_cells: dict[str, Any] = (
            {} if row is None else {column_id: answers.at[row, column_id] for column_id in BANT_CARD_ANSWER_COLUMNS}
        )
        rows.append({**{str(column_id): cell for column_id, cell in question.items()}, **known_cells})
    return make_table_frame(BANT_CARD_TABLE, rows)


def take_in_bant_card(pipeline: Pipeline, card: pd.DataFrame, address: CardAddress) -> ChangeSet[CardTaken]:
    """Return the change set that copies the answers of *card* into Answers.

    Blank cells change nothing, and neither does a second call. Unknown deals, unknown questions and invalid points
    become findings with the address of the cell.
    """
    answers, known = pipeline["Answers"].copy(), _map_answer_rows(pipeline)
    found, new = list[Finding](), dict[tuple[str, str], dict[str, Any]]()
    for row, line in zip(card.index, card.to_dict("records"), strict=True):
        cells = {column_id: line[column_id] for column_id in BANT_CARD_ANSWER_COLUMNS if not is_blank(line[column_id])}
        if not cells:
            continue
        wrong = list(_check_card_line(pipeline, line, lambda column_id, row=row: address(int(row), column_id)))  # type: ignore[misc]
        found += wrong
        if any(finding.column in ("deal", "question") for finding in wrong):
            continue
        if wrong and cells.pop("points", None) and not cells:
            continue
        pair = _make_answer_key(line["deal"], line["question"])
        at = known.get(pair)
        if at is None:
            new[pair] = {"date": pipeline.today, **new.get(pair, {}), **_spell_as_in_workbook(pipeline, pair), **cells}
        else:
            for column_id, value in cells.items():
                answers.at[at, column_id] = value
    now = pipeline.with_tables(Answers=_append_answers(answers, list(new.values())))
    plan = diff_pipelines(pipeline, now, "bant")
    changed = len(new) + len({row for edit in plan.edits for row in edit.after.index})
    return ChangeSet(edits=plan.edits, appends=plan.appends, findings=tuple(found), answer=CardTaken(changed))


def _check_card_line(pipeline: Pipeline, line: dict[Any, Any], cell: Callable[[str], str]) -> Iterator[Finding]:
    for column_id, text, keys in (
        ("deal", _CARD_DEAL_UNKNOWN, pipeline["Deals"]["deal"]),
        ("question", _CARD_QUESTION_UNKNOWN, pipeline["Questions"]["question"]),
    ):
        if not (fold_keys(keys) == fold_text(str(line[column_id]))).any():
            hint = suggest_names(str(line[column_id]), keys)
            yield _make_card_finding(pipeline, text, line, column_id, cell(column_id), hint=hint)
    if not is_blank(line["points"]) and line["points"] not in (0.0, 1.0, 2.0, 3.0):
        yield _make_card_finding(pipeline, _CARD_POINTS_WRONG, line, "points", cell("points"))


def _make_card_finding(
    pipeline: Pipeline, text: Text, line: dict[Any, Any], column_id: str, cell: str, **facts: Text
) -> Finding:
    is_ = f"{line[column_id]:g}" if column_id == "points" else str(line[column_id])
    sentence = text.in_(pipeline.language, cell=cell, is_=is_, **facts)
    return Finding("card_cell", "warn", sentence, "Answers", str(line["deal"]), column_id, cell)


def _map_answer_rows(pipeline: Pipeline) -> dict[tuple[str, str], int]:
    answers = pipeline["Answers"]
    pairs = zip(answers.index, answers["deal"], answers["question"], strict=True)
    return {_make_answer_key(deal, question): int(row) for row, deal, question in reversed(list(pairs))}


def _spell_as_in_workbook(pipeline: Pipeline, pair: tuple[str, str]) -> dict[str, str]:
    # use the spelling of the workbook
    deals, questions = pipeline["Deals"]["deal"], pipeline["Questions"]["question"]
    spelled = [keys[fold_keys(keys) == name].iloc[0] for keys, name in zip((deals, questions), pair, strict=True)]
    return {"deal": spelled[0], "question": spelled[1]}


def _append_answers(answers: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return answers
    lowest = min([0, *answers.index])
    added = make_table_frame(TABLES["Answers"], rows)
    return pd.concat([answers, added.set_axis(range(lowest - 1, lowest - 1 - len(rows), -1), axis=0)])


def _make_answer_key(deal: str, question: str) -> tuple[str, str]:
    return fold_text(deal), fold_text(question)
