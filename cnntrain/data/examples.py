"""What every data source provides: images and the class of each."""

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from cnntrain.data.gathered import Gathered, mapped

Split = Literal["train", "test"]
ENOUGH = 1 << 17  # images that stand for all
NAMED = 3  # pictures that cannot be read whose names are said
FEW = 20_000  # images that are copied out of a file if they are chosen

NO_CLASS = -1  # the label of an image that belongs to none of the classes


@dataclass(frozen=True)
class Examples:
    """Images with their classes, as a network is trained and tested on them.

    `images` are (N, C, H, W): uint8 pixels 0..255, which the network divides by 255, or floats,
    which it takes as they are. `labels` are (N,) integers, positions in `classes`; some images to
    train on may have NO_CLASS. `values` are (N, K) floats, one for each of K outputs, if the targets
    are numbers rather than classes.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    values: np.ndarray | None = None
    identity: str | None = None  # of the files they are in, which changes when these do
    left_out: tuple[str, ...] = ()  # what could not be read, each with the reason

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    @property
    def classified(self) -> bool:
        """Return whether each example belongs to one of several classes.

        Targets given as numbers do if they take only two values, with the higher one at exactly one
        output of each example; 0.01 and 0.99 count as well as 0 and 1. Otherwise there is no right
        answer to count.
        """
        if len(self.classes) < 2 or self.values is None:
            return len(self.classes) >= 2
        low, high = self.values.min(), self.values.max()
        on = self.values == high
        return bool(
            low < high and (on.sum(axis=1) == 1).all() and (on | (self.values == low)).all()
        )

    @property
    def sample(self) -> "Examples":
        """Return all examples or, of very many, enough to judge all by."""
        return self.part(0, ENOUGH)

    @property
    def classified_share(self) -> float:
        """Return the share of the examples that belong to a class, 0 if there are no classes."""
        if not self.classified:
            return 0.0
        return 1.0 if self.values is not None else float(np.mean(self.labels != NO_CLASS))

    def with_class(self) -> "Examples":
        """Return the examples without those that belong to no class."""
        if self.values is not None or self.labels.min(initial=0) > NO_CLASS:
            return self
        return self.chosen(np.flatnonzero(self.labels != NO_CLASS))

    def part(self, first: int, last: int | None) -> "Examples":
        """Return the examples first..last−1, or all from the first on, as views."""
        if first == 0 and last is None:
            return self
        values = None if self.values is None else self.values[first:last]
        identity = None if self.identity is None else f"{self.identity}[{first}:{last}]"
        images, labels = self.images[first:last], self.labels[first:last]
        return Examples(images, labels, self.classes, values, identity, self.left_out)

    def chosen(self, positions: np.ndarray, which: str = "") -> "Examples":
        """Return the examples at these positions, as copies; images in a file stay there.

        `which` tells them from others of the same files.
        """
        values = None if self.values is None else self.values[positions]
        images: np.ndarray | Gathered
        if mapped(self.images) is None or len(positions) < FEW:
            images = self.images[positions]
        else:
            images = Gathered(self.images, positions.astype(np.min_scalar_type(len(self))))
        known = self.identity is not None and which
        return Examples(
            cast(np.ndarray, images),
            self.labels[positions],
            self.classes,
            values,
            f"{self.identity} {which}" if known else None,
            self.left_out,
        )

    def target_table(self, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
        """Return a table of what the outputs should be, (M, K), and the row (N,) of each example.

        For labels, that is a row for each class, which takes no memory for each example. The last
        row is for images of no class: each output should be 1/K, as they belong as much to the one
        class as to the other (D. Hendrycks, M. Mazeika, T. Dietterich, Deep anomaly detection with
        outlier exposure, 2019).
        """
        if self.values is not None:
            return self.values.astype(dtype), np.arange(len(self))
        count = len(self.classes)
        table = np.concatenate([np.eye(count, dtype=dtype), np.full((1, count), 1 / count, dtype)])
        return table, self.labels  # NO_CLASS is -1: the last row

    def targets(self, dtype: np.dtype) -> np.ndarray:
        """Return what the outputs should be, (N, K): the values, or the labels one-hot encoded."""
        table, rows = self.target_table(dtype)
        targets: np.ndarray = table[rows]
        return targets


def left_out_note(*sets: Examples) -> str | None:
    """Return a sentence about what could not be read of some sets, None if all could."""
    unread = [line for examples in sets for line in examples.left_out]
    if not unread:
        return None
    pictures = "1 picture" if len(unread) == 1 else f"{len(unread):,} pictures"
    more = f"; and {len(unread) - NAMED:,} more" if len(unread) > NAMED else ""
    return f"left out {pictures} that cannot be read: {'; '.join(unread[:NAMED])}{more}"
