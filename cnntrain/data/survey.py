"""What a data set holds: counts, classes, brightness, blank images, images in both sets.

Everything is counted over some images at a time, so that the images may be more than fit into memory.
"""

import hashlib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from cnntrain.data.batches import LARGEST_STORED
from cnntrain.data.examples import NO_CLASS, Examples

AT_ONCE = 1 << 13  # images
LISTED = 10  # positions that are listed of images that something is odd about
DIGEST = 16  # bytes that tell images apart
WHITE = 255

Watch = Callable[[Iterable[int]], Iterable[int]]  # shows a bar of what is iterated over


@dataclass(frozen=True)
class Part:
    """What one set holds. `mean` and `deviation` are of all pixels, 0 for black and 1 for white."""

    images: int
    per_class: list[int]
    mean: float
    deviation: float
    blank: int  # images of one value
    first_blank: list[int]  # their positions, counted from 0
    repeated: int | None  # images that are the same as an earlier one; None: too many to tell
    first_repeated: list[int]
    left_out: list[str]  # pictures that could not be read, each with the reason


@dataclass(frozen=True)
class Survey:
    """What a data set holds, and which test images the training set holds too."""

    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    train: Part
    test: Part
    in_both: int  # test images that are training images
    of_another_class: int  # of these, those with different labels
    first_in_both: list[tuple[int, int]]  # positions in the test set and in the training set

    @property
    def unusual(self) -> list[str]:
        """Return a sentence for each thing that should be looked at before training."""
        found = []
        for name, part in (("training", self.train), ("test", self.test)):
            empty = [self.classes[k] for k, count in enumerate(part.per_class) if not count]
            if empty:
                found.append(f"no {name} image of {_listed(empty)}")
            if part.blank:
                found.append(
                    f"{name} images of one value: {part.blank:,} ({_listed(part.first_blank)})"
                )
            if part.repeated:
                found.append(
                    f"{name} images that are the same as an earlier one: {part.repeated:,} "
                    f"({_listed(part.first_repeated)})"
                )
            found += part.left_out
        if self.in_both:
            pairs = _listed([f"{test} is {train}" for test, train in self.first_in_both])
            found.append(
                f"test images that are training images: {self.in_both:,}, with another class there "
                f"{self.of_another_class:,} ({pairs})"
            )
        return found


def survey(train: Examples, test: Examples, watch: Watch = iter) -> Survey:
    """Return what two sets hold."""
    of_test, seen, twice = _part(test, watch)
    both: dict[int, int] = {}
    of_train, _, _ = _part(train, watch, seen, both)
    pairs = sorted(both.items())
    pairs += [(again, both[first]) for again, first in twice.items() if first in both]
    other = sum(int(test.labels[a] != train.labels[b]) for a, b in pairs)
    _, channels, height, width = train.images.shape
    return Survey(
        shape=(channels, height, width),
        classes=train.classes,
        train=of_train,
        test=of_test,
        in_both=len(pairs),
        of_another_class=other,
        first_in_both=sorted(pairs)[:LISTED],
    )


def _part(
    examples: Examples,
    watch: Watch,
    others: dict[bytes, int] | None = None,
    both: dict[int, int] | None = None,
) -> tuple[Part, dict[bytes, int], dict[int, int]]:
    """Return what a set holds, its images by their digests, and those that repeat another.

    `both` is filled with the positions of the images that are among `others`.
    """
    total = square = 0.0
    blank: list[int] = []
    seen: dict[bytes, int] = {}
    repeated: dict[int, int] = {}
    kept = others is None or len(examples) <= LARGEST_STORED  # their digests
    for start in watch(range(0, len(examples), AT_ONCE)):
        pixels = np.ascontiguousarray(examples.images[start : start + AT_ONCE])
        flat = pixels.reshape(len(pixels), -1)
        values = flat / np.float32(WHITE) if flat.dtype == np.uint8 else flat
        total += float(values.sum(dtype=np.float64))
        square += float(np.square(values).sum(dtype=np.float64))
        blank += (start + np.flatnonzero(flat.max(axis=1) == flat.min(axis=1))).tolist()
        for position, row in enumerate(flat, start):
            digest = hashlib.blake2b(row.data, digest_size=DIGEST).digest()
            if kept:
                first = seen.setdefault(digest, position)
                if first != position:
                    repeated[position] = first
            if others is not None and both is not None and digest in others:
                both.setdefault(others[digest], position)
    count = len(examples) * math.prod(examples.images.shape[1:])
    mean = total / count
    part = Part(
        images=len(examples),
        per_class=_per_class(examples),
        mean=mean,
        deviation=max(0.0, square / count - mean * mean) ** 0.5,
        blank=len(blank),
        first_blank=blank[:LISTED],
        repeated=len(repeated) if kept else None,
        first_repeated=[*repeated][:LISTED],
        left_out=list(examples.left_out),
    )
    return part, seen, repeated


def _per_class(examples: Examples) -> list[int]:
    """Return how many examples there are of each class; those of none are not counted."""
    labels = examples.labels[examples.labels != NO_CLASS]
    counts: list[int] = np.bincount(labels, minlength=len(examples.classes)).tolist()
    return counts


def _listed(items: list[str] | list[int]) -> str:
    """Return the first items in a line."""
    shown = ", ".join(map(str, items[:LISTED]))
    return f"{shown}, ..." if len(items) >= LISTED else shown
