"""What every source of images can do."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from cnntrain.data.examples import Examples, Split

Invert = Literal["auto", "yes", "no"]

# The endings by which image files in a folder are known; a file named by itself may have any.
IMAGE_ENDINGS = tuple(
    f".{name}"
    for name in ["bmp", "gif", "jpeg", "jpg", "pbm", "pgm", "png", "ppm", "tif", "tiff", "webp"]
)


@dataclass(frozen=True)
class Reading:
    """An image file as the network gets it, (1, C, H, W), and what is doubtful about it."""

    images: np.ndarray
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """A place that images with classes come from."""

    name: str  # as configurations call it

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int, int]:
        """Return the shape (C, H, W) of an image as a network gets it."""

    @property
    def known_classes(self) -> tuple[str, ...] | None:
        """Return the names of the classes; None where only the files tell."""
        return None

    def missing(self, root: Path | None) -> bool:
        """Return whether files have to be downloaded before `load`."""
        return False

    @abstractmethod
    def load(self, split: Split, root: Path | None) -> Examples:
        """Return the training or test images; `root` is the data folder, None for the usual one.

        Raises DataError.
        """

    @abstractmethod
    def read(self, path: Path, invert: Invert) -> Reading:
        """Return an image file, prepared like the images of this source. Raises PictureError."""
