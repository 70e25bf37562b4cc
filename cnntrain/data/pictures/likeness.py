"""How much the marks of a map of ink look like strokes of a pen."""

import math
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnntrain.data.pictures.components import (
    bordered,
    bounds_of,
    bounds_of_each,
    components,
    is_thin,
    mass_of_each,
    stroke_width,
)
from cnntrain.data.pictures.frames import LARGE, frames_among
from cnntrain.data.pictures.hulls import area_of, hull_of, smallest_rectangle
from cnntrain.data.pictures.marks import widen
from cnntrain.data.pictures.ranks import distinct
from cnntrain.data.pictures.sheets import filled

THIN, THICK = 0.25, 0.38  # a stroke's width as a share of its mark's size; a disc's is a half
TOUCHING = 0.5  # of the border's pixels: a mark that takes as many is a background
CORNER = 0.5  # of that: a mark that takes less, in one corner, is what the paper lies on
FAINT = 1 / 3  # of the way from the noise to clear ink
CUT_OFF = 0.5  # of a mark's likeness is left if the edge of a sheet may cut it
RECTANGULAR = 0.9  # of the smallest rectangle: an ellipse fills 0.79
SHEET = 0.68  # of its outline's area: a rectangular sheet is fuller even with a digit on it
OUTLINED = 0.95  # of its outline's area, without the holes in it: an 8 is less, by its waist
BLOT = 0.88  # of its outline's area: what is fuller is a blot, if it is not as long as a 1
SCENE = 64  # pixels: smaller pictures show one thing, which may be very bold, and no sheets
LONG = 2.0  # times its width: a 1 is longer

SOLID = 0.88  # of its outline's area: a mark as full is a stroke only if it is thin
BAR = 0.25  # a 1's width as a share of its length, at most
BOLD = 0.34  # the same of a mark of less than SMOOTH_SIDE, whose soft edges make it thicker
WEDGE = 0.12  # the same of a mark that leans on the border of the picture
SMOOTH_SIDE = 40  # pixels: as large is a mark when its thickness is measured
SMOOTH_SHARE = 255 * 0.3  # of such a pixel that ink covers
RAGGED = 3.0  # times its strokes' width: smoothed, a mark is as much thicker only if it is noise
DIGITS, WHOLE = 8, 0.8  # so many parts of a mark, a row at most, have this share of it at least
LEANING = 0.25  # of a mark's size is at the border: more than a stroke's end
SHADE = 1.2  # of a mark's size is at the border: more than a stroke beside it


class Look(NamedTuple):
    """What the marks of a picture look like."""

    strokes: float  # 0..1: the share of the ink that looks like strokes
    frames: np.ndarray  # (H, W) bool: the marks that are outlines around others


def look_at(ink: np.ndarray, noise: float, level: float, outside: np.ndarray | None = None) -> Look:
    """Look at the marks above a level in ink (H, W); frames may be as faint as the ends of strokes.

    `outside` (H, W) bool is what does not belong to the sheet that the ink is on, if it is one:
    marks that reach its edge are rather something that the edge cuts off.
    """
    faint = components(ink > noise + FAINT * (level - noise))
    frames = frames_among(faint)
    strokes = [
        _strokes(ink, labels, frames, outside) for labels in (components(ink > level), faint)
    ]
    return Look(min(strokes), frames)


def _strokes(
    ink: np.ndarray, labels: np.ndarray, frames: np.ndarray, outside: np.ndarray | None
) -> float:
    """Return the share of the ink of marks that looks like strokes."""
    count = int(labels.max())
    if count == 0:
        return 0.0
    mass = mass_of_each(labels, ink, count)
    boxes = bounds_of_each(labels, count)
    if min(labels.shape) >= SCENE:
        mass[_in_a_corner(labels, boxes)] = 0
    likely = np.clip((THICK - _thickness(labels, boxes)) / (THICK - THIN), 0, 1)
    likely *= 1 - _border_taken(labels, boxes)
    if outside is not None:
        edge = widen(outside, 1)
        edge[[0, -1]] = edge[:, [0, -1]] = True
        likely[distinct(labels[edge & (labels > 0)]) - 1] *= CUT_OFF
    for mark in np.flatnonzero(mass > LARGE * mass.sum()):
        own = labels == mark + 1
        if np.mean(frames[own]) > 0.5 or _is_blot(own):
            likely[mark] = 0
    return float(likely @ mass / max(mass.sum(), 1e-9))


def _is_blot(mark: np.ndarray) -> bool:
    """Return whether a mark (H, W) is a blot, or a sheet with something on it: no stroke is as full."""
    if min(mark.shape) < SCENE:
        return False
    hull = hull_of(mark)
    area = area_of(hull)
    fullness = int(np.count_nonzero(mark)) / area
    if fullness <= SHEET:
        return False
    rectangle = smallest_rectangle(hull)
    if rectangle.elongation >= LONG:
        return False
    if fullness > BLOT:
        return True
    is_rectangular = area / rectangle.area > RECTANGULAR
    return is_rectangular and int(np.count_nonzero(filled(mark))) > OUTLINED * area


