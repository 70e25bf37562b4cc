"""Turn any picture of a digit into what a network trained on MNIST expects.

As MNIST was made (SOURCES in the README): the ink is cut out, fitted into 20x20 pixels keeping its
proportions, and placed with its centre of mass at the centre of 28x28 pixels, light on dark.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from cnntrain.data.digit_marks import Marks, choose_marks, widen
from cnntrain.data.ink import Invert, ink_of, is_dark_on_light, threshold
from cnntrain.data.picture_file import read_picture

SIDE = 28
BOX = 20
FINE = 4  # strokes are thickened at this many times the final resolution
SEARCH_SIDE = 320  # pictures are searched for ink at this size
DETAIL_SIDE = 100  # a digit found smaller than this is looked at again, more closely
THINNEST = 1.8  # pixels: thinner strokes are thickened to this, as a pen's in MNIST


@dataclass(frozen=True)
class Picture:
    """A prepared picture: pixels (28, 28) uint8, light on dark, and what seems wrong with it."""

    pixels: np.ndarray
    warnings: tuple[str, ...]


def prepare(path: Path, *, invert: Invert = "auto") -> Picture:
    """Read a picture of one digit and prepare it the way MNIST was made.

    `invert` says whether the ink is darker than its background ("yes"), lighter ("no"), or
    whether the picture decides. A picture that does not look like one digit is prepared all the
    same, with warnings. Raises PictureError where the file is not a readable image.
    """
    image = read_picture(path)
    small, pixels = _shrunk(image)
    dark = is_dark_on_light(pixels) if invert == "auto" else invert == "yes"
    ink, marks, noise = _find(pixels, dark=dark)
    if marks is None:
        return Picture(np.zeros((SIDE, SIDE), np.uint8), ("the picture looks blank",))
    warnings = _warnings(ink, marks)
    closer = _closer(image, small, marks)
    if closer is not None:
        _, pixels = _shrunk(closer)
        again = _find(pixels, dark=dark)
        if again[1] is not None:
            ink, marks, noise = again
    return Picture(_centred(_fitted(ink, marks, noise)), warnings)


def _shrunk(image: Image.Image) -> tuple[int, np.ndarray]:
    """Shrink to the size for searching: the factor, and pixels (H, W, C) float32."""
    factor = -(-max(image.size) // SEARCH_SIDE)
    small = image.reduce(factor) if factor > 1 else image
    pixels = np.asarray(small, np.float32)
    return factor, pixels.reshape(*pixels.shape[:2], -1)


def _find(pixels: np.ndarray, *, dark: bool) -> tuple[np.ndarray, Marks | None, float]:
    ink = ink_of(pixels, dark=dark)
    noise, level = threshold(ink)
    faint = choose_marks(ink, noise + (level - noise) / 3)
    strict = choose_marks(ink, level)
    if faint is None or strict is None or (faint.at_border and not strict.at_border):
        return ink, strict, noise
    return ink, faint, noise


def _closer(image: Image.Image, factor: int, marks: Marks) -> Image.Image | None:
    """Cut out the surroundings of a small digit, or None where the search saw it well."""
    top, left, bottom, right = (factor * edge for edge in marks.box)
    size = max(bottom - top, right - left)
    if factor == 1 or size >= DETAIL_SIDE * factor:
        return None
    width, height = image.size
    return image.crop(
        (
            max(left - size, 0),
            max(top - size, 0),
            min(right + size, width),
            min(bottom + size, height),
        )
    )


def _warnings(ink: np.ndarray, marks: Marks) -> tuple[str, ...]:
    top, left, bottom, right = marks.box
    found = []
    if marks.rivals:
        found.append("there are several separate marks; the heaviest was read")
    if right - left > 1.6 * (bottom - top):
        found.append("the mark is wider than a digit")
    if marks.at_border:
        found.append("the ink touches the border; part of the digit may be missing")
    if np.median(ink[marks.mask]) < 0.12:
        found.append("the contrast is very low")
    return tuple(found)


def _fitted(ink: np.ndarray, marks: Marks, noise: float) -> np.ndarray:
    """Cut the digit out, stretch its contrast, and fit it into the box: (h, w) float."""
    full = np.percentile(ink[marks.mask], 75)
    clean = np.clip((ink - noise) / (full - noise), 0, 1) * widen(marks.mask, 2)
    rows, columns = np.flatnonzero(clean.any(axis=1)), np.flatnonzero(clean.any(axis=0))
    cut = clean[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(cut.shape)
    height, width = (max(1, round(side * scale)) for side in cut.shape)
    method = Image.Resampling.BOX if scale <= 1 else Image.Resampling.BICUBIC
    fine = Image.fromarray(np.uint8(255 * cut)).resize((FINE * width, FINE * height), method)
    fine = fine.filter(ImageFilter.MaxFilter(_thickening(np.asarray(fine))))
    fitted = np.asarray(fine.reduce(FINE), np.float32)
    return np.minimum(255 * fitted / np.percentile(fitted[fitted > 64], 90), 255)


def _thickening(fine: np.ndarray) -> int:
    """Return the odd size of a maximum filter that makes thin strokes as thick as THINNEST.

    A stroke's width is twice its area over its perimeter; the perimeter is π/4 times the number
    of changes from ink to background along rows and columns (Cauchy and Crofton's formula).
    """
    mask = np.pad(fine > 127, 1)
    changes = np.count_nonzero(np.diff(mask, axis=0)) + np.count_nonzero(np.diff(mask, axis=1))
    width = 2 * np.count_nonzero(mask) / (np.pi / 4 * max(changes, 1))
    return 2 * max(0, round((FINE * THINNEST - width) / 2)) + 1


def _centred(digit: np.ndarray) -> np.ndarray:
    """Place the digit with its centre of mass at the centre: (28, 28) uint8."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    start = []
    for axis, size in enumerate(digit.shape):
        profile = digit.sum(axis=1 - axis)
        mass = float(np.arange(size) @ profile / max(profile.sum(), 1))
        start.append(int(np.clip(round(SIDE / 2 - mass), 0, SIDE - size)))
    top, left = start
    canvas[top : top + digit.shape[0], left : left + digit.shape[1]] = np.rint(digit)
    return canvas
