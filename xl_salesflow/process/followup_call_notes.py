"""Choose whom to call about a deal, what to ask, and find the objection that was answered last."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.locale.texts import LABEL_AND_VALUE, Text, join_sentences
from xl_salesflow.process.followup_deals import DealArrays, DealPositions
from xl_salesflow.schema.choice_lists import LISTS

CONVINCED_QUESTION = Text("Did our answer on {type} convince?")


def describe_last_objections(deals: DealArrays, rows: DealPositions) -> list[str]:
    """Return the last answered objection of each deal at positions *rows*, as "Price: too dear → what was answered"."""
    raised = deals.pipeline["Objections"]
    raised = _find_latest_objections(raised[raised["status"].isin(("answered", "resolved"))])
    text_by_deal = {
        deal: " → ".join(filter(None, (_describe_objection(objection_type, concern, deals), answer)))
        for deal, objection_type, concern, answer in zip(
            *(raised[dimension] for dimension in ("deal", "type", "concern", "answer")), strict=True
        )
    }
    return _texts_of_deals(text_by_deal, deals, rows)


def _describe_objection(objection_type: str, concern: str, deals: DealArrays) -> str:
    label = _label_objection(objection_type, deals)
    if label and concern:
        return LABEL_AND_VALUE.in_(deals.pipeline.language, label=label, value=concern)
    return label or concern


def ask_if_convinced(deals: DealArrays, rows: DealPositions) -> list[str]:
    """Return a question whether the last answer was convincing, unless somebody has already noted that."""
    raised, language = deals.pipeline["Objections"], deals.pipeline.language
    raised = _find_latest_objections(
        raised[(raised["status"] == "answered") & (raised["worked"] == "") & (raised["type"] != "")]
    )
    question_by_deal = {
        deal: CONVINCED_QUESTION.in_(language, type=_label_objection_in_sentence(objection_type, deals))
        for deal, objection_type in zip(raised["deal"], raised["type"], strict=True)
    }
    return _texts_of_deals(question_by_deal, deals, rows)


def _find_latest_objections(raised: pd.DataFrame) -> pd.DataFrame:
    return raised.sort_values("date", kind="stable").drop_duplicates("deal", keep="last")


def _texts_of_deals(text_by_deal: dict[str, str], deals: DealArrays, rows: DealPositions) -> list[str]:
    return [text_by_deal.get(deal, "") for deal in deals.frame["deal"].to_numpy()[rows]]


def _label_objection(objection_type: str, deals: DealArrays) -> str:
    text = LISTS["objection_type"].get(objection_type)
    return text.in_(deals.pipeline.language) if text else objection_type


def _label_objection_in_sentence(objection_type: str, deals: DealArrays) -> str:
    english = deals.pipeline.language == "en" and objection_type in LISTS["objection_type"]
    return _label_objection(objection_type, deals).lower() if english else _label_objection(objection_type, deals)


STRONG_POINTS = 3


def choose_bant_questions(deals: DealArrays, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.object_]:
    """Return one question for each deal at positions *rows*; "" if none is open.

    Questions of dimensions without points come first, then those of dimensions that are not strong yet, in the order of
    the sheet.
    """
    question_rows = deals.pipeline["Questions"]
    question_rows = question_rows[(question_rows["question"] != "") & (question_rows["text"] != "")]
    if question_rows.empty or not len(rows):
        return np.full(len(rows), "", dtype=object)
    points = _points_by_question(deals, question_rows["dimension"], rows)
    unanswered = ~_find_answered_questions(deals, question_rows["question"], rows)
    cost = np.where(points == 0, 0.0, 1.0) + np.where(unanswered & (points < STRONG_POINTS), 0.0, np.inf)
    best = cost.argmin(axis=1)
    found = np.isfinite(cost[np.arange(len(rows)), best])
    return np.where(found, question_rows["text"].to_numpy()[best], "")


def _points_by_question(
    deals: DealArrays, dimensions: pd.Series, rows: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    # treat a question with an unknown dimension as one without points
    known = {
        dimension: np.nan_to_num(deals.read_numbers(dimension)[rows])
        for dimension in ("budget", "authority", "need", "timeline")
    }
    return np.column_stack([known.get(str(dimension), np.zeros(len(rows))) for dimension in dimensions])


def _find_answered_questions(
    deals: DealArrays, questions: pd.Series, rows: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    answers = deals.pipeline["Answers"]
    answers = answers[(answers["points"] > 0) | (answers["answer"] != "")]
    column = (
        pd.Index(questions).get_indexer(answers["question"])
        if questions.is_unique
        else _locate_repeated_questions(questions, answers)
    )
    line = np.full(len(deals.frame) + 1, -1)
    line[rows] = np.arange(len(rows))
    row = line[deals.rows_of(answers["deal"])]
    result = np.zeros((len(rows), len(questions)), dtype=bool)
    known = (row >= 0) & (column >= 0)
    result[row[known], column[known]] = True
    return result


def _locate_repeated_questions(questions: pd.Series, answers: pd.DataFrame) -> npt.NDArray[np.intp]:
    places = pd.Series(np.arange(len(questions)), index=questions.to_numpy())
    places = places[~places.index.duplicated()]
    return np.asarray(answers["question"].map(places).fillna(-1).astype(np.intp))


SPIN_QUESTIONS = {
    "situation": Text("How do they do it today?"),
    "problem": Text("What gives them trouble with it?"),
    "implication": Text("What does that trouble lead to?"),
    "need_payoff": Text("What would it be worth to them to have it solved?"),
}
"""Column of Activities that holds the answer → the question."""


def choose_call_questions(deals: DealArrays, rows: DealPositions) -> list[str]:
    """Return what to ask about each deal at positions *rows*; "" for closed deals.

    A BANT question comes before the four SPIN questions, which are asked in order until an activity records an answer.
    """
    language = deals.pipeline.language
    checks, bant, spin = (
        ask_if_convinced(deals, rows),
        choose_bant_questions(deals, rows),
        _choose_spin_questions(deals, rows),
    )
    return [
        join_sentences(check, question or spun, language) if is_open else ""
        for check, question, spun, is_open in zip(checks, bant, spin, deals.open[rows], strict=True)
    ]


def _choose_spin_questions(deals: DealArrays, rows: DealPositions) -> list[str]:
    noted, language = deals.pipeline["Activities"], deals.pipeline.language
    texts = [text.in_(language) for text in SPIN_QUESTIONS.values()]
    known = np.zeros((len(deals.frame) + 1, len(SPIN_QUESTIONS) + 1), dtype=bool)
    for at, column in enumerate(SPIN_QUESTIONS):
        known[deals.rows_of(noted.loc[noted[column] != "", "deal"]), at] = True
    return [[*texts, ""][at] for at in known[rows].argmin(axis=1)]


_ROLES_NEAR_DECISION = ("decision_maker", "approver", "champion")


def find_call_contacts(deals: DealArrays, rows: npt.NDArray[np.intp]) -> dict[str, list[Any]]:
    """Return contact, phone and email for the deals at positions *rows*.

    This is the deal's own contact, or else the customer's contact closest to the decision. If that person has no
    number, it is the customer's main number.
    """
    listed = deals.frame.iloc[rows]
    known = deals.pipeline["Contacts"]
    own = listed["contact"]
    contact = own.where(own != "", _look_up_texts(listed["account"], _find_nearest_to_decision(known)))
    accounts = deals.pipeline["Accounts"].drop_duplicates("account").set_index("account")
    known = known.drop_duplicates("contact").set_index("contact")
    phone = _look_up_texts(contact, known["phone"])
    phone = phone.where(phone != "", _look_up_texts(listed["account"], accounts["phone"]))
    email = _look_up_texts(contact, known["email"])
    return {"contact": list(contact), "phone": list(phone), "email": list(email)}


def _look_up_texts(keys: pd.Series, known: pd.Series) -> pd.Series:
    values = known.to_dict()
    return pd.Series([values.get(key, "") for key in keys], index=keys.index, dtype=object)


def _find_nearest_to_decision(contacts: pd.DataFrame) -> pd.Series:
    weight = (
        contacts["decision_role"]
        .map({role: n for n, role in enumerate(_ROLES_NEAR_DECISION)})
        .fillna(len(_ROLES_NEAR_DECISION))
    )
    ordered = contacts.assign(weight=weight)[contacts["account"] != ""].sort_values("weight", kind="stable")
    return ordered.drop_duplicates("account").set_index("account")["contact"]
