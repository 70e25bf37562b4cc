"""An array that is learnt, with the derivative of the loss by it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np


@dataclass(eq=False)
class Parameter:
    """Weights or biases of one layer: `value` W, and `gradient` dW = ∂L/∂W of the same shape.

    Values are kept in the field's usual layout, (out, in, k, k) and (out, in), whatever layout
    a layer computes in. `backward` overwrites `gradient`. A frozen parameter is never updated.
    """

    value: np.ndarray
    frozen: bool = False
    gradient: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Make room for the gradient."""
        self.gradient = np.zeros_like(self.value)

    def shared(self) -> "Parameter":
        """Return a parameter with the same value array and a gradient array of its own."""
        return Parameter(self.value, self.frozen)


def cut(flat: np.ndarray, parameters: Iterable[Parameter]) -> list[np.ndarray]:
    """Return views of one long vector, one in the shape of each parameter."""
    shapes = [parameter.value.shape for parameter in parameters]
    ends = np.cumsum([0, *map(math.prod, shapes)])
    return [
        flat[first:last].reshape(shape)
        for shape, (first, last) in zip(shapes, pairwise(ends), strict=True)
    ]


def total_size(parameters: Iterable[Parameter]) -> int:
    """Return how many numbers the parameters have together."""
    return sum(parameter.value.size for parameter in parameters)


def keep_gradients(flat: np.ndarray, parameters: Iterable[Parameter]) -> None:
    """Make one long vector the memory of all the parameters' gradients."""
    parameters = list(parameters)
    for parameter, view in zip(parameters, cut(flat, parameters), strict=True):
        parameter.gradient = view
