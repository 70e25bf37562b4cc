"""Which marks are frames: printed boxes, and outlines drawn around a digit."""

import numpy as np

from cnntrain.data.pictures.components import bounds_of_each
from cnntrain.data.pictures.hulls import Rectangle, area_of, hull_of, smallest_rectangle
from cnntrain.data.pictures.sheets import filled

LARGE = 0.1  # of all ink: only such marks are looked at closely
SIDE_BINS, SIDE_SHOWN = 16, 0.8  # in so many parts of each side a frame has to show
SIDE_DEPTH = 0.1  # of its size: so near to a side is a frame's line
HOLLOW = 0.4  # of its outline's area: a frame is no fuller
ENCLOSED = 0.15  # of its own pixels: a mark around others as large is a frame


def frames_among(labels: np.ndarray) -> np.ndarray:
    """Return the pixels of the marks that are frames (H, W) bool."""
    frames = np.zeros(labels.shape, bool)
    areas = np.bincount(labels[labels > 0])[1:]
    for mark in np.flatnonzero(areas > LARGE * areas.sum()):
        own = labels == mark + 1
        hull = hull_of(own)
        if areas[mark] < HOLLOW * area_of(hull) and (
            _is_frame(own, smallest_rectangle(hull)) or _encloses(labels, int(mark) + 1)
        ):
            frames |= own
    return frames


def _encloses(labels: np.ndarray, mark: int) -> bool:
    """Return whether a mark is closed around others, as no digit is: what is in it is not dirt."""
    boxes = bounds_of_each(labels)
    low, high = boxes[:, :2], boxes[:, 2:]
    own = boxes[mark - 1]
    if np.count_nonzero((low >= own[:2]).all(axis=1) & (high <= own[2:]).all(axis=1)) < 2:
        return False
    outline = labels == mark
    inside = np.count_nonzero(filled(outline) & (labels > 0) & ~outline)
    return bool(inside > ENCLOSED * np.count_nonzero(outline))


def _is_frame(mark: np.ndarray, rectangle: Rectangle) -> bool:
    """Return whether a mark (H, W) follows all four sides of the rectangle around it."""
    y, x = np.nonzero(mark)
    along, down = rectangle.inside(np.column_stack((x, y)) + 0.5).T  # 0..1
    for place, depth in ((along, down), (along, 1 - down), (down, along), (down, 1 - along)):
        near = place[depth < SIDE_DEPTH]
        bins = np.bincount(np.clip((near * SIDE_BINS).astype(int), 0, SIDE_BINS - 1))
        if np.count_nonzero(bins) < SIDE_SHOWN * SIDE_BINS:
            return False
    return True
