"""Convolution, forward and backward."""

from dataclasses import dataclass

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.bands import Bands
from cnntrain.nn.fast.moved_columns import Sliding
from cnntrain.nn.fast.winograd import Winograd, saves
from cnntrain.nn.layers.base import Layer, Shape, layout
from cnntrain.nn.layers.weighted import Weighted
from cnntrain.nn.layers.windows import pair, positions
from cnntrain.nn.parameter import Parameter


@dataclass(eq=False)
class Convolution(Weighted):
    """Slide F kernels of C × k × k over the image; one map per kernel (sources S1, S4).

    InferenceJob, for filter f at output row i, column j, with stride S and padding P::

        y[f,i,j] = b[f] + Σ_c Σ_u Σ_v W[f,c,u,v] · x[c, i·S+u−P, j·S+v−P]

    Backward, by the chain rule; each line is the derivative of the one above::

        db[f]       = Σ_i Σ_j dy[f,i,j]
        dW[f,c,u,v] = Σ_i Σ_j dy[f,i,j] · x[c, i·S+u−P, j·S+v−P]
        dx[c,p,q]   = Σ_f Σ_u Σ_v W[f,c,u,v] · dy[f,i,j]   over all i·S+u−P = p, j·S+v−P = q

    The last is the full convolution of dy with the kernel turned by 180° (S1). Both directions
    are cross-correlations; the tutorial stores its kernels the other way round, which is the
    same network.

    There are two ways to compute the sums. `Bands` does as the formulas say, a whole row of the
    image at a time. `Winograd` needs fewer multiplications, 8 for 20 in the tutorial's second
    convolution, but has to add before and after them, which does not pay on images of one channel,
    or where there is little to multiply. Either gets the padded image's columns by
    copies that are moved by one column each (`columns.py`): im2col would copy every pixel k·k
    times, this copies it k times, and its products are longer.
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
        """Get the arrays of both passes, and choose the way to compute them."""
        self.y = memory.handed_up(layout(self.out_shape, batch_size))
        self.b = memory.own(self.y.shape[1:])  # a row of y
        self.ones = np.ones(self.y[0, 0].size, self.dtype)
        self.db_rows = memory.scratch(self.y.shape[:2])
        sliding = Sliding(self.in_shape, self.out_shape, self.k, self.s, self.p)
        way = Winograd if saves(sliding) else Bands
        self.way: Winograd | Bands = way(sliding, self.y, memory, input_grad=input_grad)

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = W * x + b."""
        self.way.forward(x, self.parameters["weights"].value)
        if "bias" in self.parameters:
            self.b[...] = self.parameters["bias"].value[:, None, None]
            self.y += self.b
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx; overwrite db = Σ dy and dW."""
        if "bias" in self.parameters:
            np.matmul(dy.reshape(*self.db_rows.shape, -1), self.ones, out=self.db_rows)
            self.db_rows.sum(axis=0, out=self.parameters["bias"].gradient)
        return self.way.backward(dy, self.parameters["weights"].gradient)

    def widened(self, outputs: int) -> "Layer | None":
        """Return a built layer of other filters."""
        return self.resized(filters=outputs)

    def multiply_adds(self) -> int:
        """Return F·OH·OW·C·k·k."""
        filters, rows, columns = self.out_shape
        return filters * rows * columns * self.in_shape[0] * self.k[0] * self.k[1]

    def geometry(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """Return kernel, stride and padding."""
        return self.k, self.s, self.p
