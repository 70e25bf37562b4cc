"""Dropout: switch off units at random while training."""

from dataclasses import dataclass

import numpy as np

from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.parameter import Parameter


@dataclass(eq=False)
class Dropout(Layer):
    """Set each unit to 0 with probability p while training, and scale the others by 1/(1 − p).

    y = x·m and dx = dy·m, with m drawn anew for every batch; y = x when not training
    (Srivastava et al. 2014, in the "inverted" form that leaves testing alone).
    """

    rate: float = 0.5  # p

    def __post_init__(self) -> None:
        """Reject what is not a probability below 1."""
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate: found {self.rate}, expected a number from 0 to below 1")

    def make_parameters(self, rng: np.random.Generator) -> dict[str, Parameter]:
        """Keep a stream of random numbers; there is nothing to learn."""
        self.rng = rng.spawn(1)[0]
        return {}

    def replica(self, rng: np.random.Generator) -> "Dropout":
        """Return a twin that draws from a stream of its own."""
        twin = Dropout(self.rate)
        twin.build(self.in_shape, rng, self.dtype)
        return twin

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def allocate(self, batch_size: int, *, input_grad: bool) -> None:
        """Make m, y and dx."""
        self.y = self.empty(self.out_shape, batch_size)
        self.m = np.ones_like(self.y)
        self.dx = np.zeros_like(self.y) if input_grad else None

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return x·m, with a new m, or x when not training."""
        if not train:
            return x
        self.rng.random(out=self.m, dtype=self.dtype)
        np.greater_equal(self.m, self.rate, out=self.m, casting="unsafe")
        self.m *= 1 / (1 - self.rate)
        np.multiply(x, self.m, out=self.y)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dy·m."""
        if self.dx is not None:
            np.multiply(dy, self.m, out=self.dx)
        return self.dx
