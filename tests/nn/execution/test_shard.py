"""Batches cut in shards: the same numbers as uncut, the same bytes in any order of the work."""

import tracemalloc
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnntrain.nn.execution.shard import bounds
from cnntrain.nn.layers.activations import Sigmoid
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.pooling import MeanPooling
from cnntrain.nn.losses import LOSSES
from cnntrain.nn.network import Network
from cnntrain.nn.updates import GradientDescent
from tests.nn import naive_network
from tests.nn.cases import LOSS_CASES
from tests.nn.harness import FLOAT32, PRECISIONS, TOLERANCE
from tests.nn.networks import (
    SMALL,
    assert_same_bytes,
    batch,
    every_kind_of_layer,
    gradients,
    naive_twin,
    network,
    small_layers,
    tutorial_layers,
)

S = TypeVar("S")
R = TypeVar("R")
BATCH_SIZES = (1, 15, 16, 17, 50, 64, 100)


def last_first(work: Callable[[S], R], shards: Sequence[S], /) -> list[R]:
    """Do the work in the order that is not that of the results."""
    return [work(shard) for shard in reversed(shards)][::-1]


@given(st.integers(1, 1000))
def test_an_even_number_of_shards_cover_a_batch_in_nearly_equal_parts_that_stay_small(
    size: int,
) -> None:
    spans = bounds(size)
    assert [first for first, _ in spans] == [0, *(last for _, last in spans[:-1])]
    assert spans[-1][1] == size
    sizes = [last - first for first, last in spans]
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= 32
    assert len(spans) % 2 == 0 if size >= 16 else len(spans) == 1


def assert_agrees_with_naive(net: Network, twin: naive_network.Network, size: int) -> None:
    """Compare loss and gradients of one batch, uncut in the twin."""
    images, targets = batch(SMALL, 3, size, seed=size)
    result = net.backpropagate(images, targets)
    assert result.loss == pytest.approx(twin.backpropagate(images, targets), rel=1e-12)
    for found, expected in zip(gradients(net).values(), twin.gradients(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
def test_batches_of_different_sizes_in_alternation_agree_with_the_naive_whole_batch(
    loss: str,
) -> None:
    net = network(small_layers(), SMALL, LOSSES[loss]())
    twin = naive_twin(net, LOSS_CASES[loss])
    for size in (*BATCH_SIZES, *BATCH_SIZES[::-2]):
        assert_agrees_with_naive(net, twin, size)


@pytest.mark.parametrize("size", BATCH_SIZES)
@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
def test_the_order_of_the_work_does_not_change_a_bit(dtype: np.dtype, size: int) -> None:
    layers = [Convolution(2, 2), Dropout(0.3), Sigmoid(), Dense(3)]
    images, targets = batch(SMALL, 3, size)
    one, other = network(layers, SMALL, dtype=dtype), network(layers, SMALL, dtype=dtype)
    for _ in range(3):
        result = other.backpropagate(images, targets, executor=last_first)
        assert one.backpropagate(images, targets) == result
        assert_same_bytes(gradients(one), gradients(other))


def test_correct_counts_the_images_whose_largest_output_is_the_targets() -> None:
    net = network(small_layers(), SMALL)
    images, targets = batch(SMALL, 3, 50)
    right = net.outputs(images).argmax(axis=1) == targets.argmax(axis=1)
    assert 0 < right.sum() < 50
    assert net.backpropagate(images, targets).correct == right.sum()


def test_a_network_never_writes_to_its_batch() -> None:
    net = network(tutorial_layers(), (1, 28, 28))
    images, targets = batch((1, 28, 28), 10, 17)
    images.flags.writeable = targets.flags.writeable = False
    net.backpropagate(images, targets)
    net.outputs(images)


def test_a_hundred_float32_steps_agree_with_the_naive_network() -> None:
    layers = [Convolution(2, 3), Sigmoid(), MeanPooling(2), Dense(3), Sigmoid()]
    net = network(layers, SMALL, dtype=FLOAT32)
    twin = naive_twin(net)
    parameters = list(net.parameters.values())
    descent = GradientDescent().on(net.parameters, [0.5] * len(parameters))
    for step in range(100):
        images, targets = batch(SMALL, 3, 16, seed=step)
        net.backpropagate(images, targets)
        descent.update()
        twin.backpropagate(images, targets)
        twin.update(0.5)
    for parameter, expected in zip(parameters, twin.values(), strict=True):
        np.testing.assert_allclose(parameter.value, expected, rtol=0, atol=TOLERANCE[FLOAT32])


def test_a_hundred_float32_steps_of_the_tutorials_network_agree_with_float64() -> None:
    single, double = (
        network(tutorial_layers(), (1, 28, 28), dtype=dtype) for dtype in (FLOAT32, np.dtype(float))
    )
    single.load_state(double.state())
    for net in (single, double):
        descent = GradientDescent().on(net.parameters, [10, 10, 5, 5, 1, 1])
        for step in range(100):
            images, targets = batch((1, 28, 28), 10, 16, seed=step)  # two shards
            net.backpropagate(images, targets)
            descent.update()
    for name, value in single.state().items():
        np.testing.assert_allclose(value, double.state()[name], rtol=0, atol=1e-4)


def test_outputs_are_the_same_bytes_in_any_order() -> None:
    net = network(tutorial_layers(), (1, 28, 28), dtype=FLOAT32)
    images, _ = batch((1, 28, 28), 10, 300)
    assert net.outputs(images).tobytes() == net.outputs(images, executor=last_first).tobytes()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layers", [tutorial_layers(), every_kind_of_layer()])
def test_a_step_allocates_no_array(layers: list[Layer], loss: str) -> None:
    net = network(layers, (1, 28, 28), LOSSES[loss](), dtype=FLOAT32)
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (50, 1, 28, 28), np.uint8)
    targets = np.eye(10, dtype=np.float32)[rng.integers(0, 10, 50)]
    descent = GradientDescent().on(net.parameters, [0.1] * len(net.parameters))

    def step() -> None:
        net.backpropagate(pixels, targets)
        descent.update()

    step()
    tracemalloc.start()
    try:
        step()
        tracemalloc.reset_peak()
        rest, _ = tracemalloc.get_traced_memory()
        step()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - rest <= 256 * 1024
