"""Activations, element by element; each derivative is computed from the layer's own output.

Formulas and trade-offs: source S4. All are finite, and warn of nothing, for any finite input.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.layers.base import Layer, Shape, layout


@dataclass(eq=False)
class Activation(Layer):
    """A function y = f(x) of each element on its own."""

    never_falls: ClassVar[bool] = False  # f(a) <= f(b) where a < b, in every rounding
    f_text: ClassVar[str]
    df_text: ClassVar[str]

    @abstractmethod
    def f(self, x: np.ndarray) -> np.ndarray:
        """Return y."""

    @abstractmethod
    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return y'."""

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get y, which `backward` needs, and dx."""
        shape = layout(self.out_shape, batch_size)
        self.y = memory.own(shape)
        self.dx = memory.handed_down(shape) if input_grad else None

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


@dataclass(eq=False)
class Sigmoid(Activation):
    """y = 1/(1 + e^−x) = ½·tanh(x/2) + ½, which cannot overflow;  y′ = y·(1 − y).

    Exact to the last digits of y, not of a tiny y: in float32 the y of x < −17 is 0, not e^x.
    """

    f_text = "1/(1 + e^−{x})"
    df_text = "{y}·(1 − {y})"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return y."""
        y: np.ndarray = 1 / (1 + np.exp(-x))
        return y

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return y'."""
        slope: np.ndarray = y * (1 - y)
        return slope

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


@dataclass(eq=False)
class Tanh(Activation):
    """y = tanh x;  y′ = 1 − y²."""

    f_text = "tanh {x}"
    df_text = "1 − {y}²"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return y."""
        y: np.ndarray = np.tanh(x)
        return y

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return y'."""
        slope: np.ndarray = 1 - y * y
        return slope

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write tanh x."""
        np.tanh(x, out=y)

    def derive(self, y: np.ndarray, slope: np.ndarray) -> None:
        """Write 1 − y²."""
        np.multiply(y, y, out=slope)
        np.subtract(1, slope, out=slope)


@dataclass(eq=False)
class ReLU(Activation):
    """y = max(x, 0);  y′ = 1 where y > 0, else 0."""

    never_falls = True

    f_text = "max({x}, 0)"
    df_text = "(1 if {y} > 0, else 0)"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return y."""
        y: np.ndarray = np.maximum(x, 0)
        return y

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return y'."""
        slope: np.ndarray = (y > 0) * 1.0
        return slope

    def branches(self, y: np.ndarray) -> np.ndarray | None:
        """Return the side of 0."""
        return y > 0

    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get y, dx, and a row of zeros: the maximum with a number takes four times as long."""
        super().allocate(batch_size, memory, input_grad=input_grad)
        self.zeros = memory.own(self.y.shape[1:])

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write max(x, 0)."""
        np.maximum(x, self.zeros, out=y)

    def derive(self, y: np.ndarray, slope: np.ndarray) -> None:
        """Write 1 where y > 0, else 0."""
        np.greater(y, 0, out=slope)


@dataclass(eq=False)
class LeakyReLU(Activation):
    """y = x where x > 0, else a·x;  y′ = 1 where y > 0, else a, with a slope 0 < a < 1."""

    never_falls = True
    slope: float = 0.01  # a

    f_text = "({x} if {x} > 0, else {a}·{x})"
    df_text = "(1 if {y} > 0, else {a})"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return y."""
        y: np.ndarray = np.where(x > 0, x, self.slope * x)
        return y

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return y'."""
        slope: np.ndarray = np.where(y > 0, 1.0, self.slope)
        return slope

    def branches(self, y: np.ndarray) -> np.ndarray | None:
        """Return the side of 0."""
        return y > 0

    def __post_init__(self) -> None:
        """Reject a slope whose sign would hide that of x, or that is not a leak."""
        if not 0 < self.slope < 1:
            raise ValueError(f"slope: found {self.slope}, expected a number between 0 and 1")

    def apply(self, x: np.ndarray, y: np.ndarray) -> None:
        """Write max(x, a·x)."""
        np.multiply(x, self.slope, out=y)
        np.maximum(x, y, out=y)

    def derive(self, y: np.ndarray, slope: np.ndarray) -> None:
        """Write 1 where y > 0, else a."""
        np.greater(y, 0, out=slope)
        slope *= 1 - self.slope
        slope += self.slope
