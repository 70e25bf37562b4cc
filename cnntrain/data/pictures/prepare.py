"""Turn any picture of a digit into what a network trained on MNIST expects.

As MNIST was made (LeCun, Bottou, Bengio, Haffner, 1998): the ink is cut out, fitted into 20x20
pixels keeping its proportions, and placed with its centre of mass at the centre of 28x28 pixels,
light on dark.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from cnntrain.data.pictures.ink import Invert, ink_of, is_dark_on_light, threshold
from cnntrain.data.pictures.marks import Marks, choose_marks, widen
from cnntrain.data.pictures.read import read_picture

SIDE = 28
BOX = 20
FINE = 4  # strokes are thickened at this many times the final resolution
SEARCH_SIDE = 320  # pictures are searched for ink at this size
DETAIL_SIDE = 100  # a digit found smaller than this is looked at again, more closely
THINNEST = 1.8  # pixels: thinner strokes are thickened to this, as a pen's in MNIST
SMALLEST = 0.02  # of the picture's longer side: smaller marks are dirt
DISTINCT = 2.0  # times the level of the noise: fainter marks are noise
WIDEST = 1.6  # times its height: wider marks are two digits, or none
LOW_CONTRAST = 0.12  # of the background's brightness


@dataclass(frozen=True)
class Picture:
    """A prepared picture: pixels (28, 28) uint8, light on dark, and what seems wrong with it."""

    pixels: np.ndarray
    warnings: tuple[str, ...]


def prepare(path: Path, *, invert: Invert = "auto") -> Picture:
    """Read a picture of one digit and prepare it as MNIST's digits were.

    `invert` says whether the ink is darker than its background ("yes"), lighter ("no"), or
    whether the picture decides. A picture that does not look like one digit is prepared all the
    same, with warnings. Raises PictureError where the file is not a readable image.
    """
    image = read_picture(path)
    factor, pixels = _shrunk(image)
    dark = is_dark_on_light(pixels) if invert == "auto" else invert == "yes"
    found = _find(pixels, dark=dark)
    if found is None:
        return Picture(np.zeros((SIDE, SIDE), np.uint8), ("the picture looks blank",))
    warnings = _warnings(found)
    if factor > 1 and found.size < DETAIL_SIDE:
        _, pixels = _shrunk(_surroundings(image, factor, found))
        found = _find(pixels, dark=dark) or found
    return Picture(_centred(_fitted(found)), warnings)


@dataclass(frozen=True)
class _Found:
    """What a search found: ink (H, W) 0..1, the level of its noise, and the digit's marks."""

    ink: np.ndarray
    noise: float
    marks: Marks

    @property
    def full(self) -> float:
        """Return the level of full ink, which becomes white."""
        return float(np.percentile(self.ink[self.marks.mask], 75))

    @property
    def size(self) -> int:
        """Return the digit's height or width, whichever is greater."""
        top, left, bottom, right = self.marks.box
        return max(bottom - top, right - left)


