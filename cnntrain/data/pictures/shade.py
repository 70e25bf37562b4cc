"""Tell the edge of a shadow from a stroke: the paper is not equally bright on its two sides."""

import numpy as np

from cnntrain.data.pictures.components import stroke_width
from cnntrain.data.pictures.marks import widen
from cnntrain.data.pictures.ranks import median

SOFT = 2  # pixels: the soft edges of a mark, which are not looked at
NEAREST, FARTHEST = 3, 20  # pixels from a mark: what is beside it
WIDTHS = 2.0  # of the mark's strokes, within these limits
SHADOW = 0.25  # of the light is missing on one side of a mark: it is a shadow's edge
LEAST = 5  # pixels that have to be seen on each side


def difference_beside(light: np.ndarray, mark: np.ndarray) -> float:
    """Return by what share the light (H, W) on one side of a mark (H, W) is less than on the other.

    The sides are those of the mark's long axis, which is the eigenvector of its second moments.
    """
    y, x = np.nonzero(mark)
    if y.size < LEAST:
        return 0.0
    axis = np.linalg.eigh(np.cov(np.stack((x, y)).astype(float)))[1][:, 1]
    reach = int(np.clip(WIDTHS * stroke_width(mark), NEAREST, FARTHEST))
    down, across = np.nonzero(widen(mark, reach) & ~widen(mark, SOFT))
    side = (across - x.mean()) * axis[1] - (down - y.mean()) * axis[0]
    beside = light[down, across]
    sides = beside[side > 0], beside[side < 0]
    if min(part.size for part in sides) < LEAST:
        return 0.0
    dark, bright = sorted(median(part) for part in sides)
    return (bright - dark) / max(bright, 1.0)
