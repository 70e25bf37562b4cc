"""Convolution, forward and backward."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnntrain.nn.layers.base import Geometry, Shape
from cnntrain.nn.layers.weighted import Weighted
from cnntrain.nn.layers.windows import pair, positions
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

    `nn/fast/` computes the same sums some ten times as fast.
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

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y[f,i,j] = b[f] + Σ_c Σ_u Σ_v W[f,c,u,v] · x[c, i·S+u−P, j·S+v−P]."""
        (down, right), (top, left) = self.s, self.p
        x = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))  # from here on without P
        windows = sliding_window_view(x, self.k, axis=(2, 3))
        self.windows = windows[:, :, ::down, ::right]  # (N, C, OH, OW, k, k): x[c, i·S+u, j·S+v]
        y = np.einsum("fcuv,ncijuv->nfij", self.W, self.windows, optimize=True)
        return y + self.b[:, None, None]

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dx, and overwrite dW and db: the lines of the docstring, one by one."""
        db = np.einsum("nfij->f", dy)
        dW = np.einsum("nfij,ncijuv->fcuv", dy, self.windows, optimize=True)
        self.keep_gradients(dW, db)
        (down, right), (top, left), (_, rows, columns) = self.s, self.p, self.in_shape
        dx = np.zeros((len(dy), self.in_shape[0], rows + 2 * top, columns + 2 * left), dy.dtype)
        height, width = down * dy.shape[2], right * dy.shape[3]
        # The full convolution with the turned kernel, its sum arranged by kernel cell: each (u, v)
        # adds its share to the pixels under it. dx is that of the padded image until it is cut.
        for u, v in np.ndindex(self.k):
            cell = dx[:, :, u : u + height : down, v : v + width : right]  # dx[c, i·S+u, j·S+v]
            cell += np.einsum("fc,nfij->ncij", self.W[:, :, u, v], dy, optimize=True)
        return dx[:, :, top : top + rows, left : left + columns]

    def widened(self, outputs: int) -> "Convolution":
        """Return a convolution with another number of filters."""
        return self.with_outputs("filters", outputs)

    def multiply_adds(self) -> int:
        """Return F·OH·OW·C·k·k."""
        filters, rows, columns = self.out_shape
        return filters * rows * columns * self.in_shape[0] * self.k[0] * self.k[1]

    def geometry(self) -> Geometry:
        """Return kernel, stride and padding."""
        return self.k, self.s, self.p
