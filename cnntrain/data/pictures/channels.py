"""The colour channel that shows the ink best, and whether the ink is darker than the paper in it."""

import numpy as np
from PIL import Image

from cnntrain.data.pictures.ink import Invert, contrast_in, is_dark_on_light

SIDE = 100  # channels are compared at this size
COLOURLESS = 12  # of 255: channels that differ by less are the same but for noise
BETTER = 1.1  # times the contrast of grey, which has the least noise
CHANNELS = ("grey", "red", "green", "blue")


def is_grey(image: Image.Image) -> bool:
    """Return whether an image of mode L or RGB has no colours to speak of."""
    if image.mode == "L":
        return True
    small = np.asarray(image.reduce(-(-max(image.size) // SIDE)), np.int16)
    return int(np.ptp(small, axis=2).max()) < COLOURLESS


def in_channel(image: Image.Image, name: str) -> Image.Image:
    """Return one of CHANNELS of an image of mode L or RGB, as mode L."""
    if image.mode == "L" or name == "grey":
        return image.convert("L")
    return image.getchannel(CHANNELS.index(name) - 1)


def best_channel(image: Image.Image, invert: Invert) -> tuple[str, bool]:
    """Return the name of the channel with the clearest ink, and whether that is dark on light."""
    small = image.reduce(-(-max(image.size) // SIDE))
    names = CHANNELS[:1] if is_grey(image) else CHANNELS
    found = {}
    for name in names:
        channel = in_channel(small, name)
        grey = np.asarray(channel, np.float32)
        dark = is_dark_on_light(grey) if invert == "auto" else invert == "yes"
        contrast = contrast_in(channel, dark=dark) if len(names) > 1 else 0.0
        found[name] = contrast * (BETTER if name == "grey" else 1), dark
    best = max(found, key=lambda name: found[name][0])
    return best, found[best][1]
