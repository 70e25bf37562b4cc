"""Scores and calibration, compared with those of scikit-learn 1.9.1 on twenty answers.

The reference numbers are what it returned for LABELS, ANSWERS and SURE:
`precision_recall_fscore_support(LABELS, ANSWERS, zero_division=nan)`, the same with
`average="macro"`, and `calibration_curve(right, SURE, n_bins=bins)`, whose gaps were then weighted
with the number of answers in their bins.
"""

import numpy as np
import pytest

from cnntrain.training.calibration import calibration
from cnntrain.training.evaluation import Evaluation, evaluate
from cnntrain.training.judgement import Judgement, judge
from cnntrain.training.scores import class_scores, macro
from tests.small import started

LABELS = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3])
ANSWERS = np.array([0, 0, 0, 1, 2, 1, 1, 0, 1, 2, 2, 1, 2, 0, 2, 0, 1, 2, 2, 0])
SURE = np.array(
    [0.95, 0.81, 0.52, 0.44, 0.61, 0.99, 0.87, 0.55, 0.73, 0.91]
    + [0.66, 0.47, 0.58, 0.71, 0.84, 0.35, 0.62, 0.93, 0.57, 0.40]
)


def judgement() -> Judgement:
    confusion = np.zeros((4, 4), int)
    np.add.at(confusion, (LABELS, ANSWERS), 1)
    result = Evaluation(20, int(confusion.trace()), 0.5, confusion, ANSWERS)
    return Judgement(result, LABELS, SURE, 0.01)


def test_precision_recall_and_f1_are_those_of_scikit_learn() -> None:
    scores = class_scores(judgement().evaluation)
    assert scores is not None
    assert [score.images for score in scores] == [5, 4, 6, 5]
    precision = [0.42857143, 0.5, 0.57142857]
    assert [score.precision for score in scores[:3]] == pytest.approx(precision, abs=1e-8)
    assert scores[3].precision is None  # no answer names the class
    recall = [0.6, 0.75, 0.66666667, 0.0]
    assert [score.recall for score in scores] == pytest.approx(recall, abs=1e-8)
    f1 = [0.5, 0.6, 0.61538462, 0.0]
    assert [score.f1 for score in scores] == pytest.approx(f1, abs=1e-8)
    means = {"precision": 0.5, "recall": 0.5041666666666667, "f1": 0.4288461538461539}
    assert macro(scores) == pytest.approx(means)


def test_a_class_that_neither_occurs_nor_is_named_has_no_scores() -> None:
    result = Evaluation(3, 3, 0.0, np.diag([2, 0, 1]), np.array([0, 0, 2]))
    scores = class_scores(result)
    assert scores is not None
    assert (scores[1].precision, scores[1].recall, scores[1].f1) == (None, None, None)
    assert macro(scores) == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


@pytest.mark.parametrize(
    ("bins", "counts", "accuracy", "confidence", "ece"),
    [
        (
            5,
            [2, 6, 5, 7],
            [0.0, 0.3333333333333333, 0.4, 0.8571428571428571],
            [0.375, 0.5216666666666666, 0.666, 0.9],
            0.1755,
        ),
        (
            15,
            [2, 1, 2, 3, 3, 2, 2, 3, 2],
            [0, 0, 0.5, 1 / 3, 1 / 3, 0.5, 1, 2 / 3, 1],
            [0.375, 0.44, 0.495, 1.7 / 3, 0.63, 0.72, 0.825, 0.9033333333333333, 0.97],
            0.2175,
        ),
    ],
)
def test_calibration_is_that_of_scikit_learn(
    bins: int, counts: list[int], accuracy: list[float], confidence: list[float], ece: float
) -> None:
    found = calibration(SURE, LABELS == ANSWERS, bins)
    filled = found.counts > 0
    assert found.counts[filled].tolist() == counts
    assert found.accuracy[filled] == pytest.approx(accuracy)
    assert found.confidence[filled] == pytest.approx(confidence)
    assert found.ece == pytest.approx(ece)
    assert found.mean_confidence == pytest.approx(SURE.mean())


def test_bounds_of_bins_belong_to_the_bin_below_and_all_answers_are_counted() -> None:
    found = calibration(np.array([0.0, 0.2, 0.20001, 1.0]), np.array([True] * 4), 5)
    assert found.counts.tolist() == [2, 1, 0, 0, 1]


def test_the_worst_mistakes_are_the_surest() -> None:
    found = judgement()
    assert found.worst(4).tolist() == [17, 13, 16, 4]
    assert SURE[found.worst(99)].tolist() == sorted(SURE[LABELS != ANSWERS], reverse=True)
    assert found.images_per_second == 2000


def test_of_a_network_it_is_what_evaluation_and_probabilities_say() -> None:
    experiment = started()
    network, examples = experiment.network, experiment.splits.test
    seen: list[np.ndarray] = []
    found = judge(network, examples, each=lambda *part: seen.append(part[2]))
    alone = evaluate(network, examples)
    np.testing.assert_array_equal(found.evaluation.confusion, alone.confusion)
    assert found.evaluation.loss == alone.loss
    [shares] = seen
    np.testing.assert_array_equal(shares, network.probabilities(examples.images))
    np.testing.assert_array_equal(found.confidence, shares.max(axis=1))
    assert found.right.sum() == alone.correct
    assert found.calibration is not None
    assert found.calibration.counts.sum() == 30


def test_images_are_judged_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = started()
    network, examples = experiment.network, experiment.splits.test
    whole = judge(network, examples)
    monkeypatch.setattr("cnntrain.training.judgement.AT_ONCE", 12)
    monkeypatch.setattr("cnntrain.training.judgement.BLOCK", 5)
    seen: list[tuple[int, np.ndarray, np.ndarray]] = []
    parts = judge(network, examples, each=lambda *part: seen.append(part))
    assert [first for first, *_ in seen] == [0, 5, 10, 12, 17, 22, 24, 29]
    np.testing.assert_array_equal(np.concatenate([each[1] for each in seen]), whole.predicted)
    np.testing.assert_allclose(parts.confidence, whole.confidence, rtol=1e-6)
    np.testing.assert_array_equal(parts.evaluation.confusion, whole.evaluation.confusion)
    assert parts.evaluation.loss == pytest.approx(whole.evaluation.loss)
    assert parts.worst(5).tolist() == whole.worst(5).tolist()
