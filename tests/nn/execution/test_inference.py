"""Outputs alone: the numbers of the configuration's order of layers, computed in another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnntrain.nn.execution.inference import InferenceShard, inference_bounds, max_pooling_first
from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.activations import LeakyReLU, ReLU, Sigmoid, Tanh
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.normalization import BatchNormalization
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling
from cnntrain.nn.network import Network
from tests.nn.harness import FLOAT32, PRECISIONS, ready
from tests.nn.networks import (
    DIGIT,
    batch,
    every_kind_of_layer,
    network,
    small_layers,
    tutorial_layers,
)


def max_pooled(*between: Layer, bias: bool = True) -> list[Layer]:
    """Return a network with layers between a convolution and max pooling."""
    return [Convolution(3, 5, bias=bias), *between, MaxPooling(2), Dense(4)]


NETWORKS = {
    "relu": max_pooled(ReLU()),
    "no activation": max_pooled(),
    "no bias": max_pooled(LeakyReLU(0.3), bias=False),
    "two activations": max_pooled(LeakyReLU(0.3), ReLU()),
    "sigmoid": max_pooled(Sigmoid()),
    "dropout": max_pooled(Dropout(0.5), ReLU()),
    "batch norm": max_pooled(BatchNormalization(), ReLU(), bias=False),
    "pooling twice": [Convolution(2, 3), ReLU(), MaxPooling(3, 2), Tanh(), MaxPooling(2), Dense(2)],
    "pooling first": [MaxPooling((2, 3)), ReLU(), Dense(2)],
    "nothing dense": [Convolution(2, 25), ReLU(), MaxPooling(4)],
    "dense alone": [Dense(5), ReLU(), Dense(3)],
    "tutorial": tutorial_layers(),
    "every kind": every_kind_of_layer(),
}


def in_order(net: Network, images: np.ndarray) -> np.ndarray:
    """Return the outputs (N, K) of the layers in the order of the configuration."""
    x = images
    for layer in net.layers:
        x = ready(layer, len(images)).forward(x, train=False)
    return x.reshape(net.classes, -1).T


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_outputs_are_those_of_the_layers_in_their_order(
    layers: list[Layer], dtype: np.dtype
) -> None:
    net = network(layers, DIGIT, dtype=dtype)
    for parameter in net.parameters.values():
        if parameter.value.ndim == 1:  # a bias, or the scale of a normalization
            parameter.value[...] = np.linspace(-0.5, 0.5, parameter.value.size)
    images, _ = batch(DIGIT, 10, 15)
    np.testing.assert_array_equal(net.outputs(images), in_order(net, images.astype(dtype)))


@pytest.mark.parametrize("size", [1, 15, 16, 100, 128, 200, 513])
def test_any_number_of_images_has_the_outputs_of_each_alone(size: int) -> None:
    net = network(small_layers(), (1, 6, 6))
    images, _ = batch((1, 6, 6), 3, size)
    alone = np.concatenate([net.outputs(image[None]) for image in images])
    np.testing.assert_allclose(net.outputs(images), alone, rtol=0, atol=1e-14)


def names(layers: list[Layer]) -> list[str]:
    """Return the kinds of what computes the outputs."""
    return [type(part).__name__ for part in max_pooling_first(network(layers, DIGIT).layers)]


def test_bias_and_relu_wait_for_max_pooling() -> None:
    moved = ["Input", "Convolution", "MaxPooling", "Bias", "LeakyReLU", "ReLU", "Dense"]
    assert names(max_pooled(LeakyReLU(), ReLU())) == moved


def test_relu_waits_but_batch_normalization_does_not_for_its_scale_may_be_negative() -> None:
    moved = ["Input", "Convolution", "BatchNormalization", "MaxPooling", "ReLU", "Dense"]
    assert names(max_pooled(BatchNormalization(), ReLU())) == moved


@pytest.mark.parametrize("between", [Sigmoid(), Tanh(), Dropout(0.1), MeanPooling(1)])
def test_others_do_not_for_their_rounding_may_fall(between: Layer) -> None:
    kinds = ["Input", "Convolution", type(between).__name__, "MaxPooling", "Dense"]
    assert names(max_pooled(between)) == kinds


def test_the_layers_of_the_network_stay_as_they_are() -> None:
    net = network(max_pooled(ReLU()), DIGIT)
    net.outputs(batch(DIGIT, 10, 1)[0])
    assert net.layers[1].parameters.keys() == {"weights", "bias"}
    assert net.layers[2].in_shape == (3, 24, 24)


COMMUTING = [layer for layer in LAYERS.values() if layer.commutes_with_max]
finite = st.floats(width=32, allow_nan=False)


@pytest.mark.parametrize("kind", COMMUTING)
@given(a=finite, b=finite)
def test_what_is_said_never_to_fall_never_falls(kind: type[Layer], a: float, b: float) -> None:
    numbers = np.array([min(a, b), max(a, b)], FLOAT32).reshape(2, 1, 1, 1)
    layer = kind()
    layer.build((1, 1, 1), np.random.default_rng(0), FLOAT32)
    low, high = ready(layer, 2).forward(to_engine(numbers), train=False).ravel()
    assert low <= high


def test_there_are_such_activations() -> None:
    assert {ReLU, LeakyReLU} <= {*COMMUTING}


@pytest.mark.parametrize(
    ("layers", "images"),
    [
        (tutorial_layers(), 64),
        ([Convolution(20, 5), MaxPooling(2), Dense(10)], 32),
        ([Convolution(64, 3, padding=1), MaxPooling(2), Dense(10)], 16),
        ([Dense(30_000), Dense(10)], 64),
    ],
)
def test_the_larger_the_maps_the_fewer_images_at_once(layers: list[Layer], images: int) -> None:
    net = network(layers, DIGIT, dtype=FLOAT32)
    assert InferenceShard(net.layers, (0, 128), net.workspace.memory).slices[0] == (0, images)


@given(st.integers(1, 3000))
def test_batches_are_cut_in_an_even_number_of_shards_of_up_to_128_images(size: int) -> None:
    sizes = [last - first for first, last in inference_bounds(size)]
    assert sum(sizes) == size
    assert max(sizes) <= 128
    assert len(sizes) % 2 == 0 or size < 16
