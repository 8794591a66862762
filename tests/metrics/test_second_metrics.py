"""Random histories, as-of days, periods, filters and switches: the product agrees with a second implementation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.metrics.generated import TODAY, generated
from tests.metrics.second_metrics import SecondFunnel
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.funnel_answers import answer_funnel
from xl_salesflow.schema.named_values import Query

DAYS = st.integers(0, 700).map(lambda back: TODAY - timedelta(days=back))
FILTERS: Mapping[str, tuple[str, ...]] = {"owner": ("Ann", "bo", "李雷"), "product": ("Plus",), "region": ("north",)}


@lru_cache(maxsize=8)
def history(seed: int) -> Pipeline:
    return generated(24, seed=seed)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    start, end = draw(st.none() | DAYS), draw(st.none() | DAYS)
    column = draw(st.sampled_from(["", *FILTERS]))
    return Query(
        as_of=draw(st.none() | DAYS),
        start=start,
        end=end if not (start and end) or end >= start else None,
        reading=draw(st.sampled_from(["snapshot", "cohort"])),
        reach=draw(st.sampled_from(["implied", "entered"])),
        filters={column: draw(st.sampled_from(FILTERS[column]))} if column else {},
    )


@examples(12)
@given(st.integers(1, 6), queries())
def test_every_number_of_a_random_history_agrees(seed: int, query: Query) -> None:
    pipeline = replace(history(seed), query=query)
    second, answer = SecondFunnel(pipeline, query), answer_funnel(pipeline, None, cast(date, None))
    assert_alike(second.metrics(), answer.metrics)
    for expected, found in zip(second.stages(), answer.stages, strict=True):
        assert_alike(expected, cast(Mapping[str, Any], found))
    assert list(answer.never_entered) == second.never_entered()


def assert_alike(expected: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    for name, value in expected.items():
        want = (
            value
            if value is None or isinstance(value, str)
            else pytest.approx(float(value), abs=0.0051 if name == "velocity" else 1e-9)
        )
        assert found[name] == want, (name, value, found[name])
