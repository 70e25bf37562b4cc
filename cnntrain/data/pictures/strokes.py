"""The marks of a pen on a picture: connected strokes, with their faint ends."""

from dataclasses import dataclass

import numpy as np

from cnntrain.data.pictures.components import components

FAINT = 1 / 3  # of the way from the noise to the level of clear ink: where strokes end
REACH = 8  # pixels: how far the faint edge between two strokes is shared out


@dataclass(frozen=True)
class Strokes:
    """Connected marks: labels (H, W), 0 elsewhere and 1..n; boxes (n, 4), areas and masses (n,).

    A box is top, left, bottom, right, the last two exclusive. A mass is the sum of the ink.
    """

    labels: np.ndarray
    boxes: np.ndarray
    masses: np.ndarray

    @property
    def heights(self) -> np.ndarray:
        """Return the height of each mark."""
        heights: np.ndarray = self.boxes[:, 2] - self.boxes[:, 0]
        return heights

    @property
    def widths(self) -> np.ndarray:
        """Return the width of each mark."""
        widths: np.ndarray = self.boxes[:, 3] - self.boxes[:, 1]
        return widths

    def mask(self, mark: int) -> np.ndarray:
        """Return the pixels of a mark in its box: (h, w) bool."""
        top, left, bottom, right = self.boxes[mark]
        mask: np.ndarray = self.labels[top:bottom, left:right] == mark + 1
        return mask

    @property
    def at_border(self) -> np.ndarray:
        """Return which marks touch the border of the picture."""
        ends: np.ndarray = (self.boxes[:, :2] == 0).any(axis=1)
        ends |= (self.boxes[:, 2:] == self.labels.shape).any(axis=1)
        return ends


def find_strokes(ink: np.ndarray, noise: float, level: float) -> Strokes:
    """Return the connected marks of `ink` (H, W), 0..1, that rise above `level` somewhere.

    Each is followed below `level` to where it ends in the noise, but not to where it would merge
    with another, or reach the border.
    """
    clear = components(ink > level)
    return _measured(_with_faint_ends(clear, ink > noise + FAINT * (level - noise)), ink)


def _with_faint_ends(labels: np.ndarray, faint: np.ndarray) -> np.ndarray:
    """Grow the labels into the mask `faint`, which contains them."""
    if not labels.any():
        return labels
    around = components(faint)
    inside = labels > 0
    pairs = np.unique(np.stack([around[inside], labels[inside]]), axis=1)
    owners = np.bincount(pairs[0], minlength=around.max() + 1)
    edge = np.concatenate([a.ravel() for a in (around[0], around[-1], around[:, 0], around[:, -1])])
    clear = np.concatenate(
        [a.ravel() for a in (labels[0], labels[-1], labels[:, 0], labels[:, -1])]
    )
    leaks = np.zeros(len(owners), bool)
    leaks[edge[clear == 0]] = True
    leaks[pairs[0][np.isin(pairs[1], clear[clear > 0])]] = False
    owner = np.zeros(len(owners), np.intp)
    owner[pairs[0]] = pairs[1]
    owner[(owners != 1) | leaks] = 0
    grown = np.where(inside, labels, owner[around])
    shared = faint & ((owners > 1) & ~leaks)[around]
    for _ in range(REACH):
        free = shared & (grown == 0)
        if not free.any():
            break
        grown[free] = _largest_neighbour(grown)[free]
    return grown


def _largest_neighbour(labels: np.ndarray) -> np.ndarray:
    """Return the largest label among each pixel and its eight neighbours."""
    padded = np.pad(labels, 1)
    rows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    largest: np.ndarray = np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return largest


def _measured(labels: np.ndarray, ink: np.ndarray) -> Strokes:
    """Measure each label."""
    y, x = np.nonzero(labels)
    label = labels[y, x] - 1
    count = int(label.max()) + 1 if label.size else 0
    boxes = np.empty((count, 4), np.intp)
    boxes[:, :2], boxes[:, 2:] = labels.shape, 0
    for column, places in enumerate((y, x)):
        np.minimum.at(boxes[:, column], label, places)
        np.maximum.at(boxes[:, column + 2], label, places + 1)
    return Strokes(labels, boxes, np.bincount(label, ink[y, x], count))
