"""Several distortions together: the numbers that are drawn for each image, and the new images."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from cnntrain.data.augment.base import Distortion, affine, after
from cnntrain.data.augment.sampling import Sampler, rounded_maps
from cnntrain.data.streams import Stream, generator

DRAWN_AT_ONCE = 4096  # images, at least: a generator takes as long to make as many numbers to draw
WHITE = 255  # the largest pixel
AFFINE = 6  # numbers of an affine map


class Augmentation:
    """Distorts images of one shape; those that move pixels come first, all in one interpolation.

    It works on any part of a mini-batch: what it does to an image depends on the image and on its
    `numbers` alone.
    """

    def __init__(
        self, distortions: Sequence[Distortion], shape: tuple[int, int, int], dtype: np.dtype
    ) -> None:
        """Prepare for images of `shape` (C, H, W), to become floats of `dtype`."""
        self.distortions, self.dtype = list(distortions), dtype
        self.height, self.width = shape[1:]
        self.moves = any(distortion.moves for distortion in distortions)
        cuts = np.cumsum([0, *(distortion.draws for distortion in distortions)]).tolist()
        self.draws = cuts[-1]
        self.own = [slice(first, last) for first, last in pairwise(cuts)]
        self.numbers = AFFINE + self.draws  # for each image
        self.samplers: dict[int, Sampler] = {}  # by number of images

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and other processes get: no working memory."""
        return {**self.__dict__, "samplers": {}}

    def batches(
        self, batchsize: int, *, seed: int, epoch: int, skip: int = 0
    ) -> Iterator[np.ndarray]:
        """Yield without end the numbers (batchsize, numbers) of each mini-batch of an epoch.

        The first `skip` batches are left out. What is yielded depends on nothing but the
        arguments, so an epoch can be resumed in its middle.
        """
        together = -(-DRAWN_AT_ONCE // batchsize)  # batches
        part, first = divmod(skip, together)
        while True:
            rng = generator(Stream.AUGMENTATION, seed, epoch, part + 1)
            numbers = self.with_maps(rng.random((together * batchsize, self.draws)))
            yield from numbers.reshape(together, batchsize, -1)[first:]
            part, first = part + 1, 0

    def with_maps(self, u: np.ndarray) -> np.ndarray:
        """Return for the uniform numbers of images, (M, draws), those that `__call__` takes.

        These are the affine map of all distortions together, from a pixel's column and row, and u.
        """
        x, y = (self.width - 1) / 2, (self.height - 1) / 2
        source = affine([[1, 0, x], [0, 1, y]])
        for distortion, own in zip(self.distortions, self.own, strict=True):
            source = after(distortion.sources(u[:, own]), then=source)
        source = rounded_maps(after(affine([[1, 0, -x], [0, 1, -y]]), then=source))
        maps = np.broadcast_to(source.reshape(AFFINE, -1).T, (len(u), AFFINE))
        return np.concatenate([maps, u], axis=1)

    def __call__(self, images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Return images (n, C, H, W), uint8 or floats, distorted as `numbers` (n, numbers) say.

        The result is floats, for pixels those of x/255, and valid until the next call.
        """
        u = numbers[:, AFFINE:]
        x = np.empty(images.shape, self.dtype)
        if self.moves:
            self._move(images, numbers[:, :AFFINE], u, x)
        elif images.dtype == np.uint8:
            np.divide(images, self.dtype.type(WHITE), out=x)
        else:
            x[...] = images
        for distortion, own in zip(self.distortions, self.own, strict=True):
            x = distortion.distort(x, u[:, own])
        return x

    def _move(self, images: np.ndarray, maps: np.ndarray, u: np.ndarray, out: np.ndarray) -> None:
        count, shape = len(images), (self.height, self.width)
        if count not in self.samplers:
            self.samplers[count] = Sampler(count, shape, self.dtype)
        displacements = None
        for distortion, own in zip(self.distortions, self.own, strict=True):
            added = distortion.displacements(u[:, own], shape)
            if added is not None:
                displacements = added if displacements is None else displacements + added
        self.samplers[count].place(maps.reshape(count, 2, 3), displacements)
        self.samplers[count].sample(images, out)


def augmented(
    images: np.ndarray, distortions: Sequence[Distortion], *, seed: int, epoch: int = 1
) -> np.ndarray:
    """Return images (N, C, H, W), uint8, distorted as the first mini-batch of an epoch would be."""
    augmentation = Augmentation(distortions, images.shape[1:], np.dtype(np.float32))
    numbers = next(augmentation.batches(max(1, len(images)), seed=seed, epoch=epoch))
    result = np.empty_like(images)
    for start in range(0, len(images), 32):
        part = slice(start, start + 32)
        x = augmentation(images[part], numbers[part])
        result[part] = np.rint(np.clip(x, 0, 1) * WHITE)
    return result
