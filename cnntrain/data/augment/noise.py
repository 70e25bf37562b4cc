"""Random numbers for every pixel of an image from one number of the image's own.

Such generators are functions of a counter (J. K. Salmon et al. 2011, "Parallel random numbers: as
easy as 1, 2, 3"), so they have no state, and images can be worked on in any order.
"""

import numpy as np

SPREAD = 0x9E3779B9  # 2^32 divided by the golden ratio: keeps counters apart


def random_words(u: np.ndarray, count: int) -> np.ndarray:
    """Return `count` uniformly distributed uint32 for each u in 0..1: (n,) becomes (n, count).

    They are the counters 0, 1, ..., combined with u and mixed by the last part of A. Appleby's
    MurmurHash3, which lets every bit of its input change every bit of the result.
    """
    key = (u * 2.0**32).astype(np.uint32)
    x = np.arange(count, dtype=np.uint32) * np.uint32(SPREAD) ^ key[:, None]  # (n, count)
    x ^= x >> 16
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> 13
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> 16
    return x


def uniform(u: np.ndarray, count: int) -> np.ndarray:
    """Return float32 numbers uniform in 0..1 (below 1), as `random_words`."""
    return (random_words(u, count) >> 8).astype(np.float32) * np.float32(2**-24)


def almost_normal(u: np.ndarray, count: int) -> np.ndarray:
    """Return float32 numbers of mean 0 and variance 1, as `random_words`.

    Each is the sum of four uniform bytes (Irwin and Hall 1927), which is nearly normally
    distributed, ends at 3.5, and needs no logarithm.
    """
    x = random_words(u, count)
    pairs = (x & 0x00FF00FF) + (x >> 8 & 0x00FF00FF)  # two sums of two bytes
    total = ((pairs & 0xFFFF) + (pairs >> 16)).astype(np.float32)
    variance = 4 * (256**2 - 1) / 12  # of four numbers, each uniform in 0, 1, ..., 255
    return (total - np.float32(4 * 127.5)) / np.float32(np.sqrt(variance))
