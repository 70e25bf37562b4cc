"""The marks of a pen on a picture: connected strokes, with their faint ends."""

from typing import NamedTuple

import numpy as np

from cnntrain.data.pictures.components import (
    at_border,
    border_of,
    bordered,
    bounds_of_each,
    components,
    mass_of_each,
)
from cnntrain.data.pictures.ranks import distinct

FAINT = 1 / 3  # of the way from the noise to the level of clear ink: where strokes end
ROW = 1.3  # times its height: what hangs together by faint ink and is wider is several digits
REACH = 8  # pixels: how far the faint edge between two strokes is shared out


class Strokes(NamedTuple):
    """Connected marks: labels (H, W), 0 elsewhere and 1..n; bounds (n, 4), masses (n,).

    A mass is the sum of the ink.
    """

    labels: np.ndarray
    bounds: np.ndarray
    masses: np.ndarray

    @property
    def heights(self) -> np.ndarray:
        """Return the height of each mark."""
        heights: np.ndarray = self.bounds[:, 2] - self.bounds[:, 0]
        return heights

    @property
    def widths(self) -> np.ndarray:
        """Return the width of each mark."""
        widths: np.ndarray = self.bounds[:, 3] - self.bounds[:, 1]
        return widths

    def mask(self, mark: int) -> np.ndarray:
        """Return the pixels of a mark in its box: (h, w) bool."""
        top, left, bottom, right = self.bounds[mark]
        mask: np.ndarray = self.labels[top:bottom, left:right] == mark + 1
        return mask

    @property
    def at_border(self) -> np.ndarray:
        """Return which marks touch the border of the picture."""
        return at_border(self.bounds, self.labels.shape)


def find_strokes(ink: np.ndarray, noise: float, level: float) -> Strokes:
    """Return the connected marks of `ink` (H, W), 0..1, that rise above `level` somewhere.

    Each is followed below `level` to where it ends in the noise, but not to the border. Marks that
    only faint ink connects are one where they are no wider than a digit, as faint places are
    where a pen ran dry; they stay apart where they are a row.
    """
    clear = components(ink > level)
    around = components(ink > noise + FAINT * (level - noise))
    return measured(_dense(_followed(clear, around)), ink)


def _followed(clear: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Grow the labels `clear` into the components `around` (H, W), which contain them."""
    if not clear.any():
        return clear
    inside = clear > 0
    pairs = distinct(around[inside] * (clear.max() + 1) + clear[inside])
    faint, mark = np.divmod(pairs, clear.max() + 1)
    owner = np.zeros(around.max() + 1, np.intp)
    owner[faint] = mark  # of each component, one of the marks in it
    boxes = bounds_of_each(around)
    is_row = np.append(False, boxes[:, 3] - boxes[:, 1] >= ROW * (boxes[:, 2] - boxes[:, 0]))
    is_row &= np.bincount(faint, minlength=len(owner)) > 1
    leaks = np.zeros(len(owner), bool)
    leaks[border_of(around)[border_of(clear) == 0]] = True
    leaks[border_of(around)[border_of(clear) > 0]] = False
    shared = is_row & ~leaks
    owner[is_row | leaks] = 0
    grown = np.where(owner[around] > 0, owner[around], clear)
    return _shared_out(grown, shared[around]) if shared.any() else grown


def _shared_out(labels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Grow the labels into the mask, each by REACH pixels at most."""
    for _ in range(REACH):
        free = mask & (labels == 0)
        if not free.any():
            break
        labels = np.where(free, _largest_neighbour(labels), labels)
    return labels


def _dense(labels: np.ndarray) -> np.ndarray:
    """Number the labels that occur from 1 to n."""
    occurs = np.bincount(labels.ravel()) > 0
    occurs[0] = False
    numbers = np.cumsum(occurs) * occurs
    dense: np.ndarray = numbers[labels]
    return dense


def _largest_neighbour(labels: np.ndarray) -> np.ndarray:
    """Return the largest label among each pixel and its eight neighbours."""
    padded = bordered(labels)
    rows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    largest: np.ndarray = np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return largest


def measured(labels: np.ndarray, ink: np.ndarray) -> Strokes:
    """Return the marks that labels (H, W) number from 1 to n, measured."""
    return Strokes(labels, bounds_of_each(labels), mass_of_each(labels, ink))
