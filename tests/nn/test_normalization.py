"""Batch normalization's running statistics, PyTorch's numbers, and the smallest groups."""

import numpy as np
import pytest

from cnntrain.nn.execution.shard import bounds
from cnntrain.nn.fast.routine import to_engine
from cnntrain.nn.layers.base import ShapeError
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.normalization import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
)
from cnntrain.nn.network import Network
from cnntrain.nn.updates import GradientDescent
from cnntrain.training.parallel.pool import workers
from tests.nn.harness import FLOAT32, FLOAT64, Ready, from_engine, ready
from tests.nn.networks import DIGIT, SMALL, assert_same_bytes, batch, every_kind_of_layer, network

SHAPE = (2, 2, 3)
X = (np.sin(np.arange(24) * 1.7) * 2 + 0.3).reshape(2, *SHAPE)
DY = np.cos(np.arange(24) * 0.9).reshape(2, *SHAPE)
GAMMA, BETA = (0.5, -1.5), (0.1, 0.2)
# PyTorch 2.13.0 in float64, for X and DY: the first four of y and of dx, then dγ, dβ. BatchNorm2d(2)
PYTORCH_BATCH = """
    -0.0007805554336649741 0.7152277939235028 -0.18528802280226023 -0.6692433621371235
    0.3547402464114876 0.20870187048784022 -0.08586483926184756 -0.3238470416965311
    0.2189933795715653 -0.07184468303358837 0.2526550601769796 1.1042050831796753"""
PYTORCH_RUNNING = "0.057916023742222135 0.016380098396237955 1.1092569680056683 1.1164553520986253"
PYTORCH_EVALUATED = """
    0.21492592504041605 1.1564834575383327 -0.027703083209256123 -0.6641087837187933"""
# GroupNorm(1, 2)
PYTORCH_LAYER = """
    0.10428291499032129 0.8365990107720886 -0.08442687906062833 -0.5794047448252319
    0.40668728074073746 0.2818610073449251 -0.050276229104370136 -0.31026428602421113
    0.2574358501769124 -0.2248517699744553 0.2526550601769796 1.1042050831796753"""


def numbers(text: str) -> np.ndarray:
    return np.array(text.split(), float)


def built(layer: Normalization) -> Normalization:
    """Return the layer on SHAPE with GAMMA and BETA."""
    layer.build(SHAPE, np.random.default_rng(0), FLOAT64)
    layer.parameters["weights"].value[...] = GAMMA
    layer.parameters["bias"].value[...] = BETA
    return layer


@pytest.mark.parametrize("plain", [False, True], ids=["fast", "plain"])
@pytest.mark.parametrize(
    ("layer", "expected"),
    [(BatchNormalization(), PYTORCH_BATCH), (LayerNormalization(), PYTORCH_LAYER)],
)
def test_outputs_and_gradients_are_pytorchs(
    layer: Normalization, expected: str, *, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ready, "plain", plain)
    replica = ready(built(layer), 2)
    y = from_engine(replica.forward(to_engine(X), train=True))
    dx = from_engine(replica.backward(to_engine(DY)))
    gradients = [parameter.gradient for parameter in replica.parameters.values()]
    found = np.concatenate([y.ravel()[:4], dx.ravel()[:4], *gradients])
    np.testing.assert_allclose(found, numbers(expected), rtol=0, atol=1e-13)


@pytest.mark.parametrize("plain", [False, True], ids=["fast", "plain"])
def test_running_statistics_and_evaluation_are_pytorchs(
    *, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ready, "plain", plain)
    layer = built(BatchNormalization())
    replica = ready(layer, 2)
    replica.forward(to_engine(X), train=True)
    seen = {name: buffer.seen[None] for name, buffer in replica.buffers.items()}
    layer.update_buffers(seen, [2])
    running = np.concatenate([buffer.value for buffer in layer.buffers.values()])
    np.testing.assert_allclose(running, numbers(PYTORCH_RUNNING), rtol=1e-13)
    y = from_engine(replica.forward(to_engine(X), train=False))
    np.testing.assert_allclose(y.ravel()[:4], numbers(PYTORCH_EVALUATED), rtol=0, atol=1e-13)


@pytest.mark.parametrize("size", [2, 15, 17, 100])
def test_running_statistics_are_those_of_the_whole_batch_however_it_is_cut(size: int) -> None:
    net = network([BatchNormalization(momentum=0.25), Dense(3)], SMALL)
    images, targets = batch(SMALL, 3, size)
    images += np.arange(size)[:, None, None, None]  # shards have means far apart
    net.backpropagate(images, targets)
    net.update_buffers()
    assert (len(bounds(size)) > 1) == (size >= 16)
    running = {name.partition(".")[2]: b.value[0] for name, b in net.buffers.items()}
    assert running["running_mean"] == pytest.approx(0.25 * images.mean(), rel=1e-12)
    assert running["running_variance"] == pytest.approx(0.75 + 0.25 * images.var(ddof=1), rel=1e-12)


def test_each_shard_is_normalized_by_itself() -> None:
    net = network([BatchNormalization(), Dense(3)], SMALL)
    images, _ = batch(SMALL, 3, 40)
    for first, last in bounds(40):
        shard = net.observed((first, last))
        shard.forward(images[first:last])
        y = from_engine(shard.outputs[1])
        assert y.mean() == pytest.approx(0, abs=1e-12)
        assert y.var() == pytest.approx(1, rel=1e-4)


def test_a_single_number_becomes_beta_passes_no_error_and_moves_no_statistic() -> None:
    net = network([Dense(3), BatchNormalization(), Dense(2)], SMALL)
    net.parameters["batch_norm1.bias"].value[...] = (1, 2, 3)
    before = net.state()
    images, targets = batch(SMALL, 2, 1)
    shard = net.observed((0, 1))
    shard.step(images, targets, None)
    np.testing.assert_array_equal(shard.outputs[2].ravel(), (1, 2, 3))
    net.backpropagate(images, targets)
    net.update_buffers()
    assert not net.parameters["dense1.weights"].gradient.any()
    assert_same_bytes(net.state(), before)


def test_layer_normalization_refuses_a_single_number() -> None:
    with pytest.raises(ShapeError, match="a single number has no variance; it needs two or more"):
        LayerNormalization().build((1, 1, 1), np.random.default_rng(0), FLOAT64)


def trained(threads: int) -> Network:
    """Return a network of every kind of layer after three batches."""
    net = network(every_kind_of_layer(), DIGIT, dtype=FLOAT32)
    rule = GradientDescent().on(net.parameters, [0.1] * len(net.parameters))
    with workers(net, threads, batch=50, wait=True) as executor:
        for seed in range(3):
            images, targets = batch(DIGIT, 10, 50, seed=seed)
            net.backpropagate(images.astype(FLOAT32), targets.astype(FLOAT32), executor=executor)
            rule.update()
            net.update_buffers()
    return net


def test_running_statistics_are_the_same_bytes_for_one_process_and_two() -> None:
    one, two = trained(1), trained(2)
    assert one.buffers["batch_norm1.running_mean"].value.all()
    assert_same_bytes(one.state(), two.state())
