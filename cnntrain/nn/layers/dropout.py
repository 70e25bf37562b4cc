"""Dropout: switch off units at random while training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnntrain.nn.checks import check_0_to_below_1
from cnntrain.nn.layers.base import Layer, Shape


@dataclass(eq=False)
class Dropout(Layer):
    """Set each unit to 0 with probability p while training, and scale the others by 1/(1 − p).

    y = x·m and dx = dy·m, with m drawn anew for every batch; y = x when not training
    (Srivastava et al. 2014, in the "inverted" form, which needs no scaling when testing).
    """

    draws_random = True
    rate: float = 0.5  # p: the share of units switched off

    def __post_init__(self) -> None:
        """Reject a probability outside [0, 1)."""
        check_0_to_below_1("rate", self.rate)

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def reseed(self, seed: Sequence[int]) -> None:
        """Start the stream that m is drawn from."""
        self.rng = np.random.default_rng(seed)

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return x·m, with a new m, or x when not training."""
        if not train:
            return x
        n, (channels, rows, columns) = len(x), self.out_shape
        # drawn row by row with the images innermost, as `nn/fast/` does: the same m
        drawn = self.rng.random((rows, channels, columns, n), self.dtype)
        kept = drawn.transpose(3, 1, 0, 2) >= self.rate
        self.m = kept * self.dtype.type(1 / (1 - self.rate))
        return x * self.m

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx = dy·m."""
        return dy * self.m
