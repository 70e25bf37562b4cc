"""Activations: a function of each number on its own, and its derivative.

To add one, write a class with `f` and `df`, and a row in ACTIVATIONS. Formulas and trade-offs:
source S4. All are finite, and warn of nothing, for any finite input.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnntrain.nn.layers.base import Layer, Shape

FLAT = 0.05  # of an activation's steepest slope: below this share of it, hardly any error passes


@dataclass(eq=False)
class Activation(Layer):
    """A function y = f(x) of each element on its own;  dx = f′(x)·dy."""

    # the formulas as text, with {x}, {y} and, for an option `slope`, {a}: what `trace` shows
    f_text: ClassVar[str]
    df_text: ClassVar[str]

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = f(x)."""
        self.x, self.y = x, self.f(x)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx = f′(x)·dy."""
        return self.df(self.x, self.y) * dy

    @abstractmethod
    def f(self, x: np.ndarray) -> np.ndarray:
        """Return f(x) for an array of any shape."""

    @abstractmethod
    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return f′(x), computed from x, from y = f(x), or from both."""


@dataclass(eq=False)
class Sigmoid(Activation):
    """y = 1/(1 + e^−x);  y′ = y·(1 − y).

    Computed as ½·tanh(x/2) + ½, which cannot overflow. Exact to the last digits of y, not of a tiny
    y: in float32 the y of x < −17 is 0, not e^x.
    """

    f_text = "1/(1 + e^−{x})"
    df_text = "{y}·(1 − {y})"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return 1/(1 + e^−x)."""
        return 0.5 * np.tanh(0.5 * x) + 0.5

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return y·(1 − y)."""
        return y * (1 - y)

    def saturated(self, y: np.ndarray) -> np.ndarray:
        """Return where y is close to 0 or 1."""
        return y * (1 - y) < FLAT / 4


@dataclass(eq=False)
class Tanh(Activation):
    """y = tanh x;  y′ = 1 − y²."""

    f_text = "tanh {x}"
    df_text = "1 − {y}²"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return tanh x."""
        return np.tanh(x)

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return 1 − y²."""
        return 1 - y * y

    def saturated(self, y: np.ndarray) -> np.ndarray:
        """Return where y is close to −1 or 1."""
        return 1 - y * y < FLAT


@dataclass(eq=False)
class ReLU(Activation):
    """y = max(x, 0);  y′ = 1 where y > 0, else 0."""

    commutes_with_max = True
    f_text = "max({x}, 0)"
    df_text = "(1 if {y} > 0, else 0)"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return max(x, 0)."""
        return np.maximum(x, 0)

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return 1 where y > 0, else 0."""
        return (y > 0).astype(y.dtype)

    def branches(self, y: np.ndarray) -> np.ndarray:
        """Return the side of the kink at 0."""
        return y > 0

    def silent(self, y: np.ndarray) -> np.ndarray:
        """Return where y is 0."""
        return y == 0


@dataclass(eq=False)
class LeakyReLU(Activation):
    """y = x where x > 0, else a·x;  y′ = 1 where y > 0, else a, with a slope 0 < a < 1."""

    commutes_with_max = True
    f_text = "({x} if {x} > 0, else {a}·{x})"
    df_text = "(1 if {y} > 0, else {a})"
    slope: float = 0.01  # a

    def __post_init__(self) -> None:
        """Reject a slope whose sign would hide that of x, or that is not a leak."""
        if not 0 < self.slope < 1:
            raise ValueError(f"slope: found {self.slope}, expected a number between 0 and 1")

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return max(x, a·x)."""
        return np.maximum(x, self.slope * x)

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return 1 where y > 0, else a."""
        return np.where(y > 0, 1, self.slope).astype(y.dtype)

    def branches(self, y: np.ndarray) -> np.ndarray:
        """Return the side of the kink at 0."""
        return y > 0


ACTIVATIONS: dict[str, type[Activation]] = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
}
