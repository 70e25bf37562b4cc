"""Dropout: switch off units at random while training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.layers.base import Layer, Shape, layout


@dataclass(eq=False)
class Dropout(Layer):
    """Set each unit to 0 with probability p while training, and scale the others by 1/(1 − p).

    y = x·m and dx = dy·m, with m drawn anew for every batch; y = x when not training
    (Srivastava et al. 2014, in the "inverted" form that leaves testing alone).
    """

    draws_random = True
    rate: float = 0.5  # p

    def __post_init__(self) -> None:
        """Reject what is not a probability below 1."""
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate: found {self.rate}, expected a number from 0 to below 1")

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get m, y and dx."""
        shape = layout(self.in_shape, batch_size)
        self.y = memory.own(shape)  # handed up, it would not be in turn when x itself is returned
        self.m = memory.own(shape)
        self.dx = memory.handed_down(shape) if input_grad else None
        self.reseed([0])

    def reseed(self, seed: Sequence[int]) -> None:
        """Start the stream that m is drawn from."""
        self.rng = np.random.default_rng(seed)

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return x·m, with a new m, or x when not training."""
        if not train:
            return x
        self.rng.random(out=self.m, dtype=self.dtype)
        np.greater_equal(self.m, self.rate, out=self.m)
        self.m *= 1 / (1 - self.rate)
        np.multiply(x, self.m, out=self.y)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dy·m."""
        if self.dx is not None:
            np.multiply(dy, self.m, out=self.dx)
        return self.dx
