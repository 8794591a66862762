"""What scipy, statsmodels and scikit-learn say to our intervals, tests, corrections, shrinkage and calibration.

They are in the dependency group "statistics", which the nightly workflow installs; without them these tests are skipped.
"""

from __future__ import annotations

import numpy as np
import pytest

from xl_salesflow.metrics.chance_tests import compare_ranks, fisher_p_value, holm_adjust, wilson_interval
from xl_salesflow.metrics.forecasting.owner_shifts import shrink_owner_shifts
from xl_salesflow.metrics.forecasting.paired_tests import signed_rank_p_value
from xl_salesflow.metrics.forecasting.probability_calibration import calibrate

SIZES = [(6, 6), (8, 30), (61, 20), (200, 400)]


def test_wilson_intervals_are_those_of_statsmodels() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for whole in (1, 7, 40, 1000):
        for part in {0, 1, whole // 3, whole}:
            expected = proportion.proportion_confint(part, whole, alpha=0.05, method="wilson")
            assert wilson_interval(part, whole) == pytest.approx(expected, abs=1e-6)


def test_holm_is_that_of_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    random = np.random.default_rng(3)
    for size in (1, 2, 9, 60):
        p_values = random.random(size) ** 3
        p_values[: size // 3] = p_values[-1]  # ties
        assert holm_adjust(p_values.tolist()) == pytest.approx(multitest.multipletests(p_values, method="holm")[1])


def test_owners_vary_as_much_as_a_meta_analysis_says() -> None:
    """Owners are the studies of DerSimonian and Laird; their effects are log odds against the team."""
    meta = pytest.importorskip("statsmodels.stats.meta_analysis")
    random = np.random.default_rng(8)
    for _ in range(20):
        closed = random.integers(5, 200, 7)
        won = random.binomial(closed, random.uniform(0.1, 0.7, 7)).astype(float)
        lost = closed - won
        shifts, variances = shrink_owner_shifts(won, lost)
        raw = np.log((won + 0.5) / (lost + 0.5)) - np.log((won.sum() + 0.5) / (lost.sum() + 0.5))
        sampling = 1 / (won + 0.5) + 1 / (lost + 0.5)
        between = max(0.0, float(meta.combine_effects(raw, sampling, method_re="dl").tau2))
        assert shifts == pytest.approx(raw * between / (between + sampling))
        assert variances == pytest.approx(between * sampling / (between + sampling))


def test_the_brier_score_and_the_reliability_table_are_those_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    calibration = pytest.importorskip("sklearn.calibration")
    random = np.random.default_rng(5)
    said = random.random(700) ** 2
    won = (random.random(700) < said * 0.8).astype(float)
    found = calibrate("learned", said, won)
    assert found.brier == pytest.approx(metrics.brier_score_loss(won, said), abs=1e-4)
    share, mean = calibration.calibration_curve(won, said, n_bins=10, strategy="uniform")
    assert [one.won for one in found.bins] == pytest.approx(list(share), abs=1e-4)
    assert [one.predicted for one in found.bins] == pytest.approx(list(mean), abs=1e-4)


def test_fisher_is_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(1)
    for first, second in SIZES:
        won, other = int(random.integers(0, first + 1)), int(random.integers(0, second + 1))
        expected = stats.fisher_exact([[won, first - won], [other, second - other]]).pvalue
        assert fisher_p_value((won, first), (other, second)) == pytest.approx(expected)


def test_rank_sums_are_those_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(2)
    for first, second in SIZES:
        fast, slow = random.integers(0, 12, first).astype(float), random.integers(2, 16, second).astype(float)
        expected = stats.mannwhitneyu(fast, slow, alternative="two-sided", method="asymptotic").pvalue
        assert compare_ranks(fast, slow)[0] == pytest.approx(expected)


def test_signed_ranks_are_those_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(4)
    for size in (5, 12, 40, 60, 61, 300):
        differences = random.normal(0.3, 1, size)
        method = "exact" if size <= 60 else "asymptotic"
        expected = stats.wilcoxon(differences, method=method, correction=True).pvalue
        assert signed_rank_p_value(differences) == pytest.approx(expected, rel=1e-6)
