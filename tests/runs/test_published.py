"""Published figures beside computed ones: Mazur's example (S2)."""

import math

import numpy as np
import pytest

from cnntrain.config import load_config
from cnntrain.nn.execution.workspace import in_turn
from cnntrain.runs.begin import begin
from cnntrain.runs.published import Comparison, Figure, table
from cnntrain.runs.records import Records


def fetch_nothing(*_: object) -> None:
    """Inline data needs no files."""


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    folder = tmp_path_factory.mktemp("mazur")
    experiment = begin(load_config("mazur"), data_dir=None, fetch=fetch_nothing)
    published = experiment.config.published
    watched = Comparison(experiment.network, experiment.splits.train, published)
    watched.compute(0)
    with Records(folder / "batches.csv", folder / "epochs.csv", experiment.progress) as records:
        for event in experiment.events(folder, executor=in_turn, records=records):
            watched(event)
    return watched


def test_mazurs_error_is_computed_before_after_one_and_after_10000_updates(
    comparison: Comparison,
) -> None:
    computed = [figure.computed for figure in comparison.figures]
    expected = [0.298371109, 0.291027774, 3.51019e-5, 0.01591362, 0.98406427]
    for value, figure in zip(computed, expected, strict=True):
        assert value == pytest.approx(figure, rel=0, abs=5e-9)


def test_the_published_figures_follow_when_hidden_gradients_see_the_updated_output_weights() -> (
    None
):
    def sigmoid(z: np.ndarray) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-z)))

    x, t = np.array([0.05, 0.10]), np.array([0.01, 0.99])
    w1, w2 = np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([[0.40, 0.45], [0.50, 0.55]])
    errors = []
    for _ in range(10_001):
        h = sigmoid(w1 @ x + 0.35)
        o = sigmoid(w2 @ h + 0.60)
        errors.append(float(0.5 * np.sum((t - o) ** 2)))
        delta = (o - t) * o * (1 - o)
        w2 = w2 - 0.5 * np.outer(delta, h)
        w1 = w1 - 0.5 * np.outer(w2.T @ delta * h * (1 - h), x)
    assert round(errors[0], 9) == 0.298371109
    assert round(errors[1], 9) == 0.291027924
    assert round(errors[10_000], 9) == 0.000035085
    assert math.isclose(o[0], 0.015912196, abs_tol=5e-9)
    assert math.isclose(o[1], 0.984065734, abs_tol=5e-9)


def test_the_table_shows_published_and_computed_side_by_side(comparison: Comparison) -> None:
    lines = table(comparison.figures)
    assert lines[0].split() == ["after", "updates", "published", "computed", "difference"]
    assert lines[1].split()[:4] == ["0", "mse", "0.298371109", "0.298371108760"]
    assert lines[2].split()[:4] == ["1", "mse", "0.291027924", "0.291027773694"]
    assert lines[3].split()[:4] == ["10,000", "mse", "0.000035085", "0.000035101878"]
    assert lines[4].split()[:4] == ["output", "1", "0.015912196", "0.015913620444"]
    assert max(map(len, lines)) <= 80


def test_what_a_note_is_about_carries_its_mark(comparison: Comparison) -> None:
    lines = table(comparison.figures)
    assert [line.endswith(" *") for line in lines[1:6]] == [False, True, True, True, True]
    assert [line for line in lines if line.startswith("*")] == [
        "* The published figures come from a program that took the gradients of w1..w4",
    ]


def test_two_notes_have_two_marks() -> None:
    figures = [Figure(n, "mse", 0.5, 0.5, note) for n, note in enumerate(["one", "two", "one"])]
    lines = table(figures)
    assert [line.rpartition(" ")[2] for line in lines[1:4]] == ["*", "**", "*"]
    assert lines[4:] == ["* one", "** two"]


def test_in_a_narrow_terminal_published_and_computed_stand_below_each_other(
    comparison: Comparison,
) -> None:
    lines = table(comparison.figures, columns=40)
    assert lines[4:8] == [
        "mse after 1 update *",
        "  published   0.291027924",
        "  computed    0.291027773694",
        "  difference  -1.5e-07",
    ]
    assert max(map(len, lines)) <= 40
