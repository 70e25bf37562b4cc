"""Paint over a part of a picture with what is around it."""

import numpy as np
from PIL import Image

COARSE_SIDE = 80  # paper is smooth: its tone is continued at this size
LEAST = 0.1  # of a coarse pixel that has to be seen to tell its tone


def painted_over(image: Image.Image, hidden: Image.Image) -> Image.Image:
    """Return an image of mode L or RGB with what is white in `hidden`, mode L, painted over."""
    mask = hidden.resize(image.size, Image.Resampling.BILINEAR).point(_any)
    factor = -(-max(image.size) // COARSE_SIDE)
    seen = 1 - np.asarray(mask.reduce(factor), np.float32) / 255
    bare = Image.composite(Image.new(image.mode, image.size), image, mask)
    sums = np.asarray(bare.reduce(factor), np.float32)
    known = np.where(seen > LEAST, seen, 0)
    tones = np.moveaxis(sums.reshape(*seen.shape, -1), 2, 0) / np.maximum(seen, LEAST)
    bands = [Image.fromarray(np.uint8(np.clip(continued(tone, known), 0, 255))) for tone in tones]
    ground = bands[0] if len(bands) == 1 else Image.merge("RGB", bands)
    return Image.composite(ground.resize(image.size, Image.Resampling.BICUBIC), image, mask)


def _any(value: int) -> int:
    return 255 if value > 8 else 0


def continued(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return values (H, W) with those of weight 0 in `known` continued from their surroundings.

    Each level of a pyramid of means fills the gaps of the finer one below it.
    """
    if known.all() or max(values.shape) == 1:
        return values
    even = [(0, side % 2) for side in values.shape]
    weights = np.pad(known, even)
    totals = _by_twos(weights)
    sums = _by_twos(np.pad(values, even) * weights)
    coarse = continued(sums / np.maximum(totals, 1e-6), np.minimum(totals, 1))
    height, width = values.shape
    finer = Image.fromarray(np.float32(coarse)).resize(
        (2 * coarse.shape[1], 2 * coarse.shape[0]), Image.Resampling.BILINEAR
    )
    return np.where(known > 0, values, np.asarray(finer)[:height, :width])


def _by_twos(values: np.ndarray) -> np.ndarray:
    """Return the sums over blocks of 2x2."""
    height, width = values.shape
    sums: np.ndarray = values.reshape(height // 2, 2, width // 2, 2).sum(axis=(1, 3))
    return sums
