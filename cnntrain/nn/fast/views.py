"""Views that convolution computes on: the same numbers, arranged as the products need them.

Each function only makes a view; nothing is copied, and what is written to the array is seen in
the view. Letters as in `base.py`; v is a column of the kernel.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def moved_columns(padded: np.ndarray, kernel: int, step: int, out_columns: int) -> np.ndarray:
    """Return (H, k, C, OW, N): element [h, v, c, j] is column j·step + v of (H, C, W, N)."""
    rows, channels, _, n = padded.shape
    row, channel, column, item = padded.strides
    shape = (rows, kernel, channels, out_columns, n)
    return as_strided(padded, shape, (row, column, channel, step * column, item))


def slabs(array: np.ndarray, height: int, step: int, count: int) -> np.ndarray:
    """Return `count` matrices: number i has rows i·step .. i·step + height − 1 of (H, ..., OW, N).

    A line of the matrix is one row of one map, OW·N numbers; everything before that is unrolled.
    """
    rows, line = array.shape[0], array.shape[-2] * array.shape[-1]
    lines = array.reshape(rows, -1, line)
    shape = (count, height * lines.shape[1], line)
    return as_strided(array, shape, (step * lines.strides[0], *lines.strides[1:]))


def diagonal(band: np.ndarray, kernel_rows: int, step: int) -> np.ndarray:
    """Return (T, F, k, k, C), where the kernels stand in a band (T, F, rows, k, C).

    Kernel t of the band stands `step` rows below kernel t − 1.
    """
    tile, out, row, *rest = band.strides
    shape = (*band.shape[:2], kernel_rows, *band.shape[3:])
    return as_strided(band, shape, (tile + step * row, out, row, *rest))


def moved_back(array: np.ndarray, first: int, columns: int) -> np.ndarray:
    """Return (k, H, C, W, N): element [v, h, c, q] is [h, v, c, first + q − v] of (H, k, C, ., N)."""
    rows, kernel, channels, _, n = array.shape
    row, move, channel, column, item = array.strides
    shape = (kernel, rows, channels, columns, n)
    return as_strided(array[:, :, :, first:], shape, (move - column, row, channel, column, item))


def pieces(matrices: np.ndarray, count: int) -> np.ndarray:
    """Return (..., count, K, L / count): each matrix (K, L) cut into so many, side by side."""
    return matrices.reshape(*matrices.shape[:-1], count, -1).swapaxes(-3, -2)
