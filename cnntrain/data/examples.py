"""What every source of data delivers: images with the class of each."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Examples:
    """Images with their targets, as a network is trained and tested on them.

    `images` are (N, C, H, W): uint8 pixels 0..255, which the network divides by 255, or floats,
    which it takes as they are. `labels` are (N,) integers, positions in `classes`.
    `targets` are (N, len(classes)) floats, given only where the data is not labelled with
    classes; otherwise they are the one-hot code of the label.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    targets: np.ndarray | None = None

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    def first(self, count: int) -> "Examples":
        """Return the first `count` examples, as views."""
        targets = None if self.targets is None else self.targets[:count]
        return Examples(self.images[:count], self.labels[:count], self.classes, targets)
