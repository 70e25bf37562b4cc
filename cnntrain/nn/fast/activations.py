"""Activations in place: no array is made, and every pass runs over contiguous memory."""

from abc import abstractmethod

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.normal import Normal
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


class FastSoftplus(FastActivation):
    """y = max(x, 0) + log(1 + e^−|x|);  y′ = 1 − e^−y.

    Exact to the last digits of 1, not of a tiny y: `log1p` and `expm1` take ten times as long.
    """

    def allocate(self, memory: Memory) -> None:
        """Get y, dx, a row of zeros as ReLU needs it, and an array for max(x, 0)."""
        super().allocate(memory)
        self.zeros = memory.own(self.y.shape[1:])
        self.positive = memory.scratch(self.y.shape)

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write max(x, 0) + log(1 + e^−|x|)."""
        np.abs(x, out=y)
        np.negative(y, out=y)
        np.exp(y, out=y)
        y += 1
        np.log(y, out=y)
        y += np.maximum(x, self.zeros, out=self.positive)

    def derive(self, y: np.ndarray, slope: np.ndarray) -> None:
        """Write 1 − e^−y."""
        np.negative(y, out=slope)
        np.exp(slope, out=slope)
        np.subtract(1, slope, out=slope)


class FastFromInput(Routine):
    """y and dx of an activation whose slope needs x, which is gone by the time of `backward`."""

    def allocate(self, memory: Memory) -> None:
        """Get y, f′, which `backward` needs, and dx."""
        shape = layout(self.layer.out_shape, self.batch_size)
        self.y = memory.handed_up(shape)
        self.slope = memory.own(shape)
        self.dx = memory.handed_down(shape) if self.input_grad else None

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = f(x); with `train`, keep f′(x)."""
        self.apply(x, self.y)
        if train and self.dx is not None:
            self.derive(x, self.y, self.slope)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx = dy · f′(x)."""
        if self.dx is not None:
            np.multiply(self.slope, dy, out=self.dx)
        return self.dx

    @abstractmethod
    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write f(x) to y."""

    @abstractmethod
    def derive(self, x: np.ndarray, y: np.ndarray, slope: np.ndarray) -> None:
        """Write f′(x) to slope, directly after `apply`."""


class FastSiLU(FastFromInput):
    """y = x·σ(x);  y′ = σ·(1 + x − y)."""

    def allocate(self, memory: Memory) -> None:
        """Get σ besides."""
        super().allocate(memory)
        self.sigma = memory.scratch(self.slope.shape)

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write x·σ, with σ = ½·tanh(x/2) + ½."""
        np.multiply(x, 0.5, out=self.sigma)
        np.tanh(self.sigma, out=self.sigma)
        self.sigma *= 0.5
        self.sigma += 0.5
        np.multiply(x, self.sigma, out=y)

    def derive(self, x: np.ndarray, y: np.ndarray, slope: np.ndarray) -> None:
        """Write σ·(1 + x − y)."""
        np.subtract(x, y, out=slope)
        slope += 1
        slope *= self.sigma


class FastGELU(FastFromInput):
    """y = x·Φ(x) = max(x, 0) − |x|·Φ(−|x|);  y′ = Φ(x) + x·φ(x)."""

    def allocate(self, memory: Memory) -> None:
        """Get a row of zeros as ReLU needs it, the arrays of Φ and φ, and another."""
        super().allocate(memory)
        self.zeros = memory.own(self.slope.shape[1:])
        self.normal = Normal(self.slope.shape, memory)
        self.part = memory.scratch(self.slope.shape)

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write max(x, 0) − |x|·Φ(−|x|)."""
        self.normal.look_up(x)
        np.multiply(self.normal.distance, self.normal.tail, out=self.part)
        np.maximum(x, self.zeros, out=y)
        y -= self.part

    def derive(self, x: np.ndarray, y: np.ndarray, slope: np.ndarray) -> None:
        """Write Φ(x) + x·φ(x): with d = |x|·φ(x) − Φ(−|x|), that is 1 + d, or −d where x < 0."""
        d = self.normal.density()
        d *= self.normal.distance
        d -= self.normal.tail
        np.greater_equal(x, 0, out=slope)
        np.multiply(slope, 2, out=self.part)
        self.part -= 1
        self.part *= d
        slope += self.part
