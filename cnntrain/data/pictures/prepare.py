"""Turn any picture of a digit into what a network trained on MNIST expects."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnntrain.data.pictures.components import stroke_width
from cnntrain.data.pictures.crop import Crop
from cnntrain.data.pictures.fit import SIDE, fitted, full_ink
from cnntrain.data.pictures.found import found_ink
from cnntrain.data.pictures.ink import Invert
from cnntrain.data.pictures.likeness import is_drawn
from cnntrain.data.pictures.marks import Marks, choose_marks
from cnntrain.data.pictures.page import Ink
from cnntrain.data.pictures.shade import SHADOW, difference_beside
from cnntrain.data.pictures.steps import Box, Steps

DETAIL_SIDE = 100  # a digit found smaller than this is looked at again, more closely
SMALLEST = 0.02  # of the picture's longer side: smaller marks are dirt
DISTINCT = 2.0  # times the level of the noise: fainter marks are noise
LEAST_LIKELY = 0.3  # of the ink looks like strokes: less is no writing
WIDEST = 1.6  # times its height: wider marks are two digits, or none
SAME = 0.5  # of the clear ink belongs to the faint marks
THINNER = 0.7  # times a clear stroke: with its faint edges it is no thinner
LOW_CONTRAST = 0.12  # of the background's brightness


class Picture(NamedTuple):
    """A prepared picture: pixels (28, 28) uint8, light on dark, and what seems wrong with it."""

    pixels: np.ndarray
    warnings: tuple[str, ...]
    steps: Steps  # what was done
    box: Box | None  # of the digit, in the upright picture; None where there is none


def prepare(path: Path, *, invert: Invert = "auto", crop: Crop | None = None) -> Picture:
    """Read a picture of one digit and prepare it as MNIST's digits were.

    `invert` says whether the ink is darker than its background ("yes"), lighter ("no"), or
    whether the picture decides; `crop` cuts the picture before anything else. A picture that does
    not look like one digit is prepared all the same, with warnings. Raises PictureError where the
    file is not a readable image, and UsageError where the crop leaves nothing of it.
    """
    return prepared(found_ink(path, invert=invert, crop=crop))


def prepared(ink: Ink) -> Picture:
    """Prepare the one digit that a map of ink shows."""
    marks = digit_marks(ink)
    if marks is None:
        reason = "the picture looks blank"
        steps = ink.steps._replace(blank=reason)
        return Picture(np.zeros((SIDE, SIDE), np.uint8), (reason,), steps, None)
    warnings = _warnings(marks)
    if ink.factor > 1 and marks.size < DETAIL_SIDE:
        near = ink.closer(_surroundings(marks))
        again = digit_marks(near)
        if again is not None:
            ink, marks = near, again
    top, left, bottom, right = marks.bounds
    box = ink.box_in_picture((left, top, right, bottom))
    return Picture(fitted(ink.values, marks.mask, ink.noise), warnings, ink.steps, box)


def digit_marks(ink: Ink) -> Marks | None:
    """Find the digit, following its strokes to their faint ends; None if there are only specks.

    Where faint means that the paper's lines or a shadow at the border count as strokes too, only
    what is clearly ink is taken.
    """
    marks = choose_marks(ink.values, ink.level)
    if marks is None or ink.likeness < LEAST_LIKELY:
        return None
    faint = choose_marks(ink.values, ink.noise + (ink.level - ink.noise) / 3)
    if faint is not None and (marks.at_border or not faint.at_border):
        is_clear = ink.level > DISTINCT * ink.noise
        marks = faint if not is_clear or _continues(faint, marks) else marks
    visible = DISTINCT * ink.noise
    if marks.at_border:
        visible = max(visible, LOW_CONTRAST)  # fainter than this it is shade rather than ink
    is_speck = marks.size <= SMALLEST * max(ink.values.shape)
    is_pale = full_ink(ink.values, marks.mask) <= visible
    if is_speck or is_pale or not is_drawn(marks.mask):
        return None
    if marks.at_border and difference_beside(ink.light, marks.mask) > SHADOW:
        return None
    return marks


def _continues(faint: Marks, clear: Marks) -> bool:
    """Return whether faint marks are those of clear ink with the faint ends of its strokes.

    They may be other marks, or a stain that touches the strokes and is thinner than they are.
    """
    same = np.count_nonzero(faint.mask & clear.mask) > SAME * np.count_nonzero(clear.mask)
    return bool(same and stroke_width(faint.mask) > THINNER * stroke_width(clear.mask))


def _surroundings(marks: Marks) -> tuple[int, int, int, int]:
    """Return the box of the marks with as much background on each side: left, top, ..."""
    top, left, bottom, right = marks.bounds
    return left - marks.size, top - marks.size, right + marks.size, bottom + marks.size


def _warnings(marks: Marks) -> tuple[str, ...]:
    """Say what does not look like one digit."""
    top, left, bottom, right = marks.bounds
    doubts = {
        "there are several separate marks; only the heaviest is used": marks.rivals > 0,
        "the mark is wider than a digit": right - left > WIDEST * (bottom - top),
    }
    return tuple(sentence for sentence, applies in doubts.items() if applies)
