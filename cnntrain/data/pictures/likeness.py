"""How much the marks of a map of ink look like strokes of a pen, and which of them are frames."""

from dataclasses import dataclass

import numpy as np

from cnntrain.data.pictures.components import components
from cnntrain.data.pictures.hulls import area_of, hull_of, smallest_rectangle

THIN, THICK = 0.25, 0.38  # a stroke's width as a share of its mark's size; a disc's is a half
TOUCHING = 0.5  # of the border's pixels: a mark that takes as many is a background
LARGE = 0.1  # of all ink: only such marks are looked at for frames
RECTANGULAR = 0.9  # of the smallest rectangle: an ellipse fills 0.79
HOLLOW = 0.4  # of its outline's area: a frame is no fuller
FULL = 0.7  # of its outline's area: a sheet is fuller even with a digit on it ...
LONG = 2.0  # ... and shorter than this times its width, unlike a 1


@dataclass(frozen=True)
class Look:
    """What the marks of a picture look like."""

    strokes: float  # 0..1: the share of the ink that looks like strokes
    frames: np.ndarray  # (H, W) bool: the marks that are rectangular outlines


def look_at(ink: np.ndarray, level: float) -> Look:
    """Look at the marks above a level in ink (H, W)."""
    mask = ink > level
    frames = np.zeros(ink.shape, bool)
    if not mask.any():
        return Look(0.0, frames)
    labels = components(mask)
    count = int(labels.max())
    mass = np.bincount(labels.ravel(), ink.ravel(), count + 1)[1:]
    likely = _thinness(labels, count) * (1 - np.minimum(_contact(labels, count) / TOUCHING, 1))
    for mark in np.flatnonzero(mass > LARGE * mass.sum()):
        own = labels == mark + 1
        hull = hull_of(own)
        fullness = np.count_nonzero(own) / area_of(hull)
        rectangle = smallest_rectangle(hull)
        if fullness < HOLLOW and area_of(hull) > RECTANGULAR * rectangle.area:
            frames |= own
            likely[mark] = 0
        elif fullness > FULL and rectangle.elongation < LONG:
            likely[mark] = 0
    return Look(float(likely @ mass / mass.sum()), frames)


def _thinness(labels: np.ndarray, count: int) -> np.ndarray:
    """Return of each mark how thin it is for its size: 1 is a stroke, 0 is a blot.

    A stroke's width is twice its area over its perimeter, and the perimeter is π/4 times the
    number of changes along rows and columns (Cauchy and Crofton's formula).
    """
    padded = np.pad(labels, 1)
    changes = np.zeros(count + 1)
    for axis in (0, 1):
        for shift in (-1, 1):
            edge = labels != np.roll(padded, shift, axis)[1:-1, 1:-1]
            changes += np.bincount(labels[edge], minlength=count + 1)
    area = np.bincount(labels.ravel(), minlength=count + 1)
    width = 2 * area[1:] / (np.pi / 4 * np.maximum(changes[1:], 1))
    size = np.zeros(count)
    y, x = np.nonzero(labels)
    for places in (y, x):
        low, high = np.full(count, labels.size), np.zeros(count, np.intp)
        np.minimum.at(low, labels[y, x] - 1, places)
        np.maximum.at(high, labels[y, x] - 1, places + 1)
        size = np.maximum(size, high - low)
    return np.clip((THICK - width / size) / (THICK - THIN), 0, 1)


def _contact(labels: np.ndarray, count: int) -> np.ndarray:
    """Return which share of the border's pixels each mark takes."""
    border = np.concatenate((labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]))
    return np.bincount(border, minlength=count + 1)[1:] / border.size
