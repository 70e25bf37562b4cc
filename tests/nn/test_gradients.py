"""Gradients against central differences in float64: each layer, each loss, the whole network."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.losses import LOSSES, MeanSquaredError
from cnntrain.nn.network import Network
from tests.nn.cases import CASES, LOSS_CASES, odd_sizes
from tests.nn.harness import (
    FLOAT64,
    built,
    central_difference,
    from_engine,
    ready,
    unit,
    without_kinks,
)
from tests.nn.networks import one_hot, tutorial_layers


class Checked:
    """One layer on one batch: the number Σ r·y, and its derivatives by x, W and b."""

    def __init__(self, layer: Layer, shape: Shape, batch: int) -> None:
        rng = np.random.default_rng(0)
        self.layer, self.batch = built(layer, shape), batch
        self.x = without_kinks(rng, (batch, *shape))
        self.r = rng.normal(size=(batch, *self.layer.out_shape))
        replica = ready(self.layer, batch)
        replica.forward(to_engine(self.x), train=True)
        dx = from_engine(replica.backward(to_engine(self.r)))
        self.gradients = {"x": dx} | {k: p.gradient for k, p in replica.parameters.items()}
        self.variables = {"x": self.x} | {k: p.value for k, p in self.layer.parameters.items()}

    def value(self) -> float:
        """Return Σ r·y for the variables as they are now."""
        y = ready(self.layer, self.batch).forward(to_engine(self.x), train=True)
        return float(np.vdot(self.r, from_engine(y)))

    def pairs(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Return each variable with its gradient."""
        for name, variable in self.variables.items():
            yield variable, self.gradients[name]


def assert_directional(checked: Checked) -> None:
    rng = np.random.default_rng(1)
    for variable, gradient in checked.pairs():
        direction = rng.normal(size=variable.shape)
        slope = central_difference(checked.value, variable, direction)
        assert slope == pytest.approx(np.vdot(gradient, direction), rel=1e-7, abs=1e-8)


def assert_sample_directional(name: str, data: st.DataObject) -> None:
    layer, shape = data.draw(CASES[name].samples)
    assert_directional(Checked(layer, shape, data.draw(st.integers(1, 3), "batch")))


@pytest.mark.parametrize("name", LAYERS)
@settings(max_examples=30)
@given(data=st.data())
def test_any_layer_has_the_right_slope_in_any_direction(name: str, data: st.DataObject) -> None:
    assert_sample_directional(name, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYERS)
@given(data=st.data())
def test_many_more_samples_of_any_layer_have_the_right_slope(
    name: str, data: st.DataObject
) -> None:
    assert_sample_directional(name, data)


@pytest.mark.parametrize(("name", "layer", "shape"), odd_sizes())
def test_every_odd_size_has_the_right_slope_in_any_direction(
    name: str, layer: Layer, shape: Shape
) -> None:
    assert_directional(Checked(layer, shape, batch=2))


@pytest.mark.parametrize(
    ("name", "layer", "shape"),
    [  # each number of an image takes two forward passes
        pytest.param(*case, marks=[pytest.mark.slow] if math.prod(case[2]) > 250 else [])
        for case in odd_sizes()
    ],
)
def test_every_element_of_every_gradient_matches_its_difference(
    name: str, layer: Layer, shape: Shape
) -> None:
    checked = Checked(layer, shape, batch=2)
    for variable, gradient in checked.pairs():
        slopes = [
            central_difference(checked.value, variable, unit(variable, index))
            for index in np.ndindex(variable.shape)
        ]
        np.testing.assert_allclose(gradient.ravel(), slopes, rtol=1e-7, atol=1e-8)


def test_every_loss_of_the_table_has_a_case() -> None:
    assert list(LOSS_CASES) == list(LOSSES)


@pytest.mark.parametrize("name", LOSSES)
@given(outputs=st.integers(1, 6), images=st.integers(1, 4), rest=st.integers(0, 3))
def test_any_loss_has_the_right_slope_for_every_output(
    name: str, outputs: int, images: int, rest: int
) -> None:
    rng = np.random.default_rng(0)
    y, t = rng.normal(size=(outputs, images)), rng.dirichlet(np.ones(outputs), images).T
    loss, batch = LOSSES[name](), images + rest
    loss.allocate(outputs, images, FLOAT64)
    loss.forward(y, t, batch)
    dy = loss.dy.copy()
    slopes = [
        central_difference(lambda: loss.forward(y, t, batch), y, unit(y, index))
        for index in np.ndindex(y.shape)
    ]
    np.testing.assert_allclose(dy.ravel(), slopes, rtol=1e-7, atol=1e-9)


@pytest.fixture(scope="module")
def full_size() -> tuple[Network, np.ndarray, np.ndarray]:
    """Return the tutorial's network and a batch that several shards share."""
    rng = np.random.default_rng(0)
    network = Network(
        tutorial_layers(), MeanSquaredError(), in_shape=(1, 28, 28), dtype=FLOAT64, rng=rng
    )
    assert len(network.workspace.shards_for(20)) > 1
    return network, rng.random((20, 1, 28, 28)), one_hot(rng.integers(0, 10, 20), 10)


def test_the_tutorials_network_at_full_size_has_the_right_slopes(
    full_size: tuple[Network, np.ndarray, np.ndarray],
) -> None:
    network, images, targets = full_size
    rng = np.random.default_rng(1)
    network.backpropagate(images, targets)
    gradients = {name: p.gradient.copy() for name, p in network.parameters.items()}
    for name, parameter in network.parameters.items():
        value, gradient = parameter.value, gradients[name]
        directions = [rng.normal(size=value.shape) for _ in range(2)]
        picked = rng.choice(value.size, min(20, value.size), replace=False)
        directions += [unit(value, np.unravel_index(at, value.shape)) for at in picked]
        for direction in directions:
            slope = central_difference(
                lambda: network.backpropagate(images, targets).loss, value, direction, 1e-4
            )
            assert slope == pytest.approx(np.vdot(gradient, direction), rel=1e-6, abs=1e-9), name


def test_the_gradient_of_the_images_at_full_size_has_the_right_slopes(
    full_size: tuple[Network, np.ndarray, np.ndarray],
) -> None:
    network, images, targets = full_size
    rng = np.random.default_rng(1)
    shard = network.observed((0, len(images)), input_grad=True)
    shard.step(images, targets, None)
    dx = shard.errors[0]
    assert dx is not None
    gradient = dx.copy()
    for _ in range(3):
        direction = rng.normal(size=images.shape)
        slope = central_difference(
            lambda: shard.step(images, targets, None)[0], images, direction, 1e-4
        )
        assert slope == pytest.approx(np.vdot(gradient, direction), rel=1e-6)
