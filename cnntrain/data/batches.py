"""Which images make up which mini-batch."""

from collections.abc import Iterator

import numpy as np

from cnntrain.data.streams import Stream, generator


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
    needs more images. They depend only on the arguments, so an epoch can be resumed halfway.
    """
    rng = generator(Stream.ORDER, seed, epoch)
    order = rng.permutation(images)
    for number in range(batches_in_epoch(images, batchsize, batches)):
        while batches is not None and len(order) < batchsize:
            order = np.concatenate([order, rng.permutation(images)])
        if number >= skip:
            yield order[:batchsize]
        order = order[batchsize:]
