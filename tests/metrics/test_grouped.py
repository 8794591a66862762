from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xl_salesflow.metrics.array_arithmetic import divide_or_unknown, mean_by_group, percentile_by_group

ROWS = st.lists(st.tuples(st.one_of(st.none(), st.integers(-500, 500)), st.integers(0, 4), st.booleans()), max_size=80)


@given(ROWS, st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0]))
def test_percentiles_of_groups_are_those_of_each_group(rows: list[tuple[int | None, int, bool]], share: float) -> None:
    values = np.array([np.nan if value is None else value for value, _, _ in rows], dtype=np.float64)
    group = np.array([group for _, group, _ in rows], dtype=np.int64)
    mask = np.array([chosen for _, _, chosen in rows], dtype=bool)
    found = percentile_by_group(values, mask, group, 5, share)
    mean = mean_by_group(values, mask, group, 5)
    for wanted in range(5):
        own = values[mask & (group == wanted) & ~np.isnan(values)]
        assert np.isnan(found[wanted]) if not len(own) else np.isclose(found[wanted], np.percentile(own, share * 100))
        assert np.isnan(mean[wanted]) if not len(own) else np.isclose(mean[wanted], own.mean())


def test_a_ratio_to_zero_is_unknown() -> None:
    found = divide_or_unknown(np.array([1.0, 1.0, np.nan, 0.0]), np.array([0.0, np.nan, 2.0, 4.0]))
    np.testing.assert_array_equal(found, [np.nan, np.nan, np.nan, 0.0])
