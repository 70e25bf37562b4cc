"""Which images make up which mini-batch."""

from collections.abc import Iterator

import numpy as np

ORDER = 1  # keeps the stream for orders apart from the one for initial weights


def batches_in_epoch(images: int, batchsize: int, batches: int | None) -> int:
    """Return the number of mini-batches in an epoch: as given, or all images once.

    The last batch is smaller where `batchsize` does not divide the images, unless the number of
    batches is given: then all are full, and images are drawn again after all have been.
    """
    return -(-images // batchsize) if batches is None else batches


def epoch_order(
    images: int, batchsize: int, batches: int | None, *, seed: int, epoch: int
) -> np.ndarray:
    """Return the positions of all images of an epoch, in the order of their mini-batches.

    A random permutation of the training set (S0); where the epoch asks for more, another one
    follows. Depends on nothing but the arguments, so an epoch can be resumed in its middle.
    """
    rng = np.random.default_rng([seed, ORDER, epoch])
    count = images if batches is None else batches * batchsize
    rounds = -(-count // images)
    return np.concatenate([rng.permutation(images) for _ in range(rounds)])[:count]


def batches_of(order: np.ndarray, batchsize: int, *, skip: int = 0) -> Iterator[np.ndarray]:
    """Yield the positions of each mini-batch, leaving out the first `skip` of them."""
    for start in range(skip * batchsize, len(order), batchsize):
        yield order[start : start + batchsize]
