"""Turn images into the numbers that a network takes."""

from dataclasses import dataclass

import numpy as np

from cnntrain.nn.layers.base import Layer, Shape

WHITE = 255  # the largest value of an 8-bit pixel; networks see 0..1


@dataclass(eq=False)
class Input(Layer):
    """Turn pixels (uint8) into x/255; floats stay as they are.

    Every network begins with one; configurations do not name it. Its `backward` returns the
    gradient of the images, for pixels that of x/255.
    """

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return x/255 for pixels, floats as they are."""
        return x / self.dtype.type(WHITE) if x.dtype == np.uint8 else x.astype(self.dtype)

    def backward(self, dy: np.ndarray) -> np.ndarray:
        """Return dy."""
        return dy
