"""The table Segments of the sheet Trends: two of its groups, each against the other."""

from __future__ import annotations

from typing import Any

from xl_salesflow.metrics.declaration import Formula
from xl_salesflow.metrics.groups import Grouping, lost_count, won_count
from xl_salesflow.metrics.segments import Z95, compare_rates
from xl_salesflow.model.choices import CHOICES


def segment_rows(asked: Grouping) -> list[dict[str, Any]]:
    """Return the two rows of the table Segments: the groups chosen on the sheet Trends, each against the other."""
    chosen = [str(asked.cube.pipeline.named.get(name) or "") for name in ("SegmentA", "SegmentB")]
    won, lost, labels = won_count(asked), lost_count(asked), [label.casefold() for label in asked.labels]
    sides = []
    for name in chosen:
        row = labels.index(name.casefold()) if name and name.casefold() in labels else None
        sides.append((None, None) if row is None else (int(won[row]), int(won[row] + lost[row])))
    small = asked.cube.pipeline.settings.number("small_sample")
    return [_segment(asked, name, sides[own], sides[1 - own], small, own) for own, name in enumerate(chosen)]


def _segment(asked: Grouping, name: str, own: _Side, other: _Side, small: float, place: int) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(SEGMENT_FORMULAS) | {"name": name, "won_count": own[0], "closed_count": own[1]}
    if own[0] is not None and own[1]:
        row["win_rate"] = own[0] / own[1]
    if own[0] is None or own[1] is None or other[0] is None or other[1] is None:
        return row
    said = compare_rates((own[0], other[0]), (own[1], other[1]), small)
    low, high = said.interval or (None, None)
    told = CHOICES["verdict"][_VERDICTS[said.verdict][place]].in_(asked.cube.pipeline.language)
    return row | {"difference": said.difference, "low": low, "high": high, "p_value": said.p_value, "verdict": told}


_Side = tuple[int | None, int | None]
_VERDICTS = {
    "first": ("first", "second"), "second": ("second", "first"), "no difference": ("same", "same"),
    "too few": ("too_few", "too_few"),
}  # fmt: skip
"""What a comparison says, seen from either row."""


def _from_groups(column: str) -> str:
    return f'IF({{name}}="","",IFERROR(INDEX({{Groups.{column}}},MATCH({{name}},{{Groups.name}},0)),""))'


_OTHER = {
    column: f"INDEX({{Segments.{column}}},MATCH(3-{{position}},{{Segments.position}},0))"
    for column in ("won_count", "closed_count", "win_rate")
}
_RATE, _COUNT = _OTHER["win_rate"], _OTHER["closed_count"]
_SPREAD = f"SQRT({{win_rate}}*(1-{{win_rate}})/{{closed_count}}+{_RATE}*(1-{_RATE})/{_COUNT})"
_POOLED = f"(({{won_count}}+{_OTHER['won_count']})/({{closed_count}}+{_OTHER['closed_count']}))"
_ERROR = f"SQRT({_POOLED}*(1-{_POOLED})*(1/{{closed_count}}+1/{_OTHER['closed_count']}))"
_FEWEST = f"MIN({{closed_count}},{_OTHER['closed_count']})"
_BETTER = "IF(({difference}>0)=({position}=1),{verdict:first},{verdict:second})"


def _if_both(formula: str) -> Formula:
    return Formula(f'IF({{difference}}="","",{formula})')


SEGMENT_FORMULAS: dict[str, Formula] = {
    "name": Formula('IF({position}=1,SegmentA&"",SegmentB&"")'),
    "won_count": Formula(_from_groups("won_count")),
    "closed_count": Formula(
        'IF({won_count}="","",{won_count}+INDEX({Groups.lost_count},MATCH({name},{Groups.name},0)))'
    ),
    "win_rate": Formula('IF({won_count}="","",IF({closed_count}=0,"",{won_count}/{closed_count}))'),
    "difference": Formula(f'IF({{win_rate}}="","",IF({_OTHER["win_rate"]}="","",{{win_rate}}-{_OTHER["win_rate"]}))'),
    "low": _if_both(f"{{difference}}-{Z95}*{_SPREAD}"),
    "high": _if_both(f"{{difference}}+{Z95}*{_SPREAD}"),
    "p_value": _if_both(f'IF({_ERROR}=0,"",2*(1-NORMSDIST(ABS({{difference}})/{_ERROR})))'),
    "verdict": Formula(
        f'IF({{closed_count}}="","",IF({_OTHER["closed_count"]}="","",'
        f"IF(OR({_FEWEST}=0,{_FEWEST}<SmallSample),{{verdict:too_few}},"
        f'IF({{p_value}}="",{{verdict:same}},IF({{p_value}}>=0.05,{{verdict:same}},{_BETTER})))))'
    ),
}
"""The formulas of the table Segments, by column."""
