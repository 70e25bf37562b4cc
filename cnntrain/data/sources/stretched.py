"""Images of any size, grey or coloured, and pictures that are stretched to that size."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnntrain.data.sources.base import Invert, Reading, Source
from cnntrain.errors import PictureError

if TYPE_CHECKING:
    from cnntrain.data.pictures.crop import Crop

MODES = {1: "L", 3: "RGB"}  # of Pillow, by the number of channels


@dataclass(frozen=True, kw_only=True)
class Stretched(Source):
    """Images of one size that a configuration states."""

    size: int | tuple[int, int] = 28  # height and width, or one for both
    channels: int = 1  # 1: grey, 3: RGB

    def __post_init__(self) -> None:
        """Reject numbers that no images can have."""
        if min(self.shape[1:]) < 1:
            raise ValueError(f"size: found {self.size}, expected 1 or more")
        if self.channels < 1:
            raise ValueError(f"channels: found {self.channels}, expected 1 or more")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (channels, height, width)."""
        height, width = (self.size, self.size) if isinstance(self.size, int) else self.size
        return self.channels, height, width

    def read(self, path: Path, invert: Invert, crop: "Crop | None" = None) -> Reading:
        """Return an image file, converted and stretched like those trained on.

        It is inverted only if `invert` is "yes": what is background in any picture is unknown.
        """
        from cnntrain.data.pictures.candidates import ONE

        pixels = self.pixels(path, crop)
        return Reading((255 - pixels if invert == "yes" else pixels)[None], (ONE,))

    def pixels(self, path: Path, crop: "Crop | None" = None) -> np.ndarray:
        """Return an image file as (C, H, W) uint8. Raises PictureError."""
        from PIL import Image

        from cnntrain.data.pictures.read import read_picture

        channels, height, width = self.shape
        if channels not in MODES:
            raise PictureError(
                path,
                f"the network takes images of {channels} channels, which no picture has; expected a "
                "network of grey or RGB images; choose another",
            )
        image = read_picture(path).convert(MODES[channels])
        if crop is not None:
            image = image.crop(crop.box(image.size))
        # Bilinear in Pillow is a weighted mean of all pixels where an image becomes smaller.
        image = image.resize((width, height), Image.Resampling.BILINEAR)
        return np.asarray(image).reshape(height, width, channels).transpose(2, 0, 1)
