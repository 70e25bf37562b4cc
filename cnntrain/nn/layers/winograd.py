"""Convolution with fewer multiplications: Winograd's minimal filtering, along the rows."""

import numpy as np

from cnntrain.nn.layers import views
from cnntrain.nn.layers.columns import Moved, MovedBack
from cnntrain.nn.layers.windows import Padded, Sliding
from cnntrain.nn.memory import Memory

# Where polynomials are evaluated; all are sums of few powers of 2, which makes A and B exact.
POINTS = (0, 1, -1, 1 / 2, -1 / 2, 2, -2)
EIGHT_POINTS = (1 / 4, -1 / 4, 3 / 4, -3 / 4, 1, -1, 2, -2)
UNCOPIED = 10**6  # multiplications


class Winograd:
    """Forward and backward of `Convolution`, without the bias, for stride 1.

    A filter of k numbers gives m outputs from n = m + k − 1 inputs with n multiplications, not
    m·k (S. Winograd, "Arithmetic Complexity of Computations", 1980; A. Lavin and S. Gray, "Fast
    Algorithms for Convolutional Neural Networks", 2016)::

        y = Aᵀ · [(G·w) ⊙ (Bᵀ·x)]                ⊙ number by number

    The tutorial's second convolution has k = 5 and 8 rows of output: with m = 4 that is 8 for 20.
    Here the numbers are whole rows of a tile of the image, and ⊙ is what a row of the kernel does
    to a row of the image: a product with its moved copies (`columns.py`)::

        X[q] = Σ_r B[r,q] · x[r]                  n rows of the tile, combined
        g[q] = Σ_u G[q,u] · W[u]                  k rows of the kernel, combined
        M[q] = g[q] · moved X[q]                  the products, n for m·k
        y[i] = Σ_q A[q,i] · M[q]                  m rows of output

    Backward, from below; each line is the derivative of one above::

        dM[q] = Σ_i A[q,i] · dy[i]
        dg[q] = Σ_tiles dM[q] · (moved X[q])ᵀ
        dW[u] = Σ_q G[q,u] · dg[q]
        dX[q] = g[q]ᵀ · dM[q], moved back
        dx[r] = Σ_q B[r,q] · dX[q]                tiles overlap by k − 1 rows: added up

    Rounding: errors are 2 to 4 times those of `Bands` with n = 8, 6 to 9 times with n = 9, which is
    1e-6 of the largest number in float32; more points would be worse. They are relative to all of a
    tile, so that what is exactly 0 by the formula may differ from it by as much.

    **What was tried and did not pay**: the same along the columns, too, is a combination of blocks
    as short as the batch. One Bᵀ or Aᵀ for all tiles, mostly zeros, takes two to three times as long
    as one for each. Tile after tile, so that each stays in the cache, makes no difference. Images of
    one channel have so short products that adding before and after takes longer.
    """

    def __init__(
        self, sliding: Sliding, y: np.ndarray, memory: Memory, *, input_grad: bool
    ) -> None:
        """Get the arrays of both passes, and views of them as the products need them."""
        self.sliding, n = sliding, y.shape[-1]
        (channels, _, columns), (filters, out_rows, out_columns) = (
            sliding.in_shape,
            sliding.out_shape,
        )
        (k_rows, k_columns), dtype = sliding.k, memory.dtype
        self.m = tile(k_rows, out_rows)
        self.A, self.G, self.B = (each.astype(dtype) for each in matrices(self.m, k_rows))
        tiles, points = out_rows // self.m, len(self.B)
        self.shape = tiles, points

        self.padded = Padded(sliding, n, memory) if sliding.p != (0, 0) else None
        X = memory.scratch((tiles * points, channels, columns + 2 * sliding.p[1], n))
        self.X = X.reshape(tiles, points, -1)
        self.moved = Moved(X, sliding, memory)
        self.W = memory.scratch((k_rows, filters, k_columns, channels))
        self.g = memory.own((points, filters, k_columns * channels))
        M = memory.scratch((tiles, points, filters, out_columns * n))
        self.M = M.reshape(tiles, points, -1)
        self.y = y.reshape(tiles, self.m, -1)
        self.W_lines, self.g_lines = self.W.reshape(k_rows, -1), self.g.reshape(points, -1)

        slabs = self.moved.copies.reshape(tiles, points, k_columns * channels, -1)
        pieces = pieces_of_columns(out_columns, self.g[0].size * out_columns * n)
        self.slab_pieces, self.M_pieces = views.pieces(slabs, pieces), views.pieces(M, pieces)
        self.factors, self.transposed_slabs = M, slabs.transpose(0, 1, 3, 2)
        self.dg_tiles = memory.scratch((tiles, *self.g.shape))
        self.dg = memory.scratch(self.g_lines.shape)
        self.dx: np.ndarray | None = None
        if input_grad:
            self._allocate_input_gradient(n, pieces, memory)

    def _allocate_input_gradient(self, n: int, pieces: int, memory: Memory) -> None:
        """Get dX and dx, which has the padding's rows above and below it."""
        sliding, rows = self.sliding, self.shape[0] * self.shape[1]
        (channels, height, columns), top = sliding.in_shape, sliding.p[0]
        self.moved_back = MovedBack(rows, sliding.out_shape[2], sliding, n, memory)
        place = self.moved_back.place
        self.dslab_pieces = views.pieces(place.reshape(*self.shape, *place.shape[1:]), pieces)
        self.dX = memory.scratch((rows, channels, columns, n))
        self.dX_tiles = self.dX.reshape(*self.shape, -1)
        padded = memory.handed_down((height + 2 * top, channels, columns, n))
        self.dx, self.dx_lines = padded[top : top + height], padded.reshape(len(padded), -1)
        self.overlap = memory.scratch((sliding.k[0] - 1, self.dx_lines.shape[1]))

    def forward(self, x: np.ndarray, weights: np.ndarray) -> None:
        """Write y."""
        self.W[...] = weights.transpose(2, 0, 3, 1)
        np.matmul(self.G, self.W_lines, out=self.g_lines)
        self._combine_rows(x)
        self.moved.copy()
        np.matmul(self.g[:, None], self.slab_pieces, out=self.M_pieces)
        np.matmul(self.A.T, self.M, out=self.y)

    def _combine_rows(self, x: np.ndarray) -> None:
        """Write X, of each tile: Bᵀ times its rows, the last k − 1 of which are the next one's."""
        if self.padded is not None:
            self.padded.inside[...] = x
            x = self.padded.array
        lines = x.reshape(len(x), -1)
        for number, X in enumerate(self.X):
            first = number * self.m
            np.matmul(self.B.T, lines[first : first + len(X)], out=X)

    def backward(self, dy: np.ndarray, dW: np.ndarray) -> np.ndarray | None:
        """Return dx; write dW."""
        np.matmul(self.A, dy.reshape(self.y.shape), out=self.M)
        np.matmul(self.factors, self.transposed_slabs, out=self.dg_tiles)
        self.dg_tiles.reshape(len(self.dg_tiles), *self.dg.shape).sum(axis=0, out=self.dg)
        np.matmul(self.G.T, self.dg, out=self.W_lines)
        dW[...] = self.W.transpose(1, 3, 0, 2)
        return None if self.dx is None else self._input_gradient(self.dx)

    def _input_gradient(self, dx: np.ndarray) -> np.ndarray:
        """Write dx: of each tile, first the rows that it shares with others, then its own."""
        np.matmul(self.g.transpose(0, 2, 1)[:, None], self.M_pieces, out=self.dslab_pieces)
        self.moved_back.add_up(self.dX)
        shared = len(self.overlap)
        np.matmul(self.B, self.dX_tiles[0], out=self.dx_lines[: len(self.B)])
        for number, dX in enumerate(self.dX_tiles[1:], start=1):
            rows = self.dx_lines[number * self.m :][: len(self.B)]
            rows[:shared] += np.matmul(self.B[:shared], dX, out=self.overlap)
            np.matmul(self.B[shared:], dX, out=rows[shared:])
        return dx


