"""Convolution, forward and backward."""

from dataclasses import dataclass

import numpy as np

from cnntrain.nn.layers import views
from cnntrain.nn.layers.bands import DW_HEIGHT, FORWARD_HEIGHT, rows_at_once
from cnntrain.nn.layers.base import Shape, layout
from cnntrain.nn.layers.weights import Weighted
from cnntrain.nn.layers.windows import pair, positions
from cnntrain.nn.memory import Memory
from cnntrain.nn.parameter import Parameter


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

    dx is the full convolution of S1: `spread` is dy with S−1 zeros between its rows and columns.
    Along rows the kernel, turned, is slid over it, as far as they overlap; that gives the gradient
    of `shifted`, and its k copies, each moved back, are added up::

        dshifted[p] = [W[k−1]; ...; W[0]]ᵀ · spread[p − k + 1 : p + 1]
        dx[p,q]     = Σ_v dshifted[p,v,q−v]

    Every one of these lines is one call of NumPy, on views that are made once.

    **What was tried and did not pay** (6c5-2s-12c5, 25 images, one core): im2col costs 1.3 to 2
    times as much. Images as (H, W, C, N) with bands over tiles of columns need many more and
    smaller products. Wᵀ·dy for each output row, overlapping rows then added up, is no faster than
    dx row by row; zeros around dy would allow one call for all rows, of half as many products
    again. With dy shifted in both directions, so that nothing is left to add, the zeros cost more
    than the adding.
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

    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get the arrays of both passes, and make the views that turn them into matrices."""
        (channels, rows, columns), (_, out_rows, out_columns) = self.in_shape, self.out_shape
        (top, left), (step, step_columns) = self.p, self.s
        shape = (rows + 2 * top, channels, columns + 2 * left, batch_size)
        padded = memory.own(shape) if self.p != (0, 0) else memory.scratch(shape)
        self.inside = padded[top : top + rows, :, left : left + columns]
        self.windows = views.moved_columns(padded, self.k[1], step_columns, out_columns)
        self.shifted = memory.own(self.windows.shape)
        self.y = memory.handed_up(layout(self.out_shape, batch_size))

        self.slabs, band = self._bands(rows_at_once(self.filters, out_rows, FORWARD_HEIGHT))
        self.band = memory.own((band[0] * self.filters, self.slabs.shape[1]))
        self.kernels = views.diagonal(self.band.reshape(band), self.k[0], step)
        self.products = self.y.reshape(len(self.slabs), len(self.band), -1)
        self.b = memory.own(self.y.shape[1:])  # a row of y

        self.ones = np.ones(self.slabs.shape[2], self.dtype)
        self.db_rows = memory.scratch((out_rows, self.filters))
        self.dW_slabs, band = self._bands(rows_at_once(self.filters, out_rows, DW_HEIGHT))
        across = (self.dW_slabs.shape[1], band[0] * self.filters)
        self.dband_rows = memory.scratch((len(self.dW_slabs), *across))
        self.dband = memory.scratch(across)
        dband = self.dband.reshape(*band[2:], *band[:2]).transpose(3, 4, 0, 1, 2)
        self.dkernels = views.diagonal(dband, self.k[0], step)
        self.dW = memory.scratch(self.dkernels.shape[1:])
        self.dx = None
        if input_grad:
            self.dx = memory.handed_down(layout(self.in_shape, batch_size))
            self._allocate_input_gradient(batch_size, memory)

    def _bands(self, at_once: int) -> tuple[np.ndarray, tuple[int, int, int, int, int]]:
        """Return the slabs for products of T = `at_once` rows, and the shape of their bands."""
        step = self.s[0]
        height = (at_once - 1) * step + self.k[0]
        tiles = self.out_shape[1] // at_once
        slabs = views.slabs(self.shifted, height, step * at_once, tiles)
        return slabs, (at_once, self.filters, height, self.k[1], self.in_shape[0])

    def _allocate_input_gradient(self, n: int, memory: Memory) -> None:
        """Get `spread`, the product that gives the gradient of `shifted`, and its sum."""
        (channels, rows, columns), (_, out_rows, out_columns) = self.in_shape, self.out_shape
        (k_rows, k_columns), (top, left), (step, step_columns) = self.k, self.p, self.s
        tall, wide = (out_rows - 1) * step + 1, (out_columns - 1) * step_columns + 1
        shape = (tall, self.filters, wide, n)
        spread = memory.own(shape) if self.s != (1, 1) else memory.scratch(shape)
        self.spread = spread[::step, :, ::step_columns]

        turned = memory.scratch((k_columns, channels, k_rows, self.filters))
        self.turned = turned.transpose(3, 1, 2, 0)[:, :, ::-1]  # as W, its rows in reverse
        kernel = turned.reshape(k_columns * channels, -1)

        # k−1 columns of zeros to the left of the products, so that moving them back is a view
        width = max(columns + left, wide) + k_columns - 1
        dshifted = memory.own((rows, k_columns * channels, width * n))
        self.dx_products = []  # of each row: turned kernel, rows of spread, row of dshifted
        for row in range(rows):
            above = row + top - k_rows + 1  # the row of spread on which the kernel's first lies
            first, last = max(above, 0), min(above + k_rows, tall)
            if first < last:
                part = kernel[:, (first - above) * self.filters : (last - above) * self.filters]
                place = dshifted[row, :, (k_columns - 1) * n :][:, : wide * n]
                self.dx_products.append((part, spread[first:last].reshape(-1, wide * n), place))
        moves = dshifted.reshape(rows, k_columns, channels, width, n)
        self.moved_back = views.moved_back(moves, k_columns - 1 + left, columns)

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y[i] = W · slab[i] + b for every output row i."""
        self.inside[...] = x
        self.shifted[...] = self.windows
        self.kernels[...] = self.parameters["weights"].value.transpose(0, 2, 3, 1)
        np.matmul(self.band, self.slabs, out=self.products)
        if "bias" in self.parameters:
            self.b[...] = self.parameters["bias"].value[:, None, None]
            self.y += self.b
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx; overwrite db = Σ dy and dW = Σ_i dy[i] · slab[i]ᵀ (computed transposed)."""
        if "bias" in self.parameters:
            np.matmul(dy.reshape(*self.db_rows.shape, -1), self.ones, out=self.db_rows)
            self.db_rows.sum(axis=0, out=self.parameters["bias"].gradient)
        lines = dy.reshape(len(self.dW_slabs), self.dband.shape[1], -1)
        np.matmul(self.dW_slabs, lines.transpose(0, 2, 1), out=self.dband_rows)
        self.dband_rows.sum(axis=0, out=self.dband)
        self.dkernels.sum(axis=0, out=self.dW)
        self.parameters["weights"].gradient[...] = self.dW.transpose(0, 3, 1, 2)
        return None if self.dx is None else self._input_gradient(dy, self.dx)

    def _input_gradient(self, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
        """Write dx, the full convolution of dy with the kernels turned by 180°."""
        self.spread[...] = dy
        self.turned[...] = self.parameters["weights"].value
        for kernel, lines, place in self.dx_products:
            np.matmul(kernel, lines, out=place)
        self.moved_back.sum(axis=0, out=dx)
        return dx

    def multiply_adds(self) -> int:
        """Return F·OH·OW·C·k·k."""
        filters, rows, columns = self.out_shape
        return filters * rows * columns * self.in_shape[0] * self.k[0] * self.k[1]

    def geometry(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """Return kernel, stride and padding."""
        return self.k, self.s, self.p
