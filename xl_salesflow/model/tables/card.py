"""The BANT card of a deal: a file of its own with one table, to be filled in away from the workbook and read back."""

from __future__ import annotations

from dataclasses import replace

from xl_salesflow.model.column import Column, Group, Table, Writer
from xl_salesflow.model.tables.setup import QUESTIONS
from xl_salesflow.model.tables.talks import ANSWERS
from xl_salesflow.model.text import Text

ASKED = ("deal", "question", "dimension", "text", "weak", "fair", "strong")
"""What the card says; the rest is for people to fill in."""

ANSWERED = ("points", "answer", "evidence", "date", "by")
_WIDTHS = {"deal": 11, "question": 8, "text": 34, "weak": 24, "fair": 24, "strong": 24, "answer": 36, "evidence": 26}


def _column(id: str) -> Column:
    declared = (ANSWERS if id in ANSWERS.by_id else QUESTIONS)[id]
    writer = Writer.PRODUCT if id in ASKED else Writer.PERSON
    return replace(declared, writer=writer, required=False, width=_WIDTHS.get(id, declared.width))


BANT_CARD = Table(
    "BantCard",
    Text("BANT card", "BANT 卡"),
    Text(
        "Ask, give points from 0 to 3, write down the answer; then read the card back",
        "提问、按 0 至 3 打分并记录回答，然后读回",
    ),
    Group.WORK,
    tuple(map(_column, (*ASKED, *ANSWERED))),
)
