"""A rim of one tone all around a page: a frame, the lid of a scanner, the canvas of a program."""

import numpy as np
from PIL import Image

from cnntrain.data.pictures.ranks import median, percentiles
from cnntrain.data.pictures.steps import Box

SIDE = 320  # pixels: rims are looked for at this size
DEEPEST = 0.25  # of the picture's height or width, on each side
EVEN = 40  # of 255: the tones of a line of the rim differ by no more, but for a few
DIFFERENT = 64  # of 255: as far from the rim's tone is the page
SEEN = 90  # percent of a line: a digit that touches the rim hides no more of the page
SETTLED = 12  # of 255: lines of pixels that differ by no more are no blurred edge
LEAST, MOST = 0.5, 0.8  # of each edge of the page, and of all, differ from the rim: a 0 is round
MOST_RIMS = 3  # a frame may have a margin around it


def inside_rim(image: Image.Image) -> Box:
    """Return the box of an image, mode L or RGB, that is left without the rims around it."""
    factor = -(-max(image.size) // SIDE)
    tones = np.asarray(image.convert("L").reduce(factor), np.float32)
    left, top, right, bottom = 0, 0, tones.shape[1], tones.shape[0]
    for _ in range(MOST_RIMS):
        depths = _depths(tones[top:bottom, left:right])
        if depths is None:
            break
        left, top, right, bottom = (
            left + depths[2],
            top + depths[0],
            right - depths[3],
            bottom - depths[1],
        )
    if bottom - top == tones.shape[0]:
        return 0, 0, *image.size
    edge = int(factor > 1)  # a pixel that is partly of the rim
    inside = left + edge, top + edge, right - edge, bottom - edge
    width, height = image.size
    left, top, right, bottom = (factor * at for at in inside)
    return left, top, min(right, width), min(bottom, height)


def _depths(tones: np.ndarray) -> tuple[int, ...] | None:
    """Return how deep a rim of tones (H, W) is above, below, left and right; None without one."""
    tone = median(np.concatenate((tones[0], tones[-1], tones[:, 0], tones[:, -1])))
    depths = []
    for lines in (tones, tones[::-1], tones.T, tones.T[::-1]):
        depth = _depth(lines[: int(DEEPEST * len(lines)) + 2], tone)
        if depth is None:
            return None
        depths.append(depth)
    above, below, left, right = depths
    height, width = tones.shape
    page = abs(tones[above : height - below, left : width - right] - tone) > DIFFERENT
    edges = [float(edge.mean()) for edge in (page[0], page[-1], page[:, 0], page[:, -1])]
    return tuple(depths) if min(edges) > LEAST and sum(edges) > 4 * MOST else None


def _depth(lines: np.ndarray, tone: float) -> int | None:
    """Return how many of the lines (n, W), from the border inwards, are a rim of this tone."""
    low, high = percentiles(lines, 5, 95)  # each (n,)
    quarter = lines.shape[1] // 4  # beside the middle there may be rim
    inner = lines[:, quarter : lines.shape[1] - quarter]
    apart = percentiles(abs(inner - tone), SEEN)[0]  # from the rim's tone, where the page is seen
    rim = (low > tone - EVEN) & (high < tone + EVEN)
    depth = int(np.argmin(rim)) if not rim.all() else len(lines)
    if depth == 0:
        return None
    while depth + 1 < len(lines) and abs(apart[depth + 1] - apart[depth]) > SETTLED:
        depth += 1  # a blurred edge
    is_page = depth < len(lines) - 1 and apart[depth] > DIFFERENT
    return depth if is_page else None
