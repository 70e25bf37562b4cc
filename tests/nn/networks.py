"""Networks that several tests train: the tutorial's, and a small one that loops can follow."""

import numpy as np

from cnntrain.nn.execution.shard import Shard
from cnntrain.nn.layers.activations import GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.normalization import BatchNormalization, LayerNormalization
from cnntrain.nn.layers.pooling import MaxPooling, MeanPooling
from cnntrain.nn.losses import Loss, MeanSquaredError
from cnntrain.nn.network import Network
from tests.nn import naive_network
from tests.nn.cases import CASES
from tests.nn.harness import FLOAT64

SMALL: Shape = (1, 6, 6)
DIGIT: Shape = (1, 28, 28)


def tutorial_layers() -> list[Layer]:
    """Return 6c5-2s-12c5-2s-fc10 (S0)."""
    return [
        Convolution(6, 5),
        Sigmoid(),
        MeanPooling(2),
        Convolution(12, 5),
        Sigmoid(),
        MeanPooling(2),
        Dense(10),
        Sigmoid(),
    ]


def every_kind_of_layer() -> list[Layer]:
    """Return a network in which each kind of layer occurs."""
    return [
        Convolution(6, 5, padding=2, bias=False),
        BatchNormalization(),
        ReLU(),
        MaxPooling(2),
        Dropout(0.2),
        SiLU(),
        Convolution(8, 3, stride=2),
        LeakyReLU(),
        MeanPooling(3, 1),
        Tanh(),
        Dense(12),
        LayerNormalization(),
        GELU(),
        Dense(10),
        Softplus(),
        Sigmoid(),
    ]


def small_layers() -> list[Layer]:
    """Return a network with an odd map, overlapping windows and all kinds of backward passes."""
    return [
        Convolution(2, 2, padding=1),
        Tanh(),
        MaxPooling(3, 2),
        Convolution(2, (2, 1)),
        Sigmoid(),
        Dense(3),
    ]


def network(
    layers: list[Layer],
    in_shape: Shape,
    loss: Loss | None = None,
    dtype: np.dtype = FLOAT64,
    seed: int = 0,
    *,
    plain: bool = False,
) -> Network:
    """Return a network; the loss is mean squared error unless another is given."""
    rng = np.random.default_rng(seed)
    loss = loss or MeanSquaredError()
    return Network(layers, loss, in_shape=in_shape, dtype=dtype, rng=rng, plain=plain)


def observed_step(net: Network, images: np.ndarray, targets: np.ndarray) -> Shard:
    """Return a whole batch as one shard after a step, with every layer's y and dx."""
    shard = net.observed((0, len(images)))
    shard.step(images, targets, None)
    return shard


def naive_twin(
    net: Network, loss: naive_network.LossTwin = naive_network.mse
) -> naive_network.Network:
    """Return the loops for a network, with the weights that it has now."""
    kinds = [name.rstrip("0123456789") for name in net.names]
    twins = [
        CASES[kind].twin(layer)
        for kind, layer in zip(kinds, net.layers, strict=True)
        if kind in CASES  # all but the input, which only turns the layout
    ]
    return naive_network.Network(twins, loss)


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return targets (N, K)."""
    targets: np.ndarray = np.eye(classes)[labels]
    return targets


def batch(in_shape: Shape, classes: int, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return random images and one-hot targets."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(size, *in_shape)), one_hot(rng.integers(0, classes, size), classes)


def gradients(net: Network) -> dict[str, np.ndarray]:
    """Return copies of all gradients by name."""
    return {name: parameter.gradient.copy() for name, parameter in net.parameters.items()}


def assert_same_bytes(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    """Compare arrays by name, to the last bit."""
    assert {k: v.tobytes() for k, v in one.items()} == {k: v.tobytes() for k, v in other.items()}