def _shrunk(image: Image.Image) -> tuple[int, np.ndarray]:
    """Shrink to the size for searching: the factor, and pixels (H, W, C) float32."""
    factor = -(-max(image.size) // SEARCH_SIDE)
    pixels = np.asarray(image.reduce(factor), np.float32)
    return factor, pixels.reshape(*pixels.shape[:2], -1)


def _find(pixels: np.ndarray, *, dark: bool) -> _Found | None:
    """Find the digit, following its strokes to their faint ends; None if there are only specks.

    Where faint means that the paper's lines or a shadow at the border count as strokes too, only
    what is clearly ink is taken.
    """
    ink = ink_of(pixels, dark=dark)
    noise, level = threshold(ink)
    marks = choose_marks(ink, level)
    if marks is None:
        return None
    faint = choose_marks(ink, noise + (level - noise) / 3)
    if faint is not None and (marks.at_border or not faint.at_border):
        marks = faint
    found = _Found(ink, noise, marks)
    visible = DISTINCT * noise
    if marks.at_border:
        visible = max(visible, LOW_CONTRAST)  # fainter than this it is shade rather than ink
    return found if found.size > SMALLEST * max(ink.shape) and found.full > visible else None


def _surroundings(image: Image.Image, factor: int, found: _Found) -> Image.Image:
    """Cut out of the picture a small digit with as much background on each side."""
    top, left, bottom, right = (factor * edge for edge in found.marks.box)
    margin = factor * found.size
    width, height = image.size
    return image.crop(
        (
            max(left - margin, 0),
            max(top - margin, 0),
            min(right + margin, width),
            min(bottom + margin, height),
        )
    )


def _warnings(found: _Found) -> tuple[str, ...]:
    """Say what does not look like one digit."""
    top, left, bottom, right = found.marks.box
    doubts = {
        "there are several separate marks; only the heaviest is used": found.marks.rivals > 0,
        "the mark is wider than a digit": right - left > WIDEST * (bottom - top),
        "the ink touches the border; part of the digit may be missing": found.marks.at_border,
        "the contrast is very low": found.full < LOW_CONTRAST,
    }
    return tuple(sentence for sentence, applies in doubts.items() if applies)


def _fitted(found: _Found) -> np.ndarray:
    """Cut the digit out, stretch its contrast, and fit it into the box: (h, w) 0..255."""
    clean = np.clip((found.ink - found.noise) / (found.full - found.noise), 0, 1)
    clean *= widen(found.marks.mask, 2)  # the soft edges belong to the strokes
    rows, columns = (np.flatnonzero(clean.any(axis=axis)) for axis in (1, 0))
    cut = clean[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    fine = _resized(cut, FINE * BOX)
    growth = _growth(fine)
    if growth:
        fine = np.pad(_resized(cut, FINE * BOX - 2 * growth), growth)
    whole = np.pad(fine, [(0, -side % FINE) for side in fine.shape])
    thick = Image.fromarray(whole).filter(ImageFilter.MaxFilter(2 * growth + 1))
    fitted = np.asarray(thick.reduce(FINE), np.float32)
    white = np.percentile(fitted[fitted > fitted.max() / 4], 90)
    stretched: np.ndarray = np.clip(255 / white * fitted, 0, 255)
    return stretched


def _resized(cut: np.ndarray, side: int) -> np.ndarray:
    """Resize 0..1 so that the longer side becomes `side`: uint8."""
    scale = side / max(cut.shape)
    height, width = (max(1, round(scale * length)) for length in cut.shape)
    shrinks = max(cut.shape) >= BOX
    method = Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(np.uint8(255 * cut)).resize((width, height), method))


def _growth(fine: np.ndarray) -> int:
    """Return by how much to widen thin strokes on each side to make them as thick as THINNEST.

    A stroke's width is twice its area over its perimeter; the perimeter is π/4 times the number
    of changes from ink to background along rows and columns (Cauchy and Crofton's formula).
    """
    mask = np.pad(fine > 127, 1)
    changes = sum(int(np.count_nonzero(np.diff(mask, axis=axis))) for axis in (0, 1))
    width = 2 * int(np.count_nonzero(mask)) / (math.pi / 4 * max(changes, 1))
    return max(0, round((FINE * THINNEST - width) / 2))


def _centred(digit: np.ndarray) -> np.ndarray:
    """Place the digit with its centre of mass at the centre: (28, 28) uint8."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    start = []
    for axis, size in enumerate(digit.shape):
        profile = digit.sum(axis=1 - axis)
        mass = float(np.arange(size) @ profile / profile.sum())
        start.append(int(np.clip(round(SIDE / 2 - mass), 0, SIDE - size)))
    top, left = start
    canvas[top : top + digit.shape[0], left : left + digit.shape[1]] = np.rint(digit)
    return canvas
