"""Pooling, fast: rows first, which is contiguous, then columns."""

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.routine import Routine, layout
from cnntrain.nn.layers.pooling import Pooling


class FastPooling(Routine):
    """What both kinds of pooling share."""

    layer: Pooling

    def allocate(self, memory: Memory) -> None:
        """Get y, and the half-way array: rows pooled, columns not yet."""
        layer = self.layer
        covered = layer.out_shape[1] * layer.k[0], layer.out_shape[2] * layer.k[1]
        self.tiled = layer.k == layer.s and covered == layer.in_shape[1:]
        rows, channels, columns, n = layout(self.layer.out_shape, self.batch_size)
        self.half = memory.scratch((rows, channels, self.layer.in_shape[2], n))
        self.columns = [
            self.half[:, :, self.layer.columns_under(v)] for v in range(self.layer.k[1])
        ]
        self.y = memory.handed_up((rows, channels, columns, n))

    def pool(self, ufunc: np.ufunc, x: np.ndarray) -> None:
        """Combine each window's pixels to y: over rows, which is fast, and then over columns."""
        _combine(ufunc, [x[self.layer.rows_under(u)] for u in range(self.layer.k[0])], self.half)
        _combine(ufunc, self.columns, self.y)


def _combine(ufunc: np.ufunc, parts: list[np.ndarray], result: np.ndarray) -> None:
    if len(parts) == 1:
        result[...] = parts[0]
        return
    ufunc(parts[0], parts[1], out=result)
    for part in parts[2:]:
        ufunc(result, part, out=result)


class FastMeanPooling(FastPooling):
    """Forward and backward of `MeanPooling`."""

    def allocate(self, memory: Memory) -> None:
        """Get the half-way arrays (rows pooled, columns not yet), the results, and views."""
        super().allocate(memory)
        self.scale = self.layer.dtype.type(1 / (self.layer.k[0] * self.layer.k[1]))
        self.dx = None
        if self.input_grad:
            self.dy = memory.scratch(self.y.shape)
            self.dhalf = memory.scratch(self.half.shape)
            self.dcolumns = [
                self.dhalf[:, :, self.layer.columns_under(v)] for v in range(self.layer.k[1])
            ]
            self.dx = memory.handed_down(layout(self.layer.in_shape, self.batch_size))
            self.drows = [self.dx[self.layer.rows_under(u)] for u in range(self.layer.k[0])]

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


class FastMaxPooling(FastPooling):
    """Forward and backward of `MaxPooling`."""

    def allocate(self, memory: Memory) -> None:
        """Get the arrays of both passes."""
        super().allocate(memory)
        self.cells = [  # of the window, in reading order: the pixels under each
            (self.layer.rows_under(u), slice(None), self.layer.columns_under(v))
            for u in range(self.layer.k[0])
            for v in range(self.layer.k[1])
        ]
        self.last = len(self.cells) - 1  # position of a window's last cell
        self.winner = memory.own(self.y.shape, np.min_scalar_type(self.last))
        self.place = memory.scratch(self.y.shape, self.winner.dtype)
        self.mask = memory.scratch(self.y.shape, np.dtype(bool))
        self.ones = self.mask.view(np.uint8)  # 1 where the mask is true
        self.dx = None
        if self.input_grad:
            self.share = memory.scratch(self.y.shape)
            self.dx = memory.handed_down(layout(self.layer.in_shape, self.batch_size))

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

    def branches(self, y: np.ndarray) -> np.ndarray:
        """Return the winners (OH, C, OW, N)."""
        return self.winner

    def publish(self) -> None:
        """Keep the winners (N, C, OH, OW) on the layer."""
        self.layer.winner = self.winner.transpose(3, 1, 0, 2)  # type: ignore[attr-defined]
