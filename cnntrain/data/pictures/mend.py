"""Join the marks of a digit that is broken: strokes that do not quite meet, faint places, loose bars.

Digits stand beside each other, with space between them. Marks that nearly meet and do not stand
beside each other, or of which one lies within the other, are therefore parts of one digit.
"""

import numpy as np

from cnntrain.data.pictures.components import bounds_around
from cnntrain.data.pictures.ranks import median, numbered
from cnntrain.data.pictures.strokes import Strokes, measured

NEAR = 0.1  # of the height of both together: as far apart, marks nearly meet
BESIDE = 0.5  # of the height of the lower mark: marks that share more stand beside each other
WITHIN = 0.6  # of the height of the outer mark: a higher one within it is a digit in a frame
TALLEST = 1.4  # times the height of the others: marks that are taller together are two digits
SHARE = 0.1  # of the heaviest mark's ink: lighter ones do not tell how high digits are
SPECK = 0.02  # of the heaviest mark's ink: lighter marks are left alone
MOST = 64  # marks: more are a text or a texture, and left alone


def mended(strokes: Strokes, ink: np.ndarray) -> Strokes:
    """Return the marks, with those that belong together as one."""
    heavy = np.flatnonzero(strokes.masses > SPECK * strokes.masses.max(initial=0))
    if not 1 < len(heavy) <= MOST:
        return strokes
    boxes, masses = strokes.bounds[heavy], strokes.masses[heavy]
    owners = list(range(len(heavy)))
    while (pair := _broken(boxes, masses)) is not None:
        first, second = pair
        boxes[first] = bounds_around(boxes[first], boxes[second])
        masses[first], masses[second] = masses[first] + masses[second], 0
        owners = [first if owner == second else owner for owner in owners]
    number = np.arange(len(strokes.masses) + 1)
    number[heavy + 1] = heavy[owners] + 1
    return measured(numbered(number)[strokes.labels], ink)


def _broken(boxes: np.ndarray, masses: np.ndarray) -> tuple[int, int] | None:
    """Return two marks to join, the nearest first; None if there are none. Joined ones weigh 0."""
    alive = np.flatnonzero(masses)
    best, found = np.inf, None
    for place, first in enumerate(alive):
        for second in alive[place + 1 :]:
            distance = _distance(boxes[first], boxes[second])
            if distance < best:
                others = (masses > SHARE * masses.max()) & ~np.isin(
                    np.arange(len(masses)), (first, second)
                )
                tall = max(boxes[first][2], boxes[second][2]) - min(
                    boxes[first][0], boxes[second][0]
                )
                usual = median((boxes[:, 2] - boxes[:, 0])[others]) if others.any() else tall
                if tall <= TALLEST * usual:
                    best, found = distance, (int(first), int(second))
    return found


def _distance(first: np.ndarray, second: np.ndarray) -> float:
    """Return how far apart two marks of one digit are, as a share; infinity if they are none."""
    heights = first[2] - first[0], second[2] - second[0]
    top, bottom = min(first[0], second[0]), max(first[2], second[2])
    across = max(first[1] - second[3], second[1] - first[3])
    down = max(first[0] - second[2], second[0] - first[2])
    gap = max(0, across, down) / (bottom - top)
    shared = -down / min(heights)
    width = max(first[3], second[3]) - min(first[1], second[1])
    inside = -across >= 0.8 * min(first[3] - first[1], second[3] - second[1]) and shared >= 0.8
    if inside and min(heights) < WITHIN * max(heights):
        return 0.0
    fits = gap <= NEAR and shared < BESIDE and width < 1.5 * (bottom - top)
    return float(gap) if fits else float("inf")
