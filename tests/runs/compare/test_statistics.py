"""The tests and intervals, compared with SciPy 1.17.1's, called as the comments say."""

import math

import pytest

from cnntrain.runs.compare.statistics import (
    binomial_p,
    holm,
    incomplete_beta,
    share_ci95,
    student_95,
    student_p,
)


@pytest.mark.parametrize(
    ("k", "n", "p", "low", "high"),
    [  # r = stats.binomtest(k, n, 0.5); r.pvalue, r.proportion_ci(0.95, "exact")
        (0, 1, 1.0, 0.0, 0.975),
        (3, 10, 0.34375, 0.06673951117773447, 0.652452850060008),
        (51, 133, 0.00903049068721995, 0.3005257970769678, 0.4717026665297654),
        (82, 133, 0.00903049068721995, 0.5282973334702346, 0.6994742029230322),
        (5, 10, 1.0, 0.1870860284474045, 0.8129139715525953),
        (0, 7, 0.015625, 0.0, 0.4096163972250487),
        (200, 500, 8.940066542253288e-06, 0.35676137205999026, 0.4444282007571184),
        (4800, 10000, 6.593515598672343e-05, 0.47016504851394325, 0.489846605280135),
    ],
)
def test_the_binomial_test_and_its_interval_are_scipys(
    k: int, n: int, p: float, low: float, high: float
) -> None:
    assert binomial_p(k, n) == pytest.approx(p, rel=1e-12)
    assert share_ci95(k, n) == pytest.approx((low, high), rel=1e-9)


def test_without_tosses_nothing_is_uneven() -> None:
    assert binomial_p(0, 0) == 1


@pytest.mark.parametrize(("k", "n"), [(k, n) for n in (5, 6, 20, 61) for k in range(n + 1)])
def test_the_interval_holds_a_half_if_and_only_if_chance_would_do(k: int, n: int) -> None:
    low, high = share_ci95(k, n)
    assert (low < 0.5 < high) == (binomial_p(k, n) > 0.05)


@pytest.mark.parametrize(
    ("t", "freedom", "p"),
    [  # 2 * stats.t.sf(abs(t), freedom)
        (0.0, 3, 1.0),
        (2.5, 2, 0.12961172022151082),
        (-4.1, 4, 0.014853039637801503),
        (1.2, 9, 0.2607731973904615),
        (12.0, 1, 0.052929352119179755),
        (3.3, 99, 0.001344764746399179),
    ],
)
def test_student_ps_are_scipys(t: float, freedom: int, p: float) -> None:
    assert student_p(t, freedom) == pytest.approx(p, rel=1e-12)


@pytest.mark.parametrize(
    ("freedom", "t"),
    [  # stats.t.ppf(0.975, freedom)
        (1, 12.706204736174694),
        (2, 4.302652729749462),
        (4, 2.7764451051977934),
        (9, 2.262157162798205),
        (99, 1.9842169515864174),
    ],
)
def test_student_bounds_are_scipys(freedom: int, t: float) -> None:
    assert student_95(freedom) == pytest.approx(t, rel=1e-12)


@pytest.mark.parametrize(
    ("a", "b", "x", "value"),
    [  # special.betainc(a, b, x)
        (0.5, 0.5, 0.3, 0.36901011956554536),
        (2, 3, 0.7, 0.9163),
        (1000, 1200, 0.45, 0.33466234267154027),
        (50, 0.5, 0.999, 0.7523690199653766),
        (10, 1, 0.001, 1e-30),
        (3, 4, 0.0, 0.0),
        (3, 4, 1.0, 1.0),
    ],
)
def test_the_incomplete_beta_function_is_scipys(a: float, b: float, x: float, value: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(value, rel=1e-10)


def test_several_ps_are_raised_as_holm_has_it() -> None:
    # by hand: the least times 3, the next times 2, the last times 1; none below one before it
    assert holm([0.03, 0.01, 0.04]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]
    assert not math.isnan(sum(holm([])))