def pieces_of_columns(out_columns: int, multiplications: int) -> int:
    """Return in how many products a row of outputs is computed, of so many multiplications in all.

    OpenBLAS begins by copying the factors of a product that needs more than a million. Those of
    Caffe's LeNet would take 1.2 times as long.
    """
    counts = [c for c in range(1, out_columns + 1) if out_columns % c == 0]
    return next((c for c in counts if multiplications <= c * UNCOPIED), out_columns)


def saves(sliding: Sliding) -> bool:
    """Return whether this way is the faster one: where the products are large enough.

    Measured on 40 shapes, forward and backward: with inner lengths C·k below 10, or less than 4
    filters, `Bands` takes 0.5 to 0.9 times as long; above, 1 to 1.9 times.
    """
    (k_rows, k_columns), rows = sliding.k, sliding.out_shape[1]
    length, filters = sliding.in_shape[0] * k_columns, sliding.out_shape[0]
    large = length >= 10 and filters >= 4
    return large and sliding.s == (1, 1) and k_rows > 1 and tile(k_rows, rows) > 1


def tile(kernel_rows: int, out_rows: int) -> int:
    """Return m, the rows of a tile: as many as there are points for, of those that divide."""
    largest = len(EIGHT_POINTS) + 2 - kernel_rows
    return max((m for m in range(1, largest + 1) if out_rows % m == 0), default=1)


def matrices(m: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return A (n, m), G (n, k) and B (n, n), n = m + k − 1, for m outputs of a filter of k.

    Two polynomials with k and m coefficients are multiplied by evaluating both at n points, of
    which the last is ∞, multiplying the values, and interpolating (Toom, 1963; Cook, 1966). A and G
    evaluate, B interpolates: its columns are Lagrange's polynomials, whose denominators are in G.
    The coefficients of the product are sums like those of a filter; read from the outputs to the
    inputs, transposed, the same three steps are the filter.
    """
    n = m + k - 1
    points = np.array(EIGHT_POINTS if n == len(EIGHT_POINTS) + 1 else POINTS[: n - 1])
    A, G, B = np.zeros((n, m)), np.zeros((n, k)), np.zeros((n, n))
    for q, point in enumerate(points):
        others = np.delete(points, q)
        A[q] = point ** np.arange(m)
        G[q] = point ** np.arange(k) / np.prod(point - others)
        B[:-1, q] = np.poly(others)[::-1]
    A[-1, -1] = G[-1, -1] = 1
    B[:, -1] = np.poly(points)[::-1]
    return A, G, B
