"""Mean pooling and max pooling: fewer pixels, no parameters (sources S1, S4)."""

from dataclasses import dataclass, field

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.layers.base import Layer, Shape, layout
from cnntrain.nn.layers.windows import pair, positions


@dataclass(eq=False)
class Pooling(Layer):
    """One number for each window of each map; windows may overlap, or leave gaps.

    A window that would reach over the right or lower edge is not formed: OH = (H − k)/S + 1
    rounded down. The pixels left over have no influence and get gradient 0.
    """

    window: int | tuple[int, int]  # k: rows and columns of the window
    stride: int | tuple[int, int] | None = None  # S: step of the window; as large as the window

    def __post_init__(self) -> None:
        """Reject numbers that no window can have."""
        self.k = pair("window", self.window, least=1)
        self.s = self.k if self.stride is None else pair("stride", self.stride, least=1)

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return (C, OH, OW)."""
        rows = positions("rows", in_shape[1], self.k[0], self.s[0])
        columns = positions("columns", in_shape[2], self.k[1], self.s[1])
        covered = rows * self.k[0], columns * self.k[1]
        self.tiled = self.k == self.s and covered == in_shape[1:]
        return in_shape[0], rows, columns

    def geometry(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """Return kernel, stride and padding."""
        return self.k, self.s, (0, 0)

    def rows_under(self, u: int) -> slice:
        """Return the image rows that lie under row u of all the windows."""
        return slice(u, u + (self.out_shape[1] - 1) * self.s[0] + 1, self.s[0])

    def columns_under(self, v: int) -> slice:
        """Return the image columns that lie under column v of all the windows."""
        return slice(v, v + (self.out_shape[2] - 1) * self.s[1] + 1, self.s[1])

    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get y, and the half-way array: rows pooled, columns not yet."""
        rows, channels, columns, n = layout(self.out_shape, batch_size)
        self.half = memory.scratch((rows, channels, self.in_shape[2], n))
        self.columns = [self.half[:, :, self.columns_under(v)] for v in range(self.k[1])]
        self.y = memory.handed_up((rows, channels, columns, n))

    def pool(self, ufunc: np.ufunc, x: np.ndarray) -> None:
        """Combine each window's pixels to y: over rows, which is fast, and then over columns."""
        _combine(ufunc, [x[self.rows_under(u)] for u in range(self.k[0])], self.half)
        _combine(ufunc, self.columns, self.y)


def _combine(ufunc: np.ufunc, parts: list[np.ndarray], result: np.ndarray) -> None:
    if len(parts) == 1:
        result[...] = parts[0]
        return
    ufunc(parts[0], parts[1], out=result)
    for part in parts[2:]:
        ufunc(result, part, out=result)


@dataclass(eq=False)
class MeanPooling(Pooling):
    """The mean of each window.

    Forward and backward, over the k·k cells (u, v) of the window at (i, j)::

        y[i,j] = 1/k² · Σ_u Σ_v x[i·S+u, j·S+v]
        dx[i·S+u, j·S+v] += 1/k² · dy[i,j]              the error is spread evenly (S1)
    """

    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get the half-way arrays (rows pooled, columns not yet), the results, and views."""
        super().allocate(batch_size, memory, input_grad=input_grad)
        self.scale = self.dtype.type(1 / (self.k[0] * self.k[1]))
        self.dx = None
        if input_grad:
            self.dy = memory.scratch(self.y.shape)
            self.dhalf = memory.scratch(self.half.shape)
            self.dcolumns = [self.dhalf[:, :, self.columns_under(v)] for v in range(self.k[1])]
            self.dx = memory.handed_down(layout(self.in_shape, batch_size))
            self.drows = [self.dx[self.rows_under(u)] for u in range(self.k[0])]

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return the means."""
        self.pool(np.add, x)
        self.y *= self.scale
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dy spread over the windows, first along their columns, then along their rows."""
        if self.dx is None:
            return None
        np.multiply(dy, self.scale, out=self.dy)
        self._spread(self.dy, self.dhalf, self.dcolumns)
        self._spread(self.dhalf, self.dx, self.drows)
        return self.dx

    def _spread(self, dy: np.ndarray, dx: np.ndarray, parts: list[np.ndarray]) -> None:
        """Write the sum of dy in each of the parts to dx, and 0 where no part is."""
        if self.tiled:
            for part in parts:
                part[...] = dy
            return
        dx.fill(0)
        for part in parts:
            part += dy


@dataclass(eq=False)
class MaxPooling(Pooling):
    """The largest value of each window; of equal ones, the first in reading order wins.

    Forward remembers the winner's position in its window, backward returns the error there (S1,
    S3)::

        y[i,j] = x[i·S+u*, j·S+v*]      with (u*, v*) the winner
        dx[i·S+u*, j·S+v*] += dy[i,j]
    """

    winner: np.ndarray = field(init=False, repr=False)  # u*·k + v*, (OH, C, OW, N)

    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get the arrays of both passes."""
        super().allocate(batch_size, memory, input_grad=input_grad)
        self.cells = [  # of the window, in reading order: the pixels under each
            (self.rows_under(u), slice(None), self.columns_under(v))
            for u in range(self.k[0])
            for v in range(self.k[1])
        ]
        self.last = len(self.cells) - 1  # position of a window's last cell
        self.winner = memory.own(self.y.shape, np.min_scalar_type(self.last))
        self.place = memory.scratch(self.y.shape, self.winner.dtype)
        self.mask = memory.scratch(self.y.shape, np.dtype(bool))
        self.ones = self.mask.view(np.uint8)  # 1 where the mask is true
        self.dx = None
        if input_grad:
            self.share = memory.scratch(self.y.shape)
            self.dx = memory.handed_down(layout(self.in_shape, batch_size))

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return the maxima."""
        self.pool(np.maximum, x)
        if train:
            self._find_winners(x)
        return self.y

    def _find_winners(self, x: np.ndarray) -> None:
        """Write each window's first cell that is its maximum.

        By its distance from the last cell, which is the largest where a cell is the first.
        """
        self.winner.fill(0)
        for position, cell in enumerate(self.cells[:-1]):
            np.equal(x[cell], self.y, out=self.mask)
            np.multiply(self.ones, self.place.dtype.type(self.last - position), out=self.place)
            np.maximum(self.winner, self.place, out=self.winner)
        np.subtract(self.last, self.winner, out=self.winner)

    def branches(self, y: np.ndarray) -> np.ndarray | None:
        """Return the winners' positions."""
        return self.winner

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dy at the winners' positions, 0 elsewhere."""
        if self.dx is None:
            return None
        if not self.tiled:
            self.dx.fill(0)
        for position, cell in enumerate(self.cells):
            np.equal(self.winner, position, out=self.mask)
            if self.tiled:
                np.multiply(dy, self.mask, out=self.dx[cell])
            else:
                self.dx[cell] += np.multiply(dy, self.mask, out=self.share)
        return self.dx
