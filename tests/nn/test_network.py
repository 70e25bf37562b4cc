"""Networks: names, values, layers that do not fit, outputs."""

import numpy as np
import pytest

from cnntrain.nn.layers import layer_names
from cnntrain.nn.layers.activations import Sigmoid, Tanh
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.pooling import MeanPooling
from cnntrain.nn.network import NetworkShapeError
from tests.nn.cases import CASES
from tests.nn.harness import PRECISIONS
from tests.nn.networks import (
    SMALL,
    assert_same_bytes,
    batch,
    gradients,
    naive_twin,
    network,
    small_layers,
)


def test_layers_are_named_by_kind_and_number_and_parameters_by_layer_and_part() -> None:
    net = network(small_layers(), SMALL)
    assert net.names == ["input", "conv1", "tanh1", "max_pool1", "conv2", "sigmoid1", "dense1"]
    assert list(net.parameters) == [
        "conv1.weights",
        "conv1.bias",
        "conv2.weights",
        "conv2.bias",
        "dense1.weights",
        "dense1.bias",
    ]


def test_every_layer_of_the_table_can_be_named() -> None:
    layers = [case.odd[0][0] for case in CASES.values()]
    assert layer_names([*layers, *layers]) == [f"{name}{i}" for i in (1, 2) for name in CASES]


def test_the_state_is_a_copy_that_can_be_loaded_into_another_network() -> None:
    net, other = network(small_layers(), SMALL, seed=0), network(small_layers(), SMALL, seed=1)
    net.workspace.shards_for(20)
    other.workspace.shards_for(20)  # which share the values, and have to see the new ones
    state = net.state()
    for values in net.state().values():
        values.fill(9)
    assert_same_bytes(net.state(), state)
    other.load_state(state)
    images, targets = batch(SMALL, 3, 20)
    assert other.backpropagate(images, targets) == net.backpropagate(images, targets)
    assert_same_bytes(gradients(other), gradients(net))


def test_the_same_seed_makes_the_same_network_and_another_seed_another() -> None:
    states = [network(small_layers(), SMALL, seed=seed).state() for seed in (3, 3, 4)]
    assert_same_bytes(states[0], states[1])
    assert not np.array_equal(states[0]["conv1.weights"], states[2]["conv1.weights"])


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
def test_weights_gradients_and_outputs_have_the_precision_asked_for(dtype: np.dtype) -> None:
    net = network(small_layers(), SMALL, dtype=dtype)
    images, targets = batch(SMALL, 3, 4)
    net.backpropagate(images, targets)
    arrays = [*net.state().values(), *gradients(net).values(), net.outputs(images)]
    assert {array.dtype for array in arrays} == {dtype}


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
def test_pixels_are_divided_by_255_and_floats_are_not(dtype: np.dtype) -> None:
    net = network(small_layers(), SMALL, dtype=dtype)
    pixels = np.random.default_rng(0).integers(0, 256, (5, *SMALL), np.uint8)
    pixels[0, 0, 0, :2] = 0, 255
    np.testing.assert_array_equal(net.outputs(pixels), net.outputs(pixels.astype(dtype) / 255))


@pytest.mark.parametrize(
    ("layers", "index", "name", "in_shape", "parts"),
    [
        ([Convolution(2, 7)], 0, "conv1", SMALL, ["window of 7", "6 rows", "7 rows or more"]),
        (
            [Tanh(), Convolution(2, 5), Convolution(2, (1, 3), padding=(3, 0))],
            2,
            "conv2",
            (2, 2, 2),
            ["window of 3", "2 columns", "3 columns or more", "2 or less"],
        ),
        ([Convolution(1, 9, padding=1)], 0, "conv1", SMALL, ["6 rows with padding 1", "7 rows"]),
        ([MeanPooling((2, 8)), Dense(3)], 0, "mean_pool1", SMALL, ["window of 8", "6 columns"]),
        ([Dense(3), Convolution(1, 2)], 1, "conv1", (3, 1, 1), ["window of 2", "1 rows"]),
        ([MeanPooling(2), Dense(2, weights=[[1.0]])], 1, "dense1", (1, 3, 3), ["(1, 1)", "(2, 9)"]),
        ([Sigmoid()], 0, "sigmoid1", SMALL, ["maps", "1x1", "dense"]),
        ([MeanPooling(2)], 0, "mean_pool1", SMALL, ["1x3x3", "maps"]),
    ],
)
def test_a_layer_that_does_not_fit_is_named_with_its_place_input_and_reason(
    layers: list[Layer], index: int, name: str, in_shape: Shape, parts: list[str]
) -> None:
    with pytest.raises(NetworkShapeError) as caught:
        network(layers, SMALL)
    error = caught.value
    assert (error.index, error.name, error.in_shape) == (index, name, in_shape)
    for part in parts:
        assert part in error.reason
    assert str(error).startswith(f"{name}: input {'x'.join(map(str, in_shape))}: ")
    assert str(error).endswith(error.reason)


@pytest.mark.parametrize("size", [1, 15, 127, 128, 129, 300])
def test_outputs_are_those_of_the_naive_network_for_any_number_of_images(size: int) -> None:
    net = network([Convolution(2, 3, stride=2), Tanh(), Dense(3)], SMALL)
    images = np.random.default_rng(0).normal(size=(size, *SMALL))
    x = images
    for layer in naive_twin(net).layers:
        x = layer.forward(x)
    np.testing.assert_allclose(net.outputs(images), x[:, :, 0, 0], rtol=0, atol=1e-13)


def test_outputs_leave_dropout_and_its_random_numbers_alone() -> None:
    images, targets = batch(SMALL, 3, 20)
    one, other = (network([Dropout(0.5), Dense(3)], SMALL) for _ in range(2))
    np.testing.assert_array_equal(one.outputs(images), one.outputs(images))
    assert one.backpropagate(images, targets) == other.backpropagate(images, targets)
    assert_same_bytes(gradients(one), gradients(other))


def test_the_loss_of_outputs_is_the_loss_of_the_batch() -> None:
    net = network(small_layers(), SMALL)
    images, targets = batch(SMALL, 3, 50)
    expected = net.backpropagate(images, targets).loss
    assert net.loss_of(net.outputs(images), targets) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("culprit", ["conv1", "conv2", "dense1", None])
def test_the_first_layer_that_is_not_finite_is_named(culprit: str | None) -> None:
    net = network(small_layers(), SMALL)
    if culprit:
        net.parameters[f"{culprit}.bias"].value[-1] = np.nan
    images, targets = batch(SMALL, 3, 17)
    net.backpropagate(images, targets)
    assert net.first_not_finite(images, targets) == culprit
