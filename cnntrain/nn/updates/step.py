"""What an update rule keeps for each parameter."""

import math

import numpy as np

from cnntrain.nn.parameter import Parameter

Index = tuple[int, ...]


class Step:
    """A parameter W that is learnt: its name, its rate α, its state, and scratch arrays."""

    def __init__(self, name: str, parameter: Parameter, rate: float) -> None:
        """Allocate g and the change to come, two arrays of W's shape."""
        self.name, self.parameter, self.rate = name, parameter, rate
        self.g = np.empty_like(parameter.value)  # used where g is not dW itself
        self.change = np.zeros_like(parameter.value)
        self.memory: dict[str, np.ndarray] = {}  # arrays of W's shape, such as a velocity
        self.largest = float(np.finfo(parameter.value.dtype).max)

    def within(self, length: float) -> float:
        """Return a length, or infinity if numbers of W's type might not be able to hold it."""
        return length if length <= self.largest else math.inf


def squared(array: np.ndarray) -> float:
    """Return the sum of the squares of all numbers."""
    return float(np.vdot(array, array))
