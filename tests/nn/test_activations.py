"""Activations where they are hard: at kinks, far from 0, and next to nothing."""

import itertools

import numpy as np
import pytest

from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import Activation, LeakyReLU, ReLU, Sigmoid, Tanh
from cnntrain.nn.layers.base import Layer
from tests.nn.harness import PRECISIONS, built, from_engine, ready

ACTIVATIONS = [name for name, kind in LAYERS.items() if issubclass(kind, Activation)]
LIMITS = {  # y at the far left and at the far right; None: x itself, or a times x
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, None),
    "leaky_relu": (None, None),
}


def extremes(dtype: np.dtype) -> np.ndarray:
    """Return the numbers at which formulas break, both signs."""
    limits = np.finfo(dtype)
    tiny = [0.0, limits.smallest_subnormal, limits.smallest_normal / 2, limits.smallest_normal]
    sizes = [*tiny, 1e-10, 1.0, 20.0, 100.0, 800.0, 1e4, 1e30, limits.max]
    return np.array([*sizes, *(-size for size in sizes)], dtype)


def applied(layer: Layer, x: np.ndarray, dy: float = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return y and dx for a row of numbers."""
    replica = ready(built(layer, (1, 1, len(x)), x.dtype), 1)
    y = replica.forward(to_engine(x.reshape(1, 1, 1, -1)), train=True)
    return from_engine(y).ravel(), from_engine(replica.backward(np.full_like(y, dy))).ravel()


def test_every_activation_has_its_limits_here() -> None:
    assert list(LIMITS) == ACTIVATIONS


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_inputs_give_finite_values_and_slopes_without_a_warning(
    name: str, dtype: np.dtype
) -> None:
    x = extremes(dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        y, slope = applied(LAYERS[name](), x)
    assert np.isfinite(y).all()
    assert ((slope >= 0) & (slope <= 1)).all()


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_far_from_zero_each_activation_is_at_its_limit(name: str, dtype: np.dtype) -> None:
    x = np.array([-1e30, -1e4, 1e4, 1e30], dtype)
    layer = LAYERS[name]()
    a = layer.slope if isinstance(layer, LeakyReLU) else 0
    left, right = LIMITS[name]
    y, slope = applied(layer, x)
    np.testing.assert_array_equal(y[:2], x[:2] * dtype.type(a) if left is None else left)
    np.testing.assert_array_equal(y[2:], x[2:] if right is None else right)
    np.testing.assert_array_equal(slope[:2], dtype.type(a))
    np.testing.assert_array_equal(slope[2:], 1 if right is None else 0)


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
def test_sigmoid_is_within_two_roundings_of_its_definition(dtype: np.dtype) -> None:
    x = np.linspace(-30, 30, 2001, dtype=dtype)
    y, _ = applied(Sigmoid(), x)
    expected = 1 / (1 + np.exp(-x.astype(float)))
    np.testing.assert_allclose(y, expected, rtol=0, atol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize(
    ("layer", "y", "slope"),
    [(Sigmoid(), 0.5, 0.25), (Tanh(), 0, 1), (ReLU(), 0, 0), (LeakyReLU(0.2), 0, 0.2)],
)
def test_at_zero_of_either_sign_values_and_slopes_are_as_documented(
    layer: Layer, y: float, slope: float
) -> None:
    found = applied(layer, np.array([0.0, -0.0]))
    np.testing.assert_array_equal(found, [[y, y], [slope, slope]])


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@pytest.mark.parametrize(("layer", "left"), [(ReLU(), 0.0), (LeakyReLU(0.25), 0.25)])
def test_next_to_a_kink_the_slope_is_that_of_the_side(
    layer: Layer, left: float, dtype: np.dtype
) -> None:
    tiny = np.finfo(dtype).smallest_subnormal
    _, slope = applied(layer, np.array([-tiny, tiny], dtype))
    np.testing.assert_array_equal(slope, [left, 1])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_activation_falls(name: str) -> None:
    y, _ = applied(LAYERS[name](), np.linspace(-50, 50, 1001))
    assert all(left <= right for left, right in itertools.pairwise(y))
