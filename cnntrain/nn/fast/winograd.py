"""Convolution with fewer multiplications: Winograd's minimal filtering, along the rows."""

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast import views
from cnntrain.nn.fast.moved_columns import Moved, MovedBack, Padded, Sliding

# Where polynomials are evaluated, and at ∞. All are sums of few powers of 2: A and B are exact.
POINTS = (0, 1, -1, 1 / 2, -1 / 2, 2, -2)  # as many of them as are needed
EIGHT_POINTS = (1 / 4, -1 / 4, 3 / 4, -3 / 4, 1, -1, 2, -2)
LARGEST_UNCOPIED_PRODUCT = 10**6  # multiplications; OpenBLAS copies the factors of larger ones


class Winograd:
    """Forward and backward of `Convolution`, without the bias, for stride 1.

    Two outputs of a filter of two numbers, with three multiplications for four::

        y[0] = w0·x0 + w1·x1 = M0 + M1            M0 = −w0 · (x1 − x0)
        y[1] = w0·x1 + w1·x2 = M1 + M2            M1 = (w0 + w1) · x1
                                                  M2 = w1 · (x2 − x1)

    In the same way a filter of k numbers gives m outputs from n = m + k − 1 inputs with n
    multiplications for m·k (S. Winograd, "Arithmetic Complexity of Computations", 1980; A. Lavin
    and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2016)::

        y = Aᵀ · [(G·w) ⊙ (Bᵀ·x)]                ⊙ number by number

    The tutorial's second convolution has k = 5 and 8 rows of output: with m = 4 that is 8 for 20.
    Here the numbers are whole rows, and ⊙ is what a row of the kernel does to a row of the image: a
    product with its moved copies (`moved_columns.py`). A tile is m rows of output and the n rows of
    the padded image that they see, x[0] .. x[n−1]; the next begins m rows below::

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

    Rounding: root mean square errors are 1.4 to 5 times those of `Bands` with n = 8, 2 to 11 times
    with n = 9; in float32 the largest is 4e-6 of the largest number. They are relative to all of a
    tile: a y that is exactly 0 by the formula may come out as ±1e-7, and ReLU takes such a number
    for what its sign says.

    **What was tried and did not pay**: the same along the columns, too, is a combination of blocks
    as short as the batch. One Bᵀ or Aᵀ for all tiles, mostly zeros, takes two to three times as long
    as one for each. Where products are small, as on images of one channel, adding before and after
    takes longer than multiplying (`saves`).
    """

    def __init__(
        self, sliding: Sliding, y: np.ndarray, memory: Memory, *, input_grad: bool
    ) -> None:
        """Get the arrays of both passes, most of them for one tile after the other."""
        (channels, _, columns), (k_rows, k_columns), n = sliding.in_shape, sliding.k, y.shape[-1]
        filters, out_rows, out_columns = sliding.out_shape
        m = rows_of_a_tile(k_rows, out_rows)
        self.A, self.G, self.B = (each.astype(memory.dtype) for each in matrices(m, k_rows))
        points = len(self.B)

        self.padded = Padded(sliding, n, memory) if sliding.p != (0, 0) else None
        self.W = memory.scratch((k_rows, filters, k_columns, channels))
        self.X = memory.scratch((points, channels, columns + 2 * sliding.p[1], n))
        self.g = memory.own((points, filters, k_columns * channels))
        self.M = memory.scratch((points, filters, out_columns * n))
        self.dg, self.dg_tile = memory.scratch(self.g.shape), memory.scratch(self.g.shape)
        self.W_lines, self.X_lines, self.g_lines, self.M_lines, self.dg_lines = (
            array.reshape(len(array), -1) for array in (self.W, self.X, self.g, self.M, self.dg)
        )
        pieces = pieces_of_columns(out_columns, self.g[0].size * out_columns * n)
        self.M_pieces = views.pieces(self.M, pieces)
        self.y = y.reshape(out_rows // m, m, -1)
        self.tiles = [
            _Tile(number * m, lines, Moved(self.X, sliding, memory), pieces)
            for number, lines in enumerate(self.y)
        ]
        self.dx: np.ndarray | None = None
        if input_grad:
            self._allocate_input_gradient(sliding, n, pieces, memory)

    def _allocate_input_gradient(
        self, sliding: Sliding, n: int, pieces: int, memory: Memory
    ) -> None:
        """Get dX and dx, which has the padding's rows above and below it."""
        (channels, rows, columns), top, points = sliding.in_shape, sliding.p[0], len(self.B)
        self.moved_back = MovedBack(points, sliding.out_shape[2], sliding, n, memory)
        self.dslab_pieces = views.pieces(self.moved_back.place, pieces)
        self.dX = memory.scratch((points, channels, columns, n))
        self.dX_lines = self.dX.reshape(points, -1)
        padded = memory.handed_down((rows + 2 * top, channels, columns, n))
        self.dx, self.dx_lines = padded[top : top + rows], padded.reshape(len(padded), -1)
        self.overlap = memory.scratch((sliding.k[0] - 1, self.dx_lines.shape[1]))

    def forward(self, x: np.ndarray, weights: np.ndarray) -> None:
        """Write y."""
        self.W[...] = weights.transpose(2, 0, 3, 1)
        np.matmul(self.G, self.W_lines, out=self.g_lines)
        if self.padded is not None:
            self.padded.inside[...] = x
            x = self.padded.array
        lines = x.reshape(len(x), -1)
        for tile in self.tiles:
            np.matmul(self.B.T, lines[tile.first : tile.first + len(self.B)], out=self.X_lines)
            tile.moved.copy()
            np.matmul(self.g[:, None], tile.slab_pieces, out=self.M_pieces)
            np.matmul(self.A.T, self.M_lines, out=tile.y)

    def backward(self, dy: np.ndarray, dW: np.ndarray) -> np.ndarray | None:
        """Return dx; write dW."""
        self.dg.fill(0)
        for tile, lines in zip(self.tiles, dy.reshape(self.y.shape), strict=True):
            np.matmul(self.A, lines, out=self.M_lines)
            self.dg += np.matmul(self.M, tile.transposed_slabs, out=self.dg_tile)
            if self.dx is not None:
                self._add_input_gradient(tile.first)
        np.matmul(self.G.T, self.dg_lines, out=self.W_lines)
        dW[...] = self.W.transpose(1, 3, 0, 2)
        return self.dx

    def _add_input_gradient(self, first: int) -> None:
        """Write dx of a tile; rows that it shares with the tile before are added to."""
        np.matmul(self.g.transpose(0, 2, 1)[:, None], self.M_pieces, out=self.dslab_pieces)
        self.moved_back.add_up(self.dX)
        rows = self.dx_lines[first : first + len(self.B)]
        shared = len(self.overlap) if first else 0
        overlap = np.matmul(self.B[:shared], self.dX_lines, out=self.overlap[:shared])
        rows[:shared] += overlap
        np.matmul(self.B[shared:], self.dX_lines, out=rows[shared:])


class _Tile:
    """The arrays of one tile: m rows of y, and the moved copies of X that lead to them."""

    def __init__(self, first: int, y: np.ndarray, moved: Moved, pieces: int) -> None:
        """Make the matrices; `first` is the first row under the kernel."""
        self.first, self.y, self.moved = first, y, moved
        points, k_columns, channels, *_ = moved.copies.shape
        slabs = moved.copies.reshape(points, k_columns * channels, -1)
        self.slab_pieces = views.pieces(slabs, pieces)
        self.transposed_slabs = slabs.transpose(0, 2, 1)


def pieces_of_columns(out_columns: int, multiplications: int) -> int:
    """Return into how many matrix products to split one row of outputs, given its multiplications.

    With AVX-512, OpenBLAS does not copy the factors of a product first that needs up to a million;
    those of Caffe's LeNet would take 1.2 times as long. Where a column needs more, nothing is cut.
    """
    counts = [c for c in range(1, out_columns + 1) if out_columns % c == 0]
    return next((c for c in counts if multiplications <= c * LARGEST_UNCOPIED_PRODUCT), 1)


def saves(sliding: Sliding) -> bool:
    """Return whether this way is the faster one: where the products are large enough.

    Measured on 40 shapes, forward and backward: with inner lengths C·k below 10, or less than 4
    filters, `Bands` takes 0.5 to 0.9 times as long; above, 1 to 1.9 times, and 0.8 to 1 times on
    some small images with few filters or tiles of two rows.
    """
    (k_rows, k_columns), rows = sliding.k, sliding.out_shape[1]
    channels, filters = sliding.in_shape[0], sliding.out_shape[0]
    large = channels > 1 and channels * k_columns >= 10 and filters >= 4
    return large and sliding.s == (1, 1) and k_rows > 1 and rows_of_a_tile(k_rows, rows) > 1


def rows_of_a_tile(kernel_rows: int, out_rows: int) -> int:
    """Return m, the rows of a tile: as many as there are points for, of those that divide."""
    largest = len(EIGHT_POINTS) + 2 - kernel_rows
    return max((m for m in range(1, largest + 1) if out_rows % m == 0), default=1)


def matrices(m: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return A (n, m), G (n, k) and B (n, n), n = m + k − 1, for m outputs of a filter of k.

    Two polynomials with k and m coefficients are multiplied by evaluating both at n points, of
    which the last is ∞, multiplying the values, and interpolating (Toom, 1963; Cook, 1966). A and G
    evaluate, B interpolates: its columns are Lagrange's polynomials, whose denominators are in G.
    Read from the outputs to the inputs, the same three steps are the filter (the principle of
    transposition): B · [(G·w) ⊙ (A·g)] is the product of the polynomials w and g.
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
