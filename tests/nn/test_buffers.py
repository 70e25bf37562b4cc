"""Buffers: what is saved with a network but not learnt, in shards and in processes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from cnntrain.nn.execution.shard import bounds
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.network import Network
from cnntrain.nn.parameter import Buffer
from cnntrain.training.parallel.pool import workers
from tests.nn.networks import SMALL, assert_same_bytes, batch, network

KEEP = 0.9


@dataclass(eq=False)
class Centred(Layer):
    """Subtract a running mean of each map: y = x − buffer."""

    def shape_after(self, in_shape: Shape) -> Shape:
        return in_shape

    def make_buffers(self) -> dict[str, Buffer]:
        maps = self.in_shape[0]
        return {
            "mean": Buffer(np.zeros(maps, self.dtype)),
            "steps": Buffer(np.zeros(1, self.dtype)),
        }

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        if train:
            self.buffers["mean"].seen[...] = x.mean(axis=(0, 2, 3))
            self.buffers["steps"].seen[...] = 1
        y: np.ndarray = x - self.buffers["mean"].value[:, None, None]
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        return dy

    def update_buffers(self, seen: Mapping[str, np.ndarray], sizes: Sequence[int]) -> None:
        mean = np.average(seen["mean"], axis=0, weights=sizes)
        value = self.buffers["mean"].value
        value[...] = KEEP * value + (1 - KEEP) * mean
        self.buffers["steps"].value += 1


@pytest.fixture(autouse=True)
def _centred_is_a_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LAYERS, "centred", Centred)


def centred() -> Network:
    return network([Centred(), Dense(3)], SMALL)


def test_a_buffer_follows_what_all_shards_of_a_batch_have_seen() -> None:
    net = centred()
    images, targets = batch(SMALL, 3, 50)
    assert len(bounds(50)) == 2
    net.backpropagate(images, targets)
    assert net.buffers["centred1.mean"].value == 0  # until the step is taken
    net.update_buffers()
    np.testing.assert_allclose(
        net.buffers["centred1.mean"].value, (1 - KEEP) * images.mean(axis=(0, 2, 3)), rtol=1e-12
    )


def test_buffers_belong_to_the_state_but_not_to_the_parameters() -> None:
    net, other = centred(), centred()
    net.backpropagate(*batch(SMALL, 3, 20))
    net.update_buffers()
    assert list(net.state()) == [
        *("dense1.weights", "dense1.bias"),
        *("centred1.mean", "centred1.steps"),
    ]
    assert list(net.parameters) == ["dense1.weights", "dense1.bias"]
    other.load_state(net.state())
    assert_same_bytes(other.state(), net.state())
    images = batch(SMALL, 3, 4, seed=1)[0]
    assert other.outputs(images).tobytes() == net.outputs(images).tobytes()


def test_processes_see_and_move_the_same_buffers() -> None:
    alone, shared = centred(), centred()
    with workers(shared, 2, batch=50, wait=True) as executor:
        for seed in range(3):
            images, targets = batch(SMALL, 3, 50, seed=seed)
            alone.backpropagate(images, targets)
            shared.backpropagate(images, targets, executor=executor)
            for net in (alone, shared):
                net.update_buffers()
        assert_same_bytes(shared.state(), alone.state())
        together = shared.outputs(images, executor=executor)
    assert together.tobytes() == alone.outputs(images).tobytes()
    assert alone.buffers["centred1.steps"].value == 3
