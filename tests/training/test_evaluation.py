import numpy as np
import pytest

from cnntrain.data.examples import Examples
from cnntrain.training.evaluation import Evaluation, evaluate, wilson
from cnntrain.training.parallel.pool import workers
from tests.small import started


def evaluation(correct: int, n: int) -> Evaluation:
    return Evaluation(n, correct, 0.0, np.zeros((2, 2), int), np.zeros(n, int))


@pytest.mark.parametrize(
    ("correct", "n", "low", "high"),
    [  # computed with 50 digits from the formula of Wilson (1927)
        (10, 10, 0.0, 0.277533),
        (0, 10, 0.722467, 1.0),
        (5, 10, 0.236593, 0.763407),
        (9880, 10_000, 0.010045, 0.014329),
        (1, 1, 0.0, 0.793451),
    ],
)
def test_the_interval_of_the_error_is_wilsons(
    correct: int, n: int, low: float, high: float
) -> None:
    assert evaluation(correct, n).error_ci95 == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize("n", [1, 10, 300, 999, 1000, 60_000])
def test_the_interval_holds_the_share_at_both_ends(n: int) -> None:
    assert wilson(0, n)[0] == 0
    assert wilson(n, n)[1] == 1


def test_accuracy_and_error_sum_to_one() -> None:
    result = evaluation(7, 8)
    assert (result.accuracy, result.error) == (0.875, 0.125)


def test_numbers_agree_with_what_the_outputs_say() -> None:
    experiment = started()
    network, examples = experiment.network, experiment.splits.test
    result = evaluate(network, examples)
    y = network.outputs(examples.images)
    predicted = y.argmax(axis=1)
    np.testing.assert_array_equal(result.predicted, predicted)
    assert result.n == len(examples) == result.confusion.sum() == 30
    assert result.correct == (predicted == examples.labels).sum() == np.trace(result.confusion)
    p = np.exp(y.astype(float)) / np.exp(y.astype(float)).sum(axis=1, keepdims=True)
    assert result.loss == pytest.approx(-np.log(p[range(30), examples.labels]).mean(), rel=1e-5)
    for i in range(10):
        for j in range(10):
            assert result.confusion[i, j] == ((examples.labels == i) & (predicted == j)).sum()


def test_per_class_is_the_share_of_each_row_and_none_without_images() -> None:
    confusion = np.array([[3, 1, 0], [0, 0, 0], [1, 1, 2]])
    result = Evaluation(8, 5, 0.0, confusion, np.zeros(8, int))
    assert result.per_class == [0.75, None, 0.5]


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(threads: int) -> None:
    experiment = started("dataset.synthetic.test=300")
    alone = evaluate(experiment.network, experiment.splits.test)
    with workers(experiment.network, threads, wait=True) as executor:
        shared = evaluate(experiment.network, experiment.splits.test, executor=executor)
    assert (shared.loss, shared.correct) == (alone.loss, alone.correct)


def test_a_tie_goes_to_the_first_class() -> None:
    experiment = started()
    for parameter in experiment.network.parameters.values():
        parameter.value[...] = 0
    images = np.zeros((3, 1, 28, 28), np.uint8)
    result = evaluate(experiment.network, Examples(images, np.array([0, 1, 2]), ("x",) * 10))
    assert result.predicted.tolist() == [0, 0, 0]
