"""The layers that take each pixel on its own once more, slowly; slopes are functions of x."""

import math
from collections.abc import Callable

import numpy as np

from tests.nn.naive import Twin


class Elementwise(Twin):
    """Apply a function of one number to each pixel; its slope is a function of x, not of y."""

    def __init__(self, f: Callable[[float], float], slope: Callable[[float], float]) -> None:
        """Keep f and f′."""
        super().__init__()
        self.f, self.slope = f, slope

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return f(x)."""
        self.x = x.astype(float)
        y = np.zeros(x.shape)
        for at in np.ndindex(x.shape):
            y[at] = self.f(float(self.x[at]))
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dy · f′(x)."""
        dx = np.zeros(dy.shape)
        for at in np.ndindex(dy.shape):
            dx[at] = dy[at] * self.slope(float(self.x[at]))
        return dx


class Masked(Twin):
    """Multiply each pixel by a number that is given: what dropout does once its mask is drawn."""

    def __init__(self, mask_for: Callable[[int], np.ndarray]) -> None:
        """Keep the function that returns the mask for a number of images."""
        super().__init__()
        self.mask_for = mask_for

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return x·m."""
        self.mask = self.mask_for(len(x))
        y: np.ndarray = x * self.mask
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dy·m."""
        dx: np.ndarray = dy * self.mask
        return dx


def sigmoid() -> Elementwise:
    """Return 1/(1 + e^−z) and e^−z/(1 + e^−z)², written for |z| because both are symmetric."""

    def f(z: float) -> float:
        tail = math.exp(-abs(z)) / (1 + math.exp(-abs(z)))
        return tail if z < 0 else 1 - tail

    return Elementwise(f, lambda z: math.exp(-abs(z)) / (1 + math.exp(-abs(z))) ** 2)


def tanh() -> Elementwise:
    """Return tanh z and 1/cosh² z."""
    return Elementwise(math.tanh, lambda z: 1 / math.cosh(z) ** 2)


def leaky_relu(a: float) -> Elementwise:
    """Return z or a·z, and 1 or a: a at z = 0. With a = 0 this is ReLU."""
    return Elementwise(lambda z: z if z > 0 else a * z, lambda z: 1 if z > 0 else a)


def softplus() -> Elementwise:
    """Return log(1 + e^z) and e^z/(1 + e^z), without e^z where it is large."""
    return Elementwise(
        lambda z: max(z, 0) + math.log1p(math.exp(-abs(z))), lambda z: 1 / (1 + math.exp(-z))
    )


def silu() -> Elementwise:
    """Return z·σ and its slope by the product rule, σ + z·σ′."""
    sigma = sigmoid()
    return Elementwise(lambda z: z * sigma.f(z), lambda z: sigma.f(z) + z * sigma.slope(z))


def gelu() -> Elementwise:
    """Return z·Φ and Φ + z·φ, with Python's erf."""

    def phi(z: float) -> float:
        return (1 + math.erf(z / math.sqrt(2))) / 2

    return Elementwise(
        lambda z: z * phi(z),
        lambda z: phi(z) + z * math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    )
