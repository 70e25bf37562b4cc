"""The formulas of the layers and the fast ways train the same network."""

import numpy as np
import pytest

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast import FAST, routine_for
from cnntrain.nn.fast.routine import Plain
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import Activation
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.losses import MeanSquaredError
from cnntrain.nn.network import Network
from cnntrain.nn.updates import GradientDescent
from tests.nn.harness import FLOAT64, TOLERANCE, built
from tests.nn.networks import DIGIT, batch, every_kind_of_layer, tutorial_layers


def made(layers: list[Layer], dtype: np.dtype, *, plain: bool, in_shape: Shape = DIGIT) -> Network:
    rng = np.random.default_rng(0)
    return Network(layers, MeanSquaredError(), in_shape=in_shape, dtype=dtype, rng=rng, plain=plain)


def trained(layers: list[Layer], dtype: np.dtype, *, plain: bool) -> tuple[Network, list[float]]:
    """Return a network after ten mini-batches of 17, and their losses."""
    net = made(layers, dtype, plain=plain)
    descent = GradientDescent().on(net.parameters, [0.5] * len(net.parameters))
    losses = []
    for number in range(10):
        images, targets = (each.astype(dtype) for each in batch(DIGIT, 10, 17, seed=number))
        losses.append(net.backpropagate(images, targets).loss)
        descent.update()
    return net, losses


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("layers", [tutorial_layers, every_kind_of_layer])
def test_ten_mini_batches_end_in_the_same_weights_losses_and_outputs(
    layers: type, dtype: np.dtype
) -> None:
    fast, fast_losses = trained(layers(), dtype, plain=False)
    plain, plain_losses = trained(layers(), dtype, plain=True)
    bound = TOLERANCE[dtype]
    np.testing.assert_allclose(plain_losses, fast_losses, rtol=10 * bound)
    for name, value in plain.state().items():
        np.testing.assert_allclose(value, fast.state()[name], rtol=0, atol=bound)
    images = batch(DIGIT, 10, 60)[0].astype(dtype)
    np.testing.assert_allclose(plain.outputs(images), fast.outputs(images), atol=bound)


def test_a_plain_network_computes_by_the_formulas_alone() -> None:
    routines = made(tutorial_layers(), FLOAT64, plain=True).observed((0, 2)).routines
    assert {type(routine) for routine in routines[1:]} == {Plain}


def test_every_fast_way_is_that_of_a_layer_of_the_table() -> None:
    assert FAST.keys() <= set(LAYERS.values())


class SiLU(Activation):
    """y = x/(1 + e^−x), whose derivative needs both x and y."""

    def f(self, x: np.ndarray) -> np.ndarray:
        y: np.ndarray = x * (0.5 * np.tanh(0.5 * x) + 0.5)
        return y

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        s = 0.5 * np.tanh(0.5 * x) + 0.5
        slope: np.ndarray = y + s * (1 - y)
        return slope


def test_an_activation_without_a_fast_way_is_trained_by_its_formula() -> None:
    layer = built(SiLU(), (2, 3, 4))
    routine = routine_for(layer, 5, Memory(FLOAT64), input_grad=True)
    x = np.random.default_rng(0).normal(size=(3, 2, 4, 5))
    dy = np.random.default_rng(1).normal(size=x.shape)
    y = routine.forward(x, train=True)
    dx = routine.backward(dy)
    np.testing.assert_allclose(y, x / (1 + np.exp(-x)), rtol=1e-12)
    step = 1e-6
    slope = ((x + step) / (1 + np.exp(-x - step)) - (x - step) / (1 + np.exp(-x + step))) / 2 / step
    assert dx is not None
    np.testing.assert_allclose(dx, dy * slope, rtol=0, atol=1e-8)
