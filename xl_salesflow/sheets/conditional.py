"""What a cell looks like when something holds. One row a rule; formulas speak of columns, as declared formulas do.

{stage}                 this row's cell of the column
{move_status:refused}   the label of a choice, as text
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.text import Language
from xl_salesflow.sheets.styles import AMBER, AMBER_INK, GREEN_INK, MUTED, RED, RED_INK, fill
from xl_salesflow.sheets.table_sheet import Placed


class When(NamedTuple):
    """Where *formula* holds, the cells of *columns* (ids, or first:last) take the *look*."""

    columns: Sequence[str]
    formula: str
    look: str


def _shaded(colour: str, ink: str, bold: bool = False) -> DifferentialStyle:
    return DifferentialStyle(font=Font(color=ink, b=bold or None), fill=fill(colour))


LOOKS = {
    "amber": _shaded(AMBER, AMBER_INK),
    "red": _shaded(RED, RED_INK),
    "red ink": DifferentialStyle(font=Font(color=RED_INK, b=True)),
    "amber ink": DifferentialStyle(font=Font(color=AMBER_INK, b=True)),
    "green ink": DifferentialStyle(font=Font(color=GREEN_INK, b=True)),
    "faded": DifferentialStyle(font=Font(color="9AA6AF")),
    "struck": DifferentialStyle(font=Font(color="9AA6AF", strike=True)),
    "strong": DifferentialStyle(font=Font(b=True)),
    "hidden": DifferentialStyle(numFmt=NumberFormat(numFmtId=190, formatCode=";;;")),
    "dash": DifferentialStyle(numFmt=NumberFormat(numFmtId=191, formatCode='"–"'), font=Font(color=MUTED)),
}

_OPEN = 'OR({outcome}="",{outcome}={outcome:open})'
_LIMIT = 'INDEX(stage_limits,MATCH({playbook}&"|"&{recorded_stage},stage_keys,0))'

RULES: dict[str, Sequence[When]] = {
    "Deals": (
        When(("stage", "move_status", "move_reasons"), '{move_status}={move_status:refused}', "red"),
        When(("stage",), 'AND({stage}<>"",{stage}<>{recorded_stage})', "amber"),
        When(("move_status", "move_reasons"), "{move_status}={move_status:warned}", "amber"),
        When(("move_status", "move_reasons"), "{move_status}={move_status:overridden}", "amber"),
        When(("next_step_date",), f'AND({{next_step_date}}<>"",{{next_step_date}}<Today,{_OPEN})', "red"),
        When(("expected_close",), f'AND({{expected_close}}<>"",{{expected_close}}<Today,{_OPEN})', "amber"),
        When(("days_in_stage",), f"AND({{outcome}}={{outcome:open}},{_LIMIT}>0,{{days_in_stage}}>{_LIMIT})", "red"),
        When(("warnings",), '{warnings}<>""', "amber"),
        When(("outcome", "recorded_stage"), "{outcome}={outcome:won}", "green ink"),
        When(("deal:next_step_date", "recorded_stage"), "{outcome}={outcome:lost}", "faded"),
        When(("bant_grade",), 'OR({bant_grade}="A",{bant_grade}="B")', "green ink"),
        When(("bant_grade",), 'OR({bant_grade}="D",{bant_grade}="F")', "red ink"),
        When(("probability_reason",), 'AND({probability_override}<>"",{probability_reason}="")', "amber"),
    ),
    "Tasks": (
        When(("task_id:evidence",), "OR({status}={task_status:done},{status}={task_status:dropped})", "faded"),
        When(("due",), 'AND({due}<>"",{due}<Today,{status}<>{task_status:done},{status}<>{task_status:dropped})', "red"),
    ),
    "Traits": (When(("evidence",), 'AND({trait}<>"",{evidence}="")', "amber"),),
    "Objections": (When(("status",), "{status}={objection_status:open}", "amber"),),
    "Quotes": (
        When(("valid_until",), 'AND({valid_until}<>"",{valid_until}<Today,{status}={quote_status:sent})', "red"),
        When(("status",), "{status}={quote_status:accepted}", "green ink"),
        When(("quote:notes",), "OR({status}={quote_status:rejected},{status}={quote_status:expired})", "faded"),
        When(("quote:notes",), "{status}={quote_status:superseded}", "faded"),
    ),
    "QuoteLines": (When(("quote:net",), "{optional}={yes_no:yes}", "faded"),),
    "Feedback": (When(("kind",), 'AND({kind}={feedback_kind:issue},{resolved}="")', "amber"),),
    "Metrics": (When(("mark", "sample"), '{mark}<>""', "amber"),),
    "Trend": (When(("win_rate", "mark"), '{mark}<>""', "amber"),),
    "Groups": (When(("win_rate", "mark"), '{mark}<>""', "amber"),),
    "StageMetrics": (
        When(("over_limit",), "N({over_limit})>0", "red ink"),
        When(("median_days",), "AND(N({day_limit})>0,N({median_days})>N({day_limit}))", "amber"),
    ),
    "Leaks": (
        When(("stage", "one_point_more"), "AND(N({one_point_more})>0,{one_point_more}=bottleneck)", "amber"),
        When(("limit_ratio",), "N({limit_ratio})>1", "red ink"),
    ),
    "Moves": (When(("check",), "N({check})<>0", "red"),),
    "PlanStages": (
        When(("gap",), "N({gap})>0", "amber"),
        When(("one_point_more",), "AND(N({one_point_more})>0,{one_point_more}=bottleneck)", "amber"),
    ),
    "TeamPlan": (
        When(("mark", "won_count"), '{mark}<>""', "amber"),
        When(("won_to_date", "attainment", "gap"), "AND(N({target})>0,N({attainment})>=1)", "green ink"),
    ),
    "FollowUps": (
        When(("rank:email",), "{done}={yes_no:yes}", "struck"),
        When(("priority",), "{priority}={priority:high}", "red"),
        When(("priority",), "{priority}={priority:medium}", "amber"),
        When(("due", "days_late"), "N({days_late})>0", "red ink"),
    ),
    "Findings": (
        When(("severity",), "{severity}={severity:block}", "red"),
        When(("severity",), "{severity}={severity:warn}", "amber"),
    ),
    "Stages": (
        When(("stage", "kind"), "{kind}={kind:won}", "green ink"),
        When(("stage", "kind"), "{kind}={kind:lost}", "faded"),
    ),
    "Gates": (
        When(("gate:active",), "{active}={yes_no:no}", "faded"),
        When(("effect",), "{effect}={effect:block}", "strong"),
    ),
    "Team": (When(("person:active",), "{active}={yes_no:no}", "faded"),),
    "Products": (When(("product:active",), "{active}={yes_no:no}", "faded"),),
    "History": (When(("left",), "{left}=2958465", "dash"),),
}  # fmt: skip

_SLOT = re.compile(r"\{([a-z_]+)(?::([a-z_]+))?\}")


def emphasise(placed: Placed, language: Language) -> None:
    """Give *placed* its conditional formats; formulas of a row without a key show nothing."""
    rules = list(RULES.get(placed.table.name, ()))
    first = placed.table.key or placed.table.columns[0].id
    if any(column.formula for column in placed.table.columns):
        ids = [column.id for column in placed.table.columns if column.formula]
        rules.append(When(ids, f'{{{first}}}=""', "hidden"))
    for rank, when in enumerate(rules, 1):
        formula = written(when.formula, placed, language)
        rule = Rule(type="expression", dxf=LOOKS[when.look], formula=[formula], priority=rank)
        ranges = (placed.body(*columns.split(":")) for columns in when.columns)
        placed.sheet.conditional_formatting.add(" ".join(ranges), rule)


def written(template: str, placed: Placed, language: Language) -> str:
    """Return *template* for the first row of *placed*, as a conditional format holds it."""

    def slot(match: re.Match[str]) -> str:
        id, choice = match.groups()
        if choice is None:
            return f"${placed.letter(id)}{placed.first}"
        return f'"{CHOICES[id][choice].in_(language)}"'

    return _SLOT.sub(slot, template)
