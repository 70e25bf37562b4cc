"""Convolution, fast: the choice between two algorithms, and the bias."""

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.bands import Bands
from cnntrain.nn.fast.moved_columns import Sliding
from cnntrain.nn.fast.routine import Routine, layout
from cnntrain.nn.fast.winograd import Winograd, saves
from cnntrain.nn.layers.convolution import Convolution


class FastConvolution(Routine):
    """Forward and backward of `Convolution`.

    There are two algorithms for the sums. `Bands` follows the formulas, a whole row of the
    image at a time. `Winograd` needs fewer multiplications, 8 for 20 in the tutorial's second
    convolution, but has to add before and after them, which does not pay on images of one channel,
    or where there is little to multiply. Either gets the padded image's columns by
    copies that are moved by one column each (`moved_columns.py`): im2col would copy every pixel k·k
    times, this copies it k times, and its products are longer.
    """

    layer: Convolution

    def allocate(self, memory: Memory) -> None:
        """Get the arrays of both passes, and choose the way to compute them."""
        layer = self.layer
        self.y = memory.handed_up(layout(layer.out_shape, self.batch_size))
        self.b = memory.own(self.y.shape[1:])  # a row of y
        self.ones = np.ones(self.y[0, 0].size, layer.dtype)
        self.db_rows = memory.scratch(self.y.shape[:2])
        sliding = sliding_of(layer)
        way = Winograd if saves(sliding) else Bands
        self.way: Winograd | Bands = way(sliding, self.y, memory, input_grad=self.input_grad)

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return y = W * x + b."""
        parameters = self.layer.parameters
        self.way.forward(x, parameters["weights"].value)
        if "bias" in parameters:
            self.b[...] = parameters["bias"].value[:, None, None]
            self.y += self.b
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dx; overwrite db = Σ dy and dW."""
        parameters = self.layer.parameters
        if "bias" in parameters:
            np.matmul(dy.reshape(*self.db_rows.shape, -1), self.ones, out=self.db_rows)
            self.db_rows.sum(axis=0, out=parameters["bias"].gradient)
        return self.way.backward(dy, parameters["weights"].gradient)


def sliding_of(layer: Convolution) -> Sliding:
    """Return the shapes of a built convolution."""
    return Sliding(layer.in_shape, layer.out_shape, layer.k, layer.s, layer.p)
