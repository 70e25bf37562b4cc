"""What pooling decides for itself: ties, edges, and where errors go back to."""

import numpy as np
import pytest

from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling
from tests.nn.harness import FLOAT64, built, from_engine, ready


def pooled_back(layer: MaxPooling | MeanPooling, image: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Return dx of one grey image."""
    replica = ready(built(layer, (1, *image.shape)), 1)
    replica.forward(to_engine(image[None, None]), train=True)
    dx = from_engine(replica.backward(to_engine(dy[None, None])))
    return dx.reshape(image.shape)


@pytest.mark.parametrize("window", [(2, 2), (3, 2), (1, 4), (4, 1), (17, 16)])
def test_of_all_equal_pixels_the_first_of_the_window_wins(window: tuple[int, int]) -> None:
    image = np.full((2 * window[0], 2 * window[1]), -3.0)
    dx = pooled_back(MaxPooling(window), image, np.array([[1.0, 2.0], [3.0, 4.0]]))
    expected = np.zeros_like(image)
    expected[:: window[0], :: window[1]] = [[1, 2], [3, 4]]
    np.testing.assert_array_equal(dx, expected)


@pytest.mark.parametrize(
    ("image", "winner"),
    [
        ([[1, 5, 5], [5, 2, 5]], (0, 1)),  # right before below
        ([[1, 2, 3], [4, 9, 9]], (1, 1)),
        ([[9, 0, 0], [0, 0, 9]], (0, 0)),
        ([[-1, -0.0, 0.0], [-1, 0.0, -0.0]], (0, 1)),  # −0 equals 0
    ],
)
def test_of_equal_maxima_the_first_in_reading_order_gets_the_whole_error(
    image: list[list[float]], winner: tuple[int, int]
) -> None:
    expected = np.zeros((2, 3))
    expected[winner] = 7
    dx = pooled_back(MaxPooling((2, 3)), np.array(image, float), np.array([[7.0]]))
    np.testing.assert_array_equal(dx, expected)


def test_a_pixel_that_wins_in_two_windows_gets_both_errors() -> None:
    image = np.array([[0.0, 8.0, 0.0]])
    dx = pooled_back(MaxPooling((1, 2), 1), image, np.array([[3.0, 4.0]]))
    np.testing.assert_array_equal(dx, [[0, 7, 0]])


@pytest.mark.parametrize("kind", [MaxPooling, MeanPooling])
def test_pixels_that_no_window_reaches_have_no_influence_and_no_gradient(
    kind: type[MaxPooling] | type[MeanPooling],
) -> None:
    image = np.arange(35.0).reshape(5, 7)
    layer = ready(built(kind(2, 3), (1, 5, 7)), 1)
    assert layer.out_shape == (1, 2, 2)
    y = from_engine(layer.forward(to_engine(image[None, None]), train=True))
    seen = np.zeros((5, 7), bool)
    seen[np.ix_([0, 1, 3, 4], [0, 1, 3, 4])] = True
    changed = np.where(seen, image, 1e6)
    again = from_engine(layer.forward(to_engine(changed[None, None]), train=True))
    np.testing.assert_array_equal(again, y)
    assert not pooled_back(kind(2, 3), image, np.ones((2, 2)))[~seen].any()


def test_mean_poolings_upsampling_spreads_the_error_evenly_as_in_S1() -> None:
    dy = np.array([[4.0, 8.0], [-12.0, 0.4]])
    dx = pooled_back(MeanPooling(2), np.zeros((4, 4)), dy)
    np.testing.assert_allclose(dx, np.kron(dy, np.full((2, 2), 1 / 4)), rtol=1e-15)


def test_max_pooling_finds_the_same_winners_where_it_does_not_train() -> None:
    image = np.random.default_rng(0).normal(size=(1, 1, 6, 6))
    layer = ready(built(MaxPooling(3, 1), (1, 6, 6)), 1)
    trained = layer.forward(to_engine(image), train=True).copy()
    np.testing.assert_array_equal(layer.forward(to_engine(image), train=False), trained)


@pytest.mark.parametrize("kind", [MaxPooling, MeanPooling])
def test_a_global_window_is_as_large_as_whatever_map_it_is_on(
    kind: type[MaxPooling] | type[MeanPooling],
) -> None:
    layer = kind("global")
    for shape in ((3, 4, 5), (2, 7, 1)):
        assert layer.build(shape, np.random.default_rng(0), FLOAT64) == (shape[0], 1, 1)
        assert layer.geometry() == (shape[1:], shape[1:], (0, 0))
    assert layer.window == "global"


def test_global_average_pooling_is_the_mean_of_each_map() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    layer = ready(built(MeanPooling("global"), (3, 4, 5)), 2)
    y = from_engine(layer.forward(to_engine(x), train=True))
    np.testing.assert_allclose(y[:, :, 0, 0], x.mean(axis=(2, 3)), rtol=1e-14)
