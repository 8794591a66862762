"""Declare what the add-in offers in addition to the verbs: worksheet functions, periods to compare, the form of a new deal.

Python, VBA and texts are generated from these. This module imports neither xlwings nor pandas, so that the doctor can
use it even if nothing starts any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xl_salesflow.locale.texts import Text

DECISIONS: Mapping[str, Text] = MappingProxyType(
    {
        "show": Text("Show what waits"),
        "approve": Text("Approve the selected request"),
        "reject": Text("Reject the selected request"),
    }
)
"""What the button Approvals offers."""

COMPARISON_SPANS: Mapping[int, Text] = MappingProxyType(
    {
        7: Text("A week before"),
        30: Text("A month before (30 days)"),
        91: Text("A quarter before (91 days)"),
        365: Text("A year before (365 days)"),
        0: Text("Compare no longer"),
    }
)
"""Days before the as-of date → their label in the menu."""

FORM_MENU = "form"
"""The menu of a button that asks for the fields of a new deal first."""

NEW_DEAL_PROMPTS: Mapping[str, Text] = MappingProxyType(
    {
        "company": Text("Which company asks? A customer as in Accounts, or a new one."),
        "contact": Text("Who asks there? The name of the person."),
        "reach": Text("Their e-mail address or phone number:"),
        "name": Text("What is it about, in a few words? May stay blank."),
        "amount": Text("What may it be worth? May stay blank."),
        "source": Text("Where does it come from? A source of the sheet Lists; may stay blank."),
        "owner": Text("Who gets it? Blank: by the assignment rule of the settings."),
    }
)
"""Field of a new deal → what the button asks for it; “reach” is an e-mail address or a phone number."""

FUNCTION_CATEGORY = "Salesflow"
FUNCTION_PREFIX = "sf_"
"""Before the name of each function in a cell: Excel looks among the names of the workbook first, and “win_rate” is one."""

FUNCTION_MODULE = "xl_salesflow.excel.udfs"

FUNCTION_ARGUMENTS: Mapping[str, Text] = {
    "budget": Text("Budget: points 0 to 3; a cell or a column"),
    "authority": Text("Authority: points 0 to 3; a cell or a column"),
    "need": Text("Need: points 0 to 3; a cell or a column"),
    "timeline": Text("Timeline: points 0 to 3; a cell or a column"),
    "amount": Text("Amounts; a cell or a column"),
    "probability": Text("Probabilities as fractions; a cell or a column"),
    "won": Text("Numbers of won deals; a cell or a column"),
    "lost": Text("Numbers of lost deals; a cell or a column"),
    "since": Text("Days on which deals entered their stage; a cell or a column"),
    "today": Text("The day to count to; today when left out"),
    "deal": Text("Numbers of deals; a cell or a column"),
}


@dataclass(frozen=True, slots=True)
class FunctionDeclaration:
    """The description of a worksheet function for the wizard, and its arguments.

    Only the first *required_count* are required.
    """

    arguments: tuple[str, ...]
    description: Text
    required_count: int = 9


_BANT_ARGUMENTS = ("budget", "authority", "need", "timeline")

FUNCTION_DECLARATIONS: Mapping[str, FunctionDeclaration] = {
    "sf_bant_score": FunctionDeclaration(_BANT_ARGUMENTS, Text("BANT score, 0 to 100, by the standard weights")),
    "sf_bant_grade": FunctionDeclaration(_BANT_ARGUMENTS, Text("BANT grade, A to F, by the standard thresholds")),
    "sf_weighted_value": FunctionDeclaration(
        ("amount", "probability"),
        Text("Amount times probability, rounded to cents"),
    ),
    "sf_win_rate": FunctionDeclaration(("won", "lost"), Text("Won divided by won and lost")),
    "sf_days_in_stage": FunctionDeclaration(("since", "today"), Text("Whole days since the day"), 1),
    "sf_amount_in_capitals": FunctionDeclaration(("amount",), Text("The amount in Chinese capitals")),
    "sf_cannot_move": FunctionDeclaration(("deal",), Text("Why the deal cannot enter the stage its cell asks for")),
    "sf_next_stages": FunctionDeclaration(("deal",), Text("The stages after the deal's recorded one")),
}
