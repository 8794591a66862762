"""The thirteen questions: answered from the data, or open if there is none."""

from __future__ import annotations

import pytest

from tests.tables import crm, rows
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.metrics.readings.sales_audit import answer_audit_questions
from xl_salesflow.process.deal_upkeep import count_spin_kinds

DEALS = """
deal | owner | outcome | furthest | source  | next_step_date | loss_reason
D1   | Mara  | open    | 1        | search  | 2026-04-02     |
D2   | Mara  | open    | 3        | website | 2026-03-01     |
D3   |       | open    | 1        | search  |                |
D4   | Jun   | won     | 6        | website |                |
D5   | Jun   | lost    | 1        | search  |                | price
D6   | Jun   | lost    | 2        | search  |                |
"""

ACTIVITIES = """
activity | deal | date       | type | contact_channel | summary | situation | problem | implication | need_payoff | materials
A1       | D2   | 2026-03-01 | call |                 | told us |           |         |             |             |
A2       | D2   | 2026-03-11 | demo | remote          |         | small     | slow    | lost sales  | 2 hours     | Case, Deck
A3       | D4   | 2026-03-01 | demo | remote          |         |           |         |             |             | Case
A4       | D4   | 2026-03-05 | demo | in_person       | liked   |           |         |             |             |
A5       | D5   | 2026-03-05 | call |                 |         |           |         |             |             |
"""

OBJECTIONS = """
objection | deal | type  | answer             | status   | worked
O1        | D2   | price | Counted the saving | resolved | yes
O2        | D4   | price | Counted the saving | resolved | yes
O3        | D4   | trust | Sent a reference   | open     | no
"""

TASKS = """
task_id | deal | task | due        | done       | status
T1      | D2   | Ring | 2026-03-10 | 2026-03-09 | done
T2      | D2   | Send | 2026-03-10 | 2026-03-12 | done
T3      | D4   | Meet | 2026-03-10 |            | open
T4      | D4   | Sign | 2026-03-10 |            | dropped
T5      | D4   | Pack | 2026-04-10 |            | open
"""

PRODUCTS = """
product | feature | advantage | benefit | active
Desk    | steel   | lasts     | no care |
Lamp    | LED     |           |         |
Rug     |         |           |         | no
"""


def book(language: Language = "en") -> Pipeline:
    return crm(
        language, Deals=rows(DEALS), Activities=rows(ACTIVITIES, "Activities"), Objections=rows(OBJECTIONS, "Objections"),
        Tasks=rows(TASKS, "Tasks"), Products=rows(PRODUCTS, "Products"),
        Answers=[{"deal": "D2", "question": "B1", "answer": "plenty"}],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("lead_quality", "50% of 6 deals got beyond the first stage; the best source is Website form."),
        ("assignment", "Owners of open deals: 1; Mara has the most (2); without an owner: 1."),
        ("attempts", "Median number of activities: 2 for a won deal, 0.5 for a lost one."),
        ("cadence", "Every 7 days (median of 2 intervals between contacts)."),
        ("first_talk", "33% of 3 first contacts have notes."),
        (
            "notes",
            "Summaries on 40% of the activities; BANT answers for 1 deal; all four SPIN notes for 1 of 3.",
        ),
        ("next_contact", "67% of 3 open deals have a dated next step; 1 of them are late."),
        ("materials", "Case: 67% of 3 items sent."),
        ("gaps", "1 of 2 products lack a feature, advantage or benefit."),
        ("presented", "Online meeting: 67% of 3 demos."),
        ("prepared", "33% of 3 tasks that fell due were done in time."),
        ("objections", "Mostly Price (67% of 3); 67% are resolved; what worked best: Counted the saving."),
        ("losses", "Mostly Price: 100% of 1 with a reason; 1 have none."),
    ],
)
def test_an_answer_summarizes_the_data(question: str, answer: str) -> None:
    answers = {reply.question: reply.answer for reply in answer_audit_questions(book()).audit}
    assert answers[question] == answer
    assert len(answers) == 13


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_workbook_leaves_every_question_open(language: Language) -> None:
    assert {reply.answer for reply in answer_audit_questions(crm(language)).audit} == {None}


def test_a_chinese_workbook_is_answered_in_chinese() -> None:
    answers = {reply.question: reply.answer for reply in answer_audit_questions(book("zh")).audit}
    assert answers["materials"] == "Case：占 3 份资料的 67%。"
    assert all(answer and not answer.isascii() for answer in answers.values())


def test_spin_coverage_counts_the_kinds_of_notes_of_a_deal() -> None:
    assert count_spin_kinds(book()).to_dict() == {"D2": 4, "D4": 0, "D5": 0}
