import numpy as np
import pytest

from cnntrain.runs.compare.paired import Pair, pair_counts
from cnntrain.runs.compare.seeds import OverSeeds
from cnntrain.runs.compare.statistics import binomial_p
from cnntrain.show.compare import alone, how_often, sentence, sentence_over_seeds


def pair(only_first: int, only_second: int, rest: int = 9000) -> Pair:
    p = binomial_p(only_first, only_first + only_second)
    return Pair("A", "B", rest, only_first, only_second, 0, p, p)


def test_images_are_counted_by_who_is_right() -> None:
    first = np.array([True, True, True, False, False, True])
    second = np.array([True, False, False, True, False, True])
    assert pair_counts(first, second) == (2, 2, 1, 1)


def test_a_difference_is_told_in_words_with_mcnemars_p() -> None:
    # statsmodels' and SciPy's binomtest(51, 133).pvalue: 0.00903
    assert sentence(pair(51, 82, 9867)) == (
        "B is better by 0.31 points (95% interval 0.08 to 0.53). If both were equally good, a "
        "difference this large would happen by chance in 9 of 1,000 cases (McNemar's exact test, "
        "p = 0.009)."
    )
    assert sentence(pair(82, 51, 9867)).startswith(
        "A is better by 0.31 points (95% interval 0.08 to 0.53). If both"
    )


def test_what_chance_does_often_shows_nothing() -> None:
    assert sentence(pair(10, 13)) == (
        "B is ahead by 0.03 points (95% interval -0.08 to 0.14), which does not show that it is "
        "better: if both were equally good, a difference this large would happen by chance in 68 of "
        "100 cases (McNemar's exact test, p = 0.68)."
    )
    assert pair(10, 13).better is None
    assert sentence(pair(4, 4)).startswith("Both have as many right: a difference of 0.00 points")


def test_networks_that_are_right_on_the_same_images_may_still_differ_a_little() -> None:
    same = pair(0, 0, 1000)
    assert sentence(same) == "A and B are right on the same images."
    low, high = same.difference_ci95
    assert (low, high) == pytest.approx((-0.003682, 0.003682), abs=1e-6)  # 1 − 0.025^(1/1000)


@pytest.mark.parametrize("only_second", range(12))
def test_the_interval_agrees_with_the_test(only_second: int) -> None:
    found = pair(3, only_second)
    low, high = found.difference_ci95
    assert low <= found.difference <= high
    assert (low > 0 or high < 0) == (found.better is not None)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (1.0, "in nearly all cases"),
        (0.352, "in 35 of 100 cases"),
        (0.0021, "in 2 of 1,000 cases"),
        (0.049, "in 49 of 1,000 cases"),
        (6.6e-5, "in 1 of 20,000 cases"),
        (1e-80, "in fewer than 1 of 1,000,000 cases"),
    ],
)
def test_a_probability_is_told_in_cases(p: float, text: str) -> None:
    assert how_often(p) == text


def seeds(second: list[float]) -> OverSeeds:
    first = [0.9831, 0.9827, 0.9840, 0.9835, 0.9822]

    return OverSeeds(list("ABCDE"), list("FGHIJ"), list(range(5)), first, second, [], 10_000)


def test_configurations_are_compared_over_seeds_by_students_paired_test() -> None:
    found = seeds([0.9852, 0.9849, 0.9844, 0.9861, 0.9830])
    # SciPy 1.17.1: stats.ttest_rel(second, first), .confidence_interval(0.95), in percent
    assert found.p == pytest.approx(0.019561359749638973, rel=1e-9)
    interval = (0.0004277439097871834, 0.002812256090212769)
    assert found.difference_ci95 == pytest.approx(interval, rel=1e-9)
    assert found.better == list("FGHIJ")
    assert sentence_over_seeds(found).startswith(
        "The configuration of F, G, H, I, J is better by 0.16 points (95% interval 0.04 to 0.28)."
    )


def test_seeds_that_disagree_show_nothing_and_equal_ones_are_no_division_by_zero() -> None:
    assert seeds([0.985, 0.981, 0.985, 0.982, 0.983]).better is None
    same = seeds([0.9831, 0.9827, 0.9840, 0.9835, 0.9822])
    assert (same.p, same.better) == (1.0, None)


def test_two_seeds_that_differ_by_as_many_images_are_no_certainty() -> None:
    found = OverSeeds(["A", "B"], ["C", "D"], [0, 1], [0.90, 0.87], [0.91, 0.88], [], 100)
    # SciPy 1.17.1: 2 * stats.t.sf(sqrt(24), 1), one image being sqrt(24) standard errors
    assert found.p == pytest.approx(0.12818843369794987, rel=1e-9)
    assert found.better is None
    ten = OverSeeds(["A", "B"], ["C", "D"], [0, 1], [0.80, 0.77], [0.90, 0.87], [], 100)
    assert ten.better == ["C", "D"]


def test_one_image_is_one_image() -> None:
    assert alone(pair(1, 2)) == "A alone is right on 1 image, B alone on 2"
    assert alone(pair(0, 1)) == "A alone is right on 0 images, B alone on 1"
