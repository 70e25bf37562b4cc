"""Convolution as its formula says: a product for each row of the output, or for a few."""

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast import views
from cnntrain.nn.fast.moved_columns import Moved, MovedBack, Padded, Sliding
from cnntrain.nn.fast.routine import layout

FORWARD_HEIGHT, DW_HEIGHT = 12, 16  # rows of a product


class Bands:
    """Forward and backward of `Convolution`, without the bias, for any stride.

    The k rows under the kernel, with their moved copies (`moved_columns.py`), are one contiguous
    matrix, the *slab*, and all of an output row's numbers for the whole batch are one product::

        y[i] = W · slab[i]          slab[i] = moved[i·S : i·S + k]
        dW   = Σ_i dy[i] · slab[i]ᵀ

    With few filters T rows are one product, W repeated along a diagonal band::

        y[i]            W 0          slab of k + S rows
        y[i+1]     =    0 W    ·                            for T = 2

    dx is the full convolution of S1: `spread` is dy with S−1 zeros between its rows and columns.
    Along rows the kernel, turned, is slid over it, as far as they overlap; that gives the gradient
    of the moved copies, which are moved back and added up::

        dmoved[p] = [W[k−1]; ...; W[0]]ᵀ · spread[p − k + 1 : p + 1]
        dx[p,q]   = Σ_v dmoved[p,v,q−v]

    Every one of these lines is one call of NumPy, on views that are made once.

    **What was tried and did not pay** (6c5-2s-12c5, 25 images, one core): im2col costs 1.3 to 2
    times as much. Images as (H, W, C, N) with bands over tiles of columns need many more and
    smaller products. Wᵀ·dy for each output row, overlapping rows then added up, is no faster than
    dx row by row; zeros around dy would allow one call for all rows, of half as many products
    again. With dy shifted in both directions, so that nothing is left to add, the zeros cost more
    than the adding.
    """

    def __init__(
        self, sliding: Sliding, y: np.ndarray, memory: Memory, *, input_grad: bool
    ) -> None:
        """Get the arrays of both passes, and make the views that turn them into matrices."""
        self.sliding, batch_size = sliding, y.shape[-1]
        filters, out_rows, _ = sliding.out_shape
        self.padded = Padded(sliding, batch_size, memory)
        self.moved = Moved(self.padded.array, sliding, memory)

        self.slabs, band = self._bands(rows_at_once(filters, out_rows, FORWARD_HEIGHT))
        self.band = memory.own((band[0] * filters, self.slabs.shape[1]))
        self.kernels = views.diagonal(self.band.reshape(band), sliding.k[0], sliding.s[0])
        self.products = y.reshape(len(self.slabs), len(self.band), -1)

        self.dW_slabs, band = self._bands(rows_at_once(filters, out_rows, DW_HEIGHT))
        across = (self.dW_slabs.shape[1], band[0] * filters)
        self.dband_rows = memory.scratch((len(self.dW_slabs), *across))
        self.dband = memory.scratch(across)
        dband = self.dband.reshape(*band[2:], *band[:2]).transpose(3, 4, 0, 1, 2)
        self.dkernels = views.diagonal(dband, sliding.k[0], sliding.s[0])
        self.dW = memory.scratch(self.dkernels.shape[1:])
        self.dx = None
        if input_grad:
            self.dx = memory.handed_down(layout(sliding.in_shape, batch_size))
            self._allocate_input_gradient(batch_size, memory)

    def _bands(self, at_once: int) -> tuple[np.ndarray, tuple[int, int, int, int, int]]:
        """Return the slabs for products of T = `at_once` rows, and the shape of their bands."""
        (filters, out_rows, _), step = self.sliding.out_shape, self.sliding.s[0]
        (k_rows, k_columns), channels = self.sliding.k, self.sliding.in_shape[0]
        height = (at_once - 1) * step + k_rows
        slabs = views.slabs(self.moved.copies, height, step * at_once, out_rows // at_once)
        return slabs, (at_once, filters, height, k_columns, channels)

    def _allocate_input_gradient(self, n: int, memory: Memory) -> None:
        """Get `spread`, the products that give the gradient of the moved copies, and its sum."""
        sliding = self.sliding
        (channels, rows, _), (filters, out_rows, out_columns) = sliding.in_shape, sliding.out_shape
        (k_rows, k_columns), top, (step, step_columns) = sliding.k, sliding.p[0], sliding.s
        tall, wide = (out_rows - 1) * step + 1, (out_columns - 1) * step_columns + 1
        shape = (tall, filters, wide, n)
        spread = memory.own(shape) if sliding.s != (1, 1) else memory.scratch(shape)
        self.spread = spread[::step, :, ::step_columns]

        turned = memory.scratch((k_columns, channels, k_rows, filters))
        self.turned = turned.transpose(3, 1, 2, 0)[:, :, ::-1]  # as W, its rows in reverse
        kernel = turned.reshape(k_columns * channels, -1)

        self.moved_back = MovedBack(rows, wide, sliding, n, memory)
        self.dx_products = []  # of each row: turned kernel, rows of spread, row of dmoved
        for row in range(rows):
            above = row + top - k_rows + 1  # the row of spread on which the kernel's first lies
            first, last = max(above, 0), min(above + k_rows, tall)
            if first < last:
                part = kernel[:, (first - above) * filters : (last - above) * filters]
                lines = spread[first:last].reshape(-1, wide * n)
                self.dx_products.append((part, lines, self.moved_back.place[row]))

    def forward(self, x: np.ndarray, weights: np.ndarray) -> None:
        """Write y[i] = W · slab[i] for every output row i."""
        self.weights = weights
        self.padded.inside[...] = x
        self.moved.copy()
        self.kernels[...] = weights.transpose(0, 2, 3, 1)
        np.matmul(self.band, self.slabs, out=self.products)

    def backward(self, dy: np.ndarray, dW: np.ndarray) -> np.ndarray | None:
        """Return dx; write dW = Σ_i dy[i] · slab[i]ᵀ, which is computed transposed."""
        lines = dy.reshape(len(self.dW_slabs), self.dband.shape[1], -1)
        np.matmul(self.dW_slabs, lines.transpose(0, 2, 1), out=self.dband_rows)
        self.dband_rows.sum(axis=0, out=self.dband)
        self.dkernels.sum(axis=0, out=self.dW)
        dW[...] = self.dW.transpose(0, 3, 1, 2)
        return None if self.dx is None else self._input_gradient(dy, self.dx)

    def _input_gradient(self, dy: np.ndarray, dx: np.ndarray) -> np.ndarray:
        """Write dx, the full convolution of dy with the kernels turned by 180°."""
        self.spread[...] = dy
        self.turned[...] = self.weights
        for kernel, lines, place in self.dx_products:
            np.matmul(kernel, lines, out=place)
        self.moved_back.add_up(dx)
        return dx


def rows_at_once(filters: int, out_rows: int, height: int) -> int:
    """Return how many output rows are one product: T, which divides the number of rows.

    Products that are less than `height` rows high leave a part of a processor's multipliers idle;
    higher ones multiply more of the band's zeros. Measured with T = 1, 2, 4, in µs; bold: T chosen.

    ==============  ===================  ===================
    tutorial's      AVX2                 AVX-512
    ==============  ===================  ===================
    conv1 forward   74 · **62** · 72     25 · **25** · 33
    conv1 dW        138 · 99 · **80**    34 · 30 · **39**
    ==============  ===================  ===================
    """
    fitting = [t for t in (1, 2, 4) if out_rows % t == 0]
    high_enough = [t for t in fitting if t * filters >= height]
    return high_enough[0] if high_enough else fitting[-1]
