"""What both ways of computing a convolution begin and end with: moved copies of the padded image.

The columns of a kernel become rows of a matrix by copies that are moved by one column each::

    x, one row, k = 3     moved copies, one row
    a b c d e        →    a b c
                          b c d      OW = 3 outputs wide
                          c d e

Everything a kernel's columns see in a row is then stacked, so one matrix product applies all
columns at once.
"""

from typing import NamedTuple

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast import views
from cnntrain.nn.layers.base import Shape


class Sliding(NamedTuple):
    """The shapes of a convolution: of its input, its output, its kernels; stride and padding."""

    in_shape: Shape  # (C, H, W)
    out_shape: Shape  # (F, OH, OW)
    k: tuple[int, int]
    s: tuple[int, int]
    p: tuple[int, int]


class Padded:
    """An array for images with zeros around them (2P + H, C, 2P + W, N)."""

    def __init__(self, sliding: Sliding, batch_size: int, memory: Memory) -> None:
        """Get the array, and a view of its inside, where the images go."""
        (channels, rows, columns), (top, left) = sliding.in_shape, sliding.p
        shape = (rows + 2 * top, channels, columns + 2 * left, batch_size)
        self.array = memory.own(shape) if sliding.p != (0, 0) else memory.scratch(shape)
        self.inside = self.array[top : top + rows, :, left : left + columns]


class Moved:
    """The k copies of each row of padded images (R, C, 2P + W, N)."""

    def __init__(self, padded: np.ndarray, sliding: Sliding, memory: Memory) -> None:
        """Get the copies (R, k, C, OW, N)."""
        out_columns = sliding.out_shape[2]
        self.windows = views.moved_columns(padded, sliding.k[1], sliding.s[1], out_columns)
        self.copies = memory.own(self.windows.shape)

    def copy(self) -> None:
        """Copy the current images."""
        self.copies[...] = self.windows


class MovedBack:
    """The gradient of images, from that of their copies: the sum of all copies, moved back.

    Copies are written to `place` (R, k·C, wide·N): a column for each column of dy with stride 1,
    with S−1 columns of zeros between them otherwise.
    """

    def __init__(
        self, rows: int, wide: int, sliding: Sliding, batch_size: int, memory: Memory
    ) -> None:
        """Get the copies, between zeros, so that moving them is a view."""
        (channels, _, columns), kernel = sliding.in_shape, sliding.k[1]
        n, left = batch_size, sliding.p[1]
        width = max(columns + left, wide) + kernel - 1
        copies = memory.own((rows, kernel * channels, width * n))
        self.place = copies[:, :, (kernel - 1) * n :][:, :, : wide * n]
        moves = copies.reshape(rows, kernel, channels, width, n)
        self.moved_back = views.moved_back(moves, kernel - 1 + left, columns)

    def add_up(self, out: np.ndarray) -> None:
        """Write the sum, without the padding's columns, to `out` (R, C, W, N)."""
        self.moved_back.sum(axis=0, out=out)
