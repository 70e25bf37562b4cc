"""Masks: which pixels hang together, their bounds, the width of their strokes.

Bounds are top, left, bottom, right, as arrays count: rows first. A box is left, top, right, bottom,
as pictures count. The last two of each are exclusive.
"""

import math
from collections.abc import Sequence

import numpy as np

from cnntrain.data.pictures.ranks import numbered

Bounds = tuple[int, int, int, int]  # top, left, bottom, right
THIN = 1.5  # pixels: what is measured as less wide is a line of one pixel


def components(mask: np.ndarray) -> np.ndarray:
    """Number the 8-connected components of a mask (H, W): 0 elsewhere, 1..n in order of reading.

    The rows are cut into runs of pixels. Every run starts as its own group; groups that touch adopt
    the lower number, and chains of adoptions are followed to their end, until nothing changes: a
    few rounds, all in NumPy.
    """
    starts, ends = _runs(mask)
    upper, lower = _touching(starts, ends, mask.shape[1] + 1)
    root = np.arange(starts.size)
    while np.any(root[upper] != root[lower]):
        low = np.minimum(root[upper], root[lower])
        high = np.maximum(root[upper], root[lower])
        np.minimum.at(root, high, low)
        while np.any(root[root] != root):
            root = root[root]
    labels = np.zeros(mask.shape, np.intp)
    labels[mask] = np.repeat(numbered(root) + 1, ends - starts)
    return labels


def _runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the runs of a mask (H, W) start and end: (n,) each, in order of reading.

    Pixels are counted as if each row had one more, which is never marked and so ends its last run.
    """
    height, width = mask.shape
    rows = np.zeros((height, width + 1), bool)
    rows[:, :-1] = mask
    line = rows.ravel()
    changes = np.flatnonzero(line[1:] != line[:-1]) + 1
    if line[:1].any():
        changes = np.append(0, changes)
    return changes[::2], changes[1::2]


def _touching(starts: np.ndarray, ends: np.ndarray, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of runs, one below the other, that touch; `row` is how far that is."""
    first = np.searchsorted(ends, starts + row)  # of the runs below each that touch it
    count = np.searchsorted(starts, ends + row, "right") - first
    upper = np.repeat(np.arange(starts.size), count)
    lower = np.arange(upper.size) + np.repeat(first - np.cumsum(count) + count, count)
    return upper, lower


def bordered(values: np.ndarray, width: int = 1) -> np.ndarray:
    """Return values (H, W) with a border of zeros; `np.pad` takes longer on small ones."""
    height, length = values.shape
    padded = np.zeros((height + 2 * width, length + 2 * width), values.dtype)
    padded[width : width + height, width : width + length] = values
    return padded


def spread(values: np.ndarray, reach: int) -> np.ndarray:
    """Return the maximum over squares of 2·reach + 1 pixels: (H - 2·reach, W - 2·reach).

    A maximum over `span` pixels and its shifted copy make one over up to 2·span, so the work
    grows with the logarithm of `reach`.
    """
    for _ in range(2):
        span = 1
        while span < 2 * reach + 1:
            step = min(span, 2 * reach + 1 - span)
            values = np.maximum(values[:-step], values[step:])
            span += step
        values = values.T
    return values


def bounds_of_each(labels: np.ndarray, count: int | None = None) -> np.ndarray:
    """Return the bounds of each label from 1 on: (n, 4).

    `count` are the labels, by default those up to the largest that occurs; the sides of one that
    does not occur are negative.
    """
    marked = np.flatnonzero(labels > 0)
    y, x = np.divmod(marked, labels.shape[1])
    label = labels.ravel()[marked] - 1
    if count is None:
        count = int(label.max(initial=-1)) + 1
    boxes = np.empty((count, 4), np.intp)
    boxes[:, :2], boxes[:, 2:] = labels.shape, 0
    for column, places in enumerate((y, x)):
        np.minimum.at(boxes[:, column], label, places)
        np.maximum.at(boxes[:, column + 2], label, places + 1)
    return boxes


def mass_of_each(labels: np.ndarray, ink: np.ndarray, count: int = 0) -> np.ndarray:
    """Return the sum of the ink (H, W) of each label from 1 to the largest, or to `count`: (n,)."""
    marked = np.flatnonzero(labels > 0)
    masses: np.ndarray = np.bincount(labels.ravel()[marked], ink.ravel()[marked], count + 1)[1:]
    return masses


def bounds_of(mask: np.ndarray) -> Bounds:
    """Return the bounds of all that a mask (H, W) marks, which is something."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def bounds_around(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the smallest bounds that contain both."""
    return np.append(np.minimum(first, second)[:2], np.maximum(first, second)[2:])


def gap(first: Sequence[int] | np.ndarray, second: Sequence[int] | np.ndarray) -> int:
    """Return the distance between two boxes along the axis where they are farther apart."""
    down = max(first[0] - second[2], second[0] - first[2])
    across = max(first[1] - second[3], second[1] - first[3])
    return int(max(0, down, across))


def at_border(boxes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return which of the boxes (n, 4) touch the border of a picture of this shape (H, W): (n,)."""
    touching: np.ndarray = (boxes[:, :2] == 0).any(axis=1) | (boxes[:, 2:] == shape).any(axis=1)
    return touching


def border_of(values: np.ndarray) -> np.ndarray:
    """Return the values at the border of a picture (H, W), those of the corners twice."""
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def stroke_width(mask: np.ndarray) -> float:
    """Return how wide the strokes of a mask (H, W) are: twice their area over their perimeter.

    The perimeter is π/4 times the number of changes from ink to background along rows and columns
    (Cauchy and Crofton's formula).
    """
    padded = bordered(mask)
    changes = int(np.count_nonzero(padded[1:] != padded[:-1]))
    changes += int(np.count_nonzero(padded[:, 1:] != padded[:, :-1]))
    return 2 * int(np.count_nonzero(mask)) / (math.pi / 4 * max(changes, 1))


def is_thin(mask: np.ndarray) -> bool:
    """Return whether the strokes of a mask (H, W) are lines of one pixel, or of two in places."""
    return stroke_width(mask) < THIN
