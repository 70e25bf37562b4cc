"""Where gradients are checked: a network, a few images, and the gradients by backpropagation."""

import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnntrain.data.streams import Stream, generator
from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.execution.shard import Shard
from cnntrain.nn.fast.routine import Routine
from cnntrain.nn.network import Network

IMAGES = 2  # a single image would not test the sums over the batch; more of them cost time
INPUT = "input"  # the name under which the images' gradient is listed


@dataclass(frozen=True)
class Example:
    """A small batch: images (N, C, H, W) as floats, and targets (N, K)."""

    images: np.ndarray
    targets: np.ndarray


def random_example(network: Network, seed: int) -> Example:
    """Return images of random pixels in 0..1, each with a random class as its target."""
    rng = generator(Stream.CHECK_EXAMPLE, seed)
    labels = rng.integers(network.classes, size=IMAGES)
    return Example(rng.random((IMAGES, *network.in_shape)), np.eye(network.classes)[labels])


class Point:
    """A network on an example, and its forward and backward pass there.

    `layers`, `outputs` (H, C, W, N) and `taken`, the branches, are those of the pass, in forward
    order. `values` are the images and the parameters by name, and `gradients` the derivatives of
    `loss` with respect to each of them. These come from a pass as in training, in memory that
    layers share. What a layer draws at random comes from `seed`, and is the same in every pass.
    """

    def __init__(self, network: Network, example: Example, seed: int) -> None:
        """Run the pass twice: once to observe every output, and once as in training."""
        self.span = span = (0, len(example.images))
        observed = network.observed(span)
        observed.step(example.images, example.targets, seed)
        self.network, self.example, self.seed = network, example, seed
        self.layers, self.routines = observed.layers, observed.routines
        self.outputs = observed.outputs
        pairs = zip(self.routines, self.outputs, strict=True)
        self.taken = [routine.branches(y) for routine, y in pairs]

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

    def layer_of(self, name: str) -> int:
        """Return the index of the layer that an array of `values` belongs to."""
        return self.network.names.index(name.partition(".")[0])

    def reseed(self, index: int, routine: Routine) -> None:
        """Make a layer's next forward pass draw the same random numbers as at the point."""
        routine.reseed([self.seed, 0, index])

    def forward(self, layer: int = 0) -> tuple[np.ndarray, bool]:
        """Run the network again from a layer on, with `values` as they are now.

        What is below it is as at the point. Returns the outputs (K, N), and whether anything takes
        another branch than at the point.
        """
        x = self.outputs[layer - 1] if layer else self.example.images
        changed = False
        for index in range(layer, len(self.layers)):
            routine, taken = self._trial.routines[index], self.taken[index]
            self.reseed(index, routine)
            x = routine.forward(x, train=True)
            routine.publish()
            now = routine.branches(x)
            changed |= now is not None and taken is not None and not np.array_equal(now, taken)
        return x.reshape(self.network.classes, -1).copy(), changed

    @cached_property
    def _trial(self) -> Shard:
        """Return another shard with the same weights, so that the point's arrays are kept."""
        return self.network.observed(self.span)


def moved(
    network: Network, example: Example, rng: np.random.Generator, reach: float
) -> tuple[Network, Example]:
    """Return copies in which every parameter and pixel has moved at random, by up to `reach`."""
    network = copy.deepcopy(network)
    images = example.images + rng.uniform(-reach, reach, example.images.shape)
    for parameter in network.parameters.values():
        parameter.value += rng.uniform(-reach, reach, parameter.value.shape)
    return network, Example(images, example.targets)
