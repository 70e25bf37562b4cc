"""Normalization, fast: few passes, with every statistic spread over a row before it is used.

A row of y, (C, W, N), is what lies between two steps of its first axis: to subtract a row takes as
long as to subtract an array, and less than to subtract one number from each map.
"""

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.routine import Routine, layout
from cnntrain.nn.layers.normalization import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
)


class FastNormalization(Routine):
    """What both kinds share: arrays, and sums over images and map."""

    layer: Normalization

    def allocate(self, memory: Memory) -> None:
        """Get y, what `backward` needs of x, dx, a row, and room for sums."""
        self.shape = rows, channels, columns, n = layout(self.layer.in_shape, self.batch_size)
        self.y = memory.handed_up(self.shape)
        self.kept = memory.own(self.shape)
        self.row = memory.scratch((channels, columns, n))
        self.sums = memory.scratch((rows, channels))
        self.ones = np.ones(columns * n, self.layer.dtype)
        self.dx = memory.handed_down(self.shape) if self.input_grad else None

    def lines(self, array: np.ndarray) -> np.ndarray:
        """Return (H, C, W, N) as (H, C, W·N)."""
        rows, channels, _, _ = self.shape
        return array.reshape(rows, channels, -1)

    def sum_of_maps(self, a: np.ndarray, out: np.ndarray) -> None:
        """Write Σ a over rows, columns and images to `out` (C)."""
        np.matmul(self.lines(a), self.ones, out=self.sums)
        np.sum(self.sums, axis=0, out=out)

    def product_of_maps(self, a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
        """Write Σ a·b over rows, columns and images to `out` (C)."""
        np.vecdot(self.lines(a), self.lines(b), out=self.sums)
        np.sum(self.sums, axis=0, out=out)

    def row_of_maps(self, values: np.ndarray) -> np.ndarray:
        """Return a row with a number (C) for each map, valid until the next."""
        self.row[...] = values[:, None, None]
        return self.row


class FastBatchNormalization(FastNormalization):
    """Forward and backward of `BatchNormalization`; kept is x − μ."""

    layer: BatchNormalization

    def allocate(self, memory: Memory) -> None:
        """Get numbers for each map besides."""
        super().allocate(memory)
        maps = (self.layer.in_shape[0],)
        self.scale, self.shift, self.factor = (memory.own(maps) for _ in range(3))
        self.m = self.y.size // maps[0]  # numbers that are normalized together

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = γ·(x − μ)/s + β."""
        mean, variance = self.layer.buffers.values()
        gamma, beta = (p.value for p in self.layer.parameters.values())
        if not train:
            self._set_scale(gamma, variance.value)
            np.multiply(mean.value, self.scale, out=self.shift)
            np.subtract(beta, self.shift, out=self.shift)
            np.multiply(x, self.row_of_maps(self.scale), out=self.y)
            self.y += self.row_of_maps(self.shift)
            return self.y
        self.sum_of_maps(x, out=mean.seen)
        mean.seen /= self.m
        np.subtract(x, self.row_of_maps(mean.seen), out=self.kept)
        self.product_of_maps(self.kept, self.kept, out=variance.seen)
        variance.seen /= self.m
        self._set_scale(gamma, variance.seen)
        np.multiply(self.kept, self.row_of_maps(self.scale), out=self.y)
        self.y += self.row_of_maps(beta)
        return self.y

    def _set_scale(self, gamma: np.ndarray, variance: np.ndarray) -> None:
        """Write γ/s to `scale`, and 1/s² to `factor`."""
        np.add(variance, self.layer.epsilon, out=self.factor)
        np.sqrt(self.factor, out=self.scale)
        np.divide(gamma, self.scale, out=self.scale)
        np.reciprocal(self.factor, out=self.factor)

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx = γ/s·(dy − mean of dy − (x − μ)/s²·mean of dy·(x − μ)); overwrite dγ and dβ."""
        gamma, beta = (p.gradient for p in self.layer.parameters.values())
        self.sum_of_maps(dy, out=beta)
        self.product_of_maps(dy, self.kept, out=gamma)
        if self.dx is not None:
            np.multiply(beta, self.scale, out=self.shift)
            self.shift /= self.m
            np.multiply(dy, self.row_of_maps(self.scale), out=self.dx)
            self.dx -= self.row_of_maps(self.shift)
            np.multiply(gamma, self.factor, out=self.shift)
            self.shift *= self.scale
            self.shift /= self.m
            self.kept *= self.row_of_maps(self.shift)
            self.dx -= self.kept
        np.sqrt(self.factor, out=self.factor)  # 1/s: so far, dγ is Σ dy·(x − μ)
        gamma *= self.factor
        return self.dx


class FastLayerNormalization(FastNormalization):
    """Forward and backward of `LayerNormalization`; kept is x̂."""

    layer: LayerNormalization

    def allocate(self, memory: Memory) -> None:
        """Get numbers for each image, and a scratch array, besides."""
        super().allocate(memory)
        n = self.batch_size
        self.mean, self.s, self.of_g = (memory.own((n,)) for _ in range(3))
        self.products = memory.scratch(self.shape)
        self.shares = np.full(self.y.size // n, n / self.y.size, self.layer.dtype)  # 1/m each

    def mean_of_images(self, a: np.ndarray, out: np.ndarray) -> None:
        """Write the mean of each image of a (H, C, W, N) to `out` (N)."""
        np.matmul(self.shares, a.reshape(len(self.shares), -1), out=out)

    def row_of_images(self, values: np.ndarray) -> np.ndarray:
        """Return a row with a number (N) for each image, valid until the next."""
        self.row[...] = values
        return self.row

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = γ·(x − μ)/s + β."""
        gamma, beta = (p.value for p in self.layer.parameters.values())
        self.mean_of_images(x, out=self.mean)
        np.subtract(x, self.row_of_images(self.mean), out=self.kept)
        np.multiply(self.kept, self.kept, out=self.products)
        self.mean_of_images(self.products, out=self.s)
        self.s += self.layer.epsilon
        np.sqrt(self.s, out=self.s)
        self.kept /= self.row_of_images(self.s)
        np.multiply(self.kept, self.row_of_maps(gamma), out=self.y)
        self.y += self.row_of_maps(beta)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx = (g − mean of g − x̂·mean of g·x̂) / s, g = γ·dy; overwrite dγ and dβ."""
        gamma, beta = self.layer.parameters["weights"], self.layer.parameters["bias"]
        self.sum_of_maps(dy, out=beta.gradient)
        self.product_of_maps(dy, self.kept, out=gamma.gradient)
        if self.dx is None:
            return None
        np.multiply(dy, self.row_of_maps(gamma.value), out=self.dx)
        np.multiply(self.dx, self.kept, out=self.products)
        self.mean_of_images(self.products, out=self.of_g)
        self.kept *= self.row_of_images(self.of_g)
        self.mean_of_images(self.dx, out=self.of_g)
        self.dx -= self.row_of_images(self.of_g)
        self.dx -= self.kept
        self.dx /= self.row_of_images(self.s)
        return self.dx
