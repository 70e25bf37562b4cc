"""Pages with nothing on them: plain, noisy, rough, ruled, shaded."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from pictures.disguises import DISGUISES

NAMES = (
    "dark on white",
    "plain",
    "ink 8 %",
    "noise 20",
    "noise 45",
    "28x28, noise 45",
    "rough yellow paper",
    "embossed paper",
    "ruled",
    "ruled, half as dark",
    "squared, half as dark",
    "squared finely",
    "hard shadow",
    "chalk on a board",
    "pencil on cardboard",
    "whiteboard with glare",
    "vignette",
    "book gutter",
    "JPEG 20",
)
BLANKS: dict[str, Callable[[np.random.Generator], Image.Image]] = {
    name: lambda rng, name=name: DISGUISES[name](np.zeros((28, 28), np.uint8), rng)  # type: ignore[misc]
    for name in NAMES
}
