"""Layers that no table of the program knows: what `check` and `trace` make of them is general."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.parameter import Parameter


@dataclass(eq=False)
class Gain(Layer):
    """Multiply each map by a number of its own, which is learnt.

    y = g·x;  dg = Σ dy·x, dx = g·dy.
    """

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def make_parameters(self, rng: np.random.Generator) -> dict[str, Parameter]:
        """Return a gain (C) for each map."""
        return {"gain": Parameter(rng.uniform(0.5, 2, self.in_shape[0]).astype(self.dtype))}

    @property
    def g(self) -> np.ndarray:
        """Return the gains, to be multiplied with (N, C, H, W)."""
        return self.parameters["gain"].value[:, None, None]

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return g·x."""
        self.x = x
        return self.g * x

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return g·dy; overwrite dg."""
        self.parameters["gain"].gradient[...] = (dy * self.x).sum(axis=(0, 2, 3))
        return self.g * dy


@dataclass(eq=False)
class Centred(Layer):
    """Subtract the mean over the batch from each number."""

    mixes_images = True

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return x minus its mean over the images."""
        return x - x.mean(axis=0)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dy minus its mean over the images."""
        return dy - dy.mean(axis=0)


@dataclass(eq=False)
class Noise(Layer):
    """Multiply each number by a random one between 1 and 2, while training."""

    draws_random = True

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def reseed(self, seed: Sequence[int]) -> None:
        """Start the stream of the factors."""
        self.rng = np.random.default_rng(seed)

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return x times the factors."""
        self.factors = self.rng.uniform(1, 2, x.shape) if train else np.ones(x.shape)
        return x * self.factors

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dy times the factors."""
        return dy * self.factors


@dataclass(eq=False)
class Halves(Layer):
    """Keep every second row and column of each map."""

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return (C, H/2, W/2), rounded up."""
        return in_shape[0], -(-in_shape[1] // 2), -(-in_shape[2] // 2)

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return the numbers at even positions."""
        return x[:, :, ::2, ::2]

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dy at even positions, 0 between."""
        dx = np.zeros((len(dy), *self.in_shape), dy.dtype)
        dx[:, :, ::2, ::2] = dy
        return dx


STRANGERS: dict[str, type[Layer]] = {
    "gain": Gain,
    "centred": Centred,
    "noise": Noise,
    "halves": Halves,
}
