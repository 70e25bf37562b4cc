"""Activations in place: no array is made, and every pass runs over contiguous memory."""

from abc import abstractmethod

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.routine import Routine, layout
from cnntrain.nn.layers.activations import LeakyReLU


class FastActivation(Routine):
    """y and dx of an activation whose slope is known from y."""

    def allocate(self, memory: Memory) -> None:
        """Get y, which `backward` needs, and dx."""
        shape = layout(self.layer.out_shape, self.batch_size)
        self.y = memory.own(shape)
        self.dx = memory.handed_down(shape) if self.input_grad else None

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = f(x)."""
        self.apply(x, self.y)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx = dy · f′(x), with f′ from y."""
        if self.dx is None:
            return None
        self.derive(self.y, self.dx)
        self.dx *= dy
        return self.dx

    @abstractmethod
    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write f(x) to y."""

    @abstractmethod
    def derive(self, y: np.ndarray, slope: np.ndarray) -> None:
        """Write f′, as a function of y, to slope."""


class FastSigmoid(FastActivation):
    """y = ½·tanh(x/2) + ½;  y′ = y·(1 − y)."""

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write ½·tanh(x/2) + ½."""
        np.multiply(x, 0.5, out=y)
        np.tanh(y, out=y)
        y *= 0.5
        y += 0.5

    def derive(self, y: np.ndarray, slope: np.ndarray) -> None:
        """Write y·(1 − y)."""
        np.subtract(1, y, out=slope)
        slope *= y


class FastTanh(FastActivation):
    """y = tanh x;  y′ = 1 − y²."""

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write tanh x."""
        np.tanh(x, out=y)

    def derive(self, y: np.ndarray, slope: np.ndarray) -> None:
        """Write 1 − y²."""
        np.multiply(y, y, out=slope)
        np.subtract(1, slope, out=slope)


class FastReLU(FastActivation):
    """y = max(x, 0);  y′ = 1 where y > 0, else 0."""

    def allocate(self, memory: Memory) -> None:
        """Get y, dx, and a row of zeros: the maximum with a number takes four times as long."""
        super().allocate(memory)
        self.zeros = memory.own(self.y.shape[1:])

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write max(x, 0)."""
        np.maximum(x, self.zeros, out=y)

    def derive(self, y: np.ndarray, slope: np.ndarray) -> None:
        """Write 1 where y > 0, else 0."""
        np.greater(y, 0, out=slope)


class FastLeakyReLU(FastActivation):
    """y = max(x, a·x);  y′ = 1 where y > 0, else a."""

    layer: LeakyReLU

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write max(x, a·x)."""
        np.multiply(x, self.layer.slope, out=y)
        np.maximum(x, y, out=y)

    def derive(self, y: np.ndarray, slope: np.ndarray) -> None:
        """Write 1 where y > 0, else a."""
        np.greater(y, 0, out=slope)
        slope *= 1 - self.layer.slope
        slope += self.layer.slope
