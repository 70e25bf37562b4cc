"""Convolution, forward and backward."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnntrain.nn.layers.base import Shape
from cnntrain.nn.layers.weights import Weighted
from cnntrain.nn.layers.windows import pair, positions
from cnntrain.nn.parameter import Parameter

Index = tuple[slice | int, ...]


@dataclass(eq=False)
class Convolution(Weighted):
    """Slide F kernels of C × k × k over the image; one map per kernel (sources S1, S4).

    Forward, for filter f at output row i, column j, with stride S and padding P::

        y[f,i,j] = b[f] + Σ_c Σ_u Σ_v W[f,c,u,v] · x[c, i·S+u−P, j·S+v−P]

    Backward, by the chain rule; each line is the derivative of the one above::

        db[f]       = Σ_i Σ_j dy[f,i,j]
        dW[f,c,u,v] = Σ_i Σ_j dy[f,i,j] · x[c, i·S+u−P, j·S+v−P]
        dx[c,p,q]   = Σ_f Σ_u Σ_v W[f,c,u,v] · dy[f,i,j]   over all i·S+u−P = p, j·S+v−P = q

    The last is the full convolution of dy with the kernel turned by 180° (S1). Both directions
    are cross-correlations; the tutorial stores its kernels the other way round, which is the
    same network.

    **How it is computed.** `shifted` holds k copies of the padded image, each moved one column
    further, so that for output row i the k rows under the kernel are one contiguous matrix, the
    *slab*, and all of the row's outputs for the whole batch are one product::

        x, one row, k = 3     shifted, one row                slab i = shifted[i·S : i·S + k]
        a b c d e        →    a b c                            y[i]  = W · slab[i]       + b
                              b c d   W' = 3 outputs wide      dW    = Σ_i dy[i] · slab[i]ᵀ
                              c d e                            dslab[i] = Wᵀ · dy[i]

    im2col would copy every pixel k·k times; this copies it k times, and its products are long
    along W'·N. Rows of `dslab` that stem from the same pixel are added up, first over the rows of
    the kernel, then over its columns: the two moves of `forward`, backwards.

    **What was tried and did not pay** (6c5-2s-12c5, 25 images, one core with AVX-512): im2col
    costs 1.3 to 2 times as much; a band matrix over tiles of T columns of the whole slab, with
    products T·F high, wins only where F ≤ 6 and only under BLAS kernels for AVX2; the full
    convolution as one product on padded, shifted dy spends more on its zeros than the adding up.
    """

    filters: int  # F, the number of output maps
    kernel: int | tuple[int, int]  # k: rows and columns of a kernel, or one number for both
    stride: int | tuple[int, int] = 1  # S: step of the kernel
    padding: int | tuple[int, int] = 0  # P: zeros added at each side

    def __post_init__(self) -> None:
        """Reject numbers that no convolution can have."""
        super().__post_init__()
        if self.filters < 1:
            raise ValueError(f"filters: found {self.filters}, expected 1 or more")
        self.k = pair("kernel", self.kernel, least=1)
        self.s = pair("stride", self.stride, least=1)
        self.p = pair("padding", self.padding, least=0)

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return (F, OH, OW) with OH = (2P + H − k)/S + 1 rounded down (S4)."""
        rows = positions("rows", in_shape[1], self.k[0], self.s[0], self.p[0])
        columns = positions("columns", in_shape[2], self.k[1], self.s[1], self.p[1])
        return self.filters, rows, columns

    def make_parameters(self, rng: np.random.Generator) -> dict[str, Parameter]:
        """Return weights (F, C, k, k) and bias (F)."""
        area = self.k[0] * self.k[1]
        shape = (self.filters, self.in_shape[0], *self.k)
        return self.weighted(rng, shape, self.in_shape[0] * area, self.filters * area)

    def allocate(self, batch_size: int, *, input_grad: bool) -> None:
        """Make the shifted copies, the view of them as slabs, and the arrays of both passes."""
        (channels, rows, _), (filters, out_rows, out_columns) = self.in_shape, self.out_shape
        taps = channels * self.k[0] * self.k[1]  # products in one output value
        line = out_columns * batch_size  # output values in one row of one map
        height = max((out_rows - 1) * self.s[0] + self.k[0], self.p[0] + rows)
        shifted = (height, self.k[1], channels, out_columns, batch_size)
        self.shifted = np.zeros(shifted, self.dtype)
        row, _, step, _, item = self.shifted.strides
        slab_strides = (row * self.s[0], step, item)
        self.slabs = as_strided(self.shifted, (out_rows, taps, line), slab_strides)
        self.kernels = np.zeros((filters, *self.k, channels), self.dtype)  # W as slabs have it
        self.y = self.empty(self.out_shape, batch_size)
        self.moves = self._moves()

        self.ones = np.ones(line, self.dtype)
        self.db_rows = np.zeros((out_rows, filters), self.dtype)
        self.dW_rows = np.zeros((out_rows, taps, filters), self.dtype)
        self.dW = np.zeros((*self.k, channels, filters), self.dtype)
        self.dx = None
        if input_grad:
            self.dslabs = np.zeros((out_rows, self.k[0], taps // self.k[0] * line), self.dtype)
            self.dshifted = np.zeros(shifted, self.dtype)
            self.dx = self.empty(self.in_shape, batch_size)

    def _moves(self) -> list[tuple[Index, Index]]:
        """Return, for each column v of the kernel, where `shifted` takes x from: pairs of indices.

        Output column j sees image column j·S + v − P; those outside the image stay zero.
        """
        (_, rows, columns), (step, pad) = self.in_shape, (self.s[1], self.p[1])
        moves: list[tuple[Index, Index]] = []
        for v in range(self.k[1]):
            first = max(0, -((v - pad) // step))
            last = min(self.out_shape[2] - 1, (columns - 1 - v + pad) // step)
            if first <= last:
                start = first * step + v - pad
                into = (slice(self.p[0], self.p[0] + rows), v, slice(None), slice(first, last + 1))
                source = slice(start, start + (last - first) * step + 1, step)
                moves.append((into, (slice(None), slice(None), source)))
        return moves

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y[i] = W · slab[i] + b for every output row i."""
        for into, source in self.moves:
            self.shifted[into] = x[source]
        self.kernels[...] = self.parameters["weights"].value.transpose(0, 2, 3, 1)
        rows, filters, columns, n = self.y.shape
        kernels = self.kernels.reshape(filters, -1)
        np.matmul(kernels, self.slabs, out=self.y.reshape(rows, filters, columns * n))
        if "bias" in self.parameters:
            self.y += self.parameters["bias"].value[:, None, None]
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx; overwrite db = Σ dy and dW = Σ_i dy[i] · slab[i]ᵀ (computed transposed)."""
        rows, filters, columns, n = dy.shape
        dy = dy.reshape(rows, filters, columns * n)
        if "bias" in self.parameters:
            np.matmul(dy, self.ones, out=self.db_rows)
            np.sum(self.db_rows, axis=0, out=self.parameters["bias"].gradient)
        np.matmul(self.slabs, dy.transpose(0, 2, 1), out=self.dW_rows)
        np.sum(self.dW_rows, axis=0, out=self.dW.reshape(-1, filters))
        self.parameters["weights"].gradient[...] = self.dW.transpose(3, 2, 0, 1)
        return None if self.dx is None else self._input_gradient(dy, self.dx)

    def _input_gradient(self, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
        """Write dx: Wᵀ · dy[i] for every output row, added up where slabs share a pixel."""
        rows, filters, line = dy.shape
        kernels = self.kernels.reshape(filters, -1)
        np.matmul(kernels.T, dy, out=self.dslabs.reshape(rows, -1, line))
        shifted = self.dshifted.reshape(len(self.dshifted), -1)
        shifted.fill(0)
        for u in range(self.k[0]):
            under = shifted[u : u + (rows - 1) * self.s[0] + 1 : self.s[0]]
            under += self.dslabs[:, u]
        dx.fill(0)
        for into, source in self.moves:
            dx[source] += self.dshifted[into]
        return dx

    def multiply_adds(self) -> int:
        """Return F·OH·OW·C·k·k."""
        filters, rows, columns = self.out_shape
        return filters * rows * columns * self.in_shape[0] * self.k[0] * self.k[1]

    def geometry(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """Return kernel, stride and padding."""
        return self.k, self.s, self.p
