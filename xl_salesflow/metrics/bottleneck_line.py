"""The line on the sheet Funnel that names the bottleneck: the step, what one point more is worth, what to do, and who can."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from xl_salesflow.locale.texts import Language, Text, fold_text
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.funnel_answers import find_bottleneck, metric_table_rows
from xl_salesflow.metrics.metric_declaration import MetricFormula
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.table_frames import fold_keys

_LINE_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "line_start": Text("Bottleneck: "),
        "line_worth": Text(". One point more of conversion is worth "),
        "line_action": Text(". What to do: "),
        "line_who": Text(" – who can: "),
    }
)

_WORST_STAGE = "INDEX({Leaks.stage},MATCH(bottleneck,{Leaks.one_point_more},0))"


def _stage_cell(column: str) -> str:
    return f'IFERROR(INDEX({{Stages.{column}}},MATCH(StagePlaybook&"|"&{_WORST_STAGE},{{Stages.key}},0))&"","")'


_ROLE = _stage_cell("role")
_WHO = f"IF(COUNTIF({{Team.role}},{_ROLE})=1,INDEX({{Team.person}},MATCH({_ROLE},{{Team.role}},0)),{_ROLE})"
_LINE_FORMULA = MetricFormula(
    f'IF(bottleneck="","",IF(bottleneck=0,"",{{line_start}}&{_WORST_STAGE}&{{line_worth}}&ROUND(bottleneck,0)'
    f'&IF({_stage_cell("action")}="","",{{line_action}}&{_stage_cell("action")})'
    f'&IF({_ROLE}="","",{{line_who}}&{_WHO})))',
    words=_LINE_WORDS,
)


def bottleneck_line_formula(language: Language) -> str:
    """Return the formula of the line with its words in *language*, to be rendered."""
    return _LINE_FORMULA.spell_words(language).text


def compute_bottleneck_line(cube: Cube) -> str:
    """Return the line as the formula shows it; blank if no step has a value of one point more."""
    pipeline = cube.pipeline
    language = pipeline.language
    found = find_bottleneck(pipeline, metric_table_rows("Leaks", cube))
    if found is None:
        return ""
    worth = Decimal(str(found.one_point_more)).quantize(Decimal(1), ROUND_HALF_UP)
    words = {name: text.in_(language) for name, text in _LINE_WORDS.items()}
    line = f"{words['line_start']}{found.stage}{words['line_worth']}{worth}"
    if found.action:
        line += words["line_action"] + found.action
    if found.role:
        team = pipeline["Team"]
        alike = team["person"][fold_keys(team["role"]) == fold_text(found.role)]
        line += words["line_who"] + (
            str(alike.iloc[0]) if len(alike) == 1 else choice_label("role", found.role, language)
        )
    return line
