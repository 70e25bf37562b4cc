"""Trainable arrays with their gradients, and arrays that are saved but not trained."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np


@dataclass(eq=False)
class Parameter:
    """Weights or biases of one layer: `value` W, and `gradient` dW = ∂L/∂W of the same shape.

    Values are kept in the usual layout, (out, in, k, k) and (out, in), whatever layout
    a layer computes in. `backward` overwrites `gradient`. A frozen parameter is never updated.
    """

    value: np.ndarray
    frozen: bool = False
    gradient: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Allocate the gradient."""
        self.gradient = np.zeros_like(self.value)

    def shared(self) -> "Parameter":
        """Return a parameter with the same value array and a gradient array of its own."""
        return Parameter(self.value, self.frozen)


@dataclass(eq=False)
class Buffer:
    """An array that is saved with a network but not trained, such as a running mean.

    In a training step each shard writes to its own `seen` what it saw, an array of the same shape;
    the layer then moves `value` by what all shards have seen, in the order of the shards.
    """

    value: np.ndarray
    seen: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Allocate `seen`."""
        self.seen = np.zeros_like(self.value)

    def shared(self) -> "Buffer":
        """Return a buffer with the same value array and a `seen` of its own."""
        return Buffer(self.value)


def cut(flat: np.ndarray, arrays: Iterable[Parameter | Buffer]) -> list[np.ndarray]:
    """Return views of one long vector, one in the shape of each parameter or buffer."""
    shapes = [array.value.shape for array in arrays]
    ends = np.cumsum([0, *map(math.prod, shapes)])
    return [
        flat[first:last].reshape(shape)
        for shape, (first, last) in zip(shapes, pairwise(ends), strict=True)
    ]


def total_size(arrays: Iterable[Parameter | Buffer]) -> int:
    """Return how many numbers the parameters or buffers have together."""
    return sum(array.value.size for array in arrays)


def keep_gradients(flat: np.ndarray, parameters: Iterable[Parameter]) -> None:
    """Make one long vector the memory of all the parameters' gradients."""
    parameters = list(parameters)
    for parameter, view in zip(parameters, cut(flat, parameters), strict=True):
        parameter.gradient = view


def keep_seen(flat: np.ndarray, buffers: Iterable[Buffer]) -> None:
    """Make one long vector the memory of what all the buffers have seen."""
    buffers = list(buffers)
    for buffer, view in zip(buffers, cut(flat, buffers), strict=True):
        buffer.seen = view
