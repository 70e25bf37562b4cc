"""Grey images of digits in MNIST's form."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from cnntrain.data.examples import Examples
from cnntrain.data.sources.base import Invert, Reading, Source

if TYPE_CHECKING:
    from cnntrain.data.pictures.crop import Crop

DIGITS = tuple("0123456789")


@dataclass(frozen=True, kw_only=True)
class Digits(Source):
    """Grey images of 28×28, light on dark, like MNIST's."""

    resize: Literal[28, 14, 7, 4] = 28  # side of the images; smaller ones are means of blocks

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (1, side, side)."""
        return 1, self.resize, self.resize

    def read(self, path: Path, invert: Invert, crop: "Crop | None" = None) -> Reading:
        """Return a picture of a digit, prepared as MNIST's digits were."""
        from cnntrain.data.pictures.candidates import ONE
        from cnntrain.data.pictures.prepare import prepare

        picture = prepare(path, invert=invert, crop=crop)
        images = shrink(picture.pixels[None, None], self.resize)
        boxes = () if picture.box is None else (picture.box,)
        return Reading(images, (ONE,) * len(boxes), picture.warnings, boxes, picture.steps)

    def read_all(self, path: Path, invert: Invert, crop: "Crop | None" = None) -> Reading:
        """Return all digits of a picture; one image if the classes are other things than digits.

        Other things may have parts that stand apart, as a pair of shoes or a Japanese letter.
        """
        if self.known_classes != DIGITS:
            return self.read(path, invert, crop)
        from cnntrain.data.pictures.prepare_all import prepare_all

        found = prepare_all(path, invert=invert, crop=crop)
        images = shrink(found.pixels[:, None], self.resize)
        return Reading(images, found.lines, found.warnings, found.boxes, found.steps)

    def resized(self, examples: Examples) -> Examples:
        """Return the examples with images of the size asked for."""
        return Examples(shrink(examples.images, self.resize), examples.labels, examples.classes)


def shrink(images: np.ndarray, side: int) -> np.ndarray:
    """Return pixels (N, C, H, H) as (N, C, side, side); H must be a multiple of `side`.

    Smaller images are float32 means of blocks, divided by 255 (source S3: 28 to 14 by 2×2);
    images that are small enough already are returned as they are.
    """
    n, channels, size, _ = images.shape
    if size == side:
        return images
    block = size // side
    blocks = images.reshape(n, channels, side, block, side, block)
    means: np.ndarray = blocks.sum(axis=(3, 5), dtype=np.float32)
    means /= block * block * 255
    return means
