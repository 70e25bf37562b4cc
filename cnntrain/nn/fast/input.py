"""Convert images to the engine's layout."""

import numpy as np

from cnntrain.nn.execution.memory import Memory
from cnntrain.nn.fast.routine import Routine, layout
from cnntrain.nn.layers.input import WHITE, Input


class FastInput(Routine):
    """Turn (N, C, H, W) into (H, C, W, N), and pixels into x/255."""

    layer: Input

    def allocate(self, memory: Memory) -> None:
        """Get y, the values of pixels and, where the images' gradient is asked for, dx."""
        self.y = memory.handed_up(layout(self.layer.in_shape, self.batch_size))
        self.values = memory.scratch((self.batch_size, *self.layer.in_shape))
        self.white = self.layer.dtype.type(WHITE)
        self.dx = memory.own((self.batch_size, *self.layer.in_shape)) if self.input_grad else None

    def forward(self, x: np.ndarray, *, train: bool) -> np.ndarray:
        """Return the images in the engine's layout. Raises ValueError for another shape."""
        if x.shape[1:] != self.layer.in_shape:  # NumPy would stretch a single pixel over an image
            raise ValueError(f"images: found {x.shape[1:]}, expected {self.layer.in_shape}")
        if x.dtype == np.uint8:
            x = np.divide(x, self.white, out=self.values)
        self.y[...] = x.transpose(2, 1, 3, 0)
        return self.y

    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        """Return dy as (N, C, H, W)."""
        if self.dx is not None:
            self.dx[...] = dy.transpose(3, 1, 0, 2)
        return self.dx
