"""Dropout: chance that can be repeated, and an expectation that stays."""

import numpy as np
import pytest

from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from tests.nn.harness import PRECISIONS, Ready, built, ready
from tests.nn.networks import batch, network

SHAPE = (4, 10, 10)


def dropout(rate: float, dtype: np.dtype) -> Ready:
    """Return a layer for 50 images."""
    return ready(built(Dropout(rate), SHAPE, dtype), 50)


def images(dtype: np.dtype) -> np.ndarray:
    """Return 50 images in the engine's layout, with no pixel 0."""
    return to_engine(np.random.default_rng(0).uniform(1, 2, (50, *SHAPE)).astype(dtype))


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_units_are_dropped_at_the_rate_and_the_others_scaled_to_keep_the_expectation(
    rate: float, dtype: np.dtype
) -> None:
    x = images(dtype)
    y = dropout(rate, dtype).forward(x, train=True)
    kept = y != 0
    sampling = 4 * np.sqrt(rate * (1 - rate) / x.size)  # four standard deviations
    assert kept.mean() == pytest.approx(1 - rate, abs=sampling)
    assert y.mean() == pytest.approx(x.mean(), abs=2 * sampling / (1 - rate) + 1e-6)
    np.testing.assert_allclose(y[kept], x[kept] / (1 - rate), rtol=1e-6)


@pytest.mark.parametrize("dtype", PRECISIONS, ids=str)
def test_backward_uses_the_mask_of_forward(dtype: np.dtype) -> None:
    layer, x = dropout(0.4, dtype), images(dtype)
    y = layer.forward(x, train=True).copy()
    dx = layer.backward(np.ones_like(x))
    assert dx is not None
    np.testing.assert_allclose(dx, y / x, rtol=1e-6)


def test_it_is_the_identity_when_not_training() -> None:
    x = images(PRECISIONS[0])
    np.testing.assert_array_equal(dropout(0.9, PRECISIONS[0]).forward(x, train=False), x)


def test_each_forward_draws_a_new_mask_and_the_same_seed_the_same_masks() -> None:
    x = images(PRECISIONS[0])
    layer, same, other = (dropout(0.5, PRECISIONS[0]) for _ in range(3))
    for one, seed in ((layer, 1), (same, 1), (other, 2)):
        one.reseed([seed])
    first, second = (layer.forward(x, train=True).copy() for _ in range(2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(same.forward(x, train=True), first)
    np.testing.assert_array_equal(same.forward(x, train=True), second)
    assert not np.array_equal(other.forward(x, train=True), first)


def test_the_masks_of_a_network_follow_from_its_random_numbers_alone() -> None:
    """A network that goes on from saved random numbers draws what the first one drew."""
    one, other = (network([Dropout(), Dense(3)], SHAPE, seed=seed) for seed in (1, 2))
    pictures, targets = batch(SHAPE, 3, 20)
    one.backpropagate(pictures, targets)
    other.load_state(one.state())
    other.rng.bit_generator.state = one.rng.bit_generator.state
    assert other.backpropagate(pictures, targets) == one.backpropagate(pictures, targets)


def test_shards_and_layers_draw_masks_of_their_own() -> None:
    net = network([Dropout(), Dropout(), Dense(3)], SHAPE)
    one, other = net.observed((0, 10)), net.observed((10, 20))
    for shard in (one, other):
        shard.step(np.ones((20, *SHAPE)), np.eye(3)[np.zeros(20, int)], 1)
    assert not np.array_equal(one.outputs[1], other.outputs[1])
    first, both = one.outputs[1] != 0, one.outputs[2] != 0
    assert both.sum() < 0.7 * first.sum()
