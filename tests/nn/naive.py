"""The layers that mix pixels once more, slowly: plain loops over (N, C, H, W) in float64.

Nothing is shared with the engine, not even the formula for the size of an output: windows are
placed one by one until the next does not fit. What backward does can be read off forward: every
product `y[i] += W[j] · x[k]` is differentiated where it stands.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np

Index = tuple[int, ...]
Pair = tuple[int, int]
Product = tuple[Index, Index, Index]  # where in y, where in W, where in x


def starts(size: int, kernel: int, stride: int, padding: int = 0) -> list[int]:
    """Return where windows begin: every `stride` pixels, from the padding on, while they fit."""
    found = []
    start = -padding
    while start + kernel <= size + padding:
        found.append(start)
        start += stride
    return found


class Twin(ABC):
    """A layer as its formula; `backward` leaves dW and db in `gradients`."""

    def __init__(self) -> None:
        """Start without gradients."""
        self.gradients: dict[str, np.ndarray] = {}

    @abstractmethod
    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y, and remember x."""

    @abstractmethod
    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx for the last x."""


class Products(Twin):
    """A layer of products: y[i] = bias + Σ W[j]·x[k] over the (i, j, k) that `products` lists."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray | None) -> None:
        """Keep float64 copies; axis 0 of weights and bias is axis 1 of y."""
        super().__init__()
        self.weights = weights.astype(float)
        self.bias = np.zeros(len(weights)) if bias is None else bias.astype(float)

    @abstractmethod
    def out_shape(self, x_shape: Index) -> Index:
        """Return the shape of y."""

    @abstractmethod
    def products(self, x_shape: Index) -> Iterator[Product]:
        """List every product once."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return y[i] = b + Σ W[j]·x[k]."""
        self.x = x.astype(float)
        y = np.zeros(self.out_shape(x.shape))
        for at in np.ndindex(y.shape):
            y[at] = self.bias[at[1]]
        for i, j, k in self.products(x.shape):
            y[i] += self.weights[j] * self.x[k]
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx[k] = Σ W[j]·dy[i]; dW[j] = Σ x[k]·dy[i]; db = Σ dy."""
        dx = np.zeros_like(self.x)
        dW, db = np.zeros_like(self.weights), np.zeros_like(self.bias)
        for at in np.ndindex(dy.shape):
            db[at[1]] += dy[at]
        for i, j, k in self.products(self.x.shape):
            dW[j] += dy[i] * self.x[k]
            dx[k] += dy[i] * self.weights[j]
        self.gradients = {"weights": dW, "bias": db}
        return dx


class Convolution(Products):
    """Slide the kernels over the image; products with the zeros of the padding are left out."""

    def __init__(
        self, weights: np.ndarray, bias: np.ndarray | None, stride: Pair, padding: Pair
    ) -> None:
        """Keep the geometry: weights are (F, C, k, k)."""
        super().__init__(weights, bias)
        self.stride, self.padding = stride, padding

    def corners(self, x_shape: Index) -> tuple[list[int], list[int]]:
        """Return the first rows and the first columns of all windows."""
        return (
            starts(x_shape[2], self.weights.shape[2], self.stride[0], self.padding[0]),
            starts(x_shape[3], self.weights.shape[3], self.stride[1], self.padding[1]),
        )

    def out_shape(self, x_shape: Index) -> Index:
        """Return (N, F, OH, OW)."""
        rows, columns = self.corners(x_shape)
        return x_shape[0], len(self.weights), len(rows), len(columns)

    def products(self, x_shape: Index) -> Iterator[Product]:
        """Pair each weight with the pixel under it, for each position of the window."""
        rows, columns = self.corners(x_shape)
        for n, f, i, j in np.ndindex(self.out_shape(x_shape)):
            for c, u, v in np.ndindex(self.weights.shape[1:]):
                p, q = rows[i] + u, columns[j] + v
                if 0 <= p < x_shape[2] and 0 <= q < x_shape[3]:
                    yield (n, f, i, j), (f, c, u, v), (n, c, p, q)


class Dense(Products):
    """Connect every pixel to every unit; pixels are numbered map by map, row by row."""

    def out_shape(self, x_shape: Index) -> Index:
        """Return (N, U, 1, 1)."""
        return x_shape[0], len(self.weights), 1, 1

    def products(self, x_shape: Index) -> Iterator[Product]:
        """Pair each weight of each unit with its pixel."""
        for n, unit in np.ndindex(x_shape[0], len(self.weights)):
            for number, (c, p, q) in enumerate(np.ndindex(x_shape[1:])):
                yield (n, unit, 0, 0), (unit, number), (n, c, p, q)


class Pooling(Twin):
    """Take one number from each window of each map."""

    def __init__(self, window: Pair, stride: Pair) -> None:
        """Keep the geometry."""
        super().__init__()
        self.window, self.stride = window, stride

    def windows(self, x_shape: Index) -> dict[Index, list[Index]]:
        """Return, for each place in y, its pixels in reading order."""
        rows = starts(x_shape[2], self.window[0], self.stride[0])
        columns = starts(x_shape[3], self.window[1], self.stride[1])
        return {
            (n, c, i, j): [
                (n, c, p, q)
                for p in range(rows[i], rows[i] + self.window[0])
                for q in range(columns[j], columns[j] + self.window[1])
            ]
            for n, c, i, j in np.ndindex(*x_shape[:2], len(rows), len(columns))
        }

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the weighted sum of each window."""
        self.x = x.astype(float)
        windows = self.windows(x.shape)
        y = np.zeros(np.add(max(windows), 1))
        for place, pixels in windows.items():
            for pixel in pixels:
                y[place] += self.share(pixel, pixels) * self.x[pixel]
        return y

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return each pixel's share of the errors of all the windows it is in."""
        dx = np.zeros_like(self.x)
        for place, pixels in self.windows(self.x.shape).items():
            for pixel in pixels:
                dx[pixel] += self.share(pixel, pixels) * dy[place]
        return dx

    @abstractmethod
    def share(self, pixel: Index, pixels: Sequence[Index]) -> float:
        """Return how much of its window's result comes from a pixel: ∂y/∂x."""


class MeanPooling(Pooling):
    """All pixels count the same."""

    def share(self, pixel: Index, pixels: Sequence[Index]) -> float:
        """Return 1/k²."""
        return 1 / len(pixels)


class MaxPooling(Pooling):
    """Only the largest pixel counts; of equal ones, the first."""

    def share(self, pixel: Index, pixels: Sequence[Index]) -> float:
        """Return 1 for the winner, 0 for the others."""
        winner = pixels[0]
        for rival in pixels[1:]:
            if self.x[rival] > self.x[winner]:
                winner = rival
        return float(pixel == winner)
