"""Smaller images, as means of blocks of pixels."""

import numpy as np


def shrink(images: np.ndarray, side: int) -> np.ndarray:
    """Return pixels (N, C, H, H) as (N, C, side, side); H must be a multiple of `side`.

    Smaller images are float32 means of blocks, divided by 255 (source S3: 28 to 14 by 2×2);
    images that are small enough already are returned as they are.
    """
    n, channels, size, _ = images.shape
    if size == side:
        return images
    block = size // side
    blocks = images.reshape(n, channels, side, block, side, block)
    means: np.ndarray = blocks.sum(axis=(3, 5), dtype=np.float32)
    means /= block * block * 255
    return means
