"""The forecast of the target period by category, and rolled up: a best case includes what is surer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xl_salesflow.metrics import criteria as c
from xl_salesflow.metrics.cube import Cube
from xl_salesflow.metrics.declaration import Floats, Formula, Metric, Unit
from xl_salesflow.metrics.grouped import Mask
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.metrics.targets import EXPECTED, expected, expected_value, won_to_date
from xl_salesflow.model.text import Text

_NAMES = {
    "commit": Text("Commit", "承诺"),
    "best_case": Text("Best case", "乐观"),
    "omitted": Text("Omitted", "不计入"),
}


def _mask(category: str) -> Callable[[Cube], Mask]:
    return lambda cube: expected(cube) & cube.is_("forecast", category)


def _value(category: str) -> Callable[[Cube], Floats]:
    return lambda cube: cube.total(cube.amount, _mask(category)(cube)) if cube.today else cube.nothing()


def _count(category: str) -> Callable[[Cube], Floats]:
    return lambda cube: cube.count(_mask(category)(cube)) if cube.today else cube.nothing()


def _category(id: str) -> Metric[Cube]:
    name, criteria = _NAMES[id], (*EXPECTED, c.Criterion("forecast", "=", f"{{forecast:{id}}}"))
    sample = Formula(c.today_only(c.count, "open", *criteria))
    value = c.today_only(c.total("amount"), "open", *criteria)
    return Metric(
        f"forecast_{id}",
        Text(f"Forecast: {name.en.lower()}", f"预测：{name.zh}"),
        Text(
            f"Open deals in the category {name.en.lower()} expected to close in the target's period. Only today knows.",
            f"目标期间内预计成交、类别为“{name.zh}”的进行中商机金额；仅当前快照可知。",
        ),
        Unit.MONEY, Formula(f'IF({{sample}}="","",ROUND({value},2))'), _value(id), sample, _count(id),
    )  # fmt: skip


def forecast_pipeline(cube: Cube) -> Floats:
    """Sum what is expected and neither commit nor best case nor omitted."""
    return to_cents(expected_value(cube) - sum(_value(id)(cube) for id in _NAMES))


def pipeline_count(cube: Cube) -> Floats:
    """Count what is expected and neither commit nor best case nor omitted."""
    if not cube.today:
        return cube.nothing()
    named = np.logical_or.reduce([_mask(id)(cube) for id in _NAMES])
    return cube.count(expected(cube) & ~named)


def to_commit(cube: Cube) -> Floats:
    """Add commit to what is won."""
    return to_cents(won_to_date(cube) + _value("commit")(cube))


def to_best_case(cube: Cube) -> Floats:
    """Add the best case to won and commit."""
    return to_cents(to_commit(cube) + _value("best_case")(cube))


def to_pipeline(cube: Cube) -> Floats:
    """Add the pipeline to won, commit and best case."""
    return to_cents(to_best_case(cube) + forecast_pipeline(cube))


def _plus(first: str, second: str) -> Formula:
    return Formula(f'IF({second}="","",ROUND({first}+{second},2))')


_COUNT = c.today_only(c.count, "open", *EXPECTED)
_NAMED = [c.today_only(c.count, "open", *EXPECTED, c.Criterion("forecast", "=", f"{{forecast:{id}}}")) for id in _NAMES]
_LEFT = f'IF(IsToday=0,"",{_COUNT}-{"-".join(_NAMED)})'

CATEGORIES: tuple[Metric[Cube], ...] = (
    _category("commit"),
    _category("best_case"),
    Metric(
        "forecast_pipeline",
        Text("Forecast: pipeline", "预测：储备"),
        Text(
            "Open deals expected to close in the target's period that are in no other category. Only today knows.",
            "目标期间内预计成交、未列入其他类别的进行中商机金额；仅当前快照可知。",
        ),
        Unit.MONEY,
        Formula('IF(expected_value="","",ROUND(expected_value-forecast_commit-forecast_best_case-forecast_omitted,2))'),
        forecast_pipeline, Formula(_LEFT), pipeline_count,
    ),
    _category("omitted"),
    Metric(
        "forecast_to_commit",
        Text("Won and commit", "已赢单+承诺"),
        Text("Won towards the target + commit.", "目标已完成 + 承诺。"),
        Unit.MONEY, _plus("won_to_date", "forecast_commit"), to_commit,
        Formula('""'), Cube.nothing,
    ),
    Metric(
        "forecast_to_best_case",
        Text("Won, commit and best case", "已赢单+承诺+乐观"),
        Text("Won towards the target + commit + best case.", "目标已完成 + 承诺 + 乐观。"),
        Unit.MONEY, _plus("forecast_to_commit", "forecast_best_case"), to_best_case,
        Formula('""'), Cube.nothing,
    ),
    Metric(
        "forecast_to_pipeline",
        Text("Won, commit, best case and pipeline", "已赢单+承诺+乐观+储备"),
        Text("Won towards the target + commit + best case + pipeline.", "目标已完成 + 承诺 + 乐观 + 储备。"),
        Unit.MONEY, _plus("forecast_to_best_case", "forecast_pipeline"), to_pipeline,
        Formula('""'), Cube.nothing,
    ),
)  # fmt: skip
