"""Activations: a function of each number on its own, and its derivative.

`nn/README.md` says how to add one. For formulas and trade-offs see the classes, and S4. For finite
input they return finite values and raise no warnings.
"""

import math
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
    f_text: ClassVar[str] = "f({x})"
    df_text: ClassVar[str] = "f′({x})"

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

    Computed as ½·tanh(x/2) + ½, which cannot overflow. The absolute error is a few roundings;
    relative accuracy is lost for tiny y: in float32, y is 0 for x < −17, not e^x.
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
    slope: float = 0.01  # a: the slope below 0

    def __post_init__(self) -> None:
        """Reject a slope outside (0, 1)."""
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


@dataclass(eq=False)
class Softplus(Activation):
    """y = log(1 + e^x);  y′ = 1 − e^−y = 1/(1 + e^−x): a smooth ReLU (Dugas et al. 2001, eq. 9)."""

    f_text = "log(1 + e^{x})"
    df_text = "1 − e^−{y}"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return log(1 + e^x)."""
        return np.logaddexp(x.dtype.type(0), x)

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return 1 − e^−y."""
        return -np.expm1(-y)


@dataclass(eq=False)
class SiLU(Activation):
    """y = x·σ, σ = 1/(1 + e^−x);  y′ = σ + x·σ·(1 − σ) = σ·(1 + x − y).

    Elfwing et al. 2018, eq. 5 and 7; "Swish" in Ramachandran et al. 2017. σ is computed as Sigmoid
    computes it.
    """

    f_text = "{x}/(1 + e^−{x})"
    df_text = "(1 + {x} − {y})/(1 + e^−{x})"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return x·σ."""
        return x * (0.5 * np.tanh(0.5 * x) + 0.5)

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return σ·(1 + x − y)."""
        return (0.5 * np.tanh(0.5 * x) + 0.5) * (1 + (x - y))


@dataclass(eq=False)
class GELU(Activation):
    """y = x·Φ(x);  y′ = Φ(x) + x·φ(x), the exact form of Hendrycks & Gimpel (2016), not by tanh.

    Φ(x) = ½·(1 + erf(x/√2)) is the normal distribution's cumulative function, and φ(x) =
    e^(−x²/2)/√(2π) its derivative. NumPy has no erf; Python has one, for a number at a time.
    """

    f_text = "{x}·½·(1 + erf({x}/√2))"
    df_text = "½·(1 + erf({x}/√2)) + {x}·e^(−{x}²/2)/√(2π)"

    def f(self, x: np.ndarray) -> np.ndarray:
        """Return x·Φ(x)."""
        return x * self.cumulative(x)

    def df(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return Φ(x) + x·φ(x); beyond ±40, where φ is 0, x² could overflow."""
        density = np.exp(-0.5 * np.clip(x, -40, 40) ** 2) / math.sqrt(2 * math.pi)
        return self.cumulative(x) + x * density

    def cumulative(self, x: np.ndarray) -> np.ndarray:
        """Return Φ(x) = ½·erfc(−x/√2), which, unlike 1 + erf, loses no digits if x < 0."""
        halves = [0.5 * math.erfc(-number / math.sqrt(2)) for number in x.ravel().tolist()]
        return np.array(halves, x.dtype).reshape(x.shape)


ACTIVATIONS: dict[str, type[Activation]] = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "softplus": Softplus,
    "silu": SiLU,
    "gelu": GELU,
}