def _thickness(labels: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return the width of each mark's strokes as a share of its height or width: (n,).

    A stroke's width is twice its area over its perimeter, and the perimeter is π/4 times the
    number of changes along rows and columns (Cauchy and Crofton's formula).
    """
    padded = bordered(labels)
    row, padded = padded.shape[1], padded.ravel()
    marked = np.flatnonzero(padded > 0)
    own = padded[marked]
    area = np.bincount(own, minlength=len(boxes) + 1)
    changes = np.zeros(len(boxes) + 1)
    for step in (-row, -1, 1, row):
        changes += np.bincount(own[padded[marked + step] != own], minlength=len(boxes) + 1)
    width = 2 * area[1:] / (np.pi / 4 * np.maximum(changes[1:], 1))
    size = (boxes[:, 2:] - boxes[:, :2]).max(axis=1).clip(0)
    thickness: np.ndarray = width / size
    return thickness


def _in_a_corner(labels: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return which marks (n,) are a corner of the picture where the paper ends, not writing."""
    corners = labels[[0, 0, -1, -1], [0, -1, 0, -1]]
    held = np.bincount(corners, minlength=len(boxes) + 1)[1:]
    in_one: np.ndarray = (held == 1) & (_border_taken(labels, boxes) < CORNER)
    return in_one


def _border_taken(labels: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return how much of what a stroke may take of the border each mark takes, 0..1: (n,).

    A mark that reaches all four sides may be a digit that the picture is cropped to: it may take
    more than another one.
    """
    border = np.concatenate((labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]))
    share = np.bincount(border, minlength=len(boxes) + 1)[1:] / border.size
    cropped = (boxes == (0, 0, *labels.shape)).all(axis=1)
    return np.where(cropped, share, np.minimum(share / TOUCHING, 1))


def is_drawn(mark: np.ndarray) -> bool:
    """Return whether a mark (H, W) may have been drawn with a pen: not a blot, a shade, noise."""
    leaning = _leaning(mark)
    top, left, bottom, right = bounds_of(mark)
    own = mark[top:bottom, left:right]
    smooth = _smooth(own)
    if not smooth.any():
        return False
    thickness = _thickness_of(smooth)
    # A line of a pixel is at least one wide when it is smoothed, whatever that makes of it.
    ragged = thickness > RAGGED * _thickness_of(own) and not is_thin(smooth)
    if thickness >= THICK or leaning > SHADE or ragged or _is_crumbled(own):
        return False
    if np.count_nonzero(smooth) < SOLID * area_of(hull_of(smooth)):
        return True
    if leaning > LEANING:
        return thickness < WEDGE
    return thickness < (BAR if max(own.shape) >= SMOOTH_SIDE else BOLD)


def _thickness_of(mark: np.ndarray) -> float:
    """Return the width of a mark's strokes as a share of its height or width."""
    top, left, bottom, right = bounds_of(mark)
    return stroke_width(mark) / max(bottom - top, right - left)


def _is_crumbled(mark: np.ndarray) -> bool:
    """Return whether a mark consists of crumbs, as noise does: no few parts make up most of it."""
    parts = np.sort(np.bincount(components(mark).ravel())[1:])
    return bool(parts[-DIGITS:].sum() < WHOLE * parts.sum())


def _smooth(mark: np.ndarray) -> np.ndarray:
    """Return a mark at about SMOOTH_SIDE pixels: noise leaves no holes in it.

    Strokes so thin that little of such a pixel would be theirs are left as much larger.
    """
    whole = Image.fromarray(np.uint8(255 * mark))
    width = math.pi / 4 * stroke_width(mark)  # also of upright strokes, whose width is overrated
    thinnest = min(
        width, max(1, int(width))
    )  # where a line lies on two pixels, it is one wider than elsewhere
    factor = max(1, min(-(-max(whole.size) // SMOOTH_SIDE), int(255 * thinnest / SMOOTH_SHARE)))
    smooth: np.ndarray = np.asarray(whole.reduce(factor)) > SMOOTH_SHARE
    return smooth


def _leaning(mark: np.ndarray) -> float:
    """Return how many of a mark's pixels are at the border, as a share of its size.

    It is 0 where the picture is cropped to the mark.
    """
    height, width = (int(np.count_nonzero(mark.any(axis=axis))) for axis in (1, 0))
    if (height, width) == mark.shape:
        return 0.0
    border = sum(int(edge.sum()) for edge in (mark[0], mark[-1], mark[:, 0], mark[:, -1]))
    return border / max(height, width)
