"""What to ask next: whether the last answer to an objection convinced, and one question that is still open."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from xl_salesflow.followups.bant_questions import bant_questions
from xl_salesflow.followups.objections import convinced
from xl_salesflow.followups.signal import Deals
from xl_salesflow.model.text import Text

Rows = npt.NDArray[np.intp]

SPIN = {
    "situation": Text("How do they do it today?", "客户目前是怎么做的？"),
    "problem": Text("What gives them trouble with it?", "其中有哪些困难？"),
    "implication": Text("What does that trouble lead to?", "这些困难会带来什么后果？"),
    "need_payoff": Text("What would it be worth to them to have it solved?", "解决之后对客户有多大价值？"),
}
"""Column of Activities that notes the answer → the question."""


def questions(deals: Deals, rows: Rows) -> list[str]:
    """Return what to ask about each deal at positions *rows*; nothing about one that is closed.

    A BANT question comes before the four of SPIN, which are asked in their order until an activity notes an answer.
    """
    language = deals.pipeline.language
    checks, asked, spin = convinced(deals, rows), bant_questions(deals, rows), _spin(deals, rows)
    gap = "" if language == "zh" else " "
    return [
        gap.join(filter(None, (check, question or spun))) if alive else ""
        for check, question, spun, alive in zip(checks, asked, spin, deals.open[rows], strict=True)
    ]


def _spin(deals: Deals, rows: Rows) -> list[str]:
    noted, language = deals.pipeline["Activities"], deals.pipeline.language
    said = [text.in_(language) for text in SPIN.values()]
    known = np.zeros((len(deals.frame) + 1, len(SPIN) + 1), dtype=bool)
    for at, column in enumerate(SPIN):
        known[deals.rows_of(noted.loc[noted[column] != "", "deal"]), at] = True
    return [[*said, ""][at] for at in known[rows].argmin(axis=1)]
