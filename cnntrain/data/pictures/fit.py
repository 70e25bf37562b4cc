"""Fit one digit's ink into a network's input, as MNIST was made.

That is (LeCun, Bottou, Bengio, Haffner, 1998): the ink is cut out, fitted into 20x20 pixels
keeping its proportions, and placed with its centre of mass at the centre of 28x28 pixels, light
on dark.
"""

import numpy as np
from PIL import Image

from cnntrain.data.pictures.components import bordered, bounds_of, is_thin, stroke_width
from cnntrain.data.pictures.marks import widen
from cnntrain.data.pictures.ranks import percentile

SIDE = 28
BOX = 20
FINE = 4  # strokes are thickened at this many times the final resolution
THINNEST = 1.8  # pixels: thinner strokes are thickened to this, as a pen's in MNIST


def full_ink(ink: np.ndarray, mask: np.ndarray) -> float:
    """Return the level of full ink, which becomes white, of marks (H, W) bool on ink (H, W)."""
    return percentile(ink[mask], 75)


def fitted(ink: np.ndarray, mask: np.ndarray, noise: float) -> np.ndarray:
    """Return one digit as a network trained on MNIST expects it: (28, 28) uint8.

    `ink` (H, W) is 0..1, `mask` (H, W) its pixels that are the digit's strokes, one or more, and
    `noise` the level up to which ink is noise.
    """
    return _centred(_boxed(ink, mask, noise))


def _boxed(ink: np.ndarray, mask: np.ndarray, noise: float) -> np.ndarray:
    """Cut the digit out, stretch its contrast, and fit it into the box: (h, w) 0..255."""
    clean = np.clip((ink - noise) / (full_ink(ink, mask) - noise), 0, 1)
    clean *= widen(mask, 2)  # the soft edges belong to the strokes
    top, left, bottom, right = bounds_of(clean)
    cut = clean[top:bottom, left:right]
    fine = _resized(cut, FINE * BOX)
    growth = _growth(fine)
    if growth:
        fine = widen(bordered(_resized(cut, FINE * BOX - 2 * growth), growth), growth)
    whole = np.zeros([side + -side % FINE for side in fine.shape], np.uint8)
    whole[: fine.shape[0], : fine.shape[1]] = fine
    fitted = np.asarray(Image.fromarray(whole).reduce(FINE), np.float32)
    white = percentile(fitted[fitted > fitted.max() / 4], 90)
    stretched: np.ndarray = np.clip(255 / white * fitted, 0, 255)
    return stretched


def _resized(cut: np.ndarray, side: int) -> np.ndarray:
    """Resize 0..1 so that the longer side becomes `side`: uint8."""
    scale = side / max(cut.shape)
    height, width = (max(1, round(scale * length)) for length in cut.shape)
    method = Image.Resampling.BICUBIC
    if max(cut.shape) >= BOX:
        # Pillow's box counts a pixel wholly or not at all: at its edges a line of one may be lost.
        method = Image.Resampling.BILINEAR if is_thin(cut > 0.5) else Image.Resampling.BOX
    return np.asarray(Image.fromarray(np.uint8(255 * cut)).resize((width, height), method))


def _growth(fine: np.ndarray) -> int:
    """Return by how much to widen thin strokes on each side to make them as thick as THINNEST."""
    return max(0, round((FINE * THINNEST - stroke_width(fine > 127)) / 2))


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
