"""What every update rule keeps for one parameter."""

import math

import numpy as np

from cnntrain.nn.parameter import Parameter

Index = tuple[int, ...]


class Step:
    """A parameter W that is learnt: its name, its rate α, what the rule remembers, and work space."""

    def __init__(self, name: str, parameter: Parameter, rate: float) -> None:
        """Make room for g and for the change to come, two arrays of W's shape."""
        self.name, self.parameter, self.rate = name, parameter, rate
        self.g = np.empty_like(parameter.value)  # used where g is not dW itself
        self.change = np.zeros_like(parameter.value)
        self.memory: dict[str, np.ndarray] = {}  # arrays of W's shape, such as a velocity
        self.largest = float(np.finfo(parameter.value.dtype).max)

    def within(self, length: float) -> float:
        """Return a length, or infinity if numbers of W's type might not be able to hold it."""
        return length if length <= self.largest else math.inf


def squared(array: np.ndarray) -> float:
    """Return the squared length of all its numbers."""
    return float(np.vdot(array, array))
