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
        a b c d e        →    a b c                            y[i]  = W · slab[i] + b
                              b c d   OW = 3 outputs wide      dW    = Σ_i dy[i] · slab[i]ᵀ
                              c d e

    im2col would copy every pixel k·k times; this copies it k times, and its products are long
    along OW·N. With few filters T rows are one product, W repeated along a diagonal band::

        y[i]            W 0          slab of k + S rows
        y[i+1]     =    0 W    ·                            for T = 2

    Going back, row p of `shifted` was seen by the output rows i with i·S + u = p. These rows of
    dy are contiguous, too, and all that p gets is one product with the kernel's rows in reverse
    order, the full convolution of S1 in one of its two directions; the other, along columns, is
    adding up the k copies that `forward` made::

        dshifted[p] = Σ_u W[u]ᵀ · dy[(p − u)/S] = [W[u'] ... W[u]]ᵀ · [dy[i]; ...; dy[i']]

    **What was tried and did not pay** (6c5-2s-12c5, 25 images, one core): im2col costs 1.3 to 2
    times as much. Images as (H, W, C, N) with bands over tiles of columns need many more and
    smaller products. Wᵀ·dy for each output row, overlapping rows then added up, costs a third
    more than gathering them in the product; with dy padded and shifted in both directions, so
    that nothing is left to add, the zeros cost more than the adding.
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
        line = out_columns * batch_size  # output values in one row of one map
        height = max((out_rows - 1) * self.s[0] + self.k[0], self.p[0] + rows)
        shifted = (height, self.k[1], channels, out_columns, batch_size)
        self.shifted = np.zeros(shifted, self.dtype)
        self.y = self.empty(self.out_shape, batch_size)
        self.moves = self._moves()

        at_once = rows_at_once(filters, out_rows)  # T
        under = (at_once - 1) * self.s[0] + self.k[0]  # rows under T rows of kernels
        self.band = np.zeros((at_once, filters, under, self.k[1], channels), self.dtype)
        tile, *rest = self.band.strides
        self.diagonal = as_strided(  # where W stands in the band: (T, F, k, k, C)
            self.band,
            (at_once, filters, *self.k, channels),
            (tile + self.s[0] * rest[1], *rest),
        )
        taps = under * self.k[1] * channels
        row, _, step, _, item = self.shifted.strides
        slabs = (out_rows // at_once, taps, line)
        slab_strides = (row * self.s[0] * at_once, step, item)
        self.slabs = as_strided(self.shifted, slabs, slab_strides)

        self.ones = np.ones(line, self.dtype)
        self.db_rows = np.zeros((out_rows, filters), self.dtype)
        self.dbands = np.zeros((slabs[0], taps, at_once * filters), self.dtype)
        self.dband = np.zeros((under, self.k[1], channels, at_once, filters), self.dtype)
        self.dx = None
        if input_grad:
            self.reversed = np.zeros((self.k[1], channels, self.k[0], filters), self.dtype)
            self.dshifted = np.zeros(shifted, self.dtype)
            self.sources = self._sources()
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

    def _sources(self) -> list[tuple[int, slice, slice]]:
        """Return, for each row p of `shifted`, the rows of `reversed` and of dy that make it.

        Row r of `reversed` is row u = k−1−r of the kernel; output rows i grow as u falls.
        """
        (size, step), out_rows = (self.k[0], self.s[0]), self.out_shape[1]
        sources = []
        for p in range(len(self.shifted)):
            first = max(0, -((size - 1 - p) // step))  # the least i with p − i·S < k
            last = min(out_rows - 1, p // step)
            if first <= last:
                start = size - 1 - p + first * step
                stop = start + (last - first) * step + 1
                sources.append((p, slice(start, stop, step), slice(first, last + 1)))
        return sources

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y[i] = W · slab[i] + b for every output row i."""
        for into, source in self.moves:
            self.shifted[into] = x[source]
        self.diagonal[...] = self.parameters["weights"].value.transpose(0, 2, 3, 1)
        tiles, taps, line = self.slabs.shape
        np.matmul(self.band.reshape(-1, taps), self.slabs, out=self.y.reshape(tiles, -1, line))
        if "bias" in self.parameters:
            self.y += self.parameters["bias"].value[:, None, None]
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx; overwrite db = Σ dy and dW = Σ_i dy[i] · slab[i]ᵀ (computed transposed)."""
        tiles, _, line = self.slabs.shape
        dy = dy.reshape(-1, self.filters, line)
        if "bias" in self.parameters:
            np.matmul(dy, self.ones, out=self.db_rows)
            np.sum(self.db_rows, axis=0, out=self.parameters["bias"].gradient)
        np.matmul(self.slabs, dy.reshape(tiles, -1, line).transpose(0, 2, 1), out=self.dbands)
        np.sum(self.dbands, axis=0, out=self.dband.reshape(self.dbands.shape[1:]))
        dW = self.parameters["weights"].gradient
        dW.fill(0)
        for t in range(self.dband.shape[3]):
            under = self.dband[t * self.s[0] : t * self.s[0] + self.k[0], :, :, t]
            dW += under.transpose(3, 2, 0, 1)
        return None if self.dx is None else self._input_gradient(dy, self.dx)

    def _input_gradient(self, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
        """Write dx: what every row of `shifted` gets, then the k copies of a pixel added up."""
        weights = self.parameters["weights"].value
        self.reversed[...] = weights[:, :, ::-1].transpose(3, 1, 2, 0)
        line = dy.shape[-1]
        taps = self.k[1] * self.in_shape[0]
        for p, kernel_rows, dy_rows in self.sources:
            kernels = self.reversed[:, :, kernel_rows].reshape(taps, -1)
            np.matmul(
                kernels, dy[dy_rows].reshape(-1, line), out=self.dshifted[p].reshape(taps, line)
            )
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


def rows_at_once(filters: int, out_rows: int) -> int:
    """Return how many output rows are one product: T, which divides the number of rows.

    Products fewer than 16 rows high leave a part of a processor's multipliers idle (measured with
    AVX2: dW of 6 filters takes 135 µs with T = 1, 96 with 2, 76 with 4; of 12 filters 84 and 68).
    """
    fitting = [t for t in (1, 2, 4) if out_rows % t == 0]
    high_enough = [t for t in fitting if t * filters >= 16]
    return high_enough[0] if high_enough else fitting[-1]
