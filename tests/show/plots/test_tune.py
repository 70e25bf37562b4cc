import numpy as np
import pytest
from matplotlib.lines import Line2D

from cnntrain.runs.tune.result import Found, Tried
from cnntrain.runs.tune.vary import Vary
from cnntrain.show.plots.tune import draw_history, draw_importances, draw_slices
from cnntrain.show.tune import as_score, of_trial

RATE = Vary("train.alpha", low=0.1, high=10, log=True)
KIND = Vary("network[1]", choices=("relu", "tanh"))


def tried(number: int, state: str, *scores: float, rate: float = 1.0, kind: str = "relu") -> Tried:
    values = {RATE.key: rate, KIND.key: kind}
    return Tried(number, state, values, list(scores), [], 1.5, "here:1", "")


@pytest.fixture
def found() -> Found:
    trials = [
        tried(0, "complete", 0.5, 0.8, rate=0.2),
        tried(1, "pruned", 0.1, rate=9.0, kind="tanh"),
        tried(2, "complete", 0.5, 0.7, rate=0.5),
        tried(3, "diverged", rate=10.0),
        tried(4, "complete", 0.5, 0.9, kind="tanh"),
    ]
    return Found([RATE, KIND], True, trials, {RATE.key: 0.75, KIND.key: 0.25})


def points(line: Line2D) -> list[list[float]]:
    pairs: list[list[float]] = np.round(np.array(line.get_xydata()), 9).tolist()
    return pairs


def test_the_history_has_every_result_and_the_best_so_far(found: Found) -> None:
    [axes] = draw_history(found, "lenet.yaml, 5 trials").axes
    given_up, complete, best = axes.lines
    assert points(given_up) == [[1, 90]]
    assert points(complete) == [[0, 20], [2, 30], [4, 10]]
    assert [y for _, y in points(best)] == [20, 20, 10]
    assert axes.get_ylabel() == "validation error, %"


def test_a_slice_shows_each_trial_at_its_value_and_the_best_as_a_star(found: Found) -> None:
    rate, kind = draw_slices(found, "lenet.yaml, 5 trials").axes[:2]
    assert rate.get_xscale() == "log"
    assert [points(line) for line in rate.lines] == [
        [[9, 90]],
        [[0.2, 20], [0.5, 30], [1, 10]],
        [[1, 10]],
    ]
    assert [label.get_text() for label in kind.get_xticklabels()] == ["relu", "tanh"]
    assert points(kind.lines[1]) == [[0, 20], [0, 30], [1, 10]]


def test_importances_are_bars_and_without_them_there_is_no_picture(found: Found) -> None:
    figure = draw_importances(found, "lenet.yaml")
    assert figure is not None
    [axes] = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [25, 75]  # type: ignore[attr-defined]
    assert draw_importances(Found([RATE], True, [], {}), "lenet.yaml") is None


def test_each_trial_is_a_line_with_what_became_of_it(found: Found) -> None:
    lines = [of_trial(trial, found) for trial in found.tried]
    assert lines[0].startswith("trial 0: 80.00% after 2 epochs, 1.5 s; train.alpha=0.2, network[1]")
    assert lines[0].endswith("(best: 90.00%, trial 4)")
    assert lines[1].startswith("trial 1: 10.00% after 1 epoch, given up, 1.5 s")
    assert lines[3].startswith("trial 3: diverged after 0 epochs")
    assert "best" not in lines[4]
    assert (as_score(None, maximize=True), as_score(0.25, maximize=False)) == ("–", "0.25000")
