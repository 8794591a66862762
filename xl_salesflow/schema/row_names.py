"""Defined names whose formula reads the row that a cell is in, so that long formulas are stored once, not in every row.

A reference such as ``Deals!$I1`` in a name is relative to A1: in row 30 it reads I30. The formula of a column that many
rows have then consists of the name alone, or of a short formula with the name in it. Names are workbook-wide, and move
with the columns that they read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class RowName:
    """A name, the table whose rows it reads, and its formula with a slot for each column (see render_formula)."""

    name: str
    table: str
    formula: str


# 1 if the row matches every dropdown of the sheet Funnel. ViewAll short-cuts the common case without filters. AnyOwner
# is 1 if that filter is off.
_IN_VIEW = (
    "IF(ViewAll=1,1,IF((AnyOwner+({owner}=ViewOwner))*(AnyProduct+({product}=ViewProduct))*(AnySource+({source}=ViewSource))"
    "*(AnyRegion+({region}=ViewRegion))*(AnyChannel+({sales_channel}=ViewChannel))*(AnyPlaybook+({playbook}=ViewPlaybook))>0,1,0))"
)

# The only formula of a stage stay, so that everything else about stays is a plain comparison. A spreadsheet reads
# formula cells one by one wherever they are in memory, so a second formula in every row would double the time of every
# query on the first.
_STAY_STAGE = "(1+IF({playbook}=StagePlaybook,INT({step}/10000),0))"
_STAY_STATE = (
    f"IF({{entered}}>BegunTo,0,IF({{entered}}<BegunFrom,0,IF({_IN_VIEW}=0,0,"
    f'IF({{left}}<=AsOf,IF({{left}}="",-30,-1)*{_STAY_STAGE},IF({{created}}>BegunTo,-1000,IF({{created}}<BegunFrom,-1000,1))*{_STAY_STAGE}'
    "+IF({created}>BegunTo,0,IF({created}<BegunFrom,0,100*MOD(INT({step}/1000),10)))))))"
)

ROW_NAMES: Mapping[str, RowName] = MappingProxyType(
    {
        one.name: one
        for one in (
            RowName("DealBantKnown", "Deals", 'COUNTIF({budget},">0")+COUNTIF({authority},">0")+COUNTIF({need},">0")+COUNTIF({timeline},">0")'),
            RowName("DealScore", "Deals", 'IF({bant_known}=0,"",ROUND(100*({budget}*BantBudget+{authority}*BantAuthority+{need}*BantNeed+{timeline}*BantTimeline)/(3*BantTotal),1))'),
            RowName("DealGrade", "Deals", 'IF({bant_score}="","",IF({bant_score}>=GradeA,"A",IF({bant_score}>=GradeB,"B",IF({bant_score}>=GradeC,"C",IF({bant_score}>=GradeD,"D","F")))))'),
            RowName("DealProbability", "Deals", 'IF({probability_override}="",IFERROR(INDEX({Stages.probability},MATCH({playbook}&"|"&{recorded_stage},{Stages.key},0)),""),{probability_override})'),
            RowName("DealWeightedValue", "Deals", 'IF(OR({amount}="",{probability}=""),"",ROUND({amount}*{probability},2))'),
            RowName("DealDaysInStage", "Deals", 'IF({since}="","",Today-{since})'),
            RowName("DealIdleDays", "Deals", 'IF(OR({outcome}<>{outcome:open},COUNT({since},{last_activity})=0),"",Today-MAX({since},{last_activity}))'),
            RowName("DealAge", "Deals", 'IF(OR({outcome}<>{outcome:open},{created}=""),"",Today-{created})'),
            RowName("DealInView", "Deals", _IN_VIEW),
            RowName("StayState", "History", _STAY_STATE),
        )
    }
)  # fmt: skip
"""Every such name."""


def uses_row_name(formula: str) -> bool:
    """Return whether a formula contains one of the names."""
    return any(name in formula for name in ROW_NAMES)


def fill_row_name(formula: str, columns: Callable[[str], str | None]) -> str:
    """Return the formula of a name with the cell that *columns* gives for each column; other slots stay as they are."""
    parts = formula.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        slot, _, rest = part.partition("}")
        filled.append((columns(slot) or f"{{{slot}}}") + rest)
    return "".join(filled)
