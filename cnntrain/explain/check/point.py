"""Where gradients are checked: a network and a few images, and what backpropagation says there."""

import copy
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.execution.shard import Shard
from cnntrain.nn.network import Network

IMAGES = 2  # so that sums over the batch are checked too; each one more is as much work again
INPUT = "input"  # the name under which the images' gradient is listed


@dataclass(frozen=True)
class Example:
    """A small batch: images (N, C, H, W) as floats, and targets (N, K)."""

    images: np.ndarray
    targets: np.ndarray


def random_example(network: Network, seed: int) -> Example:
    """Return images of random pixels in 0..1, each with a random class as its target."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(network.classes, size=IMAGES)
    return Example(rng.random((IMAGES, *network.in_shape)), np.eye(network.classes)[labels])


class Point:
    """A network on an example, and its forward and backward pass there.

    `layers` and `outputs` are those of the pass, in forward order; `values` are the images and
    the parameters by name, and `gradients` the derivatives of `loss` by each of them. These come
    from a pass as in training, in memory that layers share. Dropout's mask is drawn from `seed`
    once and then kept.
    """

    def __init__(self, network: Network, example: Example, seed: int) -> None:
        """Run the pass, once to be looked at and once as in training."""
        span = (0, len(example.images))
        observed = network.observed(span)
        observed.step(example.images, example.targets, seed)
        self.network, self.example = network, example
        self.layers, self.routines = observed.layers, observed.routines
        self.outputs = observed.outputs

        memory = Memory(network.dtype)
        shard = Shard(
            network.layers, network.loss, span, memory, input_grad=True, plain=network.plain
        )
        self.loss, _ = shard.step(example.images, example.targets, seed)
        self.values = {INPUT: example.images}
        assert shard.input_gradient is not None, "a shard with input_grad makes it"
        self.gradients = {INPUT: shard.input_gradient}
        for name, layer in zip(network.names, shard.layers, strict=True):
            for part, parameter in layer.parameters.items():
                self.values[f"{name}.{part}"] = parameter.value
                self.gradients[f"{name}.{part}"] = parameter.gradient


def moved(
    network: Network, example: Example, rng: np.random.Generator, reach: float
) -> tuple[Network, Example]:
    """Return copies in which every parameter and pixel has moved by up to `reach`."""
    network = copy.deepcopy(network)
    images = example.images + rng.uniform(-reach, reach, example.images.shape)
    for parameter in network.parameters.values():
        parameter.value += rng.uniform(-reach, reach, parameter.value.shape)
    return network, Example(images, example.targets)
