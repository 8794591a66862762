"""Every number of the funnel, said once: its definition, its live formula and its Python function.

funnel(pipeline)            every metric of the pipeline's view, and the steps of the funnel
by(pipeline, column)        the same for every owner, product, source…
trend(pipeline)             the twelve months up to the as-of date
compare(now, then)          two views side by side
move_matrix(pipeline)       every move from × to, with counts and values
planned(pipeline, value, by)  what a target takes: deals per stage back to leads, activities, by when
compare_segments(…)         is one of two segments really converting better, or is it chance?
sheet_values(pipeline)      what the workbook's metric cells show
formulas.metric_formulas    the live formulas, per language
rows                        the formula columns of single deals and visits
"""

from __future__ import annotations

from xl_salesflow.metrics.catalogue import METRICS, STAGE_METRICS
from xl_salesflow.metrics.declaration import Formula, Metric, Unit
from xl_salesflow.metrics.funnel import Funnel, by, compare, compare_stages, funnel, move_matrix, trend
from xl_salesflow.metrics.planned import planned
from xl_salesflow.metrics.segments import Comparison, compare_segments
from xl_salesflow.metrics.sheet import SheetValues, sheet_values

__all__ = [
    "METRICS",
    "STAGE_METRICS",
    "Comparison",
    "Formula",
    "Funnel",
    "Metric",
    "SheetValues",
    "Unit",
    "by",
    "compare",
    "compare_segments",
    "compare_stages",
    "funnel",
    "move_matrix",
    "planned",
    "sheet_values",
    "trend",
]
