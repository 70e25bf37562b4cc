"""Which images make up which mini-batch."""

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np

from cnntrain.data.permutation import Permutation
from cnntrain.data.streams import Stream, generator

LARGEST_STORED = 1 << 20  # images whose order is stored; that of more is computed
AT_ONCE = 1 << 14  # positions of the computed order


def batches_in_epoch(images: int, batchsize: int, batches: int | None) -> int:
    """Return the number of mini-batches in an epoch: `batches`, or enough to use every image once.

    If `batchsize` does not divide the number of images, the last batch is smaller. With `batches`
    given, all are full, and images are reused after all have been used once.
    """
    return -(-images // batchsize) if batches is None else batches


def epoch_batches(
    images: int, batchsize: int, batches: int | None, *, seed: int, epoch: int, skip: int = 0
) -> Iterator[np.ndarray]:
    """Yield the positions of the images of each mini-batch, leaving out the first `skip` of them.

    They follow a random permutation of the training set (S0), and then another one if the epoch
    needs more images. They depend only on the arguments, so an epoch can be resumed halfway. Of more
    than LARGEST_STORED images, the order is computed as it is needed, from any batch on at once.
    """
    if images > LARGEST_STORED:
        return _computed(images, batchsize, batches, seed=seed, epoch=epoch, skip=skip)
    return islice(_stored(images, batchsize, batches, seed=seed, epoch=epoch), skip, None)


def with_images(
    images: np.ndarray, batches: Iterable[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Return the positions of each mini-batch with its images; those in a file are read ahead."""
    from cnntrain.data.gathered import gathered, mapped  # only needed here

    if mapped(images) is None:
        return ((chosen, images[chosen]) for chosen in batches)
    return gathered(images, batches)


def _stored(
    images: int, batchsize: int, batches: int | None, *, seed: int, epoch: int
) -> Iterator[np.ndarray]:
    rng = generator(Stream.ORDER, seed, epoch)
    order = rng.permutation(images)
    for _ in range(batches_in_epoch(images, batchsize, batches)):
        if batches is not None and len(order) < batchsize:
            more = -(-(batchsize - len(order)) // images)
            order = np.concatenate([order, *(rng.permutation(images) for _ in range(more))])
        yield order[:batchsize]
        order = order[batchsize:]


def _computed(
    images: int, batchsize: int, batches: int | None, *, seed: int, epoch: int, skip: int
) -> Iterator[np.ndarray]:
    """Yield the batches from `skip` on; each pass over the images has a permutation of its own."""
    last = images if batches is None else batches * batchsize
    group = max(1, AT_ONCE // batchsize) * batchsize
    for start in range(skip * batchsize, last, group):
        positions = _positions(images, start, min(start + group, last), seed=seed, epoch=epoch)
        yield from (positions[i : i + batchsize] for i in range(0, len(positions), batchsize))


def _positions(images: int, first: int, last: int, *, seed: int, epoch: int) -> np.ndarray:
    """Return what stands at first..last−1 of one permutation after the other."""
    parts = []
    for number in range(first // images, (last - 1) // images + 1):
        order = Permutation(images, generator(Stream.COMPUTED_ORDER, seed, epoch, number + 1))
        begin = number * images
        parts.append(order.at(max(first - begin, 0), min(last - begin, images)))
    return np.concatenate(parts)
