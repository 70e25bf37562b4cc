"""What every data source provides: images and the class of each."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Split = Literal["train", "test"]


@dataclass(frozen=True)
class Examples:
    """Images with their classes, as a network is trained and tested on them.

    `images` are (N, C, H, W): uint8 pixels 0..255, which the network divides by 255, or floats,
    which it takes as they are. `labels` are (N,) integers, positions in `classes`. `values` are
    (N, K) floats, one for each of K outputs, if the targets are numbers rather than classes.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    values: np.ndarray | None = None

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

    def part(self, first: int, last: int) -> "Examples":
        """Return the examples first..last−1, as views."""
        values = None if self.values is None else self.values[first:last]
        return Examples(self.images[first:last], self.labels[first:last], self.classes, values)

    def chosen(self, positions: np.ndarray) -> "Examples":
        """Return the examples at these positions, as copies."""
        values = None if self.values is None else self.values[positions]
        return Examples(self.images[positions], self.labels[positions], self.classes, values)

    def targets(self, dtype: np.dtype) -> np.ndarray:
        """Return what the outputs should be, (N, K): the values, or the labels one-hot encoded."""
        if self.values is not None:
            return self.values.astype(dtype)
        one_hot: np.ndarray = np.eye(len(self.classes), dtype=dtype)[self.labels]
        return one_hot
