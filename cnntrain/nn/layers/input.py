"""From images as the world has them to the engine's layout."""

from dataclasses import dataclass

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.layers.base import Layer, Shape, layout

WHITE = 255  # the largest value of an 8-bit pixel; networks see 0..1


@dataclass(eq=False)
class Input(Layer):
    """Turn (N, C, H, W) into (H, C, W, N): pixels (uint8) become x/255, floats stay as they are.

    Every network begins with one; configurations do not name it. Its `backward` returns the
    gradient of the images as (N, C, H, W), for pixels that of x/255.
    """

    def shape_after(self, in_shape: Shape) -> Shape:
        """Return the same shape."""
        return in_shape

    def allocate(self, batch_size: int, memory: Memory, *, input_grad: bool) -> None:
        """Get y, the values of pixels and, where the images' gradient is asked for, dx."""
        self.y = memory.handed_up(layout(self.in_shape, batch_size))
        self.values = memory.scratch((batch_size, *self.in_shape))
        self.white = self.dtype.type(WHITE)
        self.dx = memory.own((batch_size, *self.in_shape)) if input_grad else None

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return the images in the engine's layout. Raises ValueError for another shape."""
        if x.shape[1:] != self.in_shape:  # NumPy would stretch a single pixel over an image
            raise ValueError(f"images: found {x.shape[1:]}, expected {self.in_shape}")
        if x.dtype == np.uint8:
            x = np.divide(x, self.white, out=self.values)
        self.y[...] = x.transpose(2, 1, 3, 0)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dy as (N, C, H, W)."""
        if self.dx is not None:
            self.dx[...] = dy.transpose(3, 1, 0, 2)
        return self.dx
